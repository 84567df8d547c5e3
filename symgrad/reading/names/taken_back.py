"""What ends an assumption: ``$w^\\top w = 4$`` behind ``$\\lVert w \\rVert = 1$``, ``we no longer need $p = 1$``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from symgrad.reading.document.assertions import Stance
from symgrad.reading.document.said_lengths import SaidLength
from symgrad.reading.names.assumption_syntax import ORDERS, Assuming
from symgrad.reading.names.declarations import Paragraph
from symgrad.reading.names.scope import Scope
from symgrad.reading.tokens.cuts import statement
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import cover

_TOP = r"\^ ?\{? ?(?:\\top|T|\\intercal) ?\}?"
_LENGTHS = (
    re.compile(r"(?:\\lVert|\\Vert|\\lvert) (?P<name>.+?) (?:\\rVert|\\Vert|\\rvert)(?: [_^] ?(?:\{ )?[2F](?: \})?)*"),
    re.compile(rf"(?P<name>\S.*?) {_TOP} (?P=name)"),
)
_TOTAL = re.compile(r"\\sum (?:_ ?(?:\{ [^{}]* \}|\S+) )?(?:\^ ?(?:\{ [^{}]* \}|\S+) )?(?P<name>\S+) _ .*")
MAX_VALUE = 3
"""Tokens of a side that is a value, ``r^2``; longer ones may say the same in other words."""


def take_back(scope: Scope, formula: Sequence[Token], stance: Stance) -> None:
    """Make unclear what a formula takes back: what it repeats, if it is denied; else another value of its thing."""
    said = statement(formula, ("=", "\\neq", *ORDERS))
    if not said.sign or not said.left:
        return
    written = [t.text for t in said.tokens]
    signs = list(scope.signed.items()) if stance == "denied" else []
    for key, place in signs:
        if place.text.split() == cover(said.tokens).text.split():
            Paragraph(scope).unsign(key, cover(said.left).text)
    for assumed in scope.assumed:
        old = statement(assumed.tokens, ("=",))
        if stance == "denied":
            ended = written == [t.text for t in assumed.tokens]
        else:
            ended = stance in ("asserted", "passing", "case") and len(said.right) <= MAX_VALUE and bool(old.sign)
            ended = ended and said.sign == "=" and _thing(said.left) == _thing(old.left)
            ended = ended and _words(said.right) != _words(old.right)
        if ended:
            assumed.standing = "unclear"
            scope.version += 1


def enter_lengths(scope: Scope, said: Sequence[SaidLength]) -> None:
    """Assume that unit vectors have the length 1, and end what was assumed of the length of others."""
    for one in said:
        if one.value == "1" and one.stance != "denied":
            if not one.total:
                text = f"\\lVert {one.name} \\rVert = 1"
                Assuming(scope, stance="asserted" if one.stance == "mentioned" else one.stance).assume_spelled(
                    text, one.place
                )
            continue
        thing = ("total" if one.total else "length", re.sub(r"[{}\s]+|_.*", "", one.name))
        for assumed in scope.assumed:
            if _thing(statement(assumed.tokens, ("=",)).left) == thing:
                assumed.standing = "unclear"
                scope.version += 1


def _thing(side: Sequence[Token]) -> tuple[str, str]:
    """What an equation gives a value: the length or the total of a name, or any other side as it is written."""
    text = _words(side)
    for pattern in _LENGTHS:
        if found := pattern.fullmatch(text):
            return "length", re.sub(r"[{} ]+", "", found["name"])
    if found := _TOTAL.fullmatch(text):
        return "total", found["name"]
    return "", text


def _words(side: Sequence[Token]) -> str:
    return " ".join(t.text for t in side)
