"""Two sides of a chain compared: a claim with its other readings, two shapes that differ, or a problem."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice

from symgrad.core.claims import Assumption
from symgrad.core.nodes import Cond, free_indices
from symgrad.core.ranges import Index
from symgrad.reading.meaning.alignment import Pair, align, make_claim, other_placements, transposed_layout
from symgrad.reading.meaning.chain_sides import Misshapen, Side, Summed, Unreadable
from symgrad.reading.meaning.implied_sums import insert_implied_sums, repeats
from symgrad.reading.meaning.open_index import closed
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.read_document import Outcome
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Span


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
