"""The functions that ``Row.meaning`` uses, for multiprecision numbers.

mpmath is imported when the first point is evaluated.
"""

from __future__ import annotations

from typing import Any


class UndefinedValue(ArithmeticError):
    """The expression is undefined at this point."""


class OutOfSteps(RuntimeError):
    """The evaluation takes too many steps."""


class Digits:
    """The namespace passed to ``Row.meaning``. It also records the magnitudes of the numbers seen."""

    def __init__(self) -> None:
        import mpmath

        self.mp = mpmath
        self.least = self.most = 0

    def note(self, x: Any) -> Any:
        """Record the binary magnitude of a number that the result depends on."""
        if x:
            magnitude = self.mp.mag(x)
            self.least, self.most = min(self.least, magnitude), max(self.most, magnitude)
        return x

    @property
    def spread(self) -> int:
        """The decimal digits between the smallest and the largest number seen, where 1 counts as seen."""
        return int((self.most - self.least) * 0.30103) + 1

    def exp(self, x: Any) -> Any:
        if abs(x) > 10_000:
            raise UndefinedValue("an exponential overflows")
        return self.note(self.mp.exp(x))

    def log(self, x: Any) -> Any:
        if x <= 0:
            raise UndefinedValue("log of a number that is not positive")
        return self.mp.log(x)

    def sqrt(self, x: Any) -> Any:
        if x < 0:
            raise UndefinedValue("root of a negative number")
        return self.mp.sqrt(x)

    def sin(self, x: Any) -> Any:
        return self.mp.sin(x)

    def cos(self, x: Any) -> Any:
        return self.mp.cos(x)

    def atan(self, x: Any) -> Any:
        return self.mp.atan(x)

    def erf(self, x: Any) -> Any:
        self.exp(-x * x)  # records how far the result is from 1
        return self.mp.erf(x)

    def lgamma(self, x: Any) -> Any:
        if x <= 0:
            raise UndefinedValue("log Gamma of a number that is not positive")
        return self.note(self.mp.loggamma(x))

    def polygamma(self, order: int, x: Any) -> Any:
        """The derivative of ``log Gamma`` of order ``order + 1``."""
        if x <= 0:
            raise UndefinedValue("a derivative of log Gamma at a number that is not positive")
        return self.note(self.mp.psi(order, x))

    def where(self, mask: bool, x: Any, y: Any) -> Any:
        return x if mask else y

    def positive(self, x: Any) -> bool:
        return bool(x > 0)
