"""Degree counts of an expression as a fraction of two polynomials, and how they combine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from symgrad.core.ranges import Affine, Index, IndexExpr, Range, indices_of

Count = Mapping[Range, int]
Slot = tuple[Range | None, IndexExpr]
NONE: frozenset[Any] = frozenset()


@dataclass(frozen=True, slots=True)
class DegreeProfile:
    """Degree counts of an expression as a fraction of two polynomials.

    top, low: dummies per term of numerator and denominator, by range;
    degree: the largest power of each size in a term;
    tight: open indices that a tensor entry contains in every term;
    slots: open positions and arithmetic on them, with their ranges;
    polynomial: False if the expression is no such fraction;
    forks: 1 if it depends on bits, on subsets or on which positions coincide; 2 if it branches by
    values, so that a few samples may miss a branch.
    """

    top: Count
    low: Count
    degree: Count
    tight: frozenset[Index] = NONE
    slots: frozenset[Slot] = NONE
    ranges: frozenset[Range] = NONE
    polynomial: bool = True
    forks: int = 0


NOTHING = DegreeProfile({}, {}, {})


def plus(x: Count, y: Count) -> Count:
    if not x or not y:
        return x or y
    return {r: x.get(r, 0) + y.get(r, 0) for r in (*x, *(r for r in y if r not in x))}


def most(x: Count, y: Count) -> Count:
    if not x or not y:
        return x or y
    return {r: max(x.get(r, 0), y.get(r, 0)) for r in (*x, *(r for r in y if r not in x))}


def scaled(x: Count, k: int) -> Count:
    return {r: c * k for r, c in x.items()}


def both(x: DegreeProfile, y: DegreeProfile) -> DegreeProfile:
    """The profile of a product."""
    if y is NOTHING:
        return x
    if x is NOTHING:
        return y
    return DegreeProfile(
        plus(x.top, y.top),
        plus(x.low, y.low),
        plus(x.degree, y.degree),
        x.tight | y.tight,
        x.slots | y.slots,
        x.ranges | y.ranges,
        x.polynomial and y.polynomial,
        max(x.forks, y.forks),
    )


def left_open(slots: frozenset[Slot], bound: tuple[Index, ...]) -> frozenset[Slot]:
    """The slots without the bound indices; arithmetic is kept, because it requires ranges of some length."""
    return frozenset(s for s in slots if arithmetic(s[1]) or not set(bound) & set(indices_of(s[1])))


def arithmetic(e: IndexExpr) -> bool:
    return isinstance(e, Affine) and bool(e.terms)
