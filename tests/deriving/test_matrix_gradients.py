"""The thirty published derivatives by matrices, against automatic differentiation and against differences."""

from __future__ import annotations

import pytest

from symgrad.gradients.gradient import gradient
from tests.deriving.matrix_gradients import at_sizes, errors, published

TOLERANCE = 1e-9


def test_published_gradients_agree_with_differences() -> None:
    for cost, asking, of, by in published():
        found = gradient(asking, of, [by])
        env = at_sizes(found, 3, "as drawn")
        assert env is not None
        error = errors(found, env).of_differences
        assert error is not None, f"{cost}: no value"
        assert error < TOLERANCE, cost


@pytest.mark.torch
def test_published_gradients_agree_with_automatic_differentiation() -> None:
    import torch

    for cost, asking, of, by in published():
        found = gradient(asking, of, [by])
        for kind in ("as drawn", "definite"):
            env = at_sizes(found, 3, kind)
            assert env is not None
            error = errors(found, env, torch).of_torch
            assert error is not None, f"{cost}: no value"
            assert error < TOLERANCE, cost
