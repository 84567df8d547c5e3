"""Arrays less their means: that they add up to zero saves sums of gradients, and the digits that such sums lose."""

from __future__ import annotations

from fractions import Fraction

from symgrad.exporting.graph.array_graph import Graph, ordered
from symgrad.exporting.graph.array_kinds import ArrayNode, Einsum, Linear, Operand, PowerArray, SizeOf
from symgrad.exporting.graph.constructors import centred, linear
from symgrad.exporting.graph.labelled_array import from_operand
from symgrad.exporting.program.sharing import in_order, rebuilt


def less_means(g: Graph, root: ArrayNode) -> ArrayNode:
    """The same array, in which x_i - sum_i x_i / n is known to be centred."""
    order = ordered([root])
    new: dict[ArrayNode, ArrayNode] = {}
    for node in order:
        if isinstance(node, Linear):
            made = _centred(g, node)
            if made is not None:
                new[node] = made
    return rebuilt(g, order, new)[root] if new else root


def _centred(g: Graph, node: Linear) -> ArrayNode | None:
    for c, x in node.terms:
        for d, mean in node.terms:
            axis = _axis(x, mean) if c == -d else None
            if axis is not None:
                rest = [(k, from_operand(o)) for k, o in node.terms if o is not x and o is not mean]
                made = centred(g, from_operand(x), axis, from_operand(mean))
                whole = linear(g, [(c, made), *rest])
                return in_order(g, whole, tuple(range(node.rank)))
    return None


def _axis(x: Operand, mean: Operand) -> int | None:
    """The label along which the second array holds the means of the first; None if it does not."""
    node = mean.node
    if not isinstance(node, Einsum) or node.coefficient != 1 or len(node.operands) != 2:
        return None
    for o, below in (node.operands, node.operands[::-1]):
        if o.node is not x.node or below.labels or not isinstance(below.node, PowerArray):
            continue
        gone = [k for k in o.labels if k >= node.rank]
        size = below.node.x
        if below.node.exponent != Fraction(-1) or len(gone) != 1 or not isinstance(size, SizeOf):
            continue
        names = {k: mean.labels[k] for k in range(node.rank)}
        along = x.labels[o.labels.index(gone[0])]
        if size.affine == x.node.dims[o.labels.index(gone[0])] and x.labels == tuple(
            names.get(k, along) for k in o.labels
        ):
            return along
    return None
