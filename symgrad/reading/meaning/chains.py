"""A chain of relations as claims: free letters from its first side, implied sums, shapes aligned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from symgrad.core.claims import Assumption, Claim
from symgrad.core.nodes import Cond, Num, free_indices
from symgrad.core.ranges import Index
from symgrad.reading.meaning.alignment import Pair, align, make_claim, other_placements, transposed_layout
from symgrad.reading.meaning.implied_sums import differentiates, insert_implied_sums, repeats
from symgrad.reading.meaning.open_index import closed
from symgrad.reading.meaning.raw_trees import ungrouped
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.values import ReadValue, ShapeMismatch
from symgrad.reading.tree.syntax import SyntaxNode
from symgrad.reading.tree.used_names import times_written
from symgrad.text.diagnostic import Diagnostic, NotationError
from symgrad.text.source import Span


@dataclass(slots=True)
class Side:
    """One side of a chain: what was parsed, or why it could not be."""

    span: Span
    text: str
    node: SyntaxNode | None = None
    problem: Diagnostic | None = None
    mismatch: ShapeMismatch | None = None
    raw: ReadValue | None = None
    value: ReadValue | None = None


@dataclass(slots=True)
class Outcome:
    """How one relation reads: a claim, two shapes that differ, or a diagnostic.

    alternatives: claims under other readings, with a word for each: 'plain', 'transposed' or 'placement'.
    """

    claim: Claim | None = None
    shapes: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    problem: Diagnostic | None = None
    warnings: tuple[Diagnostic, ...] = ()
    alternatives: Callable[[], Iterator[tuple[str, Claim]]] = field(default=lambda: iter(()))


def elaborate_sides(el: Reading, sides: Sequence[Side]) -> None:
    """All sides under one set of letters, raw first: who is free the first side decides."""
    for side in sides:
        if side.node is None:
            continue
        try:
            side.raw = el.value(side.node)
        except NotationError as e:
            side.problem = e.diagnostic
        except ShapeMismatch as e:
            side.mismatch = e
        except RecursionError:
            side.problem = Diagnostic("SG002", "nested too deeply to be read", side.span, "split the expression")


def free_letters(el: Reading, sides: Sequence[Side]) -> frozenset[Index]:
    """The letters of the first side outside of its sums; of the second, if the first is a number."""
    opened = frozenset(el.letters.open.values())
    if sides[0].raw is None:
        return opened
    read = [(s.raw, s.node) for s in sides if s.raw is not None and s.node is not None]
    lead, node = read[1] if len(read) > 1 and isinstance(ungrouped(read[0][0].body), Num) else read[0]
    others = [free_indices(r.body) for r, _ in read if r is not lead]
    free = set()
    for letter in sorted(free_indices(lead.body) & opened, key=lambda i: i.serial):
        variable = differentiates(lead.body, letter)
        # the entry `[x \\odot y]_i` holds i twice where it is multiplied out, and still is the i-th
        repeated = times_written(el.scope, node, letter.letter) > 1 and repeats(lead.body, letter)
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


def settle_sides(el: Reading, sides: Sequence[Side], free: frozenset[Index]) -> None:
    """Every implied sum where it stands, once it is known which letters are free."""
    for side in sides:
        if side.raw is None or side.problem is not None:
            continue
        try:
            side.value = insert_implied_sums(el, side.raw, free, side.span)
        except NotationError as e:
            side.problem = e.diagnostic


def outcome(
    el: Reading,
    left: Side,
    right: Side,
    free: frozenset[Index],
    assumptions: tuple[Assumption, ...],
    warnings: tuple[Diagnostic, ...],
) -> Outcome:
    """One relation of a chain."""
    problem = left.problem or right.problem
    mismatch = left.mismatch or right.mismatch
    if problem is None and mismatch is not None:
        return Outcome(shapes=mismatch.shapes, warnings=warnings)
    if problem is not None or left.value is None or right.value is None:
        return Outcome(problem=problem, warnings=warnings)
    a, b = left.value, right.value
    pairs = list(align(a, b))
    if not pairs:
        return Outcome(shapes=(a.shape, b.shape), warnings=warnings)
    problem = _unranged(el, free, free_indices(a.body) | free_indices(b.body), left.span)
    if problem is not None:
        return Outcome(problem=problem)
    facts = assumptions + _memberships(el, free)
    if pairs[0].kind == "transposed":
        warnings = (*warnings, transposed_layout(right.span))

    def alternatives() -> Iterator[tuple[str, Claim]]:
        for pair in pairs[1:]:
            yield pair.kind, make_claim(pair, facts)
        for pair in _as_dummies(el, left, right, free):
            yield "placement", make_claim(pair, facts)
        for value in _placements(el, left, free):
            for pair in islice(align(value, b), 1):
                yield "placement", make_claim(pair, facts)
        for value in _placements(el, right, free):
            for pair in islice(align(value, a), 1):
                yield "placement", make_claim(pair.swapped(), facts)

    return Outcome(claim=make_claim(pairs[0], facts), warnings=warnings, alternatives=alternatives)


def _as_dummies(el: Reading, left: Side, right: Side, free: frozenset[Index]) -> Iterator[Pair]:
    """``\\partial v_i / \\partial x_i`` read as the sum over ``i``, where the other side has no ``i``."""
    if left.raw is None or right.raw is None:
        return
    held = free_indices(left.raw.body) - free_indices(right.raw.body)
    doubtful = frozenset(i for i in held & free if repeats(left.raw.body, i))
    if doubtful:
        sides = [insert_implied_sums(el, s.raw, free - doubtful, s.span) for s in (left, right) if s.raw is not None]
        yield from islice(align(*sides), 1)


def _placements(el: Reading, side: Side, free: frozenset[Index]) -> Iterator[ReadValue]:
    if side.raw is None or side.value is None:
        return iter(())
    return other_placements(el, side.raw, side.value.body, free, side.span)


def _unranged(el: Reading, free: frozenset[Index], used: frozenset[Index], place: Span) -> Diagnostic | None:
    """A free letter that nothing gives a range."""
    for letter in sorted(free, key=lambda i: i.serial):
        el.letters.take_shifted(letter)
        if letter.range is None and letter in used:
            where = el.letters.first_place.get(letter, place)
            return Diagnostic("SG108", f"nothing says over what `{letter.letter}` runs", where, "declare its range")
    return None


def _memberships(el: Reading, free: frozenset[Index]) -> tuple[Assumption, ...]:
    """A free letter that stands for the members of a subset."""
    return tuple(
        Assumption("condition", f"{letter.letter} \\in {subset.name}", cond=Cond("in", closed(letter), subset))
        for letter, subset in el.letters.subset_of.items()
        if letter in free
    )
