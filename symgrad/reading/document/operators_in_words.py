"""Operators that the prose calls elementwise: ``the symbol $\\circledcirc$ means componentwise multiplication``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from symgrad.reading.document.blocks import Inline
from symgrad.reading.document.sentences import numbered_sentences
from symgrad.reading.tokens.spellings import words

OPERATORS: dict[str, str] = {
    **{name: name for name in words("\\otimes \\star \\bullet \\diamond \\boxdot \\circledcirc \\circledast *")},
    **{"\\ast": "*", "∗": "*", "⊗": "\\otimes", "•": "\\bullet", "⋆": "\\star", "⊛": "\\circledast"},
}
"""The signs that may be called so, as they are written and as tokens."""

_ONE = r"\x00(?P<name>\d+)\x00"
_WORD = r"(?:element|component|entry|point|coordinate)[- ]?wise|Hadamard"
_THE = r"\s*(?:the\s+|an?\s+)?(?:usual\s+)?"
_SAYS = r"\s*(?:(?:operator|symbol|sign)\s+)?(?:is|denotes?|means?|stands\s+for|represents?|indicates?|for|as|[:=(,])"
_PATTERNS = (
    re.compile(rf"{_ONE}{_SAYS}{_THE}(?:{_WORD})", re.IGNORECASE),
    re.compile(
        rf"(?:{_WORD})\s+(?:\w+\s+)?(?:product|multiplication|multiply)\s*[(,]?\s*(?:is\s+)?"
        rf"(?:(?:denoted|written|indicated|represented)\s+)?(?:by\s+|as\s+|with\s+)?(?:the\s+)?(?:symbol\s+)?{_ONE}",
        re.IGNORECASE,
    ),
)
_ANY = re.compile(_WORD, re.IGNORECASE)
_DENIED = re.compile(r"\b(?:not|no|nor|unlike|instead|rather)\b", re.IGNORECASE)


def elementwise_operators(inlines: Sequence[Inline]) -> frozenset[str]:
    """The operators that stand alone in a formula of the text, beside words that call them elementwise."""
    candidates = {i.paragraph for i in inlines if i.content.text.strip() in OPERATORS}
    if not candidates or _ANY.search(inlines[0].content.source.text) is None:
        return frozenset()
    found = set[str]()
    for paragraph in candidates:
        formulas = [i for i in inlines if i.paragraph == paragraph]
        for sentence in numbered_sentences(formulas):
            if _DENIED.search(sentence) is None:
                named = [int(m["name"]) for p in _PATTERNS for m in p.finditer(sentence)]
                found |= {OPERATORS.get(formulas[k].content.text.strip(), "") for k in named}
    return frozenset(found - {""})
