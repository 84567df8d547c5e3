"""Backward functions of arrays, held against the derivation: right ones, and each with one mistake."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

import symgrad
from symgrad.comparing.comparer import compare
from symgrad.exporting.loading import load_text
from tests.cases import each

NORM = r"""
Let $X \in \mathbb{R}^{N \times D}$, $\gamma, \beta \in \mathbb{R}^{D}$, $\epsilon > 0$.

$$ \mu_n = \frac1D \sum_d X_{nd}, \qquad v_n = \frac1D \sum_d (X_{nd} - \mu_n)^2 $$

$$ Y_{nd} = \gamma_d \frac{X_{nd} - \mu_n}{\sqrt{v_n + \epsilon}} + \beta_d $$
"""


def backward(X: Any, gamma: Any, beta: Any, epsilon: Any, dout: Any) -> Any:
    r = 1 / np.sqrt(X.var(1, keepdims=True) + epsilon)
    H, G = (X - X.mean(1, keepdims=True)) * r, dout * gamma
    X_grad = r * (G - G.mean(1, keepdims=True) - H * (G * H).mean(1, keepdims=True))
    return {"X": X_grad, "gamma": (dout * H).sum(0), "beta": dout.sum(0)}


def without_mean(X: Any, gamma: Any, beta: Any, epsilon: Any, dY: Any) -> Any:
    grads = backward(X, gamma, beta, epsilon, dY)
    return {**grads, "X": grads["X"] + (dY * gamma).mean(1, keepdims=True)}


def without_upstream(X: Any, gamma: Any, beta: Any, epsilon: Any, grad_Y: Any) -> Any:
    return {
        **backward(X, gamma, beta, epsilon, grad_Y),
        "gamma": backward(X, gamma, beta, epsilon, np.ones_like(X))["gamma"],
    }


def in_a_tuple(dout: Any, X: Any, gamma: Any, beta: Any, epsilon: Any) -> Any:
    return tuple(backward(X, gamma, beta, epsilon, dout).values())


@cache
def exported() -> Any:
    return load_text(symgrad.export(symgrad.read(text=NORM), of=["Y"]))


def generated(X: Any, gamma: Any, beta: Any, epsilon: Any, upstream: Any) -> Any:
    module = exported()
    _, kept = module.Y_forward(X=X, gamma=gamma, beta=beta, epsilon=epsilon)
    return module.Y_backward(kept, upstream)


@each(
    ("function", "wrong"),
    [
        *((backward, []), (generated, []), (in_a_tuple, [])),
        *((without_mean, ["X"]), (without_upstream, ["gamma"])),
    ],
)
def test_backward_functions(function: Callable[..., Any], wrong: list[str]) -> None:
    found = compare(function, symgrad.read(text=NORM).problem("Y"))
    assert [f.argument for f in found.gradients if f.verdict != "right"] == wrong
    assert found.opinion is None or found.opinion.agrees is not bool(wrong)
