"""Vectors that the text calls one-hot, wherever it does: behind the steps that rest on it, too."""

from __future__ import annotations

import re
from collections.abc import Sequence

from symgrad.reading.document.blocks import Inline

REACH = 60
"""Characters around a formula that are looked at."""
ONE_HOT = re.compile(r"(?<!non-)(?<!non )\bone-?\s?hot\b", re.IGNORECASE)
_BEFORE = re.compile(r"\bone-?\s?hot\b[^.!?$]{0,40}\$?$", re.IGNORECASE)
_BEHIND = re.compile(r"\$?[^.!?$]{0,20}\bone-?\s?hot\b", re.IGNORECASE)
_NEGATED = re.compile(r"\b(?:not|no|non|never|unless|if|whether)\b[^.!?]*$|\bnot\b", re.IGNORECASE)


def late_one_hots(inlines: Sequence[Inline]) -> tuple[Inline, ...]:
    """The formulas beside which the word stands, one for each text."""
    if not inlines or ONE_HOT.search(inlines[0].content.source.text) is None:
        return ()
    found: dict[str, Inline] = {}
    for inline in inlines:
        text, start, end = inline.content.source.text, inline.content.start, inline.content.end
        before, behind = _BEFORE.search(text[max(0, start - REACH) : start]), _BEHIND.match(text[end : end + REACH])
        sentence = re.split(r"[.!?]\s", text[max(0, start - REACH) : start])[-1] + (behind.group() if behind else "")
        if (before is not None or behind is not None) and _NEGATED.search(sentence) is None:
            found.setdefault(inline.content.text.strip(), inline)
    return tuple(found.values())
