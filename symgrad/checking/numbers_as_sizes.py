"""Undeclared numbers that count: the ``D`` of ``-\\frac{D}{2} \\log(2 \\pi)`` is how many entries a vector has."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from itertools import islice, product

from symgrad.core.claims import Claim
from symgrad.core.nodes import Deriv, Entry, Expr, Size, Tensor, reach, walk
from symgrad.core.ranges import Range
from symgrad.core.substitute import mapped_through
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Span

MAX_READINGS = 8


class NumbersAsSizes:
    """The undeclared numbers of a document that steps have shown to be sizes."""

    def __init__(self) -> None:
        self.found: dict[Tensor, Range] = {}

    def reading(self, claim: Claim, undeclared: Collection[Tensor], holds: Callable[[Claim], bool]) -> Claim | None:
        """The claim with a number as the size of an undeclared array: one that was found before, or one that makes it
        hold; None without one.

        Nothing else is known of the number: it is not differentiated by, and a size of its letter is not in use.
        """
        both = reach(claim.left) | reach(claim.right)
        own = [t for t in both.tensors if t in undeclared]
        known = {t: self.found[t] for t in own if t in self.found}
        if known:
            return _counting(claim, known)
        derivatives = (n for side in (claim.left, claim.right) for n in walk(side) if isinstance(n, Deriv))
        by = {t for n in derivatives for t in reach(n.target).tensors}
        ranges = dict.fromkeys(r for t in own for r in t.ranges)
        sizes = {name for r in ranges for name in r.size.sizes()}
        numbers = [t for t in own if not t.ranges and len(t.name) == 1 and t not in by and t.name not in sizes]
        for number, over in islice(product(numbers, ranges), MAX_READINGS):
            other = _counting(claim, {number: over})
            if holds(other):
                self.found[number] = over
                return other
        return None

    def note(self, claim: Claim, span: Span) -> Diagnostic:
        """The warning that numbers of a claim are read as sizes."""
        used = [t for t in (reach(claim.left) | reach(claim.right)).tensors if t in self.found]
        said = " and ".join(f"`{t.name}` as the size `{self.found[t].size}`" for t in used)
        remedy = "name the size in a shape, " + ", ".join(f"`\\mathbb{{R}}^{t.name}`" for t in used)
        return Diagnostic("SG210", f"what is not declared is read here as it fits: {said}", span, remedy, "warning")


def _counting(claim: Claim, sizes: Mapping[Tensor, Range]) -> Claim:
    def put(node: Expr, _: Callable[[Expr], Expr]) -> Expr | None:
        return Size(sizes[node.tensor].size) if isinstance(node, Entry) and node.tensor in sizes else None

    return replace(claim, left=mapped_through(claim.left, put), right=mapped_through(claim.right, put))
