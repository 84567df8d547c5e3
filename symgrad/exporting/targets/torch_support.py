"""What generated modules for PyTorch hold beside ``support``; see there. This file is read and not imported."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch

from symgrad.exporting.targets.support import _along, _no_cholesky, _no_root, _out_of_range, _ranked


def _softplus(x: Any) -> Any:
    """log(1 + exp(x)), which does not overflow; PyTorch's own gives x itself from 20 on."""
    return torch.clamp(x, min=0) + torch.log1p(torch.exp(-torch.abs(x)))


def _factored(name: str, a: Any) -> Any:
    """A square matrix, or a family of them, with its Cholesky factor where it is symmetric and positive definite."""
    eps = torch.finfo(a.dtype).eps
    if a.numel() and bool((a - a.mT).abs().max() <= 8 * eps * a.abs().max()):
        lower, info = torch.linalg.cholesky_ex(a)
        if not bool(info.any()):
            _nonsingular(name, torch.diagonal(lower, dim1=-2, dim2=-1) ** 2)
            return name, a, lower, None
    lu, pivots, _ = torch.linalg.lu_factor_ex(a)
    return name, a, lu, pivots


def _nonsingular(name: str, ends: Any) -> None:
    """ValueError if a matrix with these pivots is singular, or close to it."""
    sizes = ends.abs()
    if ends.numel() and bool((sizes.amin(-1) <= torch.finfo(ends.dtype).eps / 4 * sizes.amax(-1)).any()):
        raise ValueError(f"{name} is singular, or so close to it that rounding errors would decide")


def _solved(factors: Any, b: Any, transposed: bool = False) -> Any:
    """The solution of a x = b, or of a.T x = b, for vectors or matrices b."""
    name, a, lower, pivots = factors
    vectors = b.ndim == a.ndim - 1
    b = b.unsqueeze(-1) if vectors else b
    if pivots is None:
        x = torch.cholesky_solve(b, lower)
    else:
        _nonsingular(name, torch.diagonal(lower, dim1=-2, dim2=-1))
        x = torch.linalg.lu_solve(lower, pivots, b, adjoint=transposed)
    return x.squeeze(-1) if vectors else x


def _inverted(factors: Any) -> Any:
    """The inverse, where it is wanted itself."""
    a = factors[1]
    return _solved(factors, torch.eye(a.shape[-1], dtype=a.dtype, device=a.device).expand(a.shape))


def _signed_pivots(factors: Any) -> tuple[Any, Any]:
    """Numbers whose product is the determinant but for a sign, and the sign."""
    _, _, lower, pivots = factors
    ends = torch.diagonal(lower, dim1=-2, dim2=-1)
    if pivots is None:
        return ends**2, torch.ones_like(ends[..., 0])
    odd = (pivots != torch.arange(1, pivots.shape[-1] + 1, device=pivots.device)).sum(-1) % 2
    return ends, (1 - 2 * odd).to(lower.dtype)


def _determinant(factors: Any) -> Any:
    """The determinant."""
    ends, sign = _signed_pivots(factors)
    return sign * ends.prod(-1)


def _log_determinant(factors: Any, absolute: bool = False) -> Any:
    """log det a, or log |det a|, which does not overflow."""
    ends, sign = _signed_pivots(factors)
    _nonsingular(factors[0], ends)
    if not absolute and bool((sign * torch.sign(ends).prod(-1) < 0).any()):
        raise ValueError(f"the determinant of {factors[0]} is negative and has no logarithm")
    return ends.abs().log().sum(-1)


def _exponential_of(a: Any) -> Any:
    """exp(a)"""
    return torch.linalg.matrix_exp(a)


def _rooted(name: str, a: Any) -> Any:
    """A matrix with its principal square root, and the eigenvectors of both where it is symmetric."""
    eps = torch.finfo(a.dtype).eps
    if not a.numel() or bool((a - a.mT).abs().max() <= 8 * eps * a.abs().max()):
        values, vectors = torch.linalg.eigh(a)
        if a.numel() and bool((values[..., 0] <= a.shape[-1] * eps * values[..., -1]).any()):
            raise _no_root(name)
        ends = torch.sqrt(values)
        return name, a, vectors * ends[..., None, :] @ vectors.mT, ends, vectors
    values = torch.linalg.eigvals(a)
    sizes = values.abs()
    close = sizes.amin(-1) <= a.shape[-1] * eps * sizes.amax(-1)
    if bool((values.angle().abs() > 3.1).any() or close.any()):
        raise _no_root(name)
    root = _principal_root(a)
    if not bool((root @ root - a).abs().max() <= math.sqrt(a.shape[-1] * eps) * a.abs().max()):
        raise _no_root(name)
    return name, a, root, None, None


def _principal_root(a: Any) -> Any:
    """a^{1/2} by the iteration of Denman and Beavers, with the determinants scaled to 1 while it is far."""
    n = a.shape[-1]
    y, z, far = a, torch.eye(n, dtype=a.dtype, device=a.device).expand(a.shape), True
    for _ in range(50):
        if far:
            logs = torch.linalg.slogdet(y)[1] + torch.linalg.slogdet(z)[1]
            scale = torch.exp(logs / (-2 * n))[..., None, None]
            y, z = scale * y, scale * z
        before, y, z = y, (y + torch.linalg.inv(z)) / 2, (z + torch.linalg.inv(y)) / 2
        moved = float((y - before).abs().max() / y.abs().max())
        far = far and moved > 0.01
        if not moved > n * torch.finfo(a.dtype).eps:
            break
    return y


def _root_adjoint(roots: Any, g: Any) -> Any:
    """What a receives, if its root y receives g: the z with y.T z + z y.T = g."""
    _, a, _, ends, vectors = roots
    if vectors is None:
        return _along(_principal_root, a.mT, g)
    return vectors @ (vectors.mT @ g @ vectors / (ends[..., :, None] + ends[..., None, :])) @ vectors.mT


def _cholesky_of(factors: Any) -> Any:
    """The lower triangular factor of a symmetric positive definite matrix."""
    name, _, lower, pivots = factors
    if pivots is not None:
        raise _no_cholesky(name)
    return lower


def _cholesky_adjoint(factors: Any, g: Any) -> Any:
    """What a receives, if its factor receives g: the symmetric part of lower^{-T} p lower^{-1}, where p is the lower
    triangle of lower.T g, with half of its diagonal."""
    lower = factors[2]
    p = torch.tril(lower.mT @ g)
    p = p - torch.diag_embed(torch.diagonal(p, dim1=-2, dim2=-1)) / 2
    left = torch.linalg.solve_triangular(lower.mT, p, upper=True)
    x = torch.linalg.solve_triangular(lower, left, upper=False, left=False)
    return (x + x.mT) / 2


def _with_first(first: Any, rest: Any) -> Any:
    """Positions with one more in front."""
    return torch.cat((_like(first, rest).reshape(1), rest))


def _logsumexp(x: Any, axis: Any = None) -> Any:
    """log sum exp(x), which does not overflow."""
    return torch.logsumexp(x, tuple(range(x.ndim)) if axis is None else axis)


def _cumulative_logsumexp(x: Any) -> Any:
    """log sum_{k <= i} exp(x_k) along the first axis, which does not overflow."""
    return torch.logcumsumexp(x, 0)


def _softmax(x: Any, axis: Any = None) -> Any:
    """exp(x) / sum exp(x), which does not overflow."""
    return _softmax_and_log(x, axis)[0]


def _softmax_and_log(x: Any, axis: Any = None) -> tuple[Any, Any]:
    """exp(x) / sum exp(x) and log sum exp(x), which do not overflow."""
    axes = tuple(range(x.ndim)) if axis is None else axis
    top = torch.amax(x, axes, keepdim=True)
    p = torch.exp(x - top)
    total = torch.sum(p, axes, keepdim=True)
    log = torch.log(total) + top
    return p / total, torch.squeeze(log, axes)


def _erfc(x: Any) -> Any:
    """1 - erf(x), with all digits where it is small."""
    return torch.erfc(x)


def _where(mask: Any, x: Any, y: Any, like: Any) -> Any:
    """x where the mask holds, else y; each may be a Python number."""
    return torch.where(torch.as_tensor(mask, device=like.device), _like(x, like), _like(y, like))


def _full(x: Any, shape: Any, like: Any) -> Any:
    """A tensor filled with one number."""
    return _like(x, like).expand(shape).clone()


class _TensorSlices(NamedTuple):
    """A gradient that is zero except for slices along one axis; repeated indices add up."""

    values: Any
    indices: Any
    shape: tuple[int, ...]
    axis: int

    def array(self, sparse: bool = False) -> Any:
        if not sparse:
            out = self.values.new_zeros(self.shape)
            # index_add_ divides the whole of out among threads, which takes long where processors have other work
            slices, values = (torch.movedim(x, self.axis, 0) for x in (out, self.values))
            slices.index_put_((self.indices,), values, accumulate=True)
            return out
        front = [torch.arange(n, device=self.values.device) for n in self.shape[: self.axis]]
        places = torch.stack([x.ravel() for x in torch.meshgrid(*front, self.indices, indexing="ij")])
        return torch.sparse_coo_tensor(places, self.values.flatten(0, self.axis), self.shape, check_invariants=False)


def _tensor(gradient: Any, sparse: bool) -> Any:
    """A gradient in any form as one tensor; ``sparse``: those with few slices as sparse tensors."""
    return gradient if isinstance(gradient, torch.Tensor) else gradient.array(sparse)


def _save(ctx: Any, grads: dict[str, Any]) -> None:
    """Keeps gradients in their forms for the backward pass."""
    ctx.forms, tensors = [], []
    for name, g in grads.items():
        fields = (g,) if isinstance(g, torch.Tensor) else tuple(g)
        parts = [x for x in fields if isinstance(x, torch.Tensor)]
        ctx.forms.append((name, type(g), len(parts), fields[len(parts) :]))
        tensors += parts
    ctx.save_for_backward(*tensors)


def _passed_back(ctx: Any, upstream: Any, sparse: bool) -> dict[str, Any]:
    """The gradients times the upstream gradient; one factor of each is multiplied before the tensor is made."""
    tensors, grads = iter(ctx.saved_tensors), {}
    for name, form, count, rest in ctx.forms:
        first, *others = (next(tensors) for _ in range(count))
        scaled = upstream * first
        grads[name] = form(scaled, *others, *rest).array(sparse) if others else scaled
    return grads


def _add_at(out: Any, key: Any, values: Any) -> None:
    """``out[key] += values``, in place; repeated positions add up. The axes of positions come first in values."""
    keys = key if isinstance(key, tuple) else (key,)
    many = [isinstance(k, torch.Tensor) and k.ndim > 0 for k in keys]
    view = out[tuple(slice(None) if m else k for k, m in zip(keys, many, strict=True))]
    kept = [m for k, m in zip(keys, many, strict=True) if m or isinstance(k, slice)]
    axes = [axis for axis, m in enumerate(kept) if m]
    rows = torch.movedim(view, axes, list(range(len(axes))))
    rows.index_put_(tuple(k for k, m in zip(keys, many, strict=True) if m), _like(values, out), accumulate=True)


def _like(x: Any, like: Any) -> Any:
    """A number or an array as a tensor with the dtype and device of ``like``."""
    return torch.as_tensor(x, dtype=like.dtype, device=like.device)


def _real(name: str, x: Any, rank: int) -> Any:
    """An argument of real numbers, or ValueError."""
    if not isinstance(x, torch.Tensor):
        if rank == 0 and isinstance(x, (int, float)):
            return x
        x = torch.as_tensor(x)
    if x.dtype not in (torch.float32, torch.float64):
        raise ValueError(f"{name} has dtype {_plain(x.dtype)}; it should be float32 or float64")
    return _ranked(name, x, rank)


def _plain(dtype: torch.dtype) -> str:
    return str(dtype).removeprefix("torch.")


def _numbers(name: str, x: Any, rank: int) -> Any:
    """An argument of numbers of any dtype, or ValueError."""
    x = torch.as_tensor(x)
    if x.dtype.is_complex:
        raise ValueError(f"{name} has dtype {_plain(x.dtype)}; it should hold numbers")
    return _ranked(name, x, rank)


def _common(**arguments: Any) -> Any:
    """An argument with the dtype and device of all others, or ValueError; numbers alone have the default dtype."""
    tensors = {name: x for name, x in arguments.items() if isinstance(x, torch.Tensor)}
    arrays = {name: x for name, x in tensors.items() if x.ndim}
    if not arrays:
        widest = max(tensors.values(), key=lambda x: x.dtype.itemsize, default=torch.zeros(()))
        return widest
    first, *others = arrays
    for name in others:
        _same_dtype(name, arrays[name], first, arrays[first])
    return arrays[first]


def _same_dtype(name: str, x: Any, first: str, y: Any) -> None:
    """ValueError unless two arrays have one dtype and are on one device."""
    if x.dtype != y.dtype:
        wanted = _plain(y.dtype)
        raise ValueError(f"{name} has dtype {_plain(x.dtype)}; it should have the dtype of {first}, {wanted}")
    if x.device != y.device:
        raise ValueError(f"{name} is on {x.device}; it should be where {first} is, on {y.device}")


def _indices(name: str, x: Any, rank: int, size: int, meaning: str, device: Any) -> Any:
    """A tensor of positions counted from 0, or ValueError."""
    x = torch.as_tensor(x, device=device)
    if x.numel() and (x.dtype.is_floating_point or x.dtype.is_complex or x.dtype == torch.bool):
        raise ValueError(f"{name} has dtype {_plain(x.dtype)}; it should hold whole numbers")
    x = _ranked(name, x.to(torch.int64), rank)
    if x.numel():
        low, high = int(x.min()), int(x.max())
        if low < 0 or high >= size:
            raise _out_of_range(name, low, high, size, meaning)
    return x


def _distinct(name: str, x: Any) -> None:
    """ValueError if a set, one along the last axis, holds a position twice."""
    x = torch.sort(x, dim=-1).values
    if bool((x[..., 1:] == x[..., :-1]).any()):
        raise ValueError(f"{name} holds a position twice; it should be a set")


def _tracked(needed: tuple[bool, ...], names: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    """The names of the arguments that need a gradient, or ValueError for one that has none."""
    wanted = tuple(name for name, needs in zip(names, needed, strict=True) if needs)
    for name in wanted:
        if name not in known:
            raise ValueError(f"{name} requires a gradient; there are those by {', '.join(known) or 'no argument'}")
    return wanted


def _once() -> None:
    """RuntimeError under create_graph: the gradient is a constant there, and second derivatives would be wrong."""
    if torch.is_grad_enabled():
        raise RuntimeError("a derived gradient can't be differentiated again: leave create_graph out")


def _detached(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments, detached from the graph that they were computed in."""
    return tuple(x.detach() if isinstance(x, torch.Tensor) else x for x in arguments)
