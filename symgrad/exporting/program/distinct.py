"""A softmax over a whole vocabulary, computed once per distinct position in a batch instead of once per member.

In a batch of pairs the same centre occurs many times. What depends on the centre alone is computed for the distinct
centres; the entries and normalisers that members need are then looked up by their centre.
"""

from __future__ import annotations

from symgrad.core.ranges import Affine
from symgrad.exporting.graph.array_graph import Graph, operands, ordered, replaced
from symgrad.exporting.graph.array_kinds import (
    ArrayNode,
    Distinct,
    InputArray,
    LogSumExp,
    Operand,
    PlaceOf,
    PositionArray,
    Slot,
    SoftmaxArray,
    Take,
)

BATCH = Affine.of("batch")


def over_distinct(g: Graph, root: ArrayNode) -> ArrayNode:
    """The same number for a batch whose members share positions; ``root`` itself where that saves nothing."""
    order = ordered([root])
    sources = _sources(order)
    for c in order:
        if isinstance(c, InputArray) and c.whole and c.dims == (BATCH,):
            own = [n for n in order if n.dims.count(BATCH) == 1 and sources[n] == {c}]
            if any(isinstance(n, (SoftmaxArray, LogSumExp)) for n in own) and _looked_up(order, set(own)):
                return _rewritten(g, order, c, set(own))[root]
    return root


def _sources(order: list[ArrayNode]) -> dict[ArrayNode, frozenset[ArrayNode]]:
    """For each node, the index arguments (or runs of positions) that its batch axis comes from."""
    out: dict[ArrayNode, frozenset[ArrayNode]] = {}
    for node in order:
        if BATCH not in node.dims:
            out[node] = frozenset()
        elif isinstance(node, (InputArray, PositionArray)):
            out[node] = frozenset((node,))
        else:
            out[node] = frozenset[ArrayNode]().union(*(out[o.node] for o in operands(node)))
    return out


def _looked_up(order: list[ArrayNode], own: set[ArrayNode]) -> bool:
    """True if members need single entries only; whole rows would have to be copied for each member."""
    for node in order:
        if node in own:
            continue
        for o in operands(node):
            entries = isinstance(node, Take) and node.base is o.node
            if o.node in own and not isinstance(o.node, InputArray) and o.node.rank > 1 and not entries:
                return False
    return True


def _rewritten(g: Graph, order: list[ArrayNode], c: InputArray, own: set[ArrayNode]) -> dict[ArrayNode, ArrayNode]:
    size = Affine.of(f"|{c.name}{len(g.selected) + 1}|")
    distinct = g.selected[size] = g.make(Distinct, (size,), c)
    place = g.make(PlaceOf, (BATCH,), c, distinct)
    once: dict[ArrayNode, ArrayNode] = {c: distinct}
    new: dict[ArrayNode, ArrayNode] = {}
    for node in order:
        if node in own and node is not c:
            dims = tuple(size if d == BATCH else d for d in node.dims)
            once[node] = g.make(type(node), dims, *replaced(node.args, new | once))
            g.inherit(once[node], node)
        elif isinstance(node, Take) and node.base in own:
            new[node] = g.make(Take, node.dims, once[node.base], _at(g, node, place))
            g.inherit(new[node], node)
        else:
            spread = [o.node for o in operands(node) if o.node in once and o.node is not c]
            here = {n: _spread(g, n, once[n], place) for n in spread}
            made = replaced(node.args, new | here)
            new[node] = node if made == node.args else g.make(type(node), node.dims, *made)
            g.inherit(new[node], node)
    return new


def _at(g: Graph, node: Take, place: ArrayNode) -> tuple[Slot, ...]:
    """The slots of a look-up, with the batch axis replaced by the index of the member's distinct position."""
    axis = node.base.dims.index(BATCH)
    slot = node.slots[axis]
    labels = (slot,) if isinstance(slot, int) else slot.labels
    runs = isinstance(slot, int) or (isinstance(slot.node, PositionArray) and slot.node.start == Affine())
    if isinstance(slot, int) or runs:
        found = Operand(place, labels)
    else:
        own = tuple(range(slot.node.rank))
        found = Operand(g.make(Take, slot.node.dims, place, (Operand(slot.node, own),)), labels)
    return (*node.slots[:axis], found, *node.slots[axis + 1 :])


def _spread(g: Graph, node: ArrayNode, once: ArrayNode, place: ArrayNode) -> ArrayNode:
    """An array over the distinct positions as an array over the members."""
    axis = node.dims.index(BATCH)
    slots = tuple(Operand(place, (k,)) if k == axis else k for k in range(node.rank))
    made: ArrayNode = g.make(Take, node.dims, once, slots)
    return made
