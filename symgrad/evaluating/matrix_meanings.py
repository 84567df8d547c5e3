"""Functions of square matrices in doubles, for arrays with named axes and for dual numbers.

The values have the axes of the matrix: ``(M^{-1})_{ab}`` stands at row ``a`` and column ``b``. Where a matrix is
singular, or so close to it that rounding errors would decide, its inverse is undefined.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.core.ranges import Index
from symgrad.evaluating.arithmetic import Arr, Dual, Numbers, components, expand, merge, times, total

WORST = 1e8
"""The largest condition number of a matrix whose inverse is computed."""

Pair = tuple[Index, Index]


def inverse(matrix: Numbers, axes: Pair, count: int) -> Numbers:
    """``(M + eps D)^{-1} = M^{-1} - eps M^{-1} D M^{-1}``"""
    if isinstance(matrix, Dual):
        value = inverse(matrix.value, axes, count)
        slope = _matmul(_matmul(value, matrix.dot, axes, count), value, axes, count)
        return Dual(matrix.tag, value, -slope)
    return _whole(matrix, axes, count, _inverse)


def determinant(matrix: Numbers, axes: Pair, count: int) -> Numbers:
    """``det(M + eps D) = det M + eps det(M) tr(M^{-1} D)``"""
    if isinstance(matrix, Dual):
        value = determinant(matrix.value, axes, count)
        inner = times(_swapped(inverse(matrix.value, axes, count), axes), matrix.dot)
        return Dual(matrix.tag, value, times(value, total(total(inner, axes[0], count), axes[1], count)))
    assert isinstance(matrix, Arr)  # the only other class
    laid, rest = _laid_out(matrix, axes, count)
    return Arr(np.asarray(np.linalg.det(laid)), rest)


MATRIX_MEANINGS: dict[str, Callable[[Numbers, Pair, int], Numbers]] = {"inverse": inverse, "determinant": determinant}
"""Functions of a matrix that is given with its two axes and their length."""


def _inverse(a: NDArray[Any]) -> NDArray[Any]:
    finite = np.isfinite(a).all(axis=(-2, -1))
    safe = np.where(finite[..., None, None], a, np.eye(a.shape[-1]))
    singular = np.linalg.svd(safe, compute_uv=False)
    good = finite & (singular[..., -1] * WORST > singular[..., 0])
    safe = np.where(good[..., None, None], safe, np.eye(a.shape[-1]))
    return np.where(good[..., None, None], np.linalg.inv(safe), np.nan)


def _laid_out(matrix: Arr, axes: Pair, count: int) -> tuple[NDArray[Any], tuple[Index, ...]]:
    """The matrices along the last two axes, and the axes in front of them."""
    full = merge(matrix.axes, axes)
    rest = tuple(i for i in full if i not in axes)
    a = expand(matrix, full)
    order = [0, *(1 + full.index(i) for i in rest), 1 + full.index(axes[0]), 1 + full.index(axes[1])]
    moved = a.transpose(order)
    return np.broadcast_to(moved, (*moved.shape[:-2], count, count)), rest


def _whole(matrix: Numbers, axes: Pair, count: int, f: Callable[[NDArray[Any]], NDArray[Any]]) -> Arr:
    assert isinstance(matrix, Arr)  # a dual number was taken apart before
    laid, rest = _laid_out(matrix, axes, count)
    result, found = f(laid), (*rest, *axes)
    named = merge(found)
    return Arr(result.transpose([0, *(1 + found.index(i) for i in named)]), named)


def _swapped(x: Numbers, axes: Pair) -> Numbers:
    """The transpose."""
    return _renamed(x, {axes[0]: axes[1], axes[1]: axes[0]})


def _renamed(x: Numbers, names: dict[Index, Index]) -> Numbers:
    def rename(v: Arr) -> Arr:
        new = tuple(names.get(i, i) for i in v.axes)
        named = merge(new)
        return Arr(v.a.transpose([0, *(1 + new.index(i) for i in named)]), named)

    return components(rename, x)


def _matmul(left: Numbers, right: Numbers, axes: Pair, count: int) -> Numbers:
    """The product of two matrices over the same two axes."""
    middle = axes[0].fresh()
    joined = times(_renamed(left, {axes[1]: middle}), _renamed(right, {axes[0]: middle}))
    return total(joined, middle, count)
