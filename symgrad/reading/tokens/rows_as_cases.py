"""Rows that define one name case by case, ``f(x) = a \\text{ if } x > 0``, as one definition by ``cases``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tokens.relations import Relation
from symgrad.reading.tree.scripts import cover

CASE = ("if", "when", "whenever", "otherwise", "else")
"""The words before, or in the place of, the condition of a case."""


def rows_as_cases(relations: Sequence[Relation], defines: Callable[[tuple[Token, ...]], bool]) -> list[Relation]:
    """The relations, with neighbours that define the same name in different cases made one.

    defines: True for a left side without a value so far.
    """
    out: list[Relation] = []
    for _, group in groupby(relations, _case_of):
        rows = list(group)
        if len(rows) > 1 and defines(rows[0].left):
            whole = replace(rows[0], right=list(_cases(rows)), conditions=[])
            out.append(whole)
        else:
            out += rows
    return out


def _case_of(relation: Relation) -> tuple[str, ...] | int:
    """What stands on the left of a case; a number of its own for any other relation."""
    plain = relation.sign == "=" and not relation.continues and relation.unread is None and not relation.condition
    conditions = relation.conditions
    if plain and len(conditions) == 1 and relation.right and relation.left and _word(conditions[0]) in CASE:
        return tuple(t.text for t in relation.left)
    return id(relation)


def _word(condition: Sequence[Token]) -> str:
    return condition[0].text.strip(" ,.").lower() if condition and condition[0].kind in ("text", "word") else ""


def _cases(rows: Sequence[Relation]) -> Iterator[Token]:
    """The tokens of ``\\begin{cases} a & x > 0 \\\\ b & x \\le 0 \\end{cases}``."""
    first, last = cover(rows[0].right), cover(rows[-1].conditions[0])
    yield Token("begin", "cases", first)
    for k, row in enumerate(rows):
        at = cover(row.conditions[0])
        if k:
            yield Token("row", "\\\\", at)
        yield from row.right
        yield Token("align", "&", at)
        yield from row.conditions[0]
    yield Token("end", "cases", last)
