"""Workflow commands, which GitHub shows as annotations: ``::error file=PATH,line=L,col=C,title=CODE::message``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from symgrad.report.problems import ListedProblem, problems, problems_of_comparison
from symgrad.report.report_format import PLAIN, Format, ReportStyle

if TYPE_CHECKING:
    from symgrad.checking.verdict import Report
    from symgrad.comparing.findings import Comparison


def check(report: Report, style: ReportStyle = PLAIN) -> str:
    return _commands(problems(report, strict=style.strict))


def comparison(found: Comparison, style: ReportStyle = PLAIN) -> str:
    return _commands(problems_of_comparison(found))


def _commands(found: Sequence[ListedProblem]) -> str:
    return "".join(f"{_command(one)}\n" for one in found)


def _command(one: ListedProblem) -> str:
    """A notebook's lines count inside of its cells, which the message names."""
    cell = "" if one.cell is None else f"cell {one.cell}, line {one.line}: "
    text = "\n".join((cell + one.message, *one.details))
    path = one.path.replace(os.sep, "/")
    return (
        f"::{one.severity} file={_property(path)},line={one.line},col={one.column},title={_property(one.code)}"
        f"::{_data(text)}"
    )


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


GITHUB = Format(check, comparison)
