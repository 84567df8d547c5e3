"""Names as declarations write them: alone, with accents and labels; runs of letters that are one name."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.reading.names.scope import Scope
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.parser import Parser
from symgrad.reading.tree.scripts import ACCENTS, cover, error, is_name
from symgrad.reading.tree.syntax import Sym


def starts_name(token: Token) -> bool:
    """Whether a token is the letter of a name, or an accent on it."""
    return is_name(token) or token.text in ACCENTS


def read_name(scope: Scope, tokens: Sequence[Token]) -> Sym:
    """A name with its labels, and nothing else. Letters run together are one name from here on."""
    run = "".join(t.text for t in tokens)
    if len(tokens) > 1 and all(t.kind == "letter" and not t.style for t in tokens) and run.isalpha():
        scope.words.add(run)
    span = cover(tokens)
    if not starts_name(tokens[0]):
        raise error("SG109", f"`{span.text}` is no name", span, "names are letters with accents and labels")
    parser = Parser(tokens, scope, span)
    sym = parser.scripts_of(parser.base_name())
    if parser.peek() is not None:
        raise error("SG109", f"`{span.text}` is no name", span, "declare names one by one, parted by commas")
    return sym


def learn_run(scope: Scope, left: Sequence[Token]) -> None:
    """A run of letters that is all of a left side, or stands before a bracket there, is one name: ``KL(p, q) = …``."""
    run = _run(left)
    if run and not all(scope.is_value(x) for x in run):
        scope.words.add(run)


def _run(tokens: Sequence[Token]) -> str:
    """The letters that a side starts with, if two or more and nothing or a bracket follows: ``CE(`` or ``loss``."""
    run = ""
    for t in tokens:
        if t.kind != "letter" or t.style or (run and t.spaced):
            break
        run += t.text
    rest = tokens[len(run) :]
    return run if len(run) > 1 and (not rest or rest[0].text == "(") else ""
