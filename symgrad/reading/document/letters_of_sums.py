"""The letters that the written sums of a document run over, wherever they stand, and the names that have them below."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SUM = re.compile(
    r"\\(?:sum|prod)(?![A-Za-z])(?:\s*\\(?:no)?limits(?![A-Za-z]))?(?:\s*\^\s*(?:\{[^{}]*\}|\\?\w))?\s*_\s*\{?\s*([a-z])(?![A-Za-z])"
)


def letters_of_sums(formulas: Iterable[str]) -> frozenset[str]:
    """The i of ``\\sum_{i=1}^n x_i``."""
    return frozenset(letter for formula in formulas for letter in _SUM.findall(formula))


_ONE_BELOW = re.compile(r"(\\[A-Za-z]+|(?<![A-Za-z\\])[A-Za-z])\s*_\s*(?:\{\s*([a-z])\s*\}|([a-z])(?![A-Za-z]))")


def names_of_samples(formulas: Iterable[str]) -> frozenset[str]:
    """The x of ``\\sum_{i=1}^n x_i``: beside ``for $x > 0$``, it is no one number."""
    out: set[str] = set()
    for formula in formulas:
        letters = letters_of_sums([formula])
        out |= {name for name, braced, bare in _ONE_BELOW.findall(formula) if (braced or bare) in letters}
    return frozenset(out)
