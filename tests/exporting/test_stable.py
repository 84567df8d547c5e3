"""Nothing overflows and no digits are lost at scores of a thousand, held against arithmetic with many digits."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import mpmath
import numpy as np
import pytest

import symgrad
from tests.cases import each

ROUNDING = 16 * float(np.finfo(np.float64).eps)
"""What the functions of a processor may be off by, and no digit lost."""
MAGNITUDES = (1e-8, 1e-3, 0.1, 1.0, 10.0, 30.0, 40.0, 100.0, 700.0, 1000.0)


@pytest.fixture(autouse=True)
def _exact() -> Iterator[None]:
    with mpmath.workdps(500), warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def module(text: str) -> ModuleType:
    return symgrad.load(symgrad.read(text=text))


def exact(x: Any) -> list[Any]:
    return [mpmath.mpf(float(v)) for v in np.ravel(x)]


def error(got: Any, want: Any, size: float = 0.0) -> float:
    """Relative to the result, or to the size of its terms where that is larger."""
    worst = mpmath.mpf(0)
    for g, w in zip(np.ravel(got), want if isinstance(want, list) else [want], strict=True):
        scale = max(abs(w), mpmath.mpf(size), mpmath.mpf(10) ** -300)
        worst = max(worst, abs(mpmath.mpf(float(g)) - w) / scale)
    return float(worst)


SOFTMAX = r"""
With $s \in \mathbb{R}^{N}$ and $t \in [N]$:
$$ \hat y_a = \frac{\exp(s_a)}{\sum_b \exp(s_b)}, \qquad J = -\log \hat y_t $$
"""


@each("size", MAGNITUDES)
@each("t", [0, 1, 2])
def test_softmax_cross_entropy(size: float, t: int) -> None:
    s = size * np.array([1.0, -1.0, 0.25])
    value, grads = module(SOFTMAX).J_value_and_grad(s=s, t=t)
    x = exact(s)
    log_z = mpmath.log(sum(map(mpmath.exp, x)))
    assert error(value, log_z - x[t], size) < ROUNDING
    want = [mpmath.exp(v - log_z) - (k == t) for k, v in enumerate(x)]
    assert error(grads["s"], want, 1.0) < ROUNDING


def test_a_probability_that_underflows() -> None:
    value, grads = module(SOFTMAX).J_value_and_grad(s=np.array([0.0, -1e4, -2e4]), t=2)
    assert value == 2e4
    np.testing.assert_array_equal(grads["s"], [1.0, 0.0, -1.0])


SIGMOID = r"""
With $x \in \mathbb{R}^{N}$: $$ J = \sum_i %s $$
"""


def sigma(x: Any) -> Any:
    return 1 / (1 + mpmath.exp(-x))


LOGARITHMS = {
    r"\log \sigma(x_i)": (lambda x: mpmath.log(sigma(x)), lambda x: sigma(-x)),
    r"\log (1 - \sigma(x_i))": (lambda x: mpmath.log(sigma(-x)), lambda x: -sigma(x)),
    r"\log (1 + \exp(-x_i))": (lambda x: mpmath.log(1 + mpmath.exp(-x)), lambda x: -sigma(-x)),
    r"\log \frac{1}{1 + e^{-x_i}}": (lambda x: mpmath.log(sigma(x)), lambda x: sigma(-x)),
    r"\log \frac{e^{x_i}}{1 + e^{x_i}}": (lambda x: mpmath.log(sigma(x)), lambda x: sigma(-x)),
    r"\frac{e^{x_i}}{1 + e^{x_i}}": (sigma, lambda x: sigma(x) * sigma(-x)),
    r"\operatorname{softplus}(x_i)": (lambda x: mpmath.log(1 + mpmath.exp(x)), sigma),
    r"\log (e^{x_i} + e^{-x_i})": (lambda x: mpmath.log(mpmath.exp(x) + mpmath.exp(-x)), mpmath.tanh),
}


@each("size", MAGNITUDES)
@each("latex", LOGARITHMS)
def test_logistic_functions(latex: str, size: float) -> None:
    value, slope = LOGARITHMS[latex]
    functions = module(SIGMOID % latex)
    terms = 1.0 if "+ e^{-x_i})" in latex else 0.0  # a difference of two terms near one half
    for sign in (1, -1):
        x = np.array([sign * size])
        j, grads = functions.J_value_and_grad(x=x)
        assert error(j, value(exact(x)[0])) < ROUNDING * max(1.0, size)
        assert error(grads["x"], slope(exact(x)[0]), terms) < ROUNDING * max(1.0, size)


@each("size", [1e-12, 1e-8, 1e-3, 1.0])
def test_an_exponential_less_one(size: float) -> None:
    x = np.array([size, -size])
    value = module(SIGMOID % "(e^{x_i} - 1)").J(x=x[:1])
    assert error(value, mpmath.expm1(exact(x)[0])) < ROUNDING


def test_log_of_a_mixture() -> None:
    text = r"""
With $\pi \in \mathbb{R}_{>0}^{K}$, $x, m \in \mathbb{R}^{K}$: $$ J = \log \sum_k \pi_k \exp(-(x_k - m_k)^2) $$
"""
    pi, x, m = np.array([0.25, 0.5, 0.25]), np.array([40.0, 50.0, 60.0]), np.zeros(3)
    value, grads = module(text).J_value_and_grad(pi=pi, x=x, m=m)
    terms = [p * mpmath.exp(-(a**2)) for p, a in zip(exact(pi), exact(x), strict=True)]
    assert error(value, mpmath.log(sum(terms))) < ROUNDING
    assert error(grads["x"], [-2 * a * t / sum(terms) for a, t in zip(exact(x), terms, strict=True)], 1.0) < 1e-12


def test_single_precision_does_not_overflow_either() -> None:
    value, grads = module(SOFTMAX).J_value_and_grad(s=np.array([1000.0, -1000.0], np.float32), t=1)
    assert value == 2000
    np.testing.assert_array_equal(grads["s"], np.array([1.0, -1.0], np.float32))


exp, log = mpmath.exp, mpmath.log


def mean(s: list[Any], v: list[Any]) -> Any:
    return sum(map(lambda a, b: exp(a) * b, s, v)) / sum(map(exp, s))


VALUES = [1, 2, -3]
FAR_OUT = {
    # a softmax that is never written by itself
    r"\frac{\sum_k v_k \exp s_k}{\sum_k \exp s_k}": lambda s: mean(s, VALUES),
    r"\sum_t \frac{\sum_{k=1}^{t} v_k \exp s_k}{\sum_{k=1}^{t} \exp s_k}": lambda s: sum(
        mean(s[:t], VALUES[:t]) for t in (1, 2, 3)
    ),
    r"\frac{e^{s_1} - e^{-s_1}}{e^{s_1} + e^{-s_1}}": lambda s: (exp(s[0]) - exp(-s[0])) / (exp(s[0]) + exp(-s[0])),
    r"\log (1 - \frac{\exp s_o}{\sum_k \exp s_k})": lambda s: log(exp(s[0]) + exp(s[2])) - log(sum(map(exp, s))),
    # conditions below the sum, or beside the exponential
    r"\log \sum_{k \neq o} \exp s_k": lambda s: log(exp(s[0]) + exp(s[2])),
    r"\sum_i \log \sum_{k \neq i} \exp s_k": lambda s: sum(
        log(sum(exp(s[k]) for k in range(3) if k != i)) for i in range(3)
    ),
    r"\log \sum_{k \in \mathcal{N}, k \neq o} \exp s_k": lambda s: s[2],
    r"\log \sum_{k \notin \mathcal{N}} \exp s_k": lambda s: s[0],
    r"\log \sum_k \mathbb{1}[k > 1] \exp s_k": lambda s: log(exp(s[1]) + exp(s[2])),
    r"\log \sum_k r_k \exp s_k": lambda s: log(exp(s[0]) + exp(s[2])),
    r"-\log \frac{r_1 \exp s_1}{\sum_k r_k \exp s_k}": lambda s: log(exp(s[0]) + exp(s[2])) - s[0],
    r"\sum_i \log \sum_j \delta_{y_i y_j} \exp s_j": lambda s: 2 * log(exp(s[0]) + exp(s[2])) + s[1],
    # weights, products, and what is made of exponentials
    r"\log \sum_k q_k^{-N} \exp s_k": lambda s: log(exp(s[0]) + exp(s[1]) / 8 + exp(s[2]) * 8),
    r"\log \prod_k (1 + \exp s_k)": lambda s: sum(log(1 + exp(x)) for x in s),
    r"-\log \prod_k \sigma(s_k)": lambda s: -sum(log(sigma(x)) for x in s),
    r"\sum_k \log \cosh s_k": lambda s: sum(log(mpmath.cosh(x)) for x in s),
    r"\sum_k \log (1 - \tanh^2 s_k)": lambda s: sum(-2 * log(mpmath.cosh(x)) for x in s),
    r"\sum_k \log \frac{1 + \tanh s_k}{2}": lambda s: sum(log(sigma(2 * x)) for x in s),
    r"\sum_k \log \frac{1 - \tanh s_k}{2}": lambda s: sum(log(sigma(-2 * x)) for x in s),
}


@each("size", [0.1, 1.0, 30.0, 100.0, 700.0, 1000.0])
@each("latex", FAR_OUT, shares=3)
def test_what_holds_exponentials_far_out(latex: str, size: float) -> None:
    text = (
        r"With $s, v \in \mathbb{R}^{N}$, $q \in \mathbb{R}_{>0}^{N}$, $r \in \{0,1\}^{N}$, $o \in [N]$, "
        r"$y \in [N]^N$, $\mathcal{N} \subseteq [N]$:" + f"\n$$ J = {latex} $$\n"
    )
    given = {
        "v": np.array(VALUES, float), "q": np.array([1.0, 2.0, 0.5]), "r": np.array([1.0, 0.0, 1.0]), "o": 1,
        "N": np.array([1, 2]), "y": np.array([1, 0, 1]),
    }  # fmt: skip
    functions = module(text)
    known = functions.J_value_and_grad.__kwdefaults__ | functions.J_value_and_grad.__annotations__
    for shape in ([1.0, 0.8, -1.0], [-1.0, 1.0, 0.9], [0.5, -1.0, 1.0]):
        s = size * np.array(shape)
        value, grads = functions.J_value_and_grad(s=s, **{k: v for k, v in given.items() if k in known}, wrt=("s",))
        x = exact(s)
        want = [
            mpmath.diff(lambda *at: FAR_OUT[latex](list(at)), x, tuple(int(j == k) for j in range(3))) for k in range(3)
        ]
        assert error(value, FAR_OUT[latex](x), size) < 1e-14
        assert error(np.asarray(grads["s"]), want, 1.0) < 1e-13 * max(1.0, size)
