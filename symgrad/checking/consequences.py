"""A step that follows from a condition: setting ``E = 0`` gives ``L = R`` where ``L - R`` is a multiple of ``E``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import permutations

from symgrad.core.claims import Claim
from symgrad.core.nodes import Expr, Num, add, mul, neg
from symgrad.core.ranges import Index
from symgrad.core.substitute import substitute

FACTORS = tuple(
    Fraction(n, d) * sign for n, d in ((1, 1), (2, 1), (1, 2), (4, 1), (1, 4), (3, 1), (1, 3)) for sign in (1, -1)
)
"""Numbers that an author divides by without a word."""
MAX_AXES = 2


def follows(claim: Claim, premise: Claim, proves: Callable[[Claim], bool]) -> bool:
    """True if ``claim`` is the premise times a number other than 0, proved as an identity."""
    gap = add(claim.left, neg(claim.right))
    for given in _aligned(claim, premise):
        if any(proves(replace(claim, left=gap, right=mul(Num(q), given))) for q in FACTORS):
            return True
    return False


def _aligned(claim: Claim, premise: Claim) -> Iterator[Expr]:
    """The two sides' difference of a premise, its free indices named as those of the claim."""
    gap = add(premise.left, neg(premise.right))
    if len(claim.free) != len(premise.free) or len(claim.free) > MAX_AXES:
        return
    for order in permutations(claim.free):
        if all(a.range == b.range for a, b in zip(premise.free, order, strict=True)):
            mapping: dict[Index, Index] = dict(zip(premise.free, order, strict=True))
            yield substitute(gap, dict(mapping))
