"""Enters a recursion: a definition for each position of a written range, or one cell with its earlier state given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol, TypeVar

from symgrad.core.nodes import Tensor
from symgrad.core.ranges import Index, Range
from symgrad.reading.meaning.definitions import define
from symgrad.reading.meaning.open_range import agree
from symgrad.reading.meaning.recursion import Equation, Recursion, Sides
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.values import ShapeMismatch
from symgrad.reading.names.definition_syntax import Definer
from symgrad.reading.names.name_keys import CompoundSubscript, NameKey, pattern_letters
from symgrad.reading.names.name_table import NameTable
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.read_document import ReadDocument
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.syntax import Letter, Position, Sym, SyntaxNode
from symgrad.reading.tree.used_names import subnodes
from symgrad.text.diagnostic import NotationError
from symgrad.text.source import Span

K = TypeVar("K")
V = TypeVar("V")
Shape = tuple[Range, ...]
Shapes = dict[tuple[tuple[str, str], ...], Shape | None]
"""The shapes with which the names of a system are declared."""


class Parsing(Protocol):
    """The reader of a chain, as far as a recursion needs it."""

    out: ReadDocument

    def tree(self, tokens: tuple[Token, ...], where: Span, head: bool = False) -> SyntaxNode | None:
        """One side as a syntax tree; None if it can't be read."""

    def elaborator(self) -> Reading:
        """A reading of a definition's body."""


@dataclass(slots=True)
class Unrolling:
    """Enters the names of one recursion."""

    reader: Parsing
    system: Recursion
    where: Span

    @property
    def scope(self) -> Scope:
        return self.reader.out.scope

    def enter(self, over: Range | None) -> bool:
        """Enter the system over a range, or as a cell; False if it can't be read as one."""
        values, indices = dict(self.scope.values), dict(self.scope.indices)
        declared = {e.key: self.forget(e) for e in self.system.equations}
        without, compounds, cells = dict(self.scope.values), dict(self.scope.compounds), dict(self.scope.cells)
        for shape in self.shapes(declared):
            ways = (self.everywhere, self.cell) if over is None else (partial(self.range, over),)
            for way in ways:
                entered = list(way(shape, declared))
                if entered and self.fits(entered[: len(self.system.equations)], shape, declared):
                    self.scope.recursive.update(dict.fromkeys((e.key for e in self.system.equations), over))
                    return True
                _restore(self.scope.values, without)
                _restore(self.scope.compounds, compounds)
                _restore(self.scope.indices, indices)
                self.scope.cells = dict(cells)
        _restore(self.scope.values, values)
        self.scope.version += 1
        return False

    def forget(self, e: Equation) -> Shape | None:
        """Drop what the name of a family is declared or defined as, and return the shape of one member."""
        name = self.name(e, None)
        key = self.scope.value_key(name)[0] if name is not None else None
        entry = self.scope.values.get(key) if key is not None else None
        if key is None or (isinstance(entry, Defined) and not entry.patterns and not key.below):
            return None
        del self.scope.values[key]
        self.scope.version += 1
        if not isinstance(entry, Tensor):
            return entry.declared.ranges[1:] if entry is not None and entry.declared is not None else None
        return entry.ranges if key.below else entry.ranges[1:]

    def shapes(self, declared: Shapes) -> Iterator[Shape]:
        """The shapes that the states may have: the declared one, else none, or those of the declared arrays' axes."""
        known = [s for s in declared.values() if s is not None]
        if known:
            yield known[0]
            return
        arrays = [t for t in self.scope.values.values() if isinstance(t, Tensor)]
        yield ()  # first: a number is added to an array of any shape
        yield from dict.fromkeys([(r,) for t in arrays for r in t.ranges])

    def name(self, e: Equation, position: int | None) -> Sym | None:
        node = self.reader.tree(e.at(position)[0], self.where, head=True)
        return node if isinstance(node, Sym) else None

    def range(self, over: Range, shape: Shape, declared: Shapes) -> Iterator[Defined]:
        """The definitions at all positions, then the families. States before the first one are arbitrary arrays."""
        for e, p in self.system.earlier(over):
            name = self.name(e, p)
            if name is not None and (self.scope.value_key(name)[0] is None or self.scope.value_key(name)[1]):
                self.scope.put_tensor(NameKey.labelled(name), declared[e.key] or shape)
        places = self.system.positions(over)
        for p in places:
            for e in self.system.equations:
                yield from self.defined(e.at(p), None)
        for e in self.system.equations:
            yield from self.defined(self.system.family(e, places), over)

    def defined(self, sides: Sides, over: Range | None) -> Iterator[Defined]:
        name, body = self.reader.tree(sides[0], self.where, head=True), self.reader.tree(sides[1], self.where)
        if name is None or body is None:
            return
        try:
            made = Definer(self.scope).define(name, body, name.span.to(body.span), False)
        except NotationError:
            return
        if made is not None and made.patterns:
            made = replace(made, over=over)
            self.scope.put("values", made.key, made)
        if made is not None:
            yield made

    def everywhere(self, shape: Shape, declared: Shapes) -> Iterator[Defined]:
        """A cell at every position: the names of all ``t``, and the states before them as arrays of their own."""
        letter, over = self.system.equations[0].letter, self.positions()
        names = [self.name(e, None) for e in self.system.equations]
        if over is None or any(n is None or n.sup or len(n.sub) != 1 for n in names):
            return
        if any(e.letter.text != letter.text for e in self.system.equations):
            return
        for e, name in zip(self.system.equations, names, strict=True):
            for s in sorted(self.system.steps):
                if name is None or not any(s in o.shifts(e) for o in self.system.equations):
                    continue
                state = NameKey(
                    f"{name.key}^{{\\text{{{'earlier' if s < 0 else 'later'}{abs(s) if abs(s) > 1 else ''}}}}}"
                )
                self.scope.put_tensor(state, (over, *(declared[e.key] or shape)))
                form = Position(((1, Letter(letter.text, name.span)),), s, name.span)
                body = Sym(name.span, state.letter, sub=(letter,))
                entry = Defined(state, body, name.span, form=form, alias=True, serial=self.scope.serial)
                self.scope.put("compounds", (NameKey(name.key), CompoundSubscript.of(form)), entry)
                self.scope.cells[NameKey(name.key)] = state, letter.text
        for e in self.system.equations:
            yield from self.defined((e.at(None)[0], e.right), over)

    def positions(self) -> Range | None:
        """The range of an array in whose slot the letter stands, ``x_t``."""
        letter = self.system.equations[0].letter.text
        for e in self.system.equations:
            body = self.reader.tree(e.right, self.where)
            for n in subnodes(body) if body is not None else ():
                key, rest, _ = self.scope.value_key(n) if isinstance(n, Sym) else (None, (), ())
                entry = self.scope.values.get(key) if key is not None else None
                slots = pattern_letters(rest) if rest else None
                if isinstance(entry, Tensor) and slots and letter in slots and len(entry.ranges) >= len(slots):
                    return entry.ranges[slots.index(letter)]
        return None

    def cell(self, shape: Shape, declared: Shapes) -> Iterator[Defined]:
        """The names at the letter, ``h_t``, and the state that they use, ``h_{t-1}``, as arbitrary arrays."""
        letters = {e.letter.text for e in self.system.equations}
        if len(letters) > 1:
            return
        (letter,) = letters
        for e in self.system.equations:
            for s in sorted(self.system.steps):
                name = self.name(e, None)
                if name is not None and any(s in o.shifts(e) for o in self.system.equations):
                    below = f"{letter}{'+' if s > 0 else '-'}{abs(s)}"
                    state = NameKey.unlabelled(name)._replace(below=below)
                    self.scope.put_tensor(state, declared[e.key] or shape)
                    self.scope.earlier_states[state] = state._replace(below=letter), letter
        made = []
        for e in self.system.equations:
            name, body = self.name(e, None), self.reader.tree(e.right, self.where)
            if name is None or body is None:
                return
            key = NameKey.unlabelled(name)._replace(below=letter)
            entry = Defined(key, body, name.span.to(body.span), serial=self.scope.serial)
            self.scope.put("values", key, entry)
            made.append(entry)
        if self.fix(letter, [entry.body for entry in made]):
            yield from made

    def fix(self, letter: str, bodies: Sequence[SyntaxNode]) -> bool:
        """Make the letter a fixed position where it is in the slots of arrays, ``x_t``; False if it can't be one."""
        for n in (n for body in bodies for n in subnodes(body) if isinstance(n, Sym)):
            key, rest, _ = self.scope.value_key(n)
            slots = pattern_letters(rest) if rest else ()
            if not slots or letter not in slots:
                continue
            entry = self.scope.values.get(key) if key is not None else None
            if not isinstance(entry, Tensor) or len(entry.ranges) < len(slots):
                return False
            self.scope.put("indices", letter, Index(letter, entry.ranges[slots.index(letter)], "fixed"))
        return True

    def fits(
        self,
        entries: Sequence[Defined],
        shape: Shape,
        declared: Shapes,
    ) -> bool:
        """True if the definitions of one position can be read, and those of states have the shape of the states."""
        states = [any(self.system.steps & o.shifts(e) for o in self.system.equations) for e in self.system.equations]
        el = self.reader.elaborator()
        for entry, e, state in zip(entries, self.system.equations, states, strict=False):
            try:
                ranges = tuple(p.range for p in define(el, entry).params[len(entry.patterns) :])
            except (NotationError, ShapeMismatch):
                return False
            wanted = declared[e.key] or shape
            if state and (len(ranges) != len(wanted) or not all(map(_same, ranges, wanted))):
                return False
        return True


def _same(a: Range | None, b: Range) -> bool:
    """True for equal ranges; one that is not known yet is found to be the other."""
    return a is not None and agree(a, b)


def _restore(table: NameTable[K, V], entries: dict[K, V]) -> None:
    """Give a table the entries that it had."""
    for key in [k for k, entry in table.items() if entries.get(k) is not entry]:
        del table[key]
    table.update({k: entry for k, entry in entries.items() if k not in table})
