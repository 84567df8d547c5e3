"""The points at which code is compared: all sizes different; positions apart, repeated and shared; weights small and
large. All points meet the document's assumptions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.checking import assumption_holds
from symgrad.checking.degree_bound import DegreeCounter
from symgrad.checking.draw import MODES, Mode, draw, some_samples
from symgrad.checking.sample_sizes import SampleSizes, need
from symgrad.comparing.definite_matrices import definite_matrices, make_definite
from symgrad.comparing.exact import Exact, GradientTerm, array, exact
from symgrad.comparing.placed_points import PlacedPositions
from symgrad.comparing.problem import Name, Problem
from symgrad.core import nodes as n
from symgrad.core.claims import Assumption, Claim
from symgrad.core.functions import TABLE, exponential
from symgrad.core.ranges import Index, IndexArray
from symgrad.evaluating.budget import EvaluationTooLarge
from symgrad.evaluating.environment import Environment, EvaluationError
from symgrad.evaluating.evaluator import Evaluator
from symgrad.text.diagnostic import SymgradError

MAGNITUDES = (1.0, 0.01, 2.5)
FAR, ROUNDS = 12.0, 6
"""The largest argument of functions built on exp or erf, and the most rounds in which weights are reduced for it."""
PRIMES = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
SAMPLES = 8
"""The number of points per magnitude and set of sizes."""
EACH, PLACED = 2, 24
"""The number of points per arrangement of positions and set of sizes, and the most for all arrangements."""
Draw = Callable[[Mode, bool], Environment | None]
"""Draws candidates in a mode; with True, more of them."""


@dataclass(eq=False)
class PointGroup:
    """Points of one set of sizes: an environment of several samples, with the exact cost and gradients.

    assumed: True if they also meet the assumptions that the document makes after the definition of the cost.
    """

    env: Environment
    magnitude: float
    assumed: bool
    cost: Exact
    gradients: list[Exact]
    samples: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Fixed:
    """Values that are given and not drawn: sizes by name, scalars by their tensor."""

    sizes: Mapping[str, int] = field(default_factory=dict)
    scalars: Mapping[n.Tensor, float] = field(default_factory=dict)


def draw_points(problem: Problem, gradients: Sequence[GradientTerm], seed: int, fixed: Fixed) -> list[PointGroup]:
    """All points. Raises ``SymgradError`` if the cost is defined at none of them."""
    return PointDrawer(problem, gradients, seed, fixed).groups()


class PointDrawer:
    """Draws the points for one cost and its gradients."""

    def __init__(self, problem: Problem, gradients: Sequence[GradientTerm], seed: int, fixed: Fixed) -> None:
        self.problem = problem
        self.gradients = gradients
        self.seed = seed
        self.fixed = fixed
        self.early, self.all = problem.assumptions()
        self.tensors = _tensors(problem.arguments.values())
        values = (a.what for a in problem.arguments.values())
        self.placed = PlacedPositions(tuple(p for p in values if isinstance(p, (Index, IndexArray))))
        functions = [f for f in n.all_nodes(problem.value) if isinstance(f, n.Func) and f.name in TABLE]
        self.definite = definite_matrices(problem.value, self.early)
        self.scores = [f.arg for f in functions if exponential(TABLE[f.name])]

    def groups(self) -> list[PointGroup]:
        found: list[PointGroup] = []
        for k, sizes in enumerate(self.sizes()):
            for m, magnitude in enumerate(MAGNITUDES if k == 0 else MAGNITUDES[:1]):
                found += self.drawn(sizes, self.early, magnitude, 100 * k + m)
        if self.all != self.early:
            sizes = next(self.sizes())
            found += self.drawn(sizes, self.all, MAGNITUDES[0], 1000)
        if self.placed.arguments:
            for k, sizes in enumerate(self.sizes()):
                if k and not self.placed.fits(sizes):
                    continue
                found += self.with_placed(self.placed.roomy(sizes, self.fixed.sizes), 2000 + k)
        if not any(g.samples for g in found):
            raise SymgradError(
                f"no point was found at which {self.problem.cost.name} and its gradients are defined: "
                "check the assumptions and domains of the document"
            )
        return found

    def sizes(self) -> Iterator[dict[str, int]]:
        """Three sets of sizes, in each of which all sizes differ: the smallest, the same in reversed order, and larger
        ones of which none is a multiple of another."""
        claim = Claim(self.problem.value, n.ZERO, (), self.all)
        chosen = SampleSizes().choose(claim, need(claim, DegreeCounter()))
        for a in self.problem.arguments.values():
            if a.kind == "size":
                chosen.setdefault(str(a.what), 2)
        chosen.update(self.fixed.sizes)
        yield dict(chosen)
        free = sorted(name for name in chosen if name not in self.fixed.sizes)
        values = sorted((chosen[name] for name in free), reverse=True)
        ranked = sorted(free, key=lambda name: (chosen[name], name))
        other = {**chosen, **dict(zip(ranked, values, strict=True))}
        if other != chosen:
            yield other
        primes = iter(PRIMES)
        larger = {}
        for name in ranked:
            larger[name] = next((p for p in primes if p > chosen[name]), chosen[name] + 2)
        yield {**chosen, **larger}

    def drawn(
        self, sizes: Mapping[str, int], assumptions: tuple[Assumption, ...], magnitude: float, stream: int
    ) -> list[PointGroup]:
        """Points at one magnitude, with positions drawn at random."""

        def candidates(mode: Mode, more: bool) -> Environment | None:
            batch = 8 * SAMPLES if more else SAMPLES
            return draw(sizes, assumptions, self.seed + 7919 * stream, mode, batch, magnitude=magnitude)

        return self.some(candidates, assumptions, magnitude, SAMPLES)

    def with_placed(self, sizes: Mapping[str, int], stream: int) -> list[PointGroup]:
        """Points with every arrangement of positions."""
        most = self.placed.patterns * max(1, min(EACH, PLACED // self.placed.patterns))
        magnitude = MAGNITUDES[0]

        def candidates(mode: Mode, more: bool) -> Environment | None:
            batch = 8 * most if more else most
            seed = self.seed + 7919 * stream
            return draw(sizes, self.early, seed, mode, batch, magnitude=magnitude, placement=self.placed)

        return self.some(candidates, self.early, magnitude, most)

    def some(
        self, candidates: Draw, assumptions: tuple[Assumption, ...], magnitude: float, most: int
    ) -> list[PointGroup]:
        """Points drawn in the first mode that gives enough of them, with definite matrices if the cost allows it."""
        best: list[PointGroup] = []
        for definite in (True, False) if self.definite else (False,):
            for mode, more in product(MODES, (False, True)):
                with np.errstate(all="ignore"):
                    env = candidates(mode, more)
                if env is None:
                    continue
                try:
                    if definite:
                        make_definite(env, self.definite, assumptions)
                    group = self.group(env, assumptions, magnitude, mode, most)
                except (EvaluationError, ValueError, EvaluationTooLarge):
                    continue
                if len(group.samples) > (len(best[0].samples) if best else 0):
                    best = [group]
                if len(group.samples) * 2 >= most:
                    return best
            if best:
                return best
        return best

    def group(
        self,
        env: Environment,
        assumptions: tuple[Assumption, ...],
        magnitude: float,
        mode: Mode,
        most: int,
    ) -> PointGroup:
        for t in self.tensors:
            if t in self.fixed.scalars:
                env.tensors[t] = np.full((env.batch,), float(self.fixed.scalars[t]))
            else:
                env.tensor(t)
        if mode == "plain":
            bound = _bound(assumptions)
            self.soften(env, [t for t in self.tensors if t not in bound and t not in self.fixed.scalars])
        terms = [GradientTerm(self.problem.value), *self.gradients]
        with np.errstate(all="ignore"):
            ev = Evaluator(env)
            terms = [t if _finite(array(ev, t)).any() else t.by_dual_numbers() for t in terms]
            fine = np.flatnonzero(np.all([_finite(array(ev, t)) for t in terms], axis=0))
        env = some_samples(env, fine[:most])
        cost, *gradients = exact(env, *terms)
        fine = np.flatnonzero(np.all([_finite(e.scale) for e in (cost, *gradients)], axis=0))
        return PointGroup(env, magnitude, assumptions == self.all, cost, gradients, fine.tolist())

    def soften(self, env: Environment, tensors: Sequence[n.Tensor]) -> None:
        """Make weights smaller where the argument of a saturating function is too large: there correct code has no
        digits left (``1 - sigma(30)``), and a mistake can't be told from rounding."""
        moved = [t for t in tensors if t.domain == "real" and t not in assumption_holds.domains(self.early)]
        for _ in range(ROUNDS):
            ev = Evaluator(env)
            peak = np.zeros(env.batch)
            with np.errstate(all="ignore"):
                for x in self.scores:
                    values = np.abs(ev.number(x).a)
                    values = np.where(np.isfinite(values), values, 0.0).reshape(values.shape[0], -1)
                    peak = np.maximum(peak, values.max(axis=1, initial=0.0))
            if (peak <= FAR).all():
                return
            factor = np.sqrt(FAR / np.maximum(peak, FAR))
            for t in moved:
                env.tensors[t] = env.tensors[t] * factor.reshape(-1, *(1,) * len(t.ranges))


def _finite(a: NDArray[Any]) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(a).reshape(a.shape[0], -1).all(axis=1))


def _bound(assumptions: tuple[Assumption, ...]) -> set[n.Tensor]:
    """Tensors that an assumption restricts by more than a domain."""
    simple = assumption_holds.domains(assumptions)
    found: set[n.Tensor] = set()
    for a in assumptions:
        held = [s for s in (a.left, a.right) if s is not None]
        if a.cond is not None and a.cond.op == "pos" and isinstance(a.cond.left, n.Expr):
            held.append(a.cond.left)
        tensors = {e.tensor for side in held for e in n.walk(side) if isinstance(e, n.Entry)}
        if not (len(tensors) == 1 and tensors <= simple.keys()):
            found |= tensors
    return found


def _tensors(names: Iterable[Name]) -> list[n.Tensor]:
    found = [a.what.tensor for a in names if isinstance(a.what, n.Entry)]
    return list(dict.fromkeys(found))
