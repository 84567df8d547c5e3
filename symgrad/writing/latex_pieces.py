"""Pieces of printed LaTeX: what may stand beside what, parentheses, signs, and arrays with a name."""

from __future__ import annotations

from dataclasses import dataclass

from symgrad.core.nodes import Entry, Expr, Lam, Mul, Num, Ref, Sum, mul
from symgrad.core.ranges import Index, IndexExpr, indices_of


@dataclass(frozen=True, slots=True)
class LatexText:
    """LaTeX with what it may stand beside.

    kind: ``name`` takes a power; ``atom`` is closed; ``product`` is a row of factors; ``open`` ends
    with something that takes all that follows; ``sum`` has terms or a sign.
    """

    latex: str
    kind: str = "atom"


def enclosed(text: str, left: str = "(", right: str = ")") -> str:
    if any(mark in text for mark in ("\\frac", "\\sum", "\\prod", "\\begin", "\\sqrt")):
        return f"\\left{left}{text}\\right{right}"
    return f"{left}{text}{right}"


def without_sign(expr: Expr) -> tuple[bool, Expr]:
    """``(whether negative, the rest)``; the sign of a sum's body stands before the sum."""
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
    """Whether an array is a named one, each axis bare in one slot of its own."""
    body = lam.body
    if not isinstance(body, (Entry, Ref)):
        return False
    found = [i for e in body.indices for i in indices_of(e) if i in lam.axes]
    return all(e in lam.axes or not _holds(e, lam.axes) for e in body.indices) and sorted(
        i.serial for i in found
    ) == sorted(i.serial for i in lam.axes)


def _holds(e: IndexExpr, axes: tuple[Index, ...]) -> bool:
    return any(i in axes for i in indices_of(e))
