"""Positions of all samples at once as NumPy arrays, and gathering the entries at these positions.

Positions outside of their range are marked, and the entries there are nan.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.core.ranges import Affine, Index, IndexExpr, Range, range_of
from symgrad.evaluating.arithmetic import LIMIT, Arr, Axes, Dual, Numbers, align, expand, merge, undefined_where
from symgrad.evaluating.budget import EvaluationTooLarge
from symgrad.evaluating.environment import Environment, EvaluationError


class PositionValues(Arr):
    """Positions (integers) with named axes. ``missing`` marks those that do not exist."""

    __slots__ = ("missing",)

    def __init__(self, a: NDArray[Any], axes: Axes, missing: Arr | None = None) -> None:
        super().__init__(a, axes)
        self.missing = missing


def union_of_masks(x: Arr | None, y: Arr | None) -> Arr | None:
    """True where at least one mask is true; None is false everywhere."""
    if x is None or y is None:
        return y if x is None else x
    a, b, axes = align(x, y)
    return Arr(a | b, axes)


class ArrayPositions:
    """The positions in one environment. Each index expression is evaluated once."""

    def __init__(self, env: Environment) -> None:
        self.env = env
        self._found: dict[IndexExpr, PositionValues] = {}

    def positions(self, e: IndexExpr) -> PositionValues:
        """The positions of an index expression."""
        found = self._found.get(e)
        if found is None:
            found = self._found[e] = self._positions(e)
        return found

    def _positions(self, e: IndexExpr) -> PositionValues:
        if isinstance(e, Index):
            fixed = self.env.position(e)
            if fixed is not None:
                return PositionValues(fixed, ())
            low, count = self.env.span(e)
            if count > LIMIT:
                raise EvaluationTooLarge(f"a range of {count} positions is too long to be evaluated")
            return PositionValues(np.arange(low, low + count)[None, :], (e,))
        if isinstance(e, Affine):
            result = PositionValues(
                np.array([e.const + sum(c * self.env.size(s) for s, c in e.terms if isinstance(s, str))]), ()
            )
            for symbol, c in e.terms:
                if isinstance(symbol, Index):
                    term = self.positions(symbol)
                    a, b, axes = align(result, term)
                    result = PositionValues(a + c * b, axes, union_of_masks(result.missing, term.missing))
            return result
        array = self.env.index_array(e.array)
        got, missing = self.gather(Arr(array, ()), e.array.ranges, e.indices)
        return PositionValues(got.a, got.axes, missing)

    def coincide(self, x: PositionValues, y: PositionValues) -> Numbers:
        """1 where two positions are equal, else 0."""
        a, b, axes = align(x, y)
        missing = union_of_masks(x.missing, y.missing)
        same = Arr((a == b).astype(float), axes)
        return same if missing is None else undefined_where(missing, same)

    def outside(self, x: PositionValues, r: Range) -> Arr | None:
        """True where a position is outside of a range; None if that is nowhere."""
        out = (x.a < self.env.number(r.lo)) | (x.a > self.env.number(r.hi))
        return union_of_masks(x.missing, Arr(out, x.axes) if out.any() else None)

    def gather(self, values: Arr, ranges: tuple[Range, ...], indices: tuple[IndexExpr, ...]) -> tuple[Arr, Arr | None]:
        """The entries at the given positions, and a mask of those that do not exist.

        The axes of ``values.a`` are the samples, one per slot, then ``values.axes``.
        """
        if len(ranges) != len(indices):
            raise EvaluationError(f"{len(indices)} indices for {len(ranges)} slots")
        extra = values.axes
        if not any(i in indices for i in extra) and self._run_through_axes(indices, ranges):
            axes, order = in_serial_order((*indices, *extra))
            return Arr(values.a.transpose(order), axes), None
        at = [self.positions(e) for e in indices]
        axes = merge(extra, *(p.axes for p in at))
        rank = 1 + len(axes)
        missing: Arr | None = None
        key: list[NDArray[Any]] = [np.arange(values.a.shape[0]).reshape(-1, *(1,) * (rank - 1))]
        for p, r, e in zip(at, ranges, indices, strict=True):
            offset = expand(p, axes) - self.env.number(r.lo)
            if p.missing is not None or range_of(e) != r:
                missing = union_of_masks(missing, self.outside(p, r))
                offset = offset.clip(0, max(0, self.env.length(r) - 1))
            key.append(offset)
        for i in extra:
            length = values.a.shape[1 + len(ranges) + extra.index(i)]
            key.append(np.arange(length).reshape([-1 if a is i else 1 for a in (None, *axes)]))
        if rank > 5 and math.prod(np.broadcast_shapes(*(k.shape for k in key))) > LIMIT:
            raise EvaluationTooLarge("an intermediate array is too large")
        if 0 in values.a.shape:
            shape = np.broadcast_shapes(*(k.shape for k in key))
            return Arr(np.zeros(shape, values.a.dtype), axes), Arr(np.ones(shape, bool), axes)
        return Arr(values.a[tuple(key)], axes), missing

    def entry(
        self, values: Numbers, slots: Axes | None, ranges: tuple[Range, ...], indices: tuple[IndexExpr, ...]
    ) -> Numbers:
        """Entries of a value whose slots are the axes ``slots``, or the first axes of its array if that is None."""

        def take(v: Arr) -> Arr:
            if slots is None:
                laid = Arr(v.a, ())
            else:
                extra = tuple(i for i in v.axes if i not in slots)
                full = expand(v, merge(v.axes, slots))
                order = [1 + merge(v.axes, slots).index(i) for i in (*slots, *extra)]
                laid = Arr(np.broadcast_to(full.transpose(0, *order), self._full_shape(v, slots, extra)), extra)
            got, missing = self.gather(laid, ranges, indices)
            if missing is None:
                return got
            marked = undefined_where(missing, got)
            assert isinstance(marked, Arr)  # as ``got`` is one
            return marked

        if isinstance(values, Dual):
            return Dual(
                values.tag,
                self.entry(values.value, slots, ranges, indices),
                self.entry(values.dot, slots, ranges, indices),
            )
        assert isinstance(values, Arr)  # the only other class
        if slots is not None and not any(i in indices for i in values.axes) and self._run_through_axes(indices, ranges):
            renaming = dict(zip(slots, indices, strict=True))
            axes, order = in_serial_order(tuple(renaming.get(i, i) for i in values.axes))
            return Arr(values.a.transpose(order), axes)
        return take(values)

    def _run_through_axes(self, indices: tuple[IndexExpr, ...], ranges: tuple[Range, ...]) -> bool:
        """True if each slot holds an index of its own that is an axis and takes all positions of the slot."""
        return _runs_through_slots(indices, ranges) and all(self.env.position(i) is None for i in indices)  # type: ignore[arg-type]  # bare: all are Index

    def _full_shape(self, v: Arr, slots: Axes, extra: Axes) -> tuple[int, ...]:
        lengths = [self.env.count(i) for i in slots]
        return (v.a.shape[0], *lengths, *(v.a.shape[1 + v.axes.index(i)] for i in extra))


def _runs_through_slots(indices: tuple[IndexExpr, ...], ranges: tuple[Range, ...]) -> bool:
    """True if each slot holds an index of its own with the range of the slot."""
    seen: set[Index] = set()
    for e, r in zip(indices, ranges, strict=True):
        if not isinstance(e, Index) or e in seen or (e.range is not r and e.range != r):
            return False
        seen.add(e)
    return True


@lru_cache(maxsize=8192)
def in_serial_order(axes: Axes) -> tuple[Axes, tuple[int, ...]]:
    """The axes ordered by serial, and the transposition that puts an array into this order."""
    order = sorted(range(len(axes)), key=lambda k: axes[k].serial)
    return tuple(axes[k] for k in order), (0, *(k + 1 for k in order))
