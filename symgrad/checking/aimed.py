"""Samples on chosen sides of the branch points of a claim, for events that are rare among random numbers.

``\\max(0, a - 3000)``, ``[a > 1][a < 1.01]`` and ``[x_1 > x_2] ... [x_6 > x_7]`` differ from 0 only where several
margins have certain signs at once. Such points are found by Newton's method: each margin becomes a small number of a
chosen sign.
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
from symgrad.evaluating.discrete import is_discrete
from symgrad.evaluating.environment import Environment
from symgrad.evaluating.evaluator import Evaluator

AIMED = 24
"""The number of samples."""
MAX_MARGINS = 16
MAX_ENTRIES = 160
"""The most entries that are solved for."""
SMALL = (1.0, 2.0**-3, 2.0**-8, 0.5, 2.0**-12, 2.0)
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
    equations = []
    for k, margin in enumerate(found):
        wanted = n.Tensor(f"margin {k}")
        env.tensors[wanted] = signs[:, k] * np.repeat(SMALL, AIMED // len(SMALL))
        params = tuple(sorted(n.free_indices(margin) - env.at.keys(), key=lambda i: i.serial))
        loose = tuple(i for i in params if i.kind != "fixed")
        equations.append(Assumption("equation", "", margin, n.Entry(wanted, ()), None, loose))
    solve(env, tuple(equations), tensors)
    for wanted in [t for t in env.tensors if t.name.startswith("margin ")]:
        del env.tensors[wanted]
    values = tuple(a for a in claim.assumptions if not assumption_holds.is_mask(a))
    kept = np.flatnonzero(assumption_holds.met(Evaluator(env), values))
    return some_samples(env, kept) if len(kept) else None


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
