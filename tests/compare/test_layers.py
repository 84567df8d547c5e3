"""Gradients by defined quantities: backpropagation, a layer at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from symgrad.comparing.comparer import compare
from symgrad.comparing.problem import Problem, problem_of
from symgrad.reading.document_reader import read_document
from symgrad.text.source import Source
from tests.handcoded.hand import HERE

DOCUMENT = HERE / "documents" / "network.md"


def problem() -> Problem:
    return problem_of(read_document(Source(DOCUMENT.name, DOCUMENT.read_text(encoding="utf-8"))))


def cross_entropy(s: Any, t: Any) -> Any:
    s = s - s.max(axis=1, keepdims=True)
    logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    delta = np.exp(logp)
    delta[np.arange(len(t)), t] -= 1
    return -logp[np.arange(len(t)), t].sum(), delta


def test_a_function_of_the_scores() -> None:
    found = compare(cross_entropy, problem())
    assert found.right
    assert [f.name for f in found.gradients] == ["s"]


def test_a_layer_above_the_hidden_values() -> None:
    def layer(h: Any, B: Any, b: Any, t: Any) -> Any:
        cost, delta = cross_entropy(h @ B + b, t)
        return cost, {"h": delta @ B.T, "B": h.T @ delta, "b": delta.sum(axis=0)}

    assert compare(layer, problem()).right


def test_the_gradient_by_another_layer_is_named() -> None:
    def layer(h: Any, B: Any, b: Any, t: Any) -> Any:
        cost, delta = cross_entropy(h @ B + b, t)
        return cost, {"h": (delta @ B.T) * (1 - h**2)}

    (found,) = compare(layer, problem()).gradients
    assert found.causes == ("this is the gradient by $z$",)


def test_arguments_that_spell_a_product_of_names_are_none() -> None:
    """``Ab`` is no argument for being A times b."""

    def function(X: Any, A: Any, a: Any, B: Any, b: Any, t: Any, Ab: float = 2.0) -> Any:
        assert Ab == 2.0
        return cross_entropy(np.tanh(X @ A + a) @ B + b, t)[0]

    assert compare(function, problem()).right
