"""The names of a document that was read, for requests from outside: ``J``, ``V_{ic}``, ``\\hat y``.

Names have the meaning that they have at the end of the document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from symgrad.core.claims import Assumption
from symgrad.core.nodes import Definition, Deriv, Expr, Ref, parts
from symgrad.core.ranges import Index, IndexExpr, Range, Subset
from symgrad.reading.meaning.assumptions import read_assumptions
from symgrad.reading.meaning.definitions import define, index_arguments
from symgrad.reading.meaning.elaborator import Elaborator
from symgrad.reading.meaning.open_index import closed
from symgrad.reading.meaning.open_indices import OpenIndices as OpenLetters
from symgrad.reading.meaning.raw_trees import expression
from symgrad.reading.meaning.values import ReadValue, ShapeMismatch
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.read_document import ReadDocument
from symgrad.reading.tokens.lexer import tokenize
from symgrad.reading.tree.parser import Parser
from symgrad.text.diagnostic import Diagnostic, NotationError
from symgrad.text.source import Source, Span
from symgrad.writing.letters import Naming


@dataclass(frozen=True, slots=True)
class Quantity:
    """A defined quantity at its own arguments: ``value.body`` is a ``Ref`` with the free indices ``value.axes``."""

    definition: Definition
    value: ReadValue
    span: Span

    @property
    def name(self) -> str:
        """The name in the document, without arguments: ``J``, ``\\hat y``."""
        return self.definition.name

    @property
    def is_scalar(self) -> bool:
        return not self.value.axes


@dataclass(slots=True)
class DocumentNames:
    """Looks names of a document up."""

    document: ReadDocument
    unread: list[Diagnostic] = field(default_factory=list)
    """Errors in the definitions looked up so far."""
    _own: dict[str, Index] = field(default_factory=dict)

    def elaborator(self) -> Elaborator:
        scope = self.document.scope
        return Elaborator(scope, OpenLetters(scope), self.document.elaborated)

    def read(self, text: str) -> ReadValue:
        """The value of a name or expression. Letters that are not declared are free indices of the body.

        Raises ``NotationError`` with the text underlined.
        """
        source = Source("the question", text)
        span = Span(source, 0, len(text))
        named = list(self.quantities(text.strip()))
        if named:
            # the bare name of a family is its total
            return min(named, key=lambda q: not q.is_scalar).value
        tokens = tokenize(span, self.document.macros)
        if not tokens:
            raise NotationError(Diagnostic("SG104", "there is nothing to read here", span, "name a quantity"))
        el = self.elaborator()
        try:
            node = Parser(tokens, self.document.scope, span).whole()
            value = el.value(node)
            el.letters.resolve_ties()
        except ShapeMismatch as e:
            raise NotationError(Diagnostic("SG113", e.said, e.span, "check the shapes")) from e
        return ReadValue(expression(value.body), tuple(map(closed, value.axes)), value.row)

    def quantities(self, name: str | None = None) -> Iterator[Quantity]:
        """The definitions that can be read on their own, in document order, or those of one name; without aliases."""
        scope = self.document.scope
        first = dict(reversed(scope.outdated))  # what a section restates is the same
        entries = [first.get(k, e) for k, e in scope.values.items() if isinstance(e, Defined)]
        entries += scope.calls.values()
        for entry in sorted(entries, key=lambda e: (e.serial, e.span.start)):
            if entry.alias or entry.one_hot or (name is not None and str(entry.key) != name):
                continue
            try:
                quantity = self._quantity(entry)
            except NotationError as e:
                self._note(e.diagnostic)
                continue
            except ShapeMismatch as e:
                self._note(Diagnostic("SG113", e.said, e.span, "check the shapes"))
                continue
            if quantity is not None:
                yield quantity

    def _note(self, problem: Diagnostic) -> None:
        if problem not in self.unread:
            self.unread.append(problem)

    def _quantity(self, entry: Defined) -> Quantity | None:
        el = self.elaborator()
        if entry.arguments is not None and not all(index_arguments(el, entry)):
            return None  # a function of arrays can be read only where it is applied
        definition = define(el, entry)
        at: list[IndexExpr] = []
        axes: list[Index] = []
        for k, p in enumerate(definition.params):
            if k < definition.arguments:
                at.append(self._argument(p))
            else:
                axes.append(p.fresh("free"))
                at.append(axes[-1])
        row = definition.row and len(axes) == 1
        return Quantity(definition, ReadValue(Ref(definition, tuple(at)), tuple(axes), row), entry.span)

    def _argument(self, param: Index) -> Index:
        """The index for an argument of ``J(o, c)``: the declared one, else a fixed one made for it."""
        declared = self.document.scope.indices.get(param.letter)
        if declared is not None:
            return declared
        own = self._own.get(param.letter)
        if own is None or own.range != param.range:
            own = self._own[param.letter] = Index(param.letter, param.range, "fixed")
        return own

    def assumptions(self) -> tuple[Assumption, ...]:
        """The assumptions in force at the end of the document."""
        return read_assumptions(self.elaborator()).assumptions

    def naming(self) -> Naming:
        """The notation of the document."""
        return naming(self.document.scope, self.document.elaborated.done)


def unused(quantities: Sequence[Quantity], scalars: bool = True) -> Iterator[Quantity]:
    """The scalars, or the arrays, whose value is used in no other definition except in derivatives; of equal names the
    last."""
    used: set[Definition] = set()
    for q in quantities:
        used |= _values_in(q.definition.body) - {q.definition}
    last = {q.name: q for q in quantities}
    for q in quantities:
        if q.is_scalar == scalars and q.definition not in used and last[q.name] is q:
            yield q


def _values_in(body: Expr) -> set[Definition]:
    """The definitions whose value occurs in an expression outside derivatives."""
    out: set[Definition] = set()
    todo, seen = [body], {body}
    while todo:
        node = todo.pop()
        if isinstance(node, Ref):
            out.add(node.definition)
        children = () if isinstance(node, Deriv) else parts(node)[1]
        todo += [c for c in children if c not in seen]
        seen.update(children)
    return out


def naming(scope: Scope, definitions: Mapping[Defined, Definition]) -> Naming:
    """Letters with a meaning, and the arguments of the definitions that are written with arguments.

    ``definitions``: the elaborated definitions by their written form.
    """
    taken: dict[str, Range | None] = dict.fromkeys(scope.indices)
    taken |= dict.fromkeys(scope.index_arrays)
    taken |= dict.fromkeys(scope.sizes)
    for letter, over in scope.letters.items():
        taken[letter] = over.range if isinstance(over, Subset) else over
    arguments = {}
    for entry, definition in definitions.items():
        if entry.arguments is not None:
            arguments[definition] = entry.arguments
    tables = (*Scope.TABLES, "sizes")
    named = {str(k if isinstance(k, (str, NameKey)) else k[0]) for table in tables for k in getattr(scope, table)}
    return Naming(taken=taken, arguments=arguments, reserved=frozenset(named))
