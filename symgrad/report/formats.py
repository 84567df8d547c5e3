"""The table of report formats, used by every command that has ``--format``.

A new format is a module of this package that makes a `Format`, and a row of the table.
"""

from __future__ import annotations

from symgrad.report.concise_format import CONCISE
from symgrad.report.github_format import GITHUB
from symgrad.report.json_format import JSON
from symgrad.report.junit_format import JUNIT
from symgrad.report.report_format import Format, Kind
from symgrad.report.sarif_format import SARIF
from symgrad.report.text_format import TEXT

FORMATS: dict[str, Format] = {
    "text": TEXT,
    "concise": CONCISE,
    "json": JSON,
    "junit": JUNIT,
    "sarif": SARIF,
    "github": GITHUB,
}


def formats_of(kind: Kind) -> list[str]:
    """The formats that have a form for this kind of report, the default first."""
    return [name for name, found in FORMATS.items() if getattr(found, kind) is not None]
