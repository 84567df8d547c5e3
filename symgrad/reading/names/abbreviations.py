"""A name that a chain brings in for a part of its last side: ``\\frac{w_i}{\\sum_k w_k} = \\frac{w_i}{S}``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

from symgrad.reading.names.scope import Scope
from symgrad.reading.names.upstream_costs import is_unused
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import is_name, letter_key
from symgrad.reading.tree.syntax import NumberNode, Scripted, Sym, SyntaxNode, parts_of
from symgrad.reading.tree.used_names import outside_letters, subnodes


def abbreviation(scope: Scope, left: SyntaxNode, right: SyntaxNode) -> tuple[Sym, SyntaxNode] | None:
    """The new name on the right side and what it stands for, if both sides differ in that alone.

    It stands for more than a name or number, and for one number: nothing of it has a position that the name lacks.
    """
    parts = list(differences(left, right))
    if not parts or any(part != parts[0] for part in parts):
        return None
    whole, name = parts[0]
    if whole is left:
        return None  # `\\hat y = X w = y` says what the data are to be
    lone = isinstance(whole, NumberNode) or (isinstance(whole, Sym) and not whole.sup)
    if not isinstance(name, Sym) or name.sub or name.sup or name.primes or lone:
        return None
    key = scope.value_key(name)[0]
    new = (key is None or scope.is_provisional(key)) and is_unused(scope, name)
    free = outside_letters([whole]) - names_above(whole) - scope.indices.keys()
    return (name, whole) if new and all(x in scope.sizes for x in free) else None


def names_above(node: SyntaxNode) -> set[str]:
    """The names with positions of their own in exponents: the z of ``e^{z_k}``."""
    above = (n.sup for n in subnodes(node) if isinstance(n, (Sym, Scripted)))
    return {letter_key(t) for sup in above for t, after in pairwise(sup) if is_name(t) and after.kind == "sub"}


def differences(left: Any, right: Any) -> Iterator[tuple[Any, Any]]:
    """The parts in which two trees differ, outermost first; their places in the text are no part of them."""
    if isinstance(left, Token) and isinstance(right, Token):
        if (left.kind, left.text, left.style) != (right.kind, right.text, right.style):
            yield left.text, right.text
    elif isinstance(left, tuple) and isinstance(right, tuple) and len(left) == len(right):
        for a, b in zip(left, right, strict=True):
            yield from differences(a, b)
    elif isinstance(left, Scripted) and isinstance(right, Sym) and right.sup and not (left.sub or right.sub):
        yield from differences(left.sup, right.sup)  # `(y - w x)^2` and `r^2`
        yield left.base, replace(right, sup=())
    elif isinstance(left, SyntaxNode) and type(left) is type(right):
        for name in parts_of(left):
            if name not in ("span", "head"):
                yield from differences(getattr(left, name), getattr(right, name))
    elif left != right:
        yield left, right
