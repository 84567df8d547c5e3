"""A check as text for the terminal: one line per document, and below it what its author should look at.

Proved steps are counted. Everything else is shown in the author's own line, with the difference, a witness that can be
tried by hand, and the likely repairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from symgrad.report.frame import Fact, Paint, footnotes, frame
from symgrad.report.problems import UNMARK, finding, is_shown, place_of, unmarked
from symgrad.report.report_format import PLAIN, ReportStyle
from symgrad.report.summary import added, count, failed_expectation, refuted_as_expected, total, waiting
from symgrad.report.witness_values import abridged, results, shortened, sizes, wrapped, written
from symgrad.text.rendering import printable
from symgrad.text.rendering import render as render_diagnostic

if TYPE_CHECKING:
    from symgrad.checking.verdict import DocumentReport, Evidence, Report, Step, Summary
    from symgrad.text.diagnostic import Diagnostic

STYLES = {"proved": "green", "agrees": "yellow", "refuted": "red", "unreadable": "red", "expected": "green"}
SEVERITIES = {"error": "red", "warning": "yellow", "note": "blue"}
NAMES = {"expected": "refuted as expected"}

MAX_LINES = 12
"""The most lines that are named of steps that wait for one cause."""


def render(report: Report, style: ReportStyle = PLAIN) -> str:
    """The whole report. A plainly proved step is shown only where the style asks for every step as it was read."""
    told = TextInParts(style, max((len(document.path) for document in report.documents), default=0))
    return "".join([*map(told.document, report.documents), told.end()])


class TextInParts:
    """The text of a report, document by document: of those that were told, only counts are kept.

    width: that of the longest path.
    """

    def __init__(self, style: ReportStyle, width: int) -> None:
        self.style, self.width = style, width
        self.paint = Paint(style.colour)
        self.counts = total(())
        self.code = ""
        """The first of the codes of all that is shown."""
        self.last: str | None = None

    def document(self, document: DocumentReport) -> str:
        """What is said of one document."""
        read, paint = self.style.read, self.paint
        lines = [_heading(document, self.width, paint), *_inferred(document, read, paint), *_remarks(document, paint)]
        for block in _blocks(document, read, paint):
            lines += ["", block]
        if "" in [self.last, *lines][-2:]:  # a line of air between the last picture and what follows
            lines.append("")
        self.last = lines[-1]
        self.counts = added(self.counts, count(document))
        self.code = min(filter(None, (self.code, *_codes(document))), default="")
        return "\n".join(lines) + "\n"

    def end(self) -> str:
        """The counts, and where to read more if there is something to repair."""
        lines = [""] if self.last else []
        lines.append(_summary(self.counts, self.paint))
        if self.code:
            lines.append(f"symgrad explain {self.code} says more; --read shows how each step was read.")
        return "\n".join(lines) + "\n"


def _heading(document: DocumentReport, width: int, paint: Paint) -> str:
    counts = asdict(count(document))
    causes = _causes(counts.pop("causes"))
    said = [
        paint(STYLES.get(name, ""), f"{number} {NAMES.get(name, name)}{causes if name == 'unreadable' else ''}")
        for name, number in counts.items()
        if number and name != "definitions"
    ]
    return f"{paint('bold', document.path)}{' ' * (width - len(document.path))}  {', '.join(said) or 'no steps'}"


def _summary(counts: Summary, paint: Paint) -> str:
    """All counts, zeros too, because a missing number could be mistaken for zero."""
    numbers = asdict(counts)
    causes = _causes(numbers.pop("causes"))
    said = [
        paint(STYLES.get(name, "") if number else "dim", f"{number} {name}{causes if name == 'unreadable' else ''}")
        for name, number in numbers.items()
    ]
    return " · ".join(said)


def _causes(number: int) -> str:
    """How many diagnostics the unreadable steps wait for."""
    return f" ({number} cause{'s' * (number != 1)})" if number else ""


def _inferred(document: DocumentReport, read: bool, paint: Paint) -> Iterator[str]:
    """What verdicts rest on that is not declared, in one line; all that was inferred, if all is to be shown as read."""
    used = list(dict.fromkeys(declaration for step in document.steps for declaration in step.inferred))
    lines = list(dict.fromkeys((*document.inferred, *used))) if read else abridged(used)
    for nth, line in enumerate(lines):
        yield f"  {paint('blue', 'inferred') if not nth else ' ' * len('inferred')} {printable(line)}"


def _remarks(document: DocumentReport, paint: Paint) -> Iterator[str]:
    """One line per warning about a passing step and per assumption it uses. Steps that are shown have these themselves.

    A warning about the side that two steps of a chain share is given once.
    """
    warnings = (warning for step in document.steps if not is_shown(step) for warning in step.warnings)
    yield from dict.fromkeys(_remark(warning, paint) for warning in warnings)
    others = [one for one in document.diagnostics if one.severity != "error"]
    yield from (_remark(diagnostic, paint) for diagnostic in (*others, *_gathered(document.not_checked)))
    proofs = [step for step in document.steps if step.verdict == "proved" and not is_shown(step)]
    used = list(dict.fromkeys(assumption for step in proofs for assumption in step.assumptions))
    for nth, line in enumerate(wrapped(used)):
        yield f"  {paint('blue', 'assuming') if not nth else ' ' * len('assuming')} {printable(line)}"


def _gathered(notes: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    """The notes, those on chains in the text as one with all their places."""
    chains = [note for note in notes if note.code == "SG405" and note.span]
    more = [note.span.place for note in chains[1:] if note.span]
    for note in notes:
        if more and note is chains[0]:
            yield replace(
                note, message=f"{note.message}, nor {'are those' if more[1:] else 'is that'} at {', '.join(more)}"
            )
        elif note not in chains[1:]:
            yield note


def _remark(diagnostic: Diagnostic, paint: Paint) -> str:
    name = paint(SEVERITIES[diagnostic.severity], diagnostic.severity)
    place = f"{diagnostic.span.place}  " if diagnostic.span else ""
    return f"  {name} {place}{diagnostic.message}  {paint('dim', diagnostic.code)}".rstrip()


def _blocks(document: DocumentReport, read: bool, paint: Paint) -> Iterator[str]:
    """The findings in the order of the document. Steps that wait for one cause are named below it."""
    causes = waiting(document)
    errors = [one for one in document.diagnostics if one.severity == "error"]
    placed = [(one.span.start if one.span else -1, _cause(one, causes.get(one, []), paint)) for one in errors]
    alone = (step for step in document.steps if step.cause is None or (read and not step.has_own_reason))
    shown = (step for step in alone if read or is_shown(step))
    placed += [(step.span.start, _step(step, read, paint)) for step in shown]
    yield from (block for _, block in sorted(placed, key=lambda item: item[0]))


def _cause(diagnostic: Diagnostic, steps: Sequence[Step], paint: Paint) -> str:
    """A diagnostic outside of steps or of several steps, and the lines of those that wait for it."""
    own = next((step for step in steps if step.has_own_reason), None)
    others = [step for step in steps if step is not own]
    kind, facts = ("unreadable", list(_warnings(own))) if own else ("error", [])
    block = _diagnostic(diagnostic, kind, facts, paint)
    if not others:
        return block
    lines = list(dict.fromkeys(step.span.place.rpartition(":")[0] for step in others))
    places = ", ".join([*lines[:MAX_LINES], *(["…"] if len(lines) > MAX_LINES else [])])
    said = "1 step waits" if len(others) == 1 else f"{len(others)} steps wait"
    word = f"line{'s' * (len(lines) > 1)} " if all(map(str.isdigit, lines)) else ""
    margin = " " * len(str(diagnostic.span.line if diagnostic.span else 1))
    return f"{block}\n{margin} {paint('blue', '+')} {said} for this: {word}{places}"


def _diagnostic(diagnostic: Diagnostic, kind: str, facts: list[Fact], paint: Paint) -> str:
    """A diagnostic with the author's line. ``kind`` is the first word of its head."""
    lines = render_diagnostic(diagnostic, paint.on).split("\n")
    code = f"[{diagnostic.code}]" if diagnostic.code else ""
    lines[0] = _head(kind, SEVERITIES[diagnostic.severity], code, diagnostic.message, paint)
    spans = [*([diagnostic.span] if diagnostic.span else []), *(span for span, _ in diagnostic.labels)]
    return "\n".join([*lines, *footnotes(facts, max((span.line for span in spans), default=1), paint)])


def _head(name: str, style: str, code: str, words: str, paint: Paint) -> str:
    return paint(style, name + code) + paint("bold", f": {printable(words)}" if words else "")


def _step(step: Step, read: bool, paint: Paint) -> str:
    """A step with all that is known about it; for a passing step, how it was read."""
    if step.cause is not None:
        at = step.cause.span
        facts: list[Fact] = [("waits for", [at.place if at else step.cause.message])]
        return frame(paint("red", "unreadable"), step.span, "note", facts, paint)
    if step.verdict == "unreadable" and step.diagnostic:
        return _diagnostic(step.diagnostic, "unreadable", list(_warnings(step)), paint)
    facts = [*(_reading(step) if read else ()), *_grounds(step), *(_script(step) if read else ()), *_warnings(step)]
    if not is_shown(step):
        passed = "expected" if refuted_as_expected(step) else step.verdict
        return frame(paint(STYLES[passed], NAMES.get(passed, passed)), step.span, "note", facts, paint)
    code, words = finding(step)
    name, style = ("unexpected", "red") if failed_expectation(step) else (step.verdict, STYLES[step.verdict])
    head = _head(name, style, f"[{code}]" if code else "", words, paint)
    return frame(head, place_of(step), "warning" if style == "yellow" else "error", facts, paint)


def step_text(step: Step) -> str:
    """One step for itself, as the failure of a test shows it: one that waits is told with what it waits for."""
    paint = Paint(False)
    if step.cause is None:
        return _step(step, False, paint)
    place = f"{step.span.shown.source.name}:{step.span.line}:{step.span.column}"
    return f"{_diagnostic(step.cause, 'unreadable', [], paint)}\n{place} waits for this"


def _reading(step: Step) -> Iterator[Fact]:
    if step.read_left or step.read_right:
        yield "read as", [step.read_left, f"= {step.read_right}"]
    if step.verdict == "proved":
        yield "by", [evidence_text(step.evidence)]
    if step.conditions:
        yield "where", [", ".join(step.conditions)]
    if step.inferred:
        yield "inferred", [", ".join(step.inferred)]


def _grounds(step: Step) -> Iterator[Fact]:
    """The grounds of the verdict, and likely repairs."""
    if step.left not in step.span.text and step.diagnostic is None:
        yield "left side", [shortened(step.left)]
    if step.difference is not None:
        yield "left - right", [step.difference]
    if step.witness and step.witness.shapes and step.diagnostic is None:
        left, right = (" × ".join(shape) or "a number" for shape in step.witness.shapes)
        yield "shapes", [f"left {left}, right {right}"]
    elif step.witness and not step.witness.shapes:
        witness = step.witness
        given: dict[str, Any] = {**witness.sizes, **witness.values, **witness.at}
        yield "differs at", wrapped([f"{name} = {written(value)}" for name, value in given.items()])
        left, right = results(witness.left, witness.right)
        yield "there", [f"left = {left}, right = {right}"]
    if step.verdict == "agrees":
        yield "evidence", [evidence_text(step.evidence)]
    if step.assumptions:
        yield "assuming", [", ".join(step.assumptions)]
    if unmarked(step):
        yield "help", [UNMARK]
    for repair in step.repairs:
        yield "perhaps", [repair]


def _script(step: Step) -> Iterator[Fact]:
    """A program that computes both sides of a refuted step."""
    if step.witness and step.witness.script:
        yield "try it", step.witness.script.splitlines()


def evidence_text(evidence: Evidence) -> str:
    """How a verdict was earned, in a few words."""
    if not evidence.samples:
        return evidence.method
    drawn = f"{evidence.samples} evaluations" + (f" at {sizes(evidence.sizes)}" if evidence.sizes else "")
    if evidence.method == "normal form":
        return f"normal form, and {drawn}"
    bound = f"exact from {sizes(evidence.bound)} on" if evidence.bound else "no bound"
    return f"{drawn}; {bound}"


def _warnings(step: Step) -> Iterator[Fact]:
    for warning in step.warnings:
        place = f"{warning.span.place}: " if warning.span else ""
        yield "warning", [f"{place}{warning.message} ({warning.code})"]


def _codes(document: DocumentReport) -> Iterator[str]:
    """The codes of what is to be repaired."""
    yield from (one.code for one in document.diagnostics if one.severity == "error")
    for step in filter(is_shown, document.steps):
        yield step.diagnostic.code if step.diagnostic else finding(step)[0]
