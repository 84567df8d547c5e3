"""log sum_ijk exp(a_ij + b_jk) summed one axis after another, as the forward algorithm does it.

An axis that few of the terms have is summed first, log sum_i exp(a_ij) beside b_jk: the work is that of the largest
array so made, and not that of the array of all axes.
"""

from __future__ import annotations

from fractions import Fraction

from symgrad.exporting.graph.array_graph import Graph, ordered
from symgrad.exporting.graph.array_kinds import ArrayNode, Linear, LogSumExp
from symgrad.exporting.graph.constructors import linear
from symgrad.exporting.graph.labelled_array import Label, LabelledArray
from symgrad.exporting.graph.logarithms import logsumexp
from symgrad.exporting.program.sharing import in_order, rebuilt

Terms = list[tuple[Fraction, LabelledArray]]


def eliminated(g: Graph, root: ArrayNode) -> ArrayNode:
    """The same array, in which such sums run over one axis at a time."""
    order = ordered([root])
    new: dict[ArrayNode, ArrayNode] = {}
    for node in order:
        if isinstance(node, LogSumExp) and isinstance(node.x, Linear):
            terms = [(c, LabelledArray(o.node, o.labels)) for c, o in node.x.terms]
            axes: list[Label] = list(node.axes)
            kept = tuple(k for k in range(node.x.rank) if k not in axes)
            left = _summed(g, terms, axes, node.x.rank)
            made = None if left is None else in_order(g, left, kept)
            if made is not None:
                new[node] = made
    return rebuilt(g, order, new)[root] if new else root


def _summed(g: Graph, terms: Terms, axes: list[Label], rank: int) -> LabelledArray | None:
    """The logarithm of the sum; None if the first axis to sum already needs all axes."""
    sizes = {x: len(_labels(_with(terms, x))) for x in axes}
    first = min(axes, key=lambda x: sizes[x])
    if sizes[first] >= rank:
        return None
    while axes:
        first = min(axes, key=lambda x: len(_labels(_with(terms, x))))
        inner = _with(terms, first)
        alone = [x for x in axes if x in _labels(inner) and not _with(_rest(terms, inner), x)]
        terms = [*_rest(terms, inner), (Fraction(1), logsumexp(g, linear(g, inner), alone))]
        axes = [x for x in axes if x not in alone]
    return linear(g, terms)


def _with(terms: Terms, axis: Label) -> Terms:
    return [t for t in terms if axis in t[1].labels]


def _rest(terms: Terms, inner: Terms) -> Terms:
    return [t for t in terms if t not in inner]


def _labels(terms: Terms) -> set[Label]:
    return {x for _, t in terms for x in t.labels}
