"""What the prose around a formula says of it: that it holds, that a case of it is considered, or neither.

``assuming $\\lambda > 0$`` asserts. ``we never need $\\lVert x \\rVert = 1$``, ``if $a > 0$ were known`` and
``$a > 0$ or $a < 0$`` assert nothing. ``If $i \\neq j$:`` and ``consider the case $o \\neq c$`` hold for the display
that follows and for no other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from symgrad.reading.document.blocks import Inline

Stance = Literal["asserted", "case", "denied"]

FORMULA = "\x00"
"""Stands for a formula in the prose."""
REACH = 600
"""Prose further away than this many characters is not looked at."""

_PARAGRAPH_BEFORE = re.compile(r".*(?:\n[ \t>]*\n|\$\$|\\\]|\\end\{[^}]*\})", re.DOTALL)
_PARAGRAPH_AFTER = re.compile(r"\n[ \t>]*\n|\$\$|\\\[|\\begin\{")
_ABBREVIATION = re.compile(
    r"\b(?:e\.g|i\.e|w\.r\.t|s\.t|resp|cf|eq|fig|sec|etc|viz|a\.s|i\.i\.d|w\.l\.o\.g)\.", re.IGNORECASE
)
_SENTENCE = re.compile(r"[.!?]+(?=\s|$|[\"')])")
_CLAUSE = re.compile(r"[,;:()—]")

_GENERALITY = re.compile(
    r"\bwithout (?:any )?loss of generality\b|\bw\.?l\.?o\.?g\.?|\bno loss\b|\bnot only\b", re.IGNORECASE
)
_SUPPOSING = r"(?:assume|suppose|take|let|set|choose|require)"
_DENIES_BEFORE = re.compile(
    r"\b(?:not|never|no|neither|nor|without|nothing|nobody|none|cannot|hardly|unless|false|wrong|avoids?|avoiding|"
    r"drops?|dropping|instead of|rather than|whether|iff|otherwise|except|contrary|unlike|lacks?|fails?|"
    rf"(?:would|could|might)(?!\s+(?:\w+\s+)?{_SUPPOSING}\b))\b|n['’]t\b",
    re.IGNORECASE,
)
_NOT_ASSUMED = re.compile(
    r"(?:\b(?:not|never|nowhere|nothing|no one|nobody)\b|n['’]t\b)[^\x00;]{0,60}"
    r"\b(?:assum|suppos|requir|need|ask|demand|impl|mean|say|know)[a-z]*\s*(?:that\s*)?$",
    re.IGNORECASE,
)
"""``We do not, in general, assume``: the denial is in an earlier clause than the verb."""
_DENIES_AFTER = re.compile(
    r"^[^\x00]*?(?:\b(?:not|never|false|wrong|fails?|unneeded|unnecessary|optional|were|would)\b|n['’]t\b)",
    re.IGNORECASE,
)
_NOT_OF_THIS = re.compile(r"\b(?:so|then|hence|therefore|which|and|but)\b.*", re.IGNORECASE | re.DOTALL)
"""What follows such a word is said of something else."""
_IF = re.compile(r"\b(?:if|when|whenever|as long as|in case)[\s~]*$", re.IGNORECASE)
_CASE = re.compile(r"\bcases?\b[^\x00.]*$", re.IGNORECASE)
_FOR = re.compile(r"^\W*(?:now |first |next |then )*for[\s~]*$", re.IGNORECASE)
_DEFINES = re.compile(
    r"\b(?:let|where|with|so that|defin\w*|denot\w*|put|set|writ(?:e|ing)|call|gives?|giving|namely|using|outputs?)\b"
    r"[^\x00]*$"
    r"|\b(?:let|where|with|define|put|set|write)\b(?:[^\x00.]*\x00)+[\s,]*(?:and[\s]*)?$",
    re.IGNORECASE,
)
_PLACES = re.compile(
    r"\b(?:at|for|to|that|than|from|if|when|assum\w*|suppos\w*|case|whenever|equation)\s*$", re.IGNORECASE
)
_JOINED = re.compile(r"^[\s,]*(?:and[\s~]*)?$", re.IGNORECASE)
_OR = re.compile(r"^[\s,]*or[\s~]*(?:if[\s~]*|when[\s~]*|that[\s~]*)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Prose:
    """The words of a sentence around one formula."""

    before: str
    after: str
    last: bool
    """True if no other sentence follows in the paragraph."""
    ended: bool
    """True if the sentence ends with a mark of its own, and does not run into a display."""


def stances(formulas: Sequence[Inline]) -> list[Stance]:
    """What the text says of each formula of one paragraph."""
    found = [_stance(_prose(formulas, k)) for k in range(len(formulas))]
    for k in range(1, len(formulas)):
        between = _between(formulas[k - 1], formulas[k])
        if _OR.match(between):
            found[k - 1] = found[k] = "denied"
        elif _JOINED.match(between) and found[k] == "asserted":
            found[k] = found[k - 1]  # `if $a > 0$ and $b > 0$`
    return found


def definers(formulas: Sequence[Inline]) -> list[bool | None]:
    """For each formula: True behind a word that defines, None behind one that does not, False otherwise."""
    out: list[bool | None] = []
    for k in range(len(formulas)):
        before = _prose(formulas, k).before
        clause = re.split(r"[;:()—]", before)[-1]
        plainly = _DEFINES.search(clause)
        out.append(True if plainly else None if _PLACES.search(clause) else False)
    return out


def is_called(formulas: Sequence[Inline], k: int, word: re.Pattern[str]) -> bool:
    """True if the clause that names a formula says the word of it: ``the target $y$ is one-hot``, ``one-hot $y$``."""
    prose = _prose(formulas, k)
    before, after = re.split(r"[;:(—]|\x00", prose.before)[-1], re.split(r"[;:—]|\x00", prose.after)[0]
    return bool(word.search(before) or word.search(after)) and not _DENIES_BEFORE.search(before + after)


def last_cases(formulas: Sequence[Inline]) -> list[int]:
    """The formulas of the paragraph's last sentence that state the case considered in the display behind it."""
    said = stances(formulas)
    return [k for k, stance in enumerate(said) if stance == "case" and _prose(formulas, k).last]


def _stance(prose: Prose) -> Stance:
    before = _CLAUSE.split(_GENERALITY.sub("", prose.before))[-1]
    after = _CLAUSE.split(prose.after)[0]
    if _IF.search(before):
        return "denied" if _DENIES_AFTER.search(after) else "case"
    if (
        _DENIES_BEFORE.search(before)
        or _NOT_ASSUMED.search(prose.before)
        or _DENIES_AFTER.search(_NOT_OF_THIS.sub("", after))
    ):
        return "denied"
    if _CASE.search(before) or (_FOR.search(prose.before) and not prose.ended):
        return "case"
    return "asserted"


def _prose(formulas: Sequence[Inline], k: int) -> Prose:
    """The sentence around a formula, other formulas as marks, abbreviations without their points."""
    content = formulas[k].content
    text = content.source.text
    start, end = max(0, content.start - REACH), min(len(text), content.end + REACH)
    before, after = _masked(formulas, start, content.start), _masked(formulas, content.end, end)
    opening = _PARAGRAPH_BEFORE.match(before)
    before = before[opening.end() :] if opening else before
    closing = _PARAGRAPH_AFTER.search(after)
    after = after[: closing.start()] if closing else after
    marks = list(_SENTENCE.finditer(before))
    before = before[marks[-1].end() :] if marks else before
    stop = _SENTENCE.search(after)
    rest = after[stop.end() :] if stop else ""
    return Prose(before, after[: stop.start()] if stop else after, not rest.strip(), stop is not None)


def _masked(formulas: Sequence[Inline], start: int, end: int) -> str:
    """Text with its formulas as marks and its delimiters of mathematics gone."""
    text = formulas[0].content.source.text
    out, at = [], start
    for inline in formulas:
        span = inline.content
        if start <= span.start and span.end <= end:
            out += [text[at : span.start], FORMULA]
            at = span.end
    out.append(text[at:end])
    masked = _ABBREVIATION.sub(lambda m: m.group().replace(".", ""), "".join(out))
    return re.sub(r"(?<!\$)\$(?!\$)`?|`(?=\$)|\\\(|\\\)", "", masked)


def _between(first: Inline, second: Inline) -> str:
    """The words between two formulas, without the marks of mathematics."""
    text = first.content.source.text[first.content.end : second.content.start]
    return re.sub(r"\$|`|\\\(|\\\)", "", text)
