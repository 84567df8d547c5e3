"""The rows of a display, each by itself where the display as a whole can't be tokenized."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from symgrad.reading.tokens.cuts import split_rows
from symgrad.reading.tokens.lexer import Token, tokenize
from symgrad.reading.tokens.macros import Macros
from symgrad.reading.tokens.relations import EQUALITIES, LAYOUT, Row, UnreadRow, unwrap
from symgrad.reading.tokens.tokens import scan
from symgrad.text.diagnostic import NotationError
from symgrad.text.source import Span

_LAYOUT = "|".join(sorted(LAYOUT, reverse=True))
_OPENING = re.compile(rf"\s*(?:\\begin\{{(?:{_LAYOUT})\*?\}}\s*(?:(?<=array\}})\{{[^{{}}]*\}})?\s*)+")
_CLOSING = re.compile(rf"(?:\\end\{{(?:{_LAYOUT})\*?\}}\s*)+$")
_INNER = re.compile(rf"\\(begin|end)\{{(?!(?:{_LAYOUT})\*?\}})")


def read_rows(span: Span, macros: Macros) -> list[Row]:
    """The rows of a display, without layout environments."""
    try:
        return [*split_rows(unwrap(tokenize(span, macros)))]
    except NotationError as e:
        if e.diagnostic.code == "SG002":
            return [UnreadRow((), span, e.diagnostic)]
    return [row for piece in _pieces(span) if (row := _row(piece, macros))]


def _row(piece: Span, macros: Macros) -> Row:
    try:
        return _tokens(piece, macros)
    except NotationError as e:
        return UnreadRow(_head(piece, macros), piece, e.diagnostic)


def _tokens(piece: Span, macros: Macros) -> tuple[Token, ...]:
    tokens = unwrap(tokenize(piece, macros))
    return tuple(tokens[1:] if tokens and tokens[0].kind == "row" else tokens)


def _head(piece: Span, macros: Macros) -> tuple[Token, ...]:
    """The tokens up to the first equals sign outside of braces; none if they can't be read either."""
    depth = 0
    for text, _, end, _ in scan(piece.source.text, piece.start, piece.end):
        depth += (text == "{") - (text == "}")
        if depth == 0 and text in EQUALITIES:
            try:
                return _tokens(Span(piece.source, piece.start, end), macros)
            except NotationError:
                return ()
    return ()


def _pieces(span: Span) -> Iterator[Span]:
    """The text cut before each ``\\\\`` outside of inner environments, without layout environments around it."""
    text = span.source.text
    marks = [(start, 0) for raw, start, _, _ in scan(text, span.start, span.end) if raw == "\\\\"]
    marks += [(m.start(), 1 if m[1] == "begin" else -1) for m in _INNER.finditer(text, span.start, span.end)]
    cuts, depth = [span.start], 0
    for at, change in sorted(marks):
        depth += change
        if change == 0 and depth <= 0:
            cuts.append(at)
    for start, end in pairwise((*cuts, span.end)):
        opening = _OPENING.match(text, start, end)
        closing = _CLOSING.search(text, start, end)
        yield Span(span.source, opening.end() if opening else start, closing.start() if closing else end)
