"""What the stable forms ask of an array: whether it is positive, an exponential, F of something."""

from __future__ import annotations

from symgrad.exporting.arrays.build import Val, einsum, val
from symgrad.exporting.arrays.graph import Graph
from symgrad.exporting.arrays.kinds import (
    Count,
    Einsum,
    Input,
    Linear,
    Map,
    Node,
    Number,
    Power,
    PowerOf,
    Product,
    SizeOf,
    Softmax,
    Take,
)
from symgrad.ir.functions import TABLE


def positive(g: Graph, node: Node) -> bool:
    """Whether all entries are surely > 0."""
    if isinstance(node, Number):
        return node.value > 0
    if isinstance(node, (Softmax, SizeOf, Count)):
        return True
    if isinstance(node, Map):
        return node.name in TABLE and TABLE[node.name].positive
    if isinstance(node, (Power, Product)):
        return positive(g, node.x)
    if isinstance(node, PowerOf):
        return positive(g, node.base.node)
    if isinstance(node, Take):
        return positive(g, node.base)
    if isinstance(node, Input):
        return node.name in g.positive
    if isinstance(node, Einsum):
        return node.coefficient > 0 and all(positive(g, o.node) for o in node.operands)
    return isinstance(node, Linear) and all(c > 0 and positive(g, o.node) for c, o in node.terms)


def is_map(v: Val, name: str) -> bool:
    return isinstance(v.node, Map) and v.node.name == name


def argument_of(v: Val) -> Val:
    """x of F(x)"""
    return Val(v.node.x, v.labels)  # type: ignore[attr-defined]  # the caller has looked


def negated(g: Graph, v: Val) -> Val:
    return einsum(g, [v], None, -1)


def plain(g: Graph, name: str, x: Val) -> Val:
    """F(x), no rule applied."""
    return Val(g.make(Map, x.node.dims, name, x.node), x.labels)


def exponential(v: Val) -> bool:
    """An exponential, a product with one, or a sum of such: what may overflow."""
    node = v.node
    if isinstance(node, Einsum):
        return any(exponential(val(o)) for o in node.operands)
    if isinstance(node, Linear):
        return any(exponential(val(o)) for _, o in node.terms)
    return is_map(v, "exp")
