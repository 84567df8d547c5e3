"""The kinds of files that documents are, and the places that are reported in them."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import symgrad
from symgrad.batch.checked_paths import check_paths
from symgrad.cli import main
from tests.cases import each

DECLARED = "Let $x \\in \\mathbb{R}^{N}$.\n\n"
RIGHT = "$$ \\nabla_x \\sum_n x_n^2 = 2 x $$\n"
WRONG = "$$ \\nabla_x \\sum_n x_n^2 = x $$\n"


def notebook(*cells: str, kind: str = "markdown") -> str:
    made = [{"cell_type": kind, "source": text.splitlines(keepends=True)} for text in cells]
    return json.dumps({"cells": made, "nbformat": 4})


def verdicts(path: Path) -> list[str]:
    (document,) = check_paths([str(path)]).documents
    assert not document.diagnostics
    return [step.verdict for step in document.steps]


@each(
    ("name", "text"),
    [
        ("a.ipynb", notebook(DECLARED, RIGHT, "x", WRONG)),
        ("a.ipynb", json.dumps({"cells": [{"cell_type": "markdown", "source": DECLARED + RIGHT + WRONG}]})),
        ("a.md", DECLARED + RIGHT + WRONG),
        ("a.qmd", "---\ntitle: x\n---\n" + DECLARED + "```{python}\n$$ 1 = 2 $$\n```\n" + RIGHT + WRONG),
        ("a.Rmd", DECLARED + "```{r, echo=FALSE}\n$$ 1 = 2 $$\n```\n" + RIGHT + WRONG),
        ("a.RST", DECLARED + RIGHT + WRONG),
        ("a.py", f'def f():\n    r"""{DECLARED}{RIGHT}{WRONG}"""\n'),
        ("a.py", f'class A:\n    def f(self):\n        r"""{DECLARED}"""\n\ndef g():\n    r"""{RIGHT}{WRONG}"""\n'),
        ("a.py", 'def f():\n    """' + (DECLARED + RIGHT + WRONG).replace("\\", "\\\\") + '"""\n'),
        ("a.py", "def f():\n    '''" + DECLARED + RIGHT + WRONG + "'''\n"),
        ("a.py", f'x = r"""$$ 1 = 2 $$"""\nasync def f():\n    r"""{DECLARED}{RIGHT}{WRONG}"""\n'),
        ("a.tex", "\\begin{document}" + DECLARED + RIGHT + WRONG + "\\end{document}"),
    ],
)
def test_every_kind_is_read(tmp_path: Path, name: str, text: str) -> None:
    for data in (text.encode(), text.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + text.encode()):
        (tmp_path / name).write_bytes(data)
        assert verdicts(tmp_path / name) == ["proved", "refuted"]


def place(path: Path) -> str:
    """Where the last step of a document is said to stand, and its text there."""
    span = check_paths([str(path)]).documents[0].steps[-1].span
    shown = span.shown
    return f"{Path(shown.source.name).name}:{span.line}:{span.column}-{span.end_line}:{span.end_column}"


def test_places_in_a_notebook_count_in_the_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(notebook("# Title", DECLARED + RIGHT, "one\n\n" + WRONG))
    assert place(path) == "a.ipynb:cell 3:3:4-3:29"


def test_an_open_fence_ends_with_its_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(notebook("```\ncode", DECLARED, "$$", RIGHT, "\\[ x", WRONG))
    (document,) = check_paths([str(path)]).documents
    assert [step.verdict for step in document.steps] == ["proved", "refuted"]
    assert [d.code for d in document.diagnostics] == ["SG003"]


def test_code_cells_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(notebook(DECLARED + WRONG, kind="code"))
    assert verdicts(path) == []


def test_places_in_a_docstring_are_those_of_the_module(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    text = 'def f():\n    """é\n    ' + (DECLARED + "    " + WRONG).replace("\\", "\\\\") + '"""\n'
    path.write_text(text)
    assert place(path) == "a.py:5:8-5:35"
    assert text.splitlines()[4][7:34] == WRONG.replace("\\", "\\\\")[3:-4]


def test_places_in_restructured_text_show_the_role(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.rst"
    path.write_text("Let :math:`x \\in \\mathbb`.\n\n.. math:: 1 = 1\n")
    assert main(["check", str(path)]) == 3
    assert "Let :math:`x \\in \\mathbb`" in capsys.readouterr().out


def project(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / f"{name.replace('_', '/')}.tex"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return folder / "main.tex"


def test_inputs_are_followed(tmp_path: Path) -> None:
    main_file = project(
        tmp_path,
        main="\\input{macros}\\begin{document}\\include{ch/one}\n\\input ch/two\n% \\input{ch/two}\n\\end{document}",
        macros="\\newcommand{\\R}{\\mathbb{R}}% no line break",
        ch_one="Let $x \\in \\R^{N}$.\n" + RIGHT + "\\input{three}",
        ch_three="% comment\n" + RIGHT,
        ch_two="\n" + WRONG,
    )
    assert verdicts(main_file) == ["proved", "proved", "refuted"]
    assert place(main_file) == "two.tex:2:4-2:29"


def test_packages_of_the_folder_are_followed(tmp_path: Path) -> None:
    (tmp_path / "notation.sty").write_text("\\newcommand{\\R}{\\mathbb{R}}")
    text = "\\usepackage{amsmath, notation}\\begin{document}Let $x \\in \\R^{N}$.\n" + WRONG + "\\end{document}"
    assert verdicts(project(tmp_path, main=text)) == ["refuted"]


def test_a_part_may_be_a_document_itself(tmp_path: Path) -> None:
    main_file = project(
        tmp_path,
        main="\\begin{document}\\subfile{part}\n" + WRONG + "\\end{document}",
        part="\\documentclass{subfiles}\\begin{document}" + DECLARED + RIGHT + "\\end{document}$$ 1 = 2 $$",
    )
    assert verdicts(main_file) == ["proved", "refuted"]


def test_json_names_the_cell_and_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.ipynb").write_text(notebook("text", DECLARED + WRONG))
    project(tmp_path, main="\\input{part}", part=DECLARED + WRONG)
    assert main(["check", "--format", "json", str(tmp_path)]) == 1
    first, second, _ = json.loads(capsys.readouterr().out)["documents"]
    assert (first["steps"][0]["cell"], first["steps"][0]["line"]) == (2, 3)
    assert "file" not in first["steps"][0]
    assert second["steps"][0]["file"] == str(tmp_path / "part.tex")


def test_a_folder_means_every_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a.md", "b.TEX", "c.ipynb", "d.qmd", "e.Rmd", "f.rst", "g.py", "h.txt"):
        (tmp_path / name).write_text(notebook() if name.endswith("ipynb") else "")
    main(["check", str(tmp_path)])
    assert "g.py" not in capsys.readouterr().out
    main(["check", "--docstrings", str(tmp_path)])
    out = capsys.readouterr().out
    assert [name for name in "abcdefgh" if f"{name}." in out] == list("abcdefg")


@each(
    ("arguments", "path"),
    [([], "<stdin>"), (["--stdin-filename", "notes/a.md"], "notes/a.md"), (["--stdin-filename", "b.rst"], "b.rst")],
)
def test_standard_input(arguments: list[str], path: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        stream = SimpleNamespace(buffer=io.BytesIO((DECLARED + WRONG).encode()))
        patch.setattr(sys, "stdin", stream)
        out = io.StringIO()
        patch.setattr(sys, "stdout", out)
        assert main(["check", "-", *arguments]) == 1
        assert f"{path}:3:4" in out.getvalue()


def test_standard_input_for_every_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    text = notebook(DECLARED + "$$ J = \\sum_n x_n^2 $$").encode()
    for command, wanted in (("latex", "2 x"), ("export", "def J_value_and_grad")):
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(text)))
        assert main([command, "-", "--stdin-filename", "a.ipynb"]) == 0
        assert wanted in capsys.readouterr().out


def test_python_reads_them_too(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(notebook(DECLARED + "$$ J = \\sum_n x_n^2 $$"))
    assert symgrad.gradient(str(path), "J", wrt="x").latex()
