"""What is asked of `symgrad latex` and can't be answered plainly is said; names of the document stay its own."""

from __future__ import annotations

from pathlib import Path

import pytest

import symgrad
from symgrad.checking.documents import check_text
from symgrad.cli import main
from symgrad.text.diagnostic import SymgradError
from tests.cases import each, facts


def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, *options: str) -> tuple[int, str, str]:
    path = tmp_path / "doc.md"
    path.write_text(text, encoding="utf-8")
    status = main(["latex", str(path), *options])
    said = capsys.readouterr()
    return status, said.out, said.err


def proved(text: str, *displays: str) -> bool:
    report = check_text("\n\n".join((text, *(f"$$ {d} $$" for d in displays))))
    steps = report.steps[-len(displays) :]
    return all(s.verdict == "proved" and not s.warnings for s in steps)


test_functions = facts()


@test_functions.fact
def an_upstream_gradient_of_a_row_is_a_row() -> None:
    text = (
        "Let $x \\in \\mathbb{R}^{1 \\times N}$, $A \\in \\mathbb{R}^{N \\times M}$ and "
        "$L : \\mathbb{R}^{1 \\times M} \\to \\mathbb{R}$.\n\n$$ y = x A $$"
    )
    doc = symgrad.read(text=text)
    found = [symgrad.gradient(doc, "L", wrt=x).latex() for x in ("x", "A")]
    assert found[0].endswith(r"= \frac{\partial L}{\partial y} A^\top")
    assert found[1].endswith(r"= x^\top \frac{\partial L}{\partial y}")
    assert proved(text, *found)


@test_functions.fact
def a_function_is_not_written_by_a_name_that_the_document_has_taken() -> None:
    text = "Let $x \\in \\mathbb{R}^{N}$ and $\\sigma > 0$.\n\n$$ J = \\sigma \\sum_n \\operatorname{sigmoid}(x_n) $$"
    found = symgrad.gradient(symgrad.read(text=text), "J", wrt="x")
    assert found.latex("index").endswith(r"\sigma \operatorname{sigmoid}(x_i) \operatorname{sigmoid}(-x_i)")
    assert proved(text, found.latex("index"), found.latex("matrix"))


@test_functions.fact
def a_number_beside_the_identity_is_a_matrix_of_it() -> None:
    text = "Let $x \\in \\mathbb{R}^{N}$.\n\n$$ m = \\frac{1}{N} \\sum_n x_n, \\qquad z_n = x_n - m $$"
    found = symgrad.gradient(symgrad.read(text=text), "z", wrt="x").latex()
    assert found.endswith(r"I - \frac{1}{N} \mathbf{1} \mathbf{1}^\top")
    assert proved(text, found)


@test_functions.fact
def a_logistic_function_is_recognised() -> None:
    text = "Let $t \\in \\mathbb{R}$.\n\n$$ J = \\log(1 + e^{t}) $$"
    assert symgrad.gradient(symgrad.read(text=text), "J", wrt="t").latex().endswith(r"= \sigma(t)")


@test_functions.fact
def a_function_of_an_argument_without_a_name_is_refused() -> None:
    text = (
        "Let $f : \\mathbb{R}^{N} \\to \\mathbb{R}$, $x \\in \\mathbb{R}^{N}$, $A \\in \\mathbb{R}^{N \\times N}$."
        "\n\n$$ J = f(A x) $$"
    )
    with pytest.raises(SymgradError, match="define it first"):
        symgrad.gradient(symgrad.read(text=text), "J", wrt="x")


def test_what_could_not_be_read_is_said_beside_the_gradients(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "Let $x \\in \\mathbb{R}^{N}$, $b \\in \\mathbb{R}^{M}$.\n\n$$ J = x^\\top b $$\n\n$$ K = x^\\top x $$\n"
    status, out, err = run(tmp_path, capsys, text)
    assert status == 3
    assert r"\frac{\partial K}{\partial x} = 2 x" in out
    assert "doc.md:3:" in err
    assert "SG113" in err


def test_a_cost_used_in_a_derivative_alone_is_a_cost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        "Let $x, b \\in \\mathbb{R}^{N}$, $z = 2 x + b$.\n\n"
        "$$ L = z^\\top z $$\n\n$$ \\delta = \\frac{\\partial L}{\\partial z} $$\n"
    )
    assert main(["latex", str(path)]) == 0
    assert "\\frac{\\partial L}{\\partial x}" in capsys.readouterr().out


def test_a_cost_that_does_not_depend_on_the_target_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "Let $x, y \\in \\mathbb{R}^{N}$.\n\n$$ J = x^\\top y, \\quad K = x^\\top x $$\n"
    status, out, err = run(tmp_path, capsys, text, "--wrt", "y")
    assert (status, "K does not depend on y" in err) == (0, True)
    assert out.count("$$") == 2


def test_a_document_without_a_cost_is_an_error_of_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(tmp_path, capsys, "Let $x \\in \\mathbb{R}^{N}$.\n")
    assert (status, out) == (2, "")
    assert "defines no cost" in err


SYMMETRIC = "Let $A \\in \\mathbb{R}^{N \\times N}$, $x, y \\in \\mathbb{R}^N$. Assume $A = A^\\top$.\n\n"


test_symmetric_matrices_and_positions = facts()


@test_symmetric_matrices_and_positions.fact
@each(
    ("cost", "by"),
    [
        (r"\operatorname{tr}(A A)", ["A", "A"]),
        (r"\frac{1}{2} x^\top A x", ["x", "A"]),
        (r"\frac{1}{2} x^\top A x", ["A", "x"]),
        (r"\lVert A x \rVert^2", ["x", "A"]),
        (r"x^\top A A y", ["A", "A"]),
        (r"\sum_{ij} A_{ij}^2 A_{ji}", ["A", "A"]),
    ],
)
def entries_of_a_symmetric_matrix_that_a_derivative_is_taken_by_are_told_apart(cost: str, by: list[str]) -> None:
    text = f"{SYMMETRIC}$$ J = {cost} $$"
    assert proved(text, symgrad.gradient(symgrad.read(text=text), "J", wrt=by).latex("index"))


@test_symmetric_matrices_and_positions.fact
@each("cost", [r"y^\top A^\top x", r"x^\top A A y", r"\operatorname{tr}(A B A)"])
def a_derivation_by_a_symmetric_matrix_is_proved_line_by_line(cost: str) -> None:
    text = f"{SYMMETRIC}Let $B \\in \\mathbb{{R}}^{{N \\times N}}$.\n\n$$ J = {cost} $$\n\n"
    steps = symgrad.gradient(symgrad.read(text=text), "J", wrt="A").steps()
    assert all(s.verdict == "proved" for s in check_text(text + steps).steps)


@test_symmetric_matrices_and_positions.fact
def a_sum_within_a_sum_over_the_same_index_is_printed() -> None:
    text = (
        "Let $X \\in \\mathbb{R}^{T \\times T}$.\n\n"
        "$$ P = \\operatorname{softmax}(X X^\\top), \\qquad J = \\operatorname{tr}(P X) $$\n\n"
    )
    steps = symgrad.gradient(symgrad.read(text=text), "J", wrt="X").steps()
    assert all(s.verdict == "proved" for s in check_text(text + steps).steps)


@test_symmetric_matrices_and_positions.fact
def positions_behind_another_one_are_counted() -> None:
    text = "Let $x \\in \\mathbb{R}^N$.\n\n$$ J = \\sum_{n=1}^{N-1} \\sum_{m=n+1}^{N} (x_n - x_m)^2 $$"
    found = symgrad.gradient(symgrad.read(text=text), "J", wrt=["x", "x"]).latex("index")
    assert "\\sum" not in found
    assert proved(text, found)
