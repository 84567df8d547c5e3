"""Matrices that the sentence behind a display calls symmetric: *$$ … $$ where $H$ and $R$ are symmetric*."""

from __future__ import annotations

import re

_FORMULA = r"\$[^$\n]{1,60}\$"
_BEHIND = re.compile(
    r"[\s.,;$]*(?:where|with|since|because|as|for|here)\s+(?:both\s+|the\s+(?:covariance\s+)?matri(?:x|ces)\s+)?"
    rf"({_FORMULA}(?:(?:\s*,\s*|\s*,?\s+and\s+){_FORMULA})*)\s+(?:(?:is|are|being)\s+)?(?:both\s+|all\s+|an?\s+|real\s+)*"
    r"symmetric(?:al)?\b",
    re.IGNORECASE,
)


def symmetric_behind(text: str) -> tuple[int, int]:
    """Where the formulas stand that the text behind a display calls symmetric in its first words; (0, 0) if none."""
    found = _BEHIND.match(text)
    return found.span(1) if found is not None else (0, 0)
