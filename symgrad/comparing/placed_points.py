"""Points whose positions are placed and not left to chance: all apart, repeated within one argument, and shared by two.

Code often takes another path where positions are distinct, or where two of them meet. Drawn at random from a short
range, an array of several positions nearly always repeats one; so each kind of point is made on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import prod

import numpy as np
from numpy.typing import NDArray

from symgrad.checking import assumption_holds
from symgrad.checking.construct import construct
from symgrad.checking.draw import Drawing, Mode
from symgrad.checking.sample_sizes import length
from symgrad.core.claims import Assumption
from symgrad.core.ranges import Index, IndexArray, Range
from symgrad.evaluating.environment import Environment
from symgrad.evaluating.evaluator import Evaluator

Cells = NDArray[np.int64]
"""The positions that one argument holds at one point: of no axes for a letter."""
Place = Index | IndexArray
Kind = Callable[[dict[Place, Cells], np.random.Generator], None]
"""What is done to positions that are all apart."""
ROOM = 32
"""The most positions into one range that are placed."""
PAIRS = 8
"""Of how many pairs of arguments it is tried that they share a position."""


@dataclass(frozen=True, slots=True)
class Placing:
    """The letters and index arrays of a cost, and the kinds of points that are made of them."""

    places: tuple[Place, ...]

    def kinds(self) -> list[Kind]:
        """Apart; one array with a repeated position, each in turn and all at once; two arguments with a common one,
        each pair in turn; rows of an array that have one in common, and none within themselves."""
        if not self.places:
            return []
        arrays = [p for p in self.places if isinstance(p, IndexArray)]
        found: list[Kind] = [_apart]
        found += [partial(_repeated, (a,)) for a in arrays]
        found += [partial(_repeated, tuple(arrays))] if len(arrays) > 1 else []
        pairs = [(a, b) for a, b in combinations(self.places, 2) if into(a) == into(b)]
        found += [partial(_shared, a, b) for a, b in pairs[:PAIRS]]
        found += [partial(_across, a) for a in arrays if len(a.ranges) > 1]
        return found

    def roomy(self, sizes: Mapping[str, int], fixed: Mapping[str, int]) -> dict[str, int]:
        """Sizes at which the positions into every range can be apart, where sizes are free; none like another."""
        out = dict(sizes)
        axes = {name for p in self.places if isinstance(p, IndexArray) for r in p.ranges for name in _names(r)}
        for r, wanted in self._wanted(out).items():
            free = [name for name in _names(r) if name not in fixed and name not in axes]
            if wanted > ROOM or not free:
                continue
            others = {v for name, v in out.items() if name != free[0]}
            while length(r, out) <= wanted or out[free[0]] in others:
                out[free[0]] += 1
        return out

    def fits(self, sizes: Mapping[str, int]) -> bool:
        """Whether there are few enough positions for points of these sizes to be evaluated."""
        return all(wanted <= ROOM for wanted in self._wanted(sizes).values())

    def _wanted(self, sizes: Mapping[str, int]) -> dict[Range, int]:
        """How many positions there are into every range."""
        out: dict[Range, int] = {}
        for p in self.places:
            count = prod(length(r, sizes) for r in p.ranges) if isinstance(p, IndexArray) else 1
            out[into(p)] = out.get(into(p), 0) + count
        return out

    def draw(
        self, sizes: Mapping[str, int], assumptions: Sequence[Assumption], seed: int, mode: Mode, copies: int
    ) -> Environment | None:
        """Points of all kinds in turn, as often as said, those that meet the assumptions; None where there is none."""
        kinds = self.kinds()
        given = tuple(a for a in assumptions if not assumption_holds.is_mask(a))
        env = Environment(sizes, len(kinds) * copies, supply=Drawing(seed, mode, {}, assumption_holds.domains(given)))
        rng = np.random.default_rng((seed, 31))
        points = [self._point(kinds[k % len(kinds)], env, rng) for k in range(env.batch)]
        for p in self.places:
            values = np.array([point[p] for point in points], dtype=np.int64) + env.number(into(p).lo)
            if isinstance(p, Index):
                env.at[p] = values
            else:
                env.index_arrays[p] = values
        if not given:
            return env
        construct(env, given, seed)
        passing = np.flatnonzero(assumption_holds.met(Evaluator(env), given))
        return chosen(env, passing) if len(passing) else None

    def _point(self, kind: Kind, env: Environment, rng: np.random.Generator) -> dict[Place, Cells]:
        """One point: positions dealt out from a shuffled range, from its start again where it is too short."""
        out: dict[Place, Cells] = {}
        dealt: dict[Range, tuple[Cells, int]] = {}
        for p in self.places:
            shape = env.shape(p.ranges) if isinstance(p, IndexArray) else ()
            order, start = dealt.get(into(p)) or (rng.permutation(max(1, env.length(into(p)))), 0)
            dealt[into(p)] = (order, start + prod(shape))
            out[p] = order[(start + np.arange(prod(shape))) % len(order)].reshape(shape)
        kind(out, rng)
        return out


def into(p: Place) -> Range:
    """The range that positions lie in."""
    if isinstance(p, IndexArray):
        return p.target
    assert p.range is not None  # it is fixed
    return p.range


def _names(r: Range) -> list[str]:
    return [name for name, c in r.size.terms if isinstance(name, str) and c > 0]


def _apart(point: dict[Place, Cells], rng: np.random.Generator) -> None:
    """Nothing is done."""


def _repeated(arrays: Sequence[IndexArray], point: dict[Place, Cells], rng: np.random.Generator) -> None:
    """Two places of a row hold the same position, in all arrays the same two."""
    lots = rng.random(3)
    for a in arrays:
        cells = point[a]
        rows = cells.reshape(-1, cells.shape[-1]) if cells.ndim and cells.shape[-1] > 1 else cells.reshape(1, -1)
        count = rows.shape[1]
        if count > 1:
            first = int(lots[1] * count)
            second = (first + 1 + int(lots[2] * (count - 1))) % count
            row = rows[int(lots[0] * len(rows))]
            row[second] = row[first]


def _shared(a: Place, b: Place, point: dict[Place, Cells], rng: np.random.Generator) -> None:
    """A position of one argument stands in another too."""
    theirs, ours = point[a].reshape(-1), point[b].reshape(-1)
    if len(theirs) and len(ours):
        ours[rng.integers(len(ours))] = theirs[rng.integers(len(theirs))]


def _across(a: IndexArray, point: dict[Place, Cells], rng: np.random.Generator) -> None:
    """Two rows of an array have a position in common."""
    rows = point[a].reshape(-1, point[a].shape[-1])
    if len(rows) > 1 and rows.shape[1]:
        one, other = rng.permutation(len(rows))[:2]
        at = rng.integers(rows.shape[1])
        rows[other, at] = rows[one, at]


def chosen(env: Environment, samples: NDArray[np.int64]) -> Environment:
    """Some samples of an environment, as one of its own."""
    return Environment(
        env.sizes,
        len(samples),
        {t: v[samples] for t, v in env.tensors.items()},
        {a: v[samples] for a, v in env.index_arrays.items()},
        {s: v[samples] for s, v in env.subsets.items()},
        {i: v[samples] for i, v in env.at.items()},
        dict(env.functions),
        env.supply,
        env.strict,
        env.exact,
    )
