"""Proofs of claims: assumptions, their minimal set, side conditions, definitions, derivatives; and no false proofs."""

from __future__ import annotations

from symgrad.checking.resolved_claims import ResolvedClaims
from symgrad.core.claims import Assumption, Claim
from symgrad.core.functions import exp, log, sigma
from symgrad.core.nodes import (
    ONE,
    ZERO,
    AbstractFunction,
    Apply,
    Cond,
    Definition,
    Deriv,
    Entry,
    Expr,
    Func,
    Iverson,
    Lam,
    Ref,
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
    walk,
)
from symgrad.core.ranges import Affine, Gather, Index, IndexArray, Range, Subset
from symgrad.proving.proof import Proof, Prover
from tests.cases import facts
from tests.ir.forms import N_OF, SUBSET, A, D, K, P, R, U, V, W, X, Y, a, at, b, c, dot, i, lit, o, softmax, total, w, z

j, k = w("j"), w("k")
t, u = Index("t", K, "free"), Index("u", K, "free")
r = at(R)


def prove(claim: Claim, seconds: float = 1.0) -> Proof | None:
    resolved = ResolvedClaims().claim(claim)
    assert resolved is not None
    return Prover().prove(resolved, claim, seconds)


def difference(claim: Claim) -> Expr | None:
    resolved = ResolvedClaims().claim(claim)
    assert resolved is not None
    return Prover().difference(resolved, claim)


def holds(left: Expr, right: Expr, *assumptions: Assumption, free: tuple[Index, ...] = (a, b, i, z)) -> bool:
    return prove(Claim(left, right, free, assumptions)) is not None


def condition(latex: str, cond: Cond, *params: Index, unless: tuple[Cond, ...] = ()) -> Assumption:
    return Assumption("condition", latex, cond=cond, params=params, unless=unless)


def equation(latex: str, left: Expr, right: Expr, *params: Index) -> Assumption:
    return Assumption("equation", latex, left, right, params=params)


def n(index: Index) -> Gather:
    return Gather(N_OF, (index,))


SUM_Y = equation("\\sum_a y_a = 1", total(j, at(Y, j)), ONE)
NOT_O = condition("n_k \\neq o", Cond("eq", n(t), o, True), t)
OUTSIDE = condition("o \\notin N", Cond("in", o, SUBSET, True))
DISTINCT = condition("n_k \\neq n_l", Cond("eq", n(t), n(u), True), t, u, unless=(Cond("eq", t, u),))
ROWS = equation("\\sum_j A_{ij} = 1", total(k, at(A, a, k)), ONE, a)


# --- assumptions ----------------------------------------------------------------------------------------


test_equations = facts()


@test_equations.fact
def an_equation_is_used_and_named() -> None:
    claim = Claim(mul(total(j, at(Y, j)), r), r, (), (NOT_O, SUM_Y))
    proof = prove(claim)
    assert proof is not None
    assert proof.assumptions == ("\\sum_a y_a = 1",)
    assert any("\\sum_a y_a = 1" in rule for rule in proof.trace)
    assert prove(Claim(claim.left, claim.right)) is None


@test_equations.fact
def what_needs_no_assumption_names_none() -> None:
    proof = prove(Claim(add(r, r), mul(num(2), r), (), (SUM_Y, NOT_O)))
    assert proof is not None
    assert proof.assumptions == ()


@test_equations.fact
def the_gradient_of_cross_entropy_needs_the_target_to_sum_to_one() -> None:
    p = w("a")
    y_hat = Definition("\\hat y", (p,), softmax(p))
    cost = neg(total(j, mul(at(Y, j), log(Ref(y_hat, (j,))))))
    left = Deriv(cost, at(V, i, c))
    right = total(k, mul(sub(Ref(y_hat, (k,)), at(Y, k)), at(U, k, i)))
    assert holds(left, right, SUM_Y)
    assert not holds(left, right)
    assert not holds(left, neg(right), SUM_Y)
    assert not holds(left, total(k, mul(sub(at(Y, k), Ref(y_hat, (k,))), at(U, k, i))), SUM_Y)


@test_equations.fact
def rows_that_sum_to_one_inside_a_larger_sum() -> None:
    left = total(j, total(k, mul(at(X, j), at(A, j, k))))
    assert holds(left, total(j, at(X, j)), ROWS)
    assert not holds(left, total(j, at(X, j)))
    columns = total(j, total(k, mul(at(X, k), at(A, j, k))))
    assert not holds(columns, total(j, at(X, j)), ROWS)


@test_equations.fact
def orthonormal_columns() -> None:
    q = Tensor("Q", (W, D))
    m, m2 = Index("m", D, "free"), Index("m'", D, "free")
    unit = equation("Q^T Q = I", total(j, mul(at(q, j, m), at(q, j, m2))), delta(m, m2), m, m2)
    d1, d2 = Index("d", D), Index("e", D)
    coefficients = Tensor("v", (D,))
    norm = total(j, power(total(d1, mul(at(q, j, d1), at(coefficients, d1))), 2))
    assert holds(norm, total(d2, power(at(coefficients, d2), 2)), unit)
    assert not holds(norm, total(d2, power(at(coefficients, d2), 2)))


@test_equations.fact
def a_rule_holds_where_it_was_said_and_nowhere_else() -> None:
    row_o = equation("\\sum_j A_{oj} = 1", total(k, at(A, o, k)), ONE)
    assert holds(total(j, at(A, o, j)), ONE, row_o)
    assert not holds(total(j, at(A, c, j)), ONE, row_o)
    assert not holds(total(j, at(A, a, j)), ONE, row_o)
    late = Index("s", Range(Affine.of(2), Affine.of("W")), "free")
    from_two = equation("x_s = 1", at(X, late), ONE, late)
    assert not holds(at(X, lit(1)), ONE, from_two)
    assert not holds(at(X, o), ONE, from_two)
    assert not holds(total(j, at(X, j)), Size(Affine.of("W")), from_two)


@test_equations.fact
def unit_vectors_and_signs() -> None:
    unit = equation("\\sum_i x_i^2 = 1", total(j, power(at(X, j), 2)), ONE)
    assert holds(div(at(X, o), Func("sqrt", total(j, power(at(X, j), 2)))), at(X, o), unit)
    assert not holds(total(j, at(X, j)), ONE, unit)
    sign = equation("x_i^2 = 1", power(at(X, a), 2), ONE, a)
    assert holds(total(j, mul(power(at(X, j), 2), at(Y, j))), total(j, at(Y, j)), sign)
    assert holds(power(at(X, o), 3), at(X, o), sign)
    assert not holds(mul(at(X, o), at(X, c)), ONE, sign)


@test_equations.fact
def symmetric_tensors() -> None:
    symmetric = equation("A_{ij} = A_{ji}", at(A, a, b), at(A, b, a), a, b)
    left = total(j, total(k, mul(at(X, j), at(A, j, k), at(Y, k))))
    right = total(j, total(k, mul(at(Y, j), at(A, j, k), at(X, k))))
    assert holds(left, right, symmetric)
    assert not holds(left, right)


test_positions_and_signs = facts()


@test_positions_and_signs.fact
def positions_that_differ() -> None:
    hit = total(w("s"), delta(o, lit(2)))
    sampled = Index("s", K)
    penalty = total(sampled, mul(delta(o, n(sampled)), at(X, n(sampled))))
    assert holds(penalty, ZERO, NOT_O)
    assert not holds(penalty, ZERO)
    assert not holds(hit, ZERO, NOT_O)
    assert holds(delta(a, b), ZERO, condition("a \\neq b", Cond("eq", a, b, True)))
    assert not holds(delta(a, o), ZERO, condition("a \\neq b", Cond("eq", a, b, True)))


@test_positions_and_signs.fact
def distinct_samples() -> None:
    s1, s2 = Index("s", K), Index("s'", K)
    pairs = total(s1, total(s2, delta(n(s1), n(s2))))
    assert holds(pairs, Size(Affine.of("K")), DISTINCT)
    assert not holds(pairs, Size(Affine.of("K")))
    assert not holds(pairs, Size(Affine.of("K")), NOT_O)


@test_positions_and_signs.fact
def subsets() -> None:
    inside = total(j, mul(delta(j, o), at(X, j)), Cond("in", j, SUBSET))
    assert holds(inside, ZERO, OUTSIDE)
    assert not holds(inside, ZERO)
    member = condition("a \\in N", Cond("in", a, SUBSET))
    assert holds(total(j, mul(delta(j, a), at(X, j)), Cond("in", j, SUBSET)), at(X, a), member)
    assert holds(delta(a, o), ZERO, member, OUTSIDE)
    assert not holds(delta(a, o), ZERO, OUTSIDE)
    other = Subset("M", W)
    assert not holds(Iverson(Cond("in", o, other)), ZERO, OUTSIDE)


@test_positions_and_signs.fact
def target_among_the_negatives() -> None:
    """The gradient by u_o when the target may have been drawn as a negative: the two terms add up."""
    s = Index("s", K)
    cost = sub(neg(log(sigma(dot(o, c)))), total(s, log(sigma(neg(dot(n(s), c))))))
    left = Deriv(cost, at(U, o, i))
    plain = mul(sub(sigma(dot(o, c)), ONE), at(V, i, c))
    both = add(plain, mul(total(s, delta(o, n(s))), sigma(dot(o, c)), at(V, i, c)))
    assert holds(left, both)
    assert holds(left, plain, NOT_O)
    assert not holds(left, plain)
    assert not holds(left, plain, DISTINCT)


@test_positions_and_signs.fact
def equal_positions() -> None:
    same = condition("a = o", Cond("eq", a, o))
    assert holds(at(X, a), at(X, o), same)
    assert holds(delta(a, o), ONE, same)
    assert not holds(at(X, a), at(X, c), same)


@test_positions_and_signs.fact
def positive_numbers() -> None:
    positive = condition("r > 0", Cond("pos", r))
    assert holds(Func("sqrt", power(r, 2)), r, positive)
    assert not holds(Func("sqrt", power(r, 2)), r)
    assert holds(Func("relu", r), r, positive)
    entries = condition("x_i > 0", Cond("pos", at(X, a)), a)
    assert holds(log(mul(at(X, o), at(X, c))), add(log(at(X, o)), log(at(X, c))), entries)


# --- side conditions --------------------------------------------------------------------------------------


test_side_conditions = facts()


@test_side_conditions.fact
def a_log_in_the_claim_makes_its_entries_positive() -> None:
    proof = prove(Claim(log(power(at(X, o), 2)), mul(num(2), log(at(X, o)))))
    assert proof is not None
    assert ("positive", at(X, o)) in proof.conditions
    every = total(j, mul(at(Y, j), log(at(X, j))))
    left = total(j, mul(at(Y, j), log(power(at(X, j), 3))))
    assert holds(left, mul(num(3), every))


@test_side_conditions.fact
def a_log_elsewhere_says_nothing_of_other_entries() -> None:
    assert not holds(add(log(at(X, o)), Func("sqrt", power(at(X, c), 2))), add(log(at(X, o)), at(X, c)))
    masked = mul(delta(o, c), log(at(X, a)))
    assert not holds(add(masked, Func("sqrt", power(at(X, a), 2))), add(masked, at(X, a)))
    some = total(j, log(at(X, j)), Cond("in", j, SUBSET))
    assert not holds(add(some, Func("sqrt", power(at(X, a), 2))), add(some, at(X, a)))
    short = Index("s", Range(Affine.of(2), Affine.of("W")))
    part = total(short, log(at(X, short)))
    assert not holds(add(part, Func("sqrt", power(at(X, lit(1)), 2))), add(part, at(X, lit(1))))


@test_side_conditions.fact
def log_of_a_square() -> None:
    assert not holds(log(power(r, 2)), mul(num(2), log(Func("relu", r))))
    assert not holds(log(power(r, 2)), log(r))


# --- definitions and derivatives ----------------------------------------------------------------------------


test_definitions_and_derivatives = facts()


@test_definitions_and_derivatives.fact
def definitions_are_opened_only_when_needed() -> None:
    p = w("a")
    h = Definition("h", (p,), exp(at(X, p)))
    ref = Ref(h, (o,))
    assert holds(mul(ref, ref), power(ref, 2))
    assert holds(ref, exp(at(X, o)))
    assert holds(log(ref), at(X, o))
    assert not holds(ref, Ref(h, (c,)))


@test_definitions_and_derivatives.fact
def a_chain_of_definitions() -> None:
    s = Definition("s", (), dot(o, c))
    g = Definition("g", (), sigma(Ref(s, ())))
    left = Deriv(neg(log(Ref(g, ()))), at(V, i, c))
    assert holds(left, mul(sub(Ref(g, ()), ONE), at(U, o, i)))
    assert not holds(left, mul(sub(ONE, Ref(g, ())), at(U, o, i)))
    assert holds(Deriv(neg(log(Ref(g, ()))), Ref(s, ())), sub(Ref(g, ()), ONE))


@test_definitions_and_derivatives.fact
def abstract_functions_and_their_derivatives() -> None:
    f = AbstractFunction("f", ((),))
    cost = AbstractFunction("L", ((W,),))
    x = at(X, o)
    once = Apply(f, (Lam((), x),), ((0, ()),))
    assert holds(Deriv(Apply(f, (Lam((), x),), ()), x), once)
    assert not holds(Apply(f, (Lam((), x),), ()), once)
    p1, p2 = w("p"), w("q")
    array = Lam((p1,), mul(num(2), at(X, p1)))
    same_array = Lam((p2,), add(at(X, p2), at(X, p2)))
    mixed = Apply(cost, (array,), ((0, (a,)), (0, (b,))))
    assert holds(mixed, Apply(cost, (same_array,), ((0, (b,)), (0, (a,)))))
    assert not holds(mixed, Apply(cost, (array,), ((0, (a,)), (0, (a,)))))
    assert not holds(Apply(cost, (array,), ()), Apply(cost, (Lam((p1,), at(X, p1)),), ()))


@test_definitions_and_derivatives.fact
def position_arithmetic_stays_in_range() -> None:
    """At positions where all of it stays in range, neighbours in a sum of differences both count."""
    s = Index("s", W, "free")
    step = Index("t", Range(Affine.of(1), Affine.of("W") - 1))
    energy = total(step, power(sub(at(X, Affine.of(step) + 1), at(X, step)), 2))
    left = Deriv(energy, at(X, s))
    inner = sub(mul(num(4), at(X, s)), mul(num(2), add(at(X, Affine.of(s) - 1), at(X, Affine.of(s) + 1))))
    assert holds(left, inner, free=(s,))
    assert not holds(left, mul(num(4), at(X, s)), free=(s,))
    assert holds(Deriv(energy, at(X, lit(1))), mul(num(2), sub(at(X, lit(1)), at(X, lit(2)))))


@test_definitions_and_derivatives.fact
def index_arrays_of_two_indices() -> None:
    grid = IndexArray("m", (W, K), W)
    s1, s2 = w("s"), Index("p", K)
    target = Gather(grid, (s1, s2))
    left = total(s1, total(s2, total(j, mul(delta(j, target), at(X, j)))))
    assert holds(left, total(s1, total(s2, at(X, target))))


# --- differences --------------------------------------------------------------------------------------------


test_differences = facts()


@test_differences.fact
def the_difference_is_said_simply() -> None:
    shown = difference(Claim(add(mul(num(2), r), at(P, o)), r))
    assert shown is add(r, at(P, o)) or shown is add(at(P, o), r)
    assert difference(Claim(r, r)) is None


@test_differences.fact
def a_difference_keeps_to_the_letters_of_the_claim() -> None:
    shown = difference(Claim(mul(num(2), total(k, at(X, k))), total(k, at(X, k))))
    assert shown is not None
    assert shown.args[0].letter == "k"


@test_differences.fact
def nothing_is_proved_in_no_time() -> None:
    assert prove(Claim(softmax(o), add(softmax(o), ZERO)), seconds=2.0) is not None
    big: Expr = power(add(*(at(x, o) for x in (X, Y, P)), r, exp(r), sigma(r), at(A, o, c)), 40)
    assert prove(Claim(big, mul(big, add(ONE, at(X, c)))), seconds=0.3) is None


@test_differences.fact
def an_entry_is_no_other_tensors_entry() -> None:
    twin = Tensor("x", (W,))
    assert not holds(Entry(twin, (o,)), at(X, o))


@test_differences.fact
def a_difference_is_said_in_sigmoids() -> None:
    x = dot(o, c)
    shown = difference(Claim(mul(r, sigma(x)), ZERO))
    assert shown is not None
    assert [n.name for n in walk(shown) if isinstance(n, Func)] == ["sigma"]
    assert holds(shown, mul(r, sigma(x)))
    other = difference(Claim(mul(r, sub(ONE, sigma(x))), ZERO))
    assert other is not None
    assert [n.name for n in walk(other) if isinstance(n, Func)] == ["sigma"]
    assert holds(other, mul(r, sigma(neg(x))))


test_positions_one_by_one = facts()


@test_positions_one_by_one.fact
def equal_gathered_positions_stand_for_one_another() -> None:
    s1, s2 = Index("s", K), Index("s'", K)
    weights = Tensor("f", (K,))

    def pairs(kept: Index) -> Expr:
        return total(s1, total(s2, mul(delta(n(s1), n(s2)), at(X, n(kept)), at(weights, s1))))

    assert holds(pairs(s1), pairs(s2))
    different = total(s1, total(s2, mul(delta(n(s1), n(s2)), at(weights, s2), at(weights, s1))))
    assert not holds(different, total(s1, power(at(weights, s1), 2)))


@test_positions_one_by_one.fact
def a_few_numbered_positions_are_proved_one_by_one() -> None:
    two = Range.of_size(2)
    m = Index("m", two, "free")
    v = Tensor("v", (two,))
    flipped = add(mul(delta(m, lit(1)), at(v, lit(2))), mul(delta(m, lit(2)), at(v, lit(1))))
    other = sub(add(at(v, lit(1)), at(v, lit(2))), at(v, m))
    assert holds(flipped, other, free=(m,))
    assert not holds(flipped, at(v, m), free=(m,))


@test_positions_one_by_one.fact
def gram_determinants_vanish_where_the_dimension_is_a_smaller_number() -> None:
    plane = Range.of_size(2)
    vectors = Tensor("x", (Range.of_size(3), plane))

    def inner(first: int, second: int) -> Expr:
        d = Index("d", plane)
        return total(d, mul(at(vectors, lit(first), d), at(vectors, lit(second), d)))

    orders = {(1, 2, 3): 1, (2, 3, 1): 1, (3, 1, 2): 1, (2, 1, 3): -1, (1, 3, 2): -1, (3, 2, 1): -1}
    gram = add(*(mul(num(sign), *(inner(x + 1, y) for x, y in enumerate(order))) for order, sign in orders.items()))
    assert holds(gram, ZERO)
    assert not holds(inner(1, 2), ZERO)


@test_positions_one_by_one.fact
def a_difference_that_nobody_would_read_is_not_said() -> None:
    factors = [Entry(Tensor(f"t{k}"), ()) for k in range(300)]
    assert difference(Claim(mul(*factors[:100]), ZERO)) is not None
    assert difference(Claim(mul(*factors), ZERO)) is None
