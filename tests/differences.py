"""Derivatives as differences of a cost, with so many digits that nothing is lost: what any gradient can be held to.

Nothing of it differentiates: the cost is evaluated at two points, one number at a time.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import mpmath
import numpy as np

from symgrad.core.nodes import Deriv, Entry, Expr, Tensor
from symgrad.core.ranges import Index
from symgrad.evaluating.environment import Environment
from symgrad.evaluating.multiprecision import Point
from tests.samples import sample

ENTRIES = sample(2, 5)
"""So many entries of an array are looked at, drawn at random."""
STEPS = 20_000_000


def exact(node: Expr, at: dict[Index, int], env: Environment) -> float:
    """An expression at one position, counted as the document counts, to as many digits."""
    with mpmath.workdps(100):
        return float(Point(env, mpmath.mpf(10) ** -25, STEPS).value(node, at))


def difference(cost: Expr, t: Tensor, position: tuple[int, ...], env: Environment) -> float:
    """``(f(x + h) - f(x - h)) / 2h`` by one entry, at 100 digits and h = 1e-25; positions count from 0."""
    axes = tuple(Index(f"z{k}", r, "free") for k, r in enumerate(t.ranges))
    at = {a: p + env.number(r.lo) for a, p, r in zip(axes, position, t.ranges, strict=True)}
    with mpmath.workdps(100):
        point = Point(env, mpmath.mpf(10) ** -25, STEPS)
        return float(point.value(Deriv(cost, Entry(t, axes)), at))


def worst(got: Any, cost: Expr, t: Tensor, env: Environment, seed: int = 0) -> float:
    """The largest error of some entries of a gradient, relative to the largest entry of all, or to 1."""
    got = np.asarray(got)
    every = list(product(*map(range, got.shape)))
    chosen = np.random.default_rng(seed).permutation(len(every))[:ENTRIES]
    wanted = {k: difference(cost, t, every[k], env) for k in chosen}
    scale = max(1.0, float(np.abs(got).max(initial=0.0)))
    return max((abs(float(got[every[k]]) - w) / scale for k, w in wanted.items()), default=0.0)
