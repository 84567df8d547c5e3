"""The functions that the table's meanings are written in, of multiprecision numbers.

mpmath is imported when the first point is evaluated.
"""

from __future__ import annotations

from typing import Any


class Undefined(ArithmeticError):
    """The expression has no value at this point."""


class OutOfSteps(RuntimeError):
    """The evaluation takes too long."""


class Digits:
    """The namespace of ``Row.meaning`` over multiprecision numbers."""

    def __init__(self) -> None:
        import mpmath

        self.mp = mpmath

    def exp(self, x: Any) -> Any:
        if abs(x) > 10_000:
            raise Undefined("an exponential overflows")
        return self.mp.exp(x)

    def log(self, x: Any) -> Any:
        if x <= 0:
            raise Undefined("log of a number that is not positive")
        return self.mp.log(x)

    def sqrt(self, x: Any) -> Any:
        if x < 0:
            raise Undefined("root of a negative number")
        return self.mp.sqrt(x)

    def sin(self, x: Any) -> Any:
        return self.mp.sin(x)

    def cos(self, x: Any) -> Any:
        return self.mp.cos(x)

    def atan(self, x: Any) -> Any:
        return self.mp.atan(x)

    def erf(self, x: Any) -> Any:
        return self.mp.erf(x)

    def where(self, mask: bool, x: Any, y: Any) -> Any:
        return x if mask else y

    def positive(self, x: Any) -> bool:
        return bool(x > 0)
