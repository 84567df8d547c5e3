"""Python expressions as text that knows how firmly it binds, so that no needless parentheses are written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

CHOICE, COMPARED, SUM, PRODUCT, SIGN, POWER, ATOM = range(7)
"""How firmly an expression binds, from ``a if c else b`` to names and calls."""


@dataclass(frozen=True, slots=True)
class Code:
    """The text of an expression. Arithmetic makes the text of the result."""

    text: str
    binds: int = ATOM

    def __str__(self) -> str:
        return self.text

    def within(self, binds: int) -> str:
        """The text where at least this is asked for."""
        return self.text if self.binds >= binds else f"({self.text})"

    def __add__(self, other: Code | int) -> Code:
        return Code(f"{self.within(SUM)} + {code(other).within(PRODUCT)}", SUM)

    def __radd__(self, other: int) -> Code:
        return code(other) + self

    def __sub__(self, other: Code | int) -> Code:
        return Code(f"{self.within(SUM)} - {code(other).within(PRODUCT)}", SUM)

    def __rsub__(self, other: int) -> Code:
        return code(other) - self

    def __mul__(self, other: Code | int) -> Code:
        return Code(f"{self.within(PRODUCT)} * {code(other).within(SIGN)}", PRODUCT)

    def __rmul__(self, other: int) -> Code:
        return code(other) * self

    def __truediv__(self, other: Code | int) -> Code:
        return Code(f"{self.within(PRODUCT)} / {code(other).within(SIGN)}", PRODUCT)

    def __rtruediv__(self, other: int) -> Code:
        return code(other) / self

    def __neg__(self) -> Code:
        return Code(f"-{self.within(SIGN)}", SIGN)

    def __pow__(self, other: Code | int) -> Code:
        return Code(f"{self.within(ATOM)} ** {code(other).within(SIGN)}", POWER)


def code(value: Code | int) -> Code:
    """The text of a number, or of what has one already."""
    return value if isinstance(value, Code) else Code(str(value), SIGN if value < 0 else ATOM)


def call(function: str, *arguments: Code) -> Code:
    return Code(f"{function}({', '.join(a.text for a in arguments)})")


def choice(condition: str, chosen: Code, other: Code) -> Code:
    return Code(f"{chosen.within(COMPARED)} if {condition} else {other.text}", CHOICE)


class FunctionsAsCode:
    """What ``Row.meaning`` is written with, as code for numbers."""

    @staticmethod
    def exp(x: Code) -> Code:
        return call("np.exp", x)

    @staticmethod
    def log(x: Code) -> Code:
        return call("np.log", x)

    @staticmethod
    def sqrt(x: Code) -> Code:
        return call("np.sqrt", x)

    @staticmethod
    def sin(x: Code) -> Code:
        return call("np.sin", x)

    @staticmethod
    def cos(x: Code) -> Code:
        return call("np.cos", x)

    @staticmethod
    def atan(x: Code) -> Code:
        return call("np.arctan", x)

    @staticmethod
    def erf(x: Code) -> Code:
        return call("math.erf", x)

    @staticmethod
    def lgamma(x: Code) -> Code:
        return call("math.lgamma", x)

    @staticmethod
    def polygamma(order: int, x: Code) -> Code:
        """A derivative of log Gamma by Stirling's series at x + 100, and the terms of the recurrence."""
        far, factorial = x + 100, math.factorial

        def share(top: int, bottom: int, exponent: int) -> Code:
            q, below = Fraction(top, bottom), far if exponent == 1 else far**exponent
            return code(q.numerator) / (below if q.denominator == 1 else q.denominator * below)

        raised = f" ** {order + 1}" if order else ""
        near = Code(f"sum({factorial(order)} / ({(x + Code('j')).text}){raised} for j in range(100))")
        first = share(factorial(order), 2, order + 1)
        second, third = share(factorial(order + 1), 12, order + 2), share(factorial(order + 3), 720, order + 4)
        if not order:
            return call("np.log", far) - first - second + third - near
        if order % 2:
            return share(factorial(order - 1), 1, order) + first + second - third + near
        return -share(factorial(order - 1), 1, order) - first - second + third - near

    @staticmethod
    def positive(x: Code) -> str:
        return f"{x.within(SUM)} > 0"

    @staticmethod
    def where(condition: str, x: Code, y: Code) -> Code:
        return choice(condition, x, y)
