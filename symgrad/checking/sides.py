"""Compare both sides of a claim in one environment, relative to their largest term.

Double precision finds differences; evaluation of one point with many digits certifies them. A ``Session``
holds what the steps of a document share: sizes, environments and computed values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.checking import assumption_holds
from symgrad.checking.degree_bound import DegreeCounter
from symgrad.checking.draw import Mode, draw
from symgrad.checking.sample_sizes import PLAIN, SampleSizes
from symgrad.core.claims import Assumption, Claim
from symgrad.core.nodes import Add, Expr, free_indices
from symgrad.core.ranges import Index
from symgrad.evaluating.arithmetic import Arr, Axes, expand, merge
from symgrad.evaluating.certificate import Certificate, certify
from symgrad.evaluating.digits import OutOfSteps, UndefinedValue
from symgrad.evaluating.environment import Environment
from symgrad.evaluating.evaluator import Evaluator

TOLERANCE = 1e-11
"""The largest relative difference that rounding explains; larger ones are computed with more digits."""
LOOSE = 1e-7
"""The same if assumptions hold only up to rounding."""
SHAKE, ROUNDING = 1e-10, 1e-13
"""Relative noise added to every result, and the multiple of it that rounding may cause."""
TINY = 1e-200
"""Below this, double precision is inconclusive: a 0 may be an underflow."""
KEPT = 8_000_000
"""The most numbers that the evaluators of a document remember from one step to the next."""
UNSTEADY = 1e-3
"""A point is not used if noise changes the difference by more than this."""


@dataclass(eq=False)
class Session:
    """What the steps of a document share: sizes, environments and computed values."""

    seed: int = 0
    sizes: SampleSizes = field(default_factory=SampleSizes)
    degrees: DegreeCounter = field(default_factory=DegreeCounter)
    evaluators: dict[tuple[object, ...], Evaluator | None] = field(default_factory=dict)

    def evaluator(
        self,
        sizes: Mapping[str, int],
        assumptions: tuple[Assumption, ...],
        mode: Mode = "plain",
        batch: int = PLAIN,
        strict: bool = True,
        pinned: tuple[Index, ...] = (),
    ) -> Evaluator | None:
        """The evaluator of an environment that satisfies the assumptions; None if none was found.

        pinned: free letters with one position per sample instead of an axis.
        """
        key = (tuple(sorted(sizes.items())), assumptions, mode, batch, strict, pinned)
        if key not in self.evaluators:
            with np.errstate(all="ignore"):
                env = draw(sizes, assumptions, self.seed, mode, batch, strict)
            if env is not None and env.supply is not None:
                env.at.update({i: env.supply.position(i, env) for i in pinned})
            self.evaluators[key] = None if env is None else Evaluator(env)
        return self.evaluators[key]

    def make_room(self) -> None:
        """Forget the values of the steps before if they are many."""
        made = [ev for ev in self.evaluators.values() if ev is not None]
        if sum(ev.kept for ev in made) > KEPT:
            for ev in made:
                ev.forget()


@dataclass(frozen=True, slots=True)
class SideComparison:
    """Both sides at every sample and position: where they are valid, where they differ, and by how much
    relative to the largest term.

    constant: free indices of both sides along which neither changes, such as ``h`` of ``d (x_h - m) / d m``.
    """

    evaluator: Evaluator
    axes: Axes
    constant: Axes
    valid: NDArray[np.bool_]
    ratio: NDArray[np.float64]
    differs: NDArray[np.bool_]

    @property
    def samples(self) -> int:
        """The number of samples with a valid position."""
        return int(self.valid.reshape(self.valid.shape[0], -1).any(axis=1).sum())

    def points(self) -> Iterator[tuple[int, dict[Index, int]]]:
        """The points at which the sides differ, largest difference first."""
        order = np.argsort(-np.where(self.differs, self.ratio, -1.0), axis=None, kind="stable")
        for flat in order[: int(self.differs.sum())]:
            b, *offsets = (int(k) for k in np.unravel_index(flat, self.ratio.shape))
            yield b, self.at(offsets)

    def at(self, offsets: list[int]) -> dict[Index, int]:
        env = self.evaluator.env
        along = {i: env.number(env.range_of(i).lo) + k for i, k in zip(self.axes, offsets, strict=True)}
        return along | {i: env.number(env.range_of(i).lo) for i in self.constant}


def terms(side: Expr) -> tuple[Expr, ...]:
    return side.terms if isinstance(side, Add) else (side,)


def shaken(ev: Evaluator) -> Evaluator:
    """The same environment with noise on every result."""
    return Evaluator(ev.env, SHAKE)


def compare(claim: Claim, ev: Evaluator, shaken: Callable[[Evaluator], Evaluator] = shaken) -> SideComparison:
    """Compare the sides at every sample and position of an environment, in double precision.

    shaken: the evaluator with noise; who compares many claims in one environment keeps it, with its values.
    """
    axes, gap, scale = _gap(claim, ev)
    masks = [assumption_holds.holds(ev, a) for a in claim.assumptions if assumption_holds.is_mask(a)]
    axes, narrow = merge(axes, *(m.axes for m in masks)), axes
    constant = tuple(i for i in _mentioned(claim) if i not in axes and i not in ev.env.at)
    shape = (ev.env.batch, *(ev.env.length(ev.env.range_of(i)) for i in axes))
    if 0 in shape or any(ev.env.length(ev.env.range_of(i)) == 0 for i in constant):  # no position to compare
        nowhere = np.zeros(shape, bool)
        return SideComparison(ev, axes, constant, nowhere, np.zeros(shape), nowhere)
    gap, scale = expand(Arr(gap, narrow), axes), expand(Arr(scale, narrow), axes)
    with np.errstate(all="ignore"):
        ratio = np.where(gap == 0, 0.0, np.abs(gap) / scale)
    valid = np.isfinite(ratio)
    for mask in masks:
        valid = valid & expand(mask, axes)
    differs = valid & (ratio > (TOLERANCE if ev.env.exact else LOOSE))
    if differs.any():
        _, noisy_gap, _ = _gap(claim, shaken(ev))
        with np.errstate(all="ignore"):
            moved = np.abs(expand(Arr(noisy_gap, narrow), axes) - gap)
            steady = moved < UNSTEADY * np.maximum(scale, np.abs(gap))
        noisy = moved * (ROUNDING / SHAKE) >= np.abs(gap)
        valid = valid & (steady | noisy | ~differs)
        differs = differs & steady & ~noisy
    valid, ratio, differs = (np.broadcast_to(a, shape) for a in (valid, ratio, differs))
    return SideComparison(ev, axes, constant, valid, ratio, differs)


def _mentioned(claim: Claim) -> Axes:
    return tuple(i for i in claim.free if i in free_indices(claim.left) | free_indices(claim.right))


def _gap(claim: Claim, ev: Evaluator) -> tuple[Axes, NDArray[Any], NDArray[Any]]:
    """``left - right`` and the largest magnitude of a term, at every sample and position."""
    left, right = ev.number(claim.left), ev.number(claim.right)
    magnitudes = [ev.number(t) for side in (claim.left, claim.right) for t in terms(side)]
    axes = merge(left.axes, right.axes)
    x, y = expand(left, axes), expand(right, axes)
    with np.errstate(all="ignore"):
        scale = np.abs(x)
        for m in magnitudes:
            scale = np.maximum(scale, np.abs(expand(m, axes)))
        return axes, x - y, scale


def certified(
    claim: Claim, ev: Evaluator, b: int, at: Mapping[Index, int], smallest: float = 1e-15
) -> Certificate | None:
    """The values of both sides at one point, if their difference exceeds the error bound; else None.

    smallest: the smallest difference that counts, relative to the largest term, if the assumptions hold exactly.
    """
    env = ev.env.sample(b, at)
    try:
        found = certify(claim.left, claim.right, env, at)
    except OutOfSteps:
        found = estimated(claim, env)
    except (UndefinedValue, OverflowError, ZeroDivisionError):
        return None
    least = max(found.error, (smallest if ev.env.exact else LOOSE) * found.scale)
    return found if found.difference > least else None


def estimated(claim: Claim, env: Environment) -> Certificate:
    """Like ``certified`` but in double precision, with an error bound from noise, if many digits take too long."""
    ev = Evaluator(env)
    _, gap, scale = _gap(claim, ev)
    noisy = [_gap(claim, Evaluator(env, SHAKE * k))[1] for k in (1, 2, 3)]
    error = max(float(np.abs(s - gap).max()) for s in noisy) * 1e-2 + float(scale.max()) * TOLERANCE
    if float(scale.max()) < TINY:
        error = float("inf")
    left, right = (float(ev.number(side).a.flat[0]) for side in (claim.left, claim.right))
    return Certificate(left, right, abs(left - right), error, float(scale.max()))
