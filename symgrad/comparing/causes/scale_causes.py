"""Mistakes in the scale of a whole gradient: its sign, a factor, a step that was taken along it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.core import nodes as n
from symgrad.core.ranges import Range
from symgrad.evaluating.environment import Environment

Array = NDArray[Any]
Factor = Callable[[Environment, int], float]
CONSTANT = 1e-9
NEARLY = 1e-3
"""A factor this close to 1 is not reported."""
ZERO = 1e-14
"""A value this small, relative to the terms of a gradient, is zero."""
PLAIN = {2.0: "twice", 0.5: "half of", 3.0: "three times", 4.0: "four times", 0.25: "a quarter of"}


@dataclass(frozen=True, slots=True)
class PointGradient:
    """A gradient at one point: the code's, the exact one, and the magnitude of its terms."""

    env: Environment
    sample: int
    code: Array
    exact: Array
    scale: Array

    @property
    def sharpness(self) -> float:
        """How accurate a ratio is here: the size of the gradient relative to its terms."""
        return float(np.max(np.abs(self.exact) / self.scale, initial=0.0, where=self.scale > 0))

    def ratio(self) -> float:
        """``code = ratio * exact``, by least squares."""
        return float((self.code * self.exact).sum() / (self.exact * self.exact).sum())

    def is_times(self, r: float, tolerance: float) -> bool:
        return bool((np.abs(self.code - r * self.exact) <= tolerance * max(1.0, abs(r)) * self.scale).all())


def proportional(
    points: Sequence[PointGradient], named: Iterable[tuple[str, Factor]], tolerance: float, what: str
) -> str | None:
    """Say by what factor the code's gradient or cost differs from the exact one at every point; None if by none."""
    if all((np.abs(p.code) <= ZERO * p.scale).all() for p in points):
        but = "" if not any(np.any(p.code) for p in points) else ", but for rounding"
        return f"the {what} is zero throughout{but}: it is never written to, or its path is cut"
    sharpest = max(points, key=lambda p: p.sharpness)
    if sharpest.sharpness == 0.0:
        return None
    r = sharpest.ratio()
    if abs(r - 1) < NEARLY or not sharpest.is_times(r, tolerance):
        return None
    if all(p.is_times(r, tolerance) for p in points):
        return _plain(r, what)
    for sign in (1.0, -1.0):
        flipped = ", and its sign is flipped" if sign < 0 else ""
        for name, factor in named:
            if all(p.is_times(sign * factor(p.env, p.sample), tolerance) for p in points):
                return f"multiplied by ${name}$: a sum for a mean, or a factor $1/{name}$ that is missing{flipped}"
            if all((f := factor(p.env, p.sample)) and p.is_times(sign / f, tolerance) for p in points):
                return f"divided by ${name}$: a mean for a sum, or a factor ${name}$ that is missing{flipped}"
    return None


def stepped(points: Sequence[PointGradient], values: Sequence[Array], tolerance: float, name: str) -> str | None:
    """Say that the code returns the argument after a step along its gradient; None if it does not."""
    sharpest, value = max(zip(points, values, strict=True), key=lambda pair: pair[0].sharpness)
    if sharpest.sharpness == 0.0:
        return None
    r = replace(sharpest, code=value - sharpest.code).ratio()
    for p, x in zip(points, values, strict=True):
        if not (np.abs(x - r * p.exact - p.code) <= tolerance * (np.abs(x) + abs(r) * p.scale)).all():
            return None
    if abs(r) < CONSTANT:
        return f"this is ${name}$ itself, and no gradient"
    sign = "less" if r > 0 else "plus"
    return f"this is ${name}$ after a step, {sign} {abs(r):.6g} times its gradient, and not the gradient"


def _plain(r: float, what: str) -> str:
    if abs(r + 1) < CONSTANT:
        return f"the sign is flipped: this is the negative of the {what}"
    name = next((word for value, word in PLAIN.items() if abs(abs(r) - value) < CONSTANT), f"{abs(r):.6g} times")
    return f"this is {name} the {what}" + (", and its sign is flipped" if r < 0 else "")


def factors(ranges: Sequence[Range], scalars: Sequence[n.Tensor]) -> Iterator[tuple[str, Factor]]:
    """Factors that a gradient may have: lengths of ranges, sizes and their doubles, products of two, scalars."""
    lengths: dict[str, Factor] = {}
    for r in ranges:
        lengths.setdefault(str(r.size), lambda env, b, r=r: float(env.length(r)))  # type: ignore[misc]
        for name in (*r.lo.sizes(), *r.hi.sizes()):
            lengths.setdefault(name, lambda env, b, name=name: float(env.size(name)))  # type: ignore[misc]
            lengths.setdefault(f"2{name}", lambda env, b, name=name: 2.0 * env.size(name))  # type: ignore[misc]
    yield from lengths.items()
    for t in scalars:
        yield t.name, lambda env, b, t=t: float(env.tensor(t)[b])  # type: ignore[misc]
    plain = [(name, f) for name, f in lengths.items() if not name.startswith("2")]
    for (x, f), (y, g) in combinations(plain, 2):
        yield f"{x} {y}", lambda env, b, f=f, g=g: f(env, b) * g(env, b)  # type: ignore[misc]
