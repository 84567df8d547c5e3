"""Derivatives of inverses and determinants, against differences with many digits and against dual numbers."""

from __future__ import annotations

import numpy as np
import pytest

from symgrad.calculus.differentiate import resolve
from symgrad.core.nodes import Deriv, Entry, Expr, Func, Lam, MatrixFunction, Sum, Tensor, add, delta, mul
from symgrad.core.ranges import Index, Range
from symgrad.evaluating.certificate import certify
from symgrad.evaluating.digits import UndefinedValue
from symgrad.evaluating.environment import Environment
from symgrad.evaluating.evaluator import Evaluator
from tests.cases import each

N, M = Range.of_size("N"), Range.of_size("M")
A, B = Tensor("A", (N, N)), Tensor("B", (M, N))
x, s = Tensor("x", (N,)), Tensor("s", (), "positive")


def free(letter: str, over: Range = N) -> Index:
    return Index(letter, over, "free")


def bound(letter: str, over: Range = N) -> Index:
    return Index(letter, over, "bound")


def plain() -> Lam:
    i, j = bound("i"), bound("j")
    return Lam((i, j), Entry(A, (i, j)))


def gram() -> Lam:
    """``B^\\top B + s I``"""
    i, j, m = bound("i"), bound("j"), bound("m", M)
    product = Sum(m, mul(Entry(B, (m, i)), Entry(B, (m, j))))
    return Lam((i, j), add(product, mul(Entry(s, ()), delta(i, j))))


def form(matrix: Lam) -> Expr:
    """``x^\\top M^{-1} x``"""
    k, l = bound("k"), bound("l")  # noqa: E741  # as in the formula
    return Sum(k, Sum(l, mul(Entry(x, (k,)), MatrixFunction("inverse", matrix, (k, l)), Entry(x, (l,)))))


COSTS = {
    "form": form(plain()),
    "form of a Gram matrix": form(gram()),
    "determinant": MatrixFunction("determinant", plain(), ()),
    "log of a determinant": Func("log", MatrixFunction("determinant", gram(), ())),
}
TARGETS = {
    "A": Entry(A, (free("p"), free("q"))),
    "B": Entry(B, (free("p", M), free("q"))),
    "x": Entry(x, (free("p"),)),
    "s": Entry(s, ()),
}


def environment(n: int, m: int, seed: int) -> Environment:
    rng = np.random.default_rng(seed)
    env = Environment({"N": n, "M": m}, 1)
    env.tensors = {
        A: rng.normal(size=(1, n, n)) + 2 * np.eye(n),
        B: rng.normal(size=(1, m, n)),
        x: rng.normal(size=(1, n)),
        s: np.array([0.7]),
    }
    return env


@each("cost", sorted(COSTS))
def test_a_derivative_agrees_with_differences_and_dual_numbers(cost: str) -> None:
    for size, (n, m) in enumerate(((1, 2), (2, 1), (3, 4), (4, 2))):
        env = environment(n, m, size)
        for target in TARGETS.values():
            written = Deriv(COSTS[cost], target)
            carried_out = resolve(written)
            at = {i: 1 + (k + size) % env.count(i) for k, i in enumerate(target.indices) if isinstance(i, Index)}
            found = certify(carried_out, written, env, at)
            assert found.difference <= max(found.error, 1e-15), (cost, n, m)
            ev = Evaluator(env)
            exact, dual = ev.number(carried_out), ev.number(written)
            assert np.allclose(exact.a, dual.a, rtol=1e-9, atol=1e-12)


def test_the_inverse_of_a_singular_matrix_is_undefined() -> None:
    env = environment(3, 2, 0)
    env.tensors[A] = np.array([[[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [0.0, 1.0, 1.0]]])
    value = MatrixFunction("inverse", plain(), (free("p"), free("q")))
    assert np.isnan(Evaluator(env).number(value).a).all()
    at = dict.fromkeys(value.indices, 1)
    with pytest.raises(UndefinedValue):
        certify(value, value, env, at)  # type: ignore[arg-type]  # the indices are all Index
    determinant = MatrixFunction("determinant", plain(), ())
    assert abs(certify(determinant, determinant, env, {}).left) < 1e-30


def test_an_inverse_of_a_matrix_close_to_singular_is_undefined() -> None:
    env = environment(2, 2, 0)
    env.tensors[A] = np.array([[[1.0, 1.0], [1.0, 1.0 + 1e-12]]])
    value = MatrixFunction("inverse", plain(), (free("p"), free("q")))
    assert np.isnan(Evaluator(env).number(value).a).all()
