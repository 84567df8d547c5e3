"""Costs by their letters, and those that are numbers although their right sides are arrays."""

from __future__ import annotations

from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined
from symgrad.reading.tree.syntax import Paren, ProductNode, QuotientNode, Scripted, Sym, SyntaxNode

COSTS = ("L", "J", "E", "C", "\\ell", "\\mathcal{L}", "\\mathcal{J}", "\\mathcal{E}", "loss", "cost")


def is_square_cost(key: NameKey, entry: Defined) -> bool:
    """True for ``L = \\frac{1}{2} (y - X w)^2``: of a vector, the square is meant as that of its length."""
    return key.letter in COSTS and not entry.patterns and entry.declared is None and _is_square(entry.body)


def _is_square(node: SyntaxNode) -> bool:
    if isinstance(node, QuotientNode):
        return _is_square(node.num)
    if isinstance(node, ProductNode):
        return _is_square(node.factors[-1][1])
    above = node.sup if isinstance(node, (Scripted, Sym)) else ()
    inside = isinstance(node, Sym) or (isinstance(node, Scripted) and isinstance(node.base, Paren) and not node.sub)
    return inside and [t.text for t in above] == ["2"]
