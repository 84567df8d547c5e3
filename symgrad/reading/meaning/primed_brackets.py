"""A prime on brackets in a chain that begins with one: ``\\sigma'(x) = \\left(\\frac{1}{1 + e^{-x}}\\right)'``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.syntax import Call, Derivative, Scripted, Sym, SyntaxNode, parts_of
from symgrad.reading.tree.used_names import subnodes


def without_primed_brackets(nodes: Sequence[SyntaxNode]) -> list[SyntaxNode]:
    """The sides of a chain that begins with ``f'(x)``, with primes on brackets as derivatives by ``x``."""
    by = _variable(nodes[0]) if nodes else None
    if by is None or not any(isinstance(n, Scripted) and n.primes for node in nodes for n in subnodes(node)):
        return list(nodes)
    return [_derived(node, by) for node in nodes]


def _variable(head: SyntaxNode) -> Sym | None:
    """The ``x`` of ``f'(x)``. Behind ``\\frac{df}{dx}`` a prime may be a transpose."""
    given = head.args if isinstance(head, Call) and head.function.primes == 1 else ()
    return given[0] if len(given) == 1 and isinstance(given[0], Sym) else None


def _derived(node: Any, by: Sym) -> Any:
    if isinstance(node, tuple):
        return node if node and all(isinstance(t, Token) for t in node) else tuple(_derived(n, by) for n in node)
    if not isinstance(node, SyntaxNode):
        return node
    inner = replace(node, **{name: _derived(getattr(node, name), by) for name in parts_of(node)})
    if isinstance(inner, Scripted) and inner.primes == 1 and not (inner.sub or inner.sup):
        return Derivative(inner.span, inner.base, (by,), True, "d")
    return inner
