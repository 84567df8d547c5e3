"""The table of functions of square matrices: one row each, with the derivative by an entry of the argument.

Rows and columns have one axis each, or several in a Kronecker product.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from symgrad.core.kinds import Expr, Lam, MatrixFunction
from symgrad.core.nodes import mul, neg
from symgrad.core.ranges import Index

Axes = tuple[Index, ...]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A function of a square matrix.

    slope: the derivative of an entry by the entry ``M_ab`` of the matrix, where all entries count as independent.
    """

    name: str
    slope: Callable[[MatrixFunction, Axes, Axes], Expr]


def halves(matrix: Lam) -> tuple[Axes, Axes]:
    """The axes of the rows and of the columns."""
    half = len(matrix.axes) // 2
    return matrix.axes[:half], matrix.axes[half:]


def _slope_of_inverse(node: MatrixFunction, a: Axes, b: Axes) -> Expr:
    """``d (M^{-1})_{kl} / d M_{ab} = -(M^{-1})_{ka} (M^{-1})_{bl}``"""
    half = len(a)
    k, l = node.indices[:half], node.indices[half:]  # noqa: E741  # as in the formula
    left, right = MatrixFunction("inverse", node.matrix, (*k, *a)), MatrixFunction("inverse", node.matrix, (*b, *l))
    return neg(mul(left, right))


def _slope_of_determinant(node: MatrixFunction, a: Axes, b: Axes) -> Expr:
    """``d det(M) / d M_{ab} = det(M) (M^{-1})_{ba}``"""
    return mul(node, MatrixFunction("inverse", node.matrix, (*b, *a)))


MATRIX_FUNCTIONS = {
    row.name: row for row in (MatrixRow("inverse", _slope_of_inverse), MatrixRow("determinant", _slope_of_determinant))
}
