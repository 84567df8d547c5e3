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
    return 1


def joined_words(tokens: Sequence[Token], vocabulary: NamesInForce) -> tuple[Token, ...]:
    """The tokens, with one token for each run of letters that is one name."""
    out: list[Token] = []
    at = 0
    while at < len(tokens):
        length = word_length(tokens, at, vocabulary)
        run = tokens[at : at + length]
        joined = replace(run[0], kind="word", text="".join(t.text for t in run), span=cover(run))
        out.append(joined if length > 1 else run[0])
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
