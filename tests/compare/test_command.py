"""``symgrad compare`` on the command line: exit status, forms of the report, what goes wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from symgrad.cli import main
from tests.cases import each

DOCUMENT = (
    r"With $x \in \mathbb{R}^{N}$ and $a \in \mathbb{R}$: $$ J = \frac{a}{2} \sum_n x_n^2, \qquad K = \sum_n x_n $$"
)
CODE = """
def right(x, a):
    print("noise")
    return a * (x @ x) / 2, {"x": a * x, "a": x @ x / 2}

def wrong(x, a):
    return a * (x @ x) / 2, {"x": x, "a": x @ x / 2}

def picky(x, a):
    if len(x) > 5:
        raise ValueError("too long")
    return right(x, a)

class Model:
    @staticmethod
    def loss(x, a):
        return right(x, a)

def broken(x, a):
    return x[99]

def quits(x, a):
    raise SystemExit(0)

number = 3
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d.md").write_text(DOCUMENT, encoding="utf-8")
    (tmp_path / "command_code.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "deep.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "failing_code.py").write_text("import nowhere_to_be_found\n", encoding="utf-8")
    return tmp_path


@each(
    ("function", "status"),
    [
        ("command_code:right", 0),
        ("command_code:Model.loss", 0),
        ("below/deep.py:right", 0),
        ("command_code:wrong", 1),
        ("command_code:picky", 1),
        ("command_code:broken", 2),
        ("command_code:quits", 2),
        ("command_code:absent", 2),
        ("command_code:number", 2),
        ("command_code", 2),
        ("nowhere:right", 2),
        ("below/nowhere.py:right", 2),
        ("failing_code:right", 2),
    ],
)
def test_exit_status(folder: Path, function: str, status: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "d.md", function, "--of", "J"]) == status
    out, err = capsys.readouterr()
    assert bool(out) == (status != 2)
    if status == 2:
        assert err.startswith("symgrad: ")
        assert "internal error" not in err


def test_several_costs_without_a_choice(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "two.md").write_text(DOCUMENT.replace("J =", "F ="), encoding="utf-8")
    assert main(["compare", "two.md", "command_code:right"]) == 2
    assert "more than one cost, F, K: say which with --of" in capsys.readouterr().err
    assert main(["compare", "two.md", "command_code:right", "--of", "F"]) == 0


def test_an_exception_shows_the_line_of_the_code(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["compare", "d.md", "command_code:broken"])
    err = capsys.readouterr().err
    assert "IndexError" in err
    assert "command_code.py:20: return x[99]" in err
    assert "it was called with x (5,)" in err


def test_a_failure_at_some_points_is_reported_beside_the_rest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["compare", "d.md", "command_code:picky"])
    out = capsys.readouterr().out
    assert "at some points the function raised ValueError: too long" in out
    assert "the code fails at some points" in out


def test_what_the_code_prints_goes_to_standard_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["compare", "d.md", "command_code:right", "--format", "json"])
    out, err = capsys.readouterr()
    assert json.loads(out)["right"] is True
    assert "noise" in err


def test_json_names_argument_entry_and_cause(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["compare", "d.md", "command_code:wrong", "--format", "json"])
    found = json.loads(capsys.readouterr().out)
    assert found["version"] == 1
    assert (found["document"], found["cost"], found["function"]) == ("d.md", "J", "command_code:wrong")
    assert [f["verdict"] for f in found["findings"]] == ["right", "differs", "right"]
    bad = found["findings"][1]
    assert bad["argument"] == "x"
    assert bad["causes"] == ["divided by $a$: a mean for a sum, or a factor $a$ that is missing"]
    assert set(bad["worst"]) == {"entry", "code", "exact", "error", "sizes", "values"}
    assert found["second_opinion"]["agrees"] is False


def test_two_runs_print_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = []
    for _ in range(2):
        main(["compare", "d.md", "command_code:wrong"])
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]
    main(["compare", "d.md", "command_code:wrong", "--seed", "7"])
    assert capsys.readouterr().out != texts[0]


def test_gradients_asked_for_must_be_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", "d.md", "command_code:right", "--wrt", "x,a"]) == 0
    assert main(["compare", "d.md", "command_code:right", "--wrt", "x", "a"]) == 0
    assert main(["compare", "d.md", "command_code:right", "--wrt", "z"]) == 2
    assert "z is no real-valued argument of the function; it has x, a" in capsys.readouterr().err


def test_a_module_of_the_same_name_in_another_folder_is_another_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", "d.md", "command_code:right"]) == 0
    other = folder / "other"
    other.mkdir()
    (other / "d.md").write_text(DOCUMENT, encoding="utf-8")
    (other / "command_code.py").write_text(CODE.replace("a * x,", "2 * a * x,"), encoding="utf-8")
    monkeypatch.chdir(other)
    assert main(["compare", "d.md", "command_code:right"]) == 1


def test_a_method_is_called_on_an_object(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "d.md").write_text(r"$x \in \mathbb{R}^{N}$. $$ J = \sum_n x_n^2 $$", encoding="utf-8")
    code = """
class Plain:
    def loss(self, x):
        assert isinstance(self, Plain)
        return (x ** 2).sum(), 2 * x

    @staticmethod
    def static(x):
        return (x ** 2).sum(), 2 * x

class Needs:
    def __init__(self, size):
        self.size = size

    def loss(self, x):
        return (x ** 2).sum(), 2 * x

made = Needs(3)
"""
    (tmp_path / "method_code.py").write_text(code, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["compare", "d.md", "method_code:Plain.loss"]) == 0
    assert main(["compare", "d.md", "method_code:Plain.static"]) == 0
    assert main(["compare", "d.md", "method_code:made.loss"]) == 0
    assert main(["new", "--adapter", "d.md", "method_code:Plain.loss", "method_turned.py"]) == 0
    assert main(["compare", "d.md", "method_turned:adapted"]) == 0
    assert main(["compare", "d.md", "method_code:Needs.loss"]) == 2
    assert "Needs() makes no object" in capsys.readouterr().err
