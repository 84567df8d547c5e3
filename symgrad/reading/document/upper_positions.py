"""Whether a document writes positions above the line, ``S^{ij} = Q^{ia} K^{ja}``."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORDS = re.compile(r"\\(?:text|mathrm|operatorname|textrm|textbf|label|tag|mbox|begin|end)\s*\*?\{[^{}]*\}")
_RAISED = re.compile(r"(\\?[A-Za-z]+|[\])}0-9])\s*\^\s*\{\s*([a-z](?:\s*[a-z])+)\s*\}")
_SCRIPT = re.compile(r"[_^]\s*(?:\{[^{}]*\}|\\[A-Za-z]+|\w)")
_LETTER = re.compile(r"(?<![A-Za-z\\])[a-z](?![A-Za-z])|(?<=\})[a-z]")


_LABELS = frozenset(("in", "th", "st", "nd", "rd", "to", "tr", "te", "hh", "ih", "xh", "hy"))


def upper_positions(formulas: Iterable[str]) -> frozenset[str]:
    """The letters that stand above the line as positions; none if these may be exponents or labels.

    Two names and more have pairs of letters above, different ones that share a letter, and no such letter is a number
    anywhere.
    """
    raised: dict[str, set[str]] = {}
    beside: set[str] = set()
    for text in (f for f in formulas if len(f.strip()) > 1):  # `the index $i$` says nothing
        text = _WORDS.sub(" ", text)
        for base, above in _RAISED.findall(text):
            raised.setdefault(base, set()).add("".join(above.split()))
        beside |= set("".join(_LETTER.findall(_SCRIPT.sub(" ", text))))
    above = {pair for pairs in raised.values() for pair in pairs}
    letters = frozenset(x for pair in above for x in pair)
    shared = any(set(a) & set(b) for a in above for b in above if a < b)
    plain = all(len(pair) == 2 for pair in above) and above.isdisjoint(_LABELS)
    numbers = [base for base in raised if base in "])}e" or base.isdigit()]
    holds = len(raised) > 1 and shared and plain and not numbers and beside.isdisjoint(letters)
    return letters if holds else frozenset()
