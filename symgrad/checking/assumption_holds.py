"""Assumptions: what they mention, and where they hold in an environment."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from symgrad.core import nodes as n
from symgrad.core.claims import Assumption
from symgrad.core.ranges import Gather, Index, IndexArray, IndexExpr, Subset
from symgrad.evaluating.arithmetic import Arr, expand, merge
from symgrad.evaluating.evaluator import Evaluator

CLOSE = 1e-12
"""Tolerance of an assumed equation, relative to its sides."""


# --- what an assumption mentions ----------------------------------------------------------------------


def conds(a: Assumption) -> tuple[n.Cond, ...]:
    return (*(() if a.cond is None else (a.cond,)), *a.unless)


def sides_of(a: Assumption) -> tuple[n.Expr, n.Expr]:
    if a.left is None or a.right is None:
        raise ValueError(f"{a.latex} is no equation")
    return a.left, a.right


def sides(a: Assumption) -> tuple[n.Expr, ...]:
    return tuple(s for s in (a.left, a.right) if s is not None)


def open_indices(a: Assumption) -> set[Index]:
    """The indices of an assumption that are not its parameters: fixed ones, and free letters of the claim."""
    found: set[Index] = set()
    for c in conds(a):
        found |= n.free_indices(n.Iverson(c))
    for side in sides(a):
        found |= n.free_indices(side)
    return found.difference(a.params)


def is_mask(a: Assumption) -> bool:
    """True if it restricts the positions of the claim's free letters rather than the values that are drawn."""
    return a.kind == "condition" and any(i.kind != "fixed" for i in open_indices(a))


def places(assumptions: tuple[Assumption, ...]) -> tuple[list[Index], list[IndexArray], list[Subset]]:
    """The fixed letters, index arrays and subsets that assumptions mention, in order."""
    letters: dict[Index, None] = {}
    arrays: dict[IndexArray, None] = {}
    subsets: dict[Subset, None] = {}

    def gathers(e: IndexExpr) -> None:
        if isinstance(e, Gather):
            arrays[e.array] = None
            for inner in e.indices:
                gathers(inner)

    for a in assumptions:
        for i in sorted(open_indices(a), key=lambda i: i.serial):
            if i.kind == "fixed":
                letters[i] = None
        for c in conds(a):
            for e in n.cond_parts(c)[0]:
                gathers(e)
            if isinstance(c.right, Subset):
                subsets[c.right] = None
    return list(letters), list(arrays), list(subsets)


def domains(assumptions: tuple[Assumption, ...]) -> dict[n.Tensor, str]:
    """Domains of whole tensors that follow from simple assumptions: ``x > 0``, ``x < 0``, ``s^2 = 1``, ``d^2 = d``."""
    found: dict[n.Tensor, str] = {}
    for a in assumptions:
        if a.unless:
            continue
        if a.cond is not None and a.cond.op == "pos":
            e = a.cond.left
            sign = 1
            if isinstance(e, n.Mul) and len(e.factors) == 2 and isinstance(e.factors[0], n.Num):
                sign = 1 if e.factors[0].value > 0 else -1
                e = e.factors[1]
            if isinstance(e, n.Entry) and e.tensor.domain == "real":
                below = (sign < 0) ^ a.cond.negated
                found[e.tensor] = "negative" if below else "positive"
        for x, y in ((a.left, a.right), (a.right, a.left)):
            if isinstance(x, n.Pow) and isinstance(x.base, n.Entry) and x.exponent is n.num(2):
                if y is n.ONE:
                    found[x.base.tensor] = "sign"
                elif y is x.base:
                    found[x.base.tensor] = "bit"
    return found


# --- where they hold ----------------------------------------------------------------------------------


def excused(ev: Evaluator, a: Assumption) -> Arr | None:
    """Where the conditions in ``unless`` exempt the assumption; None if they never do."""
    masks, _ = ev.conditions(a.unless)
    result: Arr | None = None
    for m in masks:
        axes = merge(m.axes, result.axes if result else ())
        result = m if result is None else Arr(expand(result, axes) & expand(m, axes), axes)
    return result


def holds(ev: Evaluator, a: Assumption) -> Arr:
    """Where an assumption holds: a mask over samples and the free letters of the assumption."""
    with np.errstate(all="ignore"):
        if a.kind == "condition":
            assert a.cond is not None  # by its kind
            mask, bad = ev.condition(a.cond)
            ok = Arr(mask.a, mask.axes)
            if bad is not None:
                axes = merge(ok.axes, bad.axes)
                ok = Arr(expand(ok, axes) & ~expand(bad, axes), axes)
        else:
            ok = _balanced(ev, a)
        free = excused(ev, a)
        if free is not None:
            axes = merge(ok.axes, free.axes)
            ok = Arr(expand(ok, axes) | expand(free, axes), axes)
        for i in a.params:
            if i in ok.axes:
                k = ok.axes.index(i)
                ok = Arr(np.asarray(ok.a.all(axis=k + 1)), ok.axes[:k] + ok.axes[k + 1 :])
    return ok


def _balanced(ev: Evaluator, a: Assumption) -> Arr:
    left, right = (ev.number(side) for side in sides_of(a))
    axes = merge(left.axes, right.axes)
    x, y = expand(left, axes), expand(right, axes)
    if (x != y).any():
        ev.env.exact = False
    return Arr(np.abs(x - y) <= CLOSE * (1 + np.abs(x) + np.abs(y)), axes)


def met(ev: Evaluator, assumptions: tuple[Assumption, ...]) -> NDArray[np.bool_]:
    """Which samples satisfy every assumption, at all positions of free letters, and every declared domain."""
    ok = np.ones(ev.env.batch, dtype=bool)
    for a in assumptions:
        mask = holds(ev, a)
        ok = ok & mask.a.reshape(mask.a.shape[0], -1).all(axis=1)
    for t, v in ev.env.tensors.items():
        ok = ok & in_domain(t, v)
    return ok


def in_domain(t: n.Tensor, v: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which samples of a tensor lie in its declared domain."""
    if t.within is not None:
        low, high = t.within.low, t.within.high
        above = True if low is None else v >= float(low) if t.within.has_low else v > float(low)
        below = True if high is None else v <= float(high) if t.within.has_high else v < float(high)
        return np.asarray(np.broadcast_to(above & below, v.shape).reshape(v.shape[0], -1).all(axis=1))
    if t.domain == "real":
        return np.ones(v.shape[0], dtype=bool)
    if t.domain == "bit":
        ok = (v == 0) | (v == 1)
    elif t.domain == "sign":
        ok = np.abs(v) == 1
    else:
        ok = v > 0 if t.domain == "positive" else v >= 0
    return np.asarray(ok.reshape(v.shape[0], -1).all(axis=1))
