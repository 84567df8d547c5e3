"""What is told of a step when an editor points at it, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.checking.verdict import Step
from symgrad.page.marks import mark_of
from symgrad.report.problems import finding
from symgrad.report.witness_values import results, written


def told(step: Step) -> str:
    """The verdict and the reading of a step, its assumptions, and for a refuted one the difference and a witness."""
    return "\n\n".join(_parts(step))


def _parts(step: Step) -> Iterator[str]:
    mark = mark_of(step)
    reason = finding(step) if mark.kind not in ("proved", "expected") else ("", "")
    said = f": {reason[1]}" if reason[1] else ""
    code = f" ({reason[0]})" if reason[0] else ""
    yield f"**{mark.shape} {mark.word}**{said}{code}"
    if step.read_left or step.read_right:
        yield f"```latex\n{step.read_left}\n= {step.read_right}\n```"
    if step.cause is not None and step.cause.span is not None and not step.has_own_reason:
        yield f"waits for line {step.cause.span.place}: {step.cause.message}"
    for word, items in (("assuming", step.assumptions), ("where", step.conditions), ("inferred", step.inferred)):
        if items:
            yield f"{word} " + ", ".join(f"`{item}`" for item in items)
    if step.difference is not None:
        yield f"left − right `= {step.difference}`"
    if step.witness is not None and step.witness.shapes is None:
        w = step.witness
        given = {**w.sizes, **w.values, **w.at}
        left, right = results(w.left, w.right)
        at = ", ".join(f"`{name} = {written(value)}`" for name, value in given.items())
        yield f"at {at}: left `{left}`, right `{right}`" if at else f"left `{left}`, right `{right}`"
    for repair in step.repairs:
        yield f"perhaps {repair}"
    if step.diagnostic is not None and step.diagnostic.remedy:
        yield f"{step.diagnostic.remedy}"
