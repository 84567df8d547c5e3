"""The gradients of a document as displays: of all costs, or those requested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from symgrad.gradients.gradient import Form, gradient
from symgrad.gradients.requests import GradientRequests, Independent, split_targets
from symgrad.text.diagnostic import NotationError


@dataclass(slots=True)
class DocumentGradients:
    """Displays, notes on them, and errors in the document because of which costs may be missing."""

    displays: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def document_gradients(
    requests: GradientRequests, of: str | None, wrt: Sequence[str], form: Form | None, steps: bool
) -> DocumentGradients:
    """The gradients of ``of``, or of every cost, by each of ``wrt``, or by every real array it depends on.

    steps: write the whole derivation. Without ``of``, a cost that does not depend on a target is noted.
    """
    out = DocumentGradients()
    for name in [of] if of is not None else requests.costs():
        for by in dict.fromkeys(wrt) if wrt else requests.parameters(requests.quantity(name)):
            try:
                found = gradient(requests, name, split_targets(by))
            except Independent:
                if of is not None:
                    raise
                out.notes.append(f"{name} does not depend on {by}")
                continue
            if found.no_formula and not (of is not None and wrt):
                out.notes.append(f"{name} by {by} is left out: {found.no_formula}")
                continue
            if form != "index" and found.no_matrix_form:
                out.notes.append(f"{name} by {by} has no matrix form: {found.no_matrix_form}")
            if steps:
                out.displays.append(found.steps())
            else:
                out.displays.append(f"$$\n{found.latex('index' if found.no_matrix_form else form)}\n$$")
    if of is None:
        out.problems = [str(NotationError(d)) for d in requests.problems()]
    return out
