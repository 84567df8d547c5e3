"""Arguments of one shape, layouts and defaults: found by trying, and said where they are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symgrad.comparing.adapter import adapter
from symgrad.comparing.comparer import compare
from symgrad.comparing.guessing import search
from symgrad.comparing.problem import Problem, problem_of
from symgrad.reading.document_reader import read_document
from symgrad.text.diagnostic import SymgradError
from symgrad.text.source import Source

SIX = r"$a, b, c, d, f, g \in \mathbb{R}^{D}$. $$ J = \sum_i a_i b_i^2 c_i^3 + \sum_i d_i f_i^2 g_i^3 $$"
NETWORK = r"""
$W_1, W_2, W_3 \in \mathbb{R}^{H \times H}$, $b_1, b_2, b_3, x, t \in \mathbb{R}^{H}$.

$$ h = \tanh(W_1 x + b_1), \quad z = \tanh(W_2 h + b_2), \quad J = \lVert W_3 z + b_3 - t \rVert^2 $$
"""
SOFTMAX = r"""
$W \in \mathbb{R}^{C \times D}$, $b \in \mathbb{R}^{C}$, $x \in \mathbb{R}^{N \times D}$, labels $y \in [C]^{N}$ and
$\lambda \in \mathbb{R}_{>0}$.

$$ s_{nc} = \sum_d W_{cd} x_{nd} + b_c $$

$$ J = -\frac{1}{N} \sum_n \log \frac{\exp s_{n y_n}}{\sum_a \exp s_{na}} + \frac{\lambda}{2} \lVert W \rVert_F^2 $$
"""
PAIR = (
    r"$U, V \in \mathbb{R}^{W \times D}$, $o, c \in [W]$. $$ J = \sum_d U_{od} V_{cd}^2 + \sum_w (U_{wo} + V_{wc})^3 $$"
)


def problem(text: str) -> Problem:
    return problem_of(read_document(Source("d.md", text)))


def maps(function: Callable[..., Any], text: str) -> str:
    (note,) = compare(function, problem(text)).notes
    return note.removeprefix("the arguments were found by trying: --map ")


def six(p1: Any, p2: Any, p3: Any, p4: Any, p5: Any, p6: Any) -> Any:
    return (p6 * p3**2 * p1**3).sum() + (p2 * p5**2 * p4**3).sum()


def network(A: Any, B: Any, C: Any, a: Any, b: Any, c: Any, x: Any, t: Any) -> Any:
    h = np.tanh(A @ x + a)
    z = np.tanh(B @ h + b)
    r = C @ z + c - t
    dz = C.T @ (2 * r) * (1 - z**2)
    dh = B.T @ dz * (1 - h**2)
    return r @ r, np.outer(dh, x), np.outer(dz, h), np.outer(2 * r, z), dh, dz, 2 * r


def softmax(X: Any, t: Any, Wt: Any, bias: Any, reg: float = 0.1) -> Any:
    s = X @ Wt + bias
    p = np.exp(s - s.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    rows = np.arange(len(X))
    cost = -np.log(p[rows, t]).mean() + reg / 2 * (Wt**2).sum()
    p[rows, t] -= 1
    p /= len(X)
    return cost, X.T @ p + reg * Wt, p.sum(0)


def test_six_arguments_of_one_shape_are_found() -> None:
    assert maps(six, SIX) in ("c=p1 d=p2 b=p3 g=p4 f=p5 a=p6", "g=p1 a=p2 f=p3 c=p4 b=p5 d=p6")


def test_three_matrices_and_three_vectors_are_found() -> None:
    def shuffled(x: Any, t: Any, A: Any, B: Any, C: Any, a: Any, b: Any, c: Any) -> Any:
        return network(A, B, C, a, b, c, x, t)

    found = compare(shuffled, problem(NETWORK))
    assert found.right
    assert len(found.gradients) == 6
    assert maps(shuffled, NETWORK) == "W_1=A W_2=B W_3=C b_1=a b_2=b b_3=c"


def test_all_matrices_transposed_are_found() -> None:
    def turned(x: Any, t: Any, A: Any, B: Any, C: Any, a: Any, b: Any, c: Any) -> Any:
        cost, gA, gB, gC, *vectors = network(A.T, B.T, C.T, a, b, c, x, t)
        return cost, gA.T, gB.T, gC.T, *vectors

    assert compare(turned, problem(NETWORK)).right


def test_positions_in_one_range_are_told_apart() -> None:
    def other(at: int, left: Any, to: int, right: Any) -> Any:
        U, V, o, c = right, left, to, at
        return U[o] @ V[c] ** 2 + ((U[:, o] + V[:, c]) ** 3).sum()

    square = PAIR.replace("W \\times D", "W \\times W").replace("_d", "_w").replace("d}", "w}")
    assert maps(other, square) == "c=at V=left o=to U=right"


def test_an_argument_with_a_default_is_given_what_is_left() -> None:
    assert maps(softmax, SOFTMAX) == r"x=X y=t W=Wt.T b=bias \lambda=reg"
    text = adapter(softmax, "hand:softmax", problem(SOFTMAX), "adapter.py")
    assert "softmax(X=x, t=y, Wt=W.T, bias=b, reg=lambda_)" in text


def test_a_default_is_kept_where_nothing_is_left() -> None:
    def scaled(p1: Any, p2: Any, p3: Any, p4: Any, p5: Any, p6: Any, scale: float = 1.0) -> Any:
        return scale * six(p1, p2, p3, p4, p5, p6)

    assert "scale" not in maps(scaled, SIX)


def test_a_search_that_finds_nothing_says_so() -> None:
    with pytest.raises(SymgradError, match=r"--map name=p1(?s:.)*gives another cost, or none \(\d+ ways were tried\)"):
        compare(lambda p1, p2, p3, p4, p5, p6: 1.1 * six(p1, p2, p3, p4, p5, p6), problem(SIX))


def test_a_cost_that_has_no_value_where_arguments_are_equal_is_tried_in_all_orders() -> None:
    text = r"$a, b, c \in \mathbb{R}$. $$ J = \frac{a}{b - c} + \frac{1}{a - b} $$"
    found = search(lambda p, q, r: q / (r - p) + 1 / (q - r), problem(text)).found
    assert found is not None
    assert found.certain


def test_a_missing_learning_rate_is_said_to_be_a_constant() -> None:
    def step(a: Any, b: Any, c: Any, d: Any, f: Any, g: Any, eta: float) -> None:
        a -= eta * b**2 * c**3

    with pytest.raises(SymgradError, match=r"--map eta=0\.1"):
        compare(step, problem(SIX))
    assert compare(step, problem(SIX), maps=["eta=0.1"]).right


def test_a_size_must_be_a_whole_number() -> None:
    with pytest.raises(SymgradError, match="D is a size, a whole number from 1"):
        compare(six, problem(SIX), maps=["D=0"])
