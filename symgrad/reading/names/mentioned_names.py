"""Which names a formula has, directly or through the definitions of those that stand in it."""

from __future__ import annotations

from collections.abc import Iterable

from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.tree.syntax import Call, Sym, SyntaxNode
from symgrad.reading.tree.used_names import subnodes


def mentioned(scope: Scope, letters: Iterable[str], but: str = "") -> set[str]:
    """These letters and those in their definitions, directly or through others, but not through ``but``."""
    entries = [e for table in (scope.values, scope.calls) for e in table.values() if isinstance(e, Defined)]
    found = set(letters)
    ahead = found - {but}
    while ahead:
        ahead = {x for e in entries if e.key.letter in ahead for x in letters_of(e.body)} - found - {but}
        found |= ahead
    return found


def letters_of(node: SyntaxNode) -> set[str]:
    """The letters of the names and functions in a tree."""
    below = subnodes(node)
    return {n.key for n in below if isinstance(n, Sym)} | {n.function.key for n in below if isinstance(n, Call)}
