"""One chain of relations: its sides are parsed, what defines is entered, what claims becomes steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from symgrad.core.claims import Assumption
from symgrad.core.nodes import Cond
from symgrad.core.ranges import Range, Subset
from symgrad.reading.meaning.assumptions import read_assumptions, read_restrictions, says_nothing
from symgrad.reading.meaning.chains import Side, elaborate_sides, free_letters, outcome, settle_sides
from symgrad.reading.meaning.conditions import read_conditions
from symgrad.reading.meaning.definitions import define, index_arguments
from symgrad.reading.meaning.elaborator import Elaborator
from symgrad.reading.meaning.open_index import OpenIndex
from symgrad.reading.meaning.open_indices import OpenIndices
from symgrad.reading.meaning.raw_trees import condition
from symgrad.reading.meaning.recursion import recursion
from symgrad.reading.meaning.rules import Definitions
from symgrad.reading.meaning.values import ShapeMismatch
from symgrad.reading.names.declared_name import learn_run
from symgrad.reading.names.definition_syntax import Definer
from symgrad.reading.names.scope import Defined
from symgrad.reading.read_document import ReadDocument, ReadStep
from symgrad.reading.tokens.ellipsis import expand_ellipses
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tokens.relations import Relation
from symgrad.reading.tree.parser import Parser
from symgrad.reading.tree.scripts import cover, subscripted
from symgrad.reading.tree.used_names import note_sizes, outside_letters
from symgrad.text.diagnostic import Diagnostic, NotationError
from symgrad.text.source import Span


@dataclass(slots=True)
class ChainReader:
    """Reads one chain into a document. ``defined``: which of its relations define, by position."""

    out: ReadDocument
    relations: Sequence[Relation]
    definitions: Definitions
    group: int
    sides: list[Side] = field(default_factory=list)
    ranges: list[tuple[str, Range]] = field(default_factory=list)
    defined: set[int] = field(default_factory=set)
    redefinition: str = ""

    def read(self) -> None:
        first = self.relations[0]
        if first.sign != "=:":
            learn_run(self.out.scope, first.left)
        self.sides = [self.side(first.left, first.sign_span, head=True)]
        self.sides += [self.side(tuple(r.right), r.sign_span, head=r.sign == "=:") for r in self.relations]
        note_sizes(self.out.scope, [s.node for s in self.sides if s.node is not None])
        for relation in self.relations:
            self.take_ranges(relation)
        for k, relation in enumerate(self.relations):
            if relation.equality:
                self.define(k, relation)
        if any(r.equality and k not in self.defined for k, r in enumerate(self.relations)):
            self.claims()
        for r in self.relations:
            if not r.equality:
                self.note("SG401", f"`{r.sign}` is no equality: not checked", r.sign_span)

    def note(self, code: str, message: str, span: Span) -> None:
        self.out.not_checked.append(Diagnostic(code, message, span, "", "note"))

    def side(self, tokens: tuple[Token, ...], where: Span, head: bool = False) -> Side:
        """One side as a tree, or why it is none. ``head``: it may hold a name to be defined."""
        if not tokens:
            missing = Diagnostic("SG104", "a side of this relation is missing", where, "write what stands here")
            return Side(where, "", problem=missing)
        span = cover(tokens)
        side = Side(span, span.text)
        try:
            parser = Parser(expand_ellipses(tokens), self.out.scope, span, head)
            if not head:  # `\partial J / \partial x_i = i (x_i + 1)`: a letter of the first side's slots is a position
                parser.bound = subscripted(self.relations[0].left)
            side.node = parser.whole()
        except NotationError as e:
            side.problem = e.diagnostic
        except RecursionError:
            side.problem = Diagnostic("SG002", "nested too deeply to be read", span, "split the expression")
        return side

    def elaborator(self) -> Elaborator:
        return Elaborator(self.out.scope, OpenIndices(self.out.scope), self.definitions)

    def take_ranges(self, relation: Relation) -> None:
        """``i = 1, \\dots, C`` behind a relation gives its letter a range and is no condition."""
        kept = []
        for tokens in relation.conditions:
            found = read_restrictions(self.out.scope, tokens)
            self.ranges += found
            if not found and not says_nothing(tokens):
                kept.append(tokens)
        relation.conditions = kept

    # --- definitions ----------------------------------------------------------------------------

    def define(self, k: int, relation: Relation) -> None:
        """Enters the relation's definition, if it is one."""
        name, value = (self.sides[k], self.sides[k + 1])[:: -1 if relation.sign == "=:" else 1]
        if value.node is None or name.node is None:
            return
        if k == 0 and relation.sign != "=:" and self.unroll(relation):
            return
        definer = Definer(self.out.scope)
        plain, known = relation.sign == "=", definer.is_declared(name.node)
        if plain and known and k > 0:
            return  # inside a chain, what is declared is used
        try:
            made = definer.define(name.node, value.node, name.span.to(value.span), plain)
        except NotationError as e:
            value.problem = e.diagnostic
            return
        if made is not None:
            self.defined.add(k)
            if known and not plain:
                users = ", ".join(f"`{key}`" for key in definer.users(made))
                follow = f", and what uses it follows from here on: {users}" if users else ""
                self.note("SG207", f"`{name.span.text}` is defined anew{follow}", name.span)
            self.out.definitions += 1
            self.validate(made, value)
            self.unread_conditions(relation)
        elif plain and k == 0:
            self.redefinition = definer.redefines(name.node)

    def unroll(self, relation: Relation) -> bool:
        """Enters a recursion over a written range as one definition for each position, and as the family of them."""
        scope = self.out.scope
        declared = {x: r.range if isinstance(r, Subset) else r for x, r in scope.letters.items()}
        found = recursion(relation.left, relation.right, declared | dict(self.ranges))
        if found is None:
            return False
        for left, right in (*found.written(), found.family()):
            name, value = self.side(left, relation.sign_span, head=True), self.side(right, relation.sign_span)
            if name.node is None or value.node is None:
                return False
            made = Definer(scope).define(name.node, value.node, name.span.to(value.span), False)
            if made is not None:
                if made.patterns:
                    made = replace(made, over=found.over)
                    scope.put("values", made.key, made)
                self.validate(made, value)
        self.defined.add(0)
        self.out.definitions += 1
        return True

    def validate(self, entry: Defined, body: Side) -> None:
        """A definition that can't be read even now is reported where it stands, unless a name in it may still come."""
        el = self.elaborator()
        if entry.arguments is not None and not all(index_arguments(el, entry)):
            return  # a function of arrays reads only where it is applied
        try:
            define(el, entry)
        except NotationError as e:
            if e.diagnostic.code != "SG105":
                self.out.diagnostics.append(e.diagnostic)
        except ShapeMismatch as e:
            shapes = " and ".join(" x ".join(s) for s in e.shapes)
            self.out.diagnostics.append(Diagnostic("SG113", f"{e}: {shapes}", body.span, "check the shapes"))

    def unread_conditions(self, relation: Relation) -> None:
        """A definition holds everywhere; a condition behind it, other than what a letter runs over, is not read."""
        remedy = "define it by `cases`, or claim it after the definition"
        for tokens in relation.conditions:
            if not any(t.text == "\\in" for t in tokens):
                problem = Diagnostic("SG111", "a condition on a definition is not read", cover(tokens), remedy)
                self.out.diagnostics.append(problem)

    # --- claims ---------------------------------------------------------------------------------

    def claims(self) -> None:
        """Every equality that does not define is a step; all are read with one set of letters."""
        el, sides = self.elaborator(), self.sides
        for key, over in self.ranges:
            if key not in el.scope.indices:
                el.letters.open[key] = OpenIndex(key, over, "free")
        el.outside = outside_letters([s.node for s in sides if s.node is not None])
        elaborate_sides(el, sides)
        restrictions = [self.restrictions(el, r, sides[k + 1]) for k, r in enumerate(self.relations)]
        el.letters.resolve_ties()
        free = free_letters(el, sides)
        settle_sides(el, sides, free)
        facts = read_assumptions(self.elaborator())
        self.out.diagnostics.extend(d for d in facts.diagnostics if d not in self.out.diagnostics)
        for k, relation in enumerate(self.relations):
            if k in self.defined or not relation.equality:
                continue
            left, right = sides[k], sides[k + 1]
            span = (relation.sign_span if relation.continues else left.span).to(right.span)
            warnings = tuple(w for w in el.warnings if _touches(w, left) or _touches(w, right))
            supposed = [Assumption("condition", text, cond=condition(c)) for text, c in restrictions[k]]
            found = outcome(el, left, right, free, (*facts.assumptions, *supposed), warnings)
            redefinition = self.redefinition if k == 0 else ""
            self.out.steps.append(ReadStep(span, left.text, right.text, found, self.group, redefinition))

    def restrictions(self, el: Elaborator, relation: Relation, side: Side) -> list[tuple[str, Cond]]:
        """The conditions behind a relation, as they are written and as they read."""
        out: list[tuple[str, Cond]] = []
        for tokens in relation.conditions:
            span = cover(tokens)
            try:
                out += [(span.text, c) for c in read_conditions(el, tokens, span)]
            except NotationError as e:
                problem = e.diagnostic
                side.problem = replace(problem, code="SG111") if problem.code == "SG101" else problem
            except ShapeMismatch as e:
                side.problem = Diagnostic("SG113", str(e), e.span, "check the shapes")
        return out


def _touches(warning: Diagnostic, side: Side) -> bool:
    return warning.span is not None and side.span.start <= warning.span.start < side.span.end
