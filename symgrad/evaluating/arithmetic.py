"""The numbers of the evaluator: arrays with named axes, and dual numbers over them.

``Arr``: axis 0 counts independent samples (its length is 1 if all samples agree), and every further axis belongs to
an ``Index``. Axes are ordered by the serial of their index, so that aligning two arrays only inserts axes of length
1. ``Dual``: ``value + eps * dot`` with ``eps ** 2 = 0`` and one ``eps`` per tag. ``f(a + eps b) = f(a) + eps f'(a) b``
gives derivatives of any order, exact up to rounding.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache, reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.core.ranges import Index
from symgrad.evaluating.budget import EvaluationTooLarge

Axes = tuple[Index, ...]
LIMIT = 4_000_000
"""The largest number of elements an intermediate array may have."""


class Numbers:
    """Base of ``Arr`` and ``Dual``: Python's operators call the functions below."""

    __slots__ = ()

    def __add__(self, other: Numbers | float) -> Numbers:
        return plus(self, lift(other))

    __radd__ = __add__

    def __neg__(self) -> Numbers:
        return each(np.negative, self)

    def __sub__(self, other: Numbers | float) -> Numbers:
        return plus(self, -lift(other))

    def __rsub__(self, other: Numbers | float) -> Numbers:
        return plus(-self, lift(other))

    def __mul__(self, other: Numbers | float) -> Numbers:
        return times(self, lift(other))

    __rmul__ = __mul__

    def __truediv__(self, other: Numbers | float) -> Numbers:
        return times(self, reciprocal(lift(other)))

    def __pow__(self, n: int) -> Numbers:
        return integer_power(self, n)

    def __rtruediv__(self, other: Numbers | float) -> Numbers:
        return times(lift(other), reciprocal(self))


class Arr(Numbers):
    """An array with named axes."""

    __slots__ = ("a", "axes")

    def __init__(self, a: NDArray[Any], axes: Axes = ()) -> None:
        self.a = a
        self.axes = axes


class Dual(Numbers):
    """``value + eps dot``; both may be duals of smaller tags."""

    __slots__ = ("dot", "tag", "value")

    def __init__(self, tag: int, value: Numbers, dot: Numbers) -> None:
        self.tag = tag
        self.value = value
        self.dot = dot


def const(x: float) -> Arr:
    return Arr(np.array([x]), ())


ZERO, ONE = const(0.0), const(1.0)


def lift(x: Numbers | float) -> Numbers:
    return x if isinstance(x, Numbers) else const(float(x))


# --- alignment ------------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def _plan(x: Axes, y: Axes) -> tuple[Axes, Any, Any]:
    """The union of two lists of axes, and an index for each array that inserts the axes it lacks."""
    axes = merge(x, y)
    return axes, _insertion(x, axes), _insertion(y, axes)


@lru_cache(maxsize=8192)
def _insertion(have: Axes, want: Axes) -> Any:
    return (slice(None), *(slice(None) if i in have else None for i in want))


def merge(*lists: Axes) -> Axes:
    """The union of lists of axes, ordered by serial."""
    return tuple(sorted({i for axes in lists for i in axes}, key=lambda i: i.serial))


def expand(x: Arr, axes: Axes) -> NDArray[Any]:
    """The array of ``x`` with an axis of length 1 for each of ``axes`` that it lacks."""
    return x.a if x.axes == axes else x.a[_insertion(x.axes, axes)]


def align(x: Arr, y: Arr) -> tuple[NDArray[Any], NDArray[Any], Axes]:
    """Both arrays with the union of their axes."""
    if x.axes == y.axes:
        return x.a, y.a, x.axes
    axes, kx, ky = _plan(x.axes, y.axes)
    a, b = x.a[kx], y.a[ky]
    if a.size * b.size > LIMIT and math.prod(map(max, a.shape, b.shape)) > LIMIT:
        raise EvaluationTooLarge("an intermediate array is too large")
    return a, b, axes


def axes_of(x: Numbers) -> Axes:
    if isinstance(x, Arr):
        return x.axes
    assert isinstance(x, Dual)  # the only other class
    return merge(axes_of(x.value), axes_of(x.dot))


# --- arithmetic -----------------------------------------------------------------------------------


def split(x: Numbers, tag: int) -> tuple[Numbers, Numbers | None]:
    """``x = value + eps dot`` for the given tag. A dot of None is zero everywhere."""
    if isinstance(x, Dual) and x.tag == tag:
        return x.value, x.dot
    return x, None


def tag_of(x: Numbers) -> int:
    return x.tag if isinstance(x, Dual) else 0


def dual(tag: int, value: Numbers, dot: Numbers | None) -> Numbers:
    return value if dot is None else Dual(tag, value, dot)


def plus(x: Numbers, y: Numbers) -> Numbers:
    """``x + y``"""
    if isinstance(x, Arr) and isinstance(y, Arr):
        a, b, axes = align(x, y)
        return Arr(a + b, axes)
    tag = max(tag_of(x), tag_of(y))
    (x0, x1), (y0, y1) = split(x, tag), split(y, tag)
    return dual(tag, plus(x0, y0), plus_or_none(x1, y1))


def plus_or_none(x: Numbers | None, y: Numbers | None) -> Numbers | None:
    if x is None or y is None:
        return y if x is None else x
    return plus(x, y)


def times(x: Numbers, y: Numbers) -> Numbers:
    """``(x0 + eps x1)(y0 + eps y1) = x0 y0 + eps (x0 y1 + x1 y0)``"""
    if isinstance(x, Arr) and isinstance(y, Arr):
        a, b, axes = align(x, y)
        return Arr(a * b, axes)
    tag = max(tag_of(x), tag_of(y))
    (x0, x1), (y0, y1) = split(x, tag), split(y, tag)
    left = None if y1 is None else times(x0, y1)
    right = None if x1 is None else times(x1, y0)
    return dual(tag, times(x0, y0), plus_or_none(left, right))


def product(values: list[Numbers]) -> Numbers:
    return reduce(times, values) if values else ONE


def each(f: Callable[[NDArray[Any]], NDArray[Any]], x: Numbers) -> Numbers:
    """Apply a linear map of entries to values and dots."""
    if isinstance(x, Arr):
        return Arr(f(x.a), x.axes)
    assert isinstance(x, Dual)  # the only other class
    return Dual(x.tag, each(f, x.value), each(f, x.dot))


def components(f: Callable[[Arr], Arr], x: Numbers) -> Numbers:
    """Apply a linear map of arrays with named axes to values and dots."""
    if isinstance(x, Arr):
        return f(x)
    assert isinstance(x, Dual)  # the only other class
    return Dual(x.tag, components(f, x.value), components(f, x.dot))


def chain(f: Callable[[Numbers], Numbers], slope: Callable[[Numbers, Numbers], Numbers], x: Dual) -> Numbers:
    """``f(a + eps b) = f(a) + eps f'(a) b``; ``slope(a, f(a))`` is ``f'(a)``."""
    y = f(x.value)
    return Dual(x.tag, y, times(slope(x.value, y), x.dot))


def clean(a: NDArray[Any]) -> NDArray[Any]:
    """Make infinite values undefined (nan)."""
    return a if np.isfinite(a).all() else np.where(np.isfinite(a), a, np.nan)


def is_finite(x: Numbers) -> bool:
    """True if a number and all its perturbations are defined everywhere."""
    if isinstance(x, Dual):
        return is_finite(x.value) and is_finite(x.dot)
    assert isinstance(x, Arr)  # the only other class
    return bool(np.isfinite(x.a).all())


def reciprocal(x: Numbers) -> Numbers:
    """``1 / x``, undefined at 0; slope ``-(1/x)^2``"""
    if isinstance(x, Arr):
        return Arr(clean(1.0 / x.a), x.axes)
    assert isinstance(x, Dual)  # the only other class
    return chain(reciprocal, lambda _, y: -times(y, y), x)


def integer_power(x: Numbers, n: int) -> Numbers:
    """``x ** n`` for an integer ``n``; slope ``n x^(n-1)``"""
    if n == 1:
        return x
    if n == -1:
        return reciprocal(x)
    if n == 0:
        return ONE
    if isinstance(x, Arr):
        return Arr(x.a * x.a if n == 2 else clean(x.a ** float(n)), x.axes)
    assert isinstance(x, Dual)  # the only other class
    return chain(lambda v: integer_power(v, n), lambda v, _: n * integer_power(v, n - 1), x)


def select(mask: Arr, x: Numbers, y: Numbers) -> Numbers:
    """``x`` where the mask is true, else ``y``."""
    if isinstance(x, Arr) and isinstance(y, Arr):
        axes = merge(mask.axes, x.axes, y.axes)
        return Arr(np.where(expand(mask, axes), expand(x, axes), expand(y, axes)), axes)
    tag = max(tag_of(x), tag_of(y))
    (x0, x1), (y0, y1) = split(x, tag), split(y, tag)
    return Dual(tag, select(mask, x0, y0), select(mask, x1 or ZERO, y1 or ZERO))


def undefined_where(mask: Arr, x: Numbers) -> Numbers:
    """``x``, but nan where the mask is true."""
    return select(mask, const(math.nan), x) if mask.a.any() else x


def derivative_of(x: Numbers, dot: Numbers) -> Numbers:
    """The derivative ``dot`` of ``x``, which is undefined where ``x`` is."""
    value = primal(x)
    return plus(dot, each(lambda a: 0.0 * a, value)) if np.isnan(value.a).any() else dot


def total(x: Numbers, index: Index, count: int) -> Numbers:
    """The sum along an axis. Arrays without the axis are multiplied by its length."""

    def along(v: Arr) -> Arr:
        if index not in v.axes:
            return Arr(v.a * float(count), v.axes)
        k = v.axes.index(index)
        return Arr(v.a.sum(axis=k + 1), v.axes[:k] + v.axes[k + 1 :])

    return components(along, x)


def at_position(x: Numbers, index: Index, k: int) -> Numbers:
    """The slice at offset ``k`` of an axis."""

    def take(v: Arr) -> Arr:
        if index not in v.axes:
            return v
        n = v.axes.index(index)
        return Arr(v.a.take(k, axis=n + 1), v.axes[:n] + v.axes[n + 1 :])

    return components(take, x)


def primal(x: Numbers) -> Arr:
    """The number without its perturbations."""
    while isinstance(x, Dual):
        x = x.value
    assert isinstance(x, Arr)  # the only other class
    return x


def perturb(x: Numbers, tag: int, dot: Numbers) -> Numbers:
    """``x + eps dot``"""
    if tag_of(x) < tag:
        return Dual(tag, x, dot)
    assert isinstance(x, Dual)  # its tag is not 0
    return Dual(x.tag, perturb(x.value, tag, dot), x.dot)
