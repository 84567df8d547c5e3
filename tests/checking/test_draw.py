"""Random environments: dyadic, independent of the order of asking, and true to the assumptions."""

from __future__ import annotations

import numpy as np

from symgrad.checking.construct import _unmet, construct
from symgrad.checking.draw import MODES, draw
from symgrad.core import nodes as n
from symgrad.core.claims import Assumption
from symgrad.core.nodes import Cond, Delta, Entry, Sum, Tensor
from symgrad.core.ranges import Gather, Index, IndexArray, Range, Subset
from symgrad.evaluating.environment import Environment
from tests.cases import each, facts

W, D, K = Range.of_size("W"), Range.of_size("D"), Range.of_size("K")
SIZES = {"W": 6, "D": 3, "K": 3}
X, P, A, Q, S = Tensor("x", (W,)), Tensor("P", (D, W)), Tensor("A", (W, W)), Tensor("Q", (D, D)), Tensor("s")
N, SAMPLES = Subset("N", W), IndexArray("n", (K,), W)
c, o = Index("c", W, "fixed"), Index("o", W, "fixed")
i, j, k, q, a = Index("i", W), Index("j", W), Index("k", K), Index("q", K), Index("a", W)


def equation(left: n.Expr, right: n.Expr, *params: Index) -> Assumption:
    return Assumption("equation", "", left, right, None, params)


def condition(cond: Cond, *params: Index, unless: tuple[Cond, ...] = ()) -> Assumption:
    return Assumption("condition", "", None, None, cond, params, unless)


def drawn(*assumptions: Assumption, mode: str = "plain") -> Environment:
    env = draw(SIZES, assumptions, mode=mode)  # type: ignore[arg-type]
    assert env is not None
    return env


test_values = facts()


@test_values.fact
@each("mode", [*MODES, "simple"])
@each("domain", ["real", "positive", "nonnegative", "bit", "sign"])
def domains(mode: str, domain: str) -> None:
    v = drawn(mode=mode).tensor(Tensor("t", (W, D), domain))  # type: ignore[arg-type]
    assert v.shape == (8, 6, 3)
    assert np.array_equal(v * 1024, np.round(v * 1024))
    if domain == "positive":
        assert (v > 0).all()
    if domain == "nonnegative":
        assert (v >= 0).all()
    if domain == "bit":
        assert set(np.unique(v)) == {0, 1}
    if domain == "sign":
        assert set(np.unique(v)) == {-1, 1}


@test_values.fact
def values_depend_on_the_name_and_the_seed_alone() -> None:
    first, second = drawn(), drawn()
    second.tensor(P)
    assert np.array_equal(first.tensor(X), second.tensor(X))
    other = draw(SIZES, (), seed=1)
    assert other is not None
    assert not np.array_equal(first.tensor(X), other.tensor(X))
    assert not np.array_equal(first.tensor(X), first.tensor(Tensor("y", (W,))))


@test_values.fact
def corner_cases_are_among_the_samples() -> None:
    """fixed letters that coincide, repeated samples, subsets that are full, single, empty"""
    env = drawn()
    where_c, where_o, samples, members = env.position(c), env.position(o), env.index_array(SAMPLES), env.subset(N)
    assert where_c is not None and where_o is not None  # noqa: PT018  # both are fixed
    assert (where_c == where_o).any()
    assert (where_c != where_o).any()
    assert any(len(set(row)) == 1 for row in samples.tolist())
    counts = members.sum(axis=1)
    assert {0, 1, 6} <= set(counts.tolist())


# --- conditions ---------------------------------------------------------------------------------------


test_conditions = facts()


@test_conditions.fact
def a_fixed_letter_outside_a_subset() -> None:
    env = drawn(condition(Cond("in", o, N, negated=True)))
    assert not env.subsets[N][range(8), env.at[o] - 1].any()
    assert env.subsets[N].any()


@test_conditions.fact
def a_fixed_letter_in_a_subset() -> None:
    env = drawn(condition(Cond("in", o, N)))
    assert env.subsets[N][range(8), env.at[o] - 1].all()


@test_conditions.fact
def distinct_samples_other_than_the_target() -> None:
    apart = Cond("eq", Gather(SAMPLES, (k,)), Gather(SAMPLES, (q,)), negated=True)
    env = drawn(
        condition(apart, k, q, unless=(Cond("eq", k, q),)),
        condition(Cond("eq", Gather(SAMPLES, (k,)), o, negated=True), k),
    )
    for row, target in zip(env.index_arrays[SAMPLES].tolist(), env.at[o].tolist(), strict=True):
        assert len({*row, target}) == 4


@test_conditions.fact
def positive_and_negative_parameters() -> None:
    assert (drawn(condition(Cond("pos", Entry(S, ())))).tensor(S) > 0).all()
    assert (drawn(condition(Cond("pos", n.neg(Entry(S, ()))))).tensor(S) < 0).all()
    below = condition(Cond("pos", n.sub(n.ONE, n.power(Entry(S, ()), 2))))
    assert (np.abs(drawn(below).tensors[S]) < 1).all()


@test_conditions.fact
def what_cannot_be_met_is_said_so() -> None:
    assert draw(SIZES, (condition(Cond("eq", o, o, negated=True)),)) is None
    three = (Index("a", D, "fixed"), Index("b", D, "fixed"), Index("c", D, "fixed"))
    apart = tuple(condition(Cond("eq", x, y, True)) for x in three for y in three if x.serial < y.serial)
    assert draw({**SIZES, "D": 3}, apart) is not None
    assert draw({**SIZES, "D": 2}, apart) is None


@test_conditions.fact
def conditions_on_free_letters_restrict_no_values() -> None:
    z = Index("z", W, "free")
    env = drawn(condition(Cond("in", z, N)))
    assert not env.subsets


# --- equations ----------------------------------------------------------------------------------------


test_equations = facts()


@test_equations.fact
@each("domain", ["real", "positive"])
def entries_that_sum_to_one(domain: str) -> None:
    """exactly, in every row"""
    p = Tensor("p", (D, W), domain)  # type: ignore[arg-type]
    d = Index("d", D)
    env = drawn(equation(Sum(a, Entry(p, (d, a))), n.ONE, d))
    assert (env.tensors[p].sum(axis=2) == 1).all()
    assert env.exact
    if domain == "positive":
        assert (env.tensors[p] > 0).all()


@test_equations.fact
def signs_and_bits() -> None:
    env = drawn(equation(n.power(Entry(X, (a,)), 2), n.ONE, a))
    assert set(np.unique(env.tensors[X])) == {-1, 1}
    env = drawn(equation(n.power(Entry(X, (a,)), 2), Entry(X, (a,)), a))
    assert set(np.unique(env.tensors[X])) == {0, 1}


@test_equations.fact
def symmetric_and_antisymmetric_matrices() -> None:
    env = drawn(equation(Entry(A, (i, j)), Entry(A, (j, i)), i, j))
    assert np.array_equal(env.tensors[A], env.tensors[A].transpose(0, 2, 1))
    env = drawn(equation(Entry(A, (i, j)), n.neg(Entry(A, (j, i))), i, j))
    assert np.array_equal(env.tensors[A], -env.tensors[A].transpose(0, 2, 1))
    assert env.tensors[A].any()


@test_equations.fact
def a_tensor_given_by_an_expression() -> None:
    env = drawn(equation(Entry(X, (a,)), n.mul(n.num(2), Entry(S, ())), a))
    assert np.array_equal(env.tensors[X], 2 * env.tensors[S][:, None] * np.ones(6))


@test_equations.fact
def unit_vectors_and_orthogonal_matrices() -> None:
    """by Newton's method, up to rounding"""
    env = drawn(equation(Sum(a, n.power(Entry(X, (a,)), 2)), n.ONE))
    assert np.allclose((env.tensors[X] ** 2).sum(axis=1), 1, atol=1e-12)
    assert not env.exact
    d, e, f = Index("d", D), Index("e", D), Index("f", D)
    env = drawn(equation(Sum(f, n.mul(Entry(Q, (d, f)), Entry(Q, (e, f)))), Delta(d, e), d, e))
    assert np.allclose(env.tensors[Q] @ env.tensors[Q].transpose(0, 2, 1), np.eye(3), atol=1e-11)


@test_values.fact
def a_matrix_that_is_symmetric_by_construction_is_not_solved_for() -> None:
    """An equation for each of its entries costs seconds, where the vector alone costs nothing."""
    symmetric = equation(Entry(A, (i, j)), Entry(A, (j, i)), i, j)
    unit = equation(Sum(i, n.Mul((Entry(X, (i,)), Entry(X, (i,))))), n.Num(1))
    beside = equation(Entry(P, (q, i)), n.Mul((Entry(X, (i,)), Entry(X, (i,)))), q, i)
    env = drawn()
    assert _unmet(env, (symmetric, unit)) == ((symmetric, unit), {A, X})
    construct(env, (symmetric,))
    assert _unmet(env, (symmetric, unit)) == ((unit,), {X})
    assert _unmet(env, (symmetric, unit, beside)) == ((unit, beside), {X, P})


@test_equations.fact
def several_equations_together() -> None:
    """a doubly stochastic matrix: rows and columns sum to 1"""
    d, e = Index("d", D), Index("e", D)
    env = drawn(
        equation(Sum(e, Entry(Q, (d, e))), n.ONE, d),
        equation(Sum(d, Entry(Q, (d, e))), n.ONE, e),
    )
    assert np.allclose(env.tensors[Q].sum(axis=1), 1)
    assert np.allclose(env.tensors[Q].sum(axis=2), 1)


@test_equations.fact
def an_equation_nothing_meets() -> None:
    assert draw(SIZES, (equation(n.power(Entry(S, ()), 2), n.num(-1)),)) is None


@test_equations.fact
def a_symmetric_matrix_whose_rows_sum_to_one() -> None:
    """equations that say the same twice, and more of them than numbers can be moved freely"""
    same = equation(Entry(A, (i, j)), Entry(A, (j, i)), i, j)
    total = equation(Sum(a, Entry(A, (i, a))), n.ONE, i)
    v = drawn(same, total).tensor(A)
    assert np.allclose(v, v.transpose(0, 2, 1), atol=1e-11)
    assert np.allclose(v.sum(axis=2), 1, atol=1e-11)
