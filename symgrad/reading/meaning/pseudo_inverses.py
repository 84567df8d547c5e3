"""Pseudo-inverses of matrices of full rank: ``X^+ = (X^\\top X)^{-1} X^\\top`` for linearly independent columns."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.core.nodes import Entry
from symgrad.reading.meaning.matrix_inverses import matrix_inverse
from symgrad.reading.meaning.raw_trees import ungrouped
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.values import ReadValue, multiply, parenthesized, refreshed, transpose
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import error
from symgrad.text.source import Span

SIGNS = ("+", "\\dagger")


def is_pseudo_inverse(value: ReadValue, sup: Sequence[Token]) -> bool:
    """True for ``X^+``, ``X^\\dagger``, ``X^{+\\top}`` of a matrix."""
    texts = [t.text for t in sup]
    return len(value.grouped) == 2 and texts[:1] != [] and texts[0] in SIGNS and texts[1:] in ([], ["\\top"])


def pseudo_inverse(el: Reading, value: ReadValue, span: Span) -> ReadValue:
    """``X^+``, or ``X^\\top (X X^\\top)^{-1}`` if the rows are linearly independent."""
    entry = ungrouped(value.body)
    sides = el.scope.full_ranks.get(entry.tensor, set()) if isinstance(entry, Entry) else set()
    if not sides:
        remedy = "say in the text that it has full column rank, or full row rank"
        raise error("SG113", "a pseudo-inverse is read of a matrix of full column or row rank", span, remedy)

    def turned() -> ReadValue:
        return transpose(refreshed(value), span)

    if "column" in sides:
        gram = parenthesized(multiply(turned(), refreshed(value), span)[0])
        return parenthesized(multiply(matrix_inverse(gram, span), turned(), span)[0])
    gram = parenthesized(multiply(refreshed(value), turned(), span)[0])
    return parenthesized(multiply(turned(), matrix_inverse(gram, span), span)[0])
