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


class _Functions:
    """``exp log sqrt sin cos atan erf where positive`` of arrays and dual numbers."""

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

    def where(self, mask: Arr, x: Numbers, y: Numbers) -> Numbers:
        return select(mask, x, y)

    def positive(self, x: Numbers) -> Arr:
        p = primal(x)
        return Arr(p.a > 0, p.axes)


functions = _Functions()
"""The namespace passed to ``Row.meaning``."""


__all__ = ["functions", "integer_power", "real_power"]
