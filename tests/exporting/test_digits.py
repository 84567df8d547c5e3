"""No digit is lost that the formula keeps: sums of residuals, the error function, single precision."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import symgrad
from symgrad.exporting.targets.support import _digamma, _erf, _erfc, _lgamma, _pentagamma, _tetragamma, _trigamma
from tests.cases import facts
from tests.exporting.worlds import ROOT, World, vocabulary

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


POSITIVE = np.concatenate(
    [np.geomspace(1e-300, 1e300, 61), np.linspace(0.01, 12, 121), *(c + np.geomspace(1e-15, 0.4, 20) for c in (1, 2))]
)


def test_log_gamma_to_the_last_digits() -> None:
    """Beside its zeros at 1 and 2 too; nothing is claimed where x is not positive."""
    np.testing.assert_allclose(_lgamma(POSITIVE), [float(mpmath.loggamma(v)) for v in POSITIVE], rtol=1e-15)
    assert _lgamma(np.array(np.inf)) == np.inf
    assert np.isnan(_lgamma(np.array([0.0, -0.5, np.nan]))).all()
    assert _lgamma(np.float32([0.5])).dtype == np.float32


@pytest.mark.parametrize(("order", "ours"), [*enumerate((_digamma, _trigamma, _tetragamma, _pentagamma))])
def test_derivatives_of_log_gamma_to_the_last_digits(order: int, ours: Callable[[Any], Any]) -> None:
    """``psi`` has a zero at 1.46, beside which its digits are those of numbers of size 1."""
    x = POSITIVE[(POSITIVE > 1e-50) & (POSITIVE < 1e50)]
    np.testing.assert_allclose(ours(x), [float(mpmath.psi(order, v)) for v in x], rtol=1e-14, atol=(not order) * 1e-15)
    assert np.isnan(ours(np.array([0.0, -0.5]))).all()


def test_likelihoods_of_counts_in_a_module() -> None:
    """Values far beyond the largest factorial; gradients by differences of fifty digits."""
    text = r"""
With $\alpha, \beta \in \mathbb{R}_{>0}$ and $y \in \mathbb{R}_{\ge 0}^{N}$.
$$ J = \sum_i \log y_i! + \sum_i \log \binom{\alpha + y_i}{y_i} - \sum_i \log \mathrm{B}(\alpha + y_i, \beta) $$
"""
    y, a, b = np.array([0.0, 3.0, 7.0, 1000.0]), 2.5, 0.75
    value, grads = symgrad.load(symgrad.read(text=text)).J_value_and_grad(alpha=a, beta=b, y=y)

    def wanted(a: Any, b: Any) -> Any:
        return mpmath.fsum(
            mpmath.loggamma(v + 1) + mpmath.log(mpmath.binomial(a + v, v)) - mpmath.log(mpmath.beta(a + v, b))
            for v in map(mpmath.mpf, y)
        )

    with mpmath.workdps(50):
        h = mpmath.mpf(10) ** -16
        assert value == pytest.approx(float(wanted(mpmath.mpf(a), mpmath.mpf(b))), rel=1e-13)
        by_a = (wanted(a + h, mpmath.mpf(b)) - wanted(a - h, mpmath.mpf(b))) / (2 * h)
        by_b = (wanted(mpmath.mpf(a), b + h) - wanted(mpmath.mpf(a), b - h)) / (2 * h)
    assert grads["alpha"] == pytest.approx(float(by_a), rel=1e-12)
    assert grads["beta"] == pytest.approx(float(by_b), rel=1e-12)


@pytest.mark.parametrize("cost", ["rbf_kernel", "gaussian_mixture", "t_sne", "batch_norm", "ppo", "focal"])
def test_gradients_in_single_precision(cost: str) -> None:
    """Close to those in double precision: points that are nearly equal, and a diagonal that is larger than the rest."""
    path = ROOT / f"tests/benchmarks/published/{cost}.md"
    v, function = vocabulary(path), symgrad.load(str(path)).J_value_and_grad
    world = World(v)
    for size in world.sizes:
        world.sizes[size] = 16 if size == "N" else 8
    given = world.arguments(function, next(q for q in reversed(list(v.quantities())) if q.name == "J"))
    single = {k: np.asarray(x, np.float32) if np.asarray(x).dtype.kind == "f" else x for k, x in given.items()}
    exact = {k: np.asarray(x, float) if np.asarray(x).dtype.kind == "f" else x for k, x in single.items()}
    want, got = (function(**x, dense=True)[1] for x in (exact, single))
    for name, right in want.items():
        assert np.max(np.abs(got[name] - right)) <= 2e-6 * np.max(np.abs(right)), name
