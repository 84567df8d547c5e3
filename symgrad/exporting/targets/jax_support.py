"""Functions that generated modules for JAX hold, as they stand here. This file is read and not imported.

What concerns values, and not shapes, is checked where values are known: under a transformation they are not.
"""

from __future__ import annotations

import math
import operator
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from symgrad.exporting.targets.shared_support import _ranked


def _static(make: Any) -> Any:
    """What depends on sizes alone, computed at once under a transformation too: its length is a shape."""
    with jax.ensure_compile_time_eval():
        return make()


def _with_first(first: Any, rest: Any) -> Any:
    """Positions with one more in front."""
    return jnp.concatenate((jnp.reshape(first, 1), rest))


def _logsumexp(x: Any, axis: Any = None) -> Any:
    """log sum exp(x), which does not overflow."""
    return jax.nn.logsumexp(x, axis)


def _softmax(x: Any, axis: Any = None) -> Any:
    """exp(x) / sum exp(x), which does not overflow."""
    return jax.nn.softmax(x, axis)


def _softmax_and_log(x: Any, axis: Any = None) -> tuple[Any, Any]:
    """exp(x) / sum exp(x) and log sum exp(x), which do not overflow."""
    top = jnp.max(x, axis, keepdims=True)
    p = jnp.exp(x - top)
    total = jnp.sum(p, axis, keepdims=True)
    log = jnp.log(total) + top
    return p / total, jnp.squeeze(log, axis)


def _normal_cdf(x: Any) -> Any:
    """The distribution function of the normal distribution."""
    return 0.5 * jax.lax.erfc(-x / math.sqrt(2))


def _product_of_others(x: Any, axis: int) -> Any:
    """At each place along the axis the product of all other places."""
    x = jnp.moveaxis(x, axis, 0)
    one = jnp.ones_like(x[:1])
    before = jnp.cumprod(jnp.concatenate((one, x[:-1])), 0)
    after = jnp.cumprod(jnp.concatenate((one, x[:0:-1])), 0)[::-1]
    return jnp.moveaxis(before * after, 0, axis)


@jax.tree_util.register_pytree_node_class
class _Slices:
    """A gradient that is zero but for slices along one axis; repeated indices add up."""

    def __init__(self, values: Any, indices: Any, shape: tuple[int, ...], axis: int) -> None:
        self.values = values
        self.indices = indices
        self.shape = shape
        self.axis = axis

    def times(self, factor: Any) -> _Slices:
        return _Slices(factor * self.values, self.indices, self.shape, self.axis)

    def array(self) -> Any:
        places = (*[slice(None)] * self.axis, self.indices)
        return jnp.zeros(self.shape, self.values.dtype).at[places].add(self.values)

    def tree_flatten(self) -> tuple[Any, Any]:
        return (self.values, self.indices), (self.shape, self.axis)

    @classmethod
    def tree_unflatten(cls, rest: Any, arrays: Any) -> _Slices:
        return cls(*arrays, *rest)


class _Outer(NamedTuple):
    """A gradient that is an outer product, or a sum of them: the columns of its factors."""

    left: Any
    right: Any

    def times(self, factor: Any) -> _Outer:
        return _Outer(factor * self.left, self.right)

    def array(self) -> Any:
        return jnp.outer(self.left, self.right) if self.left.ndim == 1 else self.left @ self.right.T


def _array(gradient: Any) -> Any:
    """A gradient of whatever form as one array."""
    return gradient if isinstance(gradient, jax.Array) else gradient.array()


def _passed_back(upstream: Any, gradient: Any) -> Any:
    """A gradient times what is passed back: one factor of it, before the array is made."""
    return upstream * gradient if isinstance(gradient, jax.Array) else gradient.times(upstream).array()


def _real(name: str, x: Any, rank: int) -> Any:
    """An argument of real numbers, or ValueError."""
    if not isinstance(x, jax.Array):
        if rank == 0 and isinstance(x, (int, float)):
            return x
        x = jnp.asarray(x)
    if x.dtype not in (jnp.float32, jnp.float64):
        raise ValueError(f"{name} has dtype {x.dtype}; it should be float32 or float64")
    return _ranked(name, x, rank)


def _numbers(name: str, x: Any, rank: int) -> Any:
    """An argument of numbers of any dtype, or ValueError."""
    x = jnp.asarray(x)
    if jnp.issubdtype(x.dtype, jnp.complexfloating):
        raise ValueError(f"{name} has dtype {x.dtype}; it should hold numbers")
    return _ranked(name, x, rank)


def _dtype(**arguments: Any) -> Any:
    """The one dtype of all arrays, or ValueError; numbers alone are of the default dtype."""
    arrays = {name: x for name, x in arguments.items() if isinstance(x, jax.Array) and x.ndim}
    if not arrays:
        kinds = [x.dtype for x in arguments.values() if isinstance(x, jax.Array)]
        return jnp.result_type(*kinds) if kinds else jnp.result_type(float)
    first, *others = arrays
    for name in others:
        _same_dtype(name, arrays[name], first, arrays[first])
    return arrays[first].dtype


def _same_dtype(name: str, x: Any, first: str, y: Any) -> None:
    """ValueError unless two arrays have one dtype."""
    if x.dtype != y.dtype:
        raise ValueError(f"{name} has dtype {x.dtype}; it should have the dtype of {first}, {y.dtype}")


def _shaped(name: str, x: Any, shape: tuple[int, ...], meaning: str) -> None:
    """ValueError unless an argument has that shape."""
    if x.shape != shape:
        raise ValueError(f"{name} has shape {x.shape}; it should be {meaning} = {shape}")


def _index(name: str, x: Any, size: int, meaning: str) -> Any:
    """A position counted from 0, or ValueError."""
    if isinstance(x, jax.core.Tracer):
        if x.ndim or not jnp.issubdtype(x.dtype, jnp.integer):
            found = f"an array of {x.dtype}, shape {x.shape}"
            raise ValueError(f"{name} is {found}; it should be a whole number from 0 to {meaning} - 1")
        return x.astype(int)
    try:
        i = operator.index(x)
    except TypeError:
        raise ValueError(f"{name} is {x!r}; it should be a whole number from 0 to {meaning} - 1") from None
    if not 0 <= i < size:
        raise ValueError(f"{name} is {i}; it should be from 0 to {meaning} - 1 = {size - 1}")
    return jnp.asarray(i)


def _indices(name: str, x: Any, rank: int, size: int, meaning: str) -> Any:
    """An array of positions counted from 0, or ValueError."""
    x = jnp.asarray(x)
    if x.size and not jnp.issubdtype(x.dtype, jnp.integer):
        raise ValueError(f"{name} has dtype {x.dtype}; it should hold whole numbers")
    _ranked(name, x, rank)
    if x.size and not isinstance(x, jax.core.Tracer):
        with jax.ensure_compile_time_eval():
            low, high = int(x.min()), int(x.max())
        if low < 0 or high >= size:
            wrong = low if low < 0 else high
            raise ValueError(f"{name} holds {wrong}; it should hold positions from 0 to {meaning} - 1 = {size - 1}")
    return x.astype(int)


def _distinct(name: str, x: Any) -> None:
    """ValueError if a position stands twice in what is a set, one along the last axis."""
    if isinstance(x, jax.core.Tracer):
        return
    with jax.ensure_compile_time_eval():
        x = jnp.sort(x, axis=-1)
        repeats = bool((x[..., 1:] == x[..., :-1]).any())
    if repeats:
        raise ValueError(f"{name} holds a position twice; it should be a set")


def _size(name: str, x: Any) -> int:
    """A size that no array tells, or ValueError."""
    try:
        n = operator.index(x)
    except TypeError:
        raise ValueError(f"{name} is {x!r}; it should be a whole number, static under jit") from None
    if n < 0:
        raise ValueError(f"{name} is {n}; it should not be negative")
    return n


def _inside(name: str, low: Any, high: Any, size: int, meaning: str) -> None:
    """ValueError unless all positions from low to high are among those counted."""
    if isinstance(low, jax.core.Tracer) or isinstance(high, jax.core.Tracer):
        return
    with jax.ensure_compile_time_eval():
        beyond = bool(jnp.any(low < 0)) or bool(jnp.any(high >= size))
    if beyond:
        raise ValueError(
            f"{name} reaches the positions {low} to {high}; they should lie from 0 to {meaning} - 1 = {size - 1}"
        )


def _tracked(known: tuple[str, ...], **arguments: Any) -> tuple[str, ...]:
    """The names of the arguments that are differentiated by, or ValueError for one that has no gradient."""
    wanted = tuple(name for name, x in arguments.items() if x.perturbed)
    for name in wanted:
        if name not in known:
            raise ValueError(f"{name} is differentiated by; there are gradients by {', '.join(known) or 'no argument'}")
    return wanted
