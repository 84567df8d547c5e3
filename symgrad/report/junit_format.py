"""JUnit's XML, which every service for continuous integration reads: one test case a step, one suite a document.

A refuted step is a failure, an unreadable one an error. What is unreadable outside of steps, and no step waits for, has
a test case of its own. No times are given: they would be others in every run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from symgrad.report.problems import (
    INFERRED,
    ListedProblem,
    finding,
    is_shown,
    placed,
    problems_of,
    problems_of_comparison,
)
from symgrad.report.report_format import PLAIN, Format, ReportStyle
from symgrad.report.summary import waiting

if TYPE_CHECKING:
    from symgrad.checking.verdict import DocumentReport, Report, Step
    from symgrad.comparing.findings import Comparison

UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""

Case = tuple[str, str, int, str, tuple[ListedProblem, ...]]
"""A test case: its class, its name, its line, what it came to (``failure``, ``error`` or nothing), and the problems."""


def check(report: Report, style: ReportStyle = PLAIN) -> str:
    return _written([(document.path, _cases(document, style.strict)) for document in report.documents])


def comparison(found: Comparison, style: ReportStyle = PLAIN) -> str:
    """One test case for the cost and one for each gradient."""
    wrong = iter(problems_of_comparison(found))
    path, line = found.place or (found.path, 1)
    cases: list[Case] = []
    for one in found.findings:
        name = f"{found.function}::{one.argument or one.name}"
        differs = one.verdict != "right"
        cases.append((path, name, line, "failure" * differs, (next(wrong),) if differs else ()))
    cases += [(path, found.function, line, "error", (one,)) for one in wrong]
    return _written([(path, cases)])


def _cases(document: DocumentReport, strict: bool) -> list[Case]:
    found = problems_of(document, strict=strict)
    waited_for = waiting(document)
    inside = {step.cause for step in document.steps if step.cause and step.has_own_reason}
    cases = [_case(step, document, found, strict) for step in document.steps]
    for diagnostic in document.diagnostics:
        if diagnostic.severity == "error" and diagnostic not in inside and diagnostic not in waited_for:
            one = placed(diagnostic.code, diagnostic.message, "error", diagnostic.span, document.path)
            details = (f"help: {diagnostic.remedy}",) if diagnostic.remedy else ()
            cases.append((document.path, _name(one), one.line, "error", (_with(one, details),)))
    return cases


def _case(step: Step, document: DocumentReport, found: Sequence[ListedProblem], strict: bool) -> Case:
    at = placed("", "", "note", step.span, document.path)
    own = [one for one in found if one.step is step and one.severity == "error"]
    if step.cause is not None:
        code, words = finding(step)
        waits = placed(code, words, "error", step.cause.span, document.path)
        own = [_with(waits, (f"{step.left} = {step.right}", f"waits for {waits.place}"))]
    outcome = "" if not own else "error" if step.verdict == "unreadable" and is_shown(step) else "failure"
    if own and own[0].code == INFERRED:
        outcome = "failure"
    return document.path, _name(at), at.line, outcome, tuple(own)


def _with(one: ListedProblem, details: tuple[str, ...]) -> ListedProblem:
    return replace(one, details=details)


def _name(one: ListedProblem) -> str:
    """``path::line``, in a notebook ``path::cell N:line``."""
    return f"{one.path}::" + ("" if one.cell is None else f"cell {one.cell}:") + str(one.line)


def _written(suites: Sequence[tuple[str, Sequence[Case]]]) -> str:
    every = [case for _, cases in suites for case in cases]
    lines = ['<?xml version="1.0" encoding="utf-8"?>', f'<testsuites name="symgrad"{_counts(every)}>']
    for name, cases in suites:
        lines.append(f"  <testsuite name={_quoted(name)}{_counts(cases)}>")
        lines += [line for case in cases for line in _lines(case)]
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _counts(cases: Sequence[Case]) -> str:
    outcomes = [case[3] for case in cases]
    failures, errors = outcomes.count("failure"), outcomes.count("error")
    return f' tests="{len(cases)}" failures="{failures}" errors="{errors}" skipped="0"'


def _lines(case: Case) -> list[str]:
    path, name, line, outcome, problems = case
    head = f'    <testcase classname={_quoted(path)} name={_quoted(name)} file={_quoted(path)} line="{line}"'
    if not outcome:
        return [f"{head}/>"]
    first = problems[0]
    text = escape(_clean("\n".join(_told(one) for one in problems)))
    said = f"      <{outcome} type={_quoted(first.code)} message={_quoted(first.message)}>{text}</{outcome}>"
    return [f"{head}>", said, "    </testcase>"]


def _told(one: ListedProblem) -> str:
    return "\n".join((f"{one.place}: {one.code} {one.message}", *one.details))


def _clean(text: str) -> str:
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _quoted(text: str) -> str:
    return quoteattr(_clean(text))


JUNIT = Format(check, comparison)
