"""Steps as tests: what the plugin collects, what it says, and how pytest's own options work with it."""

from __future__ import annotations

import json
import os
from importlib.metadata import entry_points
from pathlib import Path
from xml.etree import ElementTree

import pytest

from symgrad.api import check_document, read_document
from symgrad.report.check_text import step_text

pytest_plugins = ["pytester"]

LOADED = [] if entry_points(group="pytest11", name="symgrad") else ["-p", "symgrad.pytest_plugin"]
"""In a checkout that is not installed, the plugin has no entry point."""
ENGINES = (check_document(read_document(text="$$ 1 = 1 $$")), step_text)
"""Loaded here: pytester forgets what its runs import, and NumPy can't be loaded twice."""
PLAIN = [*LOADED, "-p", "no:cacheprovider", "-p", "no:asyncio"]
DOCUMENT = r"""# Squares

With $x \in \mathbb{R}^{N}$:

$$ J = \sum_n x_n^2 $$

$$ \frac{\partial J}{\partial x_i} = 2 x_i = x_i $$

$$ \sum_n x_n = \half \sum_n x_n $$

<!-- symgrad: expect refuted -->
$$ \sum_n x_n = \sum_n 2 x_n $$

<!-- symgrad: expect refuted -->
$$ \sum_n x_n = \sum_i x_i $$

$$ r = \vect x $$
"""


@pytest.fixture
def document(pytester: pytest.Pytester) -> Path:
    path = pytester.path / "squares.md"
    path.write_text(DOCUMENT, encoding="utf-8")
    return path


def outcomes(result: pytest.RunResult) -> dict[str, int]:
    return {name: number for name, number in result.parseoutcomes().items() if name != "warnings"}


def test_one_item_a_step(pytester: pytest.Pytester, document: Path) -> None:
    result = pytester.runpytest_inprocess(*PLAIN, "--symgrad", "-v", "--junitxml=out.xml", "squares.md")
    assert outcomes(result) == {"passed": 1, "failed": 2, "errors": 2, "xfailed": 1}
    result.stdout.fnmatch_lines(
        [
            "squares.md::7 PASSED*",
            "squares.md::7:44 FAILED*",
            "squares.md::9 ERROR*",
            "squares.md::12 XFAIL*",
            "squares.md::15 FAILED*",
            "squares.md::17 ERROR*",
            "*ERROR at setup of 9*",
            "unreadable?SG103?: `\\half` is not a command*",
            " --> squares.md:9:*",
            "refuted?SG301?: the two sides differ",
            " --> squares.md:7:44",
            "*left - right: x_i",
            "unexpected?SG303?: marked 'expect refuted', but it is proved",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    cases = ElementTree.parse(pytester.path / "out.xml").iter("testcase")
    assert [(case.get("name"), [child.tag for child in case]) for case in cases] == [
        ("7", []),
        ("7:44", ["failure"]),
        ("9", ["error"]),
        ("12", ["skipped"]),
        ("15", ["failure"]),
        ("17", ["error"]),
    ]


def test_options_of_pytest(pytester: pytest.Pytester, document: Path) -> None:
    def run(*arguments: str) -> dict[str, int]:
        return outcomes(pytester.runpytest_inprocess(*LOADED, "-p", "no:asyncio", "--symgrad", *arguments))

    assert run("squares.md::7:44") == {"failed": 1}
    assert run("-x") == {"passed": 1, "failed": 1}
    assert run("-k", "7 and not 44 and not 17") == {"passed": 1, "deselected": 5}
    assert run() == {"passed": 1, "failed": 2, "errors": 2, "xfailed": 1}
    assert run("--lf") == {"failed": 2, "errors": 2}


def test_another_process(pytester: pytest.Pytester, document: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("xdist")
    root = str(Path(__file__).parents[1])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", "")))))
    result = pytester.runpytest_subprocess(*PLAIN, "--symgrad", "-n", "1")
    assert outcomes(result) == {"passed": 1, "failed": 2, "errors": 2, "xfailed": 1}


def test_only_on_request(pytester: pytest.Pytester, document: Path) -> None:
    assert outcomes(pytester.runpytest_inprocess(*PLAIN)) == {}
    pytester.makeini("[pytest]\nsymgrad = true\n")
    assert outcomes(pytester.runpytest_inprocess(*PLAIN, "-k", "12")) == {"xfailed": 1, "deselected": 5}


def test_a_file_that_is_no_text_is_an_error(pytester: pytest.Pytester) -> None:
    (pytester.path / "latin.md").write_bytes(b"$$ x = \xe9 $$")
    result = pytester.runpytest_inprocess(*PLAIN, "--symgrad")
    assert outcomes(result) == {"errors": 1}
    result.stdout.fnmatch_lines(["*latin.md is no UTF-8 text: save it as UTF-8"])


def test_cells_of_notebooks(pytester: pytest.Pytester) -> None:
    text = "With $x \\in \\mathbb{R}^N$:\n\n$$ x_i + x_i = 2 x_i $$"
    cells = [{"cell_type": "code", "source": []}, {"cell_type": "markdown", "source": text}]
    (pytester.path / "n.ipynb").write_text(json.dumps({"cells": cells, "nbformat": 4}), encoding="utf-8")
    result = pytester.runpytest_inprocess(*PLAIN, "--symgrad", "-v")
    result.stdout.fnmatch_lines(["n.ipynb::cell 2:3 PASSED*"])
