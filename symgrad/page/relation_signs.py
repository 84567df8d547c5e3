"""Where the relation sign of a step stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.reading.tokens.cuts import outermost
from symgrad.reading.tokens.lexer import tokenize
from symgrad.reading.tokens.relations import EQUALITIES
from symgrad.text.diagnostic import NotationError

if TYPE_CHECKING:
    from symgrad.checking.verdict import Step
    from symgrad.reading.tokens.macros import Macros


def sign_of(step: Step, macros: Macros) -> int:
    """The offset of the sign in the text of the document.

    The span of the first step of a chain begins at its left side, that of a later one at its sign.
    """
    span = step.span
    try:
        tokens = tokenize(span, macros)
    except NotationError:
        at = span.text.find("=")
        return span.start + max(at, 0)
    signs = [t.span.start for _, t in outermost(tokens) if t.text in EQUALITIES]
    inside = [at for at in signs if span.start <= at < span.end]
    return inside[0] if inside else span.start
