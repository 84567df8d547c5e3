"""What the displays of a document write of samples: ``y_i`` beside ``a x_i + b`` in a sum of squares."""

from __future__ import annotations

import re
from collections.abc import Iterable

_POSITION = re.compile(r"_\s*(?:\{[^{}]*\}|\\?[A-Za-z0-9]+)|\^\s*\{\s*\([^(){}]*\)\s*\}")
_LOOSE = re.compile(r"\\(?:left|right|[bB]ig+[lr]?)(?![A-Za-z])|\\[,;:! ]|[\s{}()\[\]]")
_PLACED = re.compile(r"(\\[A-Za-z]+|[A-Za-z])\}?\s*(?:_|\^\s*\{\s*\()")
_SIDE = re.compile(r"\\\\|&|=")
_SIGN = str.maketrans("+-", "-+")

WrittenSide = tuple[frozenset[str], str]
"""The letters with a position of one side of a display, and the side without positions, brackets and spaces."""


def written_sides(displays: Iterable[str]) -> tuple[WrittenSide, ...]:
    """The sides of displays that have positions."""
    sides = (side for display in displays for side in _SIDE.split(display))
    placed = ((frozenset(_PLACED.findall(side)), side) for side in sides)
    return tuple((letters, _bare(_POSITION.sub("", side))) for letters, side in placed if letters)


def is_fitted(name: str, body: str, sides: Iterable[WrittenSide]) -> bool:
    """True if ``y = a x + b`` in the text says what is fitted, and not what each ``y_i`` is: one side of a display has
    both, ``\\sum_i (y_i - (a x_i + b))^2`` or ``y_i - a x_i - b``.
    """
    plain = _bare(body)
    turned = ("" if plain[:1] in ("-", "+") else "-") + plain.translate(_SIGN)
    return len(plain) > 1 and any(name in letters and (plain in side or turned in side) for letters, side in sides)


def _bare(text: str) -> str:
    return _LOOSE.sub("", text)
