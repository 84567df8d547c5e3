"""Hostile files: notebooks that are none, inputs that lead out of the folder, modules that nest too deeply."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from symgrad.batch.checked_paths import check_paths
from symgrad.report import check_text as text_format
from symgrad.report import json_format
from symgrad.text.diagnostic import Diagnostic
from tests.cases import each
from tests.hostile.guard import limit

PATIENCE = 5.0
"""Processor time; a diagnostic takes a tenth of a second."""
SECRET = "Let $x \\in \\mathbb{R}$. $$ 3 x = x + x $$ private"


def said(path: Path) -> list[Diagnostic]:
    """All that is said of a file, which must come at once and without an exception."""
    with limit(PATIENCE):
        report = check_paths([str(path)])
        for render in (text_format.render, json_format.check):
            assert "private" not in render(report)
    (document,) = report.documents
    assert not document.steps
    return [*document.diagnostics, *document.not_checked]


@each(
    ("name", "text", "code"),
    [
        ("words.ipynb", "# not JSON", "SG001"),
        ("list.ipynb", "[1, 2]", "SG001"),
        ("number.ipynb", "7", "SG001"),
        ("no-cells.ipynb", "{}", "SG001"),
        ("cells.ipynb", '{"cells": {"a": 1}}', "SG001"),
        ("half.ipynb", '{"cells": [{"cell_type": "markdown", "source": "$$ 1', "SG001"),
        ("deep.ipynb", "[" * 200_000, "SG001"),
        ("digits.ipynb", "9" * 100_000, "SG001"),
        ("many.ipynb", json.dumps({"cells": [{"cell_type": "code"}] * 100_000}), "SG002"),
        ("long.ipynb", json.dumps({"cells": ["x" * 5_000_000]}), "SG002"),
        ("no-module.py", "def f(:\n  pass", "SG001"),
        ("deep.py", "(" * 100_000, "SG001"),
        ("nul.py", "\0", "SG001"),
        ("minus.py", "-" * 100_000 + "1", "SG001"),
        ("large.py", '"""' + "x " * 1_000_000 + '"""', "SG002"),
        ("missing.tex", "\\input{missing-file}", "SG005"),
        ("itself.tex", "\\input{itself}", "SG005"),
        ("out.tex", "\\input{../secret}", "SG005"),
        ("out2.tex", "\\include{../secret.tex}", "SG005"),
        ("out3.tex", "\\subimport{..}{secret}", "SG005"),
        ("out4.tex", "\\usepackage{../secret}", "SG005"),
        ("passwd.tex", "\\input{../../../../../../../../etc/passwd}", "SG005"),
        ("root.tex", "\\input /etc/passwd", "SG005"),
        ("device.tex", "\\input{/dev/zero}", "SG005"),
        ("nul.tex", "\\input{a\0b}", "SG005"),
        ("long.tex", "\\input{" + "a" * 100_000 + "}", "SG005"),
        ("folder.tex", "\\input{.}", "SG005"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, name: str, text: str, code: str) -> None:
    folder = tmp_path / "documents"
    folder.mkdir(exist_ok=True)
    (tmp_path / "secret.tex").write_text(SECRET)
    (tmp_path / "secret.sty").write_text(SECRET)
    (folder / name).write_text(text)
    assert [d.code for d in said(folder / name)] == [code]


@each(
    "text",
    [
        '{"cells": [1, null, [], "x", {"cell_type": 3}, {"cell_type": "markdown"}]}',
        '{"cells": [{"cell_type": "markdown", "source": 7}, {"cell_type": "markdown", "source": [1, {}]}]}',
        '{"cells": []}',
    ],
)
def test_cells_that_hold_no_text(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.ipynb").write_text(text)
    assert said(tmp_path / "a.ipynb") == []


def test_links_that_lead_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (tmp_path / "secret.tex").write_text(SECRET)
    (folder / "link.tex").symlink_to(tmp_path / "secret.tex")
    (folder / "up").symlink_to(tmp_path)
    (folder / "loop.tex").symlink_to(folder / "loop.tex")
    (folder / "main.tex").write_text("\\input{link}\n\\input{up/secret}\n\\input{loop}\n")
    assert [d.code for d in said(folder / "main.tex")] == ["SG005"] * 3


def test_loops_and_trees_of_inputs(tmp_path: Path) -> None:
    (tmp_path / "a.tex").write_text("\\input{b}" * 3)
    (tmp_path / "b.tex").write_text("\\input{a}\\input{c}" * 3)
    (tmp_path / "c.tex").write_text("\\input{d}" * 50)
    (tmp_path / "d.tex").write_text("\\input{e}" * 50)
    (tmp_path / "e.tex").write_text("x\n" * 50)
    assert {d.code for d in said(tmp_path / "a.tex")} <= {"SG002", "SG005"}


def test_inputs_that_add_up(tmp_path: Path) -> None:
    (tmp_path / "a.tex").write_text("\\input{b}" * 100)
    (tmp_path / "b.tex").write_text("x" * 1_000_000)
    assert {d.code for d in said(tmp_path / "a.tex")} <= {"SG002", "SG005"}


def test_inputs_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.tex").write_text("\\input{b}")
    (tmp_path / "b.tex").write_bytes(b"\xff\xfe\x00")
    (found,) = said(tmp_path / "a.tex")
    assert found.code == "SG005"


@pytest.mark.parametrize("name", ["a.md", "a.ipynb", "a.tex", "a.rst", "a.py", "a.qmd"])
def test_modules_are_never_run(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("import pathlib\npathlib.Path('run').touch()\nraise SystemExit\n")
    said(tmp_path / name)
    assert not Path("run").exists()
