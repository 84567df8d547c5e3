"""Functions of square matrices in doubles, for arrays with named axes and for dual numbers.

The values have the axes of the matrix: ``(M^{-1})_{ab}`` stands at row ``a`` and column ``b``. Rows and columns of a
Kronecker product have several axes each. Where a matrix is singular, or so close to it that rounding errors would
decide, its inverse is undefined.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.evaluating import analytic_functions
from symgrad.evaluating.arithmetic import Arr, Dual, Numbers, plus, times
from symgrad.evaluating.matrix_axes import WORST, MatrixAxes, in_order, laid_out, matrix_product, renamed, summed

SKEW = 1e-7
"""How far a matrix that has a Cholesky factor may be from symmetric, beside its largest eigenvalue."""


def inverse(matrix: Numbers, axes: MatrixAxes) -> Numbers:
    """``(M + eps D)^{-1} = M^{-1} - eps M^{-1} D M^{-1}``"""
    if isinstance(matrix, Dual):
        value = inverse(matrix.value, axes)
        return Dual(matrix.tag, value, -matrix_product(matrix_product(value, matrix.dot, axes), value, axes))
    assert isinstance(matrix, Arr)  # the only other class
    laid, rest = laid_out(matrix, axes)
    result = _inverse(laid).reshape(*laid.shape[:-2], *axes.counts, *axes.counts)
    return in_order(Arr(result, (*rest, *axes.rows, *axes.columns)))


def determinant(matrix: Numbers, axes: MatrixAxes) -> Numbers:
    """``det(M + eps D) = det M + eps det(M) tr(M^{-1} D)``"""
    if isinstance(matrix, Dual):
        value = determinant(matrix.value, axes)
        swap = dict(zip((*axes.rows, *axes.columns), (*axes.columns, *axes.rows), strict=True))
        inner = times(renamed(inverse(matrix.value, axes), swap), matrix.dot)
        for pair in (axes.rows, axes.columns):
            inner = summed(inner, pair, axes.counts)
        return Dual(matrix.tag, value, times(value, inner))
    assert isinstance(matrix, Arr)  # the only other class
    laid, rest = laid_out(matrix, axes)
    return Arr(np.asarray(np.linalg.det(laid)), rest)


def cholesky_factor(matrix: Numbers, axes: MatrixAxes) -> Numbers:
    """``M = L L^T``, and for ``M + eps D`` the factor ``L + eps L P(L^{-1} D L^{-T})``, where ``P`` takes the lower
    triangle and half of the diagonal; undefined if ``M`` is not symmetric and positive definite."""
    if isinstance(matrix, Dual):
        value = cholesky_factor(matrix.value, axes)
        swap = dict(zip((*axes.rows, *axes.columns), (*axes.columns, *axes.rows), strict=True))
        undone = inverse(value, axes)
        inner = matrix_product(matrix_product(undone, matrix.dot, axes), renamed(undone, swap), axes)
        lower = np.tril(np.ones((1, *axes.counts, *axes.counts))) / 2
        part = times(in_order(Arr(lower, (*axes.rows, *axes.columns))), plus(inner, renamed(inner, swap)))
        diagonal = np.eye(axes.counts[0])[None] / 2
        part = plus(part, -times(in_order(Arr(diagonal, (*axes.rows, *axes.columns))), inner))
        return Dual(matrix.tag, value, matrix_product(value, part, axes))
    assert isinstance(matrix, Arr)  # the only other class
    laid, rest = laid_out(matrix, axes)
    result = _cholesky_factor(laid).reshape(*laid.shape[:-2], *axes.counts, *axes.counts)
    return in_order(Arr(result, (*rest, *axes.rows, *axes.columns)))


MATRIX_MEANINGS: dict[str, Callable[[Numbers, MatrixAxes], Numbers]] = {
    "inverse": inverse,
    "determinant": determinant,
    "exponential": analytic_functions.exponential,
    "root": analytic_functions.square_root,
    "cholesky": cholesky_factor,
}


def _inverse(a: NDArray[Any]) -> NDArray[Any]:
    finite = np.isfinite(a).all(axis=(-2, -1))
    safe = np.where(finite[..., None, None], a, np.eye(a.shape[-1]))
    singular = np.linalg.svd(safe, compute_uv=False)
    good = finite & (singular[..., -1] * WORST > singular[..., 0])
    safe = np.where(good[..., None, None], safe, np.eye(a.shape[-1]))
    return np.where(good[..., None, None], np.linalg.inv(safe), np.nan)


def _cholesky_factor(a: NDArray[Any]) -> NDArray[Any]:
    finite = np.isfinite(a).all(axis=(-2, -1))
    turned = np.swapaxes(a, -1, -2)
    values = np.linalg.eigvalsh(np.where(finite[..., None, None], a + turned, np.eye(a.shape[-1]))) / 2
    skew = np.abs(np.where(finite[..., None, None], a - turned, 0.0)).max(axis=(-2, -1), initial=0.0)
    good = finite & (values[..., 0] * WORST > values[..., -1]) & (skew <= SKEW * values[..., -1])
    safe = np.where(good[..., None, None], (a + turned) / 2, np.eye(a.shape[-1]))
    return np.where(good[..., None, None], np.linalg.cholesky(safe), np.nan)
