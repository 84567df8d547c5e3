"""Inline mathematics that declares names, shapes, ranges, slices and assumptions. Everything else is prose."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from symgrad.reading.names.assumption_syntax import Assuming
from symgrad.reading.names.equations import Equations
from symgrad.reading.names.membership import Membership
from symgrad.reading.names.scope import Scope
from symgrad.reading.tokens.cuts import depths, outermost, statement
from symgrad.reading.tokens.lexer import Token
from symgrad.text.diagnostic import Diagnostic, NotationError

RELATIONS = ("=", "\\in", "\\notin", "\\subseteq", "\\subset", "\\neq", ">", "<", "\\ge", "\\le", ":")


@dataclass(slots=True)
class Paragraph:
    """The inline formulas of one paragraph, read together: they may refer to each other in any order."""

    scope: Scope
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def read(self, formulas: Sequence[Sequence[Token]], supposed: Collection[int] = ()) -> None:
        """Read in four passes: index sets, other sets, equations, assumptions.

        supposed: the numbers of formulas after *if*. They state what may be the case, and declare shapes only.
        """
        pieces = [p for k, f in enumerate(formulas) for p in split(f) if k not in supposed or _is_shape(p)]
        assuming = Assuming(self.scope)
        sets, equations = Membership(self.scope, assuming), Equations(self.scope, assuming)
        taken: set[int] = set()
        for rule in (sets.read_index_sets, sets.read, equations.read, assuming.read):
            for number, piece in enumerate(pieces):
                if number in taken:
                    continue
                try:
                    if rule(statement(piece, RELATIONS)):
                        taken.add(number)
                except NotationError as e:
                    taken.add(number)
                    self.diagnostics.append(e.diagnostic)


def split(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    """The declarations of one formula, separated by ``;``, ``\\quad`` and commas between whole relations."""
    out: list[list[Token]] = [[]]
    for k, (t, depth) in enumerate(zip(tokens, depths(tokens), strict=True)):
        if depth == 0 and (
            t.kind in ("quad", "text") or t.text == ";" or (t.text == "," and _parts(out[-1], tokens[k + 1 :]))
        ):
            out.append([])
        else:
            out[-1].append(t)
    for piece in out:
        while piece and piece[-1].kind == "symbol" and piece[-1].text in ",.;":
            piece.pop()
    return [tuple(piece) for piece in out if piece]


def _is_shape(piece: Sequence[Token]) -> bool:
    """``x \\in \\mathbb{R}^N``, ``f : \\mathbb{R} \\to \\mathbb{R}``"""
    said = statement(piece, RELATIONS)
    return said.sign in ("\\in", ":") and bool(said.right) and said.right[0].style == "bb"


def _parts(before: Sequence[Token], after: Sequence[Token]) -> bool:
    """True if a comma separates two relations: one is before it, and another after it, before the next dots."""
    if not any(t.text in RELATIONS for t in before) or before[-1].text == "\\dots":
        return False
    marks = (t.text for _, t in outermost(after) if t.text in RELATIONS or t.text == "\\dots")
    return next(marks, "\\dots") != "\\dots"
