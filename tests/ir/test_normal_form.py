"""Identities that the normal form decides, and their false neighbours, which it must not accept."""

from __future__ import annotations

from itertools import combinations, permutations
from math import prod

import pytest

from symgrad.core.functions import exp, log, sigma, tanh
from symgrad.core.nodes import (
    ONE,
    ZERO,
    Cases,
    Cond,
    Const,
    Delta,
    Expr,
    Func,
    Iverson,
    Prod,
    Size,
    Tensor,
    add,
    delta,
    div,
    mul,
    neg,
    num,
    power,
    sub,
)
from symgrad.core.ranges import Affine, Gather, Index, Range
from symgrad.proving.attempt import Attempt
from symgrad.proving.head_rules import RULES
from symgrad.proving.interner import Interner
from symgrad.proving.limits import FormTooLarge, NormalFormError
from symgrad.proving.normal_form import normal_form
from symgrad.proving.poly import minus
from symgrad.proving.zero import is_zero
from tests.cases import each, facts
from tests.ir.forms import (
    BIT,
    N_OF,
    SIGN,
    SUBSET,
    A,
    B,
    K,
    P,
    Q,
    R,
    U,
    W,
    X,
    Y,
    a,
    at,
    c,
    differs,
    dot,
    i,
    lit,
    o,
    softmax,
    total,
    w,
)


def equal(left: Expr, right: Expr) -> bool:
    ctx = Attempt(Interner(), RULES)
    try:
        return is_zero(ctx, minus(normal_form(ctx, left), normal_form(ctx, right)))
    except NormalFormError:
        return False


def same(left: Expr, right: Expr) -> None:
    assert differs(left, right) is not True, "the test itself is wrong"
    assert equal(left, right)


def different(left: Expr, right: Expr) -> None:
    assert differs(left, right, 24), "the test itself is wrong"
    assert not equal(left, right)


def sq(x: Expr) -> Expr:
    return power(x, 2)


def sqrt(x: Expr) -> Expr:
    return Func("sqrt", x)


r, q = at(R), at(Q)
j, k, m = w("j"), w("k"), w("m")


# --- sums, products, deltas ---------------------------------------------------------------------------


test_sums_and_products = facts()


@test_sums_and_products.fact
def a_square_of_a_sum_is_a_double_sum() -> None:
    same(sq(total(j, at(X, j))), total(j, total(k, mul(at(X, j), at(X, k)))))
    different(sq(total(j, at(X, j))), total(j, sq(at(X, j))))


@test_sums_and_products.fact
def sums_may_be_exchanged_but_not_factors_transposed() -> None:
    left = total(j, total(k, mul(at(X, j), at(A, j, k), at(Y, k))))
    same(left, total(k, total(j, mul(at(Y, k), at(A, j, k), at(X, j)))))
    same(left, total(j, total(k, mul(at(X, k), at(A, k, j), at(Y, j)))))
    different(left, total(j, total(k, mul(at(X, j), at(A, k, j), at(Y, k)))))


@test_sums_and_products.fact
def trace_of_a_product_is_cyclic_not_symmetric() -> None:
    def trace(*order: Tensor) -> Expr:
        letters = [w() for _ in order]
        body = mul(*(at(t, letters[n], letters[(n + 1) % len(order)]) for n, t in enumerate(order)))
        for x in letters:
            body = total(x, body)
        return body

    C = Tensor("C", (W, W))
    E = Tensor("E", (W, W))
    assert equal(trace(A, C, E), trace(C, E, A))
    assert not equal(trace(A, C, E), trace(A, E, C))
    assert not equal(trace(A, A, C, C), trace(A, C, A, C))
    assert equal(trace(A, A, C, C), trace(C, A, A, C))


@test_sums_and_products.fact
def a_body_without_the_index_counts_the_range() -> None:
    same(total(j, r), mul(Size(Affine.of("W")), r))
    different(total(j, r), r)
    same(total(Index("t", Range(Affine.of(2), Affine.of("W") + 3)), r), mul(add(Size(Affine.of("W")), num(2)), r))


@test_sums_and_products.fact
def scope_of_a_sum() -> None:
    different(mul(total(j, at(X, j)), total(j, at(Y, j))), total(j, mul(at(X, j), at(Y, j))))
    different(add(total(j, at(X, j)), r), total(j, add(at(X, j), r)))
    different(exp(total(j, at(X, j))), total(j, exp(at(X, j))))
    different(log(total(j, at(P, j))), total(j, log(at(P, j))))
    different(power(total(j, at(P, j)), -1), total(j, power(at(P, j), -1)))


@test_sums_and_products.fact
def deltas_contract() -> None:
    same(total(j, mul(delta(j, o), at(X, j))), at(X, o))
    same(total(j, delta(j, j)), Size(Affine.of("W")))
    same(total(j, total(k, sq(Delta(j, k)))), Size(Affine.of("W")))
    same(mul(delta(o, a), at(X, o)), mul(delta(o, a), at(X, a)))
    same(mul(delta(o, a), log(softmax(o))), mul(delta(o, a), log(softmax(a))))
    same(total(j, mul(delta(j, lit(1)), at(X, j))), at(X, lit(1)))
    different(mul(delta(o, a), at(X, o)), at(X, o))
    different(total(j, mul(sub(ONE, delta(j, o)), at(X, j))), total(j, at(X, j)))


@test_sums_and_products.fact
def a_delta_contracts_only_inside_the_range() -> None:
    short = Range(Affine.of(1), Affine.of("W") - 1)
    t = Index("t", short)
    assert not equal(total(t, mul(delta(t, o), at(X, t))), at(X, o))
    s = Index("s", short, "free")
    assert equal(total(j, mul(delta(j, s), at(X, j))), at(X, s))
    assert not equal(total(t, delta(t, lit(7))), ONE)


test_positions = facts()


@test_positions.fact
def literals_are_decided() -> None:
    same(mul(delta(lit(1), lit(2)), r), ZERO)
    same(delta(lit(2), lit(2)), ONE)
    different(delta(o, lit(1)), ZERO)
    different(at(X, lit(1)), at(X, o))


@test_positions.fact
def gathered_positions() -> None:
    t, u = Index("t", K), Index("u", K)
    n_t, n_u = Gather(N_OF, (t,)), Gather(N_OF, (u,))
    same(total(j, total(t, mul(delta(j, n_t), at(X, j)))), total(t, at(X, n_t)))
    same(total(t, mul(delta(o, n_t), at(X, n_t))), mul(at(X, o), total(t, delta(o, n_t))))
    different(total(t, mul(delta(o, n_t), at(X, n_t))), at(X, o))
    # two draws of one word are counted twice
    different(total(t, total(u, delta(n_t, n_u))), Size(Affine.of("K")))
    same(total(t, total(u, mul(delta(n_t, n_u), at(X, n_t)))), total(t, total(u, mul(delta(n_t, n_u), at(X, n_u)))))


@test_positions.fact
def coincident_positions_are_not_excluded() -> None:
    different(mul(delta(o, c), at(X, o)), ZERO)
    different(total(j, mul(delta(j, o), delta(j, c))), ZERO)
    same(total(j, mul(delta(j, o), delta(j, c))), delta(o, c))


@test_positions.fact
def shifted_bounds() -> None:
    t = Index("t", Range(Affine.of(1), Affine.of("W") - 1))
    u = Index("u", Range(Affine.of(2), Affine.of("W")))
    same(total(t, at(X, Affine.of(t) + 1)), total(u, at(X, u)))
    different(total(t, at(X, t)), total(u, at(X, u)))
    same(
        total(t, mul(at(X, t), at(Y, Affine.of(t) + 1))),
        total(u, mul(at(X, Affine.of(u) - 1), at(Y, u))),
    )
    v = Index("v", Range(Affine.of("W").scale(-1), Affine.of("W")))
    s = Index("s", Range(Affine.of("W").scale(-1), Affine.of("W")))
    line = Tensor("f", (Range(Affine.of(-9), Affine.of(9)),))
    assert equal(total(v, at(line, Affine.of(1) - v)), total(s, at(line, Affine.of(s) + 1)))


@test_positions.fact
def ends_of_a_sum_written_out() -> None:
    u = Index("u", Range(Affine.of(2), Affine.of("W")))
    same(total(u, at(X, u)), sub(total(j, at(X, j)), at(X, lit(1))))
    different(total(u, at(X, u)), total(j, at(X, j)))
    three = Index("t", Range.of_size(3))
    x3 = Tensor("x", (Range.of_size(3),))
    ctx = Attempt(Interner(), RULES)
    ctx.write_out_sums = True
    assert not minus(
        normal_form(ctx, total(three, at(x3, three))), normal_form(ctx, add(*(at(x3, lit(n)) for n in (1, 2, 3))))
    )


@test_positions.fact
def orders_of_positions() -> None:
    pair = mul(at(X, j), at(X, k))
    half = mul(power(num(2), -1), total(j, total(k, pair, Cond("eq", j, k, True))))
    same(total(j, total(k, pair, Cond("lt", j, k))), half)
    different(total(j, total(k, pair, Cond("lt", j, k))), total(j, total(k, pair, Cond("eq", j, k, True))))
    less = total(j, total(k, mul(at(X, j), at(Y, k)), Cond("lt", j, k)))
    same(less, total(j, total(k, mul(at(X, k), at(Y, j)), Cond("lt", k, j))))
    different(less, total(j, total(k, mul(at(X, j), at(Y, k)), Cond("lt", k, j))))
    same(add(Iverson(Cond("lt", o, c)), Iverson(Cond("lt", c, o)), delta(o, c)), ONE)
    same(Iverson(Cond("lt", o, c, True)), add(Iverson(Cond("lt", c, o)), delta(o, c)))


@test_positions.fact
def conditions_of_sums() -> None:
    same(total(j, at(X, j), Cond("eq", j, o, True)), sub(total(j, at(X, j)), at(X, o)))
    same(total(j, at(X, j), Cond("in", j, SUBSET)), total(j, mul(at(X, j), Iverson(Cond("in", j, SUBSET)))))
    same(mul(delta(o, a), Iverson(Cond("in", o, SUBSET))), mul(delta(o, a), Iverson(Cond("in", a, SUBSET))))
    different(total(j, at(X, j), Cond("in", j, SUBSET)), total(j, at(X, j)))


@test_positions.fact
def a_summand_may_be_undefined_where_it_is_left_out() -> None:
    inverse = power(sub(at(X, o), at(X, j)), -1)
    apart = Cond("eq", j, o, True)
    same(
        total(j, mul(r, inverse), apart),
        mul(r, total(k, power(sub(at(X, o), at(X, k)), -1), Cond("eq", k, o, True))),
    )
    different(total(j, inverse, apart), neg(total(j, inverse, apart)))


# --- exp, log, quotients ------------------------------------------------------------------------------


test_softmax = facts()


@test_softmax.fact
def exponentials_add_up() -> None:
    same(mul(exp(r), exp(q)), exp(add(r, q)))
    same(exp(mul(num(2), r)), sq(exp(r)))
    same(exp(add(total(j, at(X, j)), r)), mul(exp(r), exp(total(j, at(X, j)))))
    different(exp(mul(r, q)), mul(exp(r), exp(q)))
    different(exp(add(r, q)), add(exp(r), exp(q)))
    different(exp(neg(r)), neg(exp(r)))


@test_softmax.fact
def softmax_identities() -> None:
    same(total(j, softmax(j)), ONE)
    shifted = div(exp(add(at(X, o), r)), total(j, exp(add(at(X, j), r))))
    same(shifted, div(exp(at(X, o)), total(j, exp(at(X, j)))))
    different(shifted, div(exp(at(X, o)), total(j, exp(add(at(X, j), r)))))
    different(
        div(exp(at(X, o)), total(j, exp(at(X, j)))),
        div(exp(mul(num(2), at(X, o))), total(j, exp(mul(num(2), at(X, j))))),
    )


@test_softmax.fact
def log_softmax_and_log_sum_exp() -> None:
    same(log(softmax(o)), sub(dot(o, c), log(total(j, exp(dot(j, c))))))
    same(log(total(j, exp(add(at(X, j), r)))), add(r, log(total(j, exp(at(X, j))))))
    different(log(total(j, exp(at(X, j)))), total(j, at(X, j)))


@test_softmax.fact
def gradient_of_softmax_cross_entropy() -> None:
    y = at(Y, j)
    left = neg(total(j, mul(y, sub(at(U, j, i), total(k, mul(softmax(k), at(U, k, i)))))))
    right = add(neg(total(j, mul(y, at(U, j, i)))), mul(total(m, at(Y, m)), total(k, mul(softmax(k), at(U, k, i)))))
    same(left, right)
    different(left, add(neg(total(j, mul(y, at(U, j, i)))), total(k, mul(softmax(k), at(U, k, i)))))


test_sigmoids_and_quotients = facts()


@test_sigmoids_and_quotients.fact
@each("x", [r, dot(o, c), neg(dot(o, c)), at(X, a), sub(r, mul(r, q))])
def sigmoids(x: Expr) -> None:
    s = sigma(x)
    same(sigma(neg(x)), sub(ONE, s))
    same(tanh(x), sub(mul(num(2), sigma(mul(num(2), x))), ONE))
    same(log(s), neg(Func("softplus", neg(x))))
    same(sub(Func("softplus", x), Func("softplus", neg(x))), x)
    same(div(mul(s, sub(ONE, s)), s), sub(ONE, s))
    same(div(exp(x), sq(add(ONE, exp(x)))), mul(s, sub(ONE, s)))
    same(sub(ONE, sq(tanh(x))), mul(num(4), sigma(mul(num(2), x)), sigma(mul(num(-2), x))))
    same(log(mul(s, sub(ONE, s))), sub(log(s), Func("softplus", x)))
    different(s, sigma(neg(x)))
    different(s, sub(ONE, mul(s, s)))
    different(mul(s, sub(ONE, s)), mul(s, add(ONE, s)))
    different(tanh(x), sub(sigma(x), ONE))


@test_sigmoids_and_quotients.fact
def sigmoids_under_a_sum() -> None:
    x = at(X, j)
    same(total(j, sigma(neg(x))), sub(Size(Affine.of("W")), total(j, sigma(x))))
    same(total(j, mul(sigma(x), sigma(neg(x)), at(Y, j))), total(j, mul(at(Y, j), sub(sigma(x), sq(sigma(x))))))
    different(total(j, mul(at(Y, j), sigma(neg(x)))), total(j, mul(at(Y, j), sigma(x))))


@test_sigmoids_and_quotients.fact
def rows_of_attention_sum_to_one() -> None:
    row = div(exp(at(A, j, k)), total(m, exp(at(A, j, m))))
    same(total(k, total(j, mul(at(X, j), row))), total(j, at(X, j)))
    column = div(exp(at(A, j, k)), total(m, exp(at(A, m, k))))
    different(total(k, total(j, mul(at(X, j), column))), total(j, at(X, j)))


@test_sigmoids_and_quotients.fact
def quotients() -> None:
    same(div(r, r), ONE)
    same(add(div(r, add(r, q)), div(q, add(r, q))), ONE)
    same(sub(div(ONE, sub(r, q)), div(ONE, add(r, q))), div(mul(num(2), q), sub(sq(r), sq(q))))
    same(div(ONE, sub(r, q)), neg(div(ONE, sub(q, r))))
    same(div(sub(sq(r), sq(q)), sub(r, q)), add(r, q))
    different(div(ONE, add(r, q)), add(div(ONE, r), div(ONE, q)))
    different(div(r, add(r, q)), div(ONE, add(ONE, q)))


@test_sigmoids_and_quotients.fact
def quotients_under_a_sum() -> None:
    f, g = at(X, j), at(Y, j)
    same(add(total(j, div(f, add(f, g))), total(j, div(g, add(f, g)))), Size(Affine.of("W")))
    same(total(j, sub(div(ONE, sub(f, g)), div(ONE, add(f, g)))), total(j, div(mul(num(2), g), sub(sq(f), sq(g)))))
    different(total(j, div(f, add(f, g))), total(j, div(g, add(f, g))))


# --- powers and signs -----------------------------------------------------------------------------------


test_roots_and_logarithms = facts()


@test_roots_and_logarithms.fact
def roots() -> None:
    same(mul(sqrt(r), sqrt(r)), r)
    same(sqrt(sq(r)), Func("abs", r))
    same(sqrt(at(P, o)), power(at(P, o), div(ONE, num(2))))
    same(sqrt(mul(num(8), at(P, o))), mul(num(2), sqrt(num(2)), sqrt(at(P, o))))
    same(sqrt(sq(at(P, o))), at(P, o))
    same(
        div(sq(total(j, sq(at(X, j)))), sqrt(total(j, sq(at(X, j))))),
        mul(total(j, sq(at(X, j))), sqrt(total(j, sq(at(X, j))))),
    )
    different(sqrt(sq(r)), r)
    different(sqrt(sq(r)), neg(r))
    different(sqrt(sq(add(r, q))), add(r, q))
    different(sqrt(add(sq(r), sq(q))), add(r, q))
    different(sqrt(at(P, o)), at(P, o))


@test_roots_and_logarithms.fact
def a_root_of_a_product_is_not_split_between_unknown_signs() -> None:
    # sum_j delta_oj sqrt(x_o x_j) = |x_o|, where splitting the root would have given x_o
    left = total(j, mul(delta(o, j), sqrt(mul(at(X, o), at(X, j)))))
    same(left, Func("abs", at(X, o)))
    different(left, at(X, o))


@test_roots_and_logarithms.fact
def logs() -> None:
    same(log(mul(at(P, o), at(P, c))), add(log(at(P, o)), log(at(P, c))))
    same(log(sq(at(P, o))), mul(num(2), log(at(P, o))))
    same(log(exp(r)), r)
    same(exp(log(at(P, o))), at(P, o))
    same(log(div(at(P, o), total(j, at(P, j)))), sub(log(at(P, o)), log(total(j, at(P, j)))))
    same(log(num(6)), add(log(num(2)), log(num(3))))
    different(log(add(at(P, o), at(P, c))), add(log(at(P, o)), log(at(P, c))))
    different(exp(mul(div(ONE, num(2)), log(sq(r)))), r)
    assert not equal(log(sq(r)), mul(num(2), log(r)))


test_brackets_cases_and_products = facts()


@test_brackets_cases_and_products.fact
def known_functions_at_their_meaning() -> None:
    same(add(sq(Func("sin", r)), sq(Func("cos", r))), ONE)
    same(mul(Func("abs", r), Func("sign", r)), r)
    same(sq(Func("abs", r)), sq(r))
    same(Func("relu", r), mul(r, Iverson(Cond("pos", r))))
    same(sub(Func("relu", r), Func("relu", neg(r))), r)
    same(Func("relu", exp(r)), exp(r))
    same(sub(sq(Func("cosh", r)), sq(Func("sinh", r))), ONE)
    same(Func("relu", Func("relu", r)), Func("relu", r))
    same(exp(Func("relu", r)), add(ONE, mul(Iverson(Cond("pos", r)), sub(exp(r), ONE))))
    different(Func("relu", r), r)
    different(Func("abs", r), r)
    different(Func("sin", r), Func("cos", r))


@test_brackets_cases_and_products.fact
def a_bracket_of_a_difference_is_not_turned_round() -> None:
    # at j = o both brackets are 0
    left = total(j, Iverson(Cond("pos", sub(at(X, j), at(X, o)))))
    right = total(j, sub(ONE, Iverson(Cond("pos", sub(at(X, o), at(X, j))))))
    assert not equal(left, right)
    same(Iverson(Cond("pos", neg(r))), sub(ONE, Iverson(Cond("pos", r))))


@test_brackets_cases_and_products.fact
def bits_and_signs() -> None:
    same(sq(at(BIT, o)), at(BIT, o))
    same(sq(at(SIGN, o)), ONE)
    same(total(j, mul(power(at(SIGN, j), 3), at(X, j))), total(j, mul(at(SIGN, j), at(X, j))))
    same(power(at(SIGN, o), -1), at(SIGN, o))
    same(sigma(mul(at(SIGN, o), r)), add(div(ONE, num(2)), mul(at(SIGN, o), sub(sigma(r), div(ONE, num(2))))))
    different(mul(at(BIT, o), at(BIT, c)), at(BIT, o))
    different(mul(at(SIGN, o), at(SIGN, c)), ONE)


@test_brackets_cases_and_products.fact
def deltas_inside_functions() -> None:
    same(sigma(mul(delta(o, a), r)), add(mul(delta(o, a), sigma(r)), div(sub(ONE, delta(o, a)), num(2))))
    same(exp(mul(delta(o, a), at(X, a))), add(ONE, mul(delta(o, a), sub(exp(at(X, o)), ONE))))
    same(total(j, exp(mul(delta(o, j), at(X, j)))), add(Size(Affine.of("W")), exp(at(X, o)), num(-1)))
    different(exp(mul(delta(o, a), r)), mul(delta(o, a), exp(r)))


@test_brackets_cases_and_products.fact
def numbers_and_constants() -> None:
    pi = Const("\\pi")
    same(mul(sqrt(pi), sqrt(pi)), pi)
    same(power(num(2), div(num(3), num(2))), mul(num(2), sqrt(num(2))))
    same(div(ONE, sqrt(num(2))), div(sqrt(num(2)), num(2)))
    different(sqrt(num(2)), num(2))
    same(power(num(2), r), exp(mul(r, log(num(2)))))
    same(mul(power(at(P, o), r), at(P, o)), power(at(P, o), add(r, ONE)))


@test_brackets_cases_and_products.fact
def case_distinctions() -> None:
    here = (Cond("eq", o, c),)
    cases = Cases(((here, r), ((), q)))
    same(cases, add(mul(delta(o, c), r), mul(sub(ONE, delta(o, c)), q)))
    different(cases, add(mul(delta(o, c), r), q))


@test_brackets_cases_and_products.fact
def products_over_an_index() -> None:
    same(log(Prod(j, sigma(at(X, j)))), total(j, log(sigma(at(X, j)))))
    same(Prod(j, exp(at(X, j))), exp(total(j, at(X, j))))
    same(Prod(j, mul(at(X, j), at(Y, j))), mul(Prod(k, at(X, k)), Prod(m, at(Y, m))))
    different(Prod(j, add(at(X, j), at(Y, j))), add(Prod(k, at(X, k)), Prod(m, at(Y, m))))
    different(Prod(j, at(X, j)), total(j, at(X, j)))


# --- adversaries ----------------------------------------------------------------------------------------


def gram_determinant(n: int) -> Expr:
    """det[u_a . v_b] for a, b = 1 .. n: zero exactly below dimension n."""
    terms = []
    for order in permutations(range(n)):
        sign = prod(1 if order[x] < order[y] else -1 for x, y in combinations(range(n), 2))
        terms.append(mul(num(sign), *(dot(lit(x + 1), lit(order[x] + 1)) for x in range(n))))
    return add(*terms)


test_what_is_not_equal = facts()


@test_what_is_not_equal.fact
@each("n", [2, 3, 4])
def gram_determinants_do_not_vanish_for_all_dimensions(n: int) -> None:
    assert not equal(gram_determinant(n), ZERO)
    assert equal(sub(gram_determinant(n), gram_determinant(n)), ZERO)


@test_what_is_not_equal.fact
def antisymmetrised_products_vanish() -> None:
    body = mul(sub(mul(at(X, j), at(Y, k)), mul(at(X, k), at(Y, j))), exp(add(at(X, j), at(X, k))))
    same(total(j, total(k, body)), ZERO)


@test_what_is_not_equal.fact
def a_size_is_not_a_number() -> None:
    size = Size(Affine.of("W"))
    different(mul(sub(size, num(3)), at(X, o)), ZERO)
    different(add(sq(size), num(35)), mul(num(12), size))
    same(total(j, total(k, mul(delta(j, j), delta(k, k)))), sq(size))


@test_what_is_not_equal.fact
def off_by_one_factors() -> None:
    x = total(j, sq(at(X, j)))
    different(mul(num(2), x), x)
    different(power(x, 2), power(x, 3))
    different(add(x, x), sq(x))
    different(div(x, num(2)), div(x, num(3)))


@test_what_is_not_equal.fact
def hostile_powers_and_nesting_end() -> None:
    nine = num(9)
    with pytest.raises(FormTooLarge):
        normal_form(Attempt(Interner(), RULES), power(nine, power(nine, nine)))
    with pytest.raises(FormTooLarge):
        normal_form(Attempt(Interner(), RULES), power(add(*(at(t, o) for t in (X, Y, P)), r, q, at(B, o, i)), 60))
    deep = r
    for _ in range(3000):
        deep = Func("exp", add(deep, ONE))
    with pytest.raises((FormTooLarge, RecursionError)):
        normal_form(Attempt(Interner(), RULES), deep)


@test_what_is_not_equal.fact
def division_by_zero_proves_nothing() -> None:
    assert not equal(div(r, sub(q, q)), div(q, sub(r, r)))
    assert not equal(log(sub(q, q)), log(sub(r, r)))


@test_what_is_not_equal.fact
def a_bracket_that_some_size_makes_vanish_is_not_turned_round() -> None:
    short = sub(Size(Affine.of("W")), num(3))
    for factor in (ONE, at(X, o)):
        x = mul(short, factor)
        left, right = Iverson(Cond("pos", neg(x))), sub(ONE, Iverson(Cond("pos", x)))
        assert not equal(left, right)
