"""A formula for one sample, ``w x^{(i)}``, as one for any sample, ``w x``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields, replace

from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import is_name, letter_key, letters_in, script_argument, spelled, strip_groups
from symgrad.reading.tree.syntax import Sym, SyntaxNode


def at_one_sample(arguments: Sequence[SyntaxNode]) -> tuple[frozenset[str], str]:
    """The names of ``x^{(i)}, y^{(i)}`` and ``(i)``; no names if other arguments are among them."""
    above = {spelled(a.sup) if isinstance(a, Sym) and not a.sub else "" for a in arguments}
    written = next(iter(above)) if len(above) == 1 else ""
    if not (written.startswith("(") and len(written.strip("()")) == 1 and written.strip("()").isalpha()):
        return frozenset(), ""
    return frozenset(a.key for a in arguments if isinstance(a, Sym)), written


def for_any_sample(node: SyntaxNode, names: Collection[str], above: str) -> SyntaxNode:
    """The node with ``x`` for each ``x^{(i)}`` of the names. ``above``: ``(i)``."""
    changed: dict[str, object] = {}
    for field in (f for f in fields(node) if f.init):
        old = getattr(node, field.name)
        new = _mapped(old, names, above)
        if new is not old:
            changed[field.name] = new
    out = replace(node, **changed) if changed else node  # type: ignore[arg-type]  # the fields' own types
    return replace(out, sup=()) if isinstance(out, Sym) and out.key in names and spelled(out.sup) == above else out


def has_letter(node: SyntaxNode, letter: str) -> bool:
    """True if a letter stands in a script anywhere below a node."""
    for field in (f for f in fields(node) if f.init):
        value = getattr(node, field.name)
        for part in value if isinstance(value, tuple) else (value,):
            inner = part if isinstance(part, tuple) else (part,)
            if any(isinstance(x, SyntaxNode) and has_letter(x, letter) for x in inner):
                return True
        if isinstance(value, tuple) and letter in letters_in([t for t in value if isinstance(t, Token)]):
            return True
    return False


def _mapped(value: object, names: Collection[str], above: str) -> object:
    if isinstance(value, SyntaxNode):
        return for_any_sample(value, names, above)
    if not isinstance(value, tuple) or not value:
        return value
    if isinstance(value[0], Token):
        tokens = _without_positions(value, names, above)
        return value if len(tokens) == len(value) else tokens
    out = tuple(_mapped(x, names, above) for x in value)
    return value if all(a is b for a, b in zip(out, value, strict=True)) else out


def _without_positions(tokens: Sequence[Token], names: Collection[str], above: str) -> tuple[Token, ...]:
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        t = tokens[at]
        out.append(t)
        at += 1
        if is_name(t) and letter_key(t) in names and at + 1 < len(tokens) and tokens[at].kind == "sup":
            script, after = script_argument(tokens, at + 1)
            if spelled(strip_groups(script)) == above:
                at = after
    return tuple(out)
