"""The sentences around formulas and displays: formulas as marks, abbreviations without their points."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from symgrad.reading.document.blocks import Display, Inline

FORMULA = "\x00"
"""Stands for a formula in the prose."""
REACH = 600
"""Prose further away than this many characters is not looked at."""

_BEFORE = re.compile(
    r".*(?:\n[ \t>]*\n|\$\$|\\\]|\\end\{[^}]*\}|\\begin\{[^}]*\}|\\(?:sub)*(?:section|paragraph)\*?\{[^}]*\}|\\item\b"
    r"|(?:^|\n)[ \t>]*(?:[-+*]|[0-9]+[.)])[ \t]|(?:^|\n)[ >]*#{1,6}[ \t][^\n]*\n|\n(?:=+|-+)[ \t]*\n)",
    re.DOTALL,
)
"""Up to the start of the paragraph or list item, which may stand right below a heading."""
_ITEM = re.compile(r"[ \t>]*(?:[-+*]|[0-9]+[.)]|\(?[a-z0-9]\))[ \t]")
_SUPPOSES = re.compile(
    r"\b(?:if|when|whenever|provided(?: that)?|as long as)\b(?:(?!\b(?:then|we|it)\b)[^,;:.]){0,40}[:,]?\s*$",
    re.IGNORECASE,
)
"""What leads to a list of conditions: ``If``, ``when the following hold:``"""
_AFTER = re.compile(r"\n[ \t>]*\n|\$\$|\\\[|\\begin\{|\\end\{|\\item\b|\n[ \t>]*(?:[-+*]|[0-9]+[.)])[ \t]")
_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|w\.r\.t|s\.t|resp|cf|eq|fig|sec|etc|viz|a\.s|i\.i\.d|w\.l\.o\.g)\.", re.IGNORECASE
)
_END = re.compile(r"[.!?]+(?=\s|$|[\"')*_])")
_GOES_ON = re.compile(
    r"[\s*_]*(?:(?:then|hence|so|thus|therefore|in this case|in that case)\b[^.!?]*)?$", re.IGNORECASE
)
_DELIMITER = re.compile(r"(?<!\$)\$(?!\$)`?|`(?=\$)|\\\(|\\\)")
_WRITTEN = re.compile(r"(?<!\$)\$(?!\$)[^$]*\$|\\\(.*?\\\)", re.DOTALL)

ONE = r"\x00\d+\x00"
NAMES = rf"(?P<names>{ONE}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+){ONE}){{0,7}})"
"""The mark of a formula in a numbered sentence, and those of a list of names."""


@dataclass(frozen=True, slots=True)
class Prose:
    """The words of a sentence around one formula."""

    before: str
    after: str
    last: bool
    """True if no other sentence follows in the paragraph, but for the start of one that goes on: ``Then``."""
    ended: bool
    """True if the sentence ends with a mark of its own, and does not run into a display."""
    asked: bool = False
    """True if it ends with a question mark."""
    following: str = ""
    """The rest of the paragraph."""


def proses(formulas: Sequence[Inline]) -> list[Prose]:
    """The words around each formula of one paragraph."""
    starts = [inline.content.start for inline in formulas]
    return [_prose(formulas, starts, k) for k in range(len(formulas))]


def sentence_before(display: Display) -> str:
    """The sentence that runs into a display."""
    start = display.full.start
    return _last_sentence(_WRITTEN.sub(FORMULA, display.full.source.text[max(0, start - REACH) : start]))


def between(first: Inline, second: Inline) -> str:
    """The words between two formulas, without the marks of mathematics."""
    return _DELIMITER.sub("", first.content.source.text[first.content.end : second.content.start])


def _prose(formulas: Sequence[Inline], starts: Sequence[int], k: int) -> Prose:
    """The sentence around a formula, other formulas as marks."""
    content = formulas[k].content
    text = content.source.text
    start, end = max(0, content.start - REACH), min(len(text), content.end + REACH)
    first, last = bisect_left(starts, start), bisect_left(starts, end)
    before = _lead(text, content.start) + _last_sentence(_masked(text, formulas[first:k], start, content.start))
    after = _without_points(_masked(text, formulas[k + 1 : last], content.end, end))
    closing = _AFTER.search(after)
    after = after[: closing.start()] if closing else after
    stop = _END.search(after)
    rest = after[stop.end() :] if stop else ""
    asked = stop is not None and "?" in stop.group()
    return Prose(
        before, after[: stop.start()] if stop else after, bool(_GOES_ON.match(rest)), stop is not None, asked, rest
    )


def _lead(text: str, at: int) -> str:
    """The words in front of a list of conditions, for a place in one of its items: ``If`` for ``- $a = 2 b$``."""
    lines = text[max(0, at - REACH) : at].split("\n")
    if _ITEM.match(lines[-1]) is None:
        return ""
    above = next((line for line in reversed(lines) if line.strip() and _ITEM.match(line) is None), "")
    found = _SUPPOSES.search(_WRITTEN.sub(FORMULA, above))
    return f"{found.group().rstrip(' :,')} " if found is not None else ""


def _last_sentence(text: str) -> str:
    """What stands behind the last mark at the end of a sentence, in the same paragraph."""
    text = _without_points(text).rstrip(" \t\n>")
    opening = _BEFORE.match(text)
    text = text[opening.end() :] if opening else text
    marks = list(_END.finditer(text))
    return text[marks[-1].end() :].lstrip("\"')*_ \t\n") if marks else text


def _masked(text: str, formulas: Sequence[Inline], start: int, end: int) -> str:
    """Text with its formulas as marks and its delimiters of mathematics gone."""
    out, at = [], start
    for inline in formulas:
        span = inline.content
        if start <= span.start and span.end <= end:
            out += [text[at : span.start], FORMULA]
            at = span.end
    out.append(text[at:end])
    return _DELIMITER.sub("", "".join(out))


@lru_cache(2048)
def _without_points(text: str) -> str:
    """Abbreviations without their points, which end no sentence."""
    return _ABBREVIATION.sub(lambda m: m.group().replace(".", ""), text)


def numbered_sentences(formulas: Sequence[Inline]) -> list[str]:
    """The sentences of a paragraph in which its formulas stand, each formula as its number between two marks."""
    if not formulas:
        return []
    text = formulas[0].content.source.text
    start, end = max(0, formulas[0].content.start - REACH), min(len(text), formulas[-1].content.end + REACH)
    opening = _BEFORE.match(text[start : formulas[0].content.start])
    out, at = [], start + opening.end() if opening else start
    for number, inline in enumerate(formulas):
        out += [text[at : inline.content.start], f"{FORMULA}{number}{FORMULA}"]
        at = inline.content.end
    closing = _AFTER.search(text, at, end)
    out.append(text[at : closing.start() if closing else end])
    return _END.split(_without_points(_DELIMITER.sub("", "".join(out))))
