"""Samples on chosen sides of the branch points of a claim, for events that are rare among random numbers.

``\\max(0, a - 3000)``, ``[a > 1][a < 1.01]`` and ``[x_1 > x_2] ... [x_6 > x_7]`` differ from 0 only where several
margins have certain signs at once. Such points are found by Newton's method: each margin becomes a small number of a
chosen sign, unless it has that sign already.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from symgrad.checking import assumption_holds
from symgrad.checking.construct import solve
from symgrad.checking.draw import draw, some_samples
from symgrad.core import nodes as n
from symgrad.core.claims import Assumption, Claim
from symgrad.core.functions import TABLE
from symgrad.core.ranges import Index
from symgrad.evaluating.arithmetic import expand, merge
from symgrad.evaluating.discrete import is_discrete
from symgrad.evaluating.environment import Environment
from symgrad.evaluating.evaluator import Evaluator

AIMED = 24
"""The number of samples."""
MAX_MARGINS, ROUNDS = 16, 6
MAX_ENTRIES = 160
"""The most entries that are solved for."""
SMALL = (1.0, 2.0**-3, 2.0**-8, 2.0**-12, 2.0**-16, 2.0)
"""The sizes of the margins. They change slowly, so that each meets several combinations of signs."""


def margins(claim: Claim) -> list[n.Expr]:
    """The expressions by whose sign a claim branches: those of conditions, and the arguments of kinked functions."""
    found: dict[n.Expr, None] = {}
    for side in (claim.left, claim.right):
        for node in n.all_nodes(side):
            for c in _conditions(node):
                if c.op == "pos" and isinstance(c.left, n.Expr):
                    found[c.left] = None
            if isinstance(node, n.Func):
                row = TABLE.get(node.name.rstrip("'"))
                if row is not None and row.kink:
                    found[node.arg] = None
    return [m for m in found if not is_discrete(m)]


def _conditions(node: n.Expr) -> tuple[n.Cond, ...]:
    if isinstance(node, n.Iverson):
        return (node.cond,)
    if isinstance(node, (n.Sum, n.Prod)):
        return node.where
    if isinstance(node, n.Cases):
        return tuple(c for conds, _ in node.branches for c in conds)
    return ()


def aimed(claim: Claim, sizes: Mapping[str, int], seed: int) -> Environment | None:
    """An environment whose samples lie on chosen sides of the margins; None if there are none, or too many."""
    found = margins(claim)
    if not 0 < len(found) <= MAX_MARGINS:
        return None
    env = draw(sizes, claim.assumptions, seed + 2, "plain", AIMED)
    if env is None:
        return None
    used = {t for m in found for t in n.reach(m).tensors if t.domain not in ("bit", "sign")}
    tensors = sorted(used, key=lambda t: t.name)
    if not tensors or sum(env.tensor(t)[0].size for t in tensors) > MAX_ENTRIES:
        return None
    signs = _signs(len(found), np.random.default_rng((seed, 31)))
    wanted = [(m, signs[:, k]) for k, m in enumerate(found)]
    wanted += [(e, np.ones(AIMED)) for t in tensors for e in _ends(t)]
    _move(env, wanted, tensors)
    values = tuple(a for a in claim.assumptions if not assumption_holds.is_mask(a))
    kept = np.flatnonzero(assumption_holds.met(Evaluator(env), values))
    return some_samples(env, kept) if len(kept) else None


def _ends(t: n.Tensor) -> list[n.Expr]:
    """What is positive for all entries of a tensor because of its domain."""
    entry = n.Entry(t, tuple(Index("x", r, "free") for r in t.ranges))
    if t.within is None:
        return [] if t.domain == "real" else [entry]
    low, high = t.within.low, t.within.high
    return [
        *([] if low is None else [n.sub(entry, n.num(low))]),
        *([] if high is None else [n.sub(n.num(high), entry)]),
    ]


def _move(env: Environment, wanted: list[tuple[n.Expr, NDArray[np.float64]]], tensors: list[n.Tensor]) -> None:
    """Move the entries until each margin has its sign. One that has it already may keep its value."""
    least = np.repeat(SMALL, AIMED // len(SMALL))
    aims = [_Aim(env, margin, signs) for margin, signs in wanted]
    for _ in range(ROUNDS):
        ev = Evaluator(env)
        for aim in aims:
            aim.set(ev, least)
        solve(env, tuple(a.equation for a in aims), tensors, rounds=1)
    for aim in aims:
        del env.tensors[aim.target], env.tensors[aim.open]


class _Aim:
    """A margin, the sign that it shall have in each sample, and the equation that says so."""

    def __init__(self, env: Environment, margin: n.Expr, signs: NDArray[np.float64]) -> None:
        self.margin, self.signs = margin, signs
        self.indices = merge(tuple(i for i in n.free_indices(margin) if i.kind != "fixed"))
        self.target = n.Tensor("margin", tuple(env.range_of(i) for i in self.indices))
        self.open = n.Tensor("open", self.target.ranges)
        left = n.mul(n.Entry(self.open, self.indices), margin)
        self.equation = Assumption("equation", "", left, n.Entry(self.target, self.indices), None, self.indices)

    def set(self, ev: Evaluator, least: NDArray[np.float64]) -> None:
        """Ask for a small value of the right sign, and for nothing where the margin has had that sign so far."""
        shape = (ev.env.batch, *ev.env.shape(self.target.ranges))
        now = np.broadcast_to(expand(ev.number(self.margin), self.indices), shape)
        signs, small = (a.reshape(-1, *(1,) * (len(shape) - 1)) for a in (self.signs, least))
        wrong = np.broadcast_to(~(now * signs >= small / 2), shape)
        # a margin that was moved once stays asked for: else moves of others would undo it in turns
        is_open = np.maximum(ev.env.tensors.get(self.open, 0.0), wrong)
        ev.env.tensors[self.open] = is_open
        ev.env.tensors[self.target] = is_open * signs * small


def _signs(count: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Signs of the margins in each sample: all combinations of a few, else all positive, all negative, all but one,
    and random ones."""
    chosen = rng.choice((-1.0, 1.0), (AIMED, count))
    if 2**count <= AIMED:
        k = np.arange(AIMED) % 2**count
        return np.where((k[:, None] >> np.arange(count)) % 2 == 0, 1.0, -1.0)
    chosen[0], chosen[1] = 1.0, -1.0
    for k in range(min(count, AIMED // 2 - 1)):
        chosen[2 + k] = 1.0
        chosen[2 + k, k] = -1.0
    return chosen


__all__ = ["aimed", "margins"]
