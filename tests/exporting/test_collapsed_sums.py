"""Sums over pairs and over ordered positions that need less work than their terms: values, slopes, and the digits."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

import symgrad
from tests.cases import each

Array = Any
SIZES = {"N": 6, "M": 4, "K": 3, "D": 5, "B": 2}


def apart(x: Array, y: Array) -> Array:
    return x[:, None] - y


def before(op: Callable[[Array, Array], Array], n: int) -> Array:
    k = np.arange(n)
    return op(k[:, None], k)


COSTS: dict[str, tuple[str, str, Callable[..., Any]]] = {
    "squares of pairs": (
        r"$x \in \mathbb{R}^{N}$. $$ J = \sum_{i<j} (x_i - x_j)^2 $$",
        "no_pairs",
        lambda x: np.triu(apart(x, x) ** 2).sum(),
    ),
    "with weights along the rest": (
        r"$X \in \mathbb{R}^{N \times D}$, $k \in \mathbb{R}^{D}$."
        r"$$ J = \sum_{i \ne j} \sum_d k_d (X_{id}-X_{jd})^2 $$",
        "no_pairs",
        lambda X, k: (apart(X, X) ** 2 * k).sum(),
    ),
    "weights of both ends": (
        r"$a, b, x, y \in \mathbb{R}^{N}$. $$ J = \sum_{i,j} a_i b_j (x_i - y_j)^2 $$",
        "",
        lambda a, b, x, y: (np.outer(a, b) * apart(x, y) ** 2).sum(),
    ),
    "weights of pairs": (
        r"$W \in \mathbb{R}^{N \times N}$, $X \in \mathbb{R}^{N \times D}$."
        r"$$ J = \sum_{i<j} W_{ij} \lVert X_i - X_j \rVert^2 $$",
        "_squared_distances",
        lambda W, X: (np.triu(W, 1) * (apart(X, X) ** 2).sum(-1)).sum(),
    ),
    "distances with weights": (
        r"$X \in \mathbb{R}^{N \times D}$, $C, L \in \mathbb{R}^{K \times D}$."
        r"$$ J = \sum_{n,k} \log(2 + \sum_d [(X_{nd} - C_{kd})^2 \exp(L_{kd}) + L_{kd}^2]) $$",
        "_squared_distances",
        lambda X, C, L: np.log(2 + (apart(X, C) ** 2 * np.exp(L) + L * L).sum(-1)).sum(),
    ),
    "distances without squares": (
        r"$X \in \mathbb{R}^{N \times D}$. $$ J = \sum_{i \ne j} \frac{1}{\lVert X_i - X_j \rVert} $$",
        "_squared_distances",
        lambda X: (1 / np.sqrt((apart(X, X) ** 2).sum(-1) + np.diag(np.full(len(X), np.inf)))).sum(),
    ),
    "multiples": (
        r"$X \in \mathbb{R}^{N \times D}$. $$ J = \sum_{i,j} \sqrt{1 + \lVert 2 X_i - 3 X_j \rVert^2} $$",
        "_squared_distances",
        lambda X: np.sqrt(1 + (apart(2 * X, 3 * X) ** 2).sum(-1)).sum(),
    ),
    "those before": (
        r"$u, x \in \mathbb{R}^{N}$. $$ J = \sum_i u_i \Big( \sum_{j < i} e^{x_j} \Big)^2 $$",
        "_ordered_sum",
        lambda u, x: u @ (before(np.greater, len(x)) @ np.exp(x)) ** 2,
    ),
    "those after, of two axes": (
        r"$X \in \mathbb{R}^{B \times N}$. $$ J = \sum_{b,i} \log \sum_{j \ge i} e^{X_{bj}} $$",
        "_ordered_logsumexp",
        lambda X: np.log(np.exp(X) @ before(np.greater_equal, X.shape[1])).sum(),
    ),
    "those with later times, and ties": (
        r"$t, u, x \in \mathbb{R}^{N}$. $$ J = \sum_i u_i \log \sum_{j: t_j \ge t_i} \exp x_j $$",
        "_ordered_logsumexp",
        lambda t, u, x: u @ np.log((t >= t[:, None]) @ np.exp(x)),
    ),
    "those with earlier times": (
        r"$t, x \in \mathbb{R}^{N}$, $u \in \mathbb{R}^{N}$. $$ J = \sum_i u_i \sum_{j: t_j < t_i} x_j^2 $$",
        "_ordered_sum",
        lambda t, x, u: u @ ((t < t[:, None]) @ (x * x)),
    ),
}


@cache
def module(name: str) -> ModuleType:
    return symgrad.load(symgrad.read(text=f"Let {COSTS[name][0]}"))


def arguments(name: str, scale: float = 1.0) -> dict[str, Array]:
    rng = np.random.default_rng(0)
    formula = COSTS[name][2]
    shapes = {"X": "N D", "C": "K D", "L": "K D", "W": "N N", "k": "D"}
    if "of two axes" in name:
        shapes["X"] = "B N"
    given = {}
    for x in formula.__code__.co_varnames[: formula.__code__.co_argcount]:
        given[x] = scale * rng.standard_normal([SIZES[s] for s in shapes.get(x, "N").split()])
    if "t" in given:
        given["t"] = np.round(given["t"])  # some are equal
    return given


@each("name", COSTS)
def test_value_and_slopes(name: str) -> None:
    _, used, formula = COSTS[name]
    text = symgrad.export(symgrad.read(text=f"Let {COSTS[name][0]}"))
    assert used in text if used != "no_pairs" else "[:, None]" not in text
    given = arguments(name)
    value, grads = module(name).J_value_and_grad(**given, dense=True)
    assert abs(value - formula(**given)) < 1e-12 * max(1, abs(value))
    rng = np.random.default_rng(1)
    for x, got in grads.items():
        if x == "t":
            assert not got.any()
            continue
        way = rng.standard_normal(got.shape)
        ends = [formula(**{**given, x: given[x] + h * way}) for h in (1e-4, -1e-4, 2e-4, -2e-4)]
        slope = (8 * (ends[0] - ends[1]) - (ends[2] - ends[3])) / 12e-4
        assert abs(np.vdot(got, way) - slope) < 1e-8 * max(1, abs(slope)), x


def test_sums_of_exponentials_in_an_order_do_not_overflow() -> None:
    """At entries that differ by thousands."""
    given = arguments("those with later times, and ties", 1500.0)
    given["t"] = np.arange(6.0)
    value, grads = module("those with later times, and ties").J_value_and_grad(**given)
    u, x = given["u"], given["x"]
    logs = np.logaddexp.accumulate(x[::-1])[::-1]
    assert np.isclose(value, u @ logs, rtol=1e-14)
    shares = np.triu(np.exp(np.minimum(0, x - logs[:, None])))
    assert np.allclose(grads["x"], u @ shares, rtol=1e-10, atol=1e-12)


@each("offset", [0.0, 1e3, 1e6])
def test_distances_keep_their_digits(offset: float) -> None:
    """Vectors that are far out and close to each other: each distance is as good as the difference of the vectors."""
    rng = np.random.default_rng(0)
    X = np.repeat(rng.standard_normal((3, 5)), 2, 0) + offset
    X[::2] += 1e-6 * rng.standard_normal((3, 5))
    value, grads = module("distances without squares").J_value_and_grad(X=X)
    wide = X.astype(np.longdouble)
    far = np.sqrt((apart(wide, wide) ** 2).sum(-1)) + np.diag(np.full(6, np.inf))
    assert abs(value / (1 / far).sum() - 1) < 1e-14
    want = -2 * (apart(wide, wide) / far[:, :, None] ** 3).sum(1)
    tolerance = 1e-14 + 1e-16 * 4 * (1 + offset / 1e6) / 1e-6  # the shifted vectors are rounded
    assert np.abs(grads["X"] - want).max() < tolerance * np.abs(want).max()


def test_squares_of_pairs_keep_their_digits_far_out() -> None:
    x = 1e8 + np.arange(6.0)
    value, grads = module("squares of pairs").J_value_and_grad(x=x)
    assert value == 105
    assert np.array_equal(grads["x"], 12 * (np.arange(6) - 2.5))
