"""What was built on a function keeps it where a heading and a new definition give its name to another one."""

from __future__ import annotations

from dataclasses import replace

from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.tree.syntax import Call, Sym, SyntaxNode, with_parts
from symgrad.reading.tree.used_names import subnodes

OLDER = "\\older "
"""Before the letter of a function that has become another one; no document can write it."""


def keep_older(scope: Scope, key: NameKey) -> None:
    """Let the definitions above the section go on with the function ``key`` as it was."""
    older = key._replace(letter=OLDER + key.letter)
    for table in (scope.values, scope.calls):
        for name, entry in list(table.items()):
            if isinstance(entry, Defined) and entry.key != key and is_above(scope, entry) and applies(entry.body, key):
                table[name] = replace(entry, body=_renamed(entry.body, key))  # type: ignore[index]
    for call in scope.calls.named(key):
        entry = scope.calls[call]
        scope.calls[older, call[1]] = replace(entry, key=older, body=_renamed(entry.body, key))


def is_above(scope: Scope, entry: Defined) -> bool:
    """True if a definition stands above the section that the text is in."""
    return entry.span.start < scope.section


def applies(body: SyntaxNode, key: NameKey) -> bool:
    """True if a body applies the function."""
    return any(isinstance(n, Call) and NameKey.function(n.function) == key for n in subnodes(body))


def names_bare(body: SyntaxNode, key: NameKey) -> bool:
    """True if a body has the name of the function without arguments."""
    applied = {id(n.function) for n in subnodes(body) if isinstance(n, Call)}
    syms = (n for n in subnodes(body) if isinstance(n, Sym) and id(n) not in applied)
    return any(NameKey.function(n) == key for n in syms)


def _renamed(node: SyntaxNode, key: NameKey) -> SyntaxNode:
    """A body with the function under its older name."""
    inner = with_parts(node, lambda part: _renamed(part, key))
    if isinstance(inner, Call) and NameKey.function(inner.function) == key:
        return replace(inner, function=replace(inner.function, key=OLDER + inner.function.key))
    return inner
