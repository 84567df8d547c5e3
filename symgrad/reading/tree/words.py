"""Runs of letters that are one name: ``tanh(z)``, ``loss``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.cursor import NamesInForce
from symgrad.reading.tree.scripts import cover, script_argument

MAX_LETTERS = 24


def word_length(tokens: Sequence[Token], at: int, vocabulary: NamesInForce) -> int:
    """The number of letters from a position on that are one name; 1 if it is a letter by itself.

    A function without a backslash is one name if its argument follows: ``min(a, b)``, ``sigmoid'(z)``."""
    run = _run(tokens, at)
    for length in range(len(run), 1, -1):
        word = run[:length]
        if vocabulary.is_word(word) or (vocabulary.is_function(word) and _is_applied(tokens, at + length)):
            return length
    return len(run) if _is_unsplit(tokens, at, run, vocabulary) else 1


def _is_unsplit(tokens: Sequence[Token], at: int, run: str, vocabulary: NamesInForce) -> bool:
    """True for a whole run like ``cos z`` or ``argmin(z)``, if not all of its letters are names in force.

    One letter may stand before a known function: ``plog(p)``."""
    end = at + len(run)
    if len(run) < 3 or (at and tokens[at - 1].kind == "letter") or all(map(vocabulary.is_value, run)):
        return False
    rest = vocabulary.is_word(run[1:]) or vocabulary.is_function(run[1:])
    applied = end < len(tokens) and tokens[end].text == "(" and not rest
    return applied or vocabulary.is_function(run)


def joined_words(tokens: Sequence[Token], vocabulary: NamesInForce) -> tuple[Token, ...]:
    """The tokens, with one token for each run of letters that is one name."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        length = word_length(tokens, at, vocabulary)
        run = tokens[at : at + length]
        if length > 1:
            out.append(replace(run[0], kind="word", text="".join(t.text for t in run), span=cover(run)))
        else:
            out.append(run[0])
        at += length
    return tuple(out)


def _run(tokens: Sequence[Token], at: int) -> str:
    """The plain letters from a position on that no space separates."""
    run = ""
    for k in range(at, min(len(tokens), at + MAX_LETTERS)):
        t = tokens[k]
        if t.kind != "letter" or t.style or (k > at and t.spaced):
            break
        run += t.text
    return run


def _is_applied(tokens: Sequence[Token], at: int) -> bool:
    """True if an argument in brackets follows, after primes and scripts."""
    while at < len(tokens) and tokens[at].kind in ("prime", "sub", "sup"):
        at = at + 1 if tokens[at].kind == "prime" else script_argument(tokens, at + 1)[1]
    return at < len(tokens) and tokens[at].text in ("(", "[", "\\{")
