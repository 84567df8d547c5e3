"""What the evaluator says of claims that random tests are known to get wrong."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest

from symgrad.checking.refute import Evaluation, refute
from symgrad.checking.sides import Session, certified, compare
from symgrad.core import nodes as n
from symgrad.core.claims import Assumption, Claim
from symgrad.core.nodes import Cond, Definition, Delta, Deriv, Entry, Func, Num, Ref, Size, Sum, Tensor
from symgrad.core.ranges import Affine, Gather, Index, IndexArray, Range, Subset
from symgrad.evaluating.environment import Environment
from symgrad.evaluating.evaluator import Evaluator
from tests.cases import each, facts

W, D, K = Range.of_size("W"), Range.of_size("D"), Range.of_size("K")
U, V = Tensor("U", (W, D)), Tensor("V", (D, W))
X, A, T = Tensor("x", (W,)), Tensor("A", (W, W)), Tensor("t")
N, SAMPLES = Subset("N", W), IndexArray("n", (K,), W)
c, o = Index("c", W, "fixed"), Index("o", W, "fixed")


def bound(r: Range) -> Index:
    return Index("s", r)


def x(i: Index) -> n.Expr:
    return Entry(X, (i,))


def equal(left: n.Expr, right: n.Expr, *free: Index, assume: tuple[Assumption, ...] = ()) -> Evaluation:
    return refute(Claim(left, right, free, assume))


def condition(cond: Cond, *params: Index, unless: tuple[Cond, ...] = ()) -> Assumption:
    return Assumption("condition", "", None, None, cond, params, unless)


def softmax() -> tuple[Definition, Definition]:
    a, w, j, k = bound(W), bound(W), bound(D), bound(D)
    top = Func("exp", Sum(j, n.mul(Entry(U, (a, j)), Entry(V, (j, c)))))
    low = Sum(w, Func("exp", Sum(k, n.mul(Entry(U, (w, k)), Entry(V, (k, c))))))
    yhat = Definition("\\hat y", (a,), n.div(top, low))
    return yhat, Definition("J", (), n.neg(Func("log", Ref(yhat, (o,)))))


# --- equal and different ----------------------------------------------------------------------------


test_equal_and_different = facts()


@test_equal_and_different.fact
def a_gradient_that_is_right() -> None:
    yhat, cost = softmax()
    i, z = Index("i", D, "free"), bound(W)
    right = Sum(z, n.mul(n.sub(Ref(yhat, (z,)), Delta(z, o)), Entry(U, (z, i))))
    found = equal(Deriv(Ref(cost, ()), Entry(V, (i, c))), right, i)
    assert found.verdict == "equal"
    assert found.samples >= 8
    assert found.bound is None
    assert set(found.sizes) == {"W", "D"}
    assert found.sizes["W"] != found.sizes["D"]


@test_equal_and_different.fact
def a_witness_is_small_simple_and_can_be_printed() -> None:
    yhat, cost = softmax()
    i, z = Index("i", D, "free"), bound(W)
    right = Sum(z, n.mul(n.sub(Delta(z, o), Ref(yhat, (z,))), Entry(U, (z, i))))
    found = equal(Deriv(Ref(cost, ()), Entry(V, (i, c))), right, i)
    assert found.verdict == "differs"
    witness = found.witness
    assert witness is not None
    assert witness.sizes == {"D": 1, "W": 2}
    assert set(witness.values) == {"U", "V"}
    assert set(np.ravel(witness.values["U"])) <= {0, 1}
    assert set(witness.at) == {"c", "o", "i"}
    assert witness.left == pytest.approx(-witness.right)
    assert witness.left != 0
    json.dumps([witness.sizes, witness.values, witness.at, witness.left, witness.right])


@test_equal_and_different.fact
def the_same_seed_finds_the_same() -> None:
    a, b = Index("a", W, "free"), Index("b", W, "free")
    claim = Claim(Entry(A, (a, b)), Entry(A, (b, a)), (a, b))
    assert refute(claim, 3) == refute(claim, 3)


@test_equal_and_different.fact
def a_session_is_shared() -> None:
    session, i = Session(), Index("i", W, "free")
    first = refute(Claim(x(i), x(i), (i,)), session=session)
    count = len(session.evaluators)
    second = refute(Claim(n.mul(n.num(2), x(i)), n.add(x(i), x(i)), (i,)), session=session)
    assert first.verdict == second.verdict == "equal"
    assert len(session.evaluators) == count


# --- sizes that lie ---------------------------------------------------------------------------------


def sign(p: tuple[int, ...]) -> int:
    return (-1) ** sum(p[i] > p[j] for i in range(len(p)) for j in range(i + 1, len(p)))


test_sizes = facts()


@test_sizes.fact
@each("k", [2, 3, 4, 5, 6])
def gram_determinants_vanish_below_their_size_only(k: int) -> None:
    """det[x_a . y_b] = 0 for k vectors in fewer than k dimensions, and not in k"""
    vectors = Range.of_size(k)
    left, right = Tensor("x", (vectors, D)), Tensor("y", (vectors, D))

    def dot(a: int, b: int) -> n.Expr:
        i = dots.setdefault((a, b), bound(D))
        return Sum(i, n.mul(Entry(left, (Affine((), a + 1), i)), Entry(right, (Affine((), b + 1), i))))

    dots: dict[tuple[int, int], Index] = {}
    terms = [n.mul(n.num(sign(p)), *(dot(a, p[a]) for a in range(k))) for p in permutations(range(k))]
    claim = Claim(n.add(*terms), n.ZERO)
    found = refute(claim)
    assert found.verdict == "differs"
    assert found.bound == {"D": k}
    assert found.witness is not None
    assert found.witness.sizes == {"D": k}
    rng = np.random.default_rng(0)
    env = Environment({"D": k - 1}, 4, {t: rng.integers(-2, 3, (4, k, k - 1)) * 1.0 for t in (left, right)})
    assert not compare(claim, Evaluator(env)).differs.any()


test_antisymmetry = facts()


@test_antisymmetry.fact
def antisymmetrised_deltas_need_as_many_positions_as_indices() -> None:
    """sum_p sign(p) prod_a delta(i_a, j_p(a)) = 0 at free letters: true below five positions"""
    k = 5
    i = [Index(f"i{a}", D, "free") for a in range(k)]
    j = [Index(f"j{a}", D, "free") for a in range(k)]
    # contracted with one vector for each letter, so that no letter stays free
    vectors = [Tensor(f"v{a}", (D,)) for a in range(2 * k)]
    body = n.add(*(n.mul(n.num(sign(p)), *(Delta(i[a], j[p[a]]) for a in range(k))) for p in permutations(range(k))))
    weights = n.mul(*(Entry(v, (e,)) for v, e in zip(vectors, (*i, *j), strict=True)))
    total = n.add(*(n.sum_over((*i, *j), n.mul(t, weights)) for t in body.terms))  # type: ignore[attr-defined]
    found = refute(Claim(total, n.ZERO))
    assert found.verdict == "differs"
    assert found.witness is not None
    assert found.witness.sizes["D"] >= k


test_sizes_as_numbers = facts()


@test_sizes_as_numbers.fact
def the_size_as_a_coefficient() -> None:
    """delta_ii delta_jj + 35 = 12 delta_ii holds at sizes 5 and 7 and nowhere else"""
    i, j, k = bound(D), bound(D), bound(D)
    left = n.add(n.mul(Sum(i, Delta(i, i)), Sum(j, Delta(j, j))), n.num(35))
    found = equal(left, n.mul(n.num(12), Sum(k, Delta(k, k))))
    assert found.verdict == "differs"
    cube = n.mul(*(n.sub(Size(Affine.of("D")), n.num(r)) for r in (3, 4, 5)), Entry(T, ()))
    assert equal(cube, n.ZERO).verdict == "differs"
    i, j = bound(D), bound(D)
    right = n.mul(Size(Affine.of("D")), Size(Affine.of("D")))
    found = equal(n.mul(Sum(i, n.ONE), Sum(j, Delta(j, j))), right)
    assert found.verdict == "equal"
    assert found.bound is not None


@test_sizes_as_numbers.fact
def a_transpose_does_not_hide_behind_equal_sizes() -> None:
    i = bound(D)
    a, b = Index("a", W, "free"), Index("b", W, "free")
    left = Sum(i, n.mul(Entry(U, (a, i)), Entry(V, (i, b))))
    i = bound(D)
    assert equal(left, Sum(i, n.mul(Entry(U, (b, i)), Entry(V, (i, a)))), a, b).verdict == "differs"


# --- small weights, undefined points ------------------------------------------------------------------


test_undefined_points = facts()


@test_undefined_points.fact
def small_terms_are_compared_with_themselves() -> None:
    """an error of 1e-6 in a term of 1e-12, at weights that nearly vanish"""
    i = Index("i", W, "free")
    tiny = Num(Fraction(1, 10**12))
    wrong = n.mul(tiny, Num(1 + Fraction(1, 10**6)), x(i))
    assert equal(n.mul(tiny, x(i)), wrong, i).verdict == "differs"
    assert equal(n.mul(tiny, x(i)), n.mul(tiny, x(i)), i).verdict == "equal"
    assert equal(Func("sigma", n.mul(Num(Fraction(1, 1000)), x(i))), n.num(Fraction(1, 2)), i).verdict == "differs"


@test_undefined_points.fact
def rounding_refutes_nothing() -> None:
    """(e^x - 1) - (e^x - 1 - x) = x loses digits; 1 - sigma(30 x) = sigma(-30 x) loses all of them"""
    i = Index("i", W, "free")
    big = n.mul(n.num(30), x(i))
    assert equal(n.sub(n.ONE, Func("sigma", big)), Func("sigma", n.neg(big)), i).verdict == "equal"
    e = Func("exp", n.mul(n.num(12), x(i)))
    assert equal(n.mul(n.sub(n.add(e, x(i)), e), x(i)), n.power(x(i), 2), i).verdict == "equal"


@test_undefined_points.fact
def points_where_a_side_is_undefined_do_not_count() -> None:
    """x/x = 1; log x^2 = 2 log x; sqrt(x^2) = x is wrong, sqrt(x)^2 = x is not"""
    i = Index("i", W, "free")
    assert equal(n.mul(x(i), n.power(x(i), -1)), n.ONE, i).verdict == "equal"
    log = Func("log", n.power(x(i), 2))
    assert equal(log, n.mul(n.num(2), Func("log", x(i))), i).verdict == "equal"
    assert equal(Func("sqrt", n.power(x(i), 2)), x(i), i).verdict == "differs"
    assert equal(n.power(Func("sqrt", x(i)), 2), x(i), i).verdict == "equal"


@test_undefined_points.fact
def a_logarithm_of_every_entry_finds_positive_ones() -> None:
    i, j = bound(W), bound(W)
    left = Sum(i, Func("log", x(i)))
    assert equal(left, Func("log", n.Prod(j, x(j))), i).verdict == "equal"


@test_undefined_points.fact
@each(
    "side",
    [
        Func("log", n.num(-1)),
        n.power(n.sub(Entry(T, ()), Entry(T, ())), -1),
        Func("log", n.neg(n.power(Entry(T, ()), 2))),
    ],
)
def nowhere_defined_is_no_agreement(side: n.Expr) -> None:
    found = equal(side, side)
    assert found.verdict == "undefined"
    assert found.note == "no valid point found"


test_kinks_and_ends = facts()


@test_kinks_and_ends.fact
def a_witness_is_never_at_a_kink() -> None:
    """ReLU'(x) = [x > 0] holds, ReLU'(x) = 1 fails below 0, and 0 proves nothing"""
    t = Entry(T, ())
    slope = Deriv(Func("relu", t), t)
    assert equal(slope, n.Iverson(Cond("pos", t))).verdict == "equal"
    found = equal(slope, n.ONE)
    assert found.verdict == "differs"
    assert found.witness is not None
    assert found.witness.values["t"] < 0
    assert equal(slope, n.Iverson(Cond("pos", n.neg(t)))).witness.values["t"] != 0  # type: ignore[union-attr]


@test_kinks_and_ends.fact
def absolute_values_on_a_diagonal_of_zeros() -> None:
    """sum_ij |x_i - x_j| is at a kink for i = j, and defined all the same"""
    i, j = bound(W), bound(W)
    left = n.sum_over((i, j), Func("abs", n.sub(x(i), x(j))))
    i, j = bound(W), bound(W)
    right = n.sum_over((i, j), Func("abs", n.sub(x(j), x(i))))
    assert equal(left, right).verdict == "equal"
    assert equal(left, n.mul(n.num(2), right)).verdict == "differs"


@test_kinks_and_ends.fact
def both_branches_of_a_hinge_are_seen() -> None:
    """t^2 max(0, t - ||x||) = 0 is wrong, though a short x and a long t are rare"""
    i = bound(W)
    norm = Func("sqrt", Sum(i, n.power(x(i), 2)))
    hinge = Func("relu", n.sub(Entry(T, ()), norm))
    assert equal(n.mul(n.power(Entry(T, ()), 2), hinge), n.ZERO).verdict == "differs"


@test_kinks_and_ends.fact
def a_case_that_ends_too_late() -> None:
    """t if t <= 2 d, else d, in place of: t if t <= d, else d; they differ for d < t <= 2 d alone"""
    t, d = Entry(T, ()), Entry(Tensor("d", (), "positive"), ())

    def clipped(end: n.Expr) -> n.Expr:
        return n.Cases((((Cond("pos", n.sub(t, end)),), d), ((), t)))

    assert equal(clipped(d), clipped(n.mul(n.num(2), d))).verdict == "differs"
    assert equal(clipped(d), clipped(n.mul(Num(Fraction(4, 5)), d))).verdict == "differs"


# --- corner cases that assumptions leave open ---------------------------------------------------------


def negative_sampling() -> Definition:
    k, j = bound(W), bound(D)

    def score(a: Index, factor: int) -> n.Expr:
        return Func("sigma", Sum(j, n.mul(n.num(factor), Entry(U, (a, j)), Entry(V, (j, c)))))

    rest = Sum(k, Func("log", score(k, -1)), (Cond("in", k, N),))
    return Definition("J", (), n.sub(n.neg(Func("log", score(o, 1))), rest))


test_positions_that_coincide = facts()


@test_positions_that_coincide.fact
def the_target_among_the_negatives() -> None:
    """dJ/dU_oi = -(1 - sigma(u_o v_c)) V_ic needs that o is not in N"""
    i, j = Index("i", D, "free"), bound(D)
    score = Func("sigma", Sum(j, n.mul(Entry(U, (o, j)), Entry(V, (j, c)))))
    left = Deriv(Ref(negative_sampling(), ()), Entry(U, (o, i)))
    right = n.neg(n.mul(n.sub(n.ONE, score), Entry(V, (i, c))))
    found = equal(left, right, i)
    assert found.verdict == "differs"
    assert found.witness is not None
    assert found.witness.at["o"] in found.witness.values["N"]
    outside = condition(Cond("in", o, N, negated=True))
    assert equal(left, right, i, assume=(outside,)).verdict == "equal"


@test_positions_that_coincide.fact
def repeated_samples() -> None:
    """d sum_k x_{n_k}^2 / d x_{n_q} = 2 x_{n_q} needs distinct samples"""
    k, q = bound(K), Index("q", K, "free")
    here = Gather(SAMPLES, (q,))
    left = Deriv(Sum(k, n.power(Entry(X, (Gather(SAMPLES, (k,)),)), 2)), Entry(X, (here,)))
    right = n.mul(n.num(2), Entry(X, (here,)))
    found = equal(left, right, q)
    assert found.verdict == "differs"
    assert found.witness is not None
    assert len(set(found.witness.values["n"])) < len(found.witness.values["n"])
    a, b = bound(K), bound(K)
    apart = Cond("eq", Gather(SAMPLES, (a,)), Gather(SAMPLES, (b,)), negated=True)
    distinct = condition(apart, a, b, unless=(Cond("eq", a, b),))
    assert equal(left, right, q, assume=(distinct,)).verdict == "equal"


@test_positions_that_coincide.fact
def two_fixed_letters_may_coincide() -> None:
    """delta_oc x_o = 0 is wrong at o = c alone"""
    found = equal(n.mul(Delta(c, o), x(o)), n.ZERO)
    assert found.verdict == "differs"
    assert found.witness is not None
    assert found.witness.at["o"] == found.witness.at["c"]
    assert equal(n.mul(Delta(c, o), x(o)), n.ZERO, assume=(condition(Cond("eq", c, o, True)),)).verdict == "equal"


@test_positions_that_coincide.fact
def free_letters_may_coincide_unless_it_is_said() -> None:
    i, j = Index("i", W, "free"), Index("j", W, "free")
    left, right = Deriv(n.power(x(i), 2), x(j)), n.ZERO
    found = equal(left, right, i, j)
    assert found.verdict == "differs"
    assert found.witness is not None
    assert found.witness.at["i"] == found.witness.at["j"]
    assert equal(left, right, i, j, assume=(condition(Cond("eq", i, j, True)),)).verdict == "equal"


test_single_positions = facts()


@test_single_positions.fact
def ranges_of_one_position() -> None:
    """sum_i (x_i - x_c) x_i = 0 holds at one position only; sum_{i != j} 1 = W - 1 at every size"""
    i, j = bound(W), Index("j", W, "free")
    found = equal(Sum(i, n.mul(n.sub(x(i), x(c)), x(i))), n.ZERO)
    assert found.verdict == "differs"
    assert found.witness is not None
    assert found.witness.sizes == {"W": 2}
    left = Sum(i, n.ONE, (Cond("eq", i, j, True),))
    assert equal(left, Size(Affine.of("W") - 1), j).verdict == "equal"
    two = Sum(i, x(i), (Cond("eq", i, j, True),))
    assert equal(n.mul(two, n.power(two, -1)), n.ONE, j).verdict == "equal"
    assert equal(n.Prod(bound(W), n.num(2)), Size(Affine.of("W")), j).verdict == "differs"


@test_single_positions.fact
def a_claim_that_fails_at_one_position_alone() -> None:
    """(W - 1) x_i / (W - 1) = x_i: undefined at size 1; W x_i = x_i fails at every other size"""
    i = Index("i", W, "free")
    less = Size(Affine.of("W") - 1)
    assert equal(n.mul(less, x(i), n.power(less, -1)), x(i), i).verdict == "equal"
    first = n.Cases((((Cond("eq", Affine.of("W"), Affine((), 1)),), n.ZERO), ((), x(i))))
    found = equal(first, x(i), i)
    assert found.verdict == "differs"
    assert found.witness is not None
    assert found.witness.sizes["W"] == 1


@test_single_positions.fact
def positions_outside_their_range_do_not_count() -> None:
    """d/dx_t sum_{1 < s} (x_s - x_{s-1})^2 = 2 (2 x_t - x_{t-1} - x_{t+1}) inside, not at the ends"""
    s, t = bound(W), Index("t", W, "free")
    step = n.power(n.sub(x(s), Entry(X, (Affine.of(s) - 1,))), 2)
    left = Deriv(Sum(s, step, (Cond("lt", Affine((), 1), s),)), x(t))
    around = n.add(Entry(X, (Affine.of(t) - 1,)), Entry(X, (Affine.of(t) + 1,)))
    right = n.mul(n.num(2), n.sub(n.mul(n.num(2), x(t)), around))
    assert equal(left, right, t).verdict == "equal"
    assert equal(left, n.neg(right), t).verdict == "differs"


@test_single_positions.fact
def a_window_around_a_fixed_position() -> None:
    """sum_{-m <= j <= m} x_{c+j}: ranges grow until the window fits"""
    window = Range(Affine.build([("m", -1)]), Affine.of("m"))
    j, k = bound(window), bound(window)
    left = Sum(j, Entry(X, (Affine.of(c) + j,)))
    assert equal(left, Sum(k, Entry(X, (Affine.of(c) - k,)))).verdict == "equal"
    found = equal(left, n.mul(Size(window.size), x(c)))
    assert found.verdict == "differs"


# --- errors -------------------------------------------------------------------------------------------


test_errors = facts()


@test_errors.fact
def what_cannot_be_evaluated_is_said_so() -> None:
    assert "nonsense" in equal(Func("nonsense", Entry(T, ())), n.ONE).note
    deep: n.Expr = Entry(T, ())
    for _ in range(4000):
        deep = Func("tanh", deep)
    assert equal(deep, n.ONE).verdict == "undefined"


@test_errors.fact
def many_open_letters_do_not_fill_the_memory() -> None:
    letters = [Index(f"i{k}", W, "free") for k in range(12)]
    claim = Claim(n.mul(*(x(i) for i in letters)), n.mul(*(x(i) for i in reversed(letters))), tuple(letters))
    assert refute(claim).verdict == "equal"
    assert refute(Claim(claim.left, n.neg(claim.right), claim.free)).verdict == "differs"


@test_errors.fact
def a_proof_that_nothing_could_be_evaluated_for_says_so() -> None:
    from symgrad.checking.documents import check_text

    text = "Let $b \\in \\mathbb{R}^{100000 \\times 100000}$.\n\n$$ b_{ij} + b_{ij} = 2 b_{ij} $$"
    (step,) = check_text(text).steps
    assert step.verdict == "proved"
    assert step.evidence.samples == 0
    assert [w.code for w in step.warnings] == ["SG117"]


@test_errors.fact
def at_no_position_there_is_nothing_to_compare() -> None:
    empty = Range.of_size(0)
    i, z = Index("i", empty, "free"), Tensor("z", (empty,))
    assert equal(Func("exp", Entry(z, (i,))), Func("exp", Entry(z, (i,))), i).verdict == "undefined"


# --- far from 1 -------------------------------------------------------------------------------------


test_far_from_1 = facts()


@test_far_from_1.fact
@each("margin", [10, 100, 1000])
def a_margin_far_out_is_found(margin: int) -> None:
    gap = n.sub(n.num(margin), Entry(T, ()))
    found = equal(Func("relu", gap), gap)
    assert found.verdict == "differs"


@test_far_from_1.fact
def the_second_period_of_a_tangent_is_found() -> None:
    found = equal(Func("arctan", Func("tan", Entry(T, ()))), Entry(T, ()))
    assert found.verdict == "differs"


@test_far_from_1.fact
def what_vanishes_beside_1_is_no_difference() -> None:
    """d/dt log sigma(400 t) = 400 sigma(-400 t), where sigma(400 t) is 1 to a hundred digits and more"""
    steep = n.mul(n.num(400), Entry(T, ()))
    left, right = Deriv(Func("log", Func("sigma", steep)), Entry(T, ())), n.mul(n.num(400), Func("sigma", n.neg(steep)))
    session = Session()
    for value in (0.5, 0.75, 1.5, 3.0):
        env = Environment({}, 1, {T: np.array([value])})
        assert certified(Claim(left, right, ()), Evaluator(env), 0, {}) is None
    assert refute(Claim(left, right, ()), session=session).verdict == "equal"
    assert refute(Claim(left, n.mul(n.num(2), right), ()), session=session).verdict == "differs"
