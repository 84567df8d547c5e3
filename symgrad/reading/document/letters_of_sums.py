"""The letters that the written sums of a document run over, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SUM = re.compile(
    r"\\(?:sum|prod)(?![A-Za-z])(?:\s*\\(?:no)?limits(?![A-Za-z]))?(?:\s*\^\s*(?:\{[^{}]*\}|\\?\w))?\s*_\s*\{?\s*([a-z])(?![A-Za-z])"
)


def letters_of_sums(formulas: Iterable[str]) -> frozenset[str]:
    """The i of ``\\sum_{i=1}^n x_i``."""
    return frozenset(letter for formula in formulas for letter in _SUM.findall(formula))
