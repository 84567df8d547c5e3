"""Constructors of positions, of the entries at positions, and of conditions, each in its one form."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.core.ranges import Affine
from symgrad.exporting.graph.array_graph import Graph
from symgrad.exporting.graph.array_kinds import (
    All,
    ArrayNode,
    Compare,
    Extremum,
    InputArray,
    Linear,
    LiteralArray,
    Offset,
    Operand,
    PositionArray,
    Scatter,
    Slot,
    Take,
    Where,
)
from symgrad.exporting.graph.labelled_array import Label, LabelledArray, Place, from_operand, merge, numbered


def offset(g: Graph, terms: Sequence[tuple[int, LabelledArray]], const: Affine) -> LabelledArray:
    """``const + sum_t c_t x_t`` of whole numbers; a shifted run of positions is a run."""
    flat: list[tuple[int, LabelledArray]] = []
    for c, x in terms:
        if isinstance(x.node, Offset):
            const = const + x.node.const.scale(c)
            flat += [(c * k, x.operand(o)) for k, o in x.node.terms]
        elif isinstance(x.node, PositionArray):
            const = const + x.node.start.scale(c)
            flat.append((c, LabelledArray(g.make(PositionArray, x.node.dims, Affine()), x.labels)))
        else:
            flat.append((c, x))
    if len(flat) == 1 and flat[0][0] == 1:
        only = flat[0][1]
        if isinstance(only.node, PositionArray):
            return LabelledArray(g.make(PositionArray, only.node.dims, const), only.labels)
        if const == Affine():
            return only
    every = merge(v for _, v in flat)
    given = {x: k for k, x in enumerate(every)}
    made = tuple((c, Operand(v.node, numbered(v.labels, given))) for c, v in flat)
    return LabelledArray(g.make(Offset, tuple(every.values()), made, const), tuple(every))


def _slots(places: Sequence[Place]) -> tuple[tuple[Slot, ...], dict[Label, int]]:
    given: dict[Label, int] = {}
    slots: list[Slot] = []
    for p in places:
        for x in p.labels if isinstance(p, LabelledArray) else (p,):
            given.setdefault(x, len(given))
    for p in places:
        slots.append(Operand(p.node, numbered(p.labels, given)) if isinstance(p, LabelledArray) else given[p])
    return tuple(slots), given


def take(g: Graph, base: ArrayNode, places: Sequence[Place]) -> LabelledArray:
    """The entries of ``base`` at the slots; a label in several slots takes a diagonal."""
    held = [x for p in places for x in (p.labels if isinstance(p, LabelledArray) else (p,))]
    places = [_whole(g, p, size, held) for p, size in zip(places, base.dims, strict=True)]
    if not any(isinstance(p, LabelledArray) for p in places):
        return LabelledArray(base, tuple(places))
    if isinstance(base, Take):
        joined = _through(g, base, places)
        if joined is not None:
            return joined
    slots, given = _slots(places)
    sizes: dict[Label, Affine] = {}
    for p, size in zip(places, base.dims, strict=True):
        sizes.update(p.dims() if isinstance(p, LabelledArray) else {p: size})
    return LabelledArray(g.make(Take, tuple(sizes[x] for x in given), base, slots), tuple(given))


def _whole(g: Graph, place: Place, size: Affine, held: Sequence[Label]) -> Place:
    """All positions of an axis in order are the whole axis, unless another slot has the same label."""
    if not isinstance(place, LabelledArray) and held.count(place) > 1:
        return LabelledArray(g.make(PositionArray, (size,), Affine()), (place,))
    if isinstance(place, LabelledArray) and isinstance(place.node, PositionArray) and place.node.start == Affine():
        alone = held.count(place.labels[0]) == 1
        return place.labels[0] if alone and place.node.dims[0] == size else place
    return place


def _through(g: Graph, base: Take, places: Sequence[Place]) -> LabelledArray | None:
    """U[n][k] = U[n[k]]"""
    at: dict[int, Place] = dict(enumerate(places))
    inner: list[Place] = []
    for slot in base.slots:
        if isinstance(slot, int):
            inner.append(at[slot])
        else:
            inner.append(take(g, slot.node, [at[k] for k in slot.labels]) if slot.labels else from_operand(slot))
    return take(g, base.base, inner)


def scatter(g: Graph, values: LabelledArray, places: Sequence[Place], dims: tuple[Affine, ...]) -> ArrayNode:
    """Zeros of the given shape, with the values added at the slots."""
    slots, given = _slots(places)
    made: ArrayNode = g.make(Scatter, dims, Operand(values.node, numbered(values.labels, given)), slots)
    return made


TURNED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
"""The op of ``y op x`` for that of ``x op y``."""


def compare(g: Graph, op: str, left: LabelledArray, right: LabelledArray) -> LabelledArray:
    difference = left.node
    if isinstance(difference, Linear) and isinstance(right.node, LiteralArray) and right.node.value == 0:
        (a, first), (b, second) = difference.terms[:2]
        if len(difference.terms) == 2 and a == -b:  # x - y < 0 as x < y
            ends = (first, second) if a > 0 else (second, first)
            return compare(g, op, *map(left.operand, ends))
    if right.labels and not left.labels:  # the array goes first
        left, op, right = right, TURNED[op], left
    every = merge((left, right))
    given = {x: k for k, x in enumerate(every)}
    x, y = (Operand(v.node, numbered(v.labels, given)) for v in (left, right))
    return LabelledArray(g.make(Compare, tuple(every.values()), op, x, y), tuple(every))


def both(g: Graph, masks: Sequence[LabelledArray]) -> LabelledArray:
    """Where all masks hold."""
    if len(masks) == 1:
        return masks[0]
    every = merge(masks)
    given = {x: k for k, x in enumerate(every)}
    made = tuple(Operand(m.node, numbered(m.labels, given)) for m in masks)
    return LabelledArray(g.make(All, tuple(every.values()), made), tuple(every))


def where(g: Graph, mask: LabelledArray, x: LabelledArray, y: LabelledArray) -> LabelledArray:
    if x == y:
        return x
    every = merge((mask, x, y))
    given = {label: k for k, label in enumerate(every)}
    m, a, b = (Operand(v.node, numbered(v.labels, given)) for v in (mask, x, y))
    return LabelledArray(g.make(Where, tuple(every.values()), m, a, b), tuple(every))


def extremum(g: Graph, largest: bool, x: LabelledArray, y: LabelledArray) -> LabelledArray:
    """max(x, y) or min(x, y)"""
    every = merge((x, y))
    given = {label: k for k, label in enumerate(every)}
    ends = (Operand(v.node, numbered(v.labels, given)) for v in (x, y))
    return LabelledArray(g.make(Extremum, tuple(every.values()), largest, *ends), tuple(every))


def argument(g: Graph, name: str, dims: tuple[Affine, ...], whole: bool) -> ArrayNode:
    made: ArrayNode = g.make(InputArray, dims, name, whole)
    return made
