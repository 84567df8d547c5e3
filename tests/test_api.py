"""The Python interface: a document is read once, its answers do not depend on their order, and wrong use is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import symgrad
from symgrad.checking.verdict import Report
from symgrad.reading.document_reader import Reader
from symgrad.report import json_format
from tests.cases import each

TEXT = r"""
Inputs $x \in \mathbb{R}^{N \times D}$, targets $t \in \mathbb{R}^{N}$, weights $w \in \mathbb{R}^{D}$.

$$ r_n = x_{nd} w_d - t_n, \qquad J = \frac{1}{2} \sum_n r_n^2 $$

$$ \frac{\partial J}{\partial w} = x^\top r $$

$$ \frac{\partial J}{\partial w_i} = \sum_n r_n x_{ni} + w_i $$
"""


def ridge(x: Any, t: Any, w: Any) -> Any:
    r = x @ w - t
    return 0.5 * r @ r, {"w": x.T @ r, "x": r[:, None] * w, "t": -r}


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the documents that are read, one entry per reading."""
    found: list[str] = []
    read = Reader.read

    def counted(self: Reader) -> Any:
        found.append(self.source.path)
        return read(self)

    monkeypatch.setattr(Reader, "read", counted)
    return found


def checked(document: Any) -> str:
    return json_format.check(Report((symgrad.check(document),)))


def test_a_document_is_read_once(readings: list[str]) -> None:
    document = symgrad.read(text=TEXT)
    assert readings == []
    assert [step.verdict for step in symgrad.check(document).steps] == ["proved", "refuted"]
    assert symgrad.gradient(document, "J", wrt="w").latex()
    assert symgrad.export(document)
    assert symgrad.load(document).J_value_and_grad
    symgrad.testing.assert_gradient(ridge, document)
    assert readings == ["text.md"]


def test_what_is_asked_first_changes_nothing() -> None:
    alone, shared = symgrad.read(text=TEXT), symgrad.read(text=TEXT)
    gradient, module = symgrad.gradient(shared, "J", wrt="w").steps(), symgrad.export(shared)
    first = checked(alone)
    assert checked(shared) == checked(shared) == first
    assert symgrad.gradient(alone, "J", wrt="w").steps() == gradient
    assert symgrad.export(alone) == module


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "check": symgrad.check,
    "gradient": lambda document: symgrad.gradient(document, "J", wrt="w"),
    "export": symgrad.export,
    "load": symgrad.load,
    "assert_gradient": lambda document: symgrad.testing.assert_gradient(ridge, document),
}


@each("name", FUNCTIONS)
def test_a_path_is_as_good_as_a_document(name: str, tmp_path: Path) -> None:
    path = tmp_path / "ridge.md"
    path.write_text(TEXT, encoding="utf-8")
    FUNCTIONS[name](path)
    FUNCTIONS[name](str(path))


@each("name", FUNCTIONS)
@each("wrong", [TEXT, 7, None, "no/such/file.md"])
def test_anything_else_is_an_error_of_use_with_a_remedy(name: str, wrong: Any) -> None:
    with pytest.raises(symgrad.SymgradError, match=r"symgrad\.read\(|can't open no/such/file\.md"):
        FUNCTIONS[name](wrong)


def test_a_repr_is_one_line() -> None:
    document = symgrad.read(text=TEXT)
    report = symgrad.check(document)
    assert repr(document) == "<Document 'text.md'>"
    assert repr(report) == "<DocumentReport 'text.md': 1 proved, 1 refuted>"
    assert repr(report.steps[1]) == "<Step 8:4 refuted>"
