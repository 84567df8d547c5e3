"""Constructors that do the obvious arithmetic: they flatten, collect numbers and drop 0 and 1, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from symgrad.core.kinds import MINUS_ONE, ONE, ZERO, Add, Delta, Expr, Mul, Num, Pow, Sum
from symgrad.core.ranges import Index, IndexExpr, index_expr


def num(value: int | Fraction) -> Expr:
    """A number as a node."""
    return Num(Fraction(value))


def add(*terms: Expr) -> Expr:
    """The sum, flattened, numbers collected, zeros dropped."""
    flat: list[Expr] = []
    total = Fraction(0)
    stack = list(reversed(terms))
    while stack:
        t = stack.pop()
        if isinstance(t, Add):
            stack.extend(reversed(t.terms))
        elif isinstance(t, Num):
            total += t.value
        else:
            flat.append(t)
    if total:
        flat.append(Num(total))
    if not flat:
        return ZERO
    return flat[0] if len(flat) == 1 else Add(tuple(flat))


def mul(*factors: Expr) -> Expr:
    """The product, flattened, numbers collected in front, ones dropped, 0 when a factor is 0."""
    flat: list[Expr] = []
    total: Fraction | None = None
    stack = list(factors)
    stack.reverse()
    while stack:
        f = stack.pop()
        kind = type(f)
        if kind is Mul:
            stack.extend(reversed(f.args[0]))
        elif kind is not Num:
            flat.append(f)
        elif f is not ONE:
            total = f.args[0] if total is None else total * f.args[0]
    if total is not None:
        number = Num(total)
        if number is ZERO:
            return ZERO
        if number is not ONE:
            flat.insert(0, number)
    if not flat:
        return ONE
    return flat[0] if len(flat) == 1 else Mul(tuple(flat))


def neg(x: Expr) -> Expr:
    """``-x``"""
    return mul(MINUS_ONE, x)


def sub(x: Expr, y: Expr) -> Expr:
    """``x - y``"""
    return add(x, neg(y))


def power(base: Expr, exponent: Expr | int) -> Expr:
    """``x^1 = x``, ``x^0 = 1``; any other power is left as it is."""
    e = num(exponent) if isinstance(exponent, int) else exponent
    if e is ONE:
        return base
    if e is ZERO:
        return ONE
    return Pow(base, e)


def div(x: Expr, y: Expr) -> Expr:
    """``x / y = x y^{-1}``; division by a number multiplies by its reciprocal."""
    if isinstance(y, Num) and y.value:
        return mul(Num(1 / y.value), x)
    return mul(x, Pow(y, MINUS_ONE))


def sum_over(indices: Iterable[Index], body: Expr) -> Expr:
    """The sum over several indices, the first outermost."""
    for index in reversed(tuple(indices)):
        body = Sum(index, body)
    return body


def delta(left: IndexExpr, right: IndexExpr) -> Expr:
    """The delta with its sides in canonical order; 1 if both are the same position."""
    left, right = index_expr(left), index_expr(right)
    if left == right:
        return ONE
    first, second = sorted((left, right), key=position_key)
    return Delta(first, second)


def position_key(e: IndexExpr) -> tuple[int, str]:
    """Sort key: bare indices first, in order of creation."""
    if isinstance(e, Index):
        return (0, f"{e.serial:012d}")
    return (1, repr(e))
