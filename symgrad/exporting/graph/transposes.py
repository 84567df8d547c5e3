"""Arrays of two axes that equal their transposes, by how they are computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from symgrad.exporting.graph.array_graph import Graph
from symgrad.exporting.graph.array_kinds import (
    ArrayNode,
    Einsum,
    Labels,
    Linear,
    Map,
    OffDiagonal,
    Operand,
    PowerArray,
    SquaredDistances,
)

_SWAPPED = {0: 1, 1: 0}


def equals_transpose(g: Graph, node: ArrayNode) -> bool:
    """True if an array of two axes is known to equal its transpose."""
    if node.rank != 2:
        return False
    if node not in g.symmetric:
        g.symmetric[node] = _equals_transpose(g, node)
    return g.symmetric[node]


def _equals_transpose(g: Graph, node: ArrayNode) -> bool:
    if isinstance(node, SquaredDistances):
        return node.x.node is node.y.node and not node.weights and node.x.labels.index(0) == node.y.labels.index(1)
    if isinstance(node, (Map, PowerArray, OffDiagonal)):
        return equals_transpose(g, node.x)
    if isinstance(node, Einsum):
        return all(k < 2 for o in node.operands for k in o.labels) and _stay(g, node.operands)
    if isinstance(node, Linear):
        return all(_stay(g, (o for c, o in node.terms if c == k)) for k in {c for c, _ in node.terms})
    return False


def _stay(g: Graph, operands: Iterable[Operand]) -> bool:
    """True if the operands with 0 and 1 exchanged are the same operands."""
    given = list(operands)
    return Counter(_swapped(g, o) for o in given) == Counter((o.node, o.labels) for o in given)


def _swapped(g: Graph, o: Operand) -> tuple[ArrayNode, Labels]:
    if len(o.labels) == 2 and equals_transpose(g, o.node):
        return o.node, o.labels
    return o.node, tuple(_SWAPPED.get(x, x) for x in o.labels)
