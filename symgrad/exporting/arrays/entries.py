"""Positions, the entries found there, and conditions on them, each in its one form."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.exporting.arrays.build import Label, Place, Val, merge, numbered, val
from symgrad.exporting.arrays.graph import Graph
from symgrad.exporting.arrays.kinds import (
    All,
    Compare,
    Input,
    Node,
    Offset,
    Operand,
    Positions,
    Scatter,
    Slot,
    Take,
    Where,
)
from symgrad.ir.ranges import Affine


def offset(g: Graph, terms: Sequence[tuple[int, Val]], const: Affine) -> Val:
    """``const + sum_t c_t x_t`` of whole numbers; a single run of positions stays one."""
    flat: list[tuple[int, Val]] = []
    for c, x in terms:
        if isinstance(x.node, Offset):
            const = const + x.node.const.scale(c)
            flat += [(c * k, Val(o.node, tuple(x.labels[i] for i in o.labels))) for k, o in x.node.terms]
        elif isinstance(x.node, Positions):
            const = const + x.node.start.scale(c)
            flat.append((c, Val(g.make(Positions, x.node.dims, Affine()), x.labels)))
        else:
            flat.append((c, x))
    if len(flat) == 1 and flat[0][0] == 1:
        only = flat[0][1]
        if isinstance(only.node, Positions):
            return Val(g.make(Positions, only.node.dims, const), only.labels)
        if const == Affine():
            return only
    every = merge(v for _, v in flat)
    given = {x: k for k, x in enumerate(every)}
    made = tuple((c, Operand(v.node, numbered(v.labels, given))) for c, v in flat)
    return Val(g.make(Offset, tuple(every.values()), made, const), tuple(every))


def _slots(places: Sequence[Place]) -> tuple[tuple[Slot, ...], dict[Label, int]]:
    given: dict[Label, int] = {}
    slots: list[Slot] = []
    for p in places:
        for x in p.labels if isinstance(p, Val) else (p,):
            given.setdefault(x, len(given))
    for p in places:
        slots.append(Operand(p.node, numbered(p.labels, given)) if isinstance(p, Val) else given[p])
    return tuple(slots), given


def take(g: Graph, base: Node, places: Sequence[Place]) -> Val:
    """The entries of ``base`` at the places; a label in several slots runs through a diagonal."""
    held = [x for p in places for x in (p.labels if isinstance(p, Val) else (p,))]
    places = [_whole(g, p, size, held) for p, size in zip(places, base.dims, strict=True)]
    if not any(isinstance(p, Val) for p in places):
        return Val(base, tuple(places))
    if isinstance(base, Take):
        joined = _through(g, base, places)
        if joined is not None:
            return joined
    slots, given = _slots(places)
    sizes: dict[Label, Affine] = {}
    for p, size in zip(places, base.dims, strict=True):
        sizes.update(p.dims() if isinstance(p, Val) else {p: size})
    return Val(g.make(Take, tuple(sizes[x] for x in given), base, slots), tuple(given))


def _whole(g: Graph, place: Place, size: Affine, held: Sequence[Label]) -> Place:
    """All positions of an axis in order are the axis, unless another slot runs along."""
    if not isinstance(place, Val) and held.count(place) > 1:
        return Val(g.make(Positions, (size,), Affine()), (place,))
    if isinstance(place, Val) and isinstance(place.node, Positions) and place.node.start == Affine():
        alone = held.count(place.labels[0]) == 1
        return place.labels[0] if alone and place.node.dims[0] == size else place
    return place


def _through(g: Graph, base: Take, places: Sequence[Place]) -> Val | None:
    """Entries of entries: U[n][k] = U[n[k]]"""
    at: dict[int, Place] = dict(enumerate(places))
    inner: list[Place] = []
    for slot in base.slots:
        if isinstance(slot, int):
            inner.append(at[slot])
        else:
            inner.append(take(g, slot.node, [at[k] for k in slot.labels]) if slot.labels else val(slot))
    return take(g, base.base, inner)


def scatter(g: Graph, values: Val, places: Sequence[Place], dims: tuple[Affine, ...]) -> Node:
    """Zeros of the given shape, with the values added at the places."""
    slots, given = _slots(places)
    made: Node = g.make(Scatter, dims, Operand(values.node, numbered(values.labels, given)), slots)
    return made


TURNED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
"""``x op y`` said of y."""


def compare(g: Graph, op: str, left: Val, right: Val) -> Val:
    if right.labels and not left.labels:  # what is compared stands first, what with behind it
        left, op, right = right, TURNED[op], left
    every = merge((left, right))
    given = {x: k for k, x in enumerate(every)}
    x, y = (Operand(v.node, numbered(v.labels, given)) for v in (left, right))
    return Val(g.make(Compare, tuple(every.values()), op, x, y), tuple(every))


def both(g: Graph, masks: Sequence[Val]) -> Val:
    """Where all masks hold."""
    if len(masks) == 1:
        return masks[0]
    every = merge(masks)
    given = {x: k for k, x in enumerate(every)}
    made = tuple(Operand(m.node, numbered(m.labels, given)) for m in masks)
    return Val(g.make(All, tuple(every.values()), made), tuple(every))


def where(g: Graph, mask: Val, x: Val, y: Val) -> Val:
    if x == y:
        return x
    every = merge((mask, x, y))
    given = {label: k for k, label in enumerate(every)}
    m, a, b = (Operand(v.node, numbered(v.labels, given)) for v in (mask, x, y))
    return Val(g.make(Where, tuple(every.values()), m, a, b), tuple(every))


def argument(g: Graph, name: str, dims: tuple[Affine, ...], whole: bool) -> Node:
    made: Node = g.make(Input, dims, name, whole)
    return made
