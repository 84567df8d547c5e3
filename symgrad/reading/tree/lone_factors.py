"""Functions in front of products, ``\\log \\pi_a A_a``, ``\\sin t (1 + a)``: of the product, or of its first factor."""

from __future__ import annotations

from dataclasses import replace

from symgrad.reading.tree.name_parser import LOGARITHMS, TRIGONOMETRIC
from symgrad.reading.tree.syntax import Call, Paren, ProductNode, Sym, SyntaxNode
from symgrad.reading.tree.used_names import subnodes

NUMBERS = ("\\pi", "e")


def factor_alone(node: SyntaxNode, within: bool = False) -> SyntaxNode | None:
    """``\\log \\pi(a \\mid s) A(s, a)``, ``\\sin t (1 + a)`` with the function of the first factor.

    None where that is no function, and no name before brackets. within: behind a logarithm in a definition it may be
    any name.
    """
    if not (isinstance(node, Call) and node.bare and node.function.key in LOGARITHMS | TRIGONOMETRIC | {"\\exp"}):
        return None
    product = node.args[0]
    if len(node.args) != 1 or not isinstance(product, ProductNode):
        return None
    (op, first), *rest = product.factors
    before_bracket = isinstance(first, Sym) and isinstance(rest[0][1], Paren) and rest[0][1].kind in ("(", "[")
    named = within and isinstance(first, Sym) and (bool(first.sub) or first.key not in NUMBERS)  # not `\\log \\pi x`
    if not before_bracket and not ((named or isinstance(first, Call)) and node.function.key in LOGARITHMS):
        return None
    return ProductNode(node.span, ((op, replace(node, args=(first,), span=node.function.span.to(first.span))), *rest))


def has_lone_factor(node: SyntaxNode, within: bool = False) -> bool:
    """True for a tree with a function that may be that of its first factor alone."""
    return any(factor_alone(n, within) is not None for n in subnodes(node))
