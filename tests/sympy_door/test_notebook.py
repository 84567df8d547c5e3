"""The notebook of the skip-gram costs runs from beginning to end, and finds the planted mistake."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = Path(__file__).parents[2] / "docs" / "examples" / "skipgram.ipynb"


def test_its_cells_run(capsys: pytest.CaptureFixture[str]) -> None:
    matplotlib = pytest.importorskip("matplotlib", reason="its last cell draws a plot")
    matplotlib.use("Agg")
    names: dict[str, Any] = {}
    cells = [cell for cell in json.loads(NOTEBOOK.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
    for cell in cells:
        capsys.readouterr()
        exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
        stored = "".join(line for out in cell["outputs"] if out["output_type"] == "stream" for line in out["text"])
        if "[0])" not in "".join(cell["source"]):  # numbers, whose last digits differ between machines
            assert capsys.readouterr().out == stored
    matplotlib.pyplot.close("all")
    wrong = next(g for g in names["found"].gradients if g.argument == "U")
    assert wrong.verdict == "differs"
    assert "repeated positions" in wrong.causes[0]
    assert {step.verdict for step in names["report"].steps} == {"proved"}
