"""SARIF 2.1.0: problems alone, with fingerprints and fixes, as services for code scanning read it.

A region counts lines and columns in the file. The file of a notebook has other lines than its cells, so that the place
inside of a cell stands in the message.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from symgrad.report.problems import ListedProblem, problems, problems_of_comparison
from symgrad.report.report_format import PLAIN, Format, ReportStyle
from symgrad.text.codes import codes, lesson, without_links
from symgrad.text.version import installed_version

if TYPE_CHECKING:
    from symgrad.checking.verdict import Report
    from symgrad.comparing.findings import Comparison
    from symgrad.text.source import Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "symgradProblem/v1"
LEVELS = {"error": "error", "warning": "warning", "note": "note"}


def check(report: Report, style: ReportStyle = PLAIN) -> str:
    return _written(problems(report, strict=style.strict))


def comparison(found: Comparison, style: ReportStyle = PLAIN) -> str:
    return _written(problems_of_comparison(found))


def _written(found: Sequence[ListedProblem]) -> str:
    used = sorted({one.code for one in found})
    position = {code: k for k, code in enumerate(used)}
    driver = {
        "name": "symgrad",
        "version": installed_version(),
        "rules": [_rule(code) for code in used],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, position) for one in found],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, allow_nan=False) + "\n"


def _rule(code: str) -> dict[str, Any]:
    if code not in codes():
        return {"id": code}
    found = lesson(code)
    return {
        "id": code,
        "shortDescription": {"text": found.title},
        "fullDescription": {"text": without_links(found.explanation)},
        "help": {"text": without_links(found.remedy)},
        "defaultConfiguration": {"level": LEVELS[found.severity]},
    }


def _result(one: ListedProblem, position: dict[str, int]) -> dict[str, Any]:
    cell = "" if one.cell is None else f"cell {one.cell}, line {one.line}: "
    related = [_related(span, words, k) for k, (span, words) in enumerate(one.labels)]
    fixes = [fix for fix in [_fix(one)] if fix]
    return {
        "ruleId": one.code,
        "ruleIndex": position[one.code],
        "level": LEVELS[one.severity],
        "message": {"text": "\n".join((cell + one.message, *one.details))},
        "locations": [{"physicalLocation": _physical(one)}],
        **({"relatedLocations": related} if related else {}),
        "partialFingerprints": {FINGERPRINT: one.fingerprint},
        **({"fixes": fixes} if fixes else {}),
    }


def _physical(one: ListedProblem) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _artifact(one.path)}
    if one.cell is None:
        place["region"] = _region(one.line, one.column, one.end_line, one.end_column)
    return place


def _region(line: int, column: int, end_line: int, end_column: int) -> dict[str, int]:
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _related(span: Span, words: str, number: int) -> dict[str, Any]:
    shown = span.shown
    place: dict[str, Any] = {"artifactLocation": _artifact(shown.source.path)}
    if shown.source.cell is None:
        place["region"] = _region(span.line, span.column, span.end_line, span.end_column)
    return {"id": number, "physicalLocation": place, "message": {"text": words or "beside this"}}


def _fix(one: ListedProblem) -> dict[str, Any] | None:
    """The text that mends the problem in place of what stands there, if that is known."""
    edit = one.edit
    if edit is None:
        return None
    shown = edit.span.shown
    if shown.source.cell is not None:
        return None
    region = _region(edit.span.line, edit.span.column, edit.span.end_line, edit.span.end_column)
    replacement = {"deletedRegion": region, "insertedContent": {"text": edit.text}}
    change = {"artifactLocation": _artifact(shown.source.path), "replacements": [replacement]}
    return {"description": {"text": edit.said}, "artifactChanges": [change]}


def _artifact(path: str) -> dict[str, str]:
    """A path as a URI: relative to the folder of the run, or absolute."""
    if os.path.isabs(path):
        return {"uri": Path(path).as_uri()}
    return {"uri": quote(path.replace(os.sep, "/")), "uriBaseId": "%SRCROOT%"}


SARIF = Format(check, comparison)
