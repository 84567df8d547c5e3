"""One line a problem, ``path:line:column: CODE message``, as editors and the tools of a shell read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from symgrad.report.problems import ListedProblem, problems, problems_of_comparison
from symgrad.report.report_format import PLAIN, Format, ReportStyle

if TYPE_CHECKING:
    from symgrad.checking.verdict import Report
    from symgrad.comparing.findings import Comparison


def check(report: Report, style: ReportStyle = PLAIN) -> str:
    return _lines(problems(report, strict=style.strict))


def comparison(found: Comparison, style: ReportStyle = PLAIN) -> str:
    return _lines(problems_of_comparison(found))


def _lines(found: Sequence[ListedProblem]) -> str:
    return "".join(f"{one.place}: {one.code} {one.message}\n" for one in found)


CONCISE = Format(check, comparison)
