"""Positions are compared only by what holds for all sizes."""

from __future__ import annotations

from symgrad.core.affine_order import constant_gap, contains, least, surely_at_least
from symgrad.core.ranges import Affine, Gather, Index, IndexArray, Range
from tests.cases import facts

N, THREE = Range.of_size("N"), Range.of_size(3)
i, j, open_ = Index("i", N), Index("j", THREE), Index("k")
n = Affine.of("N")


test_positions = facts()


@test_positions.fact
def a_gap_is_constant_if_all_symbols_cancel() -> None:
    assert constant_gap(Affine.of(i) + 2, i) == 2
    assert constant_gap(n - 1, n) == -1
    assert constant_gap(i, n) is None


@test_positions.fact
def a_gathered_position_has_no_gap() -> None:
    assert constant_gap(Gather(IndexArray("n", (N,), N), (i,)), i) is None


@test_positions.fact
def a_range_contains_what_lies_between_its_ends_whatever_the_sizes() -> None:
    assert contains(THREE, Affine.of(3))
    assert not contains(THREE, Affine.of(4))
    assert not contains(N, Affine.of(1))  # N may be 0
    assert contains(Range(n, n + 3), n + 1)


@test_positions.fact
def the_least_value_takes_the_end_that_the_sign_asks_for() -> None:
    assert least(Affine.of(i) + 1) == Affine.of(2)
    assert least(n - i) == Affine.of(0)
    assert least(Affine.of(j).scale(-1)) == Affine.of(-3)
    assert least(Affine.of(open_)) is None


@test_positions.fact
def a_bound_is_sure_if_it_holds_at_the_least_value() -> None:
    assert surely_at_least(Affine.of(i) + 1, 2)
    assert not surely_at_least(Affine.of(i) + 1, 3)
    assert surely_at_least(n - i, 0)
    assert not surely_at_least(Affine.of(open_), 0)


@test_positions.fact
def sizes_count_only_with_a_smallest_size() -> None:
    assert not surely_at_least(n, 0)
    assert surely_at_least(n, 0, smallest_size=0)
    assert surely_at_least(n.scale(2) - 1, 1, smallest_size=1)
    assert not surely_at_least(n.scale(-1), 0, smallest_size=0)
