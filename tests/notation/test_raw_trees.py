"""What the reader keeps only while it reads: parentheses, and indices whose ranges are not known yet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from symgrad.core.nodes import Expr, Ref, Typography, cond_parts, num, parts, walk
from symgrad.core.ranges import Index, Range, indices_of
from symgrad.reading.meaning.alignment import align
from symgrad.reading.meaning.open_index import OpenIndex, closed, give_range, may_have_same_range, same_range
from symgrad.reading.meaning.values import ReadValue
from tests.reading import read

DERIVATIONS = Path(__file__).parents[2] / "derivations"
ROWS, COLUMNS = Range.of_size("M"), Range.of_size("N")


def everything(expr: Expr) -> Iterator[Expr]:
    """All nodes of an expression and of the definitions that it uses."""
    seen: set[Expr] = set()
    ahead = [expr]
    while ahead:
        for node in walk(ahead.pop()):
            if node not in seen:
                seen.add(node)
                yield node
                if isinstance(node, Ref):
                    ahead.append(node.definition.body)


def test_neither_parentheses_nor_open_indices_are_left_in_a_claim() -> None:
    count = 0
    for path in sorted(DERIVATIONS.glob("*.md")):
        for step in read(path).steps:
            claim = step.outcome.claim
            if claim is None:
                continue
            count += 1
            sides = [claim.left, claim.right]
            for fact in claim.assumptions:
                sides += [side for side in (fact.left, fact.right) if side is not None]
                for cond in (*fact.unless, *([fact.cond] if fact.cond is not None else [])):
                    positions, inner = cond_parts(cond)
                    sides += inner
                    assert all(type(i) is Index for e in positions for i in indices_of(e))
            for node in (n for side in sides for n in everything(side)):
                positions, _, bound = parts(node)
                assert not isinstance(node, Typography)
                assert all(type(i) is Index for e in (*positions, *bound) for i in indices_of(e))
            assert all(type(i) is Index and i.range is not None for i in claim.free)
    assert count > 50


def test_what_is_found_for_one_of_two_united_indices_holds_for_both() -> None:
    i, j, k = (OpenIndex(letter, None, "free") for letter in "ijk")
    assert same_range(i, j)
    assert same_range(j, k)
    give_range(k, ROWS)
    assert i.range == j.range == k.range == ROWS
    assert not same_range(i, OpenIndex("n", COLUMNS, "free"))


def test_an_index_made_of_another_shares_its_range() -> None:
    i = OpenIndex("i", None, "free")
    other = i.fresh("bound")
    give_range(other, ROWS)
    assert i.range == ROWS
    assert (closed(other).letter, closed(other).range, closed(other).kind) == ("i", ROWS, "bound")
    assert closed(i) is closed(i)


def test_to_align_is_a_question_that_changes_nothing() -> None:
    i, j = OpenIndex("i", None, "free"), OpenIndex("j", ROWS, "free")
    assert may_have_same_range(i, j)
    assert [pair.kind for pair in align(ReadValue(num(1), (i,)), ReadValue(num(2), (j,)))] == ["plain"]
    assert i.range is None


def test_an_index_of_an_expression_is_immutable() -> None:
    with pytest.raises(AttributeError):
        Index("i").range = ROWS  # type: ignore[misc]
