"""A report as text for other eyes and programs: one module a format, and this table of them.

A format is a function ``render(report, read=…, colour=…) -> str``. A new one is a module and a row here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from symgrad.checking.verdict import Report


class Render(Protocol):
    """Show a report. ``read``: with every step as it was understood. ``colour``: for a terminal that has them."""

    def __call__(self, report: Report, *, read: bool = False, colour: bool = False) -> str: ...


def _text() -> Render:
    from symgrad.report.text import render

    return render


def _json() -> Render:
    from symgrad.report.json_format import render

    return render


FORMATS: dict[str, Callable[[], Render]] = {"text": _text, "json": _json}
