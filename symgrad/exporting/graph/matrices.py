"""Constructors of functions of matrices. A matrix is factored once, whatever is computed from it."""

from __future__ import annotations

from fractions import Fraction

from symgrad.core.ranges import Affine
from symgrad.exporting.graph.array_graph import Graph
from symgrad.exporting.graph.array_kinds import (
    AppliedMatrix,
    ArrayNode,
    Einsum,
    FactoredMatrix,
    InverseMatrix,
    MatrixDeterminant,
    OnesArray,
    Operand,
    RootedMatrix,
)
from symgrad.exporting.graph.constructors import einsum
from symgrad.exporting.graph.labelled_array import Label, LabelledArray


def arranged(g: Graph, x: LabelledArray, labels: tuple[Label, ...]) -> ArrayNode:
    """The array with its axes in another order."""
    if x.labels == labels:
        return x.node
    given = {label: k for k, label in enumerate(labels)}
    dims = x.dims()
    made: ArrayNode = g.make(
        Einsum,
        tuple(dims[label] for label in labels),
        Fraction(1),
        (Operand(x.node, tuple(given[label] for label in x.labels)),),
    )
    return made


def matrix_function(
    g: Graph, name: str, matrix: LabelledArray, axes: tuple[Label, Label], size: Affine, symmetric: bool
) -> LabelledArray:
    """A function of a matrix by its name in the table; the labels of a matrix end in those of the axes."""
    for axis in axes:
        if axis not in matrix.labels:
            matrix = einsum(g, [matrix, LabelledArray(g.make(OnesArray, (size,)), (axis,))])
    rest = tuple(x for x in matrix.labels if x not in axes)
    # f(M^T) = f(M)^T and det M^T = det M, so that a matrix and its transpose are factored once
    order = (*rest, axes[1], axes[0]) if matrix.labels == (*rest, axes[1], axes[0]) else (*rest, *axes)
    x = arranged(g, matrix, order)
    if name == "exponential":
        return LabelledArray(g.make(AppliedMatrix, x.dims, name, x), order)
    if name == "root":
        return LabelledArray(g.make(AppliedMatrix, x.dims, name, g.make(RootedMatrix, x.dims, x)), order)
    factored = g.make(FactoredMatrix, x.dims, x, symmetric)
    if name == "cholesky":  # of a matrix that equals its transpose
        return LabelledArray(g.make(AppliedMatrix, x.dims, name, factored), (*rest, *axes))
    if name == "determinant":
        return LabelledArray(g.make(MatrixDeterminant, x.dims[:-2], factored), rest)
    return LabelledArray(g.make(InverseMatrix, x.dims, factored), order)
