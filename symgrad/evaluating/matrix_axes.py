"""Matrices among the axes of an array: which axes are rows and columns, and how they are laid out for NumPy."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from symgrad.core.ranges import Index
from symgrad.evaluating.arithmetic import Arr, Axes, Numbers, components, expand, merge, times, total

WORST = 1e8
"""The largest condition number of a matrix whose inverse is computed."""


class MatrixAxes(NamedTuple):
    """The axes of the rows and of the columns of a matrix, and the lengths that both have."""

    rows: Axes
    columns: Axes
    counts: tuple[int, ...]


def laid_out(matrix: Arr, axes: MatrixAxes) -> tuple[NDArray[Any], Axes]:
    """The matrices along the last two axes, and the axes in front of them."""
    own = (*axes.rows, *axes.columns)
    full = merge(matrix.axes, own)
    rest = tuple(i for i in full if i not in own)
    moved = expand(matrix, full).transpose([0, *(1 + full.index(i) for i in (*rest, *own))])
    front = moved.shape[: len(rest) + 1]
    size = int(np.prod(axes.counts, dtype=int))
    return np.broadcast_to(moved, (*front, *axes.counts, *axes.counts)).reshape(*front, size, size), rest


def in_order(x: Arr) -> Arr:
    """The array with its axes ordered by serial."""
    named = merge(x.axes)
    return Arr(x.a.transpose([0, *(1 + x.axes.index(i) for i in named)]), named)


def renamed(x: Numbers, names: dict[Index, Index]) -> Numbers:
    return components(lambda v: in_order(Arr(v.a, tuple(names.get(i, i) for i in v.axes))), x)


def summed(x: Numbers, over: Axes, counts: tuple[int, ...]) -> Numbers:
    for index, count in zip(over, counts, strict=True):
        x = total(x, index, count)
    return x


def matrix_product(left: Numbers, right: Numbers, axes: MatrixAxes) -> Numbers:
    """The product of two matrices over the same axes."""
    middle = tuple(i.fresh() for i in axes.rows)
    joined = times(
        renamed(left, dict(zip(axes.columns, middle, strict=True))),
        renamed(right, dict(zip(axes.rows, middle, strict=True))),
    )
    return summed(joined, middle, axes.counts)
