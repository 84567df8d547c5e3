"""A formula of the document in other words than its own, as tokens."""

from __future__ import annotations

from symgrad.reading.tokens.lexer import Token, tokenize
from symgrad.reading.tokens.macros import Macros
from symgrad.text.source import Source, Span


def spelled(text: str, place: Span, macros: Macros | None = None) -> tuple[Token, ...]:
    """``H = H^\\top`` of a document that calls ``H`` symmetric at this place."""
    written = Source(place.source.path, text)
    return tuple(tokenize(Span(written, 0, len(text)), macros or Macros()))
