"""Arguments found by trying, and the adapters that are written from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symgrad.cli import main
from symgrad.comparing.adapter import adapter
from symgrad.comparing.guessing import as_maps, guess
from symgrad.comparing.problem import Problem, problem_of
from symgrad.reading.document_reader import read_document
from symgrad.text.source import Source
from tests.cases import each

TEXT = r"""
Rows of $U \in \mathbb{R}^{W \times D}$ and columns of $V \in \mathbb{R}^{D \times W}$ have the names
$u_w = U_{w:}$ and $v_w = V_{:w}$. The pair is $o, c \in [W]$, and $n \in [W]^{K}$.

$$ J = -\log \sigma(u_o^\top v_c) - \sum_k \log \sigma(-u_{n_k}^\top v_c) $$
"""
CODE = """
import numpy as np

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def loss(inside, right, outside, wrong):
    p, q = sigmoid(outside[right] @ inside), sigmoid(outside[wrong] @ inside)
    grad = np.zeros_like(outside)
    grad[right] += (p - 1) * inside
    np.add.at(grad, wrong, np.outer(q, inside))
    return -np.log(p) - np.log(1 - q).sum(), (p - 1) * outside[right] + q @ outside[wrong], grad

def keyed(V, outside, c, o, n):
    cost, d_v, d_u = loss(V[:, c], o, outside.T, n)
    d_V = np.zeros_like(V)
    d_V[:, c] = d_v
    return {"loss": cost, "outside": d_u.T, "V": d_V}

def step(U, V, o, c, n, lr=0.5):
    cost, d_v, d_U = loss(V[:, c], o, U, n)
    U -= lr * d_U
    V[:, c] -= lr * d_v

def nested(V, U, c, o, n):
    cost, d_v, d_U = loss(V[:, c], o, U, n)
    return cost, [None, d_U]
"""


def problem() -> Problem:
    return problem_of(read_document(Source("doc.md", TEXT)))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "doc.md").write_text(TEXT, encoding="utf-8")
    (tmp_path / "code.py").write_text("", encoding="utf-8")
    (tmp_path / "hand_code.py").write_text(CODE, encoding="utf-8")
    return tmp_path


def loss(inside: Any, right: int, outside: Any, wrong: Any) -> Any:
    x, y = outside[right] @ inside, outside[wrong] @ inside
    return np.log(1 + np.exp(-x)) + np.log(1 + np.exp(y)).sum()


def test_arguments_with_other_names_are_found_by_trying() -> None:
    found = guess(loss, problem())
    assert found is not None
    assert found.certain
    assert as_maps(found.given) == ["v_c=inside", "o=right", "U=outside", "n=wrong"]


def test_a_layout_of_its_own_is_found_by_trying() -> None:
    """Input vectors in rows, although the document has them in columns."""
    from symgrad.comparing.comparer import compare

    def rows(U: Any, V: Any, o: int, c: int, n: Any) -> Any:
        v = V[c]
        p, q = (1 / (1 + np.exp(-x)) for x in (U[o] @ v, U[n] @ v))
        dV = np.zeros_like(V)
        dV[c] = (p - 1) * U[o] + q @ U[n]
        return -np.log(p) - np.log(1 - q).sum(), {"V": dV}

    found = compare(rows, problem())
    assert found.right
    assert found.notes == ("the arguments were found by trying: --map V=V.T",)


def test_a_wrong_cost_makes_no_certain_guess() -> None:
    found = guess(lambda inside, right, outside, wrong: 2 * loss(inside, right, outside, wrong), problem())
    assert found is None or not found.certain


@each("name", ["loss", "keyed", "step", "nested"])
def test_an_adapter_runs_as_it_is_written(name: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "--adapter", "doc.md", f"hand_code:{name}", f"{name}_turned.py"]) == 0
    text = (folder / f"{name}_turned.py").read_text(encoding="utf-8")
    assert f"from hand_code import {name}" in text
    assert main(["compare", "doc.md", f"{name}_turned:adapted"]) == 0, capsys.readouterr().out + text
    assert "gradient" in capsys.readouterr().out


def test_an_adapter_unpacks_what_is_returned(folder: Path) -> None:
    from symgrad.comparing.calling import load_function

    text = adapter(load_function("hand_code:loss"), "hand_code:loss", problem(), "turned.py")
    assert "def adapted(v_c, o, U, n):" in text
    assert "    cost, grad_1, grad_2 = loss(inside=v_c, right=o, outside=U, wrong=n)\n" in text
    assert text.endswith('    return cost, {"v_c": grad_1, "U": grad_2}\n')


def test_a_file_that_is_there_is_left_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "loss_adapter.py").write_text("mine", encoding="utf-8")
    assert main(["new", "--adapter", "doc.md", "hand_code:loss"]) == 2
    assert "exists already" in capsys.readouterr().err
    assert (folder / "loss_adapter.py").read_text(encoding="utf-8") == "mine"


def test_a_new_document_passes_the_check(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "start.md"]) == 0
    assert main(["check", "--strict", "start.md"]) == 0
    assert "3 proved" in capsys.readouterr().out
    assert main(["new", "start.md"]) == 2
    assert main(["new"]) == 2


@each(
    "code",
    [
        "def odd(U, V, o, c, n, lr):\n    U *= 0.5\n    V *= 0.5\n",
        "def odd(U, V, o, c, n):\n    return ()\n",
        "def odd(U, V, o, c, n):\n    raise ValueError('never')\n",
        "def odd(U, V, o, c, n):\n    return 'text'\n",
    ],
)
def test_an_adapter_of_odd_code_is_python_all_the_same(code: str, folder: Path) -> None:
    import ast

    (folder / "odd_code.py").write_text(code, encoding="utf-8")
    (folder / "odd_turned.py").unlink(missing_ok=True)
    assert main(["new", "--adapter", "doc.md", "odd_code:odd", "odd_turned.py"]) == 0
    tree = ast.parse((folder / "odd_turned.py").read_text(encoding="utf-8"))
    assert any(isinstance(node, ast.FunctionDef) and node.name == "adapted" for node in tree.body)
