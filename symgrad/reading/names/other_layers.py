"""Definitions of one layer of a network, in the layers beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.names.upstream_costs import note_derivatives
from symgrad.reading.tokens.layers import is_label
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.syntax import Sym, SyntaxNode
from symgrad.reading.tree.used_names import subnodes

Move = Callable[[str], str | None]


def enter_in_other_layers(scope: Scope, entry: Defined) -> None:
    """``z^l = W^l a^{l-1} + b^l`` defines ``z^{l+1}`` too, unless that needs a layer of which the document does not
    speak, or has no more than names that do.
    """
    for move in scope.layers.others(entry.key.above):
        label, body = move(entry.key.above), _moved(entry.body, move)
        if label is None:
            continue
        key = entry.key._replace(above=label)
        if isinstance(scope.values.get(key), Defined) and not scope.is_provisional(key):
            continue
        if body is None or any(_is_given(scope, n) for n in subnodes(body)):
            _leave_given(scope, key)
            continue
        scope.put("values", key, replace(entry, key=key, body=body))
        scope.said.append((body, body))  # its names may stand nowhere else
        note_derivatives(scope, [body])


def said_of_layers(scope: Scope, head: Sym, body: SyntaxNode) -> list[tuple[SyntaxNode, SyntaxNode]]:
    """An equation in the text for a name of a layer, and what it says in the other layers."""
    label = next((t.text for t in head.sup if is_label(t) and scope.layers.has(t.text)), None)
    moves = scope.layers.others(label) if label is not None else []
    moved = [(_moved(head, move), _moved(body, move)) for move in moves]
    return [(head, body), *((left, right) for left, right in moved if left is not None and right is not None)]


def _is_given(scope: Scope, node: SyntaxNode) -> bool:
    """True for a name that stands in no formula of the document and has no definition, since it needs another layer."""
    if not isinstance(node, Sym):
        return False
    return any(_is_of(node, key) and not scope.layers.has_written(*_named(key)) for key in scope.given_layers)


def _leave_given(scope: Scope, key: NameKey) -> None:
    """A name is given, and so is what was defined by it, where it stands in no formula."""
    scope.given_layers.add(key)
    if scope.layers.has_written(*_named(key)):
        return
    for other, entry in list(scope.values.items()):
        if isinstance(entry, Defined) and any(isinstance(n, Sym) and _is_of(n, key) for n in subnodes(entry.body)):
            del scope.values[other]
            scope.first_meaning.pop(other, None)
            if other in scope.provisional:
                scope.values[other] = scope.provisional[other]
            scope.version += 1
            _leave_given(scope, other)


def _named(key: NameKey) -> tuple[str, str]:
    return key.letter, key.above


def _is_of(sym: Sym, key: NameKey) -> bool:
    return sym.key == key.letter and key.above in [t.text for t in sym.sup if is_label(t)]


def _moved(node: Any, move: Move) -> Any:
    """A tree with its layers moved; None if one of them goes too far."""
    if isinstance(node, Token):
        label = move(node.text) if is_label(node) else node.text
        return replace(node, text=label) if label is not None else None
    if isinstance(node, tuple):
        parts = tuple(_moved(part, move) for part in node)
        return None if any(new is None and old is not None for old, new in zip(node, parts, strict=True)) else parts
    if not isinstance(node, SyntaxNode):
        return node
    made = {f.name: _moved(getattr(node, f.name), move) for f in fields(node) if f.init}
    lost = any(new is None and getattr(node, name) is not None for name, new in made.items())
    return None if lost else replace(node, **made)
