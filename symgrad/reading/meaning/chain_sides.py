"""The sides of a chain and the stages that they go through, until it is known which letters are free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symgrad.core.nodes import Deriv, Entry, Num, Ref, free_indices, walk
from symgrad.core.ranges import Index
from symgrad.reading.meaning.builtin_names import check_ones
from symgrad.reading.meaning.implied_sums import differentiates, insert_implied_sums, repeats
from symgrad.reading.meaning.misfits import misfit
from symgrad.reading.meaning.raw_trees import expression, ungrouped
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.values import ReadValue, ShapeMismatch
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tokens.relations import Relation
from symgrad.reading.tree.scripts import letters_in
from symgrad.reading.tree.syntax import Call, Derivative, NumberNode, Sym, SyntaxNode
from symgrad.reading.tree.used_names import subnodes, times_written
from symgrad.text.diagnostic import Diagnostic, NotationError
from symgrad.text.source import Span


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
        return Unreadable(side.span, side.text, too_deep(side.span, "split the expression"))


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


def last_readable(sides: Sequence[Side], relations: Sequence[Relation], k: int) -> int:
    """The number of the side that relation ``k`` goes on from: of those equal to its left one, the last readable."""
    at = k
    while at and _is_passed(sides[at]) and relations[at - 1].equality and not relations[at - 1].condition:
        at -= 1
    return k if isinstance(sides[at], Unreadable) else at


def _is_passed(side: Side) -> bool:
    """True for a side that can't be read, unless the equation before it may hold only under a condition."""
    return isinstance(side, Unreadable) and side.problem.code != "SG111"


def too_deep(span: Span, remedy: str) -> Diagnostic:
    return Diagnostic("SG002", "nested too deeply to be read", span, remedy)


def is_zero(side: Side) -> bool:
    return isinstance(side, Parsed) and isinstance(side.node, NumberNode) and side.node.value == 0


def is_derivative(side: Side, sign: str = "") -> bool:
    """True for a side that is a derivative, written with ``sign`` if that is given."""
    return isinstance(side, Parsed) and isinstance(side.node, Derivative) and sign in ("", side.node.sign)


def is_named_derivative(side: Side) -> bool:
    """True for a derivative of a name, ``\\partial L/\\partial y``."""
    return isinstance(side, Parsed) and isinstance(side.node, Derivative) and isinstance(side.node.body, Sym)


def is_gradient(side: Side) -> bool:
    """True for a first derivative of a number: what an author sets to 0, as no entry of a Jacobian is."""
    primed = isinstance(side, Parsed) and isinstance(side.node, Call) and side.node.function.primes == 1  # `f'(x)`
    if not is_derivative(side) and not primed:
        return False
    node = expression(side.value.body) if isinstance(side, Summed) else None
    if not isinstance(node, Deriv):
        return not primed
    return not isinstance(node.body, Deriv) and not (isinstance(node.body, (Entry, Ref)) and node.body.indices)
