"""No digit is lost that the formula keeps: sums of residuals, the error function, single precision."""

from __future__ import annotations

import math

import numpy as np
import pytest

import symgrad
from symgrad.exporting.targets.support import _erf, _erfc
from tests.cases import facts

test_digits = facts()
REGRESSION = r"""
With $X \in \mathbb{R}^{N \times D}$, $y \in \mathbb{R}^{N}$, $w \in \mathbb{R}^{D}$, $b \in \mathbb{R}$:
$$ r_n = X_{nd} w_d + b - y_n, \quad J = \frac{1}{2} \sum_n r_n^2 $$
"""


@test_digits.fact
def a_sum_of_residuals_is_not_taken_apart() -> None:
    rng = np.random.default_rng(0)
    X, w = rng.standard_normal((4096, 3)), np.ones(3)
    residual = 1e-3 * (1 + rng.standard_normal(4096))
    y = X @ w + 100 - residual
    given = {"X": X, "w": w, "b": 100.0, "y": y}
    _, grads = symgrad.load(symgrad.read(text=REGRESSION)).J_value_and_grad(
        **{k: np.asarray(v, np.float32) for k, v in given.items()}
    )
    plain = (np.float32(X) @ np.float32(w) + np.float32(100) - np.float32(y)).sum(dtype=np.float32)
    assert grads["b"].dtype == np.float32
    assert abs(grads["b"] - plain) <= 1e-5 * np.abs(residual).sum()


@test_digits.fact
def the_error_function_in_a_module() -> None:
    text = r"With $x \in \mathbb{R}^{N}$: $$ J = \sum_i \operatorname{erf}(x_i) + \sum_i \operatorname{erfc}(2 x_i) $$"
    x = np.linspace(-3, 3, 20_001)
    value, grads = symgrad.load(symgrad.read(text=text)).J_value_and_grad(x=x)
    np.testing.assert_allclose(value, math.fsum(math.erf(v) + math.erfc(2 * v) for v in x), rtol=1e-13)
    want = 2 / math.sqrt(math.pi) * (np.exp(-(x**2)) - 2 * np.exp(-4 * x**2))
    np.testing.assert_allclose(grads["x"], want, rtol=1e-12)


@pytest.mark.parametrize(("ours", "known"), [(_erf, math.erf), (_erfc, math.erfc)])
def test_the_error_function_to_the_last_digits(ours, known) -> None:  # type: ignore[no-untyped-def]
    x = np.concatenate([np.linspace(-7, 26, 9001), np.linspace(-1.1, 1.1, 2001), [0.0, 1e-300, 1e300, -np.inf, np.inf]])
    want = np.array([known(v) for v in x])
    np.testing.assert_allclose(ours(x), want, rtol=1e-15, atol=1e-305)
    assert np.isnan(ours(np.array(np.nan)))
    assert ours(np.float32([0.5])).dtype == np.float32
