"""A real write-up, as its author left it: every relation sign is read, none is judged wrongly.

The folder is named by SYMGRAD_DOCUMENTS; it is not part of the repository.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from symgrad.checking.documents import check_text
from symgrad.checking.verdict import DocumentReport
from tests.cases import each

FOLDER = os.environ.get("SYMGRAD_DOCUMENTS")
NAME = "000_9d5b816cfd417787"

# The write-up is not part of the repository; `.ci/run` names the folder where there is one.
pytestmark = pytest.mark.skipif(not FOLDER, reason="SYMGRAD_DOCUMENTS names no folder of documents")


def ruled(*declarations: str) -> DocumentReport:
    folder = Path(str(FOLDER))
    texts = [(folder / name).read_text() for name in declarations]
    return check_text((folder / f"{NAME}.txt").read_text(), f"{NAME}.txt", texts)


@pytest.fixture(scope="module")
def report() -> DocumentReport:
    return ruled(f"{NAME}.decl.md")


@pytest.fixture(scope="module")
def without_overlap() -> DocumentReport:
    return ruled(f"{NAME}.decl.md", "without-overlap.decl.md")


def test_all_57_relation_signs_are_read(report: DocumentReport) -> None:
    assert not report.diagnostics
    assert (report.definitions, len(report.steps)) == (5, 52)
    assert {s.verdict for s in report.steps} == {"proved", "refuted"}


def test_the_outer_product_is_refuted_by_shape(report: DocumentReport) -> None:
    (step,) = [s for s in report.steps if s.span.line == 84]
    assert step.verdict == "refuted"
    assert step.witness is not None
    assert step.witness.shapes == (("W", "D"), ("D", "W"))


def test_the_row_result_holds_in_transposed_layout(report: DocumentReport) -> None:
    first, second = [s for s in report.steps if s.span.line == 41]
    assert (first.verdict, second.verdict) == ("proved", "proved")
    assert any("transposed layout" in w.message for w in first.warnings)


def test_two_columns_in_a_row_are_an_inner_product_with_a_warning(report: DocumentReport) -> None:
    for line in (118, 126):
        (step,) = [s for s in report.steps if s.span.line == line]
        assert any("missing transpose" in w.message for w in step.warnings)


@each("line", [122, 126])
def test_the_cases_of_negative_sampling_need_a_target_that_is_not_sampled(
    report: DocumentReport, without_overlap: DocumentReport, line: int
) -> None:
    (step,) = [s for s in report.steps if s.span.line == line]
    assert step.verdict == "refuted"
    assert step.witness is not None
    assert step.witness.at["o"] in step.witness.values["\\mathcal{N}"]
    assert "o \\notin \\mathcal{N}" in step.repairs[0]
    (mended,) = [s for s in without_overlap.steps if s.span.line == line]
    assert mended.verdict == "proved"
    assert "o \\notin \\mathcal{N}" in mended.assumptions


def test_all_else_is_proved(report: DocumentReport) -> None:
    refuted = [s.span.line for s in report.steps if s.verdict == "refuted"]
    assert refuted == [84, 122, 126]


@each("line", [41, 68])
def test_steps_that_need_a_distribution_say_so(report: DocumentReport, line: int) -> None:
    steps = [s for s in report.steps if s.span.line == line]
    assert any("\\sum_a y_a = 1" in s.assumptions for s in steps)
