"""Values that satisfy assumed equations.

Simple equations are satisfied exactly, by construction (``sum_a y_a = 1``, ``A_ij = A_ji``, ``b_i = ...``);
the others up to rounding, by Newton's method.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from symgrad.checking.assumption_holds import excused, met, open_indices, sides, sides_of
from symgrad.core import nodes as n
from symgrad.core.claims import Assumption
from symgrad.core.ranges import Index
from symgrad.evaluating.arithmetic import expand, merge
from symgrad.evaluating.environment import Environment
from symgrad.evaluating.evaluator import Evaluator

FLAT = 1e-4
"""An equation whose slope falls below this, relative to the largest one seen, holds on a thin set."""


def construct(env: Environment, assumptions: tuple[Assumption, ...], seed: int = 0) -> None:
    """Change the tensors of an environment to satisfy the equations."""
    equations = tuple(a for a in assumptions if a.kind == "equation")
    for a in equations:
        left, right = sides_of(a)
        for form in (partial(_sum_to, seed), _mirror, _assign):
            if form(env, a, left, right) or form(env, a, right, left):
                break
    env.exact = True
    if equations and not met(Evaluator(env), equations).any():
        together, used = _unmet(env, equations)
        tensors = sorted((t for t in used if t.domain not in ("bit", "sign")), key=lambda t: t.name)
        thin = solve(env, together, tensors, 1.0, 14)
        for t in tensors:
            env.tensors[t][thin] = np.nan
    env.exact = True


def _unmet(env: Environment, equations: tuple[Assumption, ...]) -> tuple[tuple[Assumption, ...], set[n.Tensor]]:
    """The equations that no sample meets, with those that share arrays with them, and all of these arrays.

    What holds by construction and stands apart is left alone: that a matrix is symmetric is an equation per entry.
    """
    used = [{t for side in sides(a) for t in n.reach(side).tensors} for a in equations]
    taken = {k for k, a in enumerate(equations) if not met(Evaluator(env), (a,)).any()} or set(range(len(equations)))
    arrays: set[n.Tensor] = set()
    while not all(used[k] <= arrays for k in taken):
        arrays.update(*(used[k] for k in taken))
        taken |= {k for k, own in enumerate(used) if own & arrays}
    return tuple(a for k, a in enumerate(equations) if k in taken), arrays


def parts_of_one(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Positive dyadic numbers that add up to 1 along the last axis."""
    count = shape[-1]
    grain = 64
    while grain < 8 * count:
        grain *= 2
    marks = np.sort(rng.random((*shape[:-1], grain - 1)).argsort(axis=-1)[..., : count - 1] + 1, axis=-1)
    edges = np.concatenate([np.zeros((*shape[:-1], 1)), marks, np.full((*shape[:-1], 1), grain)], axis=-1)
    parts = np.diff(edges, axis=-1) / grain
    return np.asarray(parts)


def _slots(e: n.Expr) -> tuple[n.Tensor, tuple[Index, ...]] | None:
    """The tensor and indices of an entry whose indices are distinct and not fixed, else None."""
    if not isinstance(e, n.Entry):
        return None
    indices = tuple(i for i in e.indices if isinstance(i, Index) and i.kind != "fixed")
    if len(indices) != len(e.tensor.ranges) or len(set(indices)) != len(indices):
        return None
    return e.tensor, indices


def _sum_to(seed: int, env: Environment, a: Assumption, left: n.Expr, right: n.Expr) -> bool:
    """``sum_a y_{..a..} = c``: sets the last summand to the remainder."""
    if not (isinstance(left, n.Sum) and isinstance(right, n.Num) and not left.where):
        return False
    found = _slots(left.body)
    if found is None or left.index not in found[1]:
        return False
    tensor, indices = found
    axis = 1 + indices.index(left.index)
    v = np.moveaxis(env.tensor(tensor), axis, -1)
    total = float(right.value)
    if tensor.domain in ("positive", "nonnegative") and total > 0:
        rng = np.random.default_rng((seed, 29))
        v = parts_of_one(rng, v.shape) * total
    else:
        v = v.copy()
        v[..., -1] = total - v[..., :-1].sum(axis=-1)
    env.tensors[tensor] = np.ascontiguousarray(np.moveaxis(v, -1, axis))
    return True


def _mirror(env: Environment, a: Assumption, left: n.Expr, right: n.Expr) -> bool:
    """``A_ij = A_ji`` or ``A_ij = -A_ji``, by symmetrising."""
    found = mirrored(left, right)
    if found is None:
        return False
    tensor, order, sign = found
    v = env.tensor(tensor)
    env.tensors[tensor] = (v + sign * v.transpose(0, *(k + 1 for k in order))) / 2
    return True


def mirrored(left: n.Expr, right: n.Expr) -> tuple[n.Tensor, tuple[int, ...], float] | None:
    """The array of ``A_ij = A_ji`` or ``A_ij = -A_ji``, the order of its axes on the right and the sign; else None."""
    sign = 1.0
    if isinstance(right, n.Mul) and len(right.factors) == 2 and right.factors[0] is n.MINUS_ONE:
        sign, right = -1.0, right.factors[1]
    x, y = _slots(left), _slots(right)
    if x is None or y is None or x[0] is not y[0] or set(x[1]) != set(y[1]) or x[1] == y[1]:
        return None
    order = tuple(x[1].index(i) for i in y[1])
    return (x[0], order, sign) if all(order[k] == i for i, k in enumerate(order)) else None


def _assign(env: Environment, a: Assumption, left: n.Expr, right: n.Expr) -> bool:
    """``x_i = f(i)`` where ``f`` does not use ``x``."""
    found = _slots(left)
    if found is None or a.unless:
        return False
    tensor, indices = found
    if tensor in n.reach(right) or not n.free_indices(right) <= {
        *indices,
        *(i for i in open_indices(a) if i.kind == "fixed"),
    }:
        return False
    value = Evaluator(env).number(right)
    axes = merge(indices)
    order = [1 + axes.index(i) for i in indices]
    laid = expand(value, axes).transpose(0, *order)
    env.tensors[tensor] = np.broadcast_to(laid, (env.batch, *env.shape(tensor.ranges))).copy()
    return True


def solve(
    env: Environment,
    equations: tuple[Assumption, ...],
    tensors: list[n.Tensor],
    longest: float = np.inf,
    rounds: int = 6,
) -> NDArray[np.bool_]:
    """Newton's method, approximately ``x <- x - J^+ F(x)`` per sample, on these tensors; ``longest`` limits a move.

    Returns the samples in which the slope of an equation vanished on the way. They lie near a thin set, such as
    ``\\sum_i x_i^4 = 0``, and far from it compared with how little the equation is off.
    """
    thin = np.zeros(env.batch, bool)
    steepest: NDArray[np.float64] | None = None
    if not tensors:
        return thin
    probes = [n.Entry(t, tuple(Index("x", r, "free") for r in t.ranges)) for t in tensors]
    for _ in range(rounds):
        ev = Evaluator(env)
        rows, columns = [], []
        for a in equations:
            off = _residual(ev, a)
            rows.append(off)
            held = {t for side in sides(a) for t in n.reach(side).tensors}
            slopes_by = [_residual(ev, a, p) if p.tensor in held else _flat(env, off, p.tensor) for p in probes]
            columns.append(np.concatenate(slopes_by, axis=2))
        f, jacobian = np.concatenate(rows, axis=1)[..., 0], np.concatenate(columns, axis=1)
        f, jacobian = np.nan_to_num(f), np.nan_to_num(jacobian)
        slopes = np.abs(jacobian).max(axis=2, initial=0.0)
        steepest = slopes if steepest is None else np.maximum(steepest, slopes)
        thin = (slopes < FLAT * steepest).any(axis=1)
        if np.abs(f).max(initial=0.0) < 1e-15:
            break
        move = np.clip(_least_move(jacobian, f), -longest, longest)
        for t in tensors:
            v = env.tensor(t)
            size = int(np.prod(v.shape[1:]))
            env.tensors[t] = v - move[:, :size].reshape(v.shape)
            move = move[:, size:]
    return thin


def _flat(env: Environment, off: NDArray[np.float64], tensor: n.Tensor) -> NDArray[np.float64]:
    """The slopes of equations by an array that is not in them."""
    return np.zeros((*off.shape[:2], int(np.prod(env.shape(tensor.ranges), dtype=int))))


def _least_move(jacobian: NDArray[np.float64], f: NDArray[np.float64]) -> NDArray[np.float64]:
    """Damped least-squares step ``J^T (J J^T + c I)^{-1} f``, close to ``J^+ f``.

    The next Newton round removes the damping error. An SVD would be a hundred times as slow."""
    largest = np.abs(jacobian).max(axis=(1, 2), initial=0.0)
    scale = np.where(largest > 0, largest, 1.0)
    jacobian = jacobian / scale[:, None, None]
    gram = jacobian @ jacobian.transpose(0, 2, 1)
    size = np.einsum("bmm->bm", gram).max(axis=1, initial=1.0)
    gram = gram + 1e-11 * size[:, None, None] * np.eye(gram.shape[1])
    weights = np.linalg.solve(gram, (f / scale[:, None])[..., None])
    return np.asarray((jacobian.transpose(0, 2, 1) @ weights)[..., 0])


def _residual(ev: Evaluator, a: Assumption, probe: n.Expr | None = None) -> NDArray[np.float64]:
    """``left - right`` for all parameters, or its derivative by a probe; axes: sample, equation, entry of the probe."""
    difference = n.sub(*sides_of(a))
    value = ev.number(difference if probe is None else n.Deriv(difference, probe))
    free = excused(ev, a)
    slots = () if probe is None else tuple(i for i in probe.indices if isinstance(i, Index))  # type: ignore[attr-defined]  # a probe is an Entry
    lead = merge(tuple(i for i in value.axes if i not in slots), () if free is None else free.axes, a.params)
    axes = merge(lead, slots)
    shape = [ev.env.batch, *(ev.env.length(ev.env.range_of(i)) for i in axes)]
    laid = np.broadcast_to(expand(value, axes), shape)
    if free is not None:
        laid = np.where(expand(free, axes), 0.0, laid)
    order = [1 + axes.index(i) for i in (*lead, *slots)]
    rows = int(np.prod([ev.env.length(ev.env.range_of(i)) for i in lead]))
    return np.ascontiguousarray(laid.transpose(0, *order)).reshape(ev.env.batch, rows, -1)


__all__ = ["construct", "mirrored", "parts_of_one", "solve"]
