"""The gradients of a document as displays: of all costs, or those requested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from symgrad.gradients.gradient import Form, Gradient, gradient
from symgrad.gradients.named_parts import NamedParts, Written
from symgrad.gradients.requests import GradientRequests, Independent, split_targets
from symgrad.text.diagnostic import NotationError
from symgrad.writing.letters import Naming
from symgrad.writing.matrix_latex import matrix_latex


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

    steps: write the whole derivation. Without ``of``, a cost that does not depend on a target is noted. Without
    ``wrt``, long parts that the gradients of a cost have in common are named in displays before them.
    """
    out = DocumentGradients()
    taken = {n for name in requests.naming.reserved for n in (name, name.split("_")[0])}
    for name in [of] if of is not None else requests.costs():
        together: list[Gradient] = []
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
                together.append(found)
        out.displays += _displays(together, form, taken if not wrt and form != "index" else None)
    if of is None:
        out.problems = [str(NotationError(d)) for d in requests.problems()]
    return out


def _displays(found: Sequence[Gradient], form: Form | None, taken: set[str] | None) -> list[str]:
    """The gradients of one cost; ``taken``: names that common parts must not have, None if none is named."""
    formed = [g for g in found if not g.no_matrix_form]
    written = [Written(g.array, g.entry) for g in formed if g.array is not None]
    named = NamedParts(found[0].requests.naming if found else Naming(), set() if taken is None else taken, written)
    if taken is not None:
        named.find()
    equations = [f"{name} = {matrix_latex(w.array, w.entry, named.naming)}" for name, w in named.definitions.items()]
    arrays = dict(zip(map(id, formed), (w.array for w in written), strict=True))
    for g in found:
        left, right = g.sides("index" if g.no_matrix_form else form, arrays.get(id(g)))
        equations.append(f"{left} = {right}")
    return [f"$$\n{equation}\n$$" for equation in equations]
