"""One table of formats for all commands: a new format is a module and a row."""

from __future__ import annotations

from pathlib import Path

import pytest

from symgrad.checking.verdict import Report
from symgrad.cli import main
from symgrad.comparing.findings import Comparison
from symgrad.gradients.document_gradients import DocumentGradients
from symgrad.report.formats import FORMATS
from symgrad.report.report_format import Format, ReportStyle
from tests.cases import each

DOCUMENT = r"""
With $x \in \mathbb{R}^{N}$: $$ J = \sum_n x_n^2 $$

$$ \frac{\partial J}{\partial x_n} = 2 x_n $$
"""
CODE = """
def squares(x):
    return x @ x, {"x": 2 * x}
"""


def steps(report: Report, style: ReportStyle) -> str:
    return f"steps={len(report.documents[0].steps)} read={style.read}"


def findings(comparison: Comparison, style: ReportStyle) -> str:
    return f"findings={len(comparison.findings)}"


def displays(found: DocumentGradients, style: ReportStyle) -> str:
    return f"displays={len(found.displays)}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "squares.md").write_text(DOCUMENT, encoding="utf-8")
    (tmp_path / "formats_code.py").write_text(CODE, encoding="utf-8")
    return tmp_path


COMMANDS = {
    "check": (["check", "--read", "squares.md"], "steps=1 read=True\n"),
    "comparison": (["compare", "squares.md", "formats_code:squares"], "findings=2\n"),
    "derivations": (["latex", "squares.md"], "displays=1\n"),
}


@each("kind", COMMANDS)
def test_a_row_of_the_table_is_a_format_of_every_command(
    kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(FORMATS, "counts", Format(steps, findings, displays))
    arguments, printed = COMMANDS[kind]
    assert main([*arguments, "--format", "counts"]) == 0
    assert capsys.readouterr().out == printed
    assert main([arguments[0], "--help"]) == 0
    assert "counts" in capsys.readouterr().out


def test_a_format_without_a_form_for_a_report_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["latex", "squares.md", "--format", "json"]) == 2
    assert "json has no form for derivations: use text" in capsys.readouterr().err


@each("kind", COMMANDS)
def test_a_format_that_is_none_is_refused(kind: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*COMMANDS[kind][0], "--format", "sonnet"]) == 2
    assert "there is no format 'sonnet'; there are text" in capsys.readouterr().err
