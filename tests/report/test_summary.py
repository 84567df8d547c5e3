"""Exit statuses: what the verdicts of all documents come to."""

from __future__ import annotations

from dataclasses import replace

from symgrad.checking.verdict import Report
from symgrad.report.summary import exit_status
from tests.cases import each
from tests.report.samples import AGREES, CONTRADICTED, NO_NAME, NOT_CHECKED, PROVED, REFUTED, UNREADABLE, marked, report

CASES = [
    ("all proved", report(PROVED, PROVED), 0),
    ("one agrees", report(PROVED, AGREES), 0),
    ("one refuted", report(PROVED, REFUTED), 1),
    ("refuted as expected", report(PROVED, marked(REFUTED)), 0),
    ("nothing but a refutation as expected", report(marked(REFUTED)), 0),
    ("expected to be refuted, but proved", report(marked(PROVED)), 1),
    ("expected to be refuted, but agrees", report(marked(AGREES)), 1),
    ("expected to be refuted, but unreadable", report(marked(UNREADABLE)), 1),
    ("an expectation that check found not met", report(replace(PROVED, expected=False)), 1),
    ("one more refuted than expected", report(marked(REFUTED), replace(REFUTED, expected=False)), 1),
    ("one unreadable", report(PROVED, UNREADABLE), 3),
    ("an unreadable definition", report(PROVED, diagnostics=(NO_NAME,)), 3),
    ("an unreadable definition and no step", report(diagnostics=(NO_NAME,)), 3),
    ("refuted and unreadable", report(REFUTED, UNREADABLE), 1),
    ("the engines contradict each other", report(PROVED, REFUTED, CONTRADICTED), 4),
    ("no step", report(), 5),
    ("no step, but a note", report(not_checked=(NOT_CHECKED,)), 5),
    ("no document", Report(()), 5),
]


@each(("told", "status"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_exit_status(told: Report, status: int) -> None:
    assert exit_status(told) == status


def test_strict_fails_what_rests_on_inferred_declarations() -> None:
    inferred = replace(PROVED, inferred=("x \\in \\mathbb{R}",))
    assert exit_status(report(PROVED, inferred)) == 0
    assert exit_status(report(PROVED, inferred), strict=True) == 1
    assert exit_status(report(replace(marked(REFUTED), inferred=inferred.inferred)), strict=True) == 1


def test_strict_fails_what_only_agrees() -> None:
    assert exit_status(report(PROVED, AGREES), strict=True) == 1
    assert exit_status(report(AGREES, UNREADABLE), strict=True) == 1
    assert exit_status(report(PROVED), strict=True) == 0


def test_documents_are_judged_together() -> None:
    assert exit_status(Report((*report(PROVED).documents, *report(REFUTED).documents))) == 1
    assert exit_status(Report((*report().documents, *report(PROVED).documents))) == 0
