"""The values of a witness, short enough for a line and exact enough to be used again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

WIDTH = 88


def written(value: Any) -> str:
    """A number with as many digits as it takes to recover it, an array as nested lists, a set in braces.

    >>> written([[1.0, -0.5]]), written(Fraction(1, 3)), written({2, 1})
    ('[[1, -0.5]]', '1/3', '{1, 2}')
    """
    if hasattr(value, "tolist"):  # a NumPy array or number
        value = value.tolist()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(written(item) for item in value) + "]"
    if isinstance(value, set | frozenset):
        return "{" + ", ".join(written(item) for item in sorted(value)) + "}"
    return str(value)


def results(left: float | None, right: float | None) -> tuple[str, str]:
    """The values of the two sides in six digits, or in as many as it takes to tell them apart."""
    short = [written(float(f"{value:.6g}")) if isinstance(value, float) else written(value) for value in (left, right)]
    return (short[0], short[1]) if short[0] != short[1] else (written(left), written(right))


def sizes(named: Mapping[str, int]) -> str:
    """``D = 3, W = 5``"""
    return ", ".join(f"{name} = {size}" for name, size in named.items())


def shortened(text: str, width: int = WIDTH) -> str:
    """A text on one line; if it is too long, its middle is left out."""
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width * 2 // 3]} … {line[-width // 3 + 3 :]}"


def wrapped(items: Sequence[str], width: int = WIDTH) -> list[str]:
    """The items, separated by commas, on as few lines as the width allows. An item is never broken."""
    lines: list[str] = []
    for item in items:
        if lines and len(lines[-1]) + len(item) + 2 <= width:
            lines[-1] += f", {item}"
        else:
            if lines:
                lines[-1] += ","
            lines.append(item)
    return lines


def abridged(items: Sequence[str], width: int = WIDTH) -> list[str]:
    """As many of the items as fit on one line, and how many more there are; no line for none."""
    shown = next((k for k in range(len(items), 1, -1) if len(wrapped(items[:k], width)) == 1), 1)
    more = f" and {len(items) - shown} more" if len(items) > shown else ""
    return [", ".join(items[:shown]) + more] if items else []
