"""Positions by arithmetic: inside of their array, or not read at all; under a condition they may lie anywhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symgrad

DECLARED = r"With $x, y \in \mathbb{R}^{N}$, $k \in \mathbb{R}^{M}$, $w \in [N]^{T}$, $t \in [T]$:"
X, Y, K = np.array([1.0, 10.0, 100.0]), np.array([2.0, 3.0, 5.0]), np.array([1.0, 2.0])


def functions(cost: str) -> Any:
    return symgrad.load(symgrad.read(text=f"{DECLARED}\n\n$$ J = {cost} $$\n"))


@pytest.mark.parametrize(
    ("cost", "given", "reached"),
    [
        (r"\sum_{i=1}^{N} x_{N-i}^2", {}, "-1 to 1"),
        (r"\sum_{i=2}^{N} (x_{i-2} - x_i)^2", {}, "-1 to 0"),
        (r"\sum_{i=1}^{N} x_{i+1}^2", {}, "1 to 3"),
        (r"\sum_{i=1}^{N} \sum_{j=1}^{M} k_j x_{i-j+1}", {"k": K}, "-1 to 2"),
        (r"x_1 x_4", {}, "3 to 3"),
        (r"\sum_{t=1}^{T} x_{w_{t+1}}^2", {"w": np.array([0, 1, 2, 2])}, "1 to 4"),
    ],
)
def test_what_is_read_beyond_an_array_is_refused(cost: str, given: dict[str, Any], reached: str) -> None:
    with pytest.raises(ValueError, match=rf"^[xw] (reaches|holds).*{reached}"):
        functions(cost).J(x=X, **given)


def test_a_single_position_behind_the_last_is_refused() -> None:
    with pytest.raises(ValueError, match="x "):
        functions(r"x_1 x_4").J(x=X)
    assert functions(r"x_1 x_4").J(x=np.arange(1.0, 5.0)) == 4


@pytest.mark.parametrize(
    ("cost", "value", "by_x"),
    [
        (r"\sum_{i=2}^{N} x_{i-1} y_i", 53.0, [3.0, 5.0, 0.0]),
        (r"\sum_{j=1}^{N} \mathbb{1}[j > 1] x_{j-1} y_j", 53.0, [3.0, 5.0, 0.0]),
        (r"\sum_j \begin{cases} x_{j-1} y_j & j > 1 \\ 0 & \text{otherwise} \end{cases}", 53.0, [3.0, 5.0, 0.0]),
        (r"\sum_{i=1}^{N} \sum_{j : j \ge i} \mathbb{1}[j - i < 2] x_j y_i", 2 * 11 + 3 * 110 + 5 * 100, [2, 5, 8]),
        (r"\sum_{n=1}^{N-2} x_n x_{n+2} y_n", 200.0, [200.0, 0.0, 2.0]),
    ],
)
def test_what_a_condition_leaves_out_may_lie_anywhere(cost: str, value: float, by_x: list[float]) -> None:
    got, grads = functions(cost).J_value_and_grad(x=X, y=Y, dense=True)
    assert got == value
    np.testing.assert_array_equal(grads["x"], by_x)


def test_sizes_that_leave_nothing_to_read_are_no_error() -> None:
    module = functions(r"\sum_{i=2}^{N} x_{i-1} y_i")
    assert module.J(x=X[:1], y=Y[:1]) == 0
