"""The name of a definition where its body stands: with other letters, in any order, as a part of a longer sum."""

from __future__ import annotations

from symgrad.core.nodes import Definition, Entry, Expr, Func, Ref, Sum, Tensor, add, mul
from symgrad.core.occurrences import named_by
from symgrad.core.ranges import Index, Range

D, M = Range.of_size("D"), Range.of_size("M")
W, X, B = Tensor("W", (M, D)), Tensor("x", (D,)), Tensor("b", (M,))
i, k = Index("i", M, "free"), Index("k", M, "free")


def row(at: Index) -> Expr:
    """``sum_j W_{at,j} x_j``"""
    j = Index("j", D)
    return Sum(j, mul(Entry(W, (at, j)), Entry(X, (j,))))


Z = Definition("z", (i,), add(row(i), Entry(B, (i,))))


def test_a_body_is_found_with_other_letters_and_in_any_order() -> None:
    assert named_by(Func("\\tanh", add(Entry(B, (k,)), row(k))), Z) is Func("\\tanh", Ref(Z, (k,)))


def test_the_rest_of_a_longer_sum_stays() -> None:
    longer = add(add(row(k), Entry(B, (k,))), Entry(B, (i,)))
    named = named_by(longer, Z)
    assert Ref(Z, (k,)) in named.args[0]
    assert Entry(B, (i,)) in named.args[0]


def test_definitions_on_the_way_are_made_anew() -> None:
    h = Definition("h", (k,), Func("\\tanh", add(row(k), Entry(B, (k,)))))
    named = named_by(Ref(h, (i,)), Z)
    assert isinstance(named, Ref)
    assert named.definition.body is Func("\\tanh", Ref(Z, (k,)))


def test_a_position_that_is_bound_inside_has_no_name_outside() -> None:
    """``sum_j W_{jj} x_j`` is not ``sum_j W_{kj} x_j`` at any k"""
    n = Range.of_size("N")
    square, v = Tensor("S", (n, n)), Tensor("v", (n,))
    at, j, m = Index("a", n, "free"), Index("j", n), Index("m", n)
    s = Definition("s", (at,), Sum(j, mul(Entry(square, (at, j)), Entry(v, (j,)))))
    diagonal = Sum(m, mul(Entry(square, (m, m)), Entry(v, (m,))))
    assert named_by(diagonal, s) is diagonal


def test_nothing_else_changes() -> None:
    other = add(row(k), Entry(B, (i,)))
    assert named_by(other, Z) is other


def test_a_name_for_a_name_is_not_looked_for() -> None:
    alias = Definition("c", (i,), Entry(B, (i,)))
    assert named_by(Entry(B, (k,)), alias) is Entry(B, (k,))


def test_a_body_without_letters_is_found_where_it_stands_and_nowhere_else() -> None:
    a, b = Tensor("a", ()), Tensor("b", ())
    m = Definition("m", (), Func("\\exp", Entry(a, ())))
    assert named_by(Func("\\tanh", Func("\\exp", Entry(a, ()))), m) is Func("\\tanh", Ref(m, ()))
    assert named_by(Func("\\exp", Entry(b, ())), m) is Func("\\exp", Entry(b, ()))
