"""Printing: each case is an expression and the LaTeX an author would write for it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest

from symgrad.calculus.differentiate import resolve
from symgrad.core.functions import exp, log, sigma, tanh
from symgrad.core.nodes import (
    AbstractFunction,
    Apply,
    Cases,
    Cond,
    Const,
    Definition,
    Delta,
    Deriv,
    Entry,
    Expr,
    Func,
    Iverson,
    Lam,
    Mul,
    Num,
    Pow,
    Prod,
    Ref,
    Size,
    Sum,
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
from symgrad.core.ranges import Affine, Gather, Index, IndexArray, Range, Subset
from symgrad.reading.document_names import naming
from symgrad.reading.document_reader import Reader
from symgrad.text.source import Source
from symgrad.writing.index_latex import latex, read
from symgrad.writing.letters import Naming
from tests.cases import each, facts

W, D, K, P = (Range.of_size(s) for s in "WDKP")
M = Range(Affine.of("m").scale(-1), Affine.of("m"))
U, V = Tensor("U", (W, D)), Tensor("V", (D, W))
x, y, g = Tensor("x", (D,)), Tensor("y", (W,)), Tensor("g", (P,))
s, lam = Tensor("s"), Tensor("\\lambda")
n, words = IndexArray("n", (K,), W), IndexArray("w", (P,), W)
N = Subset("\\mathcal{N}", W)
f, L = AbstractFunction("f", ((),)), AbstractFunction("L", ((W, D),))


def free(letter: str, range_: Range) -> Index:
    return Index(letter, range_, "free")


def bound(letter: str, range_: Range) -> Index:
    return Index(letter, range_, "bound")


i, j, a = free("i", D), free("j", D), free("a", W)
z, c, o = free("z", W), Index("c", W, "fixed"), Index("o", W, "fixed")
q = Index("c", P, "fixed")
X, Y = Entry(x, (i,)), Entry(y, (a,))
S = Entry(s, ())


def E(tensor: Tensor, *indices: object) -> Expr:
    return Entry(tensor, indices)  # type: ignore[no-any-return]  # nodes are built by __new__


def total(letter: str, range_: Range, body: Callable[[Index], Expr], *where: Callable[[Index], Cond]) -> Expr:
    index = bound(letter, range_)
    return Sum(index, body(index), tuple(w(index) for w in where))  # type: ignore[no-any-return]  # as above


def dot(w: Index, letter: str = "k") -> Expr:
    return total(letter, D, lambda k: mul(E(U, w, k), E(V, k, c)))


y_hat_axis = bound("a", W)
y_hat = Definition("\\hat y", (y_hat_axis,), div(exp(dot(y_hat_axis)), total("w", W, lambda w: exp(dot(w)))))
J = Definition("J", (), neg(total("a", W, lambda k: mul(E(y, k), log(Ref(y_hat, (k,)))))))
cost = Definition("J", (bound("o", W), bound("c", W)), num(0))

GOLDEN: list[tuple[Expr, str]] = [
    # names and slots
    (E(U, z, i), "U_{zi}"),
    (X, "x_i"),
    (S, "s"),
    (E(U, Affine.of(3), i), "U_{3, i}"),
    (E(x, Affine.of(2)), "x_2"),
    (E(U, Gather(words, (Affine.of(q) + free("j", M),)), i), "U_{w_{c+j} i}"),
    (E(U, Gather(n, (free("k", K),)), i), "U_{n_k i}"),
    (E(g, Affine.of(q) - 1), "g_{c-1}"),
    (E(Tensor("W^{(1)}", (D, D)), i, j), "W^{(1)}_{ij}"),
    (E(Tensor("v_{\\text{in}}", (D,)), i), "v_{\\text{in}, i}"),
    (E(Tensor("\\tilde w", (D,)), i), "\\tilde w_i"),
    (E(Tensor("W_{f}", (D, D)), i, j), "W_{f, ij}"),
    (E(U, z, free("j'", D)), "U_{z, j'}"),
    (E(x, free("\\alpha", D)), "x_{\\alpha}"),
    (E(U, z, free("\\alpha", D)), "U_{z \\alpha}"),
    (Ref(y_hat, (a,)), "\\hat y_a"),
    (delta(i, j), "\\delta_{ij}"),
    (Delta(Gather(n, (free("k", K),)), z), "\\delta_{n_k z}"),
    # signs, sums and products
    (sub(X, E(x, j)), "x_i - x_j"),
    (neg(X), "-x_i"),
    (add(neg(X), E(x, j)), "-x_i + x_j"),
    (mul(add(X, S), E(x, j)), "(x_i + s) x_j"),
    (neg(add(X, S)), "-(x_i + s)"),
    (sub(X, add(S, E(x, j))), "x_i - (s + x_j)"),
    (mul(num(2), X, E(x, j)), "2 x_i x_j"),
    (mul(num(Fraction(1, 2)), X), "\\frac{1}{2} x_i"),
    (mul(num(Fraction(-3, 2)), X), "-\\frac{3}{2} x_i"),
    (sub(num(1), sigma(X)), "1 - \\sigma(x_i)"),
    (Mul((sub(X, S), S)), "(x_i - s) s"),
    (mul(Size(Affine.of("W")), S), "W s"),
    (mul(Size(Affine.of("W") - 1), S), "(W - 1) s"),
    (num(-2), "-2"),
    (mul(S, Num(Fraction(2))), "2 s"),
    (mul(num(3), Pow(num(2), S)), "3 \\cdot 2^s"),
    # powers and quotients
    (power(X, 2), "x_i^2"),
    (power(E(Tensor("h^{(1)}", (D,)), i), 2), "(h^{(1)}_i)^2"),
    (power(add(X, S), 2), "(x_i + s)^2"),
    (power(power(X, 2), S), "(x_i^2)^s"),
    (power(X, -1), "\\frac{1}{x_i}"),
    (power(X, -2), "\\frac{1}{x_i^2}"),
    (div(Y, Ref(y_hat, (a,))), "\\frac{y_a}{\\hat y_a}"),
    (neg(div(Y, Ref(y_hat, (a,)))), "-\\frac{y_a}{\\hat y_a}"),
    (mul(num(Fraction(3, 2)), div(X, S)), "\\frac{3 x_i}{2 s}"),
    (div(add(X, S), mul(S, E(x, j))), "\\frac{x_i + s}{s x_j}"),
    (power(X, num(Fraction(1, 2))), "\\sqrt{x_i}"),
    (power(X, num(Fraction(-1, 2))), "\\frac{1}{\\sqrt{x_i}}"),
    (power(X, num(Fraction(1, 3))), "\\sqrt[3]{x_i}"),
    (power(X, num(Fraction(3, 2))), "x_i^{\\frac{3}{2}}"),
    (power(num(2), X), "2^{x_i}"),
    (power(neg(X), 2), "(-x_i)^2"),
    (mul(Const("\\pi"), X), "\\pi x_i"),
    # functions
    (log(sigma(X)), "\\log(\\sigma(x_i))"),
    (neg(log(sigma(neg(X)))), "-\\log(\\sigma(-x_i))"),
    (sub(num(1), power(tanh(X), 2)), "1 - \\tanh^2(x_i)"),
    (power(exp(X), 2), "(\\exp(x_i))^2"),
    (Func("sqrt", add(X, S)), "\\sqrt{x_i + s}"),
    (Func("abs", X), "\\lvert x_i\\rvert"),
    (Func("relu", X), "\\operatorname{ReLU}(x_i)"),
    (mul(exp(X), E(x, j)), "\\exp(x_i) x_j"),
    # sums over an index
    (dot(o), "\\sum_{k} U_{ok} V_{kc}"),
    (exp(dot(o)), "\\exp\\left(\\sum_{k} U_{ok} V_{kc}\\right)"),
    (mul(dot(o), S), "s \\sum_{k} U_{ok} V_{kc}"),
    (mul(dot(o), dot(z)), "\\left(\\sum_{k} U_{ok} V_{kc}\\right) \\sum_{k} U_{zk} V_{kc}"),
    (add(dot(o), S), "\\sum_{k} U_{ok} V_{kc} + s"),
    (total("k", D, lambda k: add(E(x, k), S)), "\\sum_{k} (x_k + s)"),
    (total("k", D, lambda k: neg(E(x, k))), "-\\sum_{k} x_k"),
    (total("k", D, lambda k: S), "\\sum_{k=1}^{D} s"),
    (total("k", W, lambda k: E(y, k), lambda k: Cond("in", k, N)), "\\sum_{k \\in \\mathcal{N}} y_k"),
    (total("k", W, lambda k: E(y, k), lambda k: Cond("eq", k, o, True)), "\\sum_{k \\neq o} y_k"),
    (total("k", W, lambda k: E(y, k), lambda k: Cond("eq", o, k, True)), "\\sum_{k \\neq o} y_k"),
    (total("k", W, lambda k: E(y, k), lambda k: Cond("lt", z, k)), "\\sum_{k > z} y_k"),
    (
        total("k", W, lambda k: E(y, k), lambda k: Cond("in", k, N), lambda k: Cond("eq", k, o, True)),
        "\\sum_{k \\in \\mathcal{N}, k \\neq o} y_k",
    ),
    (
        total("j", M, lambda k: E(g, Affine.of(q) + k), lambda k: Cond("eq", k, Affine.of(0), True)),
        "\\sum_{-m \\le j \\le m, j \\neq 0} g_{c+j}",
    ),
    (total("j", M, lambda k: E(g, Affine.of(q) + k)), "\\sum_{j=-m}^{m} g_{c+j}"),
    (
        total(
            "k",
            W,
            lambda k: E(y, k),
            lambda k: Cond("lt", k, Affine.of(2), True),
            lambda k: Cond("lt", z, k, True),
        ),
        "\\sum_{2 \\le k \\le z} y_k",
    ),
    (
        total("k", W, lambda k: E(y, k), lambda k: Cond("pos", E(y, k))),
        "\\sum_{k} \\mathbb{1}[y_k > 0] y_k",
    ),
    (total("k", K, lambda k: E(y, Gather(n, (k,)))), "\\sum_{k} y_{n_k}"),
    (Prod(k := bound("k", D), E(x, k), ()), "\\prod_{k} x_k"),
    (div(dot(o), S), "\\frac{1}{s} \\sum_{k} U_{ok} V_{kc}"),
    (
        div(mul(E(y, a), dot(o)), total("k", W, lambda k: E(y, k))),
        "\\frac{y_a \\sum_{k} U_{ok} V_{kc}}{\\sum_{j} y_j}",
    ),
    # dummies
    (mul(X, total("i", D, lambda k: E(x, k))), "x_i \\sum_{k} x_k"),
    (
        total("k", D, lambda k: mul(E(x, k), total("k", D, lambda l_: E(U, o, l_)))),
        "\\sum_{k} x_k \\sum_{j} U_{oj}",
    ),
    (
        add(total("k", D, lambda k: E(x, k)), total("k", W, lambda k: E(y, k))),
        "\\sum_{k} x_k + \\sum_{j} y_j",
    ),
    (Sum(i2 := bound("n", D), mul(E(x, i2), E(y, Gather(n, (Affine.of(1),)))), ()), "\\sum_{k} x_k y_{n_1}"),
    # derivatives
    (Deriv(Ref(J, ()), E(U, z, i)), "\\frac{\\partial J}{\\partial U_{zi}}"),
    (Deriv(Ref(y_hat, (a,)), E(V, i, c)), "\\frac{\\partial \\hat y_a}{\\partial V_{ic}}"),
    (Deriv(Deriv(Ref(J, ()), E(x, i)), E(x, j)), "\\frac{\\partial^2 J}{\\partial x_i \\partial x_j}"),
    (Deriv(exp(X), E(x, j)), "\\frac{\\partial}{\\partial x_j} \\exp(x_i)"),
    (mul(Deriv(mul(X, S), S), E(x, j)), "x_j \\frac{\\partial}{\\partial s} [x_i s]"),
    (
        total("a", W, lambda k: mul(Deriv(Ref(J, ()), Ref(y_hat, (k,))), Deriv(Ref(y_hat, (k,)), E(V, i, c)))),
        "\\sum_{a} \\frac{\\partial J}{\\partial \\hat y_a} \\frac{\\partial \\hat y_a}{\\partial V_{ic}}",
    ),
    # brackets, cases, abstract functions
    (Iverson(Cond("pos", X)), "\\mathbb{1}[x_i > 0]"),
    (Iverson(Cond("pos", sub(X, S))), "\\mathbb{1}[x_i > s]"),
    (Iverson(Cond("eq", i, j, True)), "\\mathbb{1}[i \\neq j]"),
    (Iverson(Cond("in", z, N, True)), "\\mathbb{1}[z \\notin \\mathcal{N}]"),
    (
        Cases((((Cond("eq", i, j),), X), ((), num(0)))),
        "\\begin{cases} x_i & \\text{if } i = j \\\\ 0 & \\text{otherwise} \\end{cases}",
    ),
    (Apply(f, (Lam((), X),), ()), "f(x_i)"),
    (Apply(f, (Lam((), X),), ((0, ()), (0, ()))), "f''(x_i)"),
    (Apply(L, (Lam((p := bound("p", W), r := bound("r", D)), E(U, p, r)),), ()), "L(U)"),
    (
        Apply(L, (Lam((p, r), E(U, p, r)),), ((0, (z, i)),)),
        "\\frac{\\partial L}{\\partial U_{zi}}",
    ),
    (Apply(L, (Lam((p, r), E(V, r, p)),), ()), "L(V^\\top)"),
    (
        Apply(L, (Lam((p, r), mul(E(y, p), E(x, r))),), ((0, (z, i)),)),
        "\\partial_{1_{zi}} L([y_p x_r]_{pr})",
    ),
]


test_expressions = facts()


@test_expressions.fact
@each(("expr", "written"), GOLDEN, ids=[w for _, w in GOLDEN])
def expression_is_written_as_an_author_would(expr: Expr, written: str) -> None:
    assert latex(expr) == written


test_gradients_and_letters = facts()


@test_gradients_and_letters.fact
def a_gradient() -> None:
    gradient = resolve(Deriv(Ref(J, ()), Ref(y_hat, (a,))))
    assert latex(gradient) == "-\\frac{y_a}{\\hat y_a}"


@test_gradients_and_letters.fact
def reading_shows_every_range() -> None:
    assert read(exp(dot(o))) == "\\exp\\left(\\sum_{k=1}^{D} U_{ok} V_{kc}\\right)"
    other = total("k", W, lambda k: E(y, k), lambda k: Cond("eq", k, o, True))
    assert read(other) == "\\sum_{1 \\le k \\le W, k \\neq o} y_k"
    assert read(total("k", W, lambda k: E(y, k), lambda k: Cond("in", k, N))) == "\\sum_{k \\in \\mathcal{N}} y_k"


@test_gradients_and_letters.fact
def slots_that_are_arguments() -> None:
    expr = Ref(cost, (o, c))
    assert latex(expr, Naming(arguments={cost: ("o", "c")})) == "J(o, c)"
    assert latex(expr, Naming(arguments={cost: ("o", "c", "\\mathcal{N}")})) == "J(o, c, \\mathcal{N})"
    assert latex(expr) == "J_{oc}"


@test_gradients_and_letters.fact
def letters_that_mean_something_else_are_left_alone() -> None:
    assert latex(dot(o), Naming(taken={"k": W})) == "\\sum_{j} U_{oj} V_{jc}"
    assert latex(dot(o), Naming(taken={"k": D})) == "\\sum_{k} U_{ok} V_{kc}"
    assert latex(X, Naming(letters={i: "d"})) == "x_d"


@test_gradients_and_letters.fact
def two_free_indices_of_one_letter_are_told_apart() -> None:
    assert latex(E(U, free("i", W), free("i", D))) in ("U_{ik}", "U_{ki}")


@test_gradients_and_letters.fact
def an_unknown_kind_raises() -> None:
    class Strange(Expr):
        __slots__ = ()

    with pytest.raises(TypeError):
        latex(Strange())


@test_gradients_and_letters.fact
def primes_on_functions() -> None:
    assert latex(Func("sigma'", X)) == "\\sigma'(x_i)"


@test_gradients_and_letters.fact
def a_size_is_no_letter_for_a_dummy() -> None:
    over_m = Range.of_size("k")
    assert latex(total("k", over_m, lambda p: E(Tensor("h", (over_m,)), p))) == "\\sum_{j} h_j"


@test_gradients_and_letters.fact
def arguments_that_the_document_writes() -> None:
    text = "$y \\in \\mathbb{R}^W$\n\n$$J(t) = y_t$$\n\n$$\\frac{\\partial J(t)}{\\partial y_z} = \\delta_{tz}$$\n"
    reader = Reader(Source("d.md", text))
    claim = reader.read().steps[0].outcome.claim
    assert claim is not None
    names = naming(reader.scope, reader.definitions.done)
    assert latex(claim.left, names) == "\\frac{\\partial J(t)}{\\partial y_z}"
