"""What a report format is: a renderer for each kind of report that the format has a form for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from symgrad.checking.verdict import Report
    from symgrad.comparing.findings import Comparison
    from symgrad.gradients.document_gradients import DocumentGradients

Kind = Literal["check", "comparison", "derivations"]
"""What ``symgrad check``, ``compare`` and ``latex`` report."""


@dataclass(frozen=True, slots=True)
class ReportStyle:
    """How a report is shown.

    read: with every step as it was understood; colour: with colours for a terminal; strict: what ``--strict`` lets
    fail is an error.

    A format for which a setting means nothing ignores it.
    """

    read: bool = False
    colour: bool = False
    strict: bool = False


PLAIN = ReportStyle()


@dataclass(frozen=True, slots=True)
class Format:
    """A renderer per kind of report; None where the format has no form for it."""

    check: Callable[[Report, ReportStyle], str] | None = None
    comparison: Callable[[Comparison, ReportStyle], str] | None = None
    derivations: Callable[[DocumentGradients, ReportStyle], str] | None = None
