"""Sizes of ranges, and positions used as numbers, as polynomials."""

from __future__ import annotations

from symgrad.core.ranges import Affine, Index, Range
from symgrad.proving.attempt import Attempt, Poly, Slots
from symgrad.proving.interner import Head, Number
from symgrad.proving.limits import Unsupported
from symgrad.proving.poly import ONE, accumulate
from symgrad.proving.position_ids import COMPOUND
from symgrad.proving.powers import power

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
    if size.const or any(c != 1 for _, c in size.terms):
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


def rebuild_position(ctx: Attempt, head: Head, slots: Slots, e: Number) -> Poly:
    return power(ctx, position_number(ctx, slots[0]), e)
