"""Ranges of names that are not declared, while they are found from use."""

from __future__ import annotations

from symgrad.core.affine_order import constant_gap
from symgrad.core.ranges import Affine, Range, next_serial


class OpenRange(Range):
    """A range that is not known yet. ``found``: the range that it was found to be, or another open one."""

    __slots__ = ("found",)
    found: Range | None

    def __init__(self) -> None:
        end = Affine.of(f"?{next_serial()}")
        for name, value in (("lo", Affine((), 1)), ("hi", end), ("found", None)):
            object.__setattr__(self, name, value)

    def take(self, found: Range) -> None:
        object.__setattr__(self, "found", found)


def resolved(r: Range | None) -> Range | None:
    """The range that an open range was found to be; of those that are still open and equal, always the same one."""
    while isinstance(r, OpenRange) and r.found is not None:
        r = r.found
    return r


def agree(a: Range, b: Range) -> bool:
    """True if two ranges are equal, or one is open: it is found to be the other.

    An open range found to end at N - 1 in one sum and at N in another is the longer one.
    """
    one, other = resolved(a), resolved(b)
    if one == other or one is None or other is None:
        return True
    if isinstance(one, OpenRange):
        one.take(other)
        return True
    if isinstance(other, OpenRange):
        other.take(one)
        return True
    return _widened(a, one, other) or _widened(b, other, one)


def _widened(r: Range, known: Range, other: Range) -> bool:
    """Let an open range that was found too short be the union of both; False if it is not open."""
    if not isinstance(r, OpenRange):
        return False
    below, above = constant_gap(known.lo, other.lo), constant_gap(other.hi, known.hi)
    if below is None or above is None:
        return False
    last = r
    while isinstance(last.found, OpenRange):
        last = last.found
    last.take(Range(other.lo if below > 0 else known.lo, other.hi if above > 0 else known.hi))
    return True
