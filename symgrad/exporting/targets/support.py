"""What generated modules hold beside the functions of their costs: copied into them piece by piece.

``xp`` is the library of the target; a copy has its name instead. What differs between libraries is in
``numpy_support``, ``torch_support`` and ``jax_support``, whose pieces replace those of the same name here. Pieces may
use the modules imported here, their library, and each other.
"""

from __future__ import annotations

import math
import operator
from typing import Any, NamedTuple

import numpy as xp

# --- functions ------------------------------------------------------------------------------------


def _elu(x: Any) -> Any:
    """x where x > 0, else exp(x) - 1."""
    return xp.where(x > 0, x, xp.expm1(x.clip(None, 0)))


def _erf(x: Any) -> Any:
    """The error function."""
    return xp.asarray(xp.vectorize(math.erf, otypes=[float])(x), x.dtype)


def _erfc(x: Any) -> Any:
    """1 - erf(x), with all digits where it is small."""
    return xp.asarray(xp.vectorize(math.erfc, otypes=[float])(x), x.dtype)


def _normal_cdf(x: Any) -> Any:
    """The distribution function of the normal distribution."""
    return 0.5 * _erfc(-x / math.sqrt(2))


def _product_of_others(x: Any, axis: int) -> Any:
    """At each position along the axis the product of the entries at all others."""
    x = xp.moveaxis(x, axis, 0)
    one = xp.ones_like(x[:1])
    before = xp.cumprod(xp.concatenate((one, x[:-1])), 0)
    after = xp.flip(xp.cumprod(xp.concatenate((one, xp.flip(x[1:], (0,)))), 0), (0,))
    return xp.moveaxis(before * after, 0, axis)


# --- gradients ------------------------------------------------------------------------------------


class _Outer(NamedTuple):
    """A gradient that is an outer product, or a sum of them: the columns of its factors."""

    left: Any
    right: Any

    def times(self, factor: Any) -> _Outer:
        return _Outer(factor * self.left, self.right)

    def array(self, sparse: bool = False) -> Any:
        return xp.outer(self.left, self.right) if self.left.ndim == 1 else self.left @ self.right.T


# --- arguments ------------------------------------------------------------------------------------


def _as_array(name: str, x: Any) -> Any:
    """Anything as an array, or ValueError."""
    try:
        return xp.asarray(x)
    except (ValueError, TypeError, OverflowError) as e:
        raise ValueError(f"{name} is no array: {e}") from e


def _ranked(name: str, x: Any, rank: int) -> Any:
    """ValueError unless an argument has that many axes."""
    if x.ndim != rank:
        raise ValueError(f"{name} has {x.ndim} axes, shape {tuple(x.shape)}; it should have {rank}")
    return x


def _index(name: str, x: Any, size: int, meaning: str) -> int:
    """A position counted from 0, or ValueError."""
    try:
        i = operator.index(x)
    except TypeError:
        raise ValueError(f"{name} is {x!r}; it should be a whole number from 0 to {meaning} - 1") from None
    if not 0 <= i < size:
        raise ValueError(f"{name} is {i}; it should be from 0 to {meaning} - 1 = {size - 1}")
    return i


def _size(name: str, x: Any, more: str = "") -> int:
    """A size that is not the length of an axis, or ValueError; ``more``: what the library also needs."""
    try:
        n = operator.index(x)
    except TypeError:
        raise ValueError(f"{name} is {x!r}; it should be a whole number{more}") from None
    if n < 0:
        raise ValueError(f"{name} is {n}; it should not be negative")
    return n


def _wanted(wrt: Any, known: tuple[str, ...]) -> Any:
    """The names to differentiate by, or ValueError."""
    names = (wrt,) if isinstance(wrt, str) else tuple(wrt)
    for name in names:
        if name not in known:
            raise ValueError(f"wrt names {name!r}; it should name some of {', '.join(known)}")
    return names


def _dtype(**arguments: Any) -> Any:
    """The one dtype of all arrays, or ValueError; numbers alone have the library's own."""
    arrays = {name: x for name, x in arguments.items() if getattr(x, "ndim", 0)}
    if not arrays:
        numbers = [x.dtype for x in arguments.values() if hasattr(x, "dtype")]
        return xp.result_type(*numbers) if numbers else xp.result_type(float)
    first, *others = arrays
    for name in others:
        _same_dtype(name, arrays[name], first, arrays[first])
    return arrays[first].dtype


def _same_dtype(name: str, x: Any, first: str, y: Any) -> None:
    """ValueError unless two arrays have one dtype."""
    if x.dtype is not y.dtype and x.dtype != y.dtype:
        raise ValueError(f"{name} has dtype {x.dtype}; it should have the dtype of {first}, {y.dtype}")


def _shaped(name: str, x: Any, shape: tuple[int, ...], meaning: str) -> None:
    """ValueError unless an argument has that shape."""
    if x.shape != shape:
        raise ValueError(f"{name} has shape {tuple(x.shape)}; it should be {meaning} = {shape}")


def _out_of_range(name: str, low: Any, high: Any, size: int, meaning: str) -> ValueError:
    """The error for positions of which the smallest or the largest does not exist."""
    wrong = low if low < 0 else high
    return ValueError(f"{name} holds {wrong}; it should hold positions from 0 to {meaning} - 1 = {size - 1}")


def _distinct(name: str, x: Any) -> None:
    """ValueError if a set, one along the last axis, holds a position twice."""
    x = xp.sort(x, axis=-1)
    if bool((x[..., 1:] == x[..., :-1]).any()):
        raise ValueError(f"{name} holds a position twice; it should be a set")


def _inside(name: str, low: Any, high: Any, size: int, meaning: str) -> None:
    """ValueError unless all positions from low to high exist."""
    if bool(xp.any(xp.asarray(low) < 0)) or bool(xp.any(xp.asarray(high) >= size)):
        raise ValueError(
            f"{name} reaches the positions {low} to {high}; they should lie from 0 to {meaning} - 1 = {size - 1}"
        )
