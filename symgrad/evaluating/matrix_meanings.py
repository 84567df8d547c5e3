"""Functions of square matrices in doubles, for arrays with named axes and for dual numbers.

The values have the axes of the matrix: ``(M^{-1})_{ab}`` stands at row ``a`` and column ``b``. Rows and columns of a
Kronecker product have several axes each. Where a matrix is singular, or so close to it that rounding errors would
decide, its inverse is undefined.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from symgrad.core.ranges import Index
from symgrad.evaluating.arithmetic import Arr, Axes, Dual, Numbers, components, expand, merge, times, total

WORST = 1e8
"""The largest condition number of a matrix whose inverse is computed."""


class MatrixAxes(NamedTuple):
    """The axes of the rows and of the columns of a matrix, and the lengths that both have."""

    rows: Axes
    columns: Axes
    counts: tuple[int, ...]


def inverse(matrix: Numbers, axes: MatrixAxes) -> Numbers:
    """``(M + eps D)^{-1} = M^{-1} - eps M^{-1} D M^{-1}``"""
    if isinstance(matrix, Dual):
        value = inverse(matrix.value, axes)
        return Dual(matrix.tag, value, -_matmul(_matmul(value, matrix.dot, axes), value, axes))
    assert isinstance(matrix, Arr)  # the only other class
    laid, rest = _laid_out(matrix, axes)
    result = _inverse(laid).reshape(*laid.shape[:-2], *axes.counts, *axes.counts)
    return _in_order(Arr(result, (*rest, *axes.rows, *axes.columns)))


def determinant(matrix: Numbers, axes: MatrixAxes) -> Numbers:
    """``det(M + eps D) = det M + eps det(M) tr(M^{-1} D)``"""
    if isinstance(matrix, Dual):
        value = determinant(matrix.value, axes)
        swap = dict(zip((*axes.rows, *axes.columns), (*axes.columns, *axes.rows), strict=True))
        inner = times(_renamed(inverse(matrix.value, axes), swap), matrix.dot)
        for pair in (axes.rows, axes.columns):
            inner = _summed(inner, pair, axes.counts)
        return Dual(matrix.tag, value, times(value, inner))
    assert isinstance(matrix, Arr)  # the only other class
    laid, rest = _laid_out(matrix, axes)
    return Arr(np.asarray(np.linalg.det(laid)), rest)


MATRIX_MEANINGS: dict[str, Callable[[Numbers, MatrixAxes], Numbers]] = {"inverse": inverse, "determinant": determinant}


def _inverse(a: NDArray[Any]) -> NDArray[Any]:
    finite = np.isfinite(a).all(axis=(-2, -1))
    safe = np.where(finite[..., None, None], a, np.eye(a.shape[-1]))
    singular = np.linalg.svd(safe, compute_uv=False)
    good = finite & (singular[..., -1] * WORST > singular[..., 0])
    safe = np.where(good[..., None, None], safe, np.eye(a.shape[-1]))
    return np.where(good[..., None, None], np.linalg.inv(safe), np.nan)


def _laid_out(matrix: Arr, axes: MatrixAxes) -> tuple[NDArray[Any], Axes]:
    """The matrices along the last two axes, and the axes in front of them."""
    own = (*axes.rows, *axes.columns)
    full = merge(matrix.axes, own)
    rest = tuple(i for i in full if i not in own)
    moved = expand(matrix, full).transpose([0, *(1 + full.index(i) for i in (*rest, *own))])
    front = moved.shape[: len(rest) + 1]
    size = int(np.prod(axes.counts, dtype=int))
    return np.broadcast_to(moved, (*front, *axes.counts, *axes.counts)).reshape(*front, size, size), rest


def _in_order(x: Arr) -> Arr:
    """The array with its axes ordered by serial."""
    named = merge(x.axes)
    return Arr(x.a.transpose([0, *(1 + x.axes.index(i) for i in named)]), named)


def _renamed(x: Numbers, names: dict[Index, Index]) -> Numbers:
    return components(lambda v: _in_order(Arr(v.a, tuple(names.get(i, i) for i in v.axes))), x)


def _summed(x: Numbers, over: Axes, counts: tuple[int, ...]) -> Numbers:
    for index, count in zip(over, counts, strict=True):
        x = total(x, index, count)
    return x


def _matmul(left: Numbers, right: Numbers, axes: MatrixAxes) -> Numbers:
    """The product of two matrices over the same axes."""
    middle = tuple(i.fresh() for i in axes.rows)
    joined = times(
        _renamed(left, dict(zip(axes.columns, middle, strict=True))),
        _renamed(right, dict(zip(axes.rows, middle, strict=True))),
    )
    return _summed(joined, middle, axes.counts)
