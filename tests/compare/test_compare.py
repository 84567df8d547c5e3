"""Hand-coded functions held against a derivation: what is called, what may be returned, what is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symgrad
from symgrad.comparing.comparer import compare
from symgrad.comparing.findings import Comparison
from symgrad.comparing.problem import problem_of
from symgrad.reading.document_reader import read_document
from symgrad.testing import assert_gradient
from symgrad.text.source import Source
from tests.cases import each

RIDGE = r"""
Inputs $x \in \mathbb{R}^{N \times D}$, targets $t \in \mathbb{R}^{N}$, weights $w \in \mathbb{R}^{D}$,
$\lambda \in \mathbb{R}$ and $\lambda > 0$.

$$ r_n = x_{nd} w_d - t_n, \qquad J = \frac{1}{2} \sum_n r_n^2 + \frac{\lambda}{2} \sum_d w_d^2 $$
"""


def held(function: Callable[..., Any], text: str = RIDGE, **options: Any) -> Comparison:
    return compare(function, problem_of(read_document(Source("doc.md", text))), **options)


def gradients(x: Any, t: Any, w: Any, lambda_: float) -> tuple[float, Any, Any]:
    r = x @ w - t
    return 0.5 * r @ r + 0.5 * lambda_ * w @ w, r, x.T @ r + lambda_ * w


def right(x: Any, t: Any, w: Any, lambda_: float) -> Any:
    cost, _, g = gradients(x, t, w, lambda_)
    return cost, {"w": g}


def test_a_right_gradient_is_right() -> None:
    found = held(right)
    assert found.right
    assert [f.verdict for f in found.findings] == ["right", "right"]


def test_names_are_matched_by_their_spelling_in_ascii() -> None:
    assert held(lambda lambda_, w, t, x: right(x, t, w, lambda_)).right


def test_a_wrong_gradient_names_argument_and_entry() -> None:
    def wrong(x: Any, t: Any, w: Any, lambda_: float) -> Any:
        cost, _, g = gradients(x, t, w, lambda_)
        g[1] += 1e-6
        return cost, {"w": g}

    found = held(wrong)
    (bad,) = [f for f in found.findings if f.verdict == "differs"]
    assert bad.argument == "w"
    assert bad.worst is not None
    assert bad.worst.entry == (1,)
    assert bad.worst.code - bad.worst.exact == pytest.approx(1e-6, rel=1e-3)


def test_a_right_gradient_of_a_wrong_cost_is_told_apart() -> None:
    def wrong(x: Any, t: Any, w: Any, lambda_: float) -> Any:
        cost, _, g = gradients(x, t, w, lambda_)
        return 2 * cost, {"w": g}

    assert [(f.argument, f.verdict) for f in held(wrong).findings] == [("", "differs"), ("w", "right")]


@each(
    "form",
    [
        lambda cost, gx, gw: (cost, {"x": gx, "w": gw}),
        lambda cost, gx, gw: (cost, {"dx": gx, "grad_w": gw}),
        lambda cost, gx, gw: {"loss": cost, "w": gw},
        lambda cost, gx, gw: (cost, gx, gw),
        lambda cost, gx, gw: [cost, (gx, gw)],
        lambda cost, gx, gw: (gx, gw),
        lambda cost, gx, gw: gw,
        lambda cost, gx, gw: gw.reshape(-1, 1),
        lambda cost, gx, gw: (cost, gw.reshape(1, -1)),
        lambda cost, gx, gw: (cost, gw, gx),
        lambda cost, gx, gw: cost,
        lambda cost, gx, gw: (np.array([[cost]]), gw.tolist()),
    ],
)
def test_results_come_in_many_forms(form: Callable[..., Any]) -> None:
    def function(x: Any, t: Any, w: Any, lambda_: float) -> Any:
        cost, r, gw = gradients(x, t, w, lambda_)
        return form(cost, np.outer(r, w), gw)

    found = held(function)
    assert found.right
    assert found.findings


def test_a_flat_vector_is_cut_in_the_order_of_the_arguments() -> None:
    def flat(x: Any, w: Any, t: Any, lambda_: float) -> Any:
        cost, r, gw = gradients(x, t, w, lambda_)
        return cost, np.concatenate([np.outer(r, w).ravel(), gw, -r, [0.5 * w @ w]])

    found = held(flat)
    assert found.right
    assert [f.form for f in found.gradients] == ["flat"] * 4


def test_a_map_names_transposes_and_constants() -> None:
    def columns(features: Any, target: Any, weights: Any, decay: float, verbose: bool) -> Any:
        assert not verbose
        return right(features.T, target.ravel(), weights, decay)[0], {
            "features": columns_gradient(features, target, weights)
        }

    def columns_gradient(features: Any, target: Any, weights: Any) -> Any:
        return np.outer(weights, weights @ features - target.ravel())

    maps = ["x=features.T", "t=target.column", "w=weights", "decay=0.25", r"\lambda=0.25", "verbose=False"]
    assert held(columns, maps=maps).right


def test_a_transposed_gradient_differs() -> None:
    def transposed(x: Any, t: Any, w: Any, lambda_: float) -> Any:
        cost, r, _ = gradients(x, t, w, lambda_)
        return cost, {"x": np.outer(w, r)}

    found = held(transposed)
    assert not found.right
    assert found.findings[1].form == "transposed"


def test_an_argument_without_a_name_in_the_document_is_an_error() -> None:
    with pytest.raises(symgrad.SymgradError, match="no name for the argument weights"):
        held(lambda x, t, weights, lambda_: 0.0)


def test_what_the_cost_depends_on_must_reach_the_function() -> None:
    with pytest.raises(symgrad.SymgradError, match="depends on t, and no argument"):
        held(lambda x, w, lambda_: 0.0)


def test_an_exception_of_the_code_is_said_with_its_line() -> None:
    def failing(x: Any, t: Any, w: Any, lambda_: float) -> Any:
        return x @ t

    with pytest.raises(symgrad.SymgradError, match=r"ValueError: matmul(?s:.)*test_compare.py:\d+: return x @ t"):
        held(failing)


def test_a_gradient_of_another_shape_is_an_error() -> None:
    with pytest.raises(symgrad.SymgradError, match=r"shapes \(17,\)"):
        held(lambda x, t, w, lambda_: (0.0, np.zeros(17)))


def test_not_a_number_differs() -> None:
    found = held(lambda x, t, w, lambda_: (np.nan, {"w": w}))
    assert found.findings[0].verdict == "differs"


def test_gradients_asked_for_must_be_returned() -> None:
    with pytest.raises(symgrad.SymgradError, match="no gradient by x"):
        held(right, wrt=["w", "x"])


def test_repeated_positions_are_among_the_points_although_a_later_step_excludes_them(tmp_path: Path) -> None:
    text = r"""
Rows of $U \in \mathbb{R}^{W \times D}$, and $n \in [W]^{K}$.

$$ J = \sum_k \sum_d U_{n_k d}^2 $$

From here on no index repeats, $n_k \neq n_l$ for $k \neq l$.
"""

    def last_wins(U: Any, n: Any) -> Any:
        g = np.zeros_like(U)
        g[n] += 2 * U[n]
        return (U[n] ** 2).sum(), {"U": g}

    def adds(U: Any, n: Any) -> Any:
        g = np.zeros_like(U)
        np.add.at(g, n, 2 * U[n])
        return (U[n] ** 2).sum(), {"U": g}

    assert not held(last_wins, text).right
    assert held(adds, text).right


def test_assert_gradient_takes_a_document_or_a_path(tmp_path: Path) -> None:
    assert_gradient(right, symgrad.read(text=RIDGE), "J", wrt=("w",))
    path = tmp_path / "ridge.md"
    path.write_text(RIDGE, encoding="utf-8")
    assert_gradient(right, path, "J", wrt="w")


def test_assert_gradient_raises_with_the_report() -> None:
    def wrong(x: Any, t: Any, w: Any, lambda_: float) -> Any:
        cost, g = right(x, t, w, lambda_)
        return cost, {"w": -g["w"]}

    with pytest.raises(AssertionError, match=r"gradient by w +differs"):
        assert_gradient(wrong, symgrad.read(text=RIDGE), "J", wrt=("w",))
