"""Both sides of an equation at one point with many digits, and a bound on their error."""

from __future__ import annotations

from typing import Any, NamedTuple

from symgrad.core import nodes as n
from symgrad.evaluating.digits import UndefinedValue
from symgrad.evaluating.environment import Environment
from symgrad.evaluating.multiprecision import Point
from symgrad.evaluating.tables import Assignment

FAR = 600
"""The most decimal digits between the magnitudes of two numbers in an evaluation that is certified."""


class Certificate(NamedTuple):
    """Both sides, their absolute difference, a bound on the error of each, and the magnitude of the largest term."""

    left: float
    right: float
    difference: float
    error: float
    scale: float


def certify(left: n.Expr, right: n.Expr, env: Environment, at: Assignment, steps: int = 60_000) -> Certificate:
    """Both sides at sample 0 of an environment, computed twice with different digits and steps.

    Raises ``UndefinedValue`` if a side is undefined there, or if the magnitudes in it are too far apart. The second
    run has additional digits for the magnitudes seen in the first one, so that what was lost by rounding there
    (``1 - \\sigma(400)``) shows in the difference between the runs.
    """
    import mpmath

    depth = max(n.reach(left).order, n.reach(right).order)
    runs: list[tuple[Any, Any, Any]] = []
    apart = 0
    for digits, exponent in ((40 + 35 * depth, 25), (55 + 40 * depth, 30)):
        digits += apart
        with mpmath.workdps(digits):
            point = Point(env, mpmath.mpf(10) ** -exponent, steps)
            sides = [point.value(side, at) for side in (left, right)]
            scale = max(abs(point.value(t, at)) for side in (left, right) for t in _terms(side))
            runs.append((*sides, scale))
            apart = point.m.spread
            if apart > FAR:
                raise UndefinedValue("numbers too far apart")
    with mpmath.workdps(60):
        (l1, r1, _), (l2, r2, scale) = runs
        error = 10 * max(abs(l1 - l2), abs(r1 - r2)) + scale * mpmath.mpf(10) ** -30
        return Certificate(float(l2), float(r2), float(abs(l2 - r2)), float(error), float(scale))


def _terms(side: n.Expr) -> tuple[n.Expr, ...]:
    return side.terms if isinstance(side, n.Add) else (side,)
