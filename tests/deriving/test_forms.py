"""The forms that people recognise: each gradient as one would write it by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

import symgrad
from symgrad.text.diagnostic import SymgradError
from tests.cases import each, facts

PAIR = r"""
$U \in \mathbb{R}^{W \times D}$, $V \in \mathbb{R}^{D \times W}$,
$o, c \in [W]$, $n \in [W]^K$, $\mathcal{N} \subseteq [W]$, and $y = e_o$.

$$ \hat y_a = \frac{\exp(U_{aj} V_{jc})}{\exp(U_{wk} V_{kc})}, \qquad J = -y_a \log \hat y_a $$

$$ E = -\log \sigma(U_{oj} V_{jc}) - \sum_k \log \sigma(-U_{n_k j} V_{jc}) $$

$$ S = -\sum_{k \in \mathcal{N}} \log \sigma(-U_{kj} V_{jc}) $$
"""
LINEAR = r"""
$X \in \mathbb{R}^{N \times D}$, $y \in \mathbb{R}^N$, $w \in \mathbb{R}^D$, $A \in \mathbb{R}^{M \times N}$,
$P \in \mathbb{R}^{M \times K}$,
$Q \in \mathbb{R}^{N \times K}$, $\lambda > 0$, $z \in \mathbb{R}^C$

$$ R = \frac{1}{2} \lVert X w - y \rVert^2 + \frac{\lambda}{2} \lVert w \rVert^2 $$

$$ F = \frac{1}{2} \lVert A - P Q^\top \rVert_F^2 $$

$$ p = \operatorname{softmax}(z) $$
"""
ROWS = r"""
$x \in \mathbb{R}^{1 \times D}$, $W \in \mathbb{R}^{D \times C}$, $b \in \mathbb{R}^{1 \times C}$, $c \in [C]$

$$ p = \operatorname{softmax}(x W + b), \qquad \ell = -\log p_c $$
"""
COMPLEMENT = (
    PAIR
    + r"""
$$ \frac{\partial E}{\partial V_{:c}}
= -(1 - \sigma(U_{oj} V_{jc})) U_{o:} + \sum_k (1 - \sigma(-U_{n_k j} V_{jc})) U_{n_k :} $$
"""
)


DECLARED = (Path(__file__).parents[1] / "corpus" / "smoothing_and_cases.md").read_text(encoding="utf-8")


def right(text: str, of: str, wrt: str | list[str], form: str | None = None) -> str:
    found = symgrad.gradient(symgrad.read(text=text), of, wrt=wrt)
    return found.latex(form).split(" = ", 1)[1]  # type: ignore[arg-type]  # one of the forms


test_matrix_forms = facts()


@test_matrix_forms.fact
@each(
    ("of", "wrt", "matrix"),
    [
        ("J", "V", r"U^\top (\hat y - y)"),
        ("J", "V_{:c}", r"U^\top (\hat y - y)"),
        ("J", "U", r"(\hat y - y) V_{:c}^\top"),
        ("E", "V", r"U_{n:}^\top \sigma(U_{n:} V_{:c}) - \sigma(-U_{o:}^\top V_{:c}) U_{o:}"),
        ("S", "V", r"\sum_{k \in \mathcal{N}} \sigma(U_{k:}^\top V_{:c}) U_{k:}"),
    ],
)
def embeddings(of: str, wrt: str, matrix: str) -> None:
    assert right(PAIR, of, wrt) == matrix


@test_matrix_forms.fact
@each(
    ("of", "wrt", "matrix"),
    [
        ("R", "w", r"X^\top (X w - y) + \lambda w"),
        ("R", "X", r"(X w - y) w^\top"),
        ("F", "P", r"-(A - P Q^\top) Q"),
        ("F", "Q", r"-(A - P Q^\top)^\top P"),
        ("p", "z", r"\operatorname{diag}(p) - p p^\top"),
    ],
)
def linear_models(of: str, wrt: str, matrix: str) -> None:
    assert right(LINEAR, of, wrt) == matrix


SYMMETRIC = r"""
Let $S, B, X \in \mathbb{R}^{N \times N}$, $S = S^\top$, $\lambda > 0$, $y \in \mathbb{R}^N$.

$$ J = \log \det S, \quad G = \log \det B, \quad Q = y^\top S^{-1} y, \quad T = \log \det (B^\top S B) $$

$$ R = y^\top (X^\top X + \lambda I)^{-1} y, \quad H = \operatorname{tr}(B X S X^\top) $$
"""


@test_matrix_forms.fact
@each(
    ("of", "wrt", "matrix"),
    [
        ("J", "S", r"S^{-1}"),
        ("Q", "y", r"2 S^{-1} y"),
        ("T", "B", r"2 S B (B^\top S B)^{-1}"),
        ("R", "y", r"2 (X^\top X + \lambda I)^{-1} y"),
        ("G", "B", r"B^{-\top}"),
        ("H", "X", r"(B + B^\top) X S"),
    ],
)
def an_inverse_of_a_symmetric_matrix_is_not_transposed(of: str, wrt: str, matrix: str) -> None:
    assert right(SYMMETRIC, of, wrt) == matrix


@test_matrix_forms.fact
def rows_stay_rows() -> None:
    assert right(ROWS, r"\ell", "W") == r"x^\top (p - e_c^\top)"
    assert right(ROWS, r"\ell", "x") == r"p W^\top - W_{:c}^\top"
    assert right(ROWS, r"\ell", "b") == r"p - e_c^\top"


test_names = facts()


@test_names.fact
def the_index_form_names_what_the_document_names() -> None:
    assert right(PAIR, "J", "V_{ic}", "index") == r"\sum_{a} (\hat y_a - y_a) U_{ai}"
    assert right(PAIR, "J", "U_{zi}", "index") == r"(\hat y_z - y_z) V_{ic}"
    assert right(PAIR, r"\hat y", "V_{ic}", "index") == r"\left(U_{ji} - \sum_{a} U_{ai} \hat y_a\right) \hat y_j"


@test_names.fact
def a_complement_is_written_as_the_document_writes_it() -> None:
    assert r"\sigma(-U_{o:}^\top V_{:c})" in right(PAIR, "E", "V")
    assert r"(1 - \sigma(U_{o:}^\top V_{:c}))" in right(COMPLEMENT, "E", "V")


@test_names.fact
def second_derivatives_are_a_matrix() -> None:
    doc = symgrad.read(text=LINEAR)
    found = symgrad.gradient(doc, "R", wrt=["w", "w"])
    assert found.latex() == r"\frac{\partial^2 R}{\partial w \partial w^\top} = X^\top X + \lambda I"


@test_names.fact
def sympy_has_both_forms() -> None:
    import sympy

    found = symgrad.gradient(symgrad.read(text=LINEAR), "R", wrt="w")
    assert isinstance(found.index, sympy.Basic)
    assert found.matrix.shape == (sympy.Symbol("D", integer=True), 1)
    assert found.matrix.free_symbols >= {sympy.Symbol("lambda", real=True)} or "lambda" in str(found.matrix)


test_what_is_declared = facts()


@test_what_is_declared.fact
@each(
    ("of", "written"),
    [
        ("f", "2 A x"),  # A is its own transpose
        ("h", r"2 (d \odot x)"),  # 0 and 1 are their own squares
        ("L", r"\frac{2}{\lvert \mathcal{S} \rvert} \left(\left(\sum_{k \in \mathcal{S}} e_k\right) \odot x\right)"),
        ("H", r"\begin{cases} x_i & \text{if } x_i > 0 \\ y_i & \text{otherwise} \end{cases}"),
        ("q", r"2 \mathbb{1}[i \ge 2] (x_i - x_{i-1}) + 2 \mathbb{1}[N-1 \ge i] (x_i - x_{i+1})"),
        ("r", r"\mathbb{1}[N-2 \ge i] x_{i+2} y_i + \mathbb{1}[i \ge 3] x_{i-2} y_{i-2}"),
    ],
)
def what_a_document_declares_is_used_and_no_delta_is_left(of: str, written: str) -> None:
    assert right(DECLARED, of, "x") == written


@test_what_is_declared.fact
def a_sum_of_matrices_is_transposed_term_by_term_where_that_is_no_longer() -> None:
    text = "Let $A \\in \\mathbb{R}^{N \\times N}$ and $x \\in \\mathbb{R}^N$.\n\n$$ f = x^\\top A x $$"
    assert right(text, "f", "x") == r"(A + A^\top) x"


@test_what_is_declared.fact
def names_are_set_as_tex_sets_them() -> None:
    text = "Let $\\boldsymbol{\\theta}, x \\in \\mathbb{R}^N$.\n\n$$ \\mathrm{sim} = \\boldsymbol{\\theta}^\\top x $$"
    found = symgrad.gradient(symgrad.read(text=text), r"\mathrm{sim}", wrt=r"\boldsymbol{\theta}")
    assert found.latex() == r"\frac{\partial \mathrm{sim}}{\partial \boldsymbol{\theta}} = x"


test_what_is_refused = facts()


@test_what_is_refused.fact
def what_a_quantity_does_not_depend_on_is_said() -> None:
    with pytest.raises(SymgradError, match="does not depend"):
        symgrad.gradient(symgrad.read(text=LINEAR), "F", wrt="w")


@test_what_is_refused.fact
def what_is_no_name_is_said_with_its_place() -> None:
    with pytest.raises(SymgradError, match="SG1"):
        symgrad.gradient(symgrad.read(text=LINEAR), "G", wrt="w")
    with pytest.raises(SymgradError, match="by a named quantity or one of its entries"):
        symgrad.gradient(symgrad.read(text=LINEAR), "R", wrt="w + w")


@test_what_is_refused.fact
def a_matrix_form_that_is_not_there_is_refused() -> None:
    found = symgrad.gradient(symgrad.read(text=PAIR), r"\hat y", wrt="U")
    assert found.matrix is None
    assert found.no_matrix_form == "it has more than two axes"
    with pytest.raises(SymgradError, match="no matrix form"):
        found.latex("matrix")


test_short_forms = facts()


@test_short_forms.fact
def two_runs_write_the_same() -> None:
    assert [right(PAIR, "J", "V", "index") for _ in range(2)] == [right(PAIR, "J", "V", "index")] * 2


@test_short_forms.fact
def roots_fold_into_a_name_and_long_products_are_collected() -> None:
    text = (
        "Let $A \\in \\mathbb{R}^{N \\times M}$, $B \\in \\mathbb{R}^{M \\times K}$ and $x \\in \\mathbb{R}^N$.\n\n"
        "$$ c = \\sqrt{x_i x_i + 1}, \\qquad k = \\frac{1}{c}, \\qquad f = x^\\top A B B^\\top A^\\top x $$"
    )
    assert right(text, "k", "x") == r"-\frac{1}{c^3} x"
    assert right(text, "f", "x") == r"2 A B B^\top A^\top x"


@test_short_forms.fact
def second_differences_leave_no_delta_and_no_condition_that_another_implies() -> None:
    text = "Let $x \\in \\mathbb{R}^N$.\n\n$$ J = \\sum_{n=2}^{N-1} (x_{n+1} - 2 x_n + x_{n-1})^2 $$"
    found = right(text, "J", "x", "index")
    assert "\\delta" not in found
    assert "\\sum" not in found
    assert found.count("\\mathbb{1}") == 4
