"""Inverses and determinants in generated modules, held against differences at many digits and against JAX."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import mpmath
import numpy as np
import pytest

import symgrad
from symgrad.exporting.loading import load_text
from symgrad.text.diagnostic import SymgradError
from tests.cases import each

M = mpmath.matrix
DIGITS = 40


class Case(NamedTuple):
    """A document with the cost ``J``, its arguments, and its value with many digits."""

    text: str
    given: dict[str, Any]
    value: Callable[..., Any]


def definite(n: int, *front: int) -> Any:
    a = np.random.default_rng(n).normal(size=(*front, n, n))
    return a @ np.swapaxes(a, -1, -2) + np.eye(n)


def normal(*shape: int) -> Any:
    return np.random.default_rng(sum(shape)).normal(size=shape)


def log_abs(x: Any) -> Any:
    return mpmath.log(abs(x))


def gaussian(x: Any, mu: Any, Sigma: Any) -> Any:
    t = x - mu
    return -log_abs(mpmath.det(Sigma)) / 2 - (t.T * mpmath.inverse(Sigma) * t)[0] / 2


def process(X: Any, y: Any, a: Any, s: Any) -> Any:
    n = X.rows
    K = M(n, n)
    for i in range(n):
        for j in range(n):
            K[i, j] = a * mpmath.exp(-sum((X[i, d] - X[j, d]) ** 2 for d in range(X.cols)) / 2) + s * (i == j)
    return (y.T * mpmath.inverse(K) * y)[0] / 2 + log_abs(mpmath.det(K)) / 2


def family(S: Any, r: Any) -> Any:
    return sum(log_abs(mpmath.det(S[k])) + (r[k, :] * mpmath.inverse(S[k]) * r[k, :].T)[0] for k in range(len(S)))


def trace(x: Any) -> Any:
    return sum(x[k, k] for k in range(x.rows))


def ridge(X: Any, y: Any, l: Any) -> Any:  # noqa: E741  # the name in the document
    w = mpmath.inverse(X.T * X + l * mpmath.eye(X.cols)) * X.T * y
    return sum(v**2 for v in y - X * w)


def symmetric_part(x: Any) -> Any:
    return (x + x.T) / 2


def whitened(S: Any, x: Any) -> Any:
    root = mpmath.sqrtm(S)
    back = mpmath.inverse(root) * x
    return (x.T * root * x)[0] + (back.T * back)[0]


def triangular(S: Any, x: Any) -> Any:
    lower = mpmath.cholesky(symmetric_part(S))
    back = mpmath.inverse(lower) * x
    ends = sum(mpmath.log(lower[k, k]) for k in range(S.rows))
    return ends + (back.T * back)[0] + (x.T * lower * x)[0]


SQUARES = r"Let $A, B \in \mathbb{R}^{N \times N}$. $$ J = "
DEFINITE = r"Let $x \in \mathbb{R}^N$ and let $S \in \mathbb{R}^{N \times N}$ be symmetric positive definite. $$ J = "
CASES = {
    "Gaussian": Case(
        r"""Let $x, \mu \in \mathbb{R}^D$ and let $\Sigma \in \mathbb{R}^{D \times D}$ be symmetric positive definite.
        $$ J = -\frac12 \log\det \Sigma - \frac12 (x - \mu)^\top \Sigma^{-1} (x - \mu) $$""",
        {"x": normal(3), "mu": normal(3) + 1, "Sigma": definite(3)},
        gaussian,
    ),
    "Gaussian, nothing said of the matrix": Case(
        r"""Let $x, \mu \in \mathbb{R}^D$ and $\Sigma \in \mathbb{R}^{D \times D}$.
        $$ J = -\frac12 \log|\det \Sigma| - \frac12 (x - \mu)^\top \Sigma^{-1} (x - \mu) $$""",
        {"x": normal(3), "mu": normal(3) + 1, "Sigma": normal(3, 3)},
        gaussian,
    ),
    "Gaussian process": Case(
        r"""Let $X \in \mathbb{R}^{N \times D}$, $y \in \mathbb{R}^N$ and $a, s > 0$.
        $$ K_{nm} = a \exp\Bigl(-\frac12 \sum_d (X_{nd} - X_{md})^2\Bigr) + s \delta_{nm} $$
        $$ J = \frac12 y^\top K^{-1} y + \frac12 \log\det K $$""",
        {"X": normal(4, 2), "y": normal(4), "a": 1.5, "s": 0.25},
        process,
    ),
    "one matrix for each class": Case(
        r"""Let $S \in \mathbb{R}^{K \times D \times D}$ and $r \in \mathbb{R}^{K \times D}$.
        $$ J = \sum_k \Bigl( \log\det S_k + r_k^\top S_k^{-1} r_k \Bigr) $$""",
        {"S": definite(3, 2), "r": normal(2, 3)},
        family,
    ),
    "ridge": Case(
        r"""Let $X \in \mathbb{R}^{N \times D}$, $y \in \mathbb{R}^N$ and $l > 0$.
        $$ w = (X^\top X + l I)^{-1} X^\top y, \qquad J = \|y - X w\|^2 $$""",
        {"X": normal(4, 3), "y": normal(4), "l": 0.5},
        ridge,
    ),
    "trace": Case(
        SQUARES + r"\operatorname{tr}(A^{-1} B) $$",
        {"A": normal(3, 3), "B": normal(3, 4)[:, 1:]},
        lambda A, B: trace(mpmath.inverse(A) * B),
    ),
    "two inverses": Case(
        SQUARES + r"\operatorname{tr}(A^{-1} B^{-\top} A^{-\top} B) $$",
        {"A": normal(3, 3), "B": normal(3, 4)[:, 1:]},
        lambda A, B: trace(mpmath.inverse(A) * mpmath.inverse(B).T * mpmath.inverse(A).T * B),
    ),
    "determinants": Case(
        SQUARES + r"\det A \det(A^\top B) + \log|\det B| $$",
        {"A": normal(3, 3), "B": normal(3, 4)[:, 1:]},
        lambda A, B: mpmath.det(A) * mpmath.det(A.T * B) + log_abs(mpmath.det(B)),
    ),
    "entries": Case(
        SQUARES + r"\sum_{ij} ((A^{-1})_{ij})^2 B_{ji} + (A^{-1})_{1,1} $$",
        {"A": normal(3, 3), "B": normal(3, 4)[:, 1:]},
        lambda A, B: (
            sum(mpmath.inverse(A)[i, j] ** 2 * B[j, i] for i in range(3) for j in range(3)) + mpmath.inverse(A)[0, 0]
        ),
    ),
    "exponential": Case(
        r"Let $A \in \mathbb{R}^{N \times N}$, $x \in \mathbb{R}^N$, $t \in \mathbb{R}$. "
        r"$$ J = x^\top e^{t A} x + \operatorname{tr} e^{A^\top A} $$",
        {"A": normal(3, 3), "x": normal(3), "t": 1.5},
        lambda A, x, t: (x.T * mpmath.expm(t * A) * x)[0] + trace(mpmath.expm(A.T * A)),
    ),
    "exponential of a large matrix": Case(
        r"Let $A \in \mathbb{R}^{N \times N}$, $x \in \mathbb{R}^N$. $$ J = \log \lVert e^{A} x \rVert^2 $$",
        {"A": 9 * normal(4, 4), "x": normal(4)},
        lambda A, x: mpmath.log(sum(v**2 for v in mpmath.expm(A) * x)),
    ),
    "root": Case(
        DEFINITE + r"x^\top S^{1/2} x + \lVert S^{-1/2} x \rVert^2 $$", {"x": normal(3), "S": definite(3)}, whitened
    ),
    "root of a matrix that is not symmetric": Case(
        r"Let $A, B \in \mathbb{R}^{N \times N}$. $$ J = \operatorname{tr}(A^{1/2} B) $$",
        {"A": definite(3) + normal(3, 4)[:, 1:] / 2, "B": normal(3, 3)},
        lambda A, B: trace(mpmath.sqrtm(A) * B),
    ),
    "Cholesky factor": Case(
        DEFINITE
        + r"\sum_i \log \operatorname{chol}(S)_{ii} + \lVert \operatorname{chol}(S)^{-1} x \rVert^2"
        + r" + x^\top \operatorname{chol}(S) x $$",
        {"x": normal(3), "S": definite(3)},
        triangular,
    ),
    "functions of a family of matrices": Case(
        r"""Let $S \in \mathbb{R}^{K \times D \times D}$ and $r \in \mathbb{R}^{K \times D}$.
        $$ J = \sum_k \Bigl( r_k^\top S_k^{1/2} r_k + r_k^\top e^{S_k} r_k \Bigr) $$""",
        {"S": definite(3, 2), "r": normal(2, 3)},
        lambda S, r: sum((r[k, :] * (mpmath.sqrtm(S[k]) + mpmath.expm(S[k])) * r[k, :].T)[0] for k in range(len(S))),
    ),
}
FUNCTIONS = (
    "exponential",
    "root",
    "root of a matrix that is not symmetric",
    "Cholesky factor",
    "functions of a family of matrices",
)


def module(text: str, target: str = "numpy") -> ModuleType:
    return load_text(symgrad.export(symgrad.read(text=text), target=target))


def many_digits(x: Any) -> Any:
    x = np.asarray(x)
    if x.ndim == 3:
        return [M(m.tolist()) for m in x]
    return mpmath.mpf(float(x)) if not x.ndim else M(x.tolist())


def differences(case: Case, name: str) -> Any:
    """The gradient by central differences at many digits."""
    out = np.zeros(np.shape(case.given[name]))
    step = mpmath.mpf(10) ** -12
    for at in np.ndindex(out.shape):
        ends = []
        for sign in (1, -1):
            moved = {k: many_digits(v) for k, v in case.given.items()}
            x = moved[name]
            if out.ndim == 0:
                moved[name] = x + sign * step
            elif out.ndim == 3:
                x[at[0]][at[1:]] += sign * step
            else:
                x[at if len(at) == 2 else at[0]] += sign * step
            ends.append(case.value(**moved))
        out[at] = float((ends[0] - ends[1]) / (2 * step))
    return out


def held_to(case: Case, value: Any, grads: dict[str, Any]) -> None:
    with mpmath.workdps(DIGITS):
        want = float(case.value(**{k: many_digits(v) for k, v in case.given.items()}))
        assert float(value) == pytest.approx(want, rel=1e-11)
        assert set(grads) == set(case.given)
        for name, got in grads.items():
            expected = differences(case, name)
            np.testing.assert_allclose(np.asarray(got), expected, rtol=1e-9, atol=1e-10 * np.abs(expected).max())


@each("name", sorted(CASES))
def test_against_differences(name: str) -> None:
    case = CASES[name]
    made = module(case.text)
    value, grads = made.J_value_and_grad(**case.given, dense=True)
    held_to(case, value, grads)
    assert float(made.J(**case.given)) == float(value)


@pytest.mark.jax
def test_jax() -> None:
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    jax.config.update("jax_enable_x64", True)
    for name in ("one matrix for each class", "determinants", *FUNCTIONS):
        case = CASES[name]
        made = module(case.text, "jax")
        held_to(case, *made.J_value_and_grad(**case.given))
    nothing_wrong_is_taken("jax")
    given = CASES["Gaussian"].given

    def by_hand(x: Any, mu: Any, Sigma: Any) -> Any:
        t = x - mu
        return -jax.numpy.linalg.slogdet(Sigma)[1] / 2 - t @ jax.numpy.linalg.solve(Sigma, t) / 2

    made = module(CASES["Gaussian"].text, "jax")
    want = jax.grad(by_hand, (0, 1, 2))(*given.values())
    got = jax.jit(jax.grad(lambda *x: made.J(**dict(zip(given, x, strict=True))), (0, 1, 2)))(*given.values())
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)
    with pytest.raises(ValueError, match="Sigma is singular"):
        made.J(**{**given, "Sigma": np.ones((3, 3))})
    with pytest.raises(ValueError, match="determinant of Sigma is negative"):
        made.J(**{**given, "Sigma": np.diag([1.0, -2.0, 1.0])})


@each("target", ["numpy", "jax", "torch"])
def test_a_matrix_is_factored_once(target: str) -> None:
    """And nothing is multiplied by an inverse: products are solved for."""
    text = symgrad.export(symgrad.read(text=CASES["Gaussian process"].text), target=target)
    body = text[text.index("def J_value_and_grad" if target == "numpy" else "def _gradients_J") :]
    body = body.split("\ndef ", 1)[0].split("\n\n\n", 1)[0]
    assert body.count("_factored(") == 1
    assert body.count("_solved(") == 1
    assert body.count("_inverted(") == 1
    assert not any("_inv" in line and ("@" in line or "dot(" in line) for line in body.splitlines())


WITHOUT_A_ROOT = [np.ones((3, 3)), np.diag([1.0, -2.0, 1.0]), np.diag([1.0, 1.0, 0.0]), np.eye(3)[[1, 0, 2]]]


def test_pytorch() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    for name in ("one matrix for each class", *FUNCTIONS):
        case = CASES[name]
        made = module(case.text, "torch")
        held_to(case, *made.J_value_and_grad(**{k: torch.as_tensor(v) for k, v in case.given.items()}))
    nothing_wrong_is_taken("torch")


def nothing_wrong_is_taken(target: str) -> None:
    for name, complaint in (("root", "no principal square root"), ("Cholesky factor", "no Cholesky factor|singular")):
        case = CASES[name]
        made = module(case.text, target)
        for wrong in WITHOUT_A_ROOT:
            with pytest.raises(ValueError, match=f"S .*{complaint}"):
                made.J_value_and_grad(**{**case.given, "S": wrong})


def test_what_has_no_root_or_factor_is_an_error() -> None:
    nothing_wrong_is_taken("numpy")


def test_only_a_symmetric_matrix_has_a_cholesky_factor() -> None:
    case = CASES["Cholesky factor"]
    with pytest.raises(ValueError, match="S is not symmetric and positive definite"):
        module(case.text).J(**{**case.given, "S": case.given["S"] + np.eye(3, k=1)})


SINGULAR = [np.ones((3, 3)), np.arange(1.0, 10.0).reshape(3, 3), np.diag([1.0, 1.0, 0.0]), np.diag([1.0, 1.0, 1e-17])]


@each("k", [0, 1, 2, 3])
def test_a_singular_matrix_is_an_error(k: int) -> None:
    case = CASES["Gaussian, nothing said of the matrix"]
    with pytest.raises(ValueError, match="Sigma is singular"):
        module(case.text).J_value_and_grad(**{**case.given, "Sigma": SINGULAR[k]})


def test_what_has_no_logarithm_is_an_error() -> None:
    case = CASES["Gaussian"]
    with pytest.raises(ValueError, match="the determinant of Sigma is negative"):
        module(case.text).J(**{**case.given, "Sigma": np.diag([1.0, -2.0, 1.0])})


def test_an_indefinite_matrix_is_solved_with() -> None:
    case = CASES["Gaussian, nothing said of the matrix"]
    case = case._replace(given={**case.given, "Sigma": np.diag([1.0, -2.0, 1.0])})
    held_to(case, *module(case.text).J_value_and_grad(**case.given, dense=True))


def test_many_blocks_and_single_precision() -> None:
    """Triangular systems are solved block by block."""
    n = 150
    made = module(CASES["Gaussian"].text)
    given = {"x": normal(n), "mu": normal(n) + 1, "Sigma": definite(n)}
    value, grads = made.J_value_and_grad(**given)
    t = given["x"] - given["mu"]
    solution, inverse = np.linalg.solve(given["Sigma"], t), np.linalg.inv(given["Sigma"])
    assert value == pytest.approx(-np.linalg.slogdet(given["Sigma"])[1] / 2 - t @ solution / 2, rel=1e-12)
    np.testing.assert_allclose(grads["Sigma"], np.outer(solution, solution) / 2 - inverse / 2, atol=1e-11)
    single = {k: v.astype(np.float32) for k, v in given.items()}
    value, grads = made.J_value_and_grad(**single)
    assert value.dtype == grads["x"].dtype == grads["Sigma"].dtype == np.float32


def test_over_a_batch() -> None:
    made = module(
        r"""Let $X \in \mathbb{R}^{N \times D}$, $A \in \mathbb{R}^{D \times D}$ and $n \in [N]$.
        $$ J = X_n^\top A^{-1} X_n + \log|\det A| $$"""
    )
    given = {"X": normal(5, 3), "A": normal(3, 3)}
    value, grads = made.J_batch_value_and_grad(**given, n=np.array([0, 2, 2]), dense=True)
    singles = [made.J_value_and_grad(**given, n=k, dense=True) for k in (0, 2, 2)]
    assert value == pytest.approx(sum(v for v, _ in singles), rel=1e-12)
    for name in given:
        np.testing.assert_allclose(grads[name], sum(g[name] for _, g in singles), atol=1e-11)


def test_kronecker_products_are_left_out() -> None:
    with pytest.raises(SymgradError, match="Kronecker products are not exported"):
        module(SQUARES + r"\operatorname{tr}((A \otimes B)^{-1}) $$")
