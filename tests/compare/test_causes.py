"""Causes that are named, and those that are not: one sentence each, held against the code's numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symgrad.comparing.comparer import compare
from symgrad.comparing.findings import Comparison
from symgrad.comparing.problem import problem_of
from symgrad.reading.document_reader import read_document
from symgrad.text.source import Source
from tests.cases import each

SOFTMAX = r"""
$W \in \mathbb{R}^{C \times D}$, $b \in \mathbb{R}^{C}$, $x \in \mathbb{R}^{N \times D}$, labels $y \in [C]^{N}$ and
$\lambda \in \mathbb{R}_{>0}$.

$$ s_{nc} = \sum_d W_{cd} x_{nd} + b_c, \qquad p_{nc} = \frac{\exp s_{nc}}{\sum_a \exp s_{na}} $$

$$ J = -\frac{1}{N} \sum_n \log p_{n y_n} + \frac{\lambda}{2} \lVert W \rVert_F^2 $$
"""
PAIR = r"""$U, V \in \mathbb{R}^{W \times D}$, $o, c \in [W]$, $n \in [W]^{K}$.

$$ J = -\log \sigma(\sum_d U_{od} V_{cd}) - \sum_{k=1}^{K} \log \sigma(-\sum_d U_{n_k d} V_{cd}) $$
"""
COSINE = r"""Vectors $a, b \in \mathbb{R}^{D}$ and a set $\mathcal{N} \subseteq [D]$.

$$ J = 1 - \frac{\sum_i a_i b_i}{\lVert a \rVert \lVert b \rVert} + \sum_{i \in \mathcal{N}} a_i^2 $$
"""


def named(function: Callable[..., Any], text: str) -> dict[str, tuple[str, ...]]:
    found: Comparison = compare(function, problem_of(read_document(Source("d.md", text))))
    return {f.argument: f.causes for f in found.findings if f.verdict == "differs"}


def softmax(W: Any, b: Any, x: Any, y: Any, lambda_: float) -> Any:
    s = x @ W.T + b
    p = np.exp(s - s.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    rows = np.arange(len(x))
    cost = -np.log(p[rows, y]).mean() + lambda_ / 2 * (W**2).sum()
    p[rows, y] -= 1
    p /= len(x)
    return cost, p.T @ x + lambda_ * W, p.sum(0)


def pair(U: Any, V: Any, o: int, c: int, n: Any) -> Any:
    def sigmoid(x: Any) -> Any:
        return 1 / (1 + np.exp(-x))

    v, gU, gV = V[c], np.zeros_like(U), np.zeros_like(V)
    p, q = sigmoid(U[o] @ v), sigmoid(U[n] @ v)
    gU[o] += (p - 1) * v
    np.add.at(gU, n, np.outer(q, v))
    gV[c] = (p - 1) * U[o] + q @ U[n]
    return -np.log(p) - np.log(1 - q).sum(), gU, gV


Turn = Callable[[Any, Any, float], Any]


@each(
    ("turn", "words"),
    [
        (lambda g, W, lam: g - lam * W, r"is missing"),
        (lambda g, W, lam: np.full_like(g, 1e-18), "zero throughout, but for rounding"),
        (lambda g, W, lam: np.zeros_like(g), "zero throughout: "),
        (lambda g, W, lam: g.ravel("F"), "order='F'"),
        (lambda g, W, lam: np.roll(g, 1, 0), "one place behind its own along axis 0"),
        (lambda g, W, lam: np.roll(g, -1, 1), "one place before its own along axis 1"),
        (lambda g, W, lam: W - 0.1 * g, "$W$ after a step, less 0.1 times its gradient"),
        (lambda g, W, lam: W.copy(), "$W$ itself"),
    ],
)
def test_a_gradient_that_is_wrong_as_a_whole_has_one_cause(turn: Turn, words: str) -> None:
    def function(W: Any, b: Any, x: Any, y: Any, lambda_: float) -> Any:
        cost, gW, gb = softmax(W, b, x, y, lambda_)
        return cost, turn(gW, W, lambda_), gb

    found = named(function, SOFTMAX)
    assert set(found) == {"W"}
    (cause,) = found["W"]
    assert words in cause


def test_a_gradient_of_rounding_alone_is_zero() -> None:
    """The sum over all classes of what adds up to nothing."""

    def function(W: Any, b: Any, x: Any, y: Any, lambda_: float) -> Any:
        cost, gW, gb = softmax(W, b, x, y, lambda_)
        return cost, gW, np.full_like(gb, gb.mean())

    (cause,) = named(function, SOFTMAX)["b"]
    assert "zero throughout" in cause


def test_exchanged_positions_are_named_for_the_cost_too() -> None:
    found = named(lambda U, V, o, c, n: pair(U, V, c, o, n), PAIR)
    assert found == dict.fromkeys(("", "U", "V"), ("$o$ and $c$ are exchanged",))


def test_exchanged_arrays_are_named() -> None:
    def function(U: Any, V: Any, o: int, c: int, n: Any) -> Any:
        cost, gV, gU = pair(V, U, o, c, n)
        return cost, gU, gV

    assert named(function, PAIR) == dict.fromkeys(("", "U", "V"), ("$U$ and $V$ are exchanged",))


def test_exchanged_gradients_are_named() -> None:
    def function(U: Any, V: Any, o: int, c: int, n: Any) -> Any:
        cost, gU, gV = pair(U, V, o, c, n)
        return cost, gV, gU

    assert named(function, PAIR) == {"U": ("this is the gradient by $V$",), "V": ("this is the gradient by $U$",)}


def test_a_norm_held_constant_is_named_and_nothing_else() -> None:
    def function(a: Any, b: Any, N: Any) -> Any:
        s, t = np.sqrt(a @ a), np.sqrt(b @ b)
        ga, gb = -b / (s * t), -a / (s * t) + (a @ b) * b / (s * t**3)
        ga[N] += 2 * a[N]
        return 1 - a @ b / (s * t) + (a[N] ** 2).sum(), ga, gb

    causes = named(function, COSINE)["a"]
    assert all("held constant" in cause for cause in causes)
    assert causes


def test_rows_that_are_overwritten_are_still_named() -> None:
    def function(U: Any, V: Any, o: int, c: int, n: Any) -> Any:
        cost, gU, gV = pair(U, V, o, c, n)
        for k in n:
            gU[k] = V[c] / (1 + np.exp(-U[k] @ V[c]))
        return cost, gU, gV

    assert "overwrites" in named(function, PAIR)["U"][0]
