"""To SymPy and back: the same values at random arrays, and the same SymPy expression again."""

from __future__ import annotations

import random
from itertools import product

import pytest
import sympy as sp

from symgrad.calculus.differentiate import resolve
from symgrad.core.functions import ROWS
from symgrad.core.nodes import (
    Cases,
    Cond,
    Const,
    Definition,
    Deriv,
    Entry,
    Expr,
    Func,
    Iverson,
    Pow,
    Prod,
    Ref,
    Size,
    Sum,
    Tensor,
    add,
    delta,
    div,
    free_indices,
    mul,
    num,
    power,
    sub,
)
from symgrad.core.ranges import Affine, Gather, Index, IndexArray, Range, Subset
from symgrad.sympy_door.bridge import Bridge, BridgeError
from symgrad.sympy_door.from_sympy import from_sympy
from symgrad.sympy_door.to_sympy import to_sympy
from tests.cases import each, facts
from tests.derive.brute import Brute

W, D, K = (Range.of_size(s) for s in "WDK")
SIZES = {"W": 4, "D": 3, "K": 2, "n": 3}
U, x, s = Tensor("U", (W, D)), Tensor("x", (D,)), Tensor("s", (), "real")
n = IndexArray("m", (K,), W)
i, j, z = Index("i", D, "free"), Index("j", D, "free"), Index("z", W, "free")
k, w, q = Index("k", D), Index("w", W), Index("q", K)


def entry(tensor: Tensor, *at: object) -> Expr:
    return Entry(tensor, at)  # type: ignore[no-any-return]  # nodes are built by __new__


y = Definition("\\hat y", (w2 := Index("a", W),), div(Func("exp", entry(U, w2, Affine.of(1))), entry(s)))

EXPRESSIONS = {
    "entry": entry(U, z, i),
    "literal": entry(U, Affine.of(2), i),
    "shift": Sum(t := Index("t", Range(Affine.of(2), Affine.of("D"))), entry(x, Affine.of(t) - 1)),
    "gather": Sum(q, entry(U, Gather(n, (q,)), i)),
    "sum": Sum(k, mul(entry(x, k), entry(U, z, k))),
    "nested": Sum(w, Func("exp", Sum(k, mul(entry(x, k), entry(U, w, k))))),
    "condition": Sum(k, entry(x, k), (Cond("eq", k, i, True),)),
    "two conditions": Sum(k, entry(x, k), (Cond("eq", k, i, True), Cond("lt", k, j))),
    "product": Prod(k, entry(x, k), (Cond("lt", i, k, True),)),
    "delta": mul(delta(i, j), entry(x, i)),
    "bracket": mul(Iverson(Cond("pos", sub(entry(x, i), entry(s)))), entry(x, i)),
    "power": power(add(entry(x, i), num(2)), entry(s)),
    "quotient": div(entry(x, i), mul(num(3), entry(s))),
    "size": mul(Size(Affine.of("D") - 1), entry(s)),
    "constant": mul(Const("\\pi"), entry(s)),
    "cases": Cases((((Cond("eq", i, j),), entry(x, i)), ((Cond("lt", i, j),), num(2)), ((), entry(s)))),
    "same letter twice": mul(Sum(Index("k", D), entry(x, i)), Sum(k, entry(x, k))),
    "definition": Sum(w, mul(Ref(y, (w,)), entry(U, w, i))),
    **{f"function {row.name}": Func(row.name, entry(x, i)) for row in ROWS if row.name != "sqrt"},
}


def world() -> Brute:
    rng = random.Random(1)
    values = {
        t: {p: rng.uniform(0.2, 0.9) for p in product(*(range(1, SIZES[str(r.hi)] + 1) for r in t.ranges))}
        for t in (U, x, s)
    }
    return Brute(SIZES, values, gathers={n: {(1,): 3, (2,): 3}})


test_expressions = facts()


@test_expressions.fact
@each("name", EXPRESSIONS)
def there_and_back_means_the_same(name: str) -> None:
    expr = EXPRESSIONS[name]
    bridge = Bridge()
    there = to_sympy(expr, bridge)
    back = from_sympy(there, bridge)
    assert to_sympy(back) == there
    open_ = sorted(free_indices(expr), key=lambda r: r.serial)
    for at in product(*(world().positions(r.range) for r in open_)):
        env = dict(zip(open_, at, strict=True))
        assert world()(back, env) == pytest.approx(world()(expr, env))


@test_expressions.fact
def simple_expressions_come_back_as_the_same_node() -> None:
    bridge = Bridge()
    for expr in (entry(U, z, i), Sum(k, entry(x, k)), delta(i, j), Func("tanh", entry(s)), Pow(entry(x, i), num(-1))):
        assert from_sympy(to_sympy(expr, bridge), bridge) is expr


@test_expressions.fact
def derivatives_stay_unevaluated() -> None:
    bridge = Bridge()
    expr = Deriv(Sum(k, power(entry(x, k), 2)), entry(x, i))
    there = to_sympy(expr, bridge)
    assert isinstance(there, sp.Derivative)
    assert from_sympy(there, bridge) is expr


@test_expressions.fact
def a_users_own_expression() -> None:
    """d/dx_j sum_i x_i^2 = 2 x_j, with a sum from 0 as SymPy's users write it"""
    size, a, b = sp.Symbol("n", integer=True, positive=True), sp.Symbol("a", integer=True), sp.Symbol("b", integer=True)
    array = sp.IndexedBase("v", shape=(size,))
    bridge = Bridge()
    expr = from_sympy(sp.Derivative(sp.Sum(array[a] ** 2, (a, 0, size - 1)), array[b], evaluate=False), bridge)
    tensor = bridge.tensors["v"]
    assert tensor.ranges == (Range(Affine.of(0), Affine.of("n") - 1),)
    assert resolve(expr) is mul(num(2), entry(tensor, bridge.indices["b"]))


@test_expressions.fact
def an_inner_sum_of_the_same_symbol_is_another_index() -> None:
    a, array = sp.Symbol("a", integer=True), sp.IndexedBase("v", shape=(sp.Symbol("n", integer=True),))
    expr = from_sympy(sp.Sum(array[a] * sp.Sum(array[a], (a, 1, 3)), (a, 1, 3)))
    assert isinstance(expr, Sum)
    inner = next(f for f in expr.body.factors if isinstance(f, Sum))
    assert inner.index is not expr.index


@test_expressions.fact
def rectifiers() -> None:
    t = sp.Symbol("t", real=True)
    bridge = Bridge()
    assert from_sympy(sp.Max(0, t), bridge) is Func("relu", entry(bridge.tensors["t"]))
    assert from_sympy(sp.Heaviside(t), bridge) is Iverson(Cond("pos", entry(bridge.tensors["t"])))


test_what_is_lacking = facts()


@test_what_is_lacking.fact
@each(
    "expr",
    [
        Sum(w, entry(U, w, i), (Cond("in", w, Subset("\\mathcal{N}", W)),)),
        Deriv(Ref(y, (z,)), entry(s), frozenset((y,))),
        Const("c"),
    ],
)
def what_sympy_lacks_is_said(expr: Expr) -> None:
    with pytest.raises(BridgeError):
        to_sympy(expr)


@test_what_is_lacking.fact
@each(
    "theirs",
    [
        sp.Integral(sp.Symbol("t"), sp.Symbol("t")),
        sp.IndexedBase("v")[sp.Symbol("a")],
    ],
)
def what_symgrad_lacks_is_said(theirs: sp.Expr) -> None:
    with pytest.raises(BridgeError):
        from_sympy(theirs)
