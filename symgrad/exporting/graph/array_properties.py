"""Properties of arrays that follow from how they are computed: positive, an exponential, a number of Python."""

from __future__ import annotations

from symgrad.core.functions import TABLE
from symgrad.exporting.graph.array_graph import Graph, operands
from symgrad.exporting.graph.array_kinds import (
    ArrayNode,
    ConstantArray,
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
from symgrad.exporting.graph.labelled_array import LabelledArray, from_operand


def positive(g: Graph, node: ArrayNode) -> bool:
    """True if all entries are known to be > 0."""
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


def is_map(v: LabelledArray, name: str) -> bool:
    return isinstance(v.node, Map) and v.node.name == name


def argument_of(v: LabelledArray) -> LabelledArray:
    """The x of F(x)."""
    return LabelledArray(v.node.x, v.labels)  # type: ignore[attr-defined]  # the caller has checked


def negated(g: Graph, v: LabelledArray) -> LabelledArray:
    return einsum(g, [v], None, -1)


def plain(g: Graph, name: str, x: LabelledArray) -> LabelledArray:
    """F(x) without applying any rule."""
    return LabelledArray(g.make(Map, x.node.dims, name, x.node), x.labels)


def exponential(v: LabelledArray) -> bool:
    """True for an exponential, a product with one, or a sum of such terms: what may overflow."""
    node = v.node
    if isinstance(node, Einsum):
        return any(exponential(from_operand(o)) for o in node.operands)
    if isinstance(node, Linear):
        return any(exponential(from_operand(o)) for _, o in node.terms)
    return is_map(v, "exp")


def is_plain(node: ArrayNode) -> bool:
    """True for a number of Python, computed from sizes and constants. It must not become a NumPy number, which has a
    dtype."""
    if isinstance(node, (LiteralArray, SizeOf, Count, ConstantArray)):
        return True
    return isinstance(node, (Einsum, Linear, Map, PowerArray, PowerOf)) and all(
        is_plain(o.node) for o in operands(node)
    )


def divides(node: ArrayNode) -> bool:
    """True for 1 / x: products write it as a quotient, so that it needs no line of its own."""
    return isinstance(node, PowerArray) and node.exponent == -1
