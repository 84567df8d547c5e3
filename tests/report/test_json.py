"""The JSON format, version 1: the keys and counts that other programs rely on."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction
from importlib.metadata import version

import pytest

from symgrad.checking.documents import check_text
from symgrad.checking.verdict import DocumentReport, Report, Witness
from symgrad.report.json_format import check as render
from symgrad.report.json_format import plain
from tests.cases import each, facts
from tests.report import samples


def read(report: Report) -> dict:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(render(report), parse_constant=refuse)


test_an_object = facts()


@test_an_object.fact
def shape_of_the_whole() -> None:
    told = read(samples.report(samples.PROVED, definitions=2))
    assert told["version"] == 1
    assert list(told) == ["version", "tool", "summary", "documents"]
    assert told["tool"] == f"symgrad {version('symgrad')}"
    assert told["summary"] == {
        "proved": 1, "agrees": 0, "refuted": 0, "unreadable": 0, "causes": 0, "expected": 0, "skipped": 0,
        "definitions": 2,
    }  # fmt: skip
    assert list(told["documents"][0]) == ["path", "inferred", "steps", "diagnostics", "not_checked"]


@test_an_object.fact
def fields_of_a_step() -> None:
    (step,) = read(samples.report(samples.PROVED))["documents"][0]["steps"]
    assert step == {
        "line": 6,
        "column": 1,
        "end_line": 6,
        "end_column": 61,
        "left": r"\frac{\partial J}{\partial w_i}",
        "right": r"\sum_n (p_n - y_n) x_{ni}",
        "read_left": r"\frac{\partial J}{\partial w_i}",
        "read_right": r"\sum_{n=1}^N (p_n - y_n) x_{ni}",
        "verdict": "proved",
        "expected": None,
        "assumptions": [r"\sum_a y_a = 1"],
        "inferred": [],
        "conditions": [r"p_n \neq 0"],
        "evidence": {"method": "normal form", "samples": 8, "sizes": {"N": 4, "D": 3}, "bound": None},
        "witness": None,
        "difference": None,
        "repairs": [],
        "warnings": [],
        "diagnostic": None,
        "cause": None,
    }


@test_an_object.fact
def witness_of_values() -> None:
    (step,) = read(samples.report(samples.REFUTED))["documents"][0]["steps"]
    assert step["witness"] == {
        "sizes": {"N": 1, "D": 1},
        "values": {"w": [0.0], "x": [[1.0]], "y": [1]},
        "at": {"i": 1},
        "left": -0.5,
        "right": 0.5,
        "script": None,
    }
    assert step["difference"] == r"2 \sum_n (p_n - y_n) x_{ni}"
    assert step["repairs"] == ["the other sign of the whole right side"]


@test_an_object.fact
def witness_of_shapes() -> None:
    (step,) = read(samples.report(samples.SHAPES))["documents"][0]["steps"]
    assert step["witness"] == {"shapes": [["W", "D"], ["D", "W"]]}


@test_an_object.fact
def warnings_have_a_place() -> None:
    (step,) = read(samples.report(samples.AGREES))["documents"][0]["steps"]
    (warning,) = step["warnings"]
    assert (warning["code"], warning["line"], warning["column"]) == ("SG201", 8, 13)
    assert "transposed layout" in warning["message"]


test_counts = facts()


@test_counts.fact
def expected_refutation_counts_in_expected_alone() -> None:
    told = read(samples.report(samples.marked(samples.REFUTED), samples.REFUTED))
    assert (told["summary"]["expected"], told["summary"]["refuted"]) == (1, 1)
    assert [step["expected"] for step in told["documents"][0]["steps"]] == [True, None]


@test_counts.fact
def what_is_unreadable_outside_a_step_counts() -> None:
    told = read(samples.report(samples.UNREADABLE, diagnostics=(samples.NO_NAME,), not_checked=(samples.NOT_CHECKED,)))
    assert told["summary"]["unreadable"] == 2
    assert told["documents"][0]["diagnostics"] == [
        {
            "code": "SG105", "severity": "error", "message": "the name `x` is not declared", "help": "Declare it.",
            "line": 3, "column": 17, "end_line": 3, "end_column": 23,
        }
    ]  # fmt: skip
    assert told["documents"][0]["not_checked"] == [
        {
            "line": 3, "column": 37, "end_line": 3, "end_column": 41,
            "reason": r"`\approx` is no equality: not checked", "kind": "inequality",
        }
    ]  # fmt: skip
    assert told["documents"][0]["steps"][0]["diagnostic"]["code"] == "SG105"


@test_counts.fact
def steps_point_to_the_diagnostic_that_they_wait_for() -> None:
    told = read(
        Report(
            (
                check_text(
                    "$x \\in \\mathbb{R}^N$\n$$ J = \\half x $$\n$$ K = \\vect x $$\n$$ 2 K = x $$\n$$ K = 3 $$\n"
                ),
            )
        )
    )
    (document,) = told["documents"]
    assert [d["message"][:7] for d in document["diagnostics"]] == ["`\\half`", "`\\vect`"]
    assert [(s["line"], s["cause"]) for s in document["steps"]] == [(4, 1)]
    assert (told["summary"]["unreadable"], told["summary"]["causes"]) == (3, 1)


@test_counts.fact
def counts_run_over_all_documents() -> None:
    one = DocumentReport("a.md", (samples.PROVED,), definitions=1, skipped=2)
    summary = read(Report((one, replace(one, path="b.md"))))["summary"]
    assert (summary["proved"], summary["definitions"], summary["skipped"]) == (2, 2, 4)


test_plain_values = facts()


@test_plain_values.fact
@each("value", [math.inf, -math.inf, math.nan])
def what_is_no_number_in_json_is_a_string(value: float) -> None:
    step = replace(samples.REFUTED, witness=Witness({}, {"x": [value]}, {}, value, 0.0))
    (told,) = read(samples.report(step))["documents"][0]["steps"]
    assert told["witness"]["left"] == str(value)


@test_plain_values.fact
def values_become_plain() -> None:
    numpy = pytest.importorskip("numpy")
    assert plain({"a": (Fraction(1, 2), Fraction(3)), "b": frozenset({2, 1})}) == {"a": [0.5, 3], "b": [1, 2]}
    assert plain(numpy.array([[1.0, 2.0]])) == [[1.0, 2.0]]
    assert plain(numpy.int64(3)) == 3


@test_plain_values.fact
def text_is_ascii() -> None:
    told = render(samples.report(replace(samples.PROVED, left="ŷ \udcff"), path="Ableitung_ü.md"))
    assert told.isascii()
