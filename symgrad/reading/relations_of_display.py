"""The relations of a display; what its rows and conditions declare is entered into the scope, and left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from symgrad.reading.chains_of_display import is_undefined, with_explained
from symgrad.reading.document.block_reader import Display
from symgrad.reading.meaning.conditions import SIGNS
from symgrad.reading.names.assumption_syntax import Assuming
from symgrad.reading.names.declarations import declares_arrays, split
from symgrad.reading.names.incidental import Incidental
from symgrad.reading.read_document import ReadDocument
from symgrad.reading.tokens.columns import arranged
from symgrad.reading.tokens.cuts import outermost, statement
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tokens.relations import EXCEPTIONS, Relation, Row, UnreadRow, read_relations
from symgrad.reading.tokens.rows import read_rows
from symgrad.reading.tokens.rows_as_cases import rows_as_cases
from symgrad.reading.tree.scripts import cover, is_name, letter_key
from symgrad.text.diagnostic import Diagnostic

CONSTRAINT = re.compile(r"s\.?\s*t\.?|subject to|such that|under the constraint", re.IGNORECASE)


class DisplayRelations:
    """Reads the rows of displays into relations."""

    def __init__(self, out: ReadDocument) -> None:
        self.out = out
        self.scope = out.scope
        self.macros = out.macros

    def read(self, display: Display, last_side: tuple[Token, ...] | None) -> list[Relation]:
        """The relations of a display, which goes on with ``last_side`` if its first row begins with ``=``."""
        rows = read_rows(display.content, self.macros)
        rows = [row if isinstance(row, UnreadRow) else arranged(row, self.is_declared) for row in rows]
        rows = [row for row in rows if not self.declares(row)]
        rows = [row if isinstance(row, UnreadRow) else self.without_constraints(row) for row in rows]
        relations = read_relations([row for row in rows if row], last_side, self.scope.words)
        for relation in relations:
            own = [c for c in relation.conditions if not self.places_in_set(c)]
            relation.conditions = [c for c in own if not self.declares(c, False)]
        return rows_as_cases(with_explained(self.scope, relations), partial(is_undefined, self.scope))

    def declares(self, row: Row, signs: bool = True) -> bool:
        """Enter a row or condition that holds declarations of arrays and nothing else; True if it does."""
        if isinstance(row, UnreadRow):
            return False
        pieces = split(row)
        remarks = {word for t in row if t.kind == "text" for word in re.findall(r"\w+", t.text.lower())}
        arrays = bool(pieces) and all(map(declares_arrays, pieces)) and not remarks & {*EXCEPTIONS, "not", "no"}
        entered = [Incidental(self.scope).add(piece, signs) for piece in pieces] if arrays else []
        return arrays and all(entered)

    def places_in_set(self, condition: Sequence[Token]) -> bool:
        """Note the letter of ``for k \\in S``, if S is a set that nothing declares; True if it is."""
        said = statement([t for t in condition if t.kind != "text" and t.text != "\\forall"], ("\\in",))
        name = "".join(map(letter_key, said.right)) if said.sign and all(map(is_name, said.right)) else ""
        if len(said.left) != 1 or f"|{name}|" not in self.scope.sizes or name in self.scope.subsets:
            return False
        self.scope.taken_whole.setdefault(name, set()).add(letter_key(said.left[0]))
        return True

    def without_constraints(self, row: tuple[Token, ...]) -> tuple[Token, ...]:
        """``\\max_\\alpha W \\; \\text{s.t. } \\sum_i \\alpha_i y_i = 0`` without what it says: no step is refuted
        that holds only with that.
        """
        places = [k for k, t in outermost(row) if t.kind == "text" and CONSTRAINT.fullmatch(t.text.strip())]
        if not places or any(t.text in SIGNS for _, t in outermost(row[: places[0]])):
            return row
        for piece in split(row[places[0] + 1 :]):
            Assuming(self.scope, stance="unclear").any_form(statement(piece, ("=", *SIGNS)))
        self.out.not_checked.append(Diagnostic("SG404", "a constraint: not checked", cover(row), "", "note"))
        return row[: places[0]]

    def is_declared(self, name: str) -> bool:
        """True for a letter or a run of letters that has a meaning here."""
        scope = self.scope
        return scope.is_value(name) or scope.is_word(name) or name in scope.letters or name in scope.index_arrays


def twins(relations: Sequence[Relation]) -> set[str]:
    """The letters that stand whole, without a position below or behind them, both in bold and in plain type.

    A letter below or behind another sign, as in ``\\nabla_x``, does not count.
    """
    styles: dict[str, set[bool]] = {}
    for side in (side for r in relations for side in (r.left, r.right)):
        for before, t, following in zip((None, *side), side, (*side[1:], None), strict=False):
            placed = following is not None and (following.kind == "sub" or following.text == "[")
            below = before is not None and before.kind in ("sub", "sup")
            if is_name(t) and t.kind == "letter" and not placed and not below and t.style in ("", "bold"):
                styles.setdefault(letter_key(t), set()).add(t.style == "bold")
    return {letter for letter, found in styles.items() if len(found) > 1}
