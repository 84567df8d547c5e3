"""Declarations made in passing: in words, in a row of a display, behind a relation.

They fill gaps, and change nothing that the document defines. One that can't be read declares nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from symgrad.core.nodes import Tensor
from symgrad.reading.names.declarations import RELATIONS, Paragraph
from symgrad.reading.names.declared_name import read_name
from symgrad.reading.names.name_keys import NameKey, pattern_letters
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.names.sets import Reals, read_set, read_shape
from symgrad.reading.tokens.cuts import Statement, items, statement
from symgrad.reading.tokens.lexer import Token, tokenize
from symgrad.reading.tokens.macros import Macros
from symgrad.text.diagnostic import NotationError
from symgrad.text.source import Source, Span


@dataclass(slots=True)
class Incidental:
    """Enters declarations made in passing into a scope."""

    scope: Scope

    def say(self, texts: Sequence[str], macros: Macros) -> None:
        """Enter formulas that words stand for. One that can't be read declares nothing."""
        for text in texts:
            try:
                self.add(tokenize(Span(Source("", text), 0, len(text)), macros))
            except NotationError:
                continue

    def rank(self, said: Sequence[tuple[str, int]], macros: Macros) -> None:
        """Note the number of axes that words give a name, ``the matrix $A$``."""
        for text, axes in said:
            try:
                name = read_name(self.scope, tokenize(Span(Source("", text), 0, len(text)), macros))
            except NotationError:
                continue
            if not name.sup:
                self.scope.said_ranks.setdefault(NameKey.labelled(name), axes)

    def arrange(self, said: Sequence[tuple[str, str]]) -> None:
        """Note that words call the vectors of its small letter the rows, or the columns, of a capital."""
        self.scope.said_lines.update(said)

    def full_rank(self, said: Sequence[tuple[str, str]], macros: Macros) -> None:
        """Note that words say of a matrix that its columns, or its rows, are linearly independent."""
        for text, side in said:
            try:
                name = read_name(self.scope, tokenize(Span(Source("", text), 0, len(text)), macros))
            except NotationError:
                continue
            key = self.scope.value_key(name)[0]
            entry = self.scope.values.get(key) if key is not None else None
            if isinstance(entry, Tensor):
                self.scope.full_ranks.setdefault(entry, set()).add(side)
                self.scope.version += 1

    def define(self, texts: Sequence[str], macros: Macros) -> None:
        """Enter definitions that words stand for, ``L = \\operatorname{chol}(K)``, of names without another one."""
        for text in texts:
            paragraph = Paragraph(self.scope)
            with suppress(NotationError):
                paragraph.read([tokenize(Span(Source("", text), 0, len(text)), macros)], ["asserted"], {0: "plainly"})

    def add(self, formula: Sequence[Token], signs: bool = True) -> bool:
        """Enter a formula if nothing speaks against it; True if it holds then, and nothing has changed otherwise.

        signs: False if sets with signs are not entered: behind a relation, ``\\mathbb{R}_{>0}`` restricts it alone.
        """
        said = statement(formula[1:] if formula and formula[0].text == "\\forall" else formula, RELATIONS)
        try:
            declared = self._arrays(said)
            if said.left and declared is not None and all(self._is_declared(x, declared) for x in items(said.left)):
                return True
            if declared is not None and declared.domain != "real" and not signs:
                return False
            if not said.left or not all(self._is_free(name, said, declared) for name in items(said.left)):
                return False
        except NotationError:
            return False
        paragraph = Paragraph(self.scope)
        paragraph.read([said.tokens], ["asserted"])
        return not paragraph.diagnostics

    def _arrays(self, said: Statement) -> Reals | None:
        """The arrays that a statement declares."""
        if said.sign not in ("\\in", ":"):
            return None
        found = read_set(self.scope, said.right) if said.sign == "\\in" else read_shape(self.scope, said.right)
        return found if isinstance(found, Reals) else None

    def _is_declared(self, tokens: tuple[Token, ...], declared: Reals) -> bool:
        """True for a name that has this shape already."""
        key, rest, sup = self.scope.value_key(read_name(self.scope, tokens))
        if key is None or rest or sup or self.scope.is_provisional(key):
            return False
        entry = self.scope.values[key]
        return isinstance(entry, Tensor) and (entry.ranges, entry.row) == (declared.ranges, declared.row)

    def _is_free(self, tokens: tuple[Token, ...], said: Statement, declared: Reals | None) -> bool:
        """False for what is defined, for a letter that counts, and for a number that is declared as an array."""
        scope, name = self.scope, read_name(self.scope, tokens)
        key, rest, _ = scope.value_key(name)
        entry = scope.values.get(key) if key is not None and not scope.is_provisional(key) else None
        roles = (scope.indices, scope.letters, scope.sizes, scope.index_arrays)
        if isinstance(entry, Defined) or (not name.sub and any(name.key in table for table in roles)):
            return False
        if scope.calls.named(NameKey.function(name)) or NameKey.labelled(name) in scope.functions:
            return False
        if said.sign not in ("\\in", ":"):
            return True
        letters = pattern_letters(name.sub) if name.sub else ()
        counted = all(x in scope.letters or x in scope.indices for x in letters or ())
        if not counted and not (declared is not None and declared.ranges):
            return False  # `the entry $x_i$ is a number`, but not `$x_i$ is a $D$-vector`
        return declared is not None and (key is None or not rest) and (entry is None or bool(declared.ranges))
