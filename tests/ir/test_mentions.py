"""What an expression mentions, through its definitions too."""

from __future__ import annotations

from symgrad.core.nodes import (
    AbstractFunction,
    Apply,
    Cond,
    Definition,
    Deriv,
    Entry,
    Func,
    Iverson,
    Lam,
    Ref,
    Tensor,
    add,
    all_nodes,
    mul,
    reach,
    sum_over,
)
from symgrad.core.ranges import Gather, Index, IndexArray, Range, Subset
from tests.cases import facts

W, K = Range.of_size("W"), Range.of_size("K")
x, y, z = Tensor("x", (W,)), Tensor("y", (W,)), Tensor("z")
o, i, k = Index("o", W, "fixed"), Index("i", W), Index("k", K)
n = IndexArray("n", (K,), W)
LOSS = AbstractFunction("L", ((),))


test_reach = facts()


@test_reach.fact
def names_come_in_the_order_of_first_mention() -> None:
    expr = add(mul(Entry(y, (o,)), Entry(x, (i,))), Entry(z, ()), Entry(x, (o,)))
    assert reach(expr).tensors == (y, x, z)
    assert reach(expr).letters == (o,)


@test_reach.fact
def a_definition_comes_before_what_its_body_mentions() -> None:
    inner = Definition("g", (i,), Entry(y, (i,)))
    outer = Definition("f", (), sum_over((i,), mul(Ref(inner, (i,)), Entry(x, (i,)))))
    found = reach(add(Entry(z, ()), Ref(outer, ())))
    assert tuple(found) == (z, outer, inner, y, x)
    assert found.definitions == (outer, inner)


@test_reach.fact
def positions_conditions_and_abstract_functions_are_looked_into() -> None:
    some = Subset("S", W)
    expr = mul(Iverson(Cond("in", o, some)), Apply(LOSS, (Lam((), Entry(x, (Gather(n, (k,)),))),), ()))
    assert tuple(reach(expr)) == (o, some, LOSS, n, x)


@test_reach.fact
def the_order_counts_derivatives_and_primes_inside_definitions() -> None:
    slope = Definition("s", (), Func("sigma'", Entry(z, ())))
    assert reach(Entry(z, ())).order == 0
    assert reach(Ref(slope, ())).order == 1
    assert reach(Deriv(Ref(slope, ()), Entry(z, ()))).order == 2


@test_reach.fact
def a_long_chain_of_definitions_needs_no_deep_recursion() -> None:
    last = Definition("h0", (), Entry(z, ()))
    for depth in range(1, 3000):
        last = Definition(f"h{depth}", (), Func("exp", Ref(last, ())))
    assert z in reach(Ref(last, ()))


@test_reach.fact
def a_definition_through_itself_ends_the_walk() -> None:
    own = Definition("h", (), Entry(z, ()))
    own.body = add(Ref(own, ()), Entry(y, (o,)))
    assert set(reach(Ref(own, ()))) == {own, y, o}


@test_reach.fact
def two_reaches_are_joined_in_order() -> None:
    assert tuple(reach(Entry(x, (i,))) | reach(Entry(y, (o,)))) == (x, o, y)


@test_reach.fact
def every_node_is_met_once_also_inside_definitions() -> None:
    shared = Entry(z, ())
    d = Definition("d", (), Func("exp", shared))
    expr = add(Ref(d, ()), shared, Func("log", Ref(d, ())))
    assert list(all_nodes(expr)) == [expr, Ref(d, ()), shared, Func("log", Ref(d, ())), d.body]
    assert d.body not in set(all_nodes(expr, keep=d))
