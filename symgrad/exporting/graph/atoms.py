"""What the stable forms ask of an array: whether it is positive, an exponential, F of something."""

from __future__ import annotations

from symgrad.core.functions import TABLE
from symgrad.exporting.graph.array_graph import Graph
from symgrad.exporting.graph.array_kinds import (
    ArrayNode,
    Count,
    Einsum,
    InputArray,
    Linear,
    LiteralArray,
    Map,
    PowerArray,
    PowerOf,
    ProductOver,
    SizeOf,
    SoftmaxArray,
    Take,
)
from symgrad.exporting.graph.constructors import einsum
from symgrad.exporting.graph.labelled_array import Labelled, val


def positive(g: Graph, node: ArrayNode) -> bool:
    """Whether all entries are surely > 0."""
    if isinstance(node, LiteralArray):
        return node.value > 0
    if isinstance(node, (SoftmaxArray, SizeOf, Count)):
        return True
    if isinstance(node, Map):
        return node.name in TABLE and TABLE[node.name].positive
    if isinstance(node, (PowerArray, ProductOver)):
        return positive(g, node.x)
    if isinstance(node, PowerOf):
        return positive(g, node.base.node)
    if isinstance(node, Take):
        return positive(g, node.base)
    if isinstance(node, InputArray):
        return node.name in g.positive
    if isinstance(node, Einsum):
        return node.coefficient > 0 and all(positive(g, o.node) for o in node.operands)
    return isinstance(node, Linear) and all(c > 0 and positive(g, o.node) for c, o in node.terms)


def is_map(v: Labelled, name: str) -> bool:
    return isinstance(v.node, Map) and v.node.name == name


def argument_of(v: Labelled) -> Labelled:
    """x of F(x)"""
    return Labelled(v.node.x, v.labels)  # type: ignore[attr-defined]  # the caller has looked


def negated(g: Graph, v: Labelled) -> Labelled:
    return einsum(g, [v], None, -1)


def plain(g: Graph, name: str, x: Labelled) -> Labelled:
    """F(x), no rule applied."""
    return Labelled(g.make(Map, x.node.dims, name, x.node), x.labels)


def exponential(v: Labelled) -> bool:
    """An exponential, a product with one, or a sum of such: what may overflow."""
    node = v.node
    if isinstance(node, Einsum):
        return any(exponential(val(o)) for o in node.operands)
    if isinstance(node, Linear):
        return any(exponential(val(o)) for _, o in node.terms)
    return is_map(v, "exp")
