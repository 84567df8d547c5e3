"""Matrices that equal their transposes, by the assumptions of a document or by how they are computed."""

from __future__ import annotations

from collections.abc import Iterable

from symgrad.calculus.differentiate import resolve
from symgrad.core.claims import Assumption, Claim
from symgrad.core.matrix_functions import halves
from symgrad.core.nodes import Lam, free_indices
from symgrad.core.ranges import Index
from symgrad.core.substitute import substitute
from symgrad.proving.proof import Prover

SECONDS = 1.0
"""Processor time of one proof."""


class SymmetricMatrices:
    """Tells which matrices are symmetric, each by one proof."""

    def __init__(self, assumptions: Iterable[Assumption] = ()) -> None:
        self.assumptions = tuple(assumptions)
        self.prover = Prover()
        self.known: dict[Lam, bool] = {}

    def __call__(self, matrix: Lam) -> bool:
        """True if the entries of a matrix, its transpose being ``M_ba``, are proved to be ``M_ab = M_ba``."""
        if matrix not in self.known:
            (row,), (column,) = halves(matrix)
            left = resolve(matrix.body)
            right = substitute(left, {row: column, column: row})
            free = tuple(dict.fromkeys((row, column, *(i for i in free_indices(left) if isinstance(i, Index)))))
            claim = Claim(left, right, free, self.assumptions)
            self.known[matrix] = self.prover.prove(claim, seconds=SECONDS) is not None
        return self.known[matrix]
