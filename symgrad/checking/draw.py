"""Random environments that satisfy the assumptions.

Entries are small dyadic numbers, exact in binary, so that ``sum_a y_a = 1`` can hold exactly. Among
eight samples most are generic; in one all indices of a range coincide, in one they come from two
positions, and subsets are once full, once a single position and once empty. Values depend on the
seed and the name alone, never on what was drawn before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Literal, Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from symgrad.checking import assumption_holds
from symgrad.checking.construct import construct, parts_of_one
from symgrad.core.claims import Assumption
from symgrad.core.nodes import AbstractFunction, Interval, Tensor
from symgrad.core.ranges import Index, IndexArray, Range, Subset
from symgrad.core.vanishing import written_as_zeros
from symgrad.evaluating.arithmetic import LIMIT
from symgrad.evaluating.budget import EvaluationTooLarge
from symgrad.evaluating.environment import Environment, Realisation
from symgrad.evaluating.evaluator import Evaluator

Mode = Literal["plain", "positive", "mixed", "small", "simplex", "simple", "wide", "wide positive"]
MODES: tuple[Mode, ...] = ("plain", "positive", "mixed", "small", "simplex")
"""Tried in turn until the claim is defined somewhere: entries of both signs; positive ones (for
logarithms); one sign per tensor and sample; below 1/4; with a sum of at most 1."""

WIDE: Mapping[Mode, Mode] = {"plain": "wide", "mixed": "wide", "positive": "wide positive"}
"""Modes with entries at any scale from 1/1000 to 1000, to find thresholds far from 0."""
SCALES = 11
ATTEMPTS = 4
"""How many times candidates are drawn before giving up on the assumptions."""
PLAIN_SAMPLES = 8
"""In larger batches, further samples also differ in scale."""
COINCIDENT, PAIRED, SINGLE, FULL, EMPTY, ALL_ONE, ALL_ZERO = 5, 6, 4, 5, 7, 1, 3
"""Which samples out of eight have a special pattern of positions, subsets and bits."""


@dataclass(eq=False)
class Drawing:
    """Supplies random values. ``anchor``: the positions of coincident samples, by range."""

    seed: int
    mode: Mode = "plain"
    anchor: dict[Range, NDArray[np.int64]] = field(default_factory=dict)
    wanted: Mapping[Tensor, str] = field(default_factory=dict)
    """Domains that assumptions such as ``lambda > 0`` make narrower than declared."""
    shuffled: bool = False
    """True for candidates to choose from: four patterns in turn, one of them with distinct positions."""
    magnitude: float = 0.0
    """In the mode ``plain``, unless 0: normal numbers of this magnitude, not dyadic ones, which have patterns."""

    def generator(self, name: str) -> np.random.Generator:
        return np.random.default_rng((self.seed, crc32(name.encode())))

    # --- numbers ------------------------------------------------------------------------------------

    def tensor(self, tensor: Tensor, env: Environment) -> NDArray[np.float64]:
        rng = self.generator(f"tensor {tensor.name} {len(tensor.ranges)}")
        shape = (env.batch, *env.shape(tensor.ranges))
        if prod(shape) > LIMIT:
            raise EvaluationTooLarge(f"{tensor.name} would hold {prod(shape[1:])} numbers")
        domain = self.wanted.get(tensor, tensor.domain)
        if tensor.within is not None:
            return inside(tensor.within, self._numbers(rng, tensor, domain, shape, env.batch), rng)
        return self._numbers(rng, tensor, domain, shape, env.batch)

    def _numbers(
        self, rng: np.random.Generator, tensor: Tensor, domain: str, shape: tuple[int, ...], batch: int
    ) -> NDArray[np.float64]:
        """Numbers of a domain, as the mode says."""
        if domain in ("bit", "sign"):
            bits = self._bits(rng, shape)
            return bits if domain == "bit" else 2 * bits - 1
        if self.mode == "simple":
            return self._simple(rng, shape, domain)
        if self.mode == "plain" and self.magnitude:
            return self._normal(rng, shape, domain)
        size = rng.integers(1, 13, shape) / 8.0
        if self.mode == "small":
            size = size / 8
        if self.mode == "simplex":
            size = parts_of_one(rng, shape) if tensor.ranges else parts_of_one(rng, (*shape, 2))[:, 0]
        elif self.mode in WIDE.values():
            size = size * 2.0 ** rng.integers(1 - SCALES, SCALES, (batch, *(1,) * len(tensor.ranges)))
        elif batch > PLAIN_SAMPLES:
            # each tensor has its own scale, so that samples lie on both sides of a kink
            scale = 2.0 ** rng.integers(-3, 2, (batch, *(1,) * len(tensor.ranges)))
            scale[:PLAIN_SAMPLES] = 1.0
            size = size * scale
        if domain == "nonnegative":
            return np.where(rng.integers(0, 8, shape) == 0, 0.0, size)
        if domain == "negative":
            return -size
        if domain == "positive" or self.mode in ("positive", "small", "simplex", "wide positive"):
            return size
        signs = rng.choice((-1.0, 1.0), shape)
        if self.mode == "mixed":
            whole = rng.integers(-1, 2, (batch, *(1,) * len(tensor.ranges)))
            signs = np.where(whole == 0, signs, whole)
        return np.asarray(size * signs)

    @staticmethod
    def _bits(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Bits, all of them 1 in one sample of eight and all of them 0 in another one."""
        bits = rng.integers(0, 2, shape).astype(float)
        pattern = np.arange(shape[0]).reshape(-1, *(1,) * (len(shape) - 1)) % 8
        return np.where(pattern == ALL_ONE, 1.0, np.where(pattern == ALL_ZERO, 0.0, bits))

    @staticmethod
    def _simple(rng: np.random.Generator, shape: tuple[int, ...], domain: str) -> NDArray[np.float64]:
        pools: dict[str, tuple[float, ...]] = {
            "real": (0.0, 1.0, -1.0, 1.0, 2.0, 0.5),
            "positive": (1.0, 1.0, 2.0, 0.5),
            "nonnegative": (0.0, 1.0, 1.0, 2.0, 0.5),
            "negative": (-1.0, -1.0, -2.0, -0.5),
        }
        return np.asarray(rng.choice(pools[domain], shape), dtype=np.float64)

    def _normal(self, rng: np.random.Generator, shape: tuple[int, ...], domain: str) -> NDArray[np.float64]:
        """Numbers without any pattern. Positive ones stay near 1: they are variances, rates, temperatures."""
        values = rng.normal(0.0, 1.0, shape)
        if domain == "real":
            return self.magnitude * values
        positive = np.exp(0.5 * values)
        return -positive if domain == "negative" else positive

    def function(self, function: AbstractFunction, env: Environment) -> Realisation:
        rng = self.generator(f"function {function.name}")
        waves = 4
        slopes = tuple(
            tuple(
                rng.integers(2, 13, env.shape(shape)) / 8.0 * rng.choice((-1.0, 1.0), env.shape(shape))
                for shape in function.shapes
            )
            for _ in range(waves)
        )
        amplitude = tuple(float(k) / 8 for k in rng.integers(3, 10, waves))
        phase = tuple(float(k) / 8 for k in rng.integers(1, 48, waves))
        offset = 0.375 if self.mode in ("plain", "simple", "mixed") else 1.0 + sum(amplitude)
        return Realisation(offset, amplitude, phase, slopes)

    # --- positions ----------------------------------------------------------------------------------

    def _positions(self, name: str, r: Range, shape: tuple[int, ...], env: Environment) -> NDArray[np.int64]:
        """Positions in a range, more of them near its middle."""
        rng = self.generator(f"position {name}")
        low, length = env.number(r.lo), max(1, env.length(r))
        drawn = low + np.floor((rng.random(shape) + rng.random(shape)) / 2 * length).astype(np.int64)
        shared = self._shared(r, env)
        lot = rng.integers(0, 2, shape)
        first, second = (s.reshape(-1, *(1,) * (len(shape) - 1)) for s in shared)
        pattern = (np.arange(shape[0]) % (4 if self.shuffled else 8)).reshape(first.shape)
        drawn = np.where(pattern == (2 if self.shuffled else COINCIDENT), first, drawn)
        drawn = np.where(pattern == (3 if self.shuffled else PAIRED), np.where(lot == 1, first, second), drawn)
        return drawn

    def _shared(self, r: Range, env: Environment) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Two positions of a range per sample, used for every index in samples with a special pattern."""
        rng = self.generator(f"range {r.name}")
        low, length = env.number(r.lo), max(1, env.length(r))
        first, second = low + rng.integers(0, length, (2, env.batch))
        anchored = self.anchor.get(r)
        return (first if anchored is None else anchored), second

    def position(self, index: Index, env: Environment) -> NDArray[np.int64]:
        return self._positions(index.letter, env.range_of(index), (env.batch,), env)

    def index_array(self, array: IndexArray, env: Environment) -> NDArray[np.int64]:
        return self._positions(array.name, array.target, (env.batch, *env.shape(array.ranges)), env)

    def subset(self, subset: Subset, env: Environment) -> NDArray[np.bool_]:
        rng = self.generator(f"subset {subset.name}")
        length = env.length(subset.range)
        member = rng.integers(0, 2, (env.batch, length)).astype(bool)
        pattern = np.arange(env.batch)[:, None] % 8
        first = self._shared(subset.range, env)[0] - env.number(subset.range.lo)
        single = np.arange(length)[None, :] == first[:, None]
        member = np.where(pattern == SINGLE, single, member)
        return np.where(pattern == FULL, True, np.where(pattern == EMPTY, False, member))


def inside(within: Interval, values: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """The values, each one outside of the interval replaced by one inside."""
    low = -np.inf if within.low is None else float(within.low)
    high = np.inf if within.high is None else float(within.high)
    grain = rng.integers(1, 16, values.shape) / 16
    if within.low is not None and within.high is not None:
        other = low + (high - low) * grain
    else:
        other = low + 2 * grain if within.low is not None else high - 2 * grain
    return np.where((values > low) & (values < high), values, other)


def mode_of(env: Environment) -> Mode:
    """How the values of an environment were drawn."""
    return env.supply.mode if isinstance(env.supply, Drawing) else "plain"


class Placement(Protocol):
    """Places positions on purpose, in several patterns: sample ``k`` has the pattern ``k % patterns``."""

    @property
    def patterns(self) -> int: ...

    def place(self, env: Environment, seed: int) -> None: ...


@dataclass(frozen=True, slots=True)
class ApartByTurns:
    """In every fourth sample, the positions that assumptions restrict are apart; in the others they are as drawn."""

    assumptions: tuple[Assumption, ...]
    patterns: int = 4

    def place(self, env: Environment, seed: int) -> None:
        place_apart(env, *assumption_holds.places(self.assumptions), seed, self.patterns)


def draw(
    sizes: Mapping[str, int],
    assumptions: tuple[Assumption, ...] = (),
    seed: int = 0,
    mode: Mode = "plain",
    batch: int = 8,
    strict: bool = True,
    magnitude: float = 0.0,
    placement: Placement | None = None,
) -> Environment | None:
    """An environment of ``batch`` samples that satisfy the assumptions; None if none was found.

    Assumptions about free letters restrict the positions compared, and are none of ours.
    """
    assumptions = written_as_zeros(tuple(a for a in assumptions if not assumption_holds.is_mask(a)))
    supply = Drawing(seed, mode, magnitude=magnitude)
    if not assumptions:
        env = Environment(sizes, batch, supply=supply, strict=strict)
        if placement is not None:
            placement.place(env, seed)
        return env
    placement = placement or ApartByTurns(assumptions)
    wanted = assumption_holds.domains(assumptions)
    for attempt in range(ATTEMPTS):
        candidates = Drawing(seed + 7919 * attempt, mode, {}, wanted, shuffled=True, magnitude=magnitude)
        many = Environment(sizes, 12 * batch, supply=candidates, strict=strict)
        placement.place(many, candidates.seed)
        construct(many, assumptions, candidates.seed)
        chosen = _meeting(many, assumptions, batch, placement.patterns)
        if len(chosen):
            break
    else:
        return None
    if len(chosen) < batch:
        chosen = np.resize(chosen, batch)
    env = some_samples(many, chosen)
    env.supply = supply
    supply.wanted = wanted
    for i, v in env.at.items():
        supply.anchor.setdefault(env.range_of(i), v)
    for n, v in env.index_arrays.items():
        if v.size:
            supply.anchor.setdefault(n.target, v.reshape(batch, -1)[:, 0])
    return env


def some_samples(env: Environment, samples: NDArray[np.int64]) -> Environment:
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


def _meeting(many: Environment, assumptions: tuple[Assumption, ...], batch: int, patterns: int) -> NDArray[np.int64]:
    """At most ``batch`` samples that satisfy all assumptions, taken from the patterns of positions in turn."""
    passing = np.flatnonzero(assumption_holds.met(Evaluator(many), assumptions))
    ranks: dict[int, int] = {}
    keyed = []
    for k in passing.tolist():
        ranks[k % patterns] = ranks.get(k % patterns, 0) + 1
        keyed.append((ranks[k % patterns], k))
    return np.array([k for _, k in sorted(keyed)[:batch]], dtype=np.int64)


def place_apart(
    env: Environment,
    letters: Sequence[Index],
    arrays: Sequence[IndexArray],
    subsets: Sequence[Subset],
    seed: int,
    every: int = 1,
) -> None:
    """Move all positions in a range apart, as far as it is long enough, and out of the subsets.

    every: 1 for all samples, 4 for every fourth.
    """
    rng = np.random.default_rng((seed, 17))
    rows = np.arange(0, env.batch, every)
    used: dict[Range, int] = {}
    order: dict[Range, NDArray[np.int64]] = {}

    def take(r: Range, count: int) -> NDArray[np.int64]:
        length = max(1, env.length(r))
        if r not in order:
            order[r] = rng.random((len(rows), length)).argsort(axis=1)
        start = used.get(r, 0)
        used[r] = start + count
        return env.number(r.lo) + order[r][:, np.arange(start, start + count) % length]

    for i in letters:
        drawn = env.position(i)
        if drawn is not None:
            drawn[rows] = take(env.range_of(i), 1)[:, 0]
    for array in arrays:
        values = env.index_array(array)
        values[rows] = take(array.target, int(np.prod(values.shape[1:]))).reshape(values[rows].shape)
    for s in subsets:
        members = env.subset(s)
        if s.range in order:
            taken = order[s.range][:, : used[s.range]]
            apart = members[rows]
            np.put_along_axis(apart, taken, False, axis=1)
            members[rows] = apart
