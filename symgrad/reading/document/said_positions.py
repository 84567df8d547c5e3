"""Letters that a text calls one position, *the index of the correct class is $k$*: nothing sums over them."""

from __future__ import annotations

import re

_THE_ONE = r"(?:correct|true|right|target|gold|observed|ground[- ]truth|actual)"
_OF = r"(?:class|label|category|word|token|outcome)"
_CALLED = rf"(?:{_THE_ONE}\s+(?:output\s+|outside\s+)?{_OF}(?:\s+(?:index|label))?)"
_LETTER = r"\$\s{0,2}([a-z])\s{0,2}\$(?!-)"
_NAMES = re.compile(
    rf"\b{_CALLED}\s+(?:(?:is|be|as|has index|has the index|at index|with index)\s+)?(?:class\s+)?{_LETTER}"
    rf"|{_CALLED}\s+(?:is|be)\s+([b-z])(?=[\s,.;])"
    rf"|{_LETTER}\s+(?:is|be|denotes|denote|represents|refers to|being|for|as)\s+"
    rf"(?:the\s+)?(?:index of the\s+|class label of the\s+)?{_CALLED}\b",
    re.IGNORECASE,
)
_ANOTHER = re.compile(
    rf"\b(?:for|if|when|consider)\s+(?:an?\s+|any\s+|every\s+|each\s+|all\s+|the\s+)?(?:other\s+)?"
    rf"(?:incorrect|wrong|false|non-?target|negative|other)\s+{_OF}(?:es)?\s*$",
    re.IGNORECASE,
)


def is_another(before: str) -> bool:
    """True for the words in front of a letter that say it is none of these, *for an incorrect class $j$*."""
    return _ANOTHER.search(before) is not None


def said_positions(text: str) -> frozenset[str]:
    """The letters: ``k`` for *$k$ is the true class*, *the correct class $k$*."""
    return frozenset(found[1] or found[2] or found[3] for found in _NAMES.finditer(text))
