"""What tensorgrad gives for the published derivatives by vectors and matrices.

    python -m tests.benchmarks.tensorgrad_beside       # where tensorgrad is installed

Writes ``tensorgrad_answers.json``, from which ``matrix_derivatives`` takes a column of its table. A tensor of
tensorgrad has named edges: rows are ``r`` here, columns ``c``. Its answers are evaluated here, with NumPy, and held
against the central differences of the cost: its own evaluation needs named tensors, which PyTorch no longer has.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from tests.benchmarks.matrix_derivatives import PUBLISHED, differences, numbers

RECORD = Path(__file__).with_name("tensorgrad_answers.json")
Value = tuple[tuple[str, ...], NDArray[np.float64]]
"""The names of the axes, and the numbers."""


def costs(tg: Any) -> tuple[dict[str, Any], list[Callable[[], Any]]]:
    """The variables, and the costs in the order of ``PUBLISHED``."""
    F = tg.functions  # as its documentation has it
    n = sp.Symbol("n")
    v = {k: tg.Variable(k, r=n, c=n) for k in "XABCS"} | {k: tg.Variable(k, r=n) for k in "abxm"}
    X, A, B, C, S, a, b, x, m = (v[k] for k in "XABCSabxm")  # as in the formulas
    identity = tg.Delta(n, "r", "c")

    def turned(t: Any) -> Any:
        return t.rename(r="c", c="r")

    def mm(*factors: Any) -> Any:
        """The product of matrices, the last of which may be a vector."""
        out = factors[0]
        for f in factors[1:]:
            out = out.rename(c="met") @ f.rename(r="met")
        return out

    def inner(u: Any, w: Any) -> Any:
        return u @ w

    def inv(t: Any) -> Any:
        """Edges of one name cancel in tensorgrad's inverse."""
        return turned(F.inverse(t))

    def tr(t: Any) -> Any:
        return F.trace(t)

    def quadratic(u: Any, w: Any) -> Any:
        return inner(u, mm(w, u))

    return v, [
        lambda: inner(a, x),
        lambda: quadratic(x, A),
        lambda: F.frobenius2(mm(A, x) - b),
        lambda: quadratic(x - m, inv(S)),
        lambda: F.exp(-quadratic(x, A) / 2),
        lambda: F.sqrt(inner(x, x)),
        lambda: inner(a, mm(X, b)),
        lambda: inner(a, mm(turned(X), b)),
        lambda: inner(a, mm(turned(X), X, b)),
        lambda: quadratic(mm(X, a) + b, C),
        lambda: inner(a, mm(inv(X), b)),
        lambda: inner(a, mm(X, X, b)),
        lambda: tr(mm(A, X)),
        lambda: tr(mm(A, X, B)),
        lambda: tr(mm(A, turned(X), B)),
        lambda: tr(mm(turned(X), X)),
        lambda: tr(mm(X, X)),
        lambda: tr(mm(turned(X), A, X)),
        lambda: tr(mm(A, X, B, turned(X))),
        lambda: tr(mm(A, inv(X), B)),
        lambda: tr(inv(X + A)),
        lambda: F.frobenius2(mm(A, X) - B),
        lambda: inner(a, mm(X * B, b)),
        lambda: F.det(X),
        lambda: F.det(mm(A, X, B)),
        lambda: F.pow(F.det(X), 2),
        lambda: F.log(F.pow(F.det(X), 2)),
        lambda: F.log(F.det(mm(turned(X), X))),
        lambda: F.log(F.det(identity + mm(X, turned(X)))),
        lambda: F.log(F.pow(F.det(S), 2)) + tr(mm(inv(S), A)),
    ]


def value(tg: Any, t: Any, at: dict[str, NDArray[np.float64]]) -> Value:
    """The numbers of an answer. Raises ``TypeError`` for a kind of tensor that has none here."""
    kind = type(t).__name__
    names = tuple(t.edges)
    if kind == "Variable":
        return (("r", "c") if at[t.name].shape[1] > 1 else ("r",)), at[t.name].reshape(
            at[t.name].shape if at[t.name].shape[1] > 1 else -1
        )
    if kind == "Rename":
        inside, numbers_ = value(tg, t.tensor, at)
        return tuple(t.mapping.get(e, e) for e in inside), numbers_
    size = next(iter(at.values())).shape[0]
    if kind == "Zero":
        return names, np.zeros((size,) * len(names))
    if kind == "Delta":
        out = np.zeros((size,) * len(names))
        out[tuple(np.arange(size) for _ in names)] = 1
        return names, np.asarray(float(size)) if not names else out
    if kind == "Sum":
        parts = [(w, arranged(value(tg, s, at), names)) for s, w in zip(t.terms, t.weights, strict=True)]
        return names, np.asarray(sum(float(w) * p for w, p in parts))
    if kind == "Product":
        letters: dict[str, int] = {}
        operands: list[Any] = []
        for f in t.factors:
            inside, numbers_ = value(tg, f, at)
            operands += [numbers_, [letters.setdefault(e, len(letters)) for e in inside]]
        return names, np.asarray(np.einsum(*operands, [letters[e] for e in names]) if operands else 1.0)
    if kind == "Function":
        return names, arranged(_applied(t, [value(tg, i, at) for i in t.inputs]), names)
    raise TypeError(f"no value for a {kind}")


def arranged(found: Value, names: tuple[str, ...]) -> NDArray[np.float64]:
    inside, numbers_ = found
    return numbers_.transpose([inside.index(e) for e in names])


def _applied(t: Any, inputs: list[Value]) -> Value:
    name = t.signature.name
    ((inside, x),) = inputs
    if name == "inv":
        return inside[::-1], np.linalg.inv(x)  # edges of one name cancel
    if name == "det":
        return (), np.asarray(np.linalg.det(x))
    if name == "exp":
        return inside, np.exp(x)
    if name == "log":
        return inside, np.log(x)
    if hasattr(t.signature, "k"):
        return inside, x ** float(t.signature.k)
    raise TypeError(f"no value for {name}")


def answer(tg: Any, cost: Callable[[], Any], variable: Any, p: Any, at: Any) -> dict[str, Any]:
    """What tensorgrad gives for one cost, and what that is worth."""
    try:
        edges = {e: f"{e}_" for e in variable.edges}
        found = tg.Derivative(cost(), variable, edges).full_simplify()
    except Exception as e:
        return {"text": "", "worth": type(e).__name__}
    text = " ".join(str(found).split())
    try:
        got = arranged(value(tg, found, at), tuple(edges.values()))
    except Exception as e:
        return {"text": text, "worth": f"no value: {type(e).__name__}: {e}"}
    wanted = differences(p.in_sympy(), p.by, at).reshape(got.shape)
    right = np.allclose(got, wanted, rtol=1e-4, atol=1e-5)
    return {"text": text, "worth": "right" if right else "wrong"}


def main() -> None:
    import tensorgrad as tg
    from tensorgrad import functions

    tg.functions = functions
    at = numbers()
    variables, made = costs(tg)
    rows = []
    for p, cost in zip(PUBLISHED, made, strict=True):
        row = {"cost": p.cost, "by": p.by} | answer(tg, cost, variables[p.by], p, at)
        print(row["cost"], "|", row["worth"], "|", row["text"][:200], flush=True)
        rows.append(row)
    record = {"tensorgrad": version("tensorgrad"), "answers": rows}
    RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
