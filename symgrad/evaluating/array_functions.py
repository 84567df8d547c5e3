"""Powers, and the functions that ``Row.meaning`` uses, for arrays and dual numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.evaluating.arithmetic import (
    Arr,
    Dual,
    Numbers,
    align,
    chain,
    clean,
    dual,
    integer_power,
    plus_or_none,
    primal,
    reciprocal,
    select,
    split,
    tag_of,
    times,
)


def real_power(x: Numbers, e: Numbers) -> Numbers:
    """``x ** e``; slopes ``e x^(e-1)`` and ``x^e log x``; undefined for ``x < 0`` unless ``e`` is an integer."""
    if isinstance(x, Arr) and isinstance(e, Arr):
        a, b, axes = align(x, e)
        return Arr(clean(np.power(a, b)), axes)
    tag = max(tag_of(x), tag_of(e))
    (x0, x1), (e0, e1) = split(x, tag), split(e, tag)
    value = real_power(x0, e0)
    by_base = None if x1 is None else times(times(e0, real_power(x0, e0 - 1)), x1)
    by_exponent = None if e1 is None else times(times(value, functions.log(x0)), e1)
    return dual(tag, value, plus_or_none(by_base, by_exponent))


_erf: Callable[[NDArray[Any]], NDArray[Any]] = np.vectorize(math.erf, otypes=[float])


def _log_gamma(x: float) -> float:
    try:
        return math.lgamma(x) if x > 0 else math.nan
    except OverflowError:
        return math.inf


_lgamma: Callable[[NDArray[Any]], NDArray[Any]] = np.vectorize(_log_gamma, otypes=[float])

BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
"""B_2, B_4, … of the asymptotic series of log Gamma."""
FAR = 16
"""How far the argument is moved before the series is used."""


def _polygamma(order: int, x: NDArray[Any]) -> NDArray[Any]:
    """The derivative of log Gamma of order ``order + 1``: ``psi(x) = psi(x + N) - sum_{j<N} 1 / (x + j)``, Stirling."""
    x = np.where(x > 0, x, np.nan)
    far, m = x + FAR, order
    sign, below = (-1) ** (m + 1), math.factorial(m)
    tail = np.log(far) if not m else sign * math.factorial(m - 1) / far**m
    total: NDArray[Any] = tail + sign * below / (2 * far ** (m + 1))
    for k, b in enumerate(BERNOULLI, 1):
        total = total + sign * b * math.factorial(2 * k + m - 1) / (math.factorial(2 * k) * far ** (2 * k + m))
    for j in range(FAR):
        total = total + sign * below / (x + j) ** (m + 1)
    return total


class _Functions:
    """``exp log sqrt sin cos atan erf lgamma polygamma where positive`` of arrays and dual numbers."""

    @staticmethod
    def _arr(f: Callable[[NDArray[Any]], NDArray[Any]], x: Numbers) -> Arr:
        assert isinstance(x, Arr)  # duals are taken apart first
        return Arr(clean(f(x.a)), x.axes)

    def exp(self, x: Numbers) -> Numbers:
        return chain(self.exp, lambda _, y: y, x) if isinstance(x, Dual) else self._arr(np.exp, x)

    def log(self, x: Numbers) -> Numbers:
        return chain(self.log, lambda v, _: reciprocal(v), x) if isinstance(x, Dual) else self._arr(np.log, x)

    def sqrt(self, x: Numbers) -> Numbers:
        return chain(self.sqrt, lambda _, y: reciprocal(2 * y), x) if isinstance(x, Dual) else self._arr(np.sqrt, x)

    def sin(self, x: Numbers) -> Numbers:
        return chain(self.sin, lambda v, _: self.cos(v), x) if isinstance(x, Dual) else self._arr(np.sin, x)

    def cos(self, x: Numbers) -> Numbers:
        return chain(self.cos, lambda v, _: -self.sin(v), x) if isinstance(x, Dual) else self._arr(np.cos, x)

    def atan(self, x: Numbers) -> Numbers:
        if isinstance(x, Dual):
            return chain(self.atan, lambda v, _: reciprocal(1 + v * v), x)
        return self._arr(np.arctan, x)

    def erf(self, x: Numbers) -> Numbers:
        if isinstance(x, Dual):
            return chain(self.erf, lambda v, _: 2 / math.sqrt(math.pi) * self.exp(-(v * v)), x)
        return self._arr(_erf, x)

    def lgamma(self, x: Numbers) -> Numbers:
        if isinstance(x, Dual):
            return chain(self.lgamma, lambda v, _: self.polygamma(0, v), x)
        return self._arr(_lgamma, x)

    def polygamma(self, order: int, x: Numbers) -> Numbers:
        """The derivative of ``log Gamma`` of order ``order + 1``."""
        if isinstance(x, Dual):
            return chain(lambda v: self.polygamma(order, v), lambda v, _: self.polygamma(order + 1, v), x)
        return self._arr(lambda v: _polygamma(order, v), x)

    def where(self, mask: Arr, x: Numbers, y: Numbers) -> Numbers:
        return select(mask, x, y)

    def positive(self, x: Numbers) -> Arr:
        p = primal(x)
        return Arr(p.a > 0, p.axes)


functions = _Functions()
"""The namespace passed to ``Row.meaning``."""


__all__ = ["functions", "integer_power", "real_power"]
