"""A prime on brackets in a chain that begins with one: ``\\sigma'(x) = \\left(\\frac{1}{1 + e^{-x}}\\right)'``."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.reading.tree.syntax import Call, Derivative, Scripted, Sym, SyntaxNode, with_parts
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


def _derived(node: SyntaxNode, by: Sym) -> SyntaxNode:
    inner = with_parts(node, lambda part: _derived(part, by))
    if isinstance(inner, Scripted) and inner.primes == 1 and not (inner.sub or inner.sup):
        return Derivative(inner.span, inner.base, (by,), True, "d")
    return inner
