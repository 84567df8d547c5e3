"""The forms of gradients: classes that are copied into generated modules."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def _same_shape(out: Array, shape: tuple[int, ...]) -> None:
    """ValueError unless a gradient can be added to an array as it is."""
    if out.shape != shape:
        raise ValueError(f"out has shape {out.shape}; it should have the shape of the gradient, {shape}")


class IndexedSlices:
    """An array that is zero except for some slices along one axis; repeated indices add up.

    indices: whole numbers, (k,); values: the slices, of ``shape`` with k places along ``axis``.
    """

    __slots__ = ("axis", "indices", "shape", "values")

    def __init__(self, indices: Array, values: Array, shape: tuple[int, ...], axis: int) -> None:
        self.indices = indices
        self.values = values
        self.shape = shape
        self.axis = axis

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.values.dtype

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return self.add_to(np.zeros(self.shape, self.dtype if dtype is None else dtype))

    def add_to(self, out: Array, scale: float = 1.0) -> Array:
        """``out += scale * self``, in place; touches only these slices. Returns ``out``."""
        _same_shape(out, self.shape)
        rows, slices = np.moveaxis(out, self.axis, 0), np.moveaxis(self.values, self.axis, 0)
        if self.indices.size <= 64:
            for k, i in enumerate(self.indices.tolist()):
                rows[i] += scale * slices[k]
            return out
        order = np.argsort(self.indices, kind="stable")
        for _ in range(8):  # each round adds one slice per index that has any left
            at = self.indices[order]
            first = np.concatenate((np.ones(min(1, at.size), bool), at[1:] != at[:-1]))
            rows[at[first]] += scale * slices[order[first]]
            order = order[~first]
        at = self.indices[order]
        starts = np.flatnonzero(np.concatenate((np.ones(min(1, at.size), bool), at[1:] != at[:-1]))).tolist()
        for start, stop in zip(starts, [*starts, at.size][1:], strict=True):
            rows[at[start]] += scale * slices[order[start:stop]].sum(0)
        return out


class LowRank:
    """The array ``left @ right.T``, kept as its factors: left (rows, k), right (columns, k)."""

    __slots__ = ("left", "right")

    def __init__(self, left: Array, right: Array) -> None:
        self.left = left
        self.right = right

    @property
    def shape(self) -> tuple[int, ...]:
        return (self.left.shape[0], self.right.shape[0])

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.result_type(self.left, self.right)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        dense: Array = self.left @ self.right.T
        return dense if dtype is None else dense.astype(dtype, copy=False)

    def add_to(self, out: Array, scale: float = 1.0) -> Array:
        """``out += scale * self``, in place, in blocks of rows that fit in the cache. Returns ``out``."""
        _same_shape(out, self.shape)
        right = scale * self.right.T
        for start in range(0, out.shape[0], 1024):
            out[start : start + 1024] += self.left[start : start + 1024] @ right
        return out
