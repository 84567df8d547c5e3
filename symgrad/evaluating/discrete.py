"""Discrete expressions: one that is 0 in an indicator ``[x > 0]`` is so by intention, not by rounding."""

from __future__ import annotations

from functools import lru_cache

from symgrad.core import nodes as n
from symgrad.core.functions import TABLE


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
def is_whole(node: n.Expr) -> bool:
    """True for whole numbers, sizes and positions, their sums and products: they are computed without rounding."""
    if isinstance(node, n.Num):
        return node.value.denominator == 1
    return isinstance(node, n.Size) or (isinstance(node, (n.Add, n.Mul)) and all(map(is_whole, n.parts(node)[1])))
