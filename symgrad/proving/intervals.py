"""Signs of polynomials whose entries lie in intervals: ``1 - p > 0`` for ``p`` in ``(0, 1)``."""

from __future__ import annotations

from dataclasses import dataclass

from symgrad.core.nodes import Interval
from symgrad.proving.attempt import Attempt, Mono, Part, Poly
from symgrad.proving.interner import Number
from symgrad.proving.poly import is_natural


@dataclass(frozen=True, slots=True)
class End:
    """An end of the values that an expression takes; ``taken``: whether the end is one of them."""

    at: Number
    taken: bool


Ends = tuple[End | None, End | None]
"""The lower and the upper end; None for none."""


def lower_end(ctx: Attempt, poly: Poly) -> End | None:
    """A lower end of the values of a polynomial; None if none is known."""
    total: Number = 0
    taken = True
    for mono, c in poly.items():
        ends = _of_product(ctx, mono)
        end = ends[0] if c > 0 else ends[1]
        if end is None:
            return None
        total, taken = total + c * end.at, taken and end.taken
    return End(total, taken)


def _of_product(ctx: Attempt, mono: Mono) -> Ends:
    """The ends of a product. More than one factor only if none is negative."""
    if not mono:
        return End(1, True), End(1, True)
    if len(mono) == 1 and mono[0][2] == 1:
        return _of_part(ctx, mono[0])
    low, high = End(1, True), End(1, True)
    bounded = True
    for x in mono:
        a, b = _of_part(ctx, x)
        if a is None or a.at < 0 or not is_natural(x[2]):
            return None, None
        bounded = bounded and b is not None
        for _ in range(int(x[2])):
            low = _times(low, a)
            high = high if b is None else _times(high, b)
    return low, high if bounded else None


def _times(x: End, y: End) -> End:
    """The end of a product of numbers that are not negative. A 0 is taken if one factor takes it."""
    if x.at == 0 or y.at == 0:
        return End(0, any(e.at == 0 and e.taken for e in (x, y)))
    return End(x.at * y.at, x.taken and y.taken)


def _of_part(ctx: Attempt, x: Part) -> Ends:
    head = ctx.heads[x[0]]
    if head.kind != "entry":
        return None, None
    if head.of.domain == "bit":
        return End(0, True), End(1, True)
    if head.of.domain == "sign":
        return End(-1, True), End(1, True)
    within: Interval | None = head.of.within
    if within is None:
        return (End(0, head.of.domain == "nonnegative") if head.of.domain != "real" else None), None
    low = None if within.low is None else End(within.low, within.has_low)
    high = None if within.high is None else End(within.high, within.has_high)
    return low, high
