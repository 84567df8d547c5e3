"""Equal sums written in different ways: shifted or reversed bounds, and inequalities between bound indices.

``sum_{j=1}^{n} f(j+1) = sum_{j=2}^{n+1} f(j)``; ``sum_{i<j} f_ij = (1/2) sum_{i != j} f_ij`` for a
symmetric ``f``. Which of ``[i < j]`` and ``[j < i]`` is used does not depend on the names of the indices.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from symgrad.core.ranges import Range
from symgrad.proving.attempt import Attempt, Mono, Part, Poly
from symgrad.proving.indicators import delta
from symgrad.proving.poly import accumulate, mentions, mul, replace
from symgrad.proving.position_ids import COMPOUND, Gathered
from symgrad.proving.templates import to_template

MAX_WAYS = 8
Changed = tuple[tuple[int, ...], Poly]


def occurrences(ctx: Attempt, p: int, index: int) -> Iterator[tuple[int, int]]:
    """(coefficient, constant) of the arithmetic around each occurrence of an index in a position."""
    if p == index:
        yield (1, 0)
    elif p >= COMPOUND:
        c = ctx.positions.compound[p]
        if isinstance(c, Gathered):
            for x in c.at:
                yield from occurrences(ctx, x, index)
        else:
            for i, k in c.terms:
                if i == index:
                    yield (k, c.const)


def unshifted(ctx: Attempt, bound: tuple[int, ...], factors: Mono) -> Changed | None:
    """Shift a bound index so that its smallest offset is 0; reverse it first if its coefficient is always -1."""
    positions = ctx.positions
    if not any(s >= COMPOUND for x in factors for s in x[1]):
        return None
    for b in bound:
        found = {o for x in factors for s in x[1] for o in occurrences(ctx, s, b)}
        signs = {k for k, _ in found}
        range_ = positions.ranges.get(b)
        if range_ is None or len(signs) != 1 or not signs <= {1, -1}:
            continue
        sign = signs.pop()
        shift = min(c for _, c in found)
        if sign == 1 and shift == 0:
            continue
        lo, hi = (range_.lo, range_.hi) if sign == 1 else (range_.hi.scale(-1), range_.lo.scale(-1))
        fresh = positions.fresh(Range(lo + shift, hi + shift))
        new = positions.plus(positions.literal(-shift * sign), fresh, sign)
        return tuple(fresh if i == b else i for i in bound), replace(ctx, factors, b, new)
    return None


def without_order(ctx: Attempt, bound: tuple[int, ...], factors: Mono) -> Changed | None:
    """``[i < j] = 1 - delta_{ij} - [j < i]`` for a bound ``j`` and an ``i`` that is not bound. For two bound indices of
    one range: ``sum_{i<j} = (1/2) sum_{i != j}`` if they are exchangeable, else the smaller of both templates."""
    ranges = ctx.positions.ranges
    for n, (hid, slots, e) in enumerate(factors):
        if ctx.heads[hid].kind != "less" or e != 1:
            continue
        rest: Mono = (*factors[:n], *factors[n + 1 :])
        swapped: Part = (hid, slots[::-1], 1)
        other: Mono = tuple(sorted((*rest, swapped)))
        total: Poly = {}
        weight = Fraction(1)
        if slots[1] in bound and not any(ctx.positions.mentions(slots[0], b) for b in bound):
            total[other] = -1
        elif set(slots) <= set(bound) and ranges[slots[0]] == ranges[slots[1]]:
            here = to_template(ctx, "sum", "", [((0, 1), factors)], bound)
            there = to_template(ctx, "sum", "", [((0, 1), other)], bound)
            if here == there:
                ctx.note("sum over i < j = half the sum over i != j")
                weight = Fraction(1, 2)
            elif there < here:
                total[other] = -1
            else:
                continue
        else:
            continue
        accumulate(total, {rest: weight})
        accumulate(total, mul(ctx, delta(ctx, *slots), {rest: 1}), -weight)
        return bound, total
    return None


def with_equal_positions_exchanged(ctx: Attempt, bound: tuple[int, ...], factors: Mono) -> list[Mono]:
    """A product with ``delta_{n_k n_l}`` in all equivalent ways: each of the two positions may replace the other.
    Which one the delta left depends on names; the smallest of all ways does not."""
    ways = [factors]
    for x in factors:
        if ctx.heads[x[0]].kind != "delta" or len(ways) >= MAX_WAYS or min(x[1]) < COMPOUND:
            continue
        p, q = x[1]
        if not all(ctx.positions.indices_in(s) & frozenset(bound) for s in (p, q)):
            continue
        for way in list(ways):
            rest = tuple(y for y in way if y != x)
            for old, new in ((p, q), (q, p)):
                moved = replace(ctx, rest, old, new) if mentions(ctx, rest, old) else {}
                if x in way and len(moved) == 1:
                    ((mono, c),) = moved.items()
                    if c == 1:
                        ways.append(tuple(sorted((*mono, x))))
    return ways
