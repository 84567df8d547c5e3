"""Bounds of SymPy's sums and products: ``(j, 0, n - 1)``, ``(j, 0, i)``, and ``(j, 0, 2)`` in an axis of length n.

An index has a range whose ends are sizes. Where the bounds are not such ends, the index runs over a whole axis, or
over the widest range that the bounds can have, and the bounds are conditions.
"""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.core.affine_order import least, surely_at_least
from symgrad.core.nodes import Cond, Entry, Expr, distinct
from symgrad.core.ranges import Affine, Gather, Index, IndexExpr, Range, index_expr
from symgrad.sympy_door.bridge import BridgeError


def widest(lo: Affine, hi: Affine) -> Range | None:
    """All positions between two ends, over the ranges of the indices in them; None if an index has no range."""
    low, high = least(lo), least(hi.scale(-1))
    return None if low is None or high is None else Range(low, high.scale(-1))


def own_axes(index: Index, body: Expr) -> Iterator[Range]:
    """The axes in whose slots an index stands alone."""
    for node in distinct(body):
        if isinstance(node, Entry):
            for at, range_ in zip(node.indices, node.tensor.ranges, strict=True):
                yield from _alone(index, at, range_)


def _alone(index: Index, at: IndexExpr, range_: Range) -> Iterator[Range]:
    if at is index:
        yield range_
    elif isinstance(at, Gather):
        for inner, r in zip(at.indices, at.array.ranges, strict=True):
            yield from _alone(index, inner, r)


def limited(index: Index, lo: Affine, hi: Affine, over: Range) -> tuple[Cond, ...]:
    """The conditions ``lo <= index`` and ``index <= hi``, those that are ends of the range left out."""
    low, high = Cond("lt", index, index_expr(lo), True), Cond("lt", index_expr(hi), index, True)
    return tuple(c for c, given, end in ((low, lo, over.lo), (high, hi, over.hi)) if given != end)


def not_reversed(shown: str, lo: Affine, hi: Affine) -> Affine | None:
    """``hi + 1 - lo`` over the widest range of the indices in it, which must not be negative; None if it never is.

    SymPy gives a sum from 5 to 2 a sign; here it is empty. Raises ``BridgeError`` where that differs for certain.
    """
    room = least(hi + 1 - lo)
    if room is None or (all(c > 0 for _, c in room.terms) and room.const + sum(c for _, c in room.terms) >= 0):
        return None
    if all(c < 0 for _, c in room.terms) and (room.terms or room.const < 0):
        raise BridgeError(
            f"the bounds of the sum over {shown} are reversed{' for some indices' if room != hi + 1 - lo else ''}; "
            "SymPy gives such a sum a sign: write the lower bound first, or say with a Piecewise when there is nothing"
        )
    return room


def bounded(index: Index, range_: Range, where: tuple[Cond, ...]) -> tuple[Affine, Affine, tuple[Cond, ...]]:
    """Bounds in the place of those conditions that can be bounds: they lie in the range and are never reversed."""
    lo, hi, rest = range_.lo, range_.hi, []
    for c in where:
        other = c.right if c.left is index else c.left
        if c.op != "lt" or index not in (c.left, c.right) or isinstance(other, Gather):
            rest.append(c)
            continue
        end = Affine.of(other)  # type: ignore[arg-type]  # of two positions
        below = (c.left is index) == c.negated  # whether the index lies above the other
        end = end if c.negated else end + (1 if below else -1)
        if below and lo == range_.lo and _between(end, range_.lo, hi + 1):
            lo = end
        elif not below and hi == range_.hi and _between(end, lo - 1, range_.hi):
            hi = end
        else:
            rest.append(c)
    return lo, hi, tuple(rest)


def _between(end: Affine, lo: Affine, hi: Affine) -> bool:
    return surely_at_least(end - lo, 0, 1) and surely_at_least(hi - end, 0, 1)
