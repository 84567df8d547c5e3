"""Plain ellipses: ``x_1 + x_2 + \\dots + x_n`` is a sum.

An ellipsis is plain if the terms on both sides of the dots differ only in positions, and everywhere by the same two.
Any other ellipsis is kept, and reported by the reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symgrad.reading.tokens.lexer import Token, TokenKind
from symgrad.reading.tree.scripts import is_name

LETTERS = "ijklmnpqrstabcdefgh"
"""Letters for the index of such a sum: the first one that does not occur in the terms."""


def expand_ellipses(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with every plain ellipsis written as a sum."""
    out = list(tokens)
    end = 0
    while True:
        ahead = range(len(out) - end)
        at = next((k for k in reversed(ahead) if out[k].text == "\\dots" and out[k].kind == "command"), None)
        if at is None:
            return out
        rewritten = _sum(out, at)
        end = len(out) - at
        out = out if rewritten is None else rewritten


def _sum(tokens: list[Token], at: int) -> list[Token] | None:
    """``a_1 + a_2 + \\dots + a_n`` around the dots at a position, as ``\\sum_{i=1}^{n} a_i``."""
    if not (0 < at < len(tokens) - 1) or tokens[at - 1].text != "+" or tokens[at + 1].text != "+":
        return None
    end = _term_end(tokens, at + 2)
    last = tokens[at + 2 : end]
    start = _term_start(tokens, at - 1)
    first = tokens[start : at - 1]
    if start >= 1 and tokens[start - 1].text == "+":
        earlier = _term_start(tokens, start - 1)
        step = _difference(tokens[earlier : start - 1], first)
        if step is not None:
            if step[1].text != str(int(step[0].text) + 1):
                return None
            start, first = earlier, tokens[earlier : start - 1]
    ends = _difference(first, last)
    if ends is None:
        return None
    used = {t.text for t in tokens}
    letter = next((x for x in LETTERS if x not in used), None)
    if letter is None:
        return None
    return [*tokens[:start], *_written_sum(first, last, letter, ends), *tokens[end:]]


def _written_sum(first: list[Token], last: list[Token], letter: str, ends: tuple[Token, Token]) -> list[Token]:
    """``\\sum_{letter=lo}^{hi}`` of the first term, with the letter where it differs from the last one."""
    span = first[0].span.to(last[-1].span)

    def token(kind: TokenKind, text: str) -> Token:
        return replace(first[0], kind=kind, text=text, span=span, style="")

    dummy = token("letter", letter)
    opening, closing = token("open", "{"), token("close", "}")
    below = [token("sub", "_"), opening, dummy, token("symbol", "="), ends[0], closing]
    above = [token("sup", "^"), opening, ends[1], closing]
    body = [replace(dummy, span=a.span) if a.text != b.text else a for a, b in zip(first, last, strict=True)]
    return [token("command", "\\sum"), *below, *above, *body]


def _difference(a: Sequence[Token], b: Sequence[Token]) -> tuple[Token, Token] | None:
    """The one pair of positions in which two terms differ; None if they differ otherwise."""
    if len(a) != len(b) or not a:
        return None
    pairs = [(x, y) for x, y in zip(a, b, strict=True) if x.text != y.text]
    if not pairs or any((x.text, y.text) != (pairs[0][0].text, pairs[0][1].text) for x, y in pairs):
        return None
    x, y = pairs[0]
    if not (x.kind == "number" and x.text.isdigit() and (y.kind == "number" or is_name(y))):
        return None
    return x, y


def _ends_term(t: Token) -> bool:
    """True for a sign, a comma, and what separates the entries of a matrix."""
    return t.kind in ("align", "row", "begin", "end") or (t.kind == "symbol" and t.text in "+-,=")


def _term_start(tokens: Sequence[Token], end: int) -> int:
    """The start of the term that ends before a position: after a sign, a bracket or at the beginning."""
    depth = 0
    for k in range(end - 1, -1, -1):
        t = tokens[k]
        depth += (t.kind == "close" or t.text in (")", "]")) - (t.kind == "open" or t.text in ("(", "["))
        if depth < 0 or (depth == 0 and _ends_term(t)):
            return k + 1
    return 0


def _term_end(tokens: Sequence[Token], start: int) -> int:
    """The end of the term that starts at a position."""
    depth = 0
    for k in range(start, len(tokens)):
        t = tokens[k]
        depth += (t.kind == "open" or t.text in ("(", "[")) - (t.kind == "close" or t.text in (")", "]"))
        if depth < 0 or (depth == 0 and _ends_term(t)):
            return k
    return len(tokens)
