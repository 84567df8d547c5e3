"""The evaluator against loops in plain Python, known derivatives, and the multiprecision evaluation."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from itertools import product
from typing import Any

import mpmath
import numpy as np
import pytest

from symgrad.core import nodes as n
from symgrad.core.functions import ROWS, Row
from symgrad.core.nodes import Cond, Definition, Delta, Deriv, Entry, Func, Iverson, Lam, Num, Ref, Size, Sum, Tensor
from symgrad.core.ranges import Affine, Gather, Index, IndexArray, Range, Subset
from symgrad.evaluating.arithmetic import Dual, const, primal
from symgrad.evaluating.array_functions import functions
from symgrad.evaluating.certificate import certify
from symgrad.evaluating.environment import Environment, EvaluationError, Realisation
from symgrad.evaluating.evaluator import Evaluator
from symgrad.evaluating.multiprecision import Point, UndefinedValue
from tests.cases import each, facts

W, D, K = Range.of_size("W"), Range.of_size("D"), Range.of_size("K")
WINDOW = Range(Affine.build([("m", -1)]), Affine.of("m"))
U, V = Tensor("U", (W, D)), Tensor("V", (D, W))
X, A, S = Tensor("x", (W,)), Tensor("A", (W, W)), Tensor("s")
NEGATIVES, SAMPLES = Subset("N", W), IndexArray("n", (K,), W)
c, o = Index("c", W, "fixed"), Index("o", W, "fixed")
F = n.AbstractFunction("f", ((),))
L = n.AbstractFunction("L", ((W, D),))
B = 3


def at(t: Tensor, *positions: Index | Affine | Gather | int) -> n.Expr:
    return Entry(t, tuple(Affine.of(p) if isinstance(p, int) else p for p in positions))


def environment(seed: int = 0, **sizes: int) -> Environment:
    rng = np.random.default_rng(seed)
    s = {"W": 4, "D": 3, "K": 2, "m": 1, **sizes}
    w, d, k = s["W"], s["D"], s["K"]
    slopes = tuple((rng.normal(size=(w, d)) / 3,) for _ in range(3))
    return Environment(
        s,
        B,
        {
            U: rng.normal(size=(B, w, d)),
            V: rng.normal(size=(B, d, w)),
            X: rng.uniform(0.2, 1.5, size=(B, w)),
            A: rng.normal(size=(B, w, w)),
            S: rng.uniform(0.2, 1.5, size=(B,)),
        },
        {SAMPLES: rng.integers(1, w + 1, size=(B, k))},
        {NEGATIVES: rng.integers(0, 2, size=(B, w)).astype(bool)},
        {c: rng.integers(1, w + 1, size=B), o: rng.integers(1, w + 1, size=B)},
        {
            F: Realisation(0.4, (0.5, 0.8), (0.1, 0.7), ((np.array(0.9),), (np.array(-1.3),))),
            L: Realisation(0.1, (0.6, 0.9, 0.4), (0.3, 1.1, 2.0), slopes),
        },
    )


def value(e: n.Expr, env: Environment, *axes: Index) -> np.ndarray:
    """The values with a full axis for each of the letters, in this order."""
    got = Evaluator(env).number(e)
    assert set(got.axes) <= set(axes)
    index = tuple(slice(None) if i in got.axes else None for i in sorted(axes, key=lambda i: i.serial))
    laid = got.a[(slice(None), *index)]
    order = sorted(axes, key=lambda i: i.serial)
    laid = laid.transpose(0, *(1 + order.index(i) for i in axes))
    return np.broadcast_to(laid, (env.batch, *(env.count(i) for i in axes)))


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


# --- nodes ----------------------------------------------------------------------------------------


test_sums_products_and_positions = facts()


@test_sums_products_and_positions.fact
def sum_of_products() -> None:
    """sum_j U_aj V_jb"""
    env, a, b, j = environment(), Index("a", W, "free"), Index("b", W, "free"), Index("j", D)
    got = value(Sum(j, n.mul(at(U, a, j), at(V, j, b))), env, a, b)
    assert np.allclose(got, env.tensors[U] @ env.tensors[V])


@test_sums_products_and_positions.fact
def nested_sums_of_many_factors_need_no_outer_product() -> None:
    """tr(A^12), written with twelve dummies: 4^12 numbers if it were multiplied out"""
    env = environment()
    ring = [Index(f"i{k}", W) for k in range(12)]
    factors = [at(A, ring[k], ring[(k + 1) % 12]) for k in range(12)]
    got = value(n.sum_over(ring, n.mul(*factors)), env)
    expected = [np.trace(np.linalg.matrix_power(m, 12)) for m in env.tensors[A]]
    assert np.allclose(got, expected)


@test_sums_products_and_positions.fact
def a_sum_over_what_lacks_its_index_counts_positions() -> None:
    """sum_i s = W s, sum_i (x_i + 1) = sum_i x_i + W"""
    env, i = environment(), Index("i", W)
    assert np.allclose(value(Sum(i, at(S)), env), 4 * env.tensors[S])
    assert np.allclose(value(Sum(i, n.add(at(X, i), n.ONE)), env), env.tensors[X].sum(1) + 4)


@test_sums_products_and_positions.fact
def what_fails_a_condition_is_not_counted_even_where_undefined() -> None:
    """sum_{i != j} 1 / (x_i - x_j)"""
    env, i, j = environment(), Index("i", W), Index("j", W, "free")
    body = n.power(n.sub(at(X, i), at(X, j)), -1)
    got = value(Sum(i, body, (Cond("eq", i, j, negated=True),)), env, j)
    x = env.tensors[X]
    for b, k in product(range(B), range(4)):
        assert got[b, k] == pytest.approx(sum(1 / (x[b, q] - x[b, k]) for q in range(4) if q != k))
    assert np.isnan(value(Sum(i, body), env, j)).all()


@test_sums_products_and_positions.fact
def sum_over_a_subset() -> None:
    env, k = environment(), Index("k", W)
    got = value(Sum(k, at(X, k), (Cond("in", k, NEGATIVES),)), env)
    assert np.allclose(got, (env.tensors[X] * env.subsets[NEGATIVES]).sum(1))


@test_sums_products_and_positions.fact
def products_over_an_index() -> None:
    """prod_i x_i and its derivative prod_{j != i} x_j"""
    env, i, j = environment(), Index("i", W), Index("j", W, "free")
    p = n.Prod(i, at(X, i))
    x = env.tensors[X]
    assert np.allclose(value(p, env), x.prod(1))
    assert np.allclose(value(Deriv(p, at(X, j)), env, j), x.prod(1)[:, None] / x)


@test_sums_products_and_positions.fact
def gathered_and_literal_positions() -> None:
    """U_{n_k 2}"""
    env, k = environment(), Index("k", K, "free")
    got = value(at(U, Gather(SAMPLES, (k,)), 2), env, k)
    for b, q in product(range(B), range(2)):
        assert got[b, q] == env.tensors[U][b, env.index_arrays[SAMPLES][b, q] - 1, 1]


@test_sums_products_and_positions.fact
def arithmetic_on_positions_out_of_range_is_undefined() -> None:
    """x_{c+j} for -m <= j <= m"""
    env, j = environment(), Index("j", WINDOW, "free")
    got = value(at(X, Affine.of(c) + j), env, j)
    for b, q in product(range(B), (-1, 0, 1)):
        p = env.at[c][b] + q
        if 1 <= p <= 4:
            assert got[b, q + 1] == env.tensors[X][b, p - 1]
        else:
            assert math.isnan(got[b, q + 1])


test_conditions_and_what_is_undefined = facts()


@test_conditions_and_what_is_undefined.fact
def a_condition_keeps_arithmetic_in_range() -> None:
    """sum_{i < W} x_{i+1} = sum_i x_i - x_1"""
    env, i = environment(), Index("i", W)
    got = value(Sum(i, at(X, Affine.of(i) + 1), (Cond("lt", i, Affine.of("W")),)), env)
    assert np.allclose(got, env.tensors[X][:, 1:].sum(1))


@test_conditions_and_what_is_undefined.fact
def deltas_and_brackets() -> None:
    env, i = environment(), Index("i", W, "free")
    assert np.array_equal(value(Delta(i, o), env, i), (np.arange(1, 5) == env.at[o][:, None]).astype(float))
    assert np.array_equal(
        value(Iverson(Cond("lt", i, o)), env, i), (np.arange(1, 5) < env.at[o][:, None]).astype(float)
    )
    positive = Iverson(Cond("pos", n.sub(at(X, i), n.ONE)))
    assert np.array_equal(value(positive, env, i), (env.tensors[X] > 1).astype(float))


@test_conditions_and_what_is_undefined.fact
def sizes_as_numbers() -> None:
    """|W| - 1, and the size of -m..m"""
    assert value(Size(Affine.of("W") - 1), environment())[0] == 3
    assert value(Size(WINDOW.size), environment(m=2))[0] == 5


@test_conditions_and_what_is_undefined.fact
def the_first_case_that_applies() -> None:
    env, i = environment(), Index("i", W, "free")
    e = n.Cases((((Cond("eq", i, o),), at(S)), ((), at(X, i))))
    got = value(e, env, i)
    for b, k in product(range(B), range(4)):
        assert got[b, k] == (env.tensors[S][b] if k + 1 == env.at[o][b] else env.tensors[X][b, k])


@test_conditions_and_what_is_undefined.fact
@each(
    ("expr", "number"),
    [
        (n.power(at(S), -1), 0.0),
        (Func("log", at(S)), 0.0),
        (Func("log", at(S)), -1.0),
        (Func("sqrt", at(S)), -1.0),
        (n.power(at(S), n.num(Fraction(1, 2))), -1.0),
        (n.Mul((Num(Fraction(0)), n.power(at(S), -1))), 0.0),
        (n.Mul((at(S), n.Pow(at(S), n.MINUS_ONE))), 0.0),
        (Func("exp", Func("exp", n.mul(n.num(99), at(S)))), 1.0),
        (Func("relu", at(S)), 0.0),
        (Deriv(Func("log", at(S)), at(S)), -1.0),
    ],
)
def undefined(expr: n.Expr, number: float) -> None:
    """1/0, log of what is not positive, roots of negatives, 0 times undefined, x/x at 0, overflow, kinks,
    and derivatives of what is undefined"""
    env = Environment({}, 1, {S: np.array([number])})
    assert np.isnan(Evaluator(env).number(expr).a).all()
    with pytest.raises(UndefinedValue):
        certify(expr, n.ONE, env, {})


@test_conditions_and_what_is_undefined.fact
def a_function_has_its_value_at_a_continuous_kink_if_that_is_asked_for() -> None:
    """|0| = 0, but its slope is undefined, unless its argument stands still"""
    env = Environment({}, 1, {S: np.zeros(1)}, strict=False)
    ev = Evaluator(env)
    assert ev.number(Func("abs", at(S))).a[0] == 0
    assert np.isnan(ev.number(Deriv(Func("abs", at(S)), at(S))).a).all()
    assert ev.number(Deriv(Func("abs", n.sub(at(S), at(S))), at(S))).a[0] == 0
    assert np.isnan(ev.number(Func("sign", at(S))).a).all()


@test_conditions_and_what_is_undefined.fact
def unknown_things_are_errors() -> None:
    ev = Evaluator(Environment({}, 1))
    for e in (at(S), Func("nonsense", n.ONE), n.Const("k"), Size(Affine.of("W"))):
        with pytest.raises(EvaluationError):
            ev.number(e)


# --- definitions ----------------------------------------------------------------------------------


def softmax() -> tuple[Definition, Definition]:
    """yhat_a = exp(U_aj V_jc) / sum_w exp(U_wk V_kc), J = -log yhat_o"""
    a, w, j, k = Index("a", W), Index("w", W), Index("j", D), Index("k", D)
    top = Func("exp", Sum(j, n.mul(at(U, a, j), at(V, j, c))))
    low = Sum(w, Func("exp", Sum(k, n.mul(at(U, w, k), at(V, k, c)))))
    yhat = Definition("yhat", (a,), n.div(top, low))
    return yhat, Definition("J", (), n.neg(Func("log", Ref(yhat, (o,)))))


def numpy_softmax(env: Environment) -> np.ndarray:
    v = np.stack([env.tensors[V][b][:, env.at[c][b] - 1] for b in range(B)])
    e = np.exp(np.einsum("bwd,bd->bw", env.tensors[U], v))
    return e / e.sum(1, keepdims=True)


test_definitions = facts()


@test_definitions.fact
def a_definition_at_free_fixed_and_gathered_positions() -> None:
    env, i, k = environment(), Index("i", W, "free"), Index("k", K, "free")
    yhat, _ = softmax()
    expected = numpy_softmax(env)
    assert np.allclose(value(Ref(yhat, (i,)), env, i), expected)
    assert np.allclose(value(Ref(yhat, (o,)), env), expected[range(B), env.at[o] - 1])
    got = value(Ref(yhat, (Gather(SAMPLES, (k,)),)), env, k)
    assert np.allclose(got, np.take_along_axis(expected, env.index_arrays[SAMPLES] - 1, axis=1))


@test_definitions.fact
def a_definition_through_itself_is_an_error() -> None:
    d = Definition("h", (), n.ONE)
    d.body = n.add(Ref(d, ()), n.ONE)
    with pytest.raises(EvaluationError):
        Evaluator(environment()).number(Ref(d, ()))


# --- derivatives ----------------------------------------------------------------------------------


test_derivatives = facts()


@test_derivatives.fact
def gradient_of_softmax_cross_entropy() -> None:
    """dJ/dV_ic = sum_a (yhat_a - delta_ao) U_ai, dJ/dU_zi = (yhat_z - delta_zo) V_ic"""
    env, i, z = environment(), Index("i", D, "free"), Index("z", W, "free")
    _, cost = softmax()
    error = numpy_softmax(env) - np.eye(4)[env.at[o] - 1]
    by_v = value(Deriv(Ref(cost, ()), at(V, i, c)), env, i)
    assert np.allclose(by_v, np.einsum("bw,bwd->bd", error, env.tensors[U]))
    v = np.stack([env.tensors[V][b][:, env.at[c][b] - 1] for b in range(B)])
    by_u = value(Deriv(Ref(cost, ()), at(U, z, i)), env, z, i)
    assert np.allclose(by_u, np.einsum("bw,bd->bwd", error, v))


@test_derivatives.fact
def a_defined_quantity_as_the_variable() -> None:
    """dJ/dyhat_a = -delta_ao / yhat_o, and the chain rule through it"""
    env, i, a, q = environment(), Index("i", D, "free"), Index("a", W, "free"), Index("q", W)
    yhat, cost = softmax()
    direct = value(Deriv(Ref(cost, ()), Ref(yhat, (a,))), env, a)
    p = numpy_softmax(env)
    assert np.allclose(direct, -np.eye(4)[env.at[o] - 1] / p)
    chain = Sum(q, n.mul(Deriv(Ref(cost, ()), Ref(yhat, (q,))), Deriv(Ref(yhat, (q,)), at(V, i, c))))
    assert np.allclose(value(chain, env, i), value(Deriv(Ref(cost, ()), at(V, i, c)), env, i))


@test_derivatives.fact
def held_definitions_are_constant() -> None:
    """y = (x - mu)/s, mu = mean x: dy_i/dx_j with mu held is delta_ij / s"""
    env, i, j, k, a = environment(), Index("i", W, "free"), Index("j", W, "free"), Index("k", W), Index("a", W)
    mu = Definition("mu", (), n.div(Sum(k, at(X, k)), Size(Affine.of("W"))))
    y = Definition("y", (a,), n.div(n.sub(at(X, a), Ref(mu, ())), at(S)))
    held = value(Deriv(Ref(y, (i,)), at(X, j), frozenset([mu])), env, i, j)
    s = env.tensors[S][:, None, None]
    assert np.allclose(held, np.eye(4) / s)
    assert np.allclose(value(Deriv(Ref(y, (i,)), at(X, j)), env, i, j), (np.eye(4) - 1 / 4) / s)
    assert np.allclose(value(Deriv(Ref(y, (i,)), Ref(mu, ())), env, i), -1 / s[:, 0])


@test_derivatives.fact
def the_same_letter_in_body_and_variable() -> None:
    """d(x_i^2)/dx_i = 2 x_i, d(sum_j x_j^2)/dx_i inside sum_i, d^2(x_i^3)/dx_i^2 = 6 x_i"""
    env, i = environment(), Index("i", W, "free")
    x = env.tensors[X]
    assert np.allclose(value(Deriv(n.power(at(X, i), 2), at(X, i)), env, i), 2 * x)
    assert np.allclose(value(Deriv(Deriv(n.power(at(X, i), 3), at(X, i)), at(X, i)), env, i), 6 * x)


@test_derivatives.fact
def no_capture_of_an_index_that_varies() -> None:
    """sum_i d(sum_i x_i^2)/dx_i with one and the same index object = 2 sum_i x_i"""
    env, i = environment(), Index("i", W)
    e = Sum(i, Deriv(Sum(i, n.power(at(X, i), 2)), at(X, i)))
    assert np.allclose(value(e, env), 2 * env.tensors[X].sum(1))
    p = Sum(i, Deriv(n.Prod(i, at(X, i)), at(X, i)))
    x = env.tensors[X]
    assert np.allclose(value(p, env), (x.prod(1)[:, None] / x).sum(1))
    d = Definition("d", (i,), n.power(at(X, i), 2))
    k = Index("k", W)
    e = Sum(i, Deriv(Sum(k, Ref(d, (k,))), at(X, i)))
    assert np.allclose(value(e, env), 2 * x.sum(1))


@test_derivatives.fact
def hessian_of_log_sum_exp() -> None:
    """d^2 log sum exp / dx_i dx_j = p_i delta_ij - p_i p_j"""
    env, i, j, k = environment(), Index("i", W, "free"), Index("j", W, "free"), Index("k", W)
    f = Func("log", Sum(k, Func("exp", at(X, k))))
    e = np.exp(env.tensors[X])
    p = e / e.sum(1, keepdims=True)
    expected = np.einsum("bi,ij->bij", p, np.eye(4)) - np.einsum("bi,bj->bij", p, p)
    assert np.allclose(value(Deriv(Deriv(f, at(X, i)), at(X, j)), env, i, j), expected)


@test_derivatives.fact
def derivative_by_an_entry_at_gathered_positions() -> None:
    """d(sum_q x_{n_q}^2)/dx_i counts repeated samples"""
    env, i, q = environment(), Index("i", W, "free"), Index("q", K)
    got = value(Deriv(Sum(q, n.power(at(X, Gather(SAMPLES, (q,))), 2)), at(X, i)), env, i)
    for b in range(B):
        counts = np.bincount(env.index_arrays[SAMPLES][b] - 1, minlength=4)
        assert np.allclose(got[b], 2 * counts * env.tensors[X][b])


test_functions = facts()


@test_functions.fact
def abstract_functions_obey_the_chain_rule() -> None:
    """d f(x_i^2)/dx_i = 2 x_i f'(x_i^2); d L(UV-like)/dx_k = sum_ij dL/dY_ij dY_ij/dx_k"""
    env, i, k = environment(), Index("i", W, "free"), Index("k", W, "free")
    body = n.power(at(X, i), 2)
    left = Deriv(n.Apply(F, (Lam((), body),), ()), at(X, i))
    right = n.mul(n.num(2), at(X, i), n.Apply(F, (Lam((), body),), ((0, ()),)))
    assert np.allclose(value(left, env, i), value(right, env, i))
    p, q = Index("p", W), Index("q", D)
    y = n.mul(at(X, p), at(U, p, q))
    left = Deriv(n.Apply(L, (Lam((p, q), y),), ()), at(X, k))
    r = Index("r", D)
    right = Sum(r, n.mul(n.Apply(L, (Lam((p, q), y),), ((0, (k, r)),)), at(U, k, r)))
    assert np.allclose(value(left, env, k), value(right, env, k))


def twice_dual(row: Row, x: float) -> Any:
    """f(x) with both derivatives; not a number outside its domain"""
    with np.errstate(all="ignore"):
        return row.meaning(functions, Dual(2, Dual(1, const(x), const(1.0)), const(1.0)))


POINTS = [(row, x) for row in ROWS for x in (-1.3, -0.4, 0.6, 1.7) if not math.isnan(primal(twice_dual(row, x)).a[0])]


@test_functions.fact
def every_function_is_defined_at_some_of_the_points() -> None:
    assert {row.name for row, _ in POINTS} == {row.name for row in ROWS}
    assert len(POINTS) >= 0.8 * 4 * len(ROWS)


@test_functions.fact
@each(("row", "x"), POINTS, ids=lambda v: getattr(v, "name", None))
def dual_numbers_against_differences(row: Row, x: float) -> None:
    """f'(x) and f''(x) of every function of the table"""
    twice = twice_dual(row, x)
    s = at(S)
    env = Environment({}, 1, {S: np.array([x])})
    with mpmath.workdps(60):
        point = Point(env, mpmath.mpf(10) ** -18, 1000)
        first = float(point.value(Deriv(Func(row.name, s), s), {}))
        second = float(point.value(Deriv(Deriv(Func(row.name, s), s), s), {}))
    slope = twice.dot if isinstance(twice, Dual) else const(0.0)
    assert primal(slope).a[0] == pytest.approx(first, rel=1e-12, abs=1e-12)
    bend = slope.dot if isinstance(slope, Dual) else const(0.0)
    assert primal(bend).a[0] == pytest.approx(second, rel=1e-9, abs=1e-9)


@test_functions.fact
@each("x", [-1000.0, -400.0, 400.0, 720.0])
def tanh_far_out_is_flat(x: float) -> None:
    """tanh(x) is 1 or -1 there, and its derivative 0, without overflow on the way"""
    ev = Evaluator(Environment({}, 1, {S: np.array([x])}))
    assert ev.number(Func("tanh", at(S))).a[0] == math.copysign(1.0, x)
    assert ev.number(Deriv(Func("tanh", at(S)), at(S))).a[0] == 0.0


# --- the two evaluations against each other --------------------------------------------------------


class Wild:
    """Random expressions over everything the language has."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.free = [Index("i", W, "free"), Index("j", W, "free"), Index("d", D, "free")]
        self.definitions = [self.definition(k) for k in range(2)]

    def definition(self, k: int) -> Definition:
        p = Index("p", W)
        self.definitions = []
        return Definition(f"q{k}", (p,), self.expr([p, c], 2))

    def position(self, scope: list[Index], r: Range):  # type: ignore[no-untyped-def]
        options = [i for i in scope if i.range == r]
        roll = self.rng.random()
        if r == W and roll < 0.12:
            return Gather(SAMPLES, (self.position(scope, K),))
        if roll < 0.2 or not options:
            return Affine((), 2)
        if roll < 0.26:
            return Affine.of(self.rng.choice(options)) + self.rng.choice((-1, 1))
        return self.rng.choice(options)

    def entry(self, scope: list[Index]) -> n.Expr:
        t = self.rng.choice([U, V, X, A, S])
        return Entry(t, tuple(self.position(scope, r) for r in t.ranges))

    def cond(self, scope: list[Index]) -> Cond:
        left, right = self.position(scope, W), self.position(scope, W)
        negated = self.rng.random() < 0.5
        if self.rng.random() < 0.3:
            return Cond("in", left, NEGATIVES, negated)
        return Cond(self.rng.choice(("eq", "lt")), left, right, negated)

    def expr(self, scope: list[Index], depth: int) -> n.Expr:
        kind = self.rng.randrange(13 if depth else 3)
        sub = depth - 1
        if kind <= 1:
            return self.entry(scope)
        if kind == 2:
            return n.num(self.rng.choice((-1, 2, 3)))
        if kind <= 4:
            return n.Add(tuple(self.expr(scope, sub) for _ in range(2)))
        if kind <= 6:
            return n.Mul(tuple(self.expr(scope, sub) for _ in range(self.rng.choice((2, 3)))))
        if kind == 7:
            return Func(self.rng.choice(("exp", "sigma", "tanh", "sin", "log", "relu")), self.expr(scope, sub))
        if kind == 8:
            i = Index("s", self.rng.choice((W, D, K)))
            where = (self.cond([*scope, i]),) if self.rng.random() < 0.4 else ()
            return self.rng.choice((Sum, Sum, Sum, n.Prod))(i, self.expr([*scope, i], sub), where)
        if kind == 9 and self.definitions:
            return Ref(self.rng.choice(self.definitions), (self.position(scope, W),))
        if kind == 10:
            target = self.rng.choice((Ref, Entry)) if self.definitions else Entry
            if target is Ref:
                t = Ref(self.rng.choice(self.definitions), (self.position(scope, W),))
            else:
                t = self.entry(scope)
            return Deriv(self.expr(scope, sub), t)
        if kind == 11:
            return n.Pow(self.expr(scope, sub), n.num(self.rng.choice((2, -1, 3))))
        cond = self.cond(scope)
        return n.Cases((((cond,), self.expr(scope, sub)), ((), self.expr(scope, sub))))


test_both_evaluations = facts()


@test_both_evaluations.fact
@each("seed", range(60))
def arrays_and_many_digits_agree(seed: int) -> None:
    """Random expressions: the same values, undefined at the same points"""
    wild = Wild(seed)
    env = environment(seed, W=3, D=2)
    for _ in range(4):
        e = wild.expr([*wild.free, c, o], 3)
        got = value(e, env, *wild.free)
        spans = [range(1, env.count(i) + 1) for i in wild.free]
        places = [key for key in product(*spans) if wild.rng.random() < 0.3]
        for b in range(B):
            with mpmath.workdps(110):
                point = Point(env.sample(b), mpmath.mpf(10) ** -20, 300_000)
                for key in places:
                    fast = got[(b, *(p - 1 for p in key))]
                    try:
                        exact = float(point.value(e, dict(zip(wild.free, key, strict=True))))
                    except UndefinedValue:
                        exact = math.nan
                    # a factor that no position of an empty sum needs may leave the array undefined
                    if not math.isnan(fast):
                        assert fast == pytest.approx(exact, rel=1e-6, abs=1e-6)
