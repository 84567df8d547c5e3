"""Positions: what stands in a slot, and the entries found there.

A position outside its range is marked, and the entry there is nan.
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


class PositionArray(Arr):
    """Positions (whole numbers) with named axes; ``bad`` marks those that do not exist."""

    __slots__ = ("missing",)

    def __init__(self, a: NDArray[Any], axes: Axes, missing: Arr | None = None) -> None:
        super().__init__(a, axes)
        self.missing = missing


def union_of_masks(x: Arr | None, y: Arr | None) -> Arr | None:
    """Where one of two masks holds; None holds nowhere."""
    if x is None or y is None:
        return y if x is None else x
    a, b, axes = align(x, y)
    return Arr(a | b, axes)


class ArrayPositions:
    """The positions in one environment, each computed once."""

    def __init__(self, env: Environment) -> None:
        self.env = env
        self._found: dict[IndexExpr, PositionArray] = {}

    def positions(self, e: IndexExpr) -> PositionArray:
        """The positions that an index expression stands for."""
        found = self._found.get(e)
        if found is None:
            found = self._found[e] = self._positions(e)
        return found

    def _positions(self, e: IndexExpr) -> PositionArray:
        if isinstance(e, Index):
            fixed = self.env.position(e)
            if fixed is not None:
                return PositionArray(fixed, ())
            low, count = self.env.span(e)
            return PositionArray(np.arange(low, low + count)[None, :], (e,))
        if isinstance(e, Affine):
            result = PositionArray(
                np.array([e.const + sum(c * self.env.size(s) for s, c in e.terms if isinstance(s, str))]), ()
            )
            for symbol, c in e.terms:
                if isinstance(symbol, Index):
                    term = self.positions(symbol)
                    a, b, axes = align(result, term)
                    result = PositionArray(a + c * b, axes, union_of_masks(result.missing, term.missing))
            return result
        array = self.env.index_array(e.array)
        got, missing = self.gather(Arr(array, ()), e.array.ranges, e.indices)
        return PositionArray(got.a, got.axes, missing)

    def coincide(self, x: PositionArray, y: PositionArray) -> Numbers:
        """1 where two positions are the same, else 0."""
        a, b, axes = align(x, y)
        missing = union_of_masks(x.missing, y.missing)
        same = Arr((a == b).astype(float), axes)
        return same if missing is None else undefined_where(missing, same)

    def outside(self, x: PositionArray, r: Range) -> Arr | None:
        """Where a position is not in a range; None if it is everywhere."""
        out = (x.a < self.env.number(r.lo)) | (x.a > self.env.number(r.hi))
        return union_of_masks(x.missing, Arr(out, x.axes) if out.any() else None)

    def gather(self, values: Arr, ranges: tuple[Range, ...], indices: tuple[IndexExpr, ...]) -> tuple[Arr, Arr | None]:
        """The entries at the given positions, and where there are none.

        ``values.a`` has the samples, one axis a slot, then the axes it names.
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
        """Entries of a value whose slots are the axes ``slots`` (None: the first axes of its array)."""

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
            assert isinstance(marked, Arr)  # it went in as one
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
        """Whether every slot is run through by an index of its own."""
        return _runs_through_slots(indices, ranges) and all(self.env.position(i) is None for i in indices)  # type: ignore[arg-type]  # bare: all are Index

    def _full_shape(self, v: Arr, slots: Axes, extra: Axes) -> tuple[int, ...]:
        lengths = [self.env.count(i) for i in slots]
        return (v.a.shape[0], *lengths, *(v.a.shape[1 + v.axes.index(i)] for i in extra))


def _runs_through_slots(indices: tuple[IndexExpr, ...], ranges: tuple[Range, ...]) -> bool:
    """Whether every slot holds an index of its own that runs over just that slot."""
    seen: set[Index] = set()
    for e, r in zip(indices, ranges, strict=True):
        if not isinstance(e, Index) or e in seen or (e.range is not r and e.range != r):
            return False
        seen.add(e)
    return True


@lru_cache(maxsize=8192)
def in_serial_order(axes: Axes) -> tuple[Axes, tuple[int, ...]]:
    """Axes in the order of serials, and the transposition of an array that brings them there."""
    order = sorted(range(len(axes)), key=lambda k: axes[k].serial)
    return tuple(axes[k] for k in order), (0, *(k + 1 for k in order))
