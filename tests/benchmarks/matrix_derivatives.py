"""Published derivatives by vectors and matrices: what SymPy's matrix expressions give, beside symgrad.

Usage: python -m tests.benchmarks.matrix_derivatives

Prints the table of docs/explanation/matrix-derivatives.md. A result is right if it gives the central differences of the
cost at random matrices; what symgrad writes is read again and checked besides. The expressions stand in the Matrix
Cookbook (sections 2.1 to 2.5 and 8) and in textbooks. The column of tensorgrad is from the record of
``tests.benchmarks.tensorgrad_beside``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

import symgrad

N = 3
SYMBOLS: dict[str, Any] = {k: sp.MatrixSymbol(k, N, N) for k in "XABCS"}
SYMBOLS |= {k: sp.MatrixSymbol(k, N, 1) for k in "abxm"}
X, A, B, C, S = (SYMBOLS[k] for k in "XABCS")
a, b, x, m = (SYMBOLS[k] for k in "abxm")
I = SYMBOLS["I"] = sp.MatrixSymbol("I", N, N)  # noqa: E741  # an identity that has values
DECLARED = (
    "Let $A, B, C, X \\in \\mathbb{R}^{n \\times n}$, $a, b, x, m \\in \\mathbb{R}^n$, "
    "$S \\in \\mathbb{R}^{n \\times n}$, $S = S^\\top$.\n\n"
)
STEP = 1e-6


@dataclass(frozen=True)
class Published:
    """A cost as a formula and in SymPy, and the name that it is differentiated by."""

    cost: str
    in_sympy: Callable[[], Any]
    by: str


def quadratic(u: Any, w: Any) -> Any:
    return u.T * w * u


PUBLISHED = (
    Published(r"a^\top x", lambda: a.T * x, "x"),
    Published(r"x^\top A x", lambda: quadratic(x, A), "x"),
    Published(r"(A x - b)^\top (A x - b)", lambda: (A * x - b).T * (A * x - b), "x"),
    Published(r"(x - m)^\top S^{-1} (x - m)", lambda: quadratic(x - m, S.I), "x"),
    Published(r"\exp(-\frac{1}{2} x^\top A x)", lambda: sp.exp(-quadratic(x, A)[0, 0] / 2), "x"),
    Published(r"\sqrt{x^\top x}", lambda: sp.sqrt((x.T * x)[0, 0]), "x"),
    Published(r"a^\top X b", lambda: a.T * X * b, "X"),
    Published(r"a^\top X^\top b", lambda: a.T * X.T * b, "X"),
    Published(r"a^\top X^\top X b", lambda: a.T * X.T * X * b, "X"),
    Published(r"(X a + b)^\top C (X a + b)", lambda: quadratic(X * a + b, C), "X"),
    Published(r"a^\top X^{-1} b", lambda: a.T * X.I * b, "X"),
    Published(r"a^\top X^2 b", lambda: a.T * X**2 * b, "X"),
    Published(r"\operatorname{tr}(A X)", lambda: sp.Trace(A * X), "X"),
    Published(r"\operatorname{tr}(A X B)", lambda: sp.Trace(A * X * B), "X"),
    Published(r"\operatorname{tr}(A X^\top B)", lambda: sp.Trace(A * X.T * B), "X"),
    Published(r"\operatorname{tr}(X^\top X)", lambda: sp.Trace(X.T * X), "X"),
    Published(r"\operatorname{tr}(X^2)", lambda: sp.Trace(X**2), "X"),
    Published(r"\operatorname{tr}(X^\top A X)", lambda: sp.Trace(X.T * A * X), "X"),
    Published(r"\operatorname{tr}(A X B X^\top)", lambda: sp.Trace(A * X * B * X.T), "X"),
    Published(r"\operatorname{tr}(A X^{-1} B)", lambda: sp.Trace(A * X.I * B), "X"),
    Published(r"\operatorname{tr}((X + A)^{-1})", lambda: sp.Trace((X + A).I), "X"),
    Published(r"\lVert A X - B \rVert_F^2", lambda: sp.Trace((A * X - B).T * (A * X - B)), "X"),
    Published(r"a^\top (X \odot B) b", lambda: a.T * sp.HadamardProduct(X, B) * b, "X"),
    Published(r"\det X", lambda: sp.Determinant(X), "X"),
    Published(r"\det(A X B)", lambda: sp.Determinant(A * X * B), "X"),
    Published(r"\det(X)^2", lambda: sp.Determinant(X) ** 2, "X"),
    Published(r"\log \det(X)^2", lambda: sp.log(sp.Determinant(X) ** 2), "X"),
    Published(r"\log \det(X^\top X)", lambda: sp.log(sp.Determinant(X.T * X)), "X"),
    Published(r"\log \det(I + X X^\top)", lambda: sp.log(sp.Determinant(I + X * X.T)), "X"),
    Published(
        r"\log \det(S)^2 + \operatorname{tr}(S^{-1} A)",
        lambda: sp.log(sp.Determinant(S) ** 2) + sp.Trace(S.I * A),
        "S",
    ),
)


def numbers() -> dict[str, NDArray[np.float64]]:
    rng = np.random.default_rng(7)
    found = {k: rng.normal(size=s.shape) + 2 * np.eye(*s.shape) for k, s in SYMBOLS.items()}
    return found | {"S": found["S"] @ found["S"].T, "I": np.eye(N)}


def value(expression: Any, at: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """The value of an expression of SymPy at given matrices."""
    put = expression.subs({SYMBOLS[k]: sp.ImmutableMatrix(v) for k, v in at.items()}).doit()
    if isinstance(put, sp.MatrixExpr):
        put = put.as_explicit().doit()
    return np.asarray(sp.Matrix(put) if hasattr(put, "shape") else sp.Matrix([[put]]), dtype=float)


def differences(cost: Any, by: str, at: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Central differences of the cost by all entries of a matrix."""
    out = np.zeros_like(at[by])
    for place in np.ndindex(out.shape):
        ends = []
        for sign in (1, -1):
            moved = at[by].copy()
            moved[place] += sign * STEP
            ends.append(value(cost, at | {by: moved})[0, 0])
        out[place] = (ends[0] - ends[1]) / (2 * STEP)
    return out


def of_sympy(p: Published, at: dict[str, NDArray[np.float64]], wanted: NDArray[np.float64]) -> tuple[str, str]:
    """What ``diff`` gives, and what that is worth."""
    try:
        cost = p.in_sympy()
        found = cost.diff(SYMBOLS[p.by])
    except Exception as e:
        return "", f"{type(e).__name__}"
    text = " ".join(str(found).split())
    try:
        got = value(found, at)
    except Exception as e:
        return text, f"no value: {type(e).__name__}"
    if got.shape != wanted.shape and got.size == wanted.size:
        return text, "transposed" if np.allclose(got.ravel(), wanted.ravel(), rtol=1e-4, atol=1e-5) else "wrong"
    if got.shape != wanted.shape:
        return text, "wrong"
    return text, "right" if np.allclose(got, wanted, rtol=1e-4, atol=1e-5) else "wrong"


def of_symgrad(p: Published) -> tuple[str, str]:
    """The gradient as it is written, and the verdict on it when it is read again."""
    text = f"{DECLARED}$$ J = {p.cost} $$\n"
    written = symgrad.gradient(symgrad.read(text=text), "J", p.by).latex()
    report = symgrad.check(symgrad.read(text=f"{text}\n$$ {written} $$\n"))
    return written.split(" = ", 1)[1], report.steps[0].verdict


def rows() -> Iterator[tuple[Published, tuple[str, str], tuple[str, str]]]:
    at = numbers()
    for p in PUBLISHED:
        yield p, of_sympy(p, at, differences(p.in_sympy(), p.by, at)), of_symgrad(p)


def of_tensorgrad() -> tuple[str, dict[str, str]]:
    """The version of tensorgrad, and what its answer is worth, by cost: as ``tensorgrad_beside`` has recorded it."""
    record = json.loads(Path(__file__).with_name("tensorgrad_answers.json").read_text(encoding="utf-8"))
    answers = {a["cost"]: f"{a['worth']}, {len(a['text'])} characters" for a in record["answers"]}
    return record["tensorgrad"], answers


def main() -> None:
    counts: dict[str, int] = {}
    release, networks = of_tensorgrad()
    print("| cost | by | SymPy's `diff` | | tensorgrad | symgrad | |\n|---|---|---|---|---|---|---|")
    for p, (theirs, worth), (ours, verdict) in rows():
        counts[worth] = counts.get(worth, 0) + 1
        shown = f"`{theirs}`" if len(theirs) < 90 else f"{len(theirs)} characters"
        cells = (f"${p.cost}$", f"${p.by}$", shown.replace("|", "\\|"), worth, networks[p.cost], f"${ours}$", verdict)
        print("| " + " | ".join(cells) + " |")
    print(f"\nSymPy {sp.__version__}:", ", ".join(f"{n} {worth}" for worth, n in sorted(counts.items())))
    right = sum(shown.startswith("right") for shown in networks.values())
    print(f"tensorgrad {release}: {right} right of {len(networks)}")


if __name__ == "__main__":
    main()
