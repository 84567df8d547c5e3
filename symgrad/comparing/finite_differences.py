"""The second opinion on a gradient: finite differences of a cost in a few random directions.

Where the code takes complex arrays, a complex step, ``Im f(x + i h d) / h``, which has hardly any rounding error.
Otherwise central differences with Richardson extrapolation, ``(4 D(h) - D(2h)) / 3``, which come with an error bar.
Directions are vectors of signs, so that an error in any single entry has full weight.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.comparing.findings import Opinion

Array = NDArray[Any]
Cost = Callable[..., Any]
"""Takes one array per gradient, returns a number."""

DIRECTIONS = 5
TINY = 1e-30
"""The complex step: so small that its square vanishes."""
STEP = 2.0**-6
"""The largest step of central differences; it is halved where the cost has high curvature."""
HALVINGS = 9
NOISE = 16.0
"""The rounding error of a cost, in units of its last digit."""
EPS = float(np.finfo(np.float64).eps)
COMPLEX, RICHARDSON = "complex step", "Richardson"
FOURTH = (1, -4, -4, 1)
"""The weights of a fourth difference, without the 6 in the middle."""
SHAKES, CAUTION, NEAR = 4, 8.0, 3e-6
"""How often rounding is measured, the factor by which it may be larger, and the relative distance that points move."""
ROUNDING = 2e2 * EPS
"""The rounding error that is allowed, relative to the sum of all terms."""
VAGUE = 1e-3
"""An error bar wider than this, relative to the sum of all terms, gives no verdict."""


def second_opinion(
    cost: Cost,
    arrays: Sequence[Array],
    gradients: Sequence[Array],
    seed: int = 0,
    directions: int = DIRECTIONS,
    terms: float | None = None,
    scale: float | None = None,
) -> Opinion:
    """Compare the gradients of a cost with its finite differences at one point.

    arrays: the point; gradients: one per array, in its shape. terms: the sum of the magnitudes of all terms of the
    gradients; scale: the magnitude of the terms of the cost. ``error`` of the result is relative to ``terms``.
    """
    terms = max(terms or 0.0, float(sum(np.abs(g).sum() for g in gradients)), 1e-300)
    rng = np.random.default_rng(seed)
    flat = np.concatenate([np.ravel(g) for g in gradients]) if gradients else np.zeros(0)
    if not np.isfinite(flat).all():
        return Opinion("none", None, note="the gradient is not finite")
    signs = rng.integers(0, 2, (directions, flat.size)) * 2.0 - 1.0
    claimed = signs @ flat
    moves = [_split(d, arrays) for d in signs]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        stepped = _complex_steps(cost, arrays, moves)
        if stepped is None:
            return _richardson(cost, arrays, moves, claimed, terms, scale or 0.0, None)
        error = float(np.abs(stepped - claimed).max()) / terms
        if error <= ROUNDING or error <= _noise(cost, arrays, moves, stepped) / terms:
            return Opinion(COMPLEX, True, error)
        return _richardson(cost, arrays, moves, claimed, terms, scale or 0.0, stepped)


def _noise(cost: Cost, arrays: Sequence[Array], moves: Sequence[Sequence[Array]], stepped: Array) -> float:
    """The rounding error of derivatives, estimated by their fourth differences over a short distance.

    Code that computes ``log(1 - p)`` at ``p`` nearly 1 has a larger one than its result shows.
    """
    most = 0.0
    for points in _beside(arrays):
        around = [_complex_steps(cost, at, moves) for at in points]
        known = [a for a in around if a is not None]
        if len(known) == len(FOURTH):
            total = 6 * stepped + sum(w * a for w, a in zip(FOURTH, known, strict=True))
            most = max(most, float(np.abs(total).max()))
    return CAUTION * most


def _beside(arrays: Sequence[Array]) -> Iterator[list[list[Array]]]:
    """Two points on either side of the given one, in several random directions."""
    rng = np.random.default_rng(1)
    for _ in range(SHAKES):
        shifts = [NEAR * rng.uniform(-1, 1, np.shape(a)) for a in arrays]
        yield [[a * (1 + k * s) for a, s in zip(arrays, shifts, strict=True)] for k in (-2, -1, 1, 2)]


def _split(d: Array, arrays: Sequence[Array]) -> list[Array]:
    out, at = [], 0
    for a in arrays:
        size = int(np.size(a))
        out.append(d[at : at + size].reshape(np.shape(a)))
        at += size
    return out


def _complex_steps(cost: Cost, arrays: Sequence[Array], moves: Sequence[Sequence[Array]]) -> Array | None:
    """Derivatives by complex steps; None if the code takes no complex arrays or drops the imaginary part."""
    found = []
    for move in moves:
        try:
            value = cost(*(a + (1j * TINY) * d for a, d in zip(arrays, move, strict=True)))
        except Exception:  # the code may do anything with numbers that it was not written for
            return None
        value = np.asarray(value)
        if value.size != 1 or value.dtype.kind != "c" or not np.isfinite(value).all():
            return None
        found.append(float(value.reshape(()).imag) / TINY)
    return np.array(found) if any(found) or not found else None


def _richardson(
    cost: Cost,
    arrays: Sequence[Array],
    moves: Sequence[Sequence[Array]],
    claimed: Array,
    terms: float,
    scale: float,
    stepped: Array | None,
) -> Opinion:
    """The verdict by central differences.

    If the complex step contradicts them, it does not apply to this code (``abs``, ``max``, a cast). If it lies within
    their error bars, it is the more accurate of the two.
    """
    values, bars = np.zeros(len(moves)), np.zeros(len(moves))
    h = STEP
    for k, move in enumerate(moves):
        found = directional(cost, arrays, move, scale, h, adapt=k == 0)
        if found is None:
            return Opinion("none", None, note="no second opinion: the cost is not finite beside the point")
        values[k], bars[k], h = found
    bars = np.maximum(bars, ROUNDING * terms)
    through = stepped is None or bool((np.abs(stepped - values) <= bars).all())
    if (
        stepped is not None and through
    ):  # and it disagrees with the gradient, else this function would not have been called
        return Opinion(COMPLEX, False, float(np.abs(stepped - claimed).max()) / terms)
    error = float(np.abs(values - claimed).max()) / terms
    apart = [k for k in range(len(moves)) if abs(values[k] - claimed[k]) > bars[k]]
    if apart and _confirmed(cost, arrays, [moves[k] for k in apart], claimed[apart], terms, scale, h):
        return Opinion(RICHARDSON, False, error)
    if (bars > VAGUE * terms).any():
        return Opinion(RICHARDSON, None, error, "no second opinion: the cost is too rough for finite differences here")
    return Opinion(RICHARDSON, True, error, "" if through else "a complex step does not pass through this code")


def _confirmed(
    cost: Cost,
    arrays: Sequence[Array],
    moves: Sequence[Sequence[Array]],
    claimed: Array,
    terms: float,
    scale: float,
    h: float,
) -> bool:
    """True if one of the directions still disagrees at half the step, by more than the rounding error of the cost.

    An error bar that is too small by chance at one step is not too small at the other.
    """
    noise = 0.0
    for points in _beside(arrays):
        around = [_real(cost, at, moves[0], 0.0) for at in points]
        total = 6 * _real(cost, arrays, moves[0], 0.0) + sum(w * f for w, f in zip(FOURTH, around, strict=True))
        noise = max(noise, abs(total))
    shaken = CAUTION * noise / h
    for move, slope in zip(moves, claimed, strict=True):
        again = directional(cost, arrays, move, scale, h / 2, adapt=False)
        if again is not None and abs(again[0] - slope) > max(again[1] + shaken, ROUNDING * terms):
            return True
    return False


def directional(
    cost: Cost, arrays: Sequence[Array], move: Sequence[Array], scale: float = 0.0, h: float = STEP, adapt: bool = True
) -> tuple[float, float, float] | None:
    """A directional derivative, its error bar and the step; None if the cost is not finite.

    The error bar is the difference of extrapolations from different steps plus the rounding error of the cost. The
    step is halved while the first is larger than the second.
    """
    best: tuple[float, float, float] | None = None
    known: dict[float, tuple[float, float]] = {}
    for _ in range(HALVINGS if adapt else 1):
        for k in (h, 2 * h, 4 * h):
            if k not in known:
                known[k] = (_real(cost, arrays, move, k), _real(cost, arrays, move, -k))
        sides = [known[k] for k in (h, 2 * h, 4 * h)]
        if np.isfinite(sides).all():
            d1, d2, d4 = ((plus - minus) / (2 * k * h) for (plus, minus), k in zip(sides, (1, 2, 4), strict=True))
            fine, coarse = (4 * d1 - d2) / 3, (4 * d2 - d4) / 3
            rounding = NOISE * EPS * max(scale, float(np.abs(sides).max())) / h
            bar = abs(fine - coarse) + rounding
            if best is None or bar < best[1]:
                best = ((16 * fine - coarse) / 15, bar, h)
            if abs(fine - coarse) <= rounding:
                break
        h /= 2
    return best


def _real(cost: Cost, arrays: Sequence[Array], move: Sequence[Array], h: float) -> float:
    value = np.asarray(cost(*(a + h * d for a, d in zip(arrays, move, strict=True))))
    return float(value.reshape(()).real)
