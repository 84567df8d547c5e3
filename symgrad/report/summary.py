"""The counts over all documents of a report, and the exit status that follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from functools import reduce
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symgrad.checking.verdict import DocumentReport, Report, Step, Summary
    from symgrad.text.diagnostic import Diagnostic

PASSED, FAILED, UNREADABLE, INTERNAL, NO_STEPS = 0, 1, 3, 4, 5
OURS = "SG900"
"""The code of a mistake in symgrad: the two engines contradict each other."""


def failed_expectation(step: Step) -> bool:
    """True if the step was marked ``expect refuted`` and is not refuted."""
    return step.expected is not None and step.verdict != "refuted"


def is_weak(step: Step) -> bool:
    """True for a verdict that ``--strict`` does not accept: without proof, or resting on what is not declared."""
    return step.verdict == "agrees" or (step.verdict != "unreadable" and bool(step.inferred))


def refuted_as_expected(step: Step) -> bool:
    """True if the step was marked ``expect refuted`` and is refuted."""
    return step.expected is True and step.verdict == "refuted"


def count(document: DocumentReport) -> Summary:
    """The counts of one document. A refutation that was expected counts in ``expected`` alone.

    An unreadable definition counts as unreadable beside the steps that wait for it.
    """
    from symgrad.checking.verdict import Summary

    names = ["expected" if refuted_as_expected(step) else step.verdict for step in document.steps]
    inside = {step.cause for step in document.steps if step.cause and step.has_own_reason}
    errors = sum(one.severity == "error" and one not in inside for one in document.diagnostics)
    return Summary(
        proved=names.count("proved"),
        agrees=names.count("agrees"),
        refuted=names.count("refuted"),
        unreadable=names.count("unreadable") + errors,
        causes=len(waiting(document)),
        expected=names.count("expected"),
        skipped=document.skipped,
        definitions=document.definitions,
    )


def total(documents: Iterable[DocumentReport]) -> Summary:
    """The counts of all documents together."""
    from symgrad.checking.verdict import Summary

    return reduce(added, map(count, documents), Summary())


def added(one: Summary, other: Summary) -> Summary:
    """The counts of both together."""
    return replace(one, **{f.name: getattr(one, f.name) + getattr(other, f.name) for f in fields(one)})


def waiting(document: DocumentReport) -> dict[Diagnostic, list[Step]]:
    """The unreadable steps by the diagnostic that they wait for."""
    found: dict[Diagnostic, list[Step]] = {}
    for step in document.steps:
        if step.cause is not None:
            found.setdefault(step.cause, []).append(step)
    return found


def internal_errors(report: Report) -> list[Diagnostic]:
    """Where symgrad contradicts itself. This never counts as a pass."""
    found = [one for document in report.documents for one in document.diagnostics]
    found += [step.diagnostic for document in report.documents for step in document.steps if step.diagnostic]
    return [one for one in found if one.code == OURS]


def exit_status(report: Report, *, strict: bool = False, fail_on: str = "unreadable") -> int:
    """4 symgrad is wrong, 1 something refuted (or an expectation failed), 3 something unreadable, 5 no step, else 0.

    fail_on: the least that fails: ``refuted``, ``unreadable``, or ``agrees``, which is 1 then.
    """
    counts = total(report.documents)
    steps = [step for document in report.documents for step in document.steps]
    if internal_errors(report):
        return INTERNAL
    if counts.refuted or any(map(failed_expectation, steps)) or (strict and any(map(is_weak, steps))):
        return FAILED
    if fail_on == "agrees" and counts.agrees:
        return FAILED
    if counts.unreadable and fail_on != "refuted":
        return UNREADABLE
    return PASSED if steps else NO_STEPS


def worst(one: int, other: int) -> int:
    """The exit status of two reports together, from that of each."""
    return min(one, other, key=(INTERNAL, FAILED, UNREADABLE, PASSED, NO_STEPS).index)
