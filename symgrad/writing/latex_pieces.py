"""Parts of written LaTeX: precedences, parentheses, signs, and arrays with a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symgrad.core.nodes import Entry, Expr, Lam, Mul, Num, Ref, Sum, mul
from symgrad.core.ranges import Index, IndexExpr, indices_of
from symgrad.writing.operand_text import OperandText

NAME, ATOM, POWER, PRODUCT, OPEN, HADAMARD, SUM = 7, 6, 5, 4, 3, 2, 1
"""Precedences. A name takes a power, an atom is closed, a product is a row of factors, an open expression ends with
an operand that extends to the right end (of a sum over an index, a derivative), a sum has terms or a leading sign.
"""


@dataclass(frozen=True, slots=True)
class LatexText(OperandText):
    """LaTeX with the precedence of its outermost operation."""

    level: int = ATOM

    def in_parentheses(self) -> str:
        return enclosed(self.text)


def enclosed(text: str, left: str = "(", right: str = ")") -> str:
    if any(mark in text for mark in ("\\frac", "\\sum", "\\prod", "\\begin", "\\sqrt")):
        return f"\\left{left}{text}\\right{right}"
    return f"{left}{text}{right}"


def signed_sum(terms: Sequence[tuple[bool, str]], numbers: Sequence[bool]) -> LatexText:
    """``1 - a + b`` from terms without their signs, each with True for a minus sign.

    numbers: which terms are positive numbers; the first of them takes the front from a term with a minus sign.
    """
    ordered = list(terms)
    if ordered[0][0] and True in numbers:
        ordered.insert(0, ordered.pop(numbers.index(True)))
    (negative, first), *rest = ordered
    return LatexText(f"{'-' if negative else ''}{first}" + "".join(f" {'-' if n else '+'} {t}" for n, t in rest), SUM)


def without_sign(expr: Expr) -> tuple[bool, Expr]:
    """``(True if negative, the rest without the sign)``; the sign of a sum's body is moved in front of the sum."""
    if isinstance(expr, Num):
        return expr.value < 0, Num(abs(expr.value))
    if isinstance(expr, Mul):
        flat = mul(*expr.factors)
        if not isinstance(flat, Mul):
            return without_sign(flat)
        first = flat.factors[0]
        if isinstance(first, Num) and first.value < 0:
            return True, mul(Num(-first.value), *flat.factors[1:])
        return False, flat
    if isinstance(expr, Sum):
        negative, body = without_sign(expr.body)
        return negative, Sum(expr.index, body, expr.where) if negative else expr
    return False, expr


def is_named(lam: Lam) -> bool:
    """True for a tensor or definition with each axis alone in one slot."""
    body = lam.body
    if not isinstance(body, (Entry, Ref)):
        return False
    found = [i for e in body.indices for i in indices_of(e) if i in lam.axes]
    return all(e in lam.axes or not _holds(e, lam.axes) for e in body.indices) and sorted(
        i.serial for i in found
    ) == sorted(i.serial for i in lam.axes)


def _holds(e: IndexExpr, axes: tuple[Index, ...]) -> bool:
    return any(i in axes for i in indices_of(e))
