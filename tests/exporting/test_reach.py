"""Positions by arithmetic: inside of their array, or not read at all; under a condition they may lie anywhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symgrad
from tests.cases import each

DECLARED = r"With $x, y \in \mathbb{R}^{N}$, $k \in \mathbb{R}^{M}$, $w \in [N]^{T}$, $t \in [T]$:"
X, Y, K = np.array([1.0, 10.0, 100.0]), np.array([2.0, 3.0, 5.0]), np.array([1.0, 2.0])


def functions(cost: str) -> Any:
    return symgrad.load(symgrad.read(text=f"{DECLARED}\n\n$$ J = {cost} $$\n"))


@each(
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


@each(
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


@each(
    ("cost", "summand"),
    [
        (r"\sum_{i \neq k} \frac{1}{x_i - x_k} y_k", lambda x, y, i, k: y[k] / (x[i] - x[k])),
        (r"\sum_{i < k} (\frac{1}{(x_i - x_k)^{12}} - \frac{2}{(x_i - x_k)^6})", None),
        (r"\sum_i \sum_{k \neq i} \frac{\exp(y_k)}{x_i - x_k}", lambda x, y, i, k: np.exp(y[k]) / (x[i] - x[k])),
        (r"\sum_i \sum_{k \neq i} \log((x_i - x_k)^2)", lambda x, y, i, k: np.log((x[i] - x[k]) ** 2)),
        (r"\sum_i \sum_{k \neq i} \sqrt{(x_i - x_k)^2}", lambda x, y, i, k: abs(x[i] - x[k])),
    ],
)
def test_what_is_not_defined_where_a_condition_leaves_it_out_spoils_no_gradient(cost: str, summand: Any) -> None:
    x, y = np.array([0.5, 1.5, 3.0]), np.array([0.1, -0.2, 0.3])

    def plain(x: Any) -> Any:
        pairs = [(i, k) for i in range(3) for k in range(3) if k != i]
        if summand is None:
            return sum((x[i] - x[k]) ** -12 - 2 * (x[i] - x[k]) ** -6 for i, k in pairs if i < k)
        return sum(summand(x, y, i, k) for i, k in pairs)

    module = functions(cost)
    given = {"x": x, "y": y} if "y" in module.J.__annotations__ else {"x": x}
    value, grads = module.J_value_and_grad(**given, dense=True)
    assert value == pytest.approx(plain(x), rel=1e-13)
    step = 1e-5
    wanted = [(plain(x + step * e) - plain(x - step * e)) / (2 * step) for e in np.eye(3)]
    np.testing.assert_allclose(grads["x"], wanted, rtol=1e-6, atol=1e-8)
