"""The exact value of a cost and of its gradients in an environment.

Gradients come from ``calculus.differentiate`` and are evaluated by the plain evaluator. Every entry comes with the
magnitude of its terms, by which rounding is told from a difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.calculus.differentiate import differentiate
from symgrad.core import nodes as n
from symgrad.core.ranges import Index
from symgrad.evaluating.arithmetic import Numbers, each, expand
from symgrad.evaluating.environment import Environment
from symgrad.evaluating.evaluator import Evaluator
from symgrad.evaluating.meaning import Perturbations

Array = NDArray[Any]
NOISE = 1e-9
"""The relative noise by which the magnitude of terms is measured."""
ROUNDS = 4


@dataclass(frozen=True, slots=True)
class GradientTerm:
    """An expression laid out as an array: ``entry`` at every position of its ``axes``.

    dual: for a gradient, the derivative before it is taken, which the evaluator takes by dual numbers. The rules of
    differentiation hold where all arithmetic on positions stays in range; for ``x_{t+1}`` that excludes the last one.
    """

    entry: n.Expr
    axes: tuple[Index, ...] = ()
    dual: n.Expr | None = None

    def by_dual_numbers(self) -> GradientTerm:
        """The same gradient in a form that is valid at the ends of a range too."""
        return self if self.dual is None else GradientTerm(self.dual, self.axes)


@dataclass(frozen=True, slots=True)
class Exact:
    """Values with a leading axis of samples, and the magnitude of the terms of each entry."""

    value: Array
    scale: Array


def gradient(cost: n.Expr, target: n.Entry | n.Ref, axes: tuple[Index, ...]) -> GradientTerm:
    """The gradient of a cost by every entry of a target, over the target's ``axes``."""
    return GradientTerm(differentiate(cost, target), axes, n.Deriv(cost, target))


def array(ev: Evaluator, term: GradientTerm) -> Array:
    """The values of a term, as ``(samples, *shape)``."""
    found = ev.number(term.entry)
    stray = [i.letter for i in found.axes if i not in term.axes]
    if stray:
        raise ValueError(f"{stray[0]} is open in the term and no axis of it")
    shape = (ev.env.batch, *(ev.env.count(i) for i in term.axes))
    order = sorted(term.axes, key=lambda i: i.serial)
    laid = expand(found, tuple(order)).transpose(0, *(1 + order.index(i) for i in term.axes))
    return np.broadcast_to(laid, shape)


def exact(env: Environment, *terms: GradientTerm) -> list[Exact]:
    """Values of terms with their magnitude, measured by how far relative noise on every intermediate result moves them.

    Values of functions get an absolute noise of ``NOISE`` as well, because code may compute ``1 - sigma(x)``
    for ``sigma(-x)``.
    """
    plain, shaken = Evaluator(env), [_Shaken(env, NOISE, k) for k in range(ROUNDS)]
    found = []
    with np.errstate(all="ignore"):
        for term in terms:
            value = array(plain, term)
            moved = [np.nan_to_num(np.abs(array(ev, term) - value), nan=np.inf) for ev in shaken]
            found.append(Exact(value, np.maximum(np.abs(value), 2 * np.max(moved, axis=0) / NOISE)))
    return found


class _Shaken(Evaluator):
    """An evaluator that puts noise on its results, and absolute noise on the values of functions."""

    def __init__(self, env: Environment, shake: float, seed: int) -> None:
        super().__init__(env, shake)
        self._noise = np.random.default_rng(seed)

    def value(self, node: n.Expr, context: Perturbations = ()) -> Numbers:
        key = (node, context)
        fresh = isinstance(node, n.Func) and key not in self._values
        found = super().value(node, context)
        if fresh:
            found = self._values[key] = each(self._loose, found)
        return found

    def _loose(self, a: Array) -> Array:
        assert self._noise is not None  # it shakes
        return np.asarray(a + self.shake * self._noise.uniform(-1, 1, a.shape))
