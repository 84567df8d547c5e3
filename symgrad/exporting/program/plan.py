"""Contraction order: a product of many arrays becomes products of two, in an order chosen by size.

The sizes of a document have no values, but they have roles: a range that positions point into is taken to be large,
and the range of an index array small.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import combinations

from symgrad.core.ranges import Affine
from symgrad.exporting.graph.array_graph import Graph, as_operand, operands, ordered, replaced
from symgrad.exporting.graph.array_kinds import ArrayNode, Einsum, Operand
from symgrad.exporting.program.inputs import Inputs
from symgrad.exporting.program.sharing import in_one_form

LARGE, MIDDLE, SMALL, BATCH = 20_000, 100, 8, 256


def nominal(inputs: Inputs) -> dict[str, int]:
    """A typical value for every size, by its role."""
    out: dict[str, int] = {"batch": BATCH}
    for a in inputs.given.values():
        for d in a.dims:
            for s in d.sizes():
                out.setdefault(s, SMALL if a.kind != "real" else MIDDLE)
    for a in inputs.given.values():
        if a.target is not None:
            for s in a.target.size.sizes():
                out[s] = LARGE
    return out


def number(a: Affine, sizes: dict[str, int]) -> int:
    return max(1, a.const + sum(c * sizes.get(s, SMALL) for s, c in a.terms if isinstance(s, str)))


def planned(g: Graph, roots: Iterable[ArrayNode], inputs: Inputs) -> dict[ArrayNode, ArrayNode]:
    """For every node that the roots need, the node to compute in its place."""
    sizes = nominal(inputs)
    new: dict[ArrayNode, ArrayNode] = {}
    order = ordered(roots)
    needed = set(order)

    def go(node: ArrayNode) -> ArrayNode:
        if node in new:
            return new[node]
        made: ArrayNode = node
        if any(go(o.node) is not o.node for o in operands(node)):
            made = g.make(type(node), node.dims, *replaced(node.args, new))
        bare = g.table.get((Einsum, node.dims, (Fraction(1), *node.args[1:]))) if isinstance(node, Einsum) else None
        if bare is not None and bare is not node and bare in needed:  # a multiple of an array that is needed anyway
            made = g.make(Einsum, node.dims, node.args[0], (as_operand(go(bare)),))
        elif isinstance(made, Einsum):
            made = _pairs(g, made, sizes)
        new[node] = made
        if made is not node:
            g.inherit(made, node)
        return made

    for node in order:
        go(node)
    return new


def _pairs(g: Graph, node: Einsum, sizes: dict[str, int]) -> ArrayNode:
    """The product as a chain of products of at most two arrays, each summed over axes that both have."""
    dims: dict[int, Affine] = {}
    for o in node.operands:
        dims.update(zip(o.labels, o.node.dims, strict=True))
    keep = set(range(node.rank))
    if all(k in keep for k in dims):
        return node
    scalars = [o for o in node.operands if not o.labels]
    arrays = [_presummed(g, o, [p for p in node.operands if p is not o], keep, dims) for o in node.operands if o.labels]
    while len(arrays) > 2:
        i, j = min(
            combinations(range(len(arrays)), 2),
            key=lambda p: _cost(arrays, p, keep, {k: number(d, sizes) for k, d in dims.items()}),
        )
        rest = [o for k, o in enumerate(arrays) if k not in (i, j)]
        needed = keep | {k for o in rest for k in o.labels}
        joined = _joined(g, [arrays[i], arrays[j]], needed, dims)
        arrays = [*rest, _presummed(g, joined, rest, keep, dims)]
    made: ArrayNode = g.make(Einsum, node.dims, node.coefficient, (*scalars, *_in_order(arrays)))
    return made


def _in_order(arrays: list[Operand]) -> list[Operand]:
    return sorted(arrays, key=lambda o: o.node.serial)


def _cost(arrays: list[Operand], pair: tuple[int, int], keep: set[int], sizes: dict[int, int]) -> tuple[int, int]:
    """The number of multiplications for joining two factors, and the size of the result."""
    both = {k for p in pair for k in arrays[p].labels}
    others = {k for q, o in enumerate(arrays) if q not in pair for k in o.labels}
    work = size = 1
    for k in both:
        work *= sizes[k]
        size *= sizes[k] if k in keep or k in others else 1
    return work, size


def _joined(g: Graph, pair: list[Operand], needed: set[int], dims: dict[int, Affine]) -> Operand:
    longest_first = sorted(pair, key=lambda o: -len(o.labels))  # its axes need not be transposed then
    every = dict.fromkeys(k for o in longest_first for k in o.labels)
    kept = [k for k in every if k in needed]
    private = [set(o.labels) & needed - {k for p in pair if p is not o for k in p.labels} for o in pair]
    if len(kept) < len(every) and len(pair) > 1 and all(private):
        kept.sort()  # a product of matrices is as fast in either order
    given = {k: i for i, k in enumerate([*kept, *(k for k in every if k not in needed)])}
    ops = in_one_form(g, (Operand(o.node, tuple(given[k] for k in o.labels)) for o in pair))
    made = g.make(Einsum, tuple(dims[k] for k in kept), Fraction(1), ops)
    return Operand(made, tuple(kept))


def _presummed(g: Graph, o: Operand, rest: Iterable[Operand], keep: set[int], dims: dict[int, Affine]) -> Operand:
    """sum_ij x_i y_ij = sum_i x_i (sum_j y_ij)"""
    rest = list(rest)
    if not any(p.labels for p in rest):
        return o
    elsewhere = keep | {k for p in rest for k in p.labels}
    if all(k in elsewhere for k in o.labels):
        return o
    return _joined(g, [o], elsewhere, dims)
