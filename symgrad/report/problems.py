"""What a report complains of, as a flat list: one problem per place to look at, in the order of the document.

The formats that list problems alone are made from it, and so is what ``--ignore`` and a baseline leave out.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from symgrad.report.summary import failed_expectation, refuted_as_expected
from symgrad.report.witness_values import shortened
from symgrad.text.rendering import printable

if TYPE_CHECKING:
    from symgrad.checking.verdict import DocumentReport, Report, Step
    from symgrad.comparing.findings import Comparison, Finding
    from symgrad.text.diagnostic import Diagnostic, Severity
    from symgrad.text.source import Span

HEADS = {
    "agrees": ("SG304", "no difference found, and no proof"),
    "refuted": ("SG301", "the two sides differ"),
    "shapes": ("SG302", "the two sides have different shapes"),
    "unexpected": ("SG303", "marked 'expect refuted', but it is"),
    "unreadable": ("", "not understood"),
}
REDEFINES = "is defined anew here, write `:=` in place of `=`"
"""The end of the repair of a step that may be a definition."""
INFERRED = "SG305"
"""The code of a step that fails with ``--strict`` because it rests on names that nobody declared."""
UNMARK = "take the mark away: nothing is wrong here"


@dataclass(frozen=True, slots=True)
class TextEdit:
    """What mends a problem: ``text`` in place of the characters of ``span``; said: in words."""

    span: Span
    text: str
    said: str


@dataclass(frozen=True, slots=True)
class ListedProblem:
    """One finding with its place. Lines and columns count from 1 in code points, ends are exclusive.

    path: of the file that the place is in; cell: of a notebook; details: further lines for people; span: the characters
    in question; step: the step that it is about, if it is about one; fingerprint: the same wherever the problem
    stands; edit: what mends it, where that is known.
    """

    code: str
    message: str
    severity: Severity
    path: str
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1
    cell: int | None = None
    details: tuple[str, ...] = ()
    span: Span | None = None
    step: Step | None = field(default=None, compare=False)
    labels: tuple[tuple[Span, str], ...] = ()
    fingerprint: str = ""
    edit: TextEdit | None = None

    @property
    def place(self) -> str:
        """``path:line:column``, in a notebook ``path:cell N:line:column``."""
        cell = "" if self.cell is None else f":cell {self.cell}"
        return f"{self.path}{cell}:{self.line}:{self.column}"


# --- a check ----------------------------------------------------------------------------------------------


def is_shown(step: Step) -> bool:
    """True if the step is to be looked at: it is neither proved nor refuted as expected."""
    return failed_expectation(step) or not (step.verdict == "proved" or refuted_as_expected(step))


def unmarked(step: Step) -> bool:
    """True if a step is marked as wrong and is right: the mark has to go."""
    return failed_expectation(step) and step.verdict == "proved"


def finding(step: Step) -> tuple[str, str]:
    """The code and the words for a step that is shown."""
    if failed_expectation(step):
        code, words = HEADS["unexpected"]
        return code, f"{words} {step.verdict}"
    if step.diagnostic is not None:
        return step.diagnostic.code, step.diagnostic.message
    return HEADS["shapes" if step.witness and step.witness.shapes else step.verdict]


def place_of(step: Step) -> Span:
    """Where a step that is shown is to be looked at: at the operands that do not fit, or else the whole step."""
    at = step.diagnostic.span if step.diagnostic is not None else None
    return at if at is not None and not failed_expectation(step) else step.span


def problems(report: Report, *, strict: bool = False) -> list[ListedProblem]:
    """The problems of all documents. strict: what ``--strict`` lets fail is an error."""
    return [one for document in report.documents for one in problems_of(document, strict=strict)]


def problems_of(document: DocumentReport, *, strict: bool = False) -> list[ListedProblem]:
    """The problems of one document, in its order. Steps that wait for another problem are not told again."""
    found = [_of_diagnostic(one, document) for one in document.diagnostics if one.severity != "note"]
    for step in document.steps:
        found += _of_step(step, document, strict)
    found = list(dict.fromkeys(found))  # a warning about the side that two steps of a chain share is given once
    found.sort(key=lambda one: one.span.start if one.span else -1)
    return fingerprinted(found)


def fingerprinted(found: Sequence[ListedProblem]) -> list[ListedProblem]:
    """The problems, each with a digest of what it says and of the text that it is about, and not of where that stands.

    Of several that are the same, each has its number in the digest.
    """
    seen: Counter[str] = Counter()
    out = []
    for one in found:
        about = (one.step.left, one.step.right) if one.step else (one.span.text if one.span else one.message,)
        said = "\0".join(
            (one.code, os.path.normpath(one.path).replace(os.sep, "/"), *(" ".join(text.split()) for text in about))
        )
        seen[said] += 1
        digest = hashlib.sha256(f"{said}\0{seen[said]}".encode("utf-8", "surrogatepass")).hexdigest()
        out.append(replace(one, fingerprint=digest[:32]))
    return out


def _of_step(step: Step, document: DocumentReport, strict: bool) -> Iterator[ListedProblem]:
    if is_shown(step) and step.cause is None:
        code, words = finding(step)
        own = step.diagnostic
        labels = own.labels if own is not None and not failed_expectation(step) else ()
        severity: Severity = "error" if strict or step.verdict != "agrees" or failed_expectation(step) else "warning"
        details = tuple(_details(step))
        yield replace(
            placed(code, words + _difference(step), severity, place_of(step), document.path),
            details=details,
            step=step,
            labels=labels,
            edit=edit_of(step),
        )
    elif strict and step.inferred and step.verdict == "proved":
        words = f"this rests on what is not declared: {', '.join(step.inferred)}"
        yield replace(placed(INFERRED, words, "error", step.span, document.path), step=step)
    for warning in step.warnings:
        yield _of_diagnostic(warning, document)


def edit_of(step: Step) -> TextEdit | None:
    """The edit of a refuted step that has one: the transpose that fits, or ``:=`` for a name that is defined anew."""
    own = step.diagnostic
    if failed_expectation(step) or step.verdict != "refuted":
        return None
    if own is not None and own.span is not None and own.instead:
        return TextEdit(own.span, own.instead, own.remedy)
    if step.repairs and step.repairs[0].endswith(REDEFINES):
        text = step.span.text
        sign = text.find("=", len(step.left)) if text.startswith(step.left) else -1
        if sign >= 0:
            at = step.span.start + sign
            return TextEdit(replace(step.span, start=at, end=at + 1), ":=", step.repairs[0])
    return None


def _difference(step: Step) -> str:
    """What belongs into the one line of a refuted step: the difference of its sides, or their shapes."""
    if failed_expectation(step) or step.verdict != "refuted" or step.diagnostic is not None:
        return ""
    if step.witness and step.witness.shapes:
        left, right = (" × ".join(shape) or "a number" for shape in step.witness.shapes)
        return f": left {left}, right {right}"
    return f": left - right = {shortened(step.difference)}" if step.difference is not None else ""


def _details(step: Step) -> Iterator[str]:
    yield f"{step.left} = {step.right}"
    if unmarked(step):
        yield f"help: {UNMARK}"
    if step.verdict == "unreadable" and step.diagnostic is not None and step.diagnostic.remedy:
        yield f"help: {step.diagnostic.remedy}"
    for repair in step.repairs:
        yield f"perhaps: {repair}"


def _of_diagnostic(one: Diagnostic, document: DocumentReport) -> ListedProblem:
    details = (f"help: {one.remedy}",) if one.remedy else ()
    found = placed(one.code, one.message, one.severity, one.span, document.path)
    return replace(found, details=details, labels=one.labels)


def placed(code: str, message: str, severity: Severity, span: Span | None, path: str) -> ListedProblem:
    """A problem at a span; without one, at the beginning of the file at ``path``."""
    message = " ".join(printable(message).split())
    if span is None:
        return ListedProblem(code, message, severity, path)
    shown = span.shown
    line, column = shown.source.position(shown.start)
    end_line, end_column = shown.source.position(shown.end)
    source = shown.source
    return ListedProblem(
        code, message, severity, source.path, line, column, end_line, end_column, source.cell, span=span
    )


# --- a comparison -----------------------------------------------------------------------------------------


def problems_of_comparison(found: Comparison) -> list[ListedProblem]:
    """What differs between code and derivation: a problem of the code, whose place is that of the function."""
    path, line = found.place or (found.path, 1)
    said = [(_differs(one, found), tuple(one.causes)) for one in found.findings if one.verdict != "right"]
    if found.failure:
        said.append((f"{found.function} fails at some points: {found.failure}", ()))
    return fingerprinted(
        [
            ListedProblem(
                "SG301", " ".join(printable(words).split()), "error", path, line, 1, line, 1,
                details=tuple(f"perhaps: {cause}" for cause in causes),
            )
            for words, causes in said
        ]
    )  # fmt: skip


def _differs(one: Finding, found: Comparison) -> str:
    what = f"the gradient by {one.name}" if one.argument else f"the cost {one.name}"
    words = f"{what} of {found.function} differs from that of {found.path}"
    if one.worst is not None:
        entry = f"[{', '.join(map(str, one.worst.entry))}]" if one.worst.entry else ""
        words += f": at {one.argument or one.name}{entry} the code gives {one.worst.code:.6g}, the derivation"
        words += f" {one.worst.exact:.6g}"
    return words + (f" (line {one.step.line} has what the code computes)" if one.step else "")
