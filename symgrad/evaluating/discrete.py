"""Discrete expressions: one that is 0 in an indicator ``[x > 0]`` is so by intention, not by rounding."""

from __future__ import annotations

from functools import lru_cache

from symgrad.core import nodes as n
from symgrad.core.functions import TABLE
from symgrad.core.substitute import instantiate


@lru_cache(maxsize=4096)
def is_discrete(node: n.Expr) -> bool:
    """True if an expression consists of numbers, sizes, positions, bits and signs only."""
    if isinstance(node, n.Entry):
        return node.tensor.domain in ("bit", "sign")
    if isinstance(node, n.Ref):
        return is_discrete(node.definition.body)
    if isinstance(node, n.Func) and node.name in TABLE and TABLE[node.name].kink:
        return is_discrete(node.arg)
    if isinstance(node, (n.Func, n.Apply, n.Deriv, n.Cases, n.Const)):
        return False
    if isinstance(node, n.Pow) and not isinstance(node.exponent, n.Num):
        return False
    return all(is_discrete(child) for child in n.parts(node)[1])


@lru_cache(maxsize=4096)
def presence(node: n.Expr) -> n.Expr:
    """An expression that is 0 only where a bit, a delta or an empty sum makes the node 0, whatever its reals are.

    ``d y`` is 0 at ``d = 0``, and ``[d y > 0]`` is 0 there; for ``y = 0`` it is at its kink.
    """
    match node:
        case n.Num():
            return n.ONE if node.value else n.ZERO
        case n.Delta():
            return node
        case n.Iverson():
            return n.ONE if node.cond.op == "pos" else node
        case n.Entry():
            return node if node.tensor.domain == "bit" else n.ONE
        case n.Mul():
            return n.mul(*map(presence, node.factors))
        case n.Add():
            return n.add(*map(presence, node.terms))
        case n.Sum():
            inner = presence(node.body)
            return inner if inner is n.ZERO else n.Sum(node.index, inner, node.where)
        case n.Ref():
            return presence(instantiate(node.definition, node.indices))
        case n.Pow() if isinstance(node.exponent, n.Num) and node.exponent.value > 0:
            return presence(node.base)
    return n.ONE


@lru_cache(maxsize=4096)
def is_whole(node: n.Expr) -> bool:
    """True for whole numbers, sizes and positions, their sums and products: they are computed without rounding."""
    if isinstance(node, n.Num):
        return node.value.denominator == 1
    return isinstance(node, n.Size) or (isinstance(node, (n.Add, n.Mul)) and all(map(is_whole, n.parts(node)[1])))
