"""A product of gathered rows is looked up in the product of all rows, if that is computed anyway.

Given s_w = sum_j U_wj v_j, sum_j U_oj v_j is s_o. So a target's score costs a look-up, and its gradient is one entry
of the gradient of the scores.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import permutations
from typing import Any

from symgrad.exporting.graph.array_graph import Graph, operands, ordered, replaced
from symgrad.exporting.graph.array_kinds import ArrayNode, Einsum, Labels, Operand, Slot, Take
from symgrad.exporting.graph.entries import take
from symgrad.exporting.graph.labelled_array import LabelledArray, Place, from_operand, numbered
from symgrad.exporting.graph.transposes import equals_transpose


def shared(g: Graph, root: ArrayNode) -> ArrayNode:
    """The same array, in which such products are looked up."""
    order = ordered([root])
    products = [n for n in order if isinstance(n, Einsum) and len(n.operands) <= 4]
    whole = {o.node for n in products for o in n.operands}
    new: dict[ArrayNode, ArrayNode] = {}
    for node in order:
        found = None
        if isinstance(node, Einsum) and any(isinstance(o.node, Take) and o.node.base in whole for o in node.operands):
            found = next((f for p in products if p is not node and (f := _looked_up(g, node, p)) is not None), None)
        if found is not None:
            new[node] = found
    return rebuilt(g, order, new)[root] if new else root


def rebuilt(g: Graph, order: list[ArrayNode], new: dict[ArrayNode, ArrayNode]) -> dict[ArrayNode, ArrayNode]:
    """Every node rebuilt over the replacements, and the replacements too."""
    done: dict[ArrayNode, ArrayNode] = {}

    def go(node: ArrayNode) -> ArrayNode:
        if node not in done:
            source = new.get(node, node)
            for o in operands(source):
                go(o.node)
            if any(done[o.node] is not o.node for o in operands(source)):
                source = g.make(type(source), source.dims, *_normal(g, source, replaced(source.args, done)))
            done[node] = source
            g.inherit(source, node)
        return done[node]

    for node in order:
        go(node)
    return done


def _normal(g: Graph, node: ArrayNode, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The arguments of a product in the order in which constructors have them."""
    return (args[0], in_one_form(g, args[1])) if isinstance(node, Einsum) else args


def in_one_form(g: Graph, factors: Iterable[Operand]) -> tuple[Operand, ...]:
    """The factors of a product in order; a matrix that equals its transpose stands in one way."""
    turned = [
        Operand(o.node, tuple(sorted(o.labels))) if len(o.labels) == 2 and equals_transpose(g, o.node) else o
        for o in factors
    ]
    return tuple(sorted(turned, key=lambda o: o.node.serial))


def in_order(g: Graph, v: LabelledArray, axes: Labels) -> ArrayNode | None:
    """The array with its axes in this order; None if it lacks one."""
    if v.labels == axes:
        return v.node
    if set(v.labels) != set(axes):
        return None
    dims = v.dims()
    turned = Operand(v.node, tuple(axes.index(k) for k in v.labels))
    made: ArrayNode = g.make(Einsum, tuple(dims[k] for k in axes), Fraction(1), (turned,))
    return made


def _looked_up(g: Graph, node: Einsum, whole: Einsum) -> ArrayNode | None:
    """``node`` as entries of ``whole``, if ``node`` gathers rows of an array that ``whole`` runs through."""
    if len(node.operands) != len(whole.operands):
        return None
    for order in permutations(node.operands):
        at = _match(order, whole)
        if at is not None and all(k in at for k in range(whole.rank)):
            made = _take(g, node, whole, at)
            if made is not None:
                return made
    return None


def _match(order: tuple[Operand, ...], whole: Einsum) -> dict[int, Slot] | None:
    """For each label of ``whole``, what the other product has there: a label, or gathered positions."""
    at: dict[int, Slot] = {}
    gathered = False
    for n, f in zip(order, whole.operands, strict=True):
        if n.node is f.node:
            pairs: list[tuple[int, Slot]] = list(zip(f.labels, n.labels, strict=True))
        elif isinstance(n.node, Take) and n.node.base is f.node:
            gathered = True
            pairs = [
                (x, n.labels[s] if isinstance(s, int) else Operand(s.node, tuple(n.labels[k] for k in s.labels)))
                for x, s in zip(f.labels, n.node.slots, strict=True)
            ]
        else:
            return None
        for x, slot in pairs:
            if at.setdefault(x, slot) != slot:
                return None
    return at if gathered else None


def _take(g: Graph, node: Einsum, whole: Einsum, at: dict[int, Slot]) -> ArrayNode | None:
    """The entries. Labels summed in ``node`` that only index positions are summed after the look-up."""
    slots = [at[k] for k in range(whole.rank)]
    summed = [s for x, s in at.items() if x >= whole.rank]
    used = [k for s in slots for k in ((s,) if isinstance(s, int) else s.labels)]
    sizes = {k: d for o in node.operands for k, d in zip(o.labels, o.node.dims, strict=True)}
    if any(not isinstance(s, int) or s < node.rank for s in summed) or len(set(summed)) != len(summed):
        return None
    left = [k for k in sizes if k not in summed]
    plain = [s for s in slots if isinstance(s, int)]
    if set(used) != set(left) or len(set(plain)) != len(plain) or set(range(node.rank)) - set(left):
        return None
    places: list[Place] = [s if isinstance(s, int) else from_operand(s) for s in slots]
    found = take(g, whole, places)
    made = found.node
    ratio = node.coefficient / whole.coefficient
    if ratio != 1 or found.labels != tuple(range(node.rank)):
        given = {k: i for i, k in enumerate(dict.fromkeys([*range(node.rank), *left]))}
        made = g.make(Einsum, node.dims, Fraction(ratio), (Operand(made, numbered(found.labels, given)),))
    return made
