"""Arrays that a condition i != j leaves out the diagonal of: it is overwritten, and no array of conditions is made."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symgrad.exporting.graph.array_graph import Graph, ordered
from symgrad.exporting.graph.array_kinds import (
    ArrayNode,
    Compare,
    Einsum,
    LiteralArray,
    OffDiagonal,
    Operand,
    PositionArray,
    Where,
)
from symgrad.exporting.graph.array_properties import is_plain
from symgrad.exporting.program.sharing import rebuilt

Nodes = dict[ArrayNode, ArrayNode]


def off_diagonals(g: Graph, roots: Sequence[ArrayNode]) -> Nodes:
    """For every node that the roots need, the node to compute in its place."""
    total: Nodes = {n: n for n in ordered(roots)}
    for rule in (_masked_products, _overwritten, _once):
        order = ordered([total[r] for r in roots])
        new = {n: made for n in order if (made := rule(g, n)) is not None}
        if new:
            done = rebuilt(g, order, new)
            total = {n: done.get(m, m) for n, m in total.items()}
    return total


def _masked_products(g: Graph, node: ArrayNode) -> ArrayNode | None:
    """(c where i != j, else 0) x_ij = (c x_ij where i != j, else 0), for a number c"""
    if not isinstance(node, Einsum) or node.rank != 2 or any(k > 1 for o in node.operands for k in o.labels):
        return None
    for o in node.operands:
        w = o.node
        if isinstance(w, Where) and _unequal(w.mask.node) and not w.x.labels and _is_zero(w.y.node):
            rest = tuple(f for f in node.operands if f is not o)
            if any(len(f.labels) == 2 for f in rest):
                front = () if isinstance(w.x.node, LiteralArray) and w.x.node.value == 1 else (w.x,)
                inside = g.make(Einsum, node.dims, node.coefficient, (*front, *rest))
                made: ArrayNode = g.make(OffDiagonal, node.dims, inside, w.y.node)
                return made
    return None


def _overwritten(g: Graph, node: ArrayNode) -> ArrayNode | None:
    """x_ij where i != j, else a number"""
    if not isinstance(node, Where) or node.rank != 2 or not _unequal(node.mask.node) or not is_plain(node.y.node):
        return None
    if len(node.x.labels) != 2 or is_plain(node.x.node):
        return None
    made: ArrayNode = g.make(OffDiagonal, node.x.node.dims, node.x.node, node.y.node)
    if node.x.labels != (0, 1):
        made = g.make(Einsum, node.dims, Fraction(1), (Operand(made, node.x.labels),))
    return made


def _once(g: Graph, node: ArrayNode) -> ArrayNode | None:
    """A diagonal that is overwritten twice is so once, and a product with an array that is 0 there is 0 already."""
    if not isinstance(node, OffDiagonal):
        return None
    if isinstance(node.x, OffDiagonal):
        made: ArrayNode = g.make(OffDiagonal, node.dims, node.x.x, node.y)
        return made
    zeros = [o for o in getattr(node.x, "operands", ()) if isinstance(o.node, OffDiagonal) and _is_zero(o.node.y)]
    return node.x if isinstance(node.x, Einsum) and zeros and _is_zero(node.y) else None


def _unequal(mask: ArrayNode) -> bool:
    """True for i != j along two equal runs of positions."""
    if not isinstance(mask, Compare) or mask.op != "!=" or mask.rank != 2:
        return False
    x, y = mask.left, mask.right
    return isinstance(x.node, PositionArray) and x.node is y.node and x.labels != y.labels


def _is_zero(node: ArrayNode) -> bool:
    return isinstance(node, LiteralArray) and node.value == 0
