"""Whether a document writes its undeclared vectors as rows, ``y = x W``."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from symgrad.core.nodes import Tensor
from symgrad.reading.inference.ranks import Rank, Ranks
from symgrad.reading.tree.syntax import ProductNode, Sym, SyntaxNode
from symgrad.reading.tree.used_names import subnodes

MATRIX = Rank(2)
COLUMN, ROW = Rank(1), Rank(1, row=True)


def writes_rows(ranks: Ranks) -> bool:
    """True if vectors that are not declared stand before matrices, and none stands behind a matrix.

    A transposed vector before a matrix is a column: ``x^\\top A``.
    """
    found = False
    for left, right in _neighbours(ranks):
        a, b = ranks.rank(left), ranks.rank(right)
        if (a, b) == (MATRIX, COLUMN) or (a, b) == (ROW, MATRIX):
            return False
        found = found or ((a, b) == (COLUMN, MATRIX) and not _is_declared(ranks, left))
    return found


def _neighbours(ranks: Ranks) -> Iterator[tuple[SyntaxNode, SyntaxNode]]:
    """The factors that stand side by side in a matrix product."""
    for node in (n for tree in ranks.names.trees for n in subnodes(tree)):
        for (_, a), (op, b) in pairwise(node.factors) if isinstance(node, ProductNode) else ():
            if op in ("", "."):
                yield a, b


def _is_declared(ranks: Ranks, node: SyntaxNode) -> bool:
    """True for a name with a declared shape, and for what is no name."""
    scope = ranks.names.scope
    key = scope.value_key(node)[0] if isinstance(node, Sym) else None
    return not isinstance(node, Sym) or (key is not None and isinstance(scope.values[key], Tensor))
