"""Positions that are placed and not left to chance: all apart, repeated within one argument, and shared by two.

Code often takes another path where positions are distinct, or where two of them meet. Drawn at random from a short
range, an array of several positions nearly always repeats one; so each arrangement is made on purpose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import prod

import numpy as np
from numpy.typing import NDArray

from symgrad.checking.draw import place_apart
from symgrad.checking.sample_sizes import length
from symgrad.core.ranges import Index, IndexArray, Range
from symgrad.evaluating.environment import Environment

PositionArgument = Index | IndexArray
"""An argument that holds one position, or an array of them."""
PointPositions = Mapping[PositionArgument, NDArray[np.int64]]
"""The positions of one point, as views that may be changed; of the shape (1,) for a letter."""
Arrangement = Callable[[PointPositions, np.random.Generator], None]
"""Changes positions that are all apart."""
ROOM = 32
"""The most positions in one range that are placed."""
PAIRS = 8
"""How many pairs of arguments are made to share a position, at most."""


@dataclass(frozen=True, slots=True)
class PlacedPositions:
    """The letters and index arrays of a cost, and the arrangements of their positions."""

    arguments: tuple[PositionArgument, ...]

    def arrangements(self) -> list[Arrangement]:
        """All apart; one array with a repeated position, each in turn and all at once; two arguments that share one,
        each pair in turn; rows of an array that share one, and repeat none within themselves."""
        if not self.arguments:
            return []
        arrays = [p for p in self.arguments if isinstance(p, IndexArray)]
        found: list[Arrangement] = [_apart]
        found += [partial(_repeated, (a,)) for a in arrays]
        found += [partial(_repeated, tuple(arrays))] if len(arrays) > 1 else []
        pairs = [(a, b) for a, b in combinations(self.arguments, 2) if range_of(a) == range_of(b)]
        found += [partial(_shared, a, b) for a, b in pairs[:PAIRS]]
        found += [partial(_across, a) for a in arrays if len(a.ranges) > 1]
        return found

    @property
    def patterns(self) -> int:
        return len(self.arrangements())

    def place(self, env: Environment, seed: int) -> None:
        """Give every sample of an environment one of the arrangements, in turn."""
        letters = [p for p in self.arguments if isinstance(p, Index)]
        arrays = [p for p in self.arguments if isinstance(p, IndexArray)]
        place_apart(env, letters, arrays, (), seed)
        rng = np.random.default_rng((seed, 31))
        arrangements = self.arrangements()
        for k in range(env.batch):
            point: dict[PositionArgument, NDArray[np.int64]] = {i: env.at[i][k : k + 1] for i in letters}
            point.update((a, env.index_arrays[a][k]) for a in arrays)
            arrangements[k % len(arrangements)](point, rng)

    def roomy(self, sizes: Mapping[str, int], fixed: Mapping[str, int]) -> dict[str, int]:
        """Sizes at which the positions in every range can be apart, as far as sizes are free; no two of them equal."""
        out = dict(sizes)
        axes = {name for p in self.arguments if isinstance(p, IndexArray) for r in p.ranges for name in _names(r)}
        for r, wanted in self._counts(out).items():
            free = [name for name in _names(r) if name not in fixed and name not in axes]
            if wanted > ROOM or not free:
                continue
            others = {v for name, v in out.items() if name != free[0]}
            while length(r, out) <= wanted or out[free[0]] in others:
                out[free[0]] += 1
        return out

    def fits(self, sizes: Mapping[str, int]) -> bool:
        """True if there are few enough positions for points of these sizes to be evaluated."""
        return all(count <= ROOM for count in self._counts(sizes).values())

    def _counts(self, sizes: Mapping[str, int]) -> dict[Range, int]:
        """The number of positions in every range."""
        out: dict[Range, int] = {}
        for p in self.arguments:
            count = prod(length(r, sizes) for r in p.ranges) if isinstance(p, IndexArray) else 1
            out[range_of(p)] = out.get(range_of(p), 0) + count
        return out


def range_of(p: PositionArgument) -> Range:
    """The range that the positions of an argument lie in."""
    if isinstance(p, IndexArray):
        return p.target
    assert p.range is not None  # it is fixed
    return p.range


def _names(r: Range) -> list[str]:
    """The sizes that a range grows with."""
    return [name for name, c in r.size.terms if isinstance(name, str) and c > 0]


def _apart(point: PointPositions, rng: np.random.Generator) -> None:
    """All positions stay apart."""


def _repeated(arrays: Sequence[IndexArray], point: PointPositions, rng: np.random.Generator) -> None:
    """Two entries of a row hold the same position, in all arrays the same two entries."""
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


def _shared(a: PositionArgument, b: PositionArgument, point: PointPositions, rng: np.random.Generator) -> None:
    """Two arguments have a position in common."""
    theirs, ours = point[a].reshape(-1), point[b].reshape(-1)
    if len(theirs) and len(ours):
        ours[rng.integers(len(ours))] = theirs[rng.integers(len(theirs))]


def _across(a: IndexArray, point: PointPositions, rng: np.random.Generator) -> None:
    """Two rows of an array have a position in common."""
    rows = point[a].reshape(-1, point[a].shape[-1])
    if len(rows) > 1 and rows.shape[1]:
        one, other = rng.permutation(len(rows))[:2]
        at = rng.integers(rows.shape[1])
        rows[other, at] = rows[one, at]
