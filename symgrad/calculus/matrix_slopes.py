"""Derivatives of functions of matrices that have power series: exponentials and roots.

``F(M)`` changes by ``DF(M)[dM]``, which has no shorter form unless ``dM`` commutes with ``M``, or a trace is taken.
"""

from __future__ import annotations

from symgrad.core.matrix_functions import MATRIX_FUNCTIONS, derivative_along
from symgrad.core.nodes import ONE, Expr, Lam, MatrixFunction, Mul, Sum, delta, free_indices, mul
from symgrad.core.ranges import Index, IndexExpr
from symgrad.core.substitute import substitute


def along(node: MatrixFunction, direction: Lam) -> Expr:
    """``DF(M)[D]``; if both are multiples of one matrix, ``D F'(M)``"""
    if len(direction.axes) != 2 or MATRIX_FUNCTIONS[node.name].slope_of_number is None:
        return derivative_along(node, direction)
    there = substitute(node.matrix.body, dict(zip(node.matrix.axes, direction.axes, strict=True)))
    if _matrix_part(there, direction.axes) != _matrix_part(direction.body, direction.axes):
        return derivative_along(node, direction)
    k, l = node.indices  # noqa: E741  # rows and columns of formulas
    between = direction.axes[1].fresh("bound")
    here = substitute(direction.body, dict(zip(direction.axes, (k, between), strict=True)))
    return Sum(between, mul(here, first_derivative(node, (between, l))))


def along_entry(node: MatrixFunction, row: Index, column: Index) -> Expr:
    """``DF(M)[E_{ab}]`` for the matrix with the single entry 1 in this row and column"""
    k, l = node.matrix.axes[0].fresh("bound"), node.matrix.axes[1].fresh("bound")  # noqa: E741
    return derivative_along(node, Lam((k, l), mul(delta(k, row), delta(l, column))))


def first_derivative(node: MatrixFunction, at: tuple[IndexExpr, ...]) -> Expr:
    """An entry of ``F'(M)``"""
    slope = MATRIX_FUNCTIONS[node.name].slope_of_number
    assert slope is not None  # only functions with a power series are asked for theirs
    return slope(MatrixFunction(node.name, node.matrix, at))


def matrix_in_trace(node: Sum) -> MatrixFunction | None:
    """The function of a matrix of which a sum is the trace, if it has a power series."""
    body = node.body
    if node.where or not isinstance(body, MatrixFunction) or body.indices != (node.index, node.index):
        return None
    if node.index in free_indices(body.matrix.body) or len(body.matrix.axes) != 2:
        return None
    return body if MATRIX_FUNCTIONS[body.name].slope_of_number is not None else None


def _matrix_part(body: Expr, axes: tuple[Index, ...]) -> Expr:
    """A product without its factors that hold no axis of the matrix."""
    if not isinstance(body, Mul):
        return body
    return mul(*(f for f in body.factors if free_indices(f).intersection(axes))) if body.factors else ONE
