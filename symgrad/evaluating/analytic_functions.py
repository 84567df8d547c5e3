"""The exponential and the principal square root of matrices in doubles, for arrays with named axes and dual numbers.

``f([[M, D], [0, M]]) = [[f(M), Df(M)[D]], [0, f(M)]]`` for every such function: that is how their dual numbers are
computed. Where a result would be lost to rounding, it is undefined.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.core.ranges import Index, Range
from symgrad.evaluating.arithmetic import Arr, Dual, Numbers, plus, times, total
from symgrad.evaluating.matrix_axes import WORST, MatrixAxes, in_order, laid_out

FARTHEST = 20.0
"""The largest norm of a matrix whose exponential is computed."""
TERMS = 18
"""The terms of the exponential series of a matrix whose norm is at most 1/2: the rest is below rounding."""
NEAR_CUT = 3.0
"""The largest argument of an eigenvalue of a matrix whose root is computed; that of negative numbers is ``pi``."""
ROOT_STEPS = 40
Matrices = NDArray[Any]


def exponential(matrix: Numbers, axes: MatrixAxes) -> Numbers:
    """``e^M = I + M + M^2 / 2 + ...``"""
    return _applied(_exponential, matrix, axes)


def square_root(matrix: Numbers, axes: MatrixAxes) -> Numbers:
    """``M^{1/2}``, whose eigenvalues have positive real parts; undefined if ``M`` has an eigenvalue that is not
    positive, and real."""
    return _applied(_square_root, matrix, axes)


def _applied(function: Callable[[Matrices], Matrices], matrix: Numbers, axes: MatrixAxes) -> Numbers:
    if isinstance(matrix, Dual):
        s, t = (Index(letter, Range.of_size(2)) for letter in "st")
        big = plus(times(_blocks(s, t, np.eye(2)), matrix.value), times(_blocks(s, t, np.eye(2, k=1)), matrix.dot))
        found = _applied(function, big, MatrixAxes((s, *axes.rows), (t, *axes.columns), (2, *axes.counts)))
        value, dot = (_block(found, s, t, column) for column in (0, 1))
        return Dual(matrix.tag, value, dot)
    assert isinstance(matrix, Arr)  # the only other class
    laid, rest = laid_out(matrix, axes)
    result = function(laid).reshape(*laid.shape[:-2], *axes.counts, *axes.counts)
    return in_order(Arr(result, (*rest, *axes.rows, *axes.columns)))


def _blocks(s: Index, t: Index, pattern: Matrices) -> Arr:
    """The matrix of a pattern over two axes of two positions."""
    return in_order(Arr(pattern[None], (s, t)))


def _block(x: Numbers, s: Index, t: Index, column: int) -> Numbers:
    """The block in the first row and a column."""
    pattern = np.zeros((2, 2))
    pattern[0, column] = 1
    return total(total(times(_blocks(s, t, pattern), x), s, 2), t, 2)


def _exponential(a: Matrices) -> Matrices:
    norm = np.abs(a).sum(axis=-1).max(axis=-1, initial=0.0)
    good = norm <= FARTHEST  # False for nan
    halvings = int(np.ceil(np.log2(max(1.0, float(np.where(good, norm, 0.0).max(initial=0.0)))))) + 1
    x = np.where(good[..., None, None], a, 0.0) / 2.0**halvings
    result = term = np.broadcast_to(np.eye(a.shape[-1]), a.shape)
    for k in range(1, TERMS):
        term = term @ x / k
        result = result + term
    for _ in range(halvings):
        result = result @ result
    return np.where(good[..., None, None], result, np.nan)


def _square_root(a: Matrices) -> Matrices:
    eye = np.eye(a.shape[-1])
    finite: Any = np.isfinite(a).all(axis=(-2, -1))
    values = np.linalg.eigvals(np.where(finite[..., None, None], a, eye))
    sizes = np.abs(values)
    known: Any = finite & (np.abs(np.angle(values)) <= NEAR_CUT).all(axis=-1)
    known &= sizes.min(axis=-1, initial=1.0) * WORST > sizes.max(axis=-1, initial=0.0)
    a = np.where(known[..., None, None], a, eye)
    y = _root_of_symmetric(a) if (a == np.swapaxes(a, -1, -2)).all() else _root_of_any(a)
    wrong = np.abs(y @ y - a).max(axis=(-2, -1), initial=0.0)
    known = known & (wrong <= 1e-9 * np.square(np.linalg.norm(y, axis=(-2, -1))))  # False for nan
    return np.where(known[..., None, None], y, np.nan)


def _root_of_symmetric(a: Matrices) -> Matrices:
    values, vectors = np.linalg.eigh(a)
    scaled: Matrices = vectors * np.sqrt(np.maximum(values, 0.0))[..., None, :]
    return np.asarray(scaled @ np.swapaxes(vectors, -1, -2))


def _root_of_any(a: Matrices) -> Matrices:
    """By the iteration of Denman and Beavers, a form of Newton's method, with the determinants scaled to 1."""
    size = max(a.shape[-1], 1)
    y, z = a, np.broadcast_to(np.eye(a.shape[-1]), a.shape)
    far = True
    for _ in range(ROOT_STEPS):
        if not (np.linalg.det(y) * np.linalg.det(z)).all():
            break
        if far:
            scale = np.abs(np.linalg.det(y) * np.linalg.det(z)) ** (-1 / (2 * size))
            y, z = scale[..., None, None] * y, scale[..., None, None] * z
        after = (y + np.linalg.inv(z)) / 2
        moved = (np.abs(after - y).max(axis=(-2, -1), initial=0.0) / np.abs(after).max(axis=(-2, -1))).max(initial=0.0)
        y, z = after, (z + np.linalg.inv(y)) / 2
        far = far and moved > 1e-2
        if moved <= 1e-14:
            break
    return y
