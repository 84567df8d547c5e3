"""What SymPy can say, as costs: values and gradients are those of SymPy's own numbers and of finite differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp
from sympy.tensor.array.expressions import ArrayContraction, ArrayTensorProduct

import symgrad as sg
from symgrad.sympy_costs.gradient_check import finite_arguments
from tests.cases import each
from tests.sympy_door.sympy_values import agree, gradient_of, value_of

n, m, D = sg.sizes("n m D")
x, y = sg.arrays("x y", n)
A = sg.arrays("A", n, n)
i, j, k = sg.indices("i j k")
c = sg.positions("c", n)
t, s = sg.arrays("t s")
loose, other = sp.IndexedBase("loose"), sp.IndexedBase("z")
ranged, from_one = sp.Idx("i", n), sp.Idx("j", (1, n))
X, Y = sp.MatrixSymbol("X", n, m), sp.MatrixSymbol("Y", n, m)
Q, u, v, r = (sp.MatrixSymbol(*shape) for shape in (("Q", n, n), ("u", n, 1), ("v", m, 1), ("r", 1, n)))
p = sp.IndexedBase("p", shape=(m,), integer=True)
half = sp.Rational(1, 2)


def over(body: Any, index: Any = i) -> Any:
    return sp.Sum(body, (index, 0, n - 1))


COSTS: dict[str, Any] = {
    "from 1": sp.Sum(x[i] ** 2, (i, 1, n)),
    "shifted positions": sp.Sum((x[i + 1] - x[i]) ** 2, (i, 0, n - 2)),
    "shifted bounds": sp.Sum((x[i] - x[i - 1]) ** 2, (i, 2, n)),
    "a part of an axis": sp.Sum(x[i] ** 2, (i, 2, n - 1)),
    "a window": sp.Sum(sp.Sum(x[i + j] * y[j], (j, 0, 2)) ** 2, (i, 0, n - 3)),
    "no shape": sp.Sum(loose[i] ** 2 * other[i], (i, 0, n - 1)),
    "no shape, from 1": sp.Sum(loose[i] ** 2 * other[i], (i, 1, n)),
    "Idx": sp.Sum(loose[ranged] ** 2, ranged),
    "Idx from 1": sp.Sum(loose[from_one] ** 2, from_one),
    "Idx with bounds": sp.Sum(loose[ranged] * other[ranged], (ranged, 0, n - 1)),
    "bounds with an index": sp.Sum(A[i, j] * x[i], (j, 0, i), (i, 0, n - 1)),
    "bounds with an index, from 1": sp.Sum(A[i, j] * x[j], (j, 1, i), (i, 1, n)),
    "above the diagonal": over(sp.Sum(A[i, j] * x[j], (j, i + 1, n - 1))),
    "cumulative sums": over(sp.Sum(x[j], (j, 0, i)) ** 2),
    "cumulative products": over(sp.Product(x[j], (j, 0, i))),
    "up to a position": sp.Sum(x[i] ** 2, (i, 0, c)) * y[c],
    "below a position": sp.Sum(x[i] ** 2 * y[c], (i, 0, c - 1)),
    "after a position": sp.Sum(x[i] ** 2 * y[c], (i, c + 1, n - 1)),
    "bounds of an index in no slot": over(sp.Sum(x[i] * t, (j, 0, i))),
    "backwards": sp.Sum(loose[n - 1 - i] * other[i], (i, 0, n - 1)),
    "one letter twice": over(x[i] * over(A[i, j] * over(y[i]), j)),
    "two sums in one letter": over(x[i]) * over(x[i] ** 2),
    "Product": sp.log(sp.Product(sp.exp(x[i]), (i, 0, n - 1))),
    "KroneckerDelta": over(over(sp.KroneckerDelta(i, j) * x[i] * y[j]), j),
    "Piecewise of values": over(sp.Piecewise((x[i] ** 2 / 2, sp.Abs(x[i]) <= 1), (sp.Abs(x[i]) - half, True))),
    "Piecewise of positions": over(sp.Piecewise((x[i], sp.Eq(i, 0)), (y[i], True))),
    "Piecewise of two indices": over(over(sp.Piecewise((x[i] * y[j], i < j), (0, True))), j),
    "Max": over(sp.Max(0, 1 - y[i] * x[i]) + sp.Max(x[i], y[i])),
    "Min": over(sp.Min(x[i], y[i], 1)),
    "Heaviside": over(sp.Heaviside(x[i]) * y[i] ** 2),
    "Heaviside of positions": sp.Sum(x[i] * y[j] * sp.Heaviside(i - j), (i, 0, n - 1), (j, 0, n - 1)),
    "Abs and sign": over(sp.Abs(x[i] - y[i]) + sp.sign(x[i]) * y[i]),
    "functions": over(sp.exp(x[i]) + sp.tanh(x[i]) + sp.sinh(x[i]) * sp.cosh(y[i]) + sp.sin(x[i]) * sp.cos(y[i])),
    "more functions": over(sp.tan(x[i]) + sp.atan(x[i]) + sp.asinh(x[i]) + sp.erf(x[i]) + sp.erfc(y[i])),
    "functions of a part": over(sp.log(x[i]) + sp.sqrt(y[i]) + sp.asin(x[i] / 9) + sp.atanh(y[i] / 9)),
    "functions by others": over(sp.cot(x[i]) + sp.sec(x[i]) + sp.csc(x[i]) + sp.coth(y[i]) + sp.acot(y[i])),
    "Gamma functions": over(sp.loggamma(x[i] ** 2 + 1) + sp.polygamma(1, y[i] ** 2 + 1) + sp.gamma(x[i] ** 2 + 2)),
    "factorials": over(sp.factorial(x[i] ** 2) + sp.binomial(y[i] ** 2 + 3, 2) + sp.beta(x[i] ** 2 + 1, y[i] ** 2 + 2)),
    "functions by name": over(sp.Function("sigma")(x[i]) + sp.Function("relu")(y[i])),
    "powers": over(x[i] ** y[i] + 2 ** x[i] + x[i] ** t) * sp.pi * sp.E,
    "decimal numbers": 0.5 * over(x[i] ** 2) + 0.1 * t,
    "a number of another name": sp.Symbol("lambda", positive=True) * over(sp.IndexedBase("theta", shape=(n,))[i] ** 2),
    "names with labels": over((sp.IndexedBase("x_1", shape=(n,))[i] - sp.IndexedBase("y_hat", shape=(n,))[i]) ** 2),
    "names of functions": over(sp.IndexedBase("log", shape=(n,))[i] ** 2) * sp.Symbol("max") * sp.Symbol("E"),
    "names that mean something": over(sp.IndexedBase("delta", shape=(n,))[i] * sp.IndexedBase("d", shape=(n,))[i]),
    "single entries": x[0] ** 2 * x[1] + x[n - 1],
    "sizes that are numbers": sp.Sum(sp.IndexedBase("w", shape=(5,))[i] ** 2, (i, 0, 4)) / n,
    "positions in an array": over(sp.log(over(sp.exp(A[p[j], k]), k)) - A[p[j], c], j).subs(n, n).replace(
        sp.Sum, lambda body, *limits: sp.Sum(body, *((a, lo, m - 1) if a == j else (a, lo, hi) for a, lo, hi in limits))
    ),
    "MatMul": u.T * X * v,
    "an entry of a product": (u.T * Q * u)[0, 0],
    "a row": r * Q * u,
    "Trace": sp.Trace((X - Y).T * (X - Y)),
    "HadamardProduct": sp.Trace(sp.HadamardProduct(X, Y).T * X),
    "OneMatrix": sp.OneMatrix(1, n) * X * sp.OneMatrix(m, 1),
    "Identity": sp.Trace(Q * (Q + sp.Identity(n))),
    "applyfunc": sp.OneMatrix(1, n) * X.applyfunc(sp.exp) * v,
    "applyfunc of a Lambda": sp.OneMatrix(1, n) * X.applyfunc(sp.Lambda(t, 1 / (1 + sp.exp(-t)))) * v,
    "entries of a matrix": sp.Sum(X[i, j] ** 2, (i, 0, n - 1), (j, 0, m - 1)),
    "numbers as sizes": sp.Trace(sp.MatrixSymbol("X", 3, 4) * sp.MatrixSymbol("X", 3, 4).T),
    "a contraction": ArrayContraction(ArrayTensorProduct(X, Y), (0, 2), (1, 3)),
    "a contraction of three": ArrayContraction(ArrayTensorProduct(Q, u, u), (0, 2), (1, 4), (3,), (5,)),
}  # fmt: skip


@each("expr", list(COSTS.values()), ids=list(COSTS))
def test_values_gradients_and_the_document(expr: Any) -> None:
    cost = sg.Cost(expr)
    names = cost.parameters()
    function = cost.lambdify(names)
    at = finite_arguments(function)
    value, gradients = function(**at)
    assert agree(value, value_of(expr, cost, at))
    assert sg.check_gradient(function).agrees
    for name in names:
        found = cost.gradient(name)
        assert agree(gradient_of(found, cost, at, name), gradients[name])
        symbol = cost.names.symbols[name]  # type: ignore[union-attr]  # built in SymPy
        if found.matrix is not None and isinstance(symbol, sp.MatrixSymbol):
            assert found.matrix.shape == symbol.shape


ABSTRACT = sp.Function("f")


@each(
    "expr",
    [over(ABSTRACT(x[i]) * y[i]), over(ABSTRACT(x[i]).diff(x[i]) * y[i]), sp.Derivative(over(x[i] ** 3 * y[i]), x[k])],
    ids=["f", "its derivative", "an unevaluated derivative"],
)
def test_the_document_is_proved(expr: Any) -> None:
    report = sg.check(sg.read(text=sg.document(expr, wrt=x)))
    assert report.steps
    assert {s.verdict for s in report.steps} == {"proved"}


def test_a_gradient_of_an_abstract_function_is_sympys() -> None:
    found = sg.gradient(over(ABSTRACT(x[i]) * y[i]), x[k])
    assert sg.prove(found.index, y[k] * ABSTRACT(x[k]).diff(x[k])).verdict == "proved"
    assert sg.prove(sp.diff(ABSTRACT(2 * t) * s, t), 2 * s * sp.Subs(ABSTRACT(s).diff(s), s, 2 * t)).verdict == "proved"


three = sp.IndexedBase("w", shape=(3,))
REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "a node": (lambda: sp.Integral(t, t), "Integral has no counterpart.*write it with"),
    "a function": (lambda: sp.zeta(t), "zeta has no counterpart.*undefined Function"),
    "a matrix": (lambda: X.T * X, "is a matrix: a cost is a number"),
    "an array": (lambda: ArrayTensorProduct(X, Y), "is an array: a cost is a number"),
    "reversed": (lambda: sp.Sum(x[i], (i, n - 1, 0)), "reversed.*write the lower bound first"),
    "reversed for some": (lambda: over(sp.Sum(A[i, j], (j, i + 2, n - 1))), "for some indices"),
    "infinity": (lambda: sp.Sum(x[i], (i, 0, sp.oo)), "oo is not a position"),
    "beyond": (lambda: sp.Sum(three[i], (i, 0, 4)), "beyond an axis"),
    "one beyond": (lambda: sp.Sum(x[i], (i, 0, n)), "count one way"),
    "an entry beyond": (lambda: three[7], "lies outside of its array: the positions of axis 1 are 0..2"),
    "no length": (lambda: loose[0] ** 2, "give loose a shape"),
    "a Piecewise moved by SymPy": (
        lambda: over(y[i] * over(sp.Piecewise((x[j], j <= i), (0, True)), j)),
        "SymPy moves a Piecewise out of an inner sum",
    ),
    "f known by its name": (lambda: over(ABSTRACT(x[i])), "define it by a formula"),
    "an entry as target": (lambda: x[0] + x[1], "differentiate by the whole array"),
}


@each(("build", "said"), list(REFUSED.values()), ids=list(REFUSED))
def test_what_is_refused_says_why_and_what_to_do(build: Callable[[], Any], said: str) -> None:
    with pytest.raises(sg.SymgradError, match=said):
        sg.lambdify(build(), wrt=x[0] if said.startswith("differentiate") else x)


def test_sums_whose_bounds_may_be_reversed_have_a_condition() -> None:
    ruling = sg.prove(sp.Sum(x[i], (i, 3, n)), sp.Sum(x[i], (i, 1, n)) - x[1] - x[2])
    assert ruling.verdict == "proved"
    assert sg.prove(sp.Sum(1, (i, 3, n)), n - 2).verdict == "proved"
    assert sg.prove(sp.Sum(1, (i, 3, n)), n - 1).verdict == "refuted"
    assert sg.prove(over(x[i]), sp.Sum(x[i], (i, 0, c)) + sp.Sum(x[i], (i, c + 1, n - 1))).verdict == "proved"


def test_the_gradient_of_a_determinant_is_a_matrix_of_sympy() -> None:
    assert sg.gradient(sp.log(sp.Determinant(Q)), Q).matrix == Q.T.inv()
    for expr in (sp.log(sp.Determinant(Q * Q.T + sp.Identity(n))), sp.Trace((Q + Q.T).I * u * u.T)):
        report = sg.check(sg.read(text=sg.document(expr, wrt=Q)))
        assert {step.verdict for step in report.steps} == {"proved"}


def test_a_gradient_is_written_with_quantities_that_have_a_name() -> None:
    total = over(sp.exp(A[i, j] * x[j]), i)
    yhat = sp.exp(A[k, j] * x[j]) / total
    J = -sp.log(sp.exp(A[c, j] * x[j]) / total)
    plain, named = sg.gradient(J, x[j]), sg.gradient(J, x[j], names={"\\hat y": yhat})
    assert "\\hat y" in named.latex()
    assert sg.prove(plain.index, named.index).verdict == "proved"
    with pytest.raises(sg.SymgradError, match="a document names its own quantities"):
        sg.gradient(sg.read(text=sg.document(J)), "J", wrt="x", names={"\\hat y": yhat})


def test_what_is_taken_out_of_a_sum_holds_no_index_of_a_sum_inside() -> None:
    J = over(t, k) * (t + y[c]) * over(sp.Sum(t + y[i], (i, 0, j)), j)
    found = sg.gradient(J, t).index
    assert found.free_symbols.isdisjoint({i, j, k})
    assert (
        sg.prove(
            found, sp.diff(n * t * (t + y[c]) * (t * n * (n + 1) / 2 + over(sp.Sum(y[i], (i, 0, j)), j)), t)
        ).verdict
        == "proved"
    )


def test_a_free_index_that_stands_in_no_slot_counts_as_its_axis() -> None:
    found = sg.gradient(sp.Sum(t * x[j], (j, i + 1, n), (i, 1, n)), x[k])
    assert sg.prove(found.index * x[k], (k - 1) * t * sp.Sum(x[k], (i, 1, 1))).verdict == "proved"
    assert found.index.subs(k, 2) == t


def test_assumptions() -> None:
    total = sp.Eq(over(y[k], k), 1)
    J = over(y[i] * (t - x[i]) ** 2)
    assert sg.prove(sg.gradient(J, t).index, 2 * (t - over(y[i] * x[i])), assuming=[total]).verdict == "proved"
    assert sg.prove(sg.gradient(J, t).index, 2 * (t - over(y[i] * x[i]))).verdict == "refuted"
    a, b = sg.positions("a b", n)
    assert sg.prove(sp.KroneckerDelta(a, b) * x[a] + y[b], y[b], assuming=[sp.Ne(a, b)]).verdict == "proved"
    with pytest.raises(sg.SymgradError, match="give relations of SymPy"):
        sg.prove(t, s, assuming=[t + s])
