"""The result of a check: one verdict with its evidence per step, grouped by document."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from symgrad.text.diagnostic import Diagnostic
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
    """Where the sides differ: values with both results, or the two shapes."""

    sizes: dict[str, int] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)
    left: float | None = None
    right: float | None = None
    shapes: tuple[tuple[str, ...], tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
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
    """For an unreadable step: the reason."""
    trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    proved: int = 0
    agrees: int = 0
    refuted: int = 0
    unreadable: int = 0
    expected: int = 0
    skipped: int = 0
    definitions: int = 0


@dataclass(frozen=True, slots=True)
class DocumentReport:
    """One document: its steps in document order, and diagnostics outside of steps."""

    path: str
    steps: tuple[Step, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    definitions: int = 0
    skipped: int = 0
    not_checked: tuple[Diagnostic, ...] = ()
    """Relations other than equalities, which are reported but not checked."""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All documents of one check."""

    documents: tuple[DocumentReport, ...]
