"""Symmetric matrices and their inverses: ``S`` and ``S^{-1}`` where the rules give ``S^\\top`` and ``S^{-\\top}``."""

from __future__ import annotations

from symgrad.core.claims import Assumption, Claim
from symgrad.core.matrix_functions import MATRIX_FUNCTIONS
from symgrad.core.nodes import Expr, Lam, MatrixFunction, position_key
from symgrad.core.ranges import Index
from symgrad.core.substitute import substitute
from symgrad.gradients.document_style import assumed_symmetric
from symgrad.proving.proof import Prover

SECONDS = 0.2
"""The longest that the symmetry of one matrix is looked for."""


class Symmetries:
    """Knows which arrays and matrices are symmetric under the assumptions of a document; each is looked at once."""

    def __init__(self, assumptions: tuple[Assumption, ...] = ()) -> None:
        self.assumptions = tuple(a for a in assumptions if a.factor is None)
        self.arrays = frozenset(filter(None, map(assumed_symmetric, assumptions)))
        self._prover = Prover()
        self._known: dict[Lam, bool] = {}

    def in_order(self, node: MatrixFunction) -> Expr:
        """An entry of a function of a symmetric matrix with free indices before bound ones."""
        if not MATRIX_FUNCTIONS[node.name].symmetric or len(node.indices) != 2:
            return node
        i, j = node.indices
        bound = [isinstance(e, Index) and e.kind == "bound" for e in (i, j)]
        turn = bound[0] if bound[0] != bound[1] else position_key(j) < position_key(i)
        return MatrixFunction(node.name, node.matrix, (j, i)) if turn and self.is_symmetric(node.matrix) else node

    def is_symmetric(self, matrix: Lam) -> bool:
        """True if the matrix is known to be its own transpose."""
        known = self._known.get(matrix)
        if known is None:
            i, j = (a.fresh("free") for a in matrix.axes)
            entry = substitute(matrix.body, dict(zip(matrix.axes, (i, j), strict=True)))
            turned = substitute(matrix.body, dict(zip(matrix.axes, (j, i), strict=True)))
            claim = Claim(entry, turned, (i, j), self.assumptions)
            known = i.range == j.range and self._prover.prove(claim, seconds=SECONDS) is not None
            self._known[matrix] = known
        return known
