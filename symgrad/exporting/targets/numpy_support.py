"""What generated modules for NumPy hold beside ``support``; see there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.exporting.targets.gradient_forms import IndexedSlices
from symgrad.exporting.targets.support import (
    _along,
    _as_array,
    _cumulated,
    _cumulative_logsumexp,
    _no_cholesky,
    _no_root,
    _out_of_range,
    _ranked,
    _same_dtype,
    _shaped,
)

Array = NDArray[Any]


def _sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)), which does not overflow."""
    if np.size(x) < 256:
        return np.exp(-np.logaddexp(0, -x, dtype=x.dtype))
    out = _exp_of_minus(x)
    out += 1
    return np.reciprocal(out, out=out)


def _sigmoids(x: Any) -> tuple[Any, Any]:
    """1 / (1 + exp(-x)) and 1 / (1 + exp(x)) from one exponential."""
    if np.size(x) < 256:
        return _sigmoid(x), _sigmoid(-x)
    other = _exp_of_minus(x)
    out = other + 1
    np.reciprocal(out, out=out)
    other *= out
    return out, other


def _exp_of_minus(x: Any) -> Any:
    """exp(-x), or close to the largest number where it would overflow."""
    out = np.maximum(x, -708 if x.dtype == np.float64 else -87)
    np.negative(out, out=out)
    return np.exp(out, out=out)


def _softplus(x: Any) -> Any:
    """log(1 + exp(x)), which does not overflow."""
    if np.size(x) < 256:
        return np.logaddexp(0, x, dtype=x.dtype)
    out = np.abs(x)
    np.negative(out, out=out)
    np.exp(out, out=out)
    np.log1p(out, out=out)
    out += np.maximum(x, 0)
    return out


def _softpluses(x: Any) -> tuple[Any, Any]:
    """log(1 + exp(x)) and log(1 + exp(-x)) from one exponential."""
    out = np.abs(x)
    np.negative(out, out=out)
    np.exp(out, out=out)
    np.log1p(out, out=out)
    return out + np.maximum(x, 0), out + np.maximum(-x, 0)


def _with_first(first: int, rest: Any) -> Any:
    """Positions with one more in front."""
    out = np.empty(rest.size + 1, np.intp)
    out[0] = first
    out[1:] = rest
    return out


def _logsumexp(x: Any, axis: Any = None) -> Any:
    """log sum exp(x), which does not overflow."""
    top = x.max(axis, keepdims=True)
    total = np.exp(x - top).sum(axis)
    return np.log(total) + top.reshape(np.shape(total))


def _softmax(x: Any, axis: Any = None, out: Any = None) -> Any:
    """exp(x) / sum exp(x), in ``out`` if that is given, which does not overflow."""
    p = np.subtract(x, x.max(axis, keepdims=True), out=out)
    np.exp(p, out=p)
    p /= p.sum(axis, keepdims=True)
    return p


def _softmax_and_log(x: Any, axis: Any = None, out: Any = None) -> tuple[Any, Any]:
    """exp(x) / sum exp(x), in ``out`` if that is given, and log sum exp(x), which do not overflow."""
    if axis is None:
        highest = x.max()
        p = np.subtract(x, highest, out=out)
        np.exp(p, out=p)
        one = p.sum()
        p /= one
        return p, np.log(one) + highest
    top = x.max(axis, keepdims=True)
    p = np.subtract(x, top, out=out)
    np.exp(p, out=p)
    total = p.sum(axis, keepdims=True)
    p /= total
    log = np.log(total)
    log += top
    return p, log.squeeze(axis)[()]


def _squared_distances(x: Any, y: Any, near_x: Any, near_y: Any, w: Any = None) -> Any:
    """sum_d w_jd (x_id - y_jd)^2 for all pairs i, j, from products of the shifted vectors.

    Those that are small beside their terms, the negative ones among them, are computed from the differences. Vectors
    of single precision are multiplied in double precision, where far fewer are small.
    """
    if x.shape[1] < 4 and w is None:
        return _few_squares(x, y)
    least = 1 / 16 if x.dtype == np.float64 else 2.0**-25
    near_x, near_y = np.asarray(near_x, float), np.asarray(near_y, float)
    if w is None:
        terms = np.einsum("id,id->i", near_x, near_x)[:, None]
        out = near_x @ (-2 * near_y).T
        out += np.einsum("jd,jd->j", near_y, near_y)
    else:
        w = np.broadcast_to(w, y.shape)
        weighted = near_y * w
        terms = (near_x * near_x) @ w.T
        out = near_x @ (-2 * weighted).T
        out += np.einsum("jd,jd->j", weighted, near_y)
    out += terms
    if x is y and w is None:
        np.fill_diagonal(out, np.inf)
    lost = out < terms * least
    if lost.any():
        rows, columns = np.nonzero(lost)
        for k in range(0, rows.size, 4096):
            i, j = rows[k : k + 4096], columns[k : k + 4096]
            square = np.square(x[i] - y[j])
            out[i, j] = (square if w is None else square * w[j]).sum(1)
    if x is y and w is None:
        np.fill_diagonal(out, 0)
    return np.asarray(out, x.dtype)


def _few_squares(x: Any, y: Any) -> Any:
    """The squared distances of vectors with few entries, from the differences."""
    out = np.zeros((x.shape[0], y.shape[0]), x.dtype)
    for a, b in zip(x.T, y.T, strict=True):
        square = np.subtract.outer(a, b)
        square *= square
        out += square
    return out


def _ordered_sum(x: Any, axis: int, op: str, keys: Any = None, bounds: Any = None) -> Any:
    """At each bound the sum of the entries whose keys meet the condition; without keys, those of their positions."""
    if x.ndim == 1 and keys is None:
        if op == "<=":
            return x.cumsum()
        if op == ">=":
            return x[::-1].cumsum()[::-1]
    return _cumulated(lambda a: np.cumsum(a, 0), x, axis, op, keys, bounds, 0)


def _narrow(x: Any) -> bool:
    """True if the exponentials of differences of the entries are numbers."""
    return x.size > 0 and bool(x.max() - x.min() < (600 if x.dtype == np.float64 else 70))


def _ordered_logsumexp(x: Any, axis: int, op: str, keys: Any = None, bounds: Any = None) -> Any:
    """At each bound log sum exp over the entries whose keys meet the condition, which does not overflow."""
    if not _narrow(x):
        return _cumulated(_cumulative_logsumexp, x, axis, op, keys, bounds, -math.inf)
    top = x.max()
    total = _ordered_sum(np.exp(x - top), axis, op, keys, bounds)
    with np.errstate(divide="ignore"):  # log 0, of no entries
        return np.log(total) + top


def _ordered_shares(x: Any, log: Any, a: Any, axis: int, op: str, keys: Any = None, bounds: Any = None) -> Any:
    """At each position the sum of a_i exp(x - log_i) over the bounds that meet the condition."""
    if _narrow(x):
        top = x.max()
        each = a * np.exp(np.where(np.isinf(log), -np.inf, top - log))
        return np.exp(x - top) * _ordered_sum(each, axis, op, keys, bounds)
    size = np.where(a == 0, -np.inf, np.log(np.where(a == 0, 1, np.abs(a))) - log)
    more, less = (
        np.exp(x + _ordered_logsumexp(np.where(part, size, -np.inf), axis, op, keys, bounds)) for part in (a > 0, a < 0)
    )
    return more - less


def _product_of_others(x: Any, axis: int) -> Any:
    """At each position along the axis the product of the entries at all others."""
    x = np.moveaxis(x, axis, 0)
    before, after = np.ones_like(x), np.ones_like(x)
    np.cumprod(x[:-1], axis=0, out=before[1:])
    after[:-1] = np.cumprod(x[:0:-1], axis=0)[::-1]
    return np.moveaxis(before * after, 0, axis)


def _factored(name: str, a: Any) -> Any:
    """A square matrix, or a family of them, with its Cholesky factor where it is symmetric and positive definite."""
    largest = np.abs(a).max(initial=0)
    lower = None
    if np.abs(a - np.swapaxes(a, -1, -2)).max(initial=0) <= 8 * np.finfo(a.dtype).eps * largest:
        try:
            lower = np.linalg.cholesky(a)
        except np.linalg.LinAlgError:
            lower = None  # indefinite: solved like any other matrix
    if lower is not None:
        ends = np.diagonal(lower, axis1=-2, axis2=-1)
        if ends.size and (ends.min(-1) ** 2 < np.finfo(a.dtype).eps / 4 * ends.max(-1) ** 2).any():
            raise _singular(name)
    return name, a, lower


def _singular(name: str) -> ValueError:
    return ValueError(f"{name} is singular, or so close to it that rounding errors would decide")


def _solved(factors: Any, b: Any, transposed: bool = False) -> Any:
    """The solution of a x = b, or of a.T x = b, for vectors or matrices b."""
    name, a, lower = factors
    vectors = b.ndim == a.ndim - 1
    b = b[..., None] if vectors else b
    if lower is None:
        x = _solution(name, np.swapaxes(a, -1, -2) if transposed else a, b)
    else:
        x = np.array(b)
        _forward(lower, x)
        _backward(lower, x)
    return x[..., 0] if vectors else x


def _solution(name: str, a: Any, b: Any) -> Any:
    """The solution of a general system, or ValueError where it has no digits."""
    try:
        x = np.linalg.solve(a, b)
    except np.linalg.LinAlgError:
        raise _singular(name) from None
    growth = np.abs(x).max(initial=0) * np.abs(a).max(initial=0)
    if growth * np.finfo(a.dtype).eps > np.abs(b).max(initial=0):
        raise _singular(name)
    return x


def _forward(lower: Any, x: Any) -> None:
    """x = lower^{-1} x in place, block by block, since NumPy has no triangular solve."""
    for start in range(0, x.shape[-2], 64):
        rows = slice(start, start + 64)
        part = x[..., rows, :] - lower[..., rows, :start] @ x[..., :start, :]
        x[..., rows, :] = np.linalg.solve(lower[..., rows, rows], part)


def _backward(lower: Any, x: Any) -> None:
    """x = lower^{-T} x in place, block by block."""
    upper = np.swapaxes(lower, -1, -2)
    for start in reversed(range(0, x.shape[-2], 64)):
        rows, after = slice(start, start + 64), slice(start + 64, None)
        part = x[..., rows, :] - upper[..., rows, after] @ x[..., after, :]
        x[..., rows, :] = np.linalg.solve(upper[..., rows, rows], part)


def _inverted(factors: Any) -> Any:
    """The inverse, where it is wanted itself."""
    name, a, lower = factors
    one = np.eye(a.shape[-1], dtype=a.dtype)
    if lower is None:
        return _solution(name, a, np.broadcast_to(one, a.shape))
    w = np.zeros_like(lower)  # lower^{-1}
    for start in range(0, a.shape[-1], 64):
        rows, known = slice(start, start + 64), slice(0, start + 64)
        part = one[rows, known] - lower[..., rows, :start] @ w[..., :start, known]
        w[..., rows, known] = np.linalg.solve(lower[..., rows, rows], part)
    return np.swapaxes(w, -1, -2) @ w


def _determinant(factors: Any) -> Any:
    """The determinant."""
    _, a, lower = factors
    if lower is None:
        return np.linalg.det(a)
    return np.square(np.diagonal(lower, axis1=-2, axis2=-1).prod(-1))


def _log_determinant(factors: Any, absolute: bool = False) -> Any:
    """log det a, or log |det a|, which does not overflow."""
    name, a, lower = factors
    if lower is not None:
        return 2 * np.log(np.diagonal(lower, axis1=-2, axis2=-1)).sum(-1)
    sign, log = np.linalg.slogdet(a)
    if not np.all(sign):
        raise _singular(name)
    if not absolute and np.any(sign < 0):
        raise ValueError(f"the determinant of {name} is negative and has no logarithm")
    return log


def _rooted(name: str, a: Any) -> Any:
    """A matrix with its principal square root, and the eigenvectors of both where it is symmetric."""
    least = a.shape[-1] * np.finfo(a.dtype).eps
    if np.abs(a - np.swapaxes(a, -1, -2)).max(initial=0) <= 8 * np.finfo(a.dtype).eps * np.abs(a).max(initial=0):
        values, vectors = np.linalg.eigh(a)
        if a.size and (values[..., 0] <= least * values[..., -1]).any():
            raise _no_root(name)
        ends = np.sqrt(values)
        return name, a, vectors * ends[..., None, :] @ np.swapaxes(vectors, -1, -2), ends, vectors
    values = np.linalg.eigvals(a)
    sizes = np.abs(values)
    if (np.abs(np.angle(values)) > 3.1).any() or (sizes.min(-1) <= least * sizes.max(-1)).any():
        raise _no_root(name)
    root = _principal_root(a)
    if not np.abs(root @ root - a).max() <= np.sqrt(least) * np.abs(a).max():
        raise _no_root(name)
    return name, a, root, None, None


def _principal_root(a: Any) -> Any:
    """a^{1/2} by the iteration of Denman and Beavers, with the determinants scaled to 1 while it is far."""
    n = a.shape[-1]
    y, z, far = a, np.broadcast_to(np.eye(n, dtype=a.dtype), a.shape), True
    for _ in range(50):
        if far:
            scale = np.exp((np.linalg.slogdet(y)[1] + np.linalg.slogdet(z)[1]) / (-2 * n))[..., None, None]
            y, z = scale * y, scale * z
        before, y, z = y, (y + np.linalg.inv(z)) / 2, (z + np.linalg.inv(y)) / 2
        moved = np.abs(y - before).max() / np.abs(y).max()
        far = far and moved > 0.01
        if not moved > n * np.finfo(a.dtype).eps:
            break
    return y


def _root_adjoint(roots: Any, g: Any) -> Any:
    """What a receives, if its root y receives g: the z with y.T z + z y.T = g."""
    _, a, _, ends, vectors = roots
    if vectors is None:
        return _along(_principal_root, np.swapaxes(a, -1, -2), g)
    turned = np.swapaxes(vectors, -1, -2)
    return vectors @ (turned @ g @ vectors / (ends[..., :, None] + ends[..., None, :])) @ turned


def _cholesky_of(factors: Any) -> Any:
    """The lower triangular factor of a symmetric positive definite matrix."""
    name, _, lower = factors
    if lower is None:
        raise _no_cholesky(name)
    return lower


def _cholesky_adjoint(factors: Any, g: Any) -> Any:
    """What a receives, if its factor receives g: the symmetric part of lower^{-T} p lower^{-1}, where p is the lower
    triangle of lower.T g, with half of its diagonal."""
    lower = factors[2]
    x = np.tril(np.swapaxes(lower, -1, -2) @ g)
    x -= np.eye(x.shape[-1], dtype=x.dtype) * x / 2
    for _ in range(2):
        _backward(lower, x)
        x = np.ascontiguousarray(np.swapaxes(x, -1, -2))
    return (x + np.swapaxes(x, -1, -2)) / 2


def _add_at(out: Any, key: Any, values: Any) -> None:
    """out[key] += values, where repeated positions add up."""
    np.add.at(out, key, values)


class _Joined:
    """The slices of all blocks of a batch, concatenated."""

    def __init__(self, first: IndexedSlices, blocks: int) -> None:
        shape = list(first.values.shape)
        shape[first.axis] *= blocks
        self.values = np.empty(shape, first.dtype)
        self.indices = np.empty(first.indices.size * blocks, np.intp)
        self.first = first
        self.end = 0
        self.append(first)

    def append(self, g: IndexedSlices) -> None:
        start, self.end = self.end, self.end + g.indices.size
        self.indices[start : self.end] = g.indices
        self.values[(*[slice(None)] * g.axis, slice(start, self.end))] = g.values

    def slices(self) -> IndexedSlices:
        values = self.values[(*[slice(None)] * self.first.axis, slice(self.end))]
        return IndexedSlices(self.indices[: self.end], values, self.first.shape, self.first.axis)


def _in_blocks(function: Any, *batched: Any) -> tuple[Any, dict[str, Any]]:
    """A value and slices, summed over a batch in blocks whose arrays fit in the cache."""
    step, size = 128, batched[0].shape[0]
    value, grads = function(*(x[:step] for x in batched))
    if size <= step:
        return value, grads
    joined = {name: _Joined(g, -(-size // step)) for name, g in grads.items()}
    for start in range(step, size, step):
        more, grads = function(*(x[start : start + step] for x in batched))
        value = value + more
        for name, g in grads.items():
            joined[name].append(g)
    return value, {name: g.slices() for name, g in joined.items()}


def _real(name: str, x: Any, rank: int) -> Any:
    """An argument of real numbers, or ValueError."""
    if not isinstance(x, np.ndarray):
        if rank == 0 and isinstance(x, (int, float, np.floating)):
            return x
        x = _as_array(name, x)
    if x.dtype.kind != "f" or x.dtype.itemsize not in (4, 8):
        raise ValueError(f"{name} has dtype {x.dtype}; it should be float32 or float64")
    return _ranked(name, x, rank)


def _numbers(name: str, x: Any, rank: int) -> Any:
    """An argument of numbers of any dtype, or ValueError."""
    x = _as_array(name, x)
    if x.dtype.kind not in "fiub":
        raise ValueError(f"{name} has dtype {x.dtype}; it should hold numbers")
    return _ranked(name, x, rank)


def _indices(name: str, x: Any, rank: int, size: int, meaning: str) -> Any:
    """An array of positions counted from 0, or ValueError."""
    if not isinstance(x, np.ndarray):
        x = _as_array(name, x)
        if x.size == 0:
            x = x.astype(np.intp)
    if x.dtype.kind not in "iu":
        raise ValueError(f"{name} has dtype {x.dtype}; it should hold whole numbers")
    _ranked(name, x, rank)
    at = x if x.dtype == np.intp else x.astype(np.intp)  # smaller ones wrap around
    if x.size and _beyond(at, size):
        raise _out_of_range(name, x.min(), x.max(), size, meaning)
    return at


def _beyond(x: Any, size: int) -> bool:
    """True if a position does not exist, found with few calls."""
    if x.size < 32:
        entries = x.ravel().tolist()
        return bool(min(entries) < 0 or max(entries) >= size)
    return bool(x.view(np.uintp).max() >= size)  # read as unsigned, those below 0 are the largest


def _way(name: str, x: Any, argument: Any) -> Any:
    """The part of a direction that belongs to an argument, or ValueError; None stands for zeros."""
    if x is None:
        return np.zeros_like(argument)
    x = _real(name, x, argument.ndim)
    if argument.ndim:
        _same_dtype(name, x, name.removeprefix("v_"), argument)
        _shaped(name, x, argument.shape, f"the shape of {name.removeprefix('v_')}")
    return x
