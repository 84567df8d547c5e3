"""The table of functions of square matrices: one row each, with the derivative by an entry of the argument."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symgrad.core.kinds import Expr, Lam, MatrixFunction
from symgrad.core.nodes import mul, neg
from symgrad.core.ranges import Index


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A function of a square matrix.

    latex: how it is printed, with ``{}`` for the matrix; axes: the number of axes of its values, 0 or 2; slope: the
    derivative of an entry by the entry ``M_ab`` of the matrix, where all entries count as independent.
    """

    name: str
    latex: str
    axes: int
    slope: Callable[[MatrixFunction, Index, Index], Expr]


def inverse(matrix: Lam, row: Index, column: Index) -> MatrixFunction:
    """``(M^{-1})_{row, column}``"""
    return MatrixFunction("inverse", matrix, (row, column))


def _slope_of_inverse(node: MatrixFunction, a: Index, b: Index) -> Expr:
    """``d (M^{-1})_{kl} / d M_{ab} = -(M^{-1})_{ka} (M^{-1})_{bl}``"""
    k, l = node.indices  # noqa: E741  # as in the formula
    left, right = MatrixFunction("inverse", node.matrix, (k, a)), MatrixFunction("inverse", node.matrix, (b, l))
    return neg(mul(left, right))


def _slope_of_determinant(node: MatrixFunction, a: Index, b: Index) -> Expr:
    """``d det(M) / d M_{ab} = det(M) (M^{-1})_{ba}``"""
    return mul(node, inverse(node.matrix, b, a))


MATRIX_FUNCTIONS = {
    row.name: row
    for row in (
        MatrixRow("inverse", "{}^{{-1}}", 2, _slope_of_inverse),
        MatrixRow("determinant", "\\det{}", 0, _slope_of_determinant),
    )
}
