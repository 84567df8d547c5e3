"""Sums over the positions that come before or after another one, as cumulative sums: n additions in place of n^2.

sum_{k: t_k >= u_i} x_k needs the terms in the order of t, and where each u_i falls among them; for positions
themselves, k >= i, they are in order. The logarithm of such a sum of exponentials is one kind, which does not overflow.
"""

from __future__ import annotations

from symgrad.exporting.graph.array_graph import Graph, ordered
from symgrad.exporting.graph.array_kinds import (
    ArrayNode,
    Compare,
    ConstantArray,
    Einsum,
    LiteralArray,
    LogSumExp,
    Map,
    OrderedLogSumExp,
    OrderedSum,
    PositionArray,
    Where,
)
from symgrad.exporting.graph.array_properties import argument_of, is_map, plain
from symgrad.exporting.graph.constructors import einsum, opened
from symgrad.exporting.graph.entries import TURNED
from symgrad.exporting.graph.labelled_array import Label, LabelledArray
from symgrad.exporting.program.sharing import in_order, rebuilt


def cumulative(g: Graph, root: ArrayNode, logarithms: bool = True) -> ArrayNode:
    """The same array, in which such sums are cumulative; ``logarithms``: their logarithms too."""
    order = ordered([root])
    new: dict[ArrayNode, ArrayNode] = {}
    for node in order:
        made = None
        if isinstance(node, Einsum):
            made = _sum(g, node)
        elif isinstance(node, LogSumExp) and logarithms:
            made = _log(g, node)
        if made is not None:
            new[node] = made
    return rebuilt(g, order, new)[root] if new else root


def _sum(g: Graph, node: Einsum) -> ArrayNode | None:
    keep = tuple(range(node.rank))
    coefficient, factors = opened(LabelledArray(node, keep))
    for k, f in enumerate(factors):
        masked = _masked(g, f)
        if masked is None:
            continue
        mask, inside = masked
        others = [o for n, o in enumerate(factors) if n != k]
        for along in mask.labels:
            to = next(x for x in mask.labels if x is not along)
            terms = [inside, *(o for o in others if along in o.labels)]
            if along in keep or any(to in t.labels for t in terms) or not _as_small(terms):
                continue
            product = einsum(g, terms, tuple(dict.fromkeys(x for t in terms for x in t.labels)))
            if along not in product.labels:
                continue
            done = _ordered(g, OrderedSum, product, mask, along, to)
            whole = einsum(g, [done, *(o for o in others if along not in o.labels)], keep, coefficient)
            return in_order(g, whole, keep)
    return None


def _as_small(terms: list[LabelledArray]) -> bool:
    """True if the product of the terms is no larger than one of them."""
    every = {x for t in terms for x in t.labels}
    return any(every == set(t.labels) for t in terms)


def _masked(g: Graph, f: LabelledArray) -> tuple[LabelledArray, LabelledArray] | None:
    """The condition and the values of ``x where the condition holds, else 0``, if it compares two axes."""
    node = f.node
    if is_map(f, "exp"):
        inner = argument_of(f)
        found = _where(inner, infinite=True)
        return None if found is None else (found[0], plain(g, "exp", found[1]))
    if isinstance(node, Map) and node.name == "indicator":
        mask = argument_of(f)
        return (mask, LabelledArray(g.number(1))) if _compares(mask) else None
    return _where(f, infinite=False)


def _where(f: LabelledArray, infinite: bool) -> tuple[LabelledArray, LabelledArray] | None:
    node = f.node
    if not isinstance(node, Where):
        return None
    mask, x = f.operand(node.mask), f.operand(node.x)
    left_out = _minus_infinity(node.y.node) if infinite else _zero(node.y.node)
    return (mask, x) if left_out and _compares(mask) and not set(mask.labels) <= set(x.labels) else None


def _zero(node: ArrayNode) -> bool:
    return isinstance(node, LiteralArray) and node.value == 0


def _minus_infinity(node: ArrayNode) -> bool:
    """- infinity"""
    if not (isinstance(node, Einsum) and node.coefficient == -1 and len(node.operands) == 1):
        return False
    only = node.operands[0].node
    return isinstance(only, ConstantArray) and only.name == "\\infty"


def _compares(mask: LabelledArray) -> bool:
    """True for ``t_k op u_i`` with one axis on each side."""
    node = mask.node
    if not isinstance(node, Compare) or node.op in ("==", "!="):
        return False
    return node.rank == 2 and all(len(o.labels) == 1 == o.node.rank for o in (node.left, node.right))


def _log(g: Graph, node: LogSumExp) -> ArrayNode | None:
    """log sum_k exp(x_k where t_k op u_i, else -infinity)"""
    x = node.x
    found = _where(LabelledArray(x, tuple(range(x.rank))), infinite=True)
    if found is None or len(node.axes) != 1:
        return None
    mask, inside = found
    (along,) = node.axes
    if along not in mask.labels or along not in inside.labels:
        return None
    to = next(k for k in mask.labels if k != along)
    if to in inside.labels:
        return None
    done = _ordered(g, OrderedLogSumExp, inside, mask, along, to)
    kept = tuple(k for k in range(x.rank) if k != along)
    return in_order(g, done, kept)


def _ordered(
    g: Graph, kind: type[ArrayNode], x: LabelledArray, mask: LabelledArray, along: Label, to: Label
) -> LabelledArray:
    """The sums of ``x`` along an axis, over the positions that the mask leaves for each position of another axis."""
    compared = mask.node
    assert isinstance(compared, Compare)  # the caller has checked
    left, right = mask.operand(compared.left), mask.operand(compared.right)
    op = compared.op
    if left.labels != (along,):
        left, right, op = right, left, TURNED[op]
    axis = x.labels.index(along)
    dims = tuple(right.node.dims[0] if k == axis else d for k, d in enumerate(x.node.dims))
    positions = isinstance(left.node, PositionArray) and left.node is right.node
    compares = (None, None) if positions else (left.node, right.node)
    made = g.make(kind, dims, x.node, axis, op, *compares)
    return LabelledArray(made, tuple(to if k is along else k for k in x.labels))
