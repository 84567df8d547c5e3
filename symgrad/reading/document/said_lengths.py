"""Lengths and totals in words: ``unit vectors $u$ and $v$``, ``$w$ has norm 2``, ``the $p_i$ add up to $M$``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from symgrad.reading.document.assertions import Stance, is_undenied, stance_of_words
from symgrad.reading.document.blocks import Inline
from symgrad.reading.document.sentences import NAMES, ONE, Prose, numbered_sentences
from symgrad.text.source import Span

_UNIT = r"unit[ -](?:normal |direction |column |row |feature )?vectors?\b"
_BE = r"(?:is|are|(?:to\s+)?be|being)"
_NOT = r"(?:(?:need|do|does|must|may|might)\s+not\s+)?"
_HAS = rf"\s+(?:(?:both|all|each)\s+)?{_NOT}(?:{_BE}\s+of|(?:to\s+)?ha(?:s|ve|ving)|with|of)\s+(?:an?\s+)?"
_SIZE = r"(?:Euclidean\s+)?(?P<word>length|norm|magnitude|\$?L_?2\$?[ -]norm|2-norm)"
_VALUE = rf"(?P<value>\d+|one|two|three|four|{ONE})"
_NOT_OF = r"(?<!\bof )(?<!\bto )(?<!\bby )(?<!\bfrom )"
_LENGTHS = tuple(
    re.compile(p, re.IGNORECASE)
    for p in (
        rf"{_NOT_OF}{NAMES}(?:\s+for\s+(?:all\s+|each\s+)?{ONE})?(?:\s*,)?\s+{_BE}\s+(?:(?:both|all|an?|the|two|not)\s+)*{_UNIT}",
        rf"{_NOT_OF}{NAMES},\s+(?:both\s+|all\s+|an?\s+)?{_UNIT}",
        rf"\b{_UNIT}\s+{NAMES}",
        rf"{_NOT_OF}{NAMES}{_HAS}unit[ -]{_SIZE}",
        rf"{_NOT_OF}{NAMES}{_HAS}{_SIZE}\s+(?:equal\s+to\s+)?{_VALUE}",
    )
)
_TOTALS = re.compile(
    rf"{_NOT_OF}{NAMES}\s+(?:(?:now|must|all|to)\s+)?(?:sums?|adds?(?:\s+up)?)\s+to\s+{_VALUE}", re.IGNORECASE
)

_FOR = re.compile(r"\W*for\b", re.IGNORECASE)
"""``For unit vectors``: until the text turns, not for one display alone."""


@dataclass(frozen=True, slots=True)
class SaidLength:
    """``\\lVert w \\rVert`` or ``\\sum_i p_i`` and its value, which is empty if it is any other one than 1."""

    name: str
    total: bool
    value: str
    stance: Stance
    place: Span


def said_lengths(formulas: Sequence[Inline], prose: Sequence[Prose]) -> list[SaidLength]:
    """What the words of one paragraph say of the lengths and totals of its names."""
    out: list[SaidLength] = []
    for sentence in numbered_sentences(formulas):
        plain = re.sub(r"[~*`\s]+", " ", sentence)
        for pattern in (*_LENGTHS, _TOTALS):
            for match in pattern.finditer(plain):
                out += _said(match, formulas, prose, pattern is _TOTALS)
    return out


def _said(match: re.Match[str], formulas: Sequence[Inline], prose: Sequence[Prose], total: bool) -> list[SaidLength]:
    """The names that one match speaks of. ``A vector $w$ of length $n$`` gives a dimension and no norm."""
    given = match.groupdict()
    value = given.get("value") or "1"
    if value.startswith("\x00"):
        if (given.get("word") or "").lower() == "length":
            return []
        value = formulas[int(value.strip("\x00"))].content.text.strip()
    numbers = [int(n) for n in re.findall(r"\d+", match["names"])]
    texts = [re.split(r"\\in(?![a-z])|∈", formulas[n].content.text)[0] for n in numbers]
    names = [part.strip() for text in texts for part in text.split(",")]
    said = prose[numbers[0]]
    stance = "denied" if re.search(r"\bnot\b", match[0]) or not is_undenied(said) else stance_of_words(said)
    if stance == "case" and _FOR.match(said.before):
        stance = "passing"
    place = formulas[numbers[0]].content
    return [SaidLength(name, total, "1" if value in ("1", "one") else "", stance, place) for name in names]
