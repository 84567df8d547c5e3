"""Products with inverses become solved systems: ``sum_j (M^{-1})_{ij} b_j`` is solved for, and no inverse is computed.

The products are those of the planned order, of two arrays at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from symgrad.core.ranges import Affine
from symgrad.exporting.graph.array_graph import Graph, operands, ordered, replaced
from symgrad.exporting.graph.array_kinds import (
    ArrayNode,
    Einsum,
    InverseMatrix,
    Labels,
    Linear,
    Operand,
    PositionArray,
    SolvedSystem,
)
from symgrad.exporting.graph.constructors import linear
from symgrad.exporting.graph.entries import take
from symgrad.exporting.graph.labelled_array import LabelledArray, from_operand
from symgrad.exporting.graph.matrices import arranged


def solving(g: Graph, roots: Iterable[ArrayNode]) -> dict[ArrayNode, ArrayNode]:
    """For every node that the roots need, the node to compute in its place."""
    new: dict[ArrayNode, ArrayNode] = {}
    for node in ordered(roots):
        made = node
        if any(new[o.node] is not o.node for o in operands(node)):
            made = g.make(type(node), node.dims, *replaced(node.args, new))
        if isinstance(made, Einsum):
            made = _solved(g, made) or made
        elif isinstance(made, Linear) and made is not node:
            made = _collected(g, made)
        new[node] = made
        if made is not node:
            g.inherit(made, node)
    return new


def _solved(g: Graph, node: Einsum) -> ArrayNode | None:
    arrays = [o for o in node.operands if o.labels]
    scalars = tuple(o for o in node.operands if not o.labels)
    if len(arrays) != 2:
        return None
    for matrix, right in (arrays, arrays[::-1]):
        if not isinstance(matrix.node, InverseMatrix):
            continue
        c, primitive = _primitive(g, right.node)
        found = _system(g, matrix.node, matrix.labels, Operand(primitive, right.labels), node.rank)
        if found is not None:
            c *= node.coefficient
            if c == 1 and not scalars and found.labels == tuple(range(node.rank)):
                return found.node
            made: ArrayNode = g.make(Einsum, node.dims, c, (*scalars, found))
            return made
    return None


def _collected(g: Graph, node: Linear) -> ArrayNode:
    """The sum with terms joined that have become equal."""
    found = linear(g, [(c, from_operand(o)) for c, o in node.terms])
    axes = tuple(range(node.rank))
    return arranged(g, found, axes) if set(found.labels) == set(axes) else node


def _primitive(g: Graph, node: ArrayNode) -> tuple[Fraction, ArrayNode]:
    """The number in front of a product, or of the first term of a sum, and the rest: multiples are solved for once."""
    if isinstance(node, Linear):
        c = node.terms[0][0]
        return c, node if c == 1 else g.make(Linear, node.dims, tuple((d / c, o) for d, o in node.terms))
    if isinstance(node, Einsum) and node.coefficient != 1:
        (first, *others) = node.operands
        if not others and first.labels == tuple(range(node.rank)):
            c, inner = _primitive(g, first.node)
            return c * node.coefficient, inner
        return node.coefficient, g.make(Einsum, node.dims, Fraction(1), node.operands)
    return Fraction(1), node


def _system(g: Graph, matrix: InverseMatrix, labels: Labels, right: Operand, rank: int) -> Operand | None:
    """The solution as an operand, where one axis of the inverse, or both, are summed with those of ``right``."""
    *rest, k, l = labels  # noqa: E741  # rows and columns of formulas
    if any(x not in right.labels or x >= rank for x in rest):
        return None
    met = [x for x in (l, k) if x >= rank and x in right.labels]
    if not met or (len(met) == 1 and k in right.labels and l in right.labels):
        return None
    inner = met[0]
    kept = k if inner == l else l
    others = tuple(x for x in right.labels if x not in rest and x != inner)
    if len(others) > 1:
        return None
    b = arranged(g, LabelledArray(right.node, right.labels), (*rest, inner, *others))
    sizes = dict(zip(right.labels, right.node.dims, strict=True))
    dims = (*(sizes[x] for x in rest), matrix.dims[-1], *(sizes[x] for x in others))
    made = g.make(SolvedSystem, dims, matrix.x, b, inner == k and not matrix.x.symmetric)
    if len(met) == 1:
        return Operand(made, (*rest, kept, *others))
    return Operand(_diagonal(g, made, dims), (*rest, kept))


def _diagonal(g: Graph, x: ArrayNode, dims: tuple[Affine, ...]) -> ArrayNode:
    """``x_kk`` along the last two axes."""
    front = tuple(range(len(dims) - 2))
    run = LabelledArray(g.make(PositionArray, (dims[-1],), Affine()), (len(front),))
    return take(g, x, [*front, run, run]).node
