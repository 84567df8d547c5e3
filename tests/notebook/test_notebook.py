"""In a notebook: the magic, and objects that show themselves."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

import symgrad
from symgrad.checking.verdict import Report

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "check-and-export.ipynb"
TEXT = "Let $x, y \\in \\mathbb{R}^{N}$.\n\n$$ J = x^\\top y $$\n\n$$ \\nabla_x J = y = 2 y $$\n\n$$ J = <q> $$\n"


def test_reports_documents_and_gradients_show_themselves() -> None:
    document = symgrad.read(text=TEXT)
    report = symgrad.check(document)
    shown = report._repr_html_()
    assert "1 proved, 1 refuted" in shown
    assert "$\\displaystyle \\nabla_x J = y$" in shown
    assert "perhaps" in shown
    assert "<q>" not in shown
    assert "J" in document._repr_html_()
    refuted = report.steps[1]._repr_html_()
    assert all(word in refuted for word in ("refuted", "left - right", "differs at", "perhaps"))
    gradient = symgrad.gradient(document, "J", wrt="x")
    assert gradient._repr_latex_() == "$\\displaystyle \\frac{\\partial J}{\\partial x} = y$"
    for one in (document, report, report.steps[0], gradient, Report((report,))):
        assert len(repr(one)) < 300
        assert len(repr(one).split("\n")) <= 4


def test_a_report_is_a_data_frame() -> None:
    pytest.importorskip("pandas", reason="pandas is not installed")
    frame = symgrad.check(symgrad.read(text=TEXT)).to_frame()
    assert list(frame["verdict"])[:2] == ["proved", "refuted"]
    assert list(frame.columns[:6]) == ["cell", "line", "column", "left", "right", "verdict"]


def test_a_data_frame_needs_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symgrad.text.extras.find_spec", lambda name: None)
    with pytest.raises(symgrad.SymgradError, match="run `pip install pandas`"):
        symgrad.check(symgrad.read(text=TEXT)).to_frame()


def test_the_example_gives_what_it_shows() -> None:
    nbformat = pytest.importorskip("nbformat", reason="the extra notebook is not installed")
    nbclient = pytest.importorskip("nbclient", reason="the extra notebook is not installed")
    pytest.importorskip("ipykernel", reason="the extra notebook is not installed")
    stored = nbformat.read(EXAMPLE, as_version=4)
    notebook = copy.deepcopy(stored)
    nbclient.NotebookClient(notebook, timeout=60, resources={"metadata": {"path": str(ROOT)}}).execute()
    for was, now in zip(stored.cells, notebook.cells, strict=True):
        if "to_frame" in was.source:  # how a data frame looks is up to the version of pandas
            continue
        assert _told(now) == _told(was)
    assert any(_told(cell) for cell in stored.cells)


def _told(cell: dict) -> list[object]:  # type: ignore[type-arg]
    """What a cell shows, without counts and identifiers."""
    return [out.get("text") or out.get("data") or out["output_type"] for out in cell.get("outputs", [])]
