"""Functions of positions that a document uses as arrays of their values: ``h(s, a)`` that it differentiates by, and
``f(x)`` that it multiplies like a vector, ``\\theta^\\top f(x)`` below ``\\sum_x``."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAME = r"(?<![A-Za-z\\])(\\[A-Za-z]+|[A-Za-z])"
_LETTERS = r"\(\s*([a-z]'*(?:\s*,\s*[a-z]'*)*)\s*\)"
_CALL = re.compile(rf"{_NAME}\s*{_LETTERS}")
_ANY_CALL = re.compile(rf"{_NAME}\s*\(")
_HEAD = re.compile(rf"(?:^|[&\\]\\|,)\s*{_NAME}\s*{_LETTERS}\s*&?\s*:?=")
_TARGET = re.compile(rf"\\partial\s*{_NAME}\s*{_LETTERS}\s*\}}?\s*(?:\}}|$|[^(\\A-Za-z])")
_BELOW = re.compile(r"\\[dt]?frac\s*\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}\s*\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}")
_TRANSPOSE = r"\^\s*\{?\s*(?:\\top|\\intercal|T)\s*\}?"
_BEHIND = re.compile(rf"{_TRANSPOSE}\s*{_NAME}\s*{_LETTERS}")
_TRANSPOSED = re.compile(rf"{_NAME}\s*{_LETTERS}\s*{_TRANSPOSE}")
_SUMMED = re.compile(r"\\sum(?:\\limits)?\s*_\s*(?:([a-z])(?![a-z])|\{\s*([a-z]'*)\s*\})")


def tables_of_values(formulas: Iterable[str]) -> frozenset[str]:
    """The letters of these functions. None of them is defined, and their arguments are letters everywhere."""
    texts = list(formulas)
    summed = {m[1] or m[2] for text in texts for m in _SUMMED.finditer(text)}
    targets = {m[1] for text in texts for below in _BELOW.findall(text) for m in _TARGET.finditer(below)}
    vectors = {
        m[1]
        for text in texts
        for pattern in (_BEHIND, _TRANSPOSED)
        for m in pattern.finditer(text)
        if summed.intersection(x.strip() for x in m[2].split(","))
    }
    found = targets | vectors
    if not found:
        return frozenset()
    heads = {m[1] for text in texts for m in _HEAD.finditer(text)}
    plain, every = dict[str, int](), dict[str, int]()
    for counts, pattern in ((plain, _CALL), (every, _ANY_CALL)):
        for m in (m for text in texts for m in pattern.finditer(text)):
            counts[m[1]] = counts.get(m[1], 0) + 1
    return frozenset(x for x in found - heads if plain.get(x, 0) == every.get(x, 0))
