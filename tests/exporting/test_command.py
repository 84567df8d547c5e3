"""``symgrad export`` on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from symgrad.cli import main
from symgrad.exporting.loading import load_text
from tests.cases import each
from tests.exporting.worlds import ROOT

DOCUMENT = str(ROOT / "derivations/cbow_softmax.md")


def test_writes_a_module(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "grads.py"
    assert main(["export", DOCUMENT, "-o", str(out)]) == 0
    assert capsys.readouterr().out == ""
    assert {"J", "J_bar", "J_batch_value_and_grad"} <= set(vars(load_text(out.read_text(encoding="utf-8"))))


def test_prints_a_module_without_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", DOCUMENT, "--of", r"\bar J", "--wrt", "U"]) == 0
    text = capsys.readouterr().out
    assert "def J_bar_value_and_grad" in text
    assert "def J_value_and_grad" not in text
    assert 'wrt: Sequence[str] = ("U",)' in text


@each(
    ("arguments", "words"),
    [
        (["no_such_file.md"], "can't open no_such_file.md"),
        ([DOCUMENT, "--of", "Q"], "nothing is defined under the name Q"),
        ([DOCUMENT, "--wrt", "Q"], "Q is no real argument; there are U, V"),
        ([DOCUMENT, "--target", "abacus"], "there is no target 'abacus'; there are jax, numpy, torch"),
        ([DOCUMENT, "-o", "no/such/folder/grads.py"], "can't write"),
    ],
)
def test_errors_of_use(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_what_is_not_in_the_module_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document, out = tmp_path / "doc.md", tmp_path / "grads.py"
    text = "With $x \\in \\mathbb{R}^{N}$:\n\n$$ J = \\sum_i x_i^2 $$\n\n$$ E = \\sum_i x_i \\oint z $$\n"
    document.write_text(text, encoding="utf-8")
    assert main(["export", str(document), "-o", str(out)]) == 3
    assert "doc.md:5:19: SG103 `\\oint` is not a command" in capsys.readouterr().err
    assert "Not exported: line 5 (`\\oint` is not a command that is understood)." in out.read_text(encoding="utf-8")
    document.write_text(text.replace("x_i^2", "\\oint x_i"), encoding="utf-8")
    assert main(["export", str(document), "-o", str(out)]) == 2
    said = capsys.readouterr().err
    assert "has no cost to export: " in said
    assert "SG103" in said


def test_a_file_is_written_as_a_whole_or_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "grads.py"
    out.write_text("an older one", encoding="utf-8")
    real = Path.write_text

    def full(path: Path, text: str, encoding: str) -> int:
        real(path, text[:100], encoding=encoding)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    assert main(["export", DOCUMENT, "-o", str(out)]) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["grads.py"]
    assert out.read_text(encoding="utf-8") == "an older one"


def test_arguments_are_named_as_in_python_or_as_in_the_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = tmp_path / "doc.md"
    document.write_text("With $\\mu, x \\in \\mathbb{R}$:\n\n$$ J = \\mu x^2 $$\n", encoding="utf-8")
    for name in ("mu", r"\mu"):
        assert main(["export", str(document), "--wrt", name]) == 0
        assert 'wrt: Sequence[str] = ("mu",)' in capsys.readouterr().out
