"""Published derivatives by matrices, and those of functions of matrices, beside PyTorch and differences."""

from __future__ import annotations

import pytest

from symgrad.checking.documents import check_text
from symgrad.gradients.gradient import gradient
from tests.deriving.matrix_gradients import DECLARED_FUNCTIONS, at_sizes, errors, of_functions, published

TOLERANCE = 1e-9


def test_published_gradients_agree_with_differences() -> None:
    for cost, asking, of, by in (*published(), *of_functions()):
        found = gradient(asking, of, [by])
        env = at_sizes(found, 3, "as drawn")
        assert env is not None
        error = errors(found, env).of_differences
        assert error is not None, f"{cost}: no value"
        assert error < TOLERANCE, cost


SLOW = {r"\lVert P^{-1/2} a \rVert^2", r"a^\top (A A^\top + P)^{1/2} b"}
"""Derivatives of roots that take the evaluation more than a few seconds."""


def test_gradients_of_functions_are_read_again_and_proved() -> None:
    for cost, asking, of, by in of_functions():
        if cost in SLOW:
            continue
        found = gradient(asking, of, [by])
        if found.array is not None:  # what has no matrix form is not read again
            text = f"{DECLARED_FUNCTIONS}$$ J = {cost} $$\n\n$$ {found.latex()} $$\n"
            assert [s.verdict for s in check_text(text).steps] == ["proved"], found.latex()


@pytest.mark.torch
def test_published_gradients_agree_with_automatic_differentiation() -> None:
    import torch

    for cost, asking, of, by in (*published(), *of_functions()):
        found = gradient(asking, of, [by])
        for kind in ("as drawn", "definite"):
            env = at_sizes(found, 3, kind)
            assert env is not None
            error = errors(found, env, torch).of_torch
            assert error is not None, f"{cost}: no value"
            assert error < TOLERANCE, cost
