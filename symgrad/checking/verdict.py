"""The result of a check: one verdict with its evidence per step, grouped by document."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from symgrad.text.diagnostic import Diagnostic
from symgrad.text.extras import require
from symgrad.text.html_table import Formula, html_table
from symgrad.text.source import Span

Verdict = Literal["proved", "agrees", "refuted", "unreadable"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """How a verdict was found. method: 'normal form', 'evaluation', 'shape' or 'none'.

    sizes: of the (last) evaluation, by name; bound: sizes from which random evaluation is exact,
    None if there is no such bound.
    """

    method: str
    samples: int = 0
    sizes: dict[str, int] = field(default_factory=dict)
    bound: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """Where the sides differ: values with both results, or the two shapes.

    script: a program that computes both sides there; empty if it would be too long, or if its doubles don't show it.
    """

    sizes: dict[str, int] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)
    left: float | None = None
    right: float | None = None
    shapes: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    script: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, repr=False)
class Step:
    """One claim of a document and its verdict. ``left``/``right`` are the author's own LaTeX."""

    span: Span
    left: str
    right: str
    verdict: Verdict
    read_left: str = ""
    read_right: str = ""
    expected: bool | None = None
    assumptions: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    evidence: Evidence = Evidence("none")
    witness: Witness | None = None
    difference: str | None = None
    repairs: tuple[str, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    diagnostic: Diagnostic | None = None
    """For an unreadable step the reason; for one refuted by shape, the operands that do not fit."""
    cause: Diagnostic | None = None
    """The reason, if it stands elsewhere or is that of other steps too: one of the document's diagnostics."""
    inferred: tuple[str, ...] = ()
    """What the verdict rests on and the document does not declare, as declarations in LaTeX."""
    trace: tuple[str, ...] = ()
    whole: Span | None = None
    """The step with its left side and the conditions behind it, if that is more than ``span``."""

    def __repr__(self) -> str:
        why = f": {self.diagnostic.message}" if self.diagnostic is not None else ""
        return f"<Step {self.span.line}:{self.span.column} {self.verdict}{why}>"

    def _repr_html_(self) -> str:
        """What was read, and what was found out about it, for notebooks."""
        read = f"{self.read_left} = {self.read_right}" if self.read_left else f"{self.left} = {self.right}"
        rows: list[tuple[str, str | Formula]] = [("step", Formula(read)), ("verdict", self.verdict)]
        if self.diagnostic is not None:
            rows.append(("why", _said(self.diagnostic)))
        if self.difference is not None:
            rows.append(("left - right", Formula(self.difference)))
        if self.witness is not None and self.witness.shapes is None:
            given = {**self.witness.sizes, **self.witness.values, **self.witness.at}
            rows.append(("differs at", ", ".join(f"{name} = {value}" for name, value in given.items())))
        rows += [("where", Formula(one)) for one in self.conditions]
        rows += [("assuming", Formula(one)) for one in self.assumptions]
        rows += [("perhaps", one) for one in self.repairs]
        return html_table("", ("", ""), rows)

    @property
    def found(self) -> str:
        """What there is to say about a step that is not simply proved, in a line."""
        if self.diagnostic is not None:
            return _said(self.diagnostic)
        said = [f"left - right = {self.difference}"] if self.difference is not None else []
        said += [f"perhaps: {repair}" for repair in self.repairs[:1]]
        said += [f"assuming {', '.join(self.assumptions)}"] if self.assumptions else []
        return "; ".join(said)

    @property
    def has_own_reason(self) -> bool:
        """True if the reason why a step is unreadable stands in the step itself."""
        at = self.diagnostic.span if self.diagnostic is not None else None
        own = self.whole or self.span
        return at is None or (own.source is at.source and own.start <= at.start and at.end <= own.end)


@dataclass(frozen=True, slots=True)
class Summary:
    """The counts of a report, in the order in which they are shown."""

    proved: int = 0
    agrees: int = 0
    refuted: int = 0
    unreadable: int = 0
    causes: int = 0
    """The number of diagnostics that unreadable steps wait for."""
    expected: int = 0
    skipped: int = 0
    definitions: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class DocumentReport:
    """One document: its steps in document order, diagnostics outside of steps, and those that several steps share."""

    path: str
    steps: tuple[Step, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    definitions: int = 0
    skipped: int = 0
    not_checked: tuple[Diagnostic, ...] = ()
    """Relations other than equalities, which are reported but not checked."""
    text: str = ""
    inferred: tuple[str, ...] = ()
    """What names mean that the document does not declare, as declarations in LaTeX."""

    def __repr__(self) -> str:
        return f"<DocumentReport {self.path!r}: {self._counts()}>"

    def _counts(self) -> str:
        counts = Counter(step.verdict for step in self.steps)
        return ", ".join(f"{number} {verdict}" for verdict, number in counts.items()) or "no steps"

    def _repr_html_(self) -> str:
        """A table with a row for each step, for notebooks."""
        rows = [
            (step.span.place, Formula(f"{step.left} = {step.right}"), step.verdict, step.found) for step in self.steps
        ]
        for one in self.diagnostics:
            if one.severity == "error" and not any(step.diagnostic is one for step in self.steps):
                rows.append((one.span.place if one.span else "", Formula(""), "unreadable", _said(one)))
        return html_table(f"{self.path}: {self._counts()}", ("place", "step", "verdict", ""), rows)

    def to_frame(self) -> Any:
        """The steps as a ``pandas.DataFrame``, one row each. Raises ``SymgradError`` where pandas is missing."""
        require({"pandas": "pandas"}, "a data frame")
        import pandas

        columns = "cell line column left right verdict expected method difference code message assumptions inferred"
        rows = [
            (
                step.span.shown.source.cell,
                step.span.line,
                step.span.column,
                step.left,
                step.right,
                step.verdict,
                step.expected,
                step.evidence.method,
                step.difference,
                step.diagnostic.code if step.diagnostic else None,
                step.diagnostic.message if step.diagnostic else None,
                step.assumptions,
                step.inferred,
            )
            for step in self.steps
        ]
        return pandas.DataFrame(rows, columns=columns.split())


def _said(one: Diagnostic) -> str:
    """A diagnostic in a line."""
    remedy = f" ({one.remedy})" if one.remedy else ""
    return f"{one.code} {one.message}{remedy}"


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """All documents of one check."""

    documents: tuple[DocumentReport, ...]

    def __repr__(self) -> str:
        steps = sum(len(document.steps) for document in self.documents)
        return f"<Report: {len(self.documents)} documents, {steps} steps>"
