"""Functions of square matrices with many digits: elimination with the largest pivot, one number at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Rows = list[list[Any]]
TINY = 15
"""A pivot that lies this many digits below the largest entry counts as zero, and the matrix as singular."""
FARTHEST = 40
"""The largest norm of a matrix whose exponential is computed."""
ROOT_STEPS = 60
NEAR_CUT = 3.1
"""The largest argument of an eigenvalue of a matrix whose root is computed; that of negative numbers is ``pi``."""
MOST_SKEWED = 1e6
"""The largest condition number of the eigenvectors of a matrix whose root is computed."""


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


def _product(left: Rows, right: Rows) -> Rows:
    columns = list(zip(*right, strict=True))
    return [[sum(x * y for x, y in zip(row, column, strict=True)) for column in columns] for row in left]


def _identity(mp: Any, size: int) -> Rows:
    return [[mp.mpf(int(a == b)) for b in range(size)] for a in range(size)]


def _largest(rows: Rows) -> Any:
    return max((abs(x) for row in rows for x in row), default=0)


def exponential(mp: Any, rows: Rows) -> Rows | None:
    """The exponential by its series, after the matrix was halved often; None for a large one."""
    size = len(rows)
    norm = size * _largest(rows)
    if norm > FARTHEST:
        return None
    halvings = max(0, int(mp.ceil(mp.log(norm, 2))) if norm else 0) + 8
    with mp.workdps(mp.mp.dps + 15):
        x = [[entry / mp.mpf(2) ** halvings for entry in row] for row in rows]
        term = result = _identity(mp, size)
        k = 0
        while _largest(term) > mp.mpf(10) ** -mp.mp.dps:
            k += 1
            term = [[entry / k for entry in row] for row in _product(term, x)]
            result = [[a + b for a, b in zip(r, t, strict=True)] for r, t in zip(result, term, strict=True)]
        for _ in range(halvings):
            result = _product(result, result)
    return result


def square_root(mp: Any, rows: Rows) -> Rows | None:
    """The principal root: that of the eigenvalues in doubles, refined by Newton's method whose steps are solved for in
    doubles; None for a matrix with an eigenvalue that is real and not positive, or close to one."""
    values, vectors = np.linalg.eig(np.array([[float(x) for x in row] for row in rows]))
    # written so that nan is refused
    if not (np.abs(np.angle(values)) < NEAR_CUT).all() or not np.abs(values).min() * 10**TINY > np.abs(values).max():
        return None
    roots = np.sqrt(values.astype(complex))
    if not np.linalg.cond(vectors) < MOST_SKEWED:
        return None
    back = np.linalg.inv(vectors)
    found = [[mp.mpf(float(x)) for x in row] for row in ((vectors * roots) @ back).real]
    scale = _largest(rows)
    for _ in range(ROOT_STEPS):
        square = _product(found, found)
        left = [[a - b for a, b in zip(r, s, strict=True)] for r, s in zip(rows, square, strict=True)]
        size = _largest(left)
        if size <= scale * mp.mpf(10) ** -(mp.mp.dps - 5):
            return found
        right = back @ np.array([[float(x / size) for x in row] for row in left]) @ vectors
        step = (vectors @ (right / (roots[:, None] + roots)) @ back).real
        found = [
            [a + size * mp.mpf(float(b)) for a, b in zip(r, s, strict=True)] for r, s in zip(found, step, strict=True)
        ]
    return None


def cholesky_factor(mp: Any, rows: Rows) -> Rows | None:
    """The lower triangular factor of the symmetric part; None for a matrix far from symmetric, or not definite."""
    size, scale = len(rows), _largest(rows)
    if any(abs(rows[a][b] - rows[b][a]) > scale * mp.mpf(10) ** -TINY for a in range(size) for b in range(a)):
        return None
    lower = [[mp.mpf(0)] * size for _ in rows]
    for a in range(size):
        for b in range(a + 1):
            left = (rows[a][b] + rows[b][a]) / 2 - sum(lower[a][k] * lower[b][k] for k in range(b))
            if a == b and left <= scale * mp.mpf(10) ** -TINY:
                return None
            lower[a][b] = mp.sqrt(left) if a == b else left / lower[b][b]
    return lower


MATRIX_DIGITS: dict[str, Callable[[Any, Rows], Any]] = {
    "inverse": inverse,
    "determinant": determinant,
    "exponential": exponential,
    "root": square_root,
    "cholesky": cholesky_factor,
}
"""Functions of a matrix, given by its rows; None where they are undefined."""
