"""Sizes of ranges, and positions used as numbers, as polynomials."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import comb

from symgrad.core.ranges import Affine, Index, Range
from symgrad.proving.attempt import Attempt, Poly, Slots
from symgrad.proving.interner import Head, Number
from symgrad.proving.limits import Unsupported
from symgrad.proving.poly import ONE, accumulate
from symgrad.proving.position_ids import COMPOUND
from symgrad.proving.powers import power
from symgrad.proving.templates import int_if_whole

MAX_NUMBERED = 8


def numbered_positions(range_: Range | None) -> range | None:
    """The positions of a range whose ends are numbers; None if they are too many."""
    if range_ is None or range_.lo.terms or range_.hi.terms or not 0 < range_.size.const <= MAX_NUMBERED:
        return None
    return range(range_.lo.const, range_.hi.const + 1)


def size_of(ctx: Attempt, range_: Range | None) -> Poly:
    """The number of positions of a range."""
    if range_ is None:
        raise Unsupported("a bound index without a range")
    size = range_.size
    surely = size.const > 0 and not size.terms
    if not surely and (size.const or any(c != 1 for _, c in size.terms)):
        ctx.nonempty[ctx.interner.range_id(range_)] = None
    return affine(ctx, size)


def affine(ctx: Attempt, value: Affine) -> Poly:
    """An affine of sizes and positions, as a number."""
    total: Poly = {ONE: value.const} if value.const else {}
    for symbol, c in value.terms:
        if isinstance(symbol, Index):
            accumulate(total, position_number(ctx, ctx.positions.of(symbol)), c)
        else:
            accumulate(total, {((ctx.interner.leaf("size", symbol, 0, symbol).id, (), 1),): 1}, c)
    return total


def position_number(ctx: Attempt, p: int) -> Poly:
    """A position as a number."""
    a = ctx.positions.as_arithmetic(p)
    if p >= COMPOUND and a is not None:
        total: Poly = {ONE: a.const} if a.const else {}
        for size, c in a.sizes:
            accumulate(total, {((ctx.interner.leaf("size", size, 0, size).id, (), 1),): 1}, c)
        for index, c in a.terms:
            accumulate(total, position_number(ctx, index), c)
        return total
    head = ctx.interner.leaf("position", "position", 1, "position", rigid=False)
    return {((head.id, (p,), 1),): 1}


def power_sum(ctx: Attempt, range_: Range, k: int) -> Poly:
    """``sum_i i^k`` over a range, by Faulhaber's formula: ``sum_{i=1}^{n} i = n (n + 1) / 2``, ..."""
    size_of(ctx, range_)
    total: Poly = {}
    for end, sign in ((range_.hi, 1), (range_.lo - 1, -1)):
        n = affine(ctx, end)
        for power_of_n, c in enumerate(faulhaber(k)):
            if c and n:
                accumulate(total, power(ctx, n, power_of_n), int_if_whole(sign * c))
    return total


@cache
def faulhaber(k: int) -> tuple[Fraction, ...]:
    """The coefficients of ``sum_{i=1}^{n} i^k`` by powers of ``n``, from ``n^0`` on.

    ``(k + 1) S_k(n) = (n + 1)^{k + 1} - 1 - sum_{j < k} binom(k + 1, j) S_j(n)``
    """
    total = [Fraction(comb(k + 1, p)) for p in range(k + 2)]
    total[0] -= 1
    for j in range(k):
        for p, c in enumerate(faulhaber(j)):
            total[p] -= comb(k + 1, j) * c
    return tuple(c / (k + 1) for c in total)


def rebuild_position(ctx: Attempt, head: Head, slots: Slots, e: Number) -> Poly:
    return power(ctx, position_number(ctx, slots[0]), e)
