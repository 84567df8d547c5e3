"""Expressions that take whole steps: at a jump of a bracket they stand by meaning, not by chance."""

from __future__ import annotations

from functools import lru_cache

from symgrad.core import nodes as n


@lru_cache(maxsize=4096)
def is_discrete(node: n.Expr) -> bool:
    """Whether an expression is made of numbers, sizes, positions, bits and signs alone."""
    if isinstance(node, n.Entry):
        return node.tensor.domain in ("bit", "sign")
    if isinstance(node, n.Ref):
        return is_discrete(node.definition.body)
    if isinstance(node, (n.Func, n.Apply, n.Deriv, n.Cases, n.Const)):
        return False
    if isinstance(node, n.Pow) and not isinstance(node.exponent, n.Num):
        return False
    return all(is_discrete(child) for child in n.parts(node)[1])
