"""Functions of square matrices with many digits: elimination with the largest pivot, one number at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Rows = list[list[Any]]
TINY = 15
"""A pivot that lies this many digits below the largest entry counts as zero, and the matrix as singular."""


def _eliminated(mp: Any, rows: Rows, beside: Rows, least: Any) -> Any:
    """The determinant, while ``beside`` becomes the inverse times what it was; 0 if no pivot exceeds ``least``."""
    size = len(rows)
    rows = [list(r) for r in rows]
    determinant = mp.mpf(1)
    for k in range(size):
        pivot = max(range(k, size), key=lambda r: abs(rows[r][k]))
        if abs(rows[pivot][k]) <= least:
            return mp.mpf(0)
        if pivot != k:
            rows[k], rows[pivot] = rows[pivot], rows[k]
            beside[k], beside[pivot] = beside[pivot], beside[k]
            determinant = -determinant
        determinant *= rows[k][k]
        for r in range(size):
            if r != k and rows[r][k]:
                factor = rows[r][k] / rows[k][k]
                rows[r] = [x - factor * y for x, y in zip(rows[r], rows[k], strict=True)]
                beside[r] = [x - factor * y for x, y in zip(beside[r], beside[k], strict=True)]
    for k in range(size):
        beside[k] = [x / rows[k][k] for x in beside[k]]
    return determinant


def inverse(mp: Any, rows: Rows) -> Rows | None:
    """The inverse, or None for a matrix that is singular or close to it."""
    beside = [[mp.mpf(int(a == b)) for b in range(len(rows))] for a in range(len(rows))]
    least = max((abs(x) for r in rows for x in r), default=mp.mpf(0)) * mp.mpf(10) ** -TINY
    return beside if _eliminated(mp, rows, beside, least) else None


def determinant(mp: Any, rows: Rows) -> Any:
    """The determinant."""
    return _eliminated(mp, rows, [[] for _ in rows], mp.mpf(0))


MATRIX_DIGITS: dict[str, Callable[[Any, Rows], Any]] = {"inverse": inverse, "determinant": determinant}
"""Functions of a matrix, given by its rows; None where they are undefined."""
