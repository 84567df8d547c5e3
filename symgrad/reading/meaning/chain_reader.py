"""One chain of relations, ``a = b = c``: its definitions are entered, its claims become steps.

**The first side decides which letters are free** (``free_letters``): those that it has outside of its sums. Every other
letter of the chain is summed where the rules put its sum. So no side can be finished before the first one is read, and
each side goes through stages: ``Parsed``, ``RawValue`` (all sides share one set of letters), ``Summed`` (with its
implied sums). Two neighbours then compare as an ``Outcome``. A side that fails on the way is ``Unreadable`` or
``Misshapen`` from there on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from itertools import islice

from symgrad.core.claims import Assumption, Claim
from symgrad.core.nodes import Apply, Cond, Deriv, Entry, Iverson, Num, Ref, Tensor, free_indices, reach, walk
from symgrad.core.ranges import Index, Range, Subset
from symgrad.reading.document.purposes import Purpose
from symgrad.reading.inference.other_meanings import as_numbers, inferred_arrays, other_sides, stacked
from symgrad.reading.meaning.alignment import (
    Pair,
    align,
    make_claim,
    multiplied_entrywise,
    other_placements,
    read_otherwise,
    transposed_layout,
)
from symgrad.reading.meaning.assumptions import read_assumptions, read_ground, read_restrictions, says_nothing
from symgrad.reading.meaning.builtin_names import check_ones
from symgrad.reading.meaning.conditions import read_conditions
from symgrad.reading.meaning.definitions import define, index_arguments
from symgrad.reading.meaning.derivatives import bracket_alone, is_family
from symgrad.reading.meaning.elaborator import Elaborator
from symgrad.reading.meaning.implied_sums import differentiates, insert_implied_sums, repeats
from symgrad.reading.meaning.misfits import misfit
from symgrad.reading.meaning.open_index import OpenIndex, closed
from symgrad.reading.meaning.open_indices import OpenIndices
from symgrad.reading.meaning.raw_trees import condition, expression, ungrouped
from symgrad.reading.meaning.recursion import equation, recursion
from symgrad.reading.meaning.rules import Definitions, Entrywise, Reading
from symgrad.reading.meaning.samples import note_means
from symgrad.reading.meaning.unrolled import chosen, readable_positions, unrolled_over
from symgrad.reading.meaning.unrolling import Unrolling
from symgrad.reading.meaning.values import ReadValue, ShapeMismatch
from symgrad.reading.names.abbreviations import abbreviation, differences
from symgrad.reading.names.declared_name import learn_differentiated, learn_run
from symgrad.reading.names.definition_syntax import Definer, applied, doubted_model, factorises, is_model
from symgrad.reading.names.equations import DERIVATIVES, unused
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined
from symgrad.reading.names.upstream_costs import (
    UNNAMED,
    goes_forward,
    gradient_head,
    is_unused,
    named_cost,
    note_derivatives,
)
from symgrad.reading.read_document import Outcome, ReadDocument, ReadStep
from symgrad.reading.tokens.cuts import depths, statement
from symgrad.reading.tokens.ellipsis import expand_ellipses
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tokens.relations import IMPLIES, Relation
from symgrad.reading.tree.name_parser import DENSITIES
from symgrad.reading.tree.parser import Parser
from symgrad.reading.tree.scripts import cover, is_name, letter_key, letters_in, subscripted
from symgrad.reading.tree.syntax import BigOp, Call, Derivative, NumberNode, Sym, SyntaxNode, TotalDifferential
from symgrad.reading.tree.used_names import (
    note_array_functions,
    note_sizes,
    outside_letters,
    subnodes,
    summed_letters,
    times_written,
)
from symgrad.reading.tree.words import joined_words
from symgrad.text.diagnostic import Diagnostic, NotationError
from symgrad.text.source import Span

"""With one of these a relation may have a derivative."""

# --- the stages of a side -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a chain."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Parsed(Side):
    """A side as a syntax tree."""

    node: SyntaxNode


@dataclass(frozen=True, slots=True)
class RawValue(Parsed):
    """A side as a value without its implied sums, while it is not known which letters are free."""

    raw: ReadValue


@dataclass(frozen=True, slots=True)
class Summed(RawValue):
    """A side as a value with its implied sums."""

    value: ReadValue


@dataclass(frozen=True, slots=True)
class Unreadable(Side):
    """A side that is not understood."""

    problem: Diagnostic


@dataclass(frozen=True, slots=True)
class Misshapen(Side):
    """A side in which two shapes differ: its steps are refuted, they are not unreadable."""

    shapes: tuple[tuple[str, ...], tuple[str, ...]]
    misfit: Diagnostic | None
    """Which operands do not fit, if they stand in the side itself."""


def raw_value(el: Reading, side: Side, node: SyntaxNode | None = None) -> Side:
    """The value of a parsed side, without its implied sums; that of ``node``, if the side is read as that."""
    if not isinstance(side, Parsed):
        return side
    try:
        return RawValue(side.span, side.text, side.node, el.value(node or side.node))
    except NotationError as e:
        return Unreadable(side.span, side.text, e.diagnostic)
    except ShapeMismatch as e:
        inside = side.span.start <= e.span.start and e.span.end <= side.span.end
        return Misshapen(side.span, side.text, e.shapes, misfit(e) if inside else None)
    except RecursionError:
        return Unreadable(side.span, side.text, _too_deep(side.span, "split the expression"))


def free_letters(el: Reading, sides: Sequence[Side], first: Sequence[Token] = ()) -> frozenset[Index]:
    """The letters of the first side outside of its sums; those of the second side, if the first is a number.

    Where the first side, ``first``, can't be read: all but those that every side repeats, and it does not have.
    """
    opened = frozenset(el.letters.open.values())
    read = [s for s in sides if isinstance(s, RawValue)]
    if not isinstance(sides[0], RawValue):
        written = letters_in(first)
        holders = {i: [s.raw.body for s in read if i in free_indices(s.raw.body)] for i in opened}
        return frozenset(i for i in opened if i.letter in written or not all(repeats(b, i) for b in holders[i]))
    lead = read[1] if len(read) > 1 and isinstance(ungrouped(read[0].raw.body), Num) else read[0]
    body = lead.raw.body
    others = [free_indices(s.raw.body) for s in read if s.raw is not lead.raw]
    free = set()
    for letter in sorted(free_indices(body) & opened, key=lambda i: i.serial):
        variable = differentiates(body, letter)
        # the entry `[x \\odot y]_i` has i twice once it is multiplied out, and is still the i-th
        repeated = times_written(el.scope, lead.node, letter.letter) > 1 and repeats(body, letter)
        if variable or not repeated or (others and all(letter in o for o in others)):
            free.add(letter)
        elif others and not any(letter in o for o in others):
            el.warn(
                "SG204",
                f"`{letter.letter}` is summed on the left, and no other side has it",
                sides[0].span,
                "use the letter on both sides if it is free",
            )
    return frozenset(free)


def summed(el: Reading, side: Side, free: frozenset[Index]) -> Side:
    """A side with its implied sums, once it is known which letters are free."""
    if not isinstance(side, RawValue):
        return side
    try:
        value = insert_implied_sums(el, side.raw, free, side.span)
        if value.axes:
            check_ones(el.scope, side.node)
    except NotationError as e:
        return Unreadable(side.span, side.text, e.diagnostic)
    return Summed(side.span, side.text, side.node, side.raw, value)


def omitted_sums(el: Reading, side: Side, free: frozenset[Index]) -> set[str]:
    """The letters that a side sums without a sign, although the document writes its sums, those over them among them.

    A chain rule written out is excepted, ``\\frac{\\partial L}{\\partial z_j} \\frac{\\partial z_j}{\\partial x}``.
    """
    if not isinstance(side, RawValue) or el.scope.leaves_out:
        return set()
    body = side.raw.body
    by = [n.target for n in walk(body) if isinstance(n, Deriv)]
    implied = free_indices(body) - free - frozenset(side.raw.axes)
    own = [d for d in implied if d.kind != "fixed" and d in el.letters.open.values() and d.letter in el.scope.summed]
    ones = {x for n in subnodes(side.node) if isinstance(n, Sym) and n.key == "\\mathbf{1}" for x in letters_in(n.sub)}
    return {d.letter for d in own if not any(d in free_indices(t) for t in by)} - ones


CASE = re.compile(r"\b(?:if|when|whenever|case)\b")


def last_readable(sides: Sequence[Side], relations: Sequence[Relation], k: int) -> int:
    """The number of the side that relation ``k`` goes on from: of those equal to its left one, the last readable."""
    at = k
    while at and _is_passed(sides[at]) and relations[at - 1].equality and not relations[at - 1].condition:
        at -= 1
    return k if isinstance(sides[at], Unreadable) else at


def _is_passed(side: Side) -> bool:
    """True for a side that can't be read, unless the equation before it may hold only under a condition."""
    return isinstance(side, Unreadable) and side.problem.code != "SG111"


def _too_deep(span: Span, remedy: str) -> Diagnostic:
    return Diagnostic("SG002", "nested too deeply to be read", span, remedy)


# --- two sides compared -------------------------------------------------------------------------


def outcome(
    el: Reading,
    left: Side,
    right: Side,
    free: frozenset[Index],
    assumptions: tuple[Assumption, ...],
    warnings: tuple[Diagnostic, ...],
) -> Outcome:
    """How one relation of a chain reads."""
    for side in (left, right):
        if isinstance(side, Unreadable):
            return Outcome(problem=side.problem, warnings=warnings)
    for side in (left, right):
        if isinstance(side, Misshapen):
            return Outcome(shapes=side.shapes, misfit=side.misfit, warnings=warnings)
    assert isinstance(left, Summed)
    assert isinstance(right, Summed)
    a, b = left.value, right.value
    problem = _without_range(el, free, free_indices(a.body) | free_indices(b.body), left.span)
    if problem is not None:
        return Outcome(problem=problem)
    pairs = list(align(a, b))
    if not pairs:
        return Outcome(shapes=(a.shape, b.shape), warnings=warnings)
    facts = assumptions + _memberships(el, free)
    if pairs[0].kind == "transposed":
        warnings = (*warnings, transposed_layout(right.span))
    others = partial(_other_pairs, el, left, right, pairs, free)
    return Outcome(
        claim=make_claim(pairs[0], facts),
        warnings=warnings,
        alternatives=lambda: ((kind, make_claim(pair, facts)) for kind, pair in others()),
    )


def _other_pairs(
    el: Reading, left: Summed, right: Summed, pairs: Sequence[Pair], free: frozenset[Index]
) -> Iterator[tuple[str, Pair]]:
    """Other readings of a relation: in the other layout, with other sums, or with a sum at another position."""
    for pair in pairs[1:]:
        yield pair.kind, pair
    for pair in _as_dummies(el, left, right, free):
        yield "placement", pair
    for value in other_placements(el, left.raw, left.value.body, free, left.span):
        for pair in islice(align(value, right.value), 1):
            yield "placement", pair
    for value in other_placements(el, right.raw, right.value.body, free, right.span):
        for pair in islice(align(value, left.value), 1):
            yield "placement", pair.swapped()


def _as_dummies(el: Reading, left: Summed, right: Summed, free: frozenset[Index]) -> Iterator[Pair]:
    """``\\partial v_i / \\partial x_i`` read as the sum over ``i``, where the other side has no ``i``."""
    held = free_indices(left.raw.body) - free_indices(right.raw.body)
    doubtful = frozenset(i for i in held & free if repeats(left.raw.body, i))
    if doubtful:
        sides = [insert_implied_sums(el, s.raw, free - doubtful, s.span) for s in (left, right)]
        yield from islice(align(*sides), 1)


def _without_range(el: Reading, free: frozenset[Index], used: frozenset[Index], where: Span) -> Diagnostic | None:
    """The error for a free letter whose range is not known."""
    for letter in sorted(free, key=lambda i: i.serial):
        el.letters.take_shifted(letter)
        if letter.range is None and letter in used:
            at = el.letters.first_place.get(letter, where)
            return Diagnostic("SG108", f"nothing says over what `{letter.letter}` runs", at, "declare its range")
    return None


def _memberships(el: Reading, free: frozenset[Index]) -> tuple[Assumption, ...]:
    """For free letters declared over a subset: the assumption that they lie in it."""
    return tuple(
        Assumption("condition", f"{letter.letter} \\in {subset.name}", cond=Cond("in", closed(letter), subset))
        for letter, subset in el.letters.subset_of.items()
        if letter in free
    )


# --- a chain ------------------------------------------------------------------------------------


@dataclass(slots=True)
class ChainReader:
    """Reads one chain into a document. ``defined``: the numbers of the relations that define."""

    out: ReadDocument
    relations: Sequence[Relation]
    definitions: Definitions
    group: int
    cases: tuple[tuple[Token, ...], ...] = ()
    """Conditions that the sentence before the display states for it alone."""
    purpose: Purpose = "claim"
    premises: tuple[tuple[tuple[Token, ...], tuple[Token, ...]], ...] = ()
    """Equations that the display may follow from, ``setting E = 0 gives``."""
    solvable: bool = True
    """False if the prose says that a derivative is 0 as a fact, not as an equation to solve."""
    led: bool = False
    """True if ``\\Rightarrow`` follows: what stands in front of it may be a condition."""
    remarks: tuple[tuple[Token, ...], ...] = ()
    """The cases in sentences that end before the display."""
    head: tuple[Token, ...] = ()
    """The first side, which stands in an earlier display if this one begins with ``=``."""
    sides: list[Side] = field(default_factory=list)
    problems: dict[int, Diagnostic] = field(default_factory=dict)
    """Problems of sides that they have in the chain, not by themselves."""
    supposed: Diagnostic | None = None
    """For a refuted step: what the sentence before it supposes, and what is used as a premise alone."""
    ranges: list[tuple[str, Range]] = field(default_factory=list)
    defined: set[int] = field(default_factory=set)
    defining: str = ""
    """The name that the first two sides define."""
    unfinished: list[Defined] = field(default_factory=list)
    """Definitions by names that nothing gives a meaning to, so far."""
    redefinition: str = ""
    outdated: NameKey | None = None
    """The name on the left, if its definition may be an older one."""
    version: int = 0
    """That of the names when the chain was read."""

    def read(self) -> None:
        self.version = self.out.scope.version
        first = self.relations[0]
        if first.sign != "=:" and not self.learn_gradient(first.left):
            learn_run(self.out.scope, first.left)
        for side in (first.left, *(r.right for r in self.relations)):
            learn_differentiated(self.out.scope, side)
        missing = first.unread is not None and not first.left
        self.sides = [self.right(first) if missing else self.side(first.left, first.sign_span, head=True)]
        self.sides += map(self.right, self.relations)
        nodes = [s.node for s in self.sides if isinstance(s, Parsed)]
        self.out.chains.append(tuple(nodes))
        sums = [n for side in nodes for n in subnodes(side) if isinstance(n, BigOp)]
        self.out.scope.summed |= {x for total in sums for x in summed_letters(total)}
        note_sizes(self.out.scope, nodes)
        note_array_functions(self.out.scope, nodes)
        note_derivatives(self.out.scope, nodes)
        for relation in self.relations:
            self.take_ranges(relation)
        for k, relation in enumerate(self.relations):
            if relation.equality:
                self.define(k, relation)
        for entry in self.unfinished:
            self.validate(entry, last=True)
        if any(r.equality and k not in self.defined for k, r in enumerate(self.relations)):
            self.claims()
            self.define_anew()
        for r in self.relations:
            if not r.equality:
                self.note("SG401", f"`{r.sign_span.text}` is no equality: not checked", r.sign_span)

    def learn_gradient(self, left: tuple[Token, ...]) -> bool:
        """True for a left side ``dV`` that is the gradient by ``V``: from here on, ``d`` before a name is read so.

        With a size ``d``, ``d\\mu`` of a number is a product.
        """
        scope = self.out.scope
        key = gradient_head(scope, left)
        if key is None or scope.costs is not None:
            return key is not None and scope.gradients is not None
        entry = scope.values[key]
        if "d" in scope.sizes and scope.gradients is None:
            try:
                found = entry.ranges if isinstance(entry, Tensor) else define(self.elaborator(), entry).params
            except NotationError:
                return False
            if not found:
                return False
        scope.gradients = scope.gradients or UNNAMED
        scope.given.add(key)
        return True

    def note(self, code: str, message: str, span: Span) -> None:
        self.out.not_checked.append(Diagnostic(code, message, span, "", "note"))

    def right(self, relation: Relation) -> Side:
        """The right side of a relation."""
        if relation.unread is not None:
            span, problem = relation.unread
            return Unreadable(span, span.text.strip(), problem)
        return self.side(tuple(relation.right), relation.sign_span, head=relation.sign == "=:")

    def side(self, tokens: tuple[Token, ...], where: Span, head: bool = False) -> Side:
        """Parse one side. ``head``: it may be a name to be defined."""
        if not tokens:
            missing = Diagnostic("SG104", "a side of this relation is missing", where, "write what stands here")
            return Unreadable(where, "", missing)
        span = cover(tokens)
        try:
            parser = Parser(expand_ellipses(tokens), self.out.scope, span, head)
            if not head:  # `\partial J / \partial x_i = i (x_i + 1)`: letters in slots of the first side are positions
                parser.bound = subscripted(self.relations[0].left)
            return Parsed(span, span.text, parser.whole())
        except NotationError as e:
            return Unreadable(span, span.text, e.diagnostic)
        except RecursionError:
            return Unreadable(span, span.text, _too_deep(span, "split the expression"))

    def tree(self, tokens: tuple[Token, ...], where: Span, head: bool = False) -> SyntaxNode | None:
        """One side as a syntax tree; None if it can't be read."""
        side = self.side(tokens, where, head)
        return side.node if isinstance(side, Parsed) else None

    def elaborator(self) -> Elaborator:
        nodes = [n for s in self.sides if isinstance(s, Parsed) for n in subnodes(s.node)]
        varied = [n.body for n in nodes if isinstance(n, TotalDifferential) and isinstance(n.body, Sym)]
        return Elaborator(self.out.scope, OpenIndices(self.out.scope), self.definitions, varied=tuple(varied))

    def take_ranges(self, relation: Relation) -> None:
        """Take the ranges out of the remarks behind a relation; ``i = 1, \\dots, C`` is not a condition."""
        kept = []
        for tokens in relation.conditions:
            found = read_restrictions(self.out.scope, tokens)
            self.ranges += found
            if not found and not says_nothing(tokens):
                kept.append(tokens)
        relation.conditions = kept

    # --- definitions ----------------------------------------------------------------------------

    def define(self, k: int, relation: Relation) -> None:
        """Enter the definition that a relation makes, if any."""
        at = k if relation.sign == "=:" else k + 1
        before = last_readable(self.sides, self.relations, k)
        name, value = self.sides[before if at > k else k + 1], self.sides[at]
        leads = at == k or before == 0
        if isinstance(value, Unreadable) and leads and self.leave_unread(name, value):
            self.defined.add(k)
        if isinstance(name, Unreadable) and leads:
            self.forget_function(relation.left, name.problem)
        if not isinstance(name, Parsed) or not isinstance(value, Parsed):
            return
        if k == 0 and relation.sign != "=:" and self.unroll(relation):
            return
        cost = named_cost(name.node, value.node)
        if cost is not None:
            self.out.scope.gradients = cost
            self.defined.add(k)
            return
        definer = Definer(self.out.scope)
        if relation.sign == "=" and _is_named_derivative(self.sides[0]) and self.names_derivative(name, value):
            self.defined.add(k)
            return
        if relation.sign == "=" and k and relation.continues and self.abbreviates(definer, name, value):
            self.defined.add(k)
            return
        if relation.sign == "=" and self.defines_by_factors(definer, k, value):
            self.defined.update(range(k + 1))
            return
        plain, known = relation.sign == "=", definer.is_declared(name.node)
        if plain and known and not leads:
            return  # inside a chain, a declared name is used
        if plain and self.purpose == "consequence" and (known or self.is_unknown(name.node)) and self.premises:
            return  # `x = a` solves what is set to 0, and holds there alone
        if plain and self.models(k, name, value):
            return
        again = definer.undefined(name.node) in self.out.scope.unread
        if plain and leads:
            self.separate_total(definer, name.node, value.node)
        try:
            made = definer.define(name.node, value.node, name.span.to(value.span), plain)
        except NotationError as e:
            self.problems[at] = e.diagnostic
            return
        if made is not None and self.validate(made, not again):
            self.defined.add(k)
            if k == 0 and at == 1:
                self.defining = str(made.key)
                self.out.scope.other_sides[made.key] = tuple(s.node for s in self.sides[2:] if isinstance(s, Parsed))
            if known and not plain:
                users = ", ".join(f"`{key}`" for key in definer.users(made))
                follow = f", and what uses it follows from here on: {users}" if users else ""
                self.note("SG207", f"`{name.span.text}` is defined anew{follow}", name.span)
            self.out.definitions += 1
            self.unread_conditions(relation, made)
        elif plain and leads:
            self.redefinition, self.outdated = definer.redefines(name.node), definer.outdated(name.node)

    def models(self, k: int, name: Parsed, value: Parsed) -> bool:
        """True for ``y = X \\beta + \\epsilon``, which says how data come about and defines nothing."""
        whole = name.span.to(value.span)
        if is_model(self.out.scope.doubted, name.node, value.node):
            doubt = doubted_model(name.span.text, whole)
            if self.leave_unread(name, Unreadable(value.span, value.text, doubt)):
                self.defined.add(k)
            return True
        if is_model(self.out.scope.noise, name.node, value.node):
            self.note("SG404", "a model with noise, no definition: not checked", whole)
            self.defined.add(k)
            return True
        return False

    def separate_total(self, definer: Definer, name: SyntaxNode, body: SyntaxNode) -> None:
        """Make a name of its own of a number ``J`` that is defined before its family ``J_i = \\dots`` is."""
        key = definer.family_of(name, body)
        entry = self.out.scope.values[key] if key is not None else None
        if key is None or not isinstance(entry, Defined):
            return
        with suppress(NotationError):
            if not define(self.elaborator(), entry).params:
                self.out.scope.separate_total(key, entry)

    def define_anew(self) -> None:
        """Enter the other meaning of a claim ``U = \\dots`` below a heading, where ``U`` is defined above it.

        Where the claim holds, both are the same. What is built on the older definition keeps it.
        """
        scope, key = self.out.scope, self.outdated
        name, value = self.sides[:2]
        if key is None or self.purpose != "claim" or not isinstance(name, Parsed) or not isinstance(value, Parsed):
            return
        old, step = scope.values.get(key), self.first_step()
        if step is None or not isinstance(old, Defined) or not Definer(scope).may_be_anew(name.node, key, value.node):
            return
        if not any(differences(old.body, value.node)):
            return  # `recall that $z_i = w^\\top x_i + b$`
        for entry in (*scope.values.values(), *scope.calls.values()):
            if isinstance(entry, Defined):
                with suppress(NotationError):
                    define(self.elaborator(), entry)
        self.definitions.keep(old)
        scope.outdate(key, old)
        made = Definer(scope).define(name.node, value.node, name.span.to(value.span), True)
        step.anew = made is not None and self.validate(made)

    def first_step(self) -> ReadStep | None:
        """The step of the first relation, if both its sides are read."""
        steps = [s for s in self.out.steps if s.group == self.group and s.left == self.sides[0].text]
        return steps[-1] if steps and steps[-1].outcome.problem is None else None

    def names_derivative(self, left: Side, right: Side) -> bool:
        """Enter the name that nothing used before of ``\\frac{\\partial L}{\\partial y} = \\delta``."""
        scope = self.out.scope
        if not isinstance(left, Parsed) or not isinstance(right, Parsed) or not isinstance(right.node, Sym):
            return False
        name = right.node
        key = scope.value_key(name)[0]
        if name.sup or (key is not None and not scope.is_provisional(key)) or not is_unused(scope, name):
            return False
        if any(isinstance(n, Sym) and n.key == name.key for n in subnodes(left.node)):
            return False  # `\\frac{d}{dx} x^2 = x` is a claim
        if scope.costs is None:
            scope.endings.add(name.key)
        if scope.costs is None or name.key not in scope.endings:
            return False
        made = Definer(scope).define(name, left.node, left.span.to(right.span), True)
        if made is None or not self.validate(made):
            return False
        self.out.definitions += 1
        return True

    def defines_by_factors(self, definer: Definer, k: int, value: Parsed) -> bool:
        """Enter ``p`` of ``p(y \\mid X) = \\prod_i p(y_i \\mid x_i) = \\prod_i f(x_i, y_i)`` by the last side.

        What stands between, in a display before too, says that the function of all samples is made of those of each.
        """
        began = bool(self.head) and self.head != self.relations[0].left
        head = self.side(self.head, self.relations[0].sign_span, head=True) if began else self.sides[0]
        between = self.sides[0 if began else 1 : k + 1]
        own = applied(head.node) if isinstance(head, Parsed) else None
        if not isinstance(head, Parsed) or own is None or definer.undefined(own) is None:
            return False
        if not between:  # of the function of all samples by that of each: nothing is said of either
            self.out.definitions += factorises(head.node, value.node)
            return factorises(head.node, value.node)
        used = any(isinstance(n, Call) and n.function.key == own.function.key for n in subnodes(value.node))
        if used or not all(isinstance(s, Parsed) and factorises(head.node, s.node) for s in between):
            return False
        if own.function.key in DENSITIES and any(isinstance(a, Sym) and a.style == "bold" for a in own.args):
            return False  # `p(\\mathbf{y})` and `p(y_i)` are two densities of one letter
        made = definer.define(head.node, value.node, head.span.to(value.span), True)
        if made is None or not self.validate(made):
            return False
        self.out.definitions += 1
        return True

    def abbreviates(self, definer: Definer, left: Parsed, right: Parsed) -> bool:
        """Enter the new name that the right side has for a part of the left one."""
        found = abbreviation(self.out.scope, left.node, right.node)
        made = found and definer.define(found[0], found[1], found[0].span.to(found[1].span), True)
        if not made or not self.validate(made):
            return False
        self.out.definitions += 1
        return True

    def is_unknown(self, name: SyntaxNode) -> bool:
        """True for a name in an equation that the display follows from."""
        letter = name.key if isinstance(name, Sym) else ""
        return any(letter == key for sides in self.premises for side in sides for key in letters_in(side))

    def leave_unread(self, name: Side, value: Unreadable) -> bool:
        """Enter the name that an unreadable right side defines; False if it defines none."""
        if not isinstance(name, Parsed):
            return False
        definer = Definer(self.out.scope)
        key, old = definer.undefined(name.node), definer.outdated(name.node)
        if key is None and old is not None:
            self.out.scope.forget(old, value.problem)
        if key is None or key in self.out.scope.unread:
            return False
        self.out.scope.leave_unread(key, value.problem, value.text)
        self.out.diagnostics.append(value.problem)
        return True

    def forget_function(self, left: Sequence[Token], problem: Diagnostic) -> None:
        """End the definition of a function that an equation may define anew, with arguments that can't be read."""
        if len(left) > 2 and is_name(left[0]) and left[1].text == "(" and depths(left).count(0) == 3:
            key = NameKey(letter_key(left[0]))
            if self.out.scope.calls.named(key):
                self.out.scope.forget(key, problem)

    def unroll(self, relation: Relation) -> bool:
        """Enter the recursion that a relation completes; False if it completes none."""
        scope = self.out.scope
        declared = {x: r.range if isinstance(r, Subset) else r for x, r in scope.letters.items()} | dict(self.ranges)
        # the `t` of `tanh` is no position
        written = equation(joined_words(relation.left, scope), joined_words(relation.right, scope), declared)
        if written is None or (relation.sign == "=" and written.key in scope.recursive):
            return False
        found = recursion(written, list(scope.equations.values()))
        scope.equations[written.key] = written
        if found is None:
            return False
        self.defined.add(0)
        over = found.over(declared)
        is_written = over is None and any(e.letter.text in dict(self.ranges) for e in found.equations)
        if is_written or not Unrolling(self, found, relation.sign_span).enter(over):
            return self.leave_recursion(relation)
        lines = [cover((*e.name, *e.right)) for e in found.equations]
        self.out.diagnostics = [d for d in self.out.diagnostics if not any(_inside(d.span, line) for line in lines)]
        self.out.definitions += 1
        return True

    def leave_recursion(self, relation: Relation) -> bool:
        """Leave the name of a recursion unread, which a later equation may complete."""
        name, value = self.sides[0], self.sides[1]
        key = Definer(self.out.scope).undefined(name.node) if isinstance(name, Parsed) else None
        remedy = "write the recursion out, or name the inner quantity otherwise"
        problem = Diagnostic("SG110", f"`{name.text}` is defined through itself", name.span.to(value.span), remedy)
        if isinstance(value, Unreadable):
            problem = value.problem
        self.out.diagnostics.append(problem)
        if key is not None:
            self.out.scope.leave_unread(key, problem)
        return True

    def validate(self, entry: Defined, first: bool = True, last: bool = False) -> bool:
        """Leave the name of a definition that can't be read unread. The ``first`` such definition is reported; a later
        one is no definition.

        A name that is not declared may be defined further on in the chain, so such a definition is looked at again at
        the ``last``. A function of arrays can be read only at its arguments.
        """
        el = self.elaborator()
        if entry.arguments is not None and not all(index_arguments(el, entry)):
            return True
        try:
            define(el, entry)
        except NotationError as e:
            if self.reads_with_numbers(entry):
                return True
            itself = any(isinstance(n, Sym) and n.key == entry.key.letter for n in subnodes(entry.body))
            leads_back = e.diagnostic.code == "SG110" and not itself
            if leads_back and self.out.scope.keep_as_solved(entry.key, e.diagnostic):
                self.note("SG404", f"an equation for `{entry.key}`, which is in use above: not checked", entry.span)
                return True
            if e.diagnostic.code == "SG105" and not last:
                self.unfinished.append(entry)
                return True
            if e.diagnostic.code == "SG105" and self.waits_for_function(entry):
                return True
            if entry.form is None:
                self.out.scope.leave_unread(entry.key, e.diagnostic, entry.body.span.text)
            if first:
                self.out.diagnostics.append(e.diagnostic)
            return first
        return True

    def waits_for_function(self, entry: Defined) -> bool:
        """True for a definition by a function that has no definition yet: it is read where it is used."""
        scope = self.out.scope
        calls = (n.function for n in subnodes(entry.body) if isinstance(n, Call))
        return not all(scope.is_function(f.key) or scope.has_arguments(f) for f in calls)

    def reads_with_numbers(self, entry: Defined) -> bool:
        """True if a definition can be read with undeclared names as numbers, though they are arrays elsewhere."""
        with self.out.scope.replaced(as_numbers(self.out.scope, [entry.body])) as changed:
            try:
                define(self.elaborator(), entry)
            except NotationError:
                return False
        return changed

    def unread_conditions(self, relation: Relation, made: Defined) -> None:
        """Report the conditions behind a definition; one that is a case, ``\\text{if } x > 0``, leaves its name unread.

        The range of a letter is no condition.
        """
        remedy = "define it by `cases`, or claim it after the definition"
        for tokens in relation.conditions:
            if not any(t.text == "\\in" for t in tokens):
                problem = Diagnostic("SG111", "a condition on a definition is not read", cover(tokens), remedy)
                self.out.diagnostics.append(problem)
                behind = Span(cover(tokens).source, cover(relation.right).end, cover(tokens).end).text
                own = {*made.patterns, *(made.arguments or ())}
                if CASE.search(behind) or any(letter_key(t) in own for t in tokens if is_name(t)):
                    self.out.scope.forget(made.key, problem)

    def at_positions(self, el: Elaborator) -> list[SyntaxNode | None]:
        """The sides, at each position of a free letter of a recursion that they use; None where they use none."""
        nodes = [s.node if isinstance(s, Parsed) else None for s in self.sides]
        read = [node for node in nodes if node is not None]
        for letter in sorted(el.outside - self.out.scope.indices.keys()):
            over = unrolled_over(self.out.scope, read, letter)
            if over is not None:
                el.letters.open.setdefault(letter, OpenIndex(letter, over, "free"))
                places = readable_positions(self.out.scope, read, letter, over)
                return [node and chosen(node, letter, places) for node in nodes]
        return [None] * len(nodes)

    # --- claims ---------------------------------------------------------------------------------

    def claims(self) -> None:
        """Make a step of every equality that does not define. All sides share one set of letters."""
        el = self.elaborator()
        named = {key: over for key, over in self.ranges if key not in el.scope.indices}
        el.letters.open.update((key, OpenIndex(key, over, "free")) for key, over in named.items())
        el.outside = outside_letters([s.node for s in self.sides if isinstance(s, Parsed)])
        self.note_means(el)
        sides = list(map(partial(raw_value, el), self.sides, self.at_positions(el)))
        self.problems = {k: p for k, p in self.problems.items() if not isinstance(sides[k], Unreadable)}
        lefts = [last_readable(sides, self.relations, k) for k in range(len(self.relations))]
        restrictions = [self.restrictions(el, k, relation) for k, relation in enumerate(self.relations)]
        case = self.case(el)
        premises = tuple(self.premise_claims())
        el.letters.resolve_ties()
        head, free = self.free(el, sides)
        for k, problem in self.problems.items():
            sides[k] = Unreadable(sides[k].span, sides[k].text, problem)
        omitted = [omitted_sums(el, side, free) for side in sides]
        sides = [summed(el, side, free) for side in sides]
        facts = read_assumptions(self.elaborator())
        self.out.diagnostics.extend(d for d in facts.diagnostics if d not in self.out.diagnostics)
        if self.outdated is not None and isinstance(sides[1], Unreadable):
            self.out.scope.forget(self.outdated, sides[1].problem)
            sides[0] = Unreadable(sides[0].span, sides[0].text, sides[1].problem)
        for k, relation in enumerate(self.relations):
            if k in self.defined or not relation.equality:
                continue
            left, right = sides[lefts[k]], sides[k + 1]
            linked = relation.continues and (k == 0 or self.relations[k - 1].equality)  # not so behind `\\implies`
            span = (relation.sign_span if linked else left.span).to(right.span)
            warnings = tuple(w for w in el.warnings if _touches(w, left) or _touches(w, right))
            link = k == 0 and len(self.relations) > 1 and _is_derivative(left) and not _is_zero(right)
            if self.is_to_solve(k, sides, link):
                self.note("SG404", "an equation to solve, no identity: not checked", span)
                continue
            said = (*case, *restrictions[k])
            supposed = [s if isinstance(s, Assumption) else _supposed(el, s[0], condition(s[1]), free) for s in said]
            found = outcome(el, left, right, free, (*facts.assumptions, *supposed), warnings)
            unsaid = self.says_nothing_of_costs(found, sides[lefts[k]], sides[k + 1], span)
            if unsaid is not None:
                found = Outcome(problem=unsaid)
            elif found.shapes is not None:
                found = self.ask_for_rows(left, right, span, self.read_entrywise(left, right, span, found))
            elif any(w.code == "SG202" for w in el.warnings):
                found = self.or_entrywise(left, right, span, found)
            found = self.or_other_derivatives(left, right, found, (*facts.assumptions, *supposed))
            found = self.or_other_meanings(left, right, found, supposed)
            step = ReadStep(span, left.text, right.text, found, self.group, self.redefinition if k == 0 else "")
            step.whole = reduce(Span.to, (cover(tokens) for tokens in relation.conditions), left.span.to(span))
            step.partial = _is_derivative(left, "\\partial")
            step.to_solve = self.solvable and not supposed and _is_zero(right) and self.sets_to_zero(head, sides[0])
            if self.led and k + 2 == len(self.relations):
                step.to_solve = step.to_solve or _is_zero(right) or self.is_input(left)
            step.to_solve = step.to_solve or (bool(self.premises) and not premises)  # what is set could not be read
            step.premises = premises
            step.inferred = self.inferred_shapes() if found.shapes is not None else ()
            step.unclear, step.unused = facts.unclear, self.supposed or self.unused(found)
            step.defining, step.omitted = self.defining, tuple(sorted(omitted[lefts[k]] | omitted[k + 1]))
            self.out.steps.append(step)

    def unused(self, found: Outcome) -> Diagnostic | None:
        """What the text assumes of the step's arrays that is of a form that is not used."""
        scope = self.out.scope
        if found.claim is None or not scope.unused:
            return None
        tensors = [t for side in (found.claim.left, found.claim.right) for t in reach(side).tensors]
        mentioned, sizes = {t.name for t in tensors}, {s for t in tensors for r in t.ranges for s in r.size.sizes()}
        for letters, problem in reversed(scope.unused):
            entries = [entry for key, entry in scope.values.items() if key.letter in letters]
            arrays = {entry.name for entry in entries if isinstance(entry, Tensor)}
            if (arrays and arrays <= mentioned) or letters <= sizes:  # `with $n = 2$`
                return problem
        return None

    def free(self, el: Reading, sides: Sequence[Side]) -> tuple[Side | None, frozenset[Index]]:
        """The first side, if it stands in an earlier display, and the free letters."""
        first = self.relations[0]
        if not self.head or self.head == first.left:
            return None, free_letters(el, sides, first.left)
        head = self.side(self.head, first.sign_span, head=True)
        return head, free_letters(el, [raw_value(el, head), *sides], self.head)

    def is_to_solve(self, k: int, sides: Sequence[Side], link: bool) -> bool:
        """True for an equation that the text sets, and for ``∂J/∂w = 0`` before an arrow. ``link``: it says what a
        derivative is, which is set to 0 further on."""
        before_arrow = k + 1 < len(self.relations) and self.relations[k + 1].sign in IMPLIES
        if before_arrow and _is_zero(sides[k + 1]) and any(map(_is_derivative, sides[: k + 1])):
            return True
        return (self.purpose == "condition" and not link) or self.relations[k].condition  # `∂J/∂w = … = 0` says it

    def sets_to_zero(self, head: Side | None, first: Side) -> bool:
        """True for a chain that begins with a gradient, or with what can't be read and may be one."""
        written = head or self.sides[0]
        if head is not None or isinstance(first, Unreadable):
            return isinstance(written, Unreadable) or _is_derivative(written)
        return _is_gradient(first)

    def is_input(self, side: Side) -> bool:
        """True for a declared name without a definition, which an equation may restrict: ``a = b \\Rightarrow``."""
        if not isinstance(side, Parsed) or not isinstance(side.node, Sym) or side.node.sup:
            return False
        key = self.out.scope.value_key(side.node)[0]
        return key is not None and isinstance(self.out.scope.values[key], Tensor)

    def note_means(self, el: Elaborator) -> None:
        """Count the means over samples of a chain that begins with ``dW``."""
        nodes = [s.node if isinstance(s, Parsed) else None for s in self.sides]
        for node in nodes[1:]:
            if nodes[0] is not None and node is not None:
                note_means(el, nodes[0], node)

    def says_nothing_of_costs(self, found: Outcome, left: Side, right: Side, span: Span) -> Diagnostic | None:
        """Why a relation of gradients can't be ruled on: it is of small changes, or of a cost that nothing defines."""
        scope = self.out.scope
        if isinstance(left, Parsed) and isinstance(right, Parsed) and goes_forward(scope, left.node, right.node):
            message = "this is a relation of differentials, which are not read; here `d` stands for gradients"
            return Diagnostic("SG132", message, span, "write the derivatives")
        if found.claim is None:
            return None
        implied = {*scope.implied.values()}
        sides = [implied & {*reach(side).functions} for side in (found.claim.left, found.claim.right)]
        for function in sorted(sides[0] ^ sides[1], key=lambda f: f.name):
            message = f"nothing says how `{function.name}` depends on what it is differentiated by"
            return Diagnostic("SG131", message, span, f"define it, `{function.name} = …`")
        unused = _unused_target(found.claim) if sides[0] else None
        if unused is not None:
            return Diagnostic("SG131", f"nothing is built on `{unused}`", span, "define what depends on it")
        return None

    def inferred_shapes(self) -> tuple[Tensor, ...]:
        """The arrays of this chain whose shapes are inferred."""
        nodes = [s.node for s in self.sides if isinstance(s, Parsed)]
        return tuple(inferred_arrays(self.out.scope, nodes).values())

    def restrictions(self, el: Reading, k: int, relation: Relation) -> list[tuple[str, Cond] | Assumption]:
        """The conditions behind a relation, as they are written and as they read; equations are assumptions."""
        out: list[tuple[str, Cond] | Assumption] = []
        for tokens in relation.conditions:
            span = cover(tokens)
            try:
                out += [(span.text, c) for c in read_conditions(el, tokens, span)]
            except NotationError as e:
                written = {t.text for t in (*relation.left, *relation.right)}
                ground = read_ground(el, tokens, span, not written.isdisjoint(DERIVATIVES))
                if ground is not None:
                    out.append(ground)
                    continue
                problem = e.diagnostic
                self.problems[k + 1] = replace(problem, code="SG111") if problem.code == "SG101" else problem
            except ShapeMismatch as e:
                self.problems[k + 1] = Diagnostic("SG113", str(e), e.span, "check the shapes")
        return out

    def read_entrywise(self, left: Side, right: Side, span: Span, plain: Outcome, which: Entrywise = "all") -> Outcome:
        """The claim with columns multiplied entry by entry, where their inner product does not fit."""
        found = self.read_again(replace(self.elaborator(), entrywise=which), left, right)
        warned = (*(w for w in plain.warnings if w.code != "SG202"), multiplied_entrywise(span))
        return plain if found is None else replace(found, warnings=warned)

    def ask_for_rows(self, left: Side, right: Side, span: Span, plain: Outcome) -> Outcome:
        """A step whose shapes fit only if ``X_{i:}`` is a row is not refuted by its shapes."""
        if plain.shapes is None or self.read_again(replace(self.elaborator(), rows=True), left, right) is None:
            return plain
        message = "the shapes fit only if a slice such as `X_{i,:}` is a row; it is a column here"
        remedy = "transpose it, `X_{i,:}^\\top`, or write the entries"
        return Outcome(problem=Diagnostic("SG113", message, span, remedy))

    def read_again(self, el: Elaborator, left: Side, right: Side) -> Outcome | None:
        """The claim of two sides in another reading; None if there is none."""
        nodes = {s.span: s.node for s in self.sides if isinstance(s, Parsed)}
        if left.span not in nodes or right.span not in nodes:
            return None
        found = self.compared(el, [Parsed(s.span, s.text, nodes[s.span]) for s in (left, right)])
        return found if found.claim is not None else None

    def or_entrywise(self, left: Side, right: Side, span: Span, plain: Outcome) -> Outcome:
        """The outcome with one more reading: rows of three columns and more, multiplied entry by entry.

        The product of two is their inner product, which fits: ``x (y \\cdot z)`` is no ``(x \\cdot y) z``.
        """

        def alternatives() -> Iterator[tuple[str, Claim]]:
            yield from plain.alternatives()
            other = self.read_entrywise(left, right, span, plain, "rows of factors")
            if other is not plain and other.claim is not None:
                yield "entrywise", other.claim

        return replace(plain, alternatives=alternatives)

    def or_other_derivatives(self, left: Side, right: Side, plain: Outcome, facts: tuple[Assumption, ...]) -> Outcome:
        """The outcome with other meanings of derivatives: of the bracket alone, and of the total of a family."""
        sides = [Parsed(s.span, s.text, s.node) for s in (left, right) if isinstance(s, Parsed)]
        if len(sides) < 2 or plain.problem is not None:
            return plain
        made = [n for s in sides for n in subnodes(s.node) if isinstance(n, Derivative)]
        narrow = any(map(bracket_alone, made))
        totals = any(is_family(self.elaborator(), n.body) for n in made)
        if not narrow and not totals:
            return plain

        def read_as(kind: str) -> Outcome:
            el = replace(self.elaborator(), narrow=narrow, totals="mean" if kind == "mean" else "total")
            return self.compared(el, sides, facts)

        kinds = (["bracket"] if narrow else []) + (["total", "mean"] if totals else [])
        lead = plain if plain.claim is not None else read_as(kinds[0])
        if lead.claim is None:
            return plain
        if lead is not plain:
            lead = replace(lead, warnings=(*plain.warnings, read_otherwise(kinds.pop(0), left.span)))

        def alternatives() -> Iterator[tuple[str, Claim]]:
            yield from lead.alternatives()
            for kind in kinds:
                found = read_as(kind)
                if found.claim is not None:
                    yield kind, found.claim

        return replace(lead, alternatives=alternatives)

    def or_other_meanings(self, left: Side, right: Side, plain: Outcome, supposed: Sequence[Assumption]) -> Outcome:
        """The outcome with other meanings of its names.

        Of those that are not declared, the ones without a subscript here may be numbers, and all may be positive. If
        the inferred shapes don't fit, they are read as numbers at once. What is defined by ``h = A = B`` may be meant
        as B.
        """
        scope = self.out.scope
        parsed = [Parsed(s.span, s.text, s.node) for s in (left, right) if isinstance(s, Parsed)]
        nodes = [s.node for s in parsed]
        if len(parsed) < 2:
            return plain

        def read_with(meanings: Mapping[NameKey, Tensor | Defined]) -> Outcome:
            with scope.replaced(meanings):
                facts = read_assumptions(self.elaborator()).assumptions
                return self.compared(self.elaborator(), parsed, (*facts, *supposed))

        numbers = as_numbers(scope, nodes) if plain.claim is None else {}
        if numbers:
            found = read_with(numbers)
            if found.claim is None or found.claim.free:
                return plain
            return replace(found, warnings=(*found.warnings, *plain.warnings))

        def alternatives() -> Iterator[tuple[str, Claim]]:
            yield from plain.alternatives()
            inferred, numbers = inferred_arrays(scope, nodes), as_numbers(scope, nodes)
            positive = {key: replace(made, domain="positive") for key, made in inferred.items()}
            kinds: list[tuple[str, Mapping[NameKey, Tensor | Defined]]] = []
            kinds += stacked(scope, nodes).items()
            kinds += [
                ("other side", other_sides(scope, nodes)),
                ("number" if len(numbers) == 1 and numbers.keys() == inferred.keys() else "numbers", numbers),
            ]
            kinds.append(("positive", positive))
            for kind, meanings in kinds:
                other = read_with(meanings) if meanings else plain
                if other is plain or other.claim is None or (kind.startswith("number") and other.claim.free):
                    continue
                yield kind, other.claim

        return replace(plain, alternatives=alternatives)

    def compared(self, el: Elaborator, parsed: Sequence[Side], facts: tuple[Assumption, ...] = ()) -> Outcome:
        """Two sides by themselves, under the facts alone, with the names as they were when the chain was read."""
        with self.out.scope.replaced(self.out.scope.meanings_at(self.version)):
            sides = [raw_value(el, side) for side in parsed]
            el.letters.resolve_ties()
            free = free_letters(el, sides)
            left, right = (summed(el, side, free) for side in sides)
            return outcome(el, left, right, free, facts, ())

    def premise_claims(self) -> Iterator[Claim]:
        """The equations that the display follows from, as claims; one that can't be read is passed over."""
        for pair in self.premises:
            sides = [self.side(tokens, self.relations[0].sign_span) for tokens in pair]
            found = self.compared(self.elaborator(), sides)
            if found.claim is not None:
                yield found.claim

    def case(self, el: Reading) -> list[tuple[str, Cond]]:
        """The case that the sentence before the display considers, if it is about letters of this chain."""
        written = {key for r in self.relations for key in letters_in((*r.left, *r.right))}
        out: list[tuple[str, Cond]] = []
        for tokens in self.cases:
            span = cover(tokens)
            drawn = any(t.text in el.scope.index_arrays for t in tokens)
            if not written.issuperset(letters_in(tokens)) and not drawn:
                continue
            try:
                out += [(span.text, c) for c in read_conditions(el, tokens, span)]
            except (NotationError, ShapeMismatch):
                said = statement(tokens, ("=",))
                if any(a.standing == "case" and a.tokens == tokens for a in el.scope.assumed):
                    continue
                if said.right and tokens not in self.remarks:  # `if $y = 1$`
                    self.premises = (*self.premises, (said.left, said.right))
                    self.supposed = unused(f"`{span.text}`", span)
                else:
                    self.note("SG403", f"`{span.text}` is not understood as a condition on this display", span)
        return out


def _supposed(el: Elaborator, text: str, cond: Cond, free: frozenset[Index]) -> Assumption:
    """A condition on a relation; of letters that are not free in it, ``n_k \\neq o``, it holds for all values."""
    bound = set(map(closed, el.letters.open.values())) - set(map(closed, free))
    params = sorted(free_indices(Iverson(cond)) & bound, key=lambda i: i.serial)
    return Assumption("condition", text, cond=cond, params=tuple(params))


def _unused_target(claim: Claim) -> str | None:
    """A declared name that an undefined cost is differentiated by beside others, although nothing is built on it."""
    made = [n for side in (claim.left, claim.right) for n in walk(side) if isinstance(n, Deriv)]
    by = {n.target.args[0] for n in made}
    arguments = [lam.body for n in made if isinstance(n.body, Apply) for lam in n.body.arguments]
    lone = [b.tensor for b in arguments if isinstance(b, Entry) and b.tensor in by]
    return lone[0].name if lone and len(by) > 1 else None


def _is_zero(side: Side) -> bool:
    return isinstance(side, Parsed) and isinstance(side.node, NumberNode) and side.node.value == 0


def _is_derivative(side: Side, sign: str = "") -> bool:
    """True for a side that is a derivative, written with ``sign`` if that is given."""
    return isinstance(side, Parsed) and isinstance(side.node, Derivative) and sign in ("", side.node.sign)


def _is_named_derivative(side: Side) -> bool:
    """True for a derivative of a name, ``\\partial L/\\partial y``."""
    return isinstance(side, Parsed) and isinstance(side.node, Derivative) and isinstance(side.node.body, Sym)


def _is_gradient(side: Side) -> bool:
    """True for a first derivative of a number: what an author sets to 0, as no entry of a Jacobian is."""
    if not _is_derivative(side):
        return False
    node = expression(side.value.body) if isinstance(side, Summed) else None
    if not isinstance(node, Deriv):
        return True
    return not isinstance(node.body, Deriv) and not (isinstance(node.body, (Entry, Ref)) and node.body.indices)


def _inside(span: Span | None, line: Span) -> bool:
    return span is not None and span.source is line.source and line.start <= span.start < line.end


def _touches(warning: Diagnostic, side: Side) -> bool:
    return warning.span is not None and side.span.start <= warning.span.start < side.span.end
