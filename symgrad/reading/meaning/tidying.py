"""Raw trees as ordinary expressions."""

from __future__ import annotations

from symgrad.core.nodes import Add, Delta, Expr, Mul, Num, Pow, add, delta, mul, power, rebuild

MAX_POWER = 64
"""Numbers are raised to no higher power while reading."""


def tidy(node: Expr) -> Expr:
    """A raw tree as an ordinary expression: brackets dissolved, numbers collected."""
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
        if isinstance(n, Pow):
            return _power(go(n.base), go(n.exponent))
        if isinstance(n, Delta):
            return delta(n.left, n.right)
        return rebuild(n, lambda e: e, go)

    return go(node)


def _power(base: Expr, exponent: Expr) -> Expr:
    if isinstance(base, Num) and isinstance(exponent, Num):
        whole = exponent.value.denominator == 1 and abs(exponent.value) <= MAX_POWER
        if whole and base.value:
            return Num(base.value ** int(exponent.value))
    return power(base, exponent)
