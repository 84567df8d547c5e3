"""How long and how deep an expression is when it is multiplied out: estimates, from above."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from symgrad.core.functions import TABLE
from symgrad.core.nodes import Add, Cases, Expr, Func, Mul, Num, Pow, Ref, distinct, parts

MANY = 1e9
MAX_POWER = 40


class ExpansionSize(NamedTuple):
    """The terms of an expression, the most terms of it or of anything below it, and how deep its definitions nest."""

    terms: float = 1.0
    most: float = 1.0
    depth: int = 0


def expansion_size(node: Expr, memo: dict[Expr, ExpansionSize]) -> ExpansionSize:
    """The size of a node, its definitions included. They are gone through innermost first."""
    waiting = [node]
    while waiting:
        top = waiting[-1]
        body = top.definition.body if isinstance(top, Ref) else top
        inner = [x for x in distinct(body) if isinstance(x, Ref) and x not in memo and x is not top]
        if inner:
            waiting.extend(inner)
        else:
            waiting.pop()
            found = _size(body, memo)
            memo[top] = found._replace(depth=found.depth + 1) if isinstance(top, Ref) else found
    return memo[node]


def _size(node: Expr, memo: dict[Expr, ExpansionSize]) -> ExpansionSize:
    found = memo.get(node)
    if found is None:
        below = [_size(child, memo) for child in parts(node)[1]]
        terms = min(MANY, _terms(node, [b.terms for b in below]))
        most = max([terms, *(b.most for b in below)])
        found = memo[node] = ExpansionSize(terms, most, max((b.depth for b in below), default=0))
    return found


def _terms(node: Expr, below: list[float]) -> float:
    if isinstance(node, Add):
        return sum(below)
    if isinstance(node, Mul):
        return prod(below)
    if isinstance(node, Pow):
        e = node.exponent
        if isinstance(e, Num) and e.value > 0 and e.value.denominator == 1:
            return below[0] ** min(int(e.value), MAX_POWER)
        return 1.0
    if isinstance(node, Func):
        row = TABLE.get(node.name)
        return 2.0 if row is not None and row.expansion is not None else 1.0
    if isinstance(node, Cases):
        return 2 * sum(below)
    return max(below, default=1.0)
