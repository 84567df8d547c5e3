"""Gradients by a name that is defined, further down, by what sets them to 0, ``\\mu = \\frac1N \\sum_n x_n``.

With that value both sides of ``\\partial J/\\partial \\mu = …`` are 0, whatever the right side is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from symgrad.core.claims import Claim
from symgrad.core.nodes import ZERO, Definition, Entry, Expr, Ref, Tensor, derivatives_in
from symgrad.core.substitute import mapped_through
from symgrad.reading.names.scope import Defined
from symgrad.reading.read_document import ReadDocument
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Span


def places_of_definitions(document: ReadDocument) -> dict[str, int]:
    """Where each name of a document is defined."""
    values = document.scope.values.items()
    own = ((k, e) for k, e in values if isinstance(e, Defined) and e.span.source is document.source)
    return {key.latex: entry.span.start for key, entry in own}


def holds_at_optimum_alone(
    claim: Claim, places: Mapping[str, int], proves: Callable[[Claim], bool], span: Span
) -> Diagnostic | None:
    """Why a proof says nothing: both sides are 0 by the value of what is differentiated by, and differ without it."""
    for node in (n for side in (claim.left, claim.right) for n in derivatives_in(side)):
        cost, by = node.body, node.target
        if not isinstance(cost, Ref) or not isinstance(by, Ref):
            continue
        made = by.definition
        if places.get(made.name, 0) <= places.get(cost.definition.name, len(span.source.text)):
            continue
        zero = claim.right is not ZERO and proves(replace(claim, right=ZERO))
        if zero and proves(claim) and not proves(_free(claim, made)):
            message = f"both sides are 0 by the value that `{made.name}` is given further down"
            remedy = f"name the value otherwise, `{made.name}^* = …`"
            return Diagnostic("SG118", message, span, remedy)
    return None


def _free(claim: Claim, made: Definition) -> Claim:
    """The claim for any value of a defined quantity."""
    over = tuple(p.range for p in made.params)
    own = Tensor(made.name, tuple(r for r in over if r is not None), row=made.row)

    def at(node: Expr, _: Callable[[Expr], Expr]) -> Expr | None:
        return Entry(own, node.indices) if isinstance(node, Ref) and node.definition is made else None

    return replace(claim, left=mapped_through(claim.left, at), right=mapped_through(claim.right, at))
