"""Comparisons of positions that hold for all sizes: a constant gap, and bounds over the ranges of the indices.

The proof has its own (``proving/position_ids.py``), which also knows what a document assumes.
"""

from __future__ import annotations

from symgrad.core.ranges import Affine, Gather, Index, IndexExpr, Range


def constant_gap(left: IndexExpr, right: IndexExpr) -> int | None:
    """``left - right`` where it is one number for all sizes and positions, else None."""
    if isinstance(left, Gather) or isinstance(right, Gather):
        return None
    gap = Affine.of(left) - right
    return None if gap.terms else gap.const


def contains(range_: Range, position: IndexExpr) -> bool:
    """True if the position is at a constant distance from both ends of the range, and between them."""
    above, below = constant_gap(position, range_.lo), constant_gap(range_.hi, position)
    return above is not None and below is not None and above >= 0 and below >= 0


def least(affine: Affine) -> Affine | None:
    """The smallest value over the ranges of its indices, as an affine in sizes; None if an index has no range."""
    total = Affine((), affine.const)
    for symbol, c in affine.terms:
        end: Affine | str
        if not isinstance(symbol, Index):
            end = symbol
        elif symbol.range is None:
            return None
        else:
            end = symbol.range.lo if c > 0 else symbol.range.hi
        total = total + Affine.of(end).scale(c)
    return total


def surely_at_least(affine: Affine, n: int, smallest_size: int | None = None) -> bool:
    """True if ``affine >= n`` for all positions in the ranges of its indices.

    smallest_size: what every size is known to reach; None if nothing may be used of sizes.
    """
    low = least(affine)
    if low is None:
        return False
    if smallest_size is None:
        return not low.terms and low.const >= n
    return all(c > 0 for _, c in low.terms) and low.const + smallest_size * sum(c for _, c in low.terms) >= n
