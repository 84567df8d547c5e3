"""``symgrad export`` on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from symgrad.cli import main
from symgrad.exporting.loading import load_text
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


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no_such_file.md"], "can't open no_such_file.md"),
        ([DOCUMENT, "--of", "Q"], "nothing is defined under the name Q"),
        ([DOCUMENT, "--wrt", "Q"], "Q is no real argument; there are U, V"),
        ([DOCUMENT, "--target", "abacus"], "there is no target 'abacus'; there are jax, numpy, torch"),
        ([DOCUMENT, "-o", "no/such/folder/grads.py"], "can't open"),
    ],
)
def test_errors_of_use(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", *arguments]) == 2
    assert words in capsys.readouterr().err
