"""Capitals that are names of their own with a number below: the ``B_1``, ``B_2`` of which a defined ``B`` is made."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NUMBERED = re.compile(r"\s*([A-Z])_\{?\s*(\d)\s*\}?\s*&?\s*:?=\s*(?![\d.\s]+$)\S")
_WHOLE = re.compile(r"(?:^|\\\\|\\begin\{[a-z]+\*?\}|\n)\s*([A-Z])\s*&?\s*:?=")


def numbered_names(formulas: Iterable[str], displays: Iterable[str]) -> frozenset[str]:
    """The letters of two and more such names that the text defines, ``where $B_1 = \\exp(W)$``, beside ``B = …``."""
    numbers: dict[str, set[str]] = {}
    for formula in formulas:
        if (found := _NUMBERED.match(formula)) is not None:
            numbers.setdefault(found[1], set()).add(found[2])
    whole = {letter for display in displays for letter in _WHOLE.findall(display)}
    return frozenset(letter for letter, found in numbers.items() if len(found) > 1 and letter in whole)
