"""A guess at a mistake: a sentence, and the numbers that code with this mistake gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.comparing.exact import GradientTerm, array
from symgrad.core import nodes as n
from symgrad.core.ranges import Index
from symgrad.evaluating.environment import Environment
from symgrad.evaluating.evaluator import Evaluator

Array = NDArray[Any]
Latex = Callable[[n.Expr], str]
Change = Callable[[Environment], None]

WHOLE, SAMPLES, POSITION, TERM, SLOPE, COUNT, WINDOW, HELD, EDIT = range(0, 90, 10)
"""Ranks, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Guess:
    """arrays: the gradient with this mistake, at all samples of an environment, in the document's layout."""

    rank: int
    say: Callable[[], str]
    arrays: Callable[[Environment], Array]


def changed(env: Environment, change: Change | None) -> Environment:
    """A copy of an environment with a change in it."""
    out = Environment(
        dict(env.sizes),
        env.batch,
        dict(env.tensors),
        dict(env.index_arrays),
        dict(env.subsets),
        dict(env.at),
        dict(env.functions),
        env.supply,
        env.strict,
        env.exact,
    )
    if change is not None:
        change(out)
    return out


def evaluated(
    gradient: Callable[[], n.Expr],
    axes: tuple[Index, ...],
    change: Change | None = None,
    dual: Callable[[], n.Expr] | None = None,
) -> Callable[[Environment], Array]:
    """Evaluates a gradient, which is made on first use. If it is undefined at some positions, ``dual`` is evaluated."""
    made: list[n.Expr] = []

    def arrays(env: Environment) -> Array:
        if not made:
            made.append(gradient())
        ev = Evaluator(changed(env, change) if change else env)
        found = array(ev, GradientTerm(made[0], axes))
        if dual is not None and np.isnan(found).any():
            found = array(ev, GradientTerm(dual(), axes))
        return found

    return arrays
