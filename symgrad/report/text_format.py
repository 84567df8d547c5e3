"""Reports as text for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symgrad.report import check_text, comparison_text
from symgrad.report.report_format import PLAIN, Format, ReportStyle

if TYPE_CHECKING:
    from symgrad.gradients.document_gradients import DocumentGradients


def derivations(found: DocumentGradients, style: ReportStyle = PLAIN) -> str:
    """The displays, with a blank line between two."""
    return "\n\n".join(found.displays)


TEXT = Format(check_text.render, comparison_text.render, derivations)
