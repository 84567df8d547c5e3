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


class Place(Arr):
    """Positions (whole numbers) with named axes; ``bad`` marks those that do not exist."""

    __slots__ = ("bad",)

    def __init__(self, a: NDArray[Any], axes: Axes, bad: Arr | None = None) -> None:
        super().__init__(a, axes)
        self.bad = bad


def either(x: Arr | None, y: Arr | None) -> Arr | None:
    """Where one of two masks holds; None holds nowhere."""
    if x is None or y is None:
        return y if x is None else x
    a, b, axes = align(x, y)
    return Arr(a | b, axes)


class GatheredPlaces:
    """The positions in one environment, each computed once."""

    def __init__(self, env: Environment) -> None:
        self.env = env
        self._places: dict[IndexExpr, Place] = {}

    def place(self, e: IndexExpr) -> Place:
        """The positions that an index expression stands for."""
        found = self._places.get(e)
        if found is None:
            found = self._places[e] = self._place(e)
        return found

    def _place(self, e: IndexExpr) -> Place:
        if isinstance(e, Index):
            fixed = self.env.position(e)
            if fixed is not None:
                return Place(fixed, ())
            low, count = self.env.span(e)
            return Place(np.arange(low, low + count)[None, :], (e,))
        if isinstance(e, Affine):
            result = Place(
                np.array([e.const + sum(c * self.env.size(s) for s, c in e.terms if isinstance(s, str))]), ()
            )
            for symbol, c in e.terms:
                if isinstance(symbol, Index):
                    term = self.place(symbol)
                    a, b, axes = align(result, term)
                    result = Place(a + c * b, axes, either(result.bad, term.bad))
            return result
        array = self.env.index_array(e.array)
        got, bad = self.gather(Arr(array, ()), e.array.ranges, e.indices)
        return Place(got.a, got.axes, bad)

    def coincide(self, x: Place, y: Place) -> Numbers:
        """1 where two positions are the same, else 0."""
        a, b, axes = align(x, y)
        bad = either(x.bad, y.bad)
        same = Arr((a == b).astype(float), axes)
        return same if bad is None else undefined_where(bad, same)

    def outside(self, x: Place, r: Range) -> Arr | None:
        """Where a position is not in a range; None if it is everywhere."""
        out = (x.a < self.env.number(r.lo)) | (x.a > self.env.number(r.hi))
        return either(x.bad, Arr(out, x.axes) if out.any() else None)

    def gather(self, values: Arr, ranges: tuple[Range, ...], indices: tuple[IndexExpr, ...]) -> tuple[Arr, Arr | None]:
        """The entries at the given positions, and where there are none.

        ``values.a`` has the samples, one axis a slot, then the axes it names.
        """
        if len(ranges) != len(indices):
            raise EvaluationError(f"{len(indices)} indices for {len(ranges)} slots")
        extra = values.axes
        if not any(i in indices for i in extra) and self._runs(indices, ranges):
            axes, order = sorting((*indices, *extra))
            return Arr(values.a.transpose(order), axes), None
        places = [self.place(e) for e in indices]
        axes = merge(extra, *(p.axes for p in places))
        rank = 1 + len(axes)
        bad: Arr | None = None
        key: list[NDArray[Any]] = [np.arange(values.a.shape[0]).reshape(-1, *(1,) * (rank - 1))]
        for p, r, e in zip(places, ranges, indices, strict=True):
            offset = expand(p, axes) - self.env.number(r.lo)
            if p.bad is not None or range_of(e) != r:
                bad = either(bad, self.outside(p, r))
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
        return Arr(values.a[tuple(key)], axes), bad

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
                laid = Arr(np.broadcast_to(full.transpose(0, *order), self._laid(v, slots, extra)), extra)
            got, bad = self.gather(laid, ranges, indices)
            if bad is None:
                return got
            marked = undefined_where(bad, got)
            assert isinstance(marked, Arr)  # it went in as one
            return marked

        if isinstance(values, Dual):
            return Dual(
                values.tag,
                self.entry(values.value, slots, ranges, indices),
                self.entry(values.dot, slots, ranges, indices),
            )
        assert isinstance(values, Arr)  # the only other class
        if slots is not None and not any(i in indices for i in values.axes) and self._runs(indices, ranges):
            renaming = dict(zip(slots, indices, strict=True))
            axes, order = sorting(tuple(renaming.get(i, i) for i in values.axes))
            return Arr(values.a.transpose(order), axes)
        return take(values)

    def _runs(self, indices: tuple[IndexExpr, ...], ranges: tuple[Range, ...]) -> bool:
        """Whether every slot is run through by an index of its own."""
        return _bare(indices, ranges) and all(self.env.position(i) is None for i in indices)  # type: ignore[arg-type]  # bare: all are Index

    def _laid(self, v: Arr, slots: Axes, extra: Axes) -> tuple[int, ...]:
        lengths = [self.env.count(i) for i in slots]
        return (v.a.shape[0], *lengths, *(v.a.shape[1 + v.axes.index(i)] for i in extra))


def _bare(indices: tuple[IndexExpr, ...], ranges: tuple[Range, ...]) -> bool:
    """Whether every slot holds an index of its own that runs over just that slot."""
    seen: set[Index] = set()
    for e, r in zip(indices, ranges, strict=True):
        if not isinstance(e, Index) or e in seen or (e.range is not r and e.range != r):
            return False
        seen.add(e)
    return True


@lru_cache(maxsize=8192)
def sorting(axes: Axes) -> tuple[Axes, tuple[int, ...]]:
    """Axes in the order of serials, and the transposition of an array that brings them there."""
    order = sorted(range(len(axes)), key=lambda k: axes[k].serial)
    return tuple(axes[k] for k in order), (0, *(k + 1 for k in order))
