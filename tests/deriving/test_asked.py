"""What is asked of `symgrad latex` and can't be answered plainly is said; names of the document stay its own."""

from __future__ import annotations

from pathlib import Path

import pytest

import symgrad
from symgrad.checking import check_text
from symgrad.cli import main
from symgrad.diagnostics import SymgradError


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


def test_an_upstream_gradient_of_a_row_is_a_row() -> None:
    text = (
        "Let $x \\in \\mathbb{R}^{1 \\times N}$, $A \\in \\mathbb{R}^{N \\times M}$ and "
        "$L : \\mathbb{R}^{1 \\times M} \\to \\mathbb{R}$.\n\n$$ y = x A $$"
    )
    doc = symgrad.read(text=text)
    found = [symgrad.gradient(doc, "L", wrt=x).latex() for x in ("x", "A")]
    assert found[0].endswith(r"= \frac{\partial L}{\partial y} A^\top")
    assert found[1].endswith(r"= x^\top \frac{\partial L}{\partial y}")
    assert proved(text, *found)


def test_a_function_is_not_written_by_a_name_that_the_document_has_taken() -> None:
    text = "Let $x \\in \\mathbb{R}^{N}$ and $\\sigma > 0$.\n\n$$ J = \\sigma \\sum_n \\operatorname{sigmoid}(x_n) $$"
    found = symgrad.gradient(symgrad.read(text=text), "J", wrt="x")
    assert found.latex("index").endswith(r"\sigma \operatorname{sigmoid}(x_i) \operatorname{sigmoid}(-x_i)")
    assert proved(text, found.latex("index"), found.latex("matrix"))


def test_a_number_beside_the_identity_is_a_matrix_of_it() -> None:
    text = "Let $x \\in \\mathbb{R}^{N}$.\n\n$$ m = \\frac{1}{N} \\sum_n x_n, \\qquad z_n = x_n - m $$"
    found = symgrad.gradient(symgrad.read(text=text), "z", wrt="x").latex()
    assert found.endswith(r"I - \frac{1}{N} \mathbf{1} \mathbf{1}^\top")
    assert proved(text, found)


def test_a_logistic_function_is_recognised() -> None:
    text = "Let $t \\in \\mathbb{R}$.\n\n$$ J = \\log(1 + e^{t}) $$"
    assert symgrad.gradient(symgrad.read(text=text), "J", wrt="t").latex().endswith(r"= \sigma(t)")


def test_a_function_of_an_argument_without_a_name_is_refused() -> None:
    text = (
        "Let $f : \\mathbb{R}^{N} \\to \\mathbb{R}$, $x \\in \\mathbb{R}^{N}$, $A \\in \\mathbb{R}^{N \\times N}$."
        "\n\n$$ J = f(A x) $$"
    )
    with pytest.raises(SymgradError, match="define it first"):
        symgrad.gradient(symgrad.read(text=text), "J", wrt="x")


def test_what_could_not_be_read_is_said_beside_the_gradients(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "Let $x \\in \\mathbb{R}^{N}$, $A \\in \\mathbb{R}^{N \\times N}$.\n\n"
        "$$ J = \\lVert A \\rVert^2 $$\n\n$$ K = x^\\top x $$\n"
    )
    status, out, err = run(tmp_path, capsys, text)
    assert status == 3
    assert r"\frac{\partial K}{\partial x} = 2 x" in out
    assert "doc.md:3:" in err
    assert "SG113" in err


def test_a_cost_that_does_not_depend_on_the_target_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "Let $x, y \\in \\mathbb{R}^{N}$.\n\n$$ J = x^\\top y, \\quad K = x^\\top x $$\n"
    status, out, err = run(tmp_path, capsys, text, "--wrt", "y")
    assert (status, "K does not depend on y" in err) == (0, True)
    assert out.count("$$") == 2


def test_a_document_without_a_cost_is_an_error_of_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(tmp_path, capsys, "Let $x \\in \\mathbb{R}^{N}$.\n")
    assert (status, out) == (2, "")
    assert "defines no cost" in err
