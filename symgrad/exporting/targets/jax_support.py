"""What generated modules for JAX hold beside ``support``; see there. This file is read and not imported.

Values, unlike shapes, are checked only where they are known, which is not the case under a transformation.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from symgrad.exporting.targets.support import _along, _index, _no_cholesky, _no_root, _out_of_range, _ranked


def _static(make: Any) -> Any:
    """A value that depends on sizes alone, computed while tracing too, because its length is a shape."""
    with jax.ensure_compile_time_eval():
        return make()


def _erfc(x: Any) -> Any:
    """1 - erf(x), with all digits where it is small."""
    return jax.lax.erfc(x)


def _polygamma(order: int, x: Any) -> Any:
    """The derivative of log Gamma of order ``order + 1``."""
    return jax.scipy.special.polygamma(order, x)


def _where_known(check: Any, name: str, *values: Any) -> None:
    """A check of values, which is left out under a transformation, where values are not known."""
    if not any(isinstance(x, jax.core.Tracer) for x in values):
        with jax.ensure_compile_time_eval():
            check(name, *values)


def _factored(name: str, a: Any) -> Any:
    """A square matrix, or a family of them, with its factors; those of a singular one are an error outside ``jit``."""
    lu, pivots = jax.scipy.linalg.lu_factor(a)
    _where_known(_nonsingular, name, jnp.diagonal(lu, axis1=-2, axis2=-1))
    return name, a, lu, pivots


def _nonsingular(name: str, ends: Any) -> None:
    """ValueError if a matrix with these pivots is singular, or close to it."""
    sizes = jnp.abs(ends)
    if ends.size and bool((sizes.min(-1) <= _least(ends.dtype) * sizes.max(-1)).any()):
        raise ValueError(f"{name} is singular, or so close to it that rounding errors would decide")


def _least(dtype: Any) -> Any:
    """The distance from 1 to the next number."""
    one = jnp.ones((), dtype)
    return jnp.nextafter(one, 2 * one) - one


def _solved(factors: Any, b: Any, transposed: bool = False) -> Any:
    """The solution of a x = b, or of a.T x = b, for vectors or matrices b."""
    _, a, lu, pivots = factors
    vectors = b.ndim == a.ndim - 1
    x = jax.scipy.linalg.lu_solve((lu, pivots), b[..., None] if vectors else b, 1 if transposed else 0)
    return x[..., 0] if vectors else x


def _inverted(factors: Any) -> Any:
    """The inverse, where it is wanted itself."""
    _, a, lu, pivots = factors
    return jax.scipy.linalg.lu_solve((lu, pivots), jnp.broadcast_to(jnp.eye(a.shape[-1], dtype=a.dtype), a.shape))


def _signed_pivots(factors: Any) -> tuple[Any, Any]:
    """The pivots, and the sign of the exchange of rows."""
    _, _, lu, pivots = factors
    odd = (pivots != jnp.arange(pivots.shape[-1], dtype=pivots.dtype)).sum(-1) % 2
    return jnp.diagonal(lu, axis1=-2, axis2=-1), 1 - 2 * odd.astype(lu.dtype)


def _determinant(factors: Any) -> Any:
    """The determinant."""
    ends, sign = _signed_pivots(factors)
    return sign * ends.prod(-1)


def _log_determinant(factors: Any, absolute: bool = False) -> Any:
    """log det a, or log |det a|, which does not overflow; nan for a negative determinant under ``jit``."""
    ends, sign = _signed_pivots(factors)
    log = jnp.log(jnp.abs(ends)).sum(-1)
    if absolute:
        return log
    sign = sign * jnp.sign(ends).prod(-1)
    _where_known(_not_negative, factors[0], sign)
    return jnp.where(sign > 0, log, jnp.nan)


def _not_negative(name: str, sign: Any) -> None:
    """ValueError if a determinant is negative."""
    if bool((sign < 0).any()):
        raise ValueError(f"the determinant of {name} is negative and has no logarithm")


def _exponential_of(a: Any) -> Any:
    """exp(a)"""
    return jax.scipy.linalg.expm(a)


def _rooted(name: str, a: Any) -> Any:
    """A matrix with its principal square root."""
    root = _principal_root(a)
    _where_known(_squares_to, name, a, root)
    return name, a, root


def _squares_to(name: str, a: Any, root: Any) -> None:
    """ValueError if a matrix has no principal square root: the iteration then leads nowhere."""
    wrong = jnp.abs(root @ root - a).max(initial=0)
    if not bool(wrong <= jnp.sqrt(a.shape[-1] * _least(a.dtype)) * jnp.abs(a).max(initial=0)):
        raise _no_root(name)


def _principal_root(a: Any) -> Any:
    """a^{1/2} by the iteration of Denman and Beavers, with the determinants scaled to 1 while it is far."""
    n = a.shape[-1]
    if not n:
        return a

    def step(state: Any) -> Any:
        y, z, moved, count = state
        logs = jnp.linalg.slogdet(y)[1] + jnp.linalg.slogdet(z)[1]
        scale = jnp.where(moved > 0.01, jnp.exp(logs / (-2 * n)), 1)[..., None, None]
        y, z = scale * y, scale * z
        after = (y + jnp.linalg.inv(z)) / 2
        moved = jnp.minimum(moved, jnp.abs(after - y).max() / jnp.abs(after).max())
        return after, (z + jnp.linalg.inv(y)) / 2, moved, count + 1

    def goes_on(state: Any) -> Any:
        return (state[2] > n * _least(a.dtype)) & (state[3] < 50)

    start = a, jnp.broadcast_to(jnp.eye(n, dtype=a.dtype), a.shape), jnp.ones((), a.dtype), 0
    return jax.lax.while_loop(goes_on, step, start)[0]


def _root_adjoint(roots: Any, g: Any) -> Any:
    """What a receives, if its root receives g."""
    return _along(_principal_root, jnp.swapaxes(roots[1], -1, -2), g)


def _cholesky_of(factors: Any) -> Any:
    """The lower triangular factor of a symmetric positive definite matrix; nan for others under ``jit``."""
    name, a = factors[:2]
    turned = jnp.swapaxes(a, -1, -2)
    symmetric = jnp.abs(a - turned).max(initial=0) <= 8 * _least(a.dtype) * jnp.abs(a).max(initial=0)
    lower = jnp.where(symmetric, jnp.linalg.cholesky(a), jnp.nan)
    _where_known(_has_cholesky, name, lower)
    return lower


def _has_cholesky(name: str, lower: Any) -> None:
    """ValueError for a matrix without a Cholesky factor."""
    if not bool(jnp.isfinite(lower).all()):
        raise _no_cholesky(name)


def _cholesky_adjoint(factors: Any, g: Any) -> Any:
    """What a receives, if its factor receives g: the symmetric part of lower^{-T} p lower^{-1}, where p is the lower
    triangle of lower.T g, with half of its diagonal."""
    lower = _cholesky_of(factors)
    p = jnp.tril(jnp.swapaxes(lower, -1, -2) @ g)
    p = p - jnp.eye(p.shape[-1], dtype=p.dtype) * p / 2
    for _ in range(2):
        p = jnp.swapaxes(jax.scipy.linalg.solve_triangular(lower, p, trans=1, lower=True), -1, -2)
    return (p + jnp.swapaxes(p, -1, -2)) / 2


def _with_first(first: Any, rest: Any) -> Any:
    """Positions with one more in front."""
    return jnp.concatenate((jnp.reshape(first, 1), rest))


def _logsumexp(x: Any, axis: Any = None) -> Any:
    """log sum exp(x), which does not overflow."""
    return jax.nn.logsumexp(x, axis)


def _cumulative_logsumexp(x: Any) -> Any:
    """log sum_{k <= i} exp(x_k) along the first axis, which does not overflow."""
    return jax.lax.cumlogsumexp(x, 0)


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


@jax.tree_util.register_pytree_node_class
class _ArraySlices:
    """A gradient that is zero except for slices along one axis; repeated indices add up."""

    def __init__(self, values: Any, indices: Any, shape: tuple[int, ...], axis: int) -> None:
        self.values = values
        self.indices = indices
        self.shape = shape
        self.axis = axis

    def times(self, factor: Any) -> _ArraySlices:
        return _ArraySlices(factor * self.values, self.indices, self.shape, self.axis)

    def array(self) -> Any:
        places = (*[slice(None)] * self.axis, self.indices)
        return jnp.zeros(self.shape, self.values.dtype).at[places].add(self.values)

    def tree_flatten(self) -> tuple[Any, Any]:
        return (self.values, self.indices), (self.shape, self.axis)

    @classmethod
    def tree_unflatten(cls, rest: Any, arrays: Any) -> _ArraySlices:
        return cls(*arrays, *rest)


def _array(gradient: Any) -> Any:
    """A gradient in any form as one array."""
    return gradient if isinstance(gradient, jax.Array) else gradient.array()


def _passed_back(upstream: Any, gradient: Any) -> Any:
    """A gradient times the upstream gradient; one factor is multiplied before the array is made."""
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


def _traced_index(name: str, x: Any, size: int, meaning: str) -> Any:
    """A position counted from 0, or ValueError; under a transformation only its type is known."""
    if not isinstance(x, jax.core.Tracer):
        return jnp.asarray(_index(name, x, size, meaning))
    if x.ndim or not jnp.issubdtype(x.dtype, jnp.integer):
        found = f"an array of {x.dtype}, shape {x.shape}"
        raise ValueError(f"{name} is {found}; it should be a whole number from 0 to {meaning} - 1")
    return x.astype(int)


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
            raise _out_of_range(name, low, high, size, meaning)
    return x.astype(int)


def _tracked(known: tuple[str, ...], **arguments: Any) -> tuple[str, ...]:
    """The names of the arguments to differentiate by, or ValueError for one without a gradient."""
    wanted = tuple(name for name, x in arguments.items() if x.perturbed)
    for name in wanted:
        if name not in known:
            raise ValueError(f"{name} is differentiated by; there are gradients by {', '.join(known) or 'no argument'}")
    return wanted
