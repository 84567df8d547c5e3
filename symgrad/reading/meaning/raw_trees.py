"""Raw trees: expressions during reading, nested as the author wrote them.

Parentheses, numerators and denominators decide the positions of implied sums, so raw trees keep them. ``expression``
turns a raw tree into an ordinary expression.
"""

from __future__ import annotations

from collections.abc import Callable

from symgrad.core.nodes import (
    MINUS_ONE,
    Add,
    Cond,
    Delta,
    Expr,
    Mul,
    Num,
    Pow,
    Typography,
    add,
    delta,
    map_cond,
    mul,
    power,
    rebuild,
)
from symgrad.core.ranges import Index, IndexExpr
from symgrad.reading.meaning.open_index import closed, closed_position

MAX_NUMBER_POWER = 64
"""The highest power of a number that is computed during reading."""


class Parenthesis(Typography):
    """``(inner)``; also a numerator, a denominator, the argument of a root."""

    __slots__ = ()
    fields = ("inner",)
    inner: Expr


def ungrouped(node: Expr) -> Expr:
    """The tree without the parentheses around it."""
    while isinstance(node, Parenthesis):
        node = node.inner
    return node


def is_quotient(node: Expr) -> bool:
    """True for ``(num) (den)^{-1}``, a written fraction."""
    if not (isinstance(node, Mul) and len(node.factors) == 2):
        return False
    num, den = node.factors
    denominator = isinstance(den, Pow) and den.exponent is MINUS_ONE and isinstance(den.base, Parenthesis)
    return isinstance(num, Parenthesis) and denominator


def reciprocal(node: Expr) -> Expr:
    """``(node)^{-1}``"""
    return Pow(Parenthesis(node), MINUS_ONE)


def tidy(node: Expr) -> Expr:
    """A raw tree without parentheses, with flat products and sums and collected numbers. Its indices stay open."""
    return _rebuilt(node, lambda i: i, lambda e: e)


def expression(node: Expr) -> Expr:
    """A raw tree as an ordinary expression: tidy, and each index with the range that was found."""
    return _rebuilt(node, closed, closed_position)


def condition(cond: Cond) -> Cond:
    """A condition on raw trees as a condition on ordinary expressions."""
    return map_cond(cond, closed_position, expression)


def _rebuilt(node: Expr, index: Callable[[Index], Index], position: Callable[[IndexExpr], IndexExpr]) -> Expr:
    memo: dict[Expr, Expr] = {}

    def go(n: Expr) -> Expr:
        done = memo.get(n)
        if done is None:
            done = memo[n] = rule(n)
        return done

    def rule(n: Expr) -> Expr:
        if isinstance(n, Add):
            return add(*map(go, n.terms))
        if isinstance(n, Mul):
            return mul(*map(go, n.factors))
        if isinstance(n, Parenthesis):
            return go(n.inner)
        if isinstance(n, Pow):
            return _power(go(n.base), go(n.exponent))
        if isinstance(n, Delta):
            return delta(position(n.left), position(n.right))
        return rebuild(n, position, go, index)

    return go(node)


def _power(base: Expr, exponent: Expr) -> Expr:
    if isinstance(base, Num) and isinstance(exponent, Num):
        whole = exponent.value.denominator == 1 and abs(exponent.value) <= MAX_NUMBER_POWER
        if whole and base.value:
            return Num(base.value ** int(exponent.value))
    return power(base, exponent)
