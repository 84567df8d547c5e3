"""The verdicts as they are marked on a page: by a shape, a word and a colour, never by a colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from symgrad.report.summary import failed_expectation, refuted_as_expected

if TYPE_CHECKING:
    from symgrad.checking.verdict import Step


@dataclass(frozen=True, slots=True)
class Mark:
    """A kind of ruling: its name in style sheets, its shape and its word."""

    kind: str
    shape: str
    word: str


PROVED = Mark("proved", "✓", "proved")
AGREES = Mark("agrees", "≈", "agrees")
REFUTED = Mark("refuted", "✗", "refuted")
UNREADABLE = Mark("unreadable", "?", "unread")
EXPECTED = Mark("expected", "⊘", "expected")
UNEXPECTED = Mark("unexpected", "!", "unexpected")
MARKS = (REFUTED, UNEXPECTED, UNREADABLE, AGREES, EXPECTED, PROVED)
"""What needs a look first comes first."""
PROBLEMS = (REFUTED, UNEXPECTED, UNREADABLE)


def mark_of(step: Step) -> Mark:
    """The mark of a step. A refutation that was expected has one of its own, and so has one that did not come."""
    if failed_expectation(step):
        return UNEXPECTED
    if refuted_as_expected(step):
        return EXPECTED
    return {"proved": PROVED, "agrees": AGREES, "refuted": REFUTED}.get(step.verdict, UNREADABLE)
