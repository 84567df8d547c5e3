"""The points at which code is compared: sizes all different, positions that are apart, repeat and coincide,
weights tiny and large, all within what the document assumes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from symgrad.checking import assumption_holds
from symgrad.checking.degree_bound import DegreeCounter
from symgrad.checking.draw import MODES, Mode, draw
from symgrad.checking.sample_sizes import SampleSizes, need
from symgrad.comparing.exact import Exact, GradientTerm, array, exact
from symgrad.comparing.placed_points import Placing, chosen
from symgrad.comparing.problem import Name, Problem
from symgrad.core import nodes as n
from symgrad.core.claims import Assumption, Claim
from symgrad.core.ranges import Index, IndexArray
from symgrad.evaluating.budget import EvaluationTooLarge
from symgrad.evaluating.environment import Environment, EvaluationError
from symgrad.evaluating.evaluator import Evaluator
from symgrad.text.diagnostic import SymgradError

MAGNITUDES = (1.0, 0.01, 2.5)
SATURATING = frozenset(
    ("exp", "sigma", "tanh", "sinh", "cosh", "softplus", "logsigmoid", "silu", "gelu", "mish", "erf", "erfc", "Phi")
)
FAR, ROUNDS = 12.0, 6
"""How far out these functions are asked, and in how many rounds weights are made small enough."""
PRIMES = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
SAMPLES = 8
"""How many points are drawn at one magnitude and one set of sizes."""
EACH, PLACED = 2, 24
"""How many points there are of each kind of placed positions at one set of sizes, and of all kinds at most."""
Draw = Callable[[Mode, bool], Environment | None]
"""Candidates in one way of drawing; with True more of them."""


@dataclass(eq=False)
class PositionGroup:
    """Points of one set of sizes: an environment of several samples, with the exact cost and gradients.

    assumed: whether they meet also what the document assumes only after the definition of the cost.
    """

    env: Environment
    magnitude: float
    assumed: bool
    cost: Exact
    gradients: list[Exact]
    samples: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Fixed:
    """Values that are not drawn but given: sizes, and scalars by their tensor."""

    sizes: Mapping[str, int] = field(default_factory=dict)
    scalars: Mapping[n.Tensor, float] = field(default_factory=dict)


def draw_points(problem: Problem, gradients: Sequence[GradientTerm], seed: int, fixed: Fixed) -> list[PositionGroup]:
    """All points. Raises ``SymgradError`` where the cost is defined at none of them."""
    return Points(problem, gradients, seed, fixed).groups()


class Points:
    """Draws the points for one cost and its gradients."""

    def __init__(self, problem: Problem, gradients: Sequence[GradientTerm], seed: int, fixed: Fixed) -> None:
        self.problem = problem
        self.gradients = gradients
        self.seed = seed
        self.fixed = fixed
        self.early, self.all = problem.assumptions()
        self.tensors = _tensors(problem.arguments.values())
        places = (a.what for a in problem.arguments.values() if a.kind in ("position", "positions"))
        self.placing = Placing(tuple(p for p in places if isinstance(p, (Index, IndexArray))))
        self.scores = [f.arg for f in n.all_nodes(problem.value) if isinstance(f, n.Func) and f.name in SATURATING]

    def groups(self) -> list[PositionGroup]:
        found: list[PositionGroup] = []
        for k, sizes in enumerate(self.sizes()):
            for m, magnitude in enumerate(MAGNITUDES if k == 0 else MAGNITUDES[:1]):
                found += self.drawn(sizes, self.early, magnitude, 100 * k + m)
        if self.all != self.early:
            sizes = next(self.sizes())
            found += self.drawn(sizes, self.all, MAGNITUDES[0], 1000)
        if self.placing.places:
            for k, sizes in enumerate(self.sizes()):
                if k and not self.placing.fits(sizes):
                    continue
                found += self.placed(self.placing.roomy(sizes, self.fixed.sizes), 2000 + k)
        if not any(g.samples for g in found):
            raise SymgradError(
                f"no point was found at which {self.problem.cost.name} and its gradients are defined: "
                "check the assumptions and domains of the document"
            )
        return found

    def sizes(self) -> Iterator[dict[str, int]]:
        """Sets of sizes, no two alike in any: the smallest, the same in reversed order, and larger ones, of which none
        is a multiple of another."""
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
    ) -> list[PositionGroup]:
        """The points at one magnitude, all positions drawn at random."""

        def candidates(mode: Mode, more: bool) -> Environment | None:
            batch = 8 * SAMPLES if more else SAMPLES
            return draw(sizes, assumptions, self.seed + 7919 * stream, mode, batch)

        return self.some(candidates, assumptions, magnitude, stream, SAMPLES)

    def placed(self, sizes: Mapping[str, int], stream: int) -> list[PositionGroup]:
        """The points of every kind of placed positions."""
        kinds = len(self.placing.kinds())
        copies = max(1, min(EACH, PLACED // kinds))

        def candidates(mode: Mode, more: bool) -> Environment | None:
            enough = 8 * copies if more else copies
            return self.placing.draw(sizes, self.early, self.seed + 7919 * stream, mode, enough)

        return self.some(candidates, self.early, MAGNITUDES[0], stream, copies * kinds)

    def some(
        self, candidates: Draw, assumptions: tuple[Assumption, ...], magnitude: float, stream: int, most: int
    ) -> list[PositionGroup]:
        """Points in the first way of drawing that gives enough of them."""
        best: list[PositionGroup] = []
        for mode in MODES:
            for more in (False, True):
                with np.errstate(all="ignore"):
                    env = candidates(mode, more)
                if env is None:
                    continue
                try:
                    group = self.group(env, assumptions, magnitude, stream, mode, most)
                except (EvaluationError, ValueError, EvaluationTooLarge):
                    continue
                if len(group.samples) > (len(best[0].samples) if best else 0):
                    best = [group]
                if len(group.samples) * 2 >= most:
                    return best
        return best

    def group(
        self,
        env: Environment,
        assumptions: tuple[Assumption, ...],
        magnitude: float,
        stream: int,
        mode: Mode,
        most: int,
    ) -> PositionGroup:
        bound = _bound(assumptions)
        wanted = assumption_holds.domains(assumptions)
        for t in self.tensors:
            if t in self.fixed.scalars:
                env.tensors[t] = np.full((env.batch,), float(self.fixed.scalars[t]))
            elif t not in bound and mode == "plain":
                env.tensors[t] = self.generic(t, wanted.get(t, t.domain), env, magnitude, stream)
            else:
                env.tensor(t)
        if mode == "plain":
            self.soften(env, [t for t in self.tensors if t not in bound and t not in self.fixed.scalars])
        terms = [GradientTerm(self.problem.value), *self.gradients]
        with np.errstate(all="ignore"):
            ev = Evaluator(env)
            terms = [t if _finite(array(ev, t)).any() else t.by_dual_numbers() for t in terms]
            fine = np.flatnonzero(np.all([_finite(array(ev, t)) for t in terms], axis=0))
        env = chosen(env, fine[:most])
        cost, *gradients = exact(env, *terms)
        fine = np.flatnonzero(np.all([_finite(e.scale) for e in (cost, *gradients)], axis=0))
        return PositionGroup(env, magnitude, assumptions == self.all, cost, gradients, fine.tolist())

    def soften(self, env: Environment, tensors: Sequence[n.Tensor]) -> None:
        """Weights smaller where a function that saturates is asked too far out: there honest code has no digits left
        (``1 - sigma(30)``), and nothing could be told from rounding."""
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

    def generic(self, t: n.Tensor, domain: str, env: Environment, magnitude: float, stream: int) -> NDArray[Any]:
        """Numbers without any pattern, in the domain of a tensor."""
        if domain in ("bit", "sign"):
            return env.tensor(t)
        rng = np.random.default_rng((self.seed, stream, crc32(t.name.encode()), len(t.ranges)))
        values = rng.normal(0.0, 1.0, (env.batch, *env.shape(t.ranges)))
        if domain == "real":
            return magnitude * values
        positive = np.exp(0.5 * values)  # a positive parameter is a scale of its own: a variance, a rate
        return -positive if domain == "negative" else positive


def _finite(a: NDArray[Any]) -> NDArray[np.bool_]:
    return np.asarray(np.isfinite(a).reshape(a.shape[0], -1).all(axis=1))


def _bound(assumptions: tuple[Assumption, ...]) -> set[n.Tensor]:
    """Tensors that an assumption ties by more than a domain."""
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
