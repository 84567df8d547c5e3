"""The form of a gradient: a few slices of an array, a sum of outer products, or all entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symgrad.exporting.graph.array_graph import Graph
from symgrad.exporting.graph.array_kinds import ArrayNode, Einsum, Linear, Operand, Scatter
from symgrad.exporting.graph.constructors import einsum, linear, scalar
from symgrad.exporting.graph.labelled_array import LabelledArray


@dataclass(frozen=True, slots=True)
class Dense:
    """All entries. The value may lack axes along which it is constant."""

    value: LabelledArray

    def nodes(self) -> list[ArrayNode]:
        return [self.value.node]

    def over(self, new: dict[ArrayNode, ArrayNode]) -> Dense:
        return Dense(_over(self.value, new))


@dataclass(frozen=True, slots=True)
class Part:
    """Slices at some positions: ``values`` has the labels of the positions, and of the other axes."""

    indices: LabelledArray
    values: LabelledArray
    others: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Slices:
    """Zero except for slices along one axis."""

    axis: int
    parts: tuple[Part, ...]

    def nodes(self) -> list[ArrayNode]:
        return [n for p in self.parts for n in (p.indices.node, p.values.node)]

    def over(self, new: dict[ArrayNode, ArrayNode]) -> Slices:
        return Slices(self.axis, tuple(Part(_over(p.indices, new), _over(p.values, new), p.others) for p in self.parts))


@dataclass(frozen=True, slots=True)
class Outer:
    """A sum of outer products: pairs of vectors."""

    pairs: tuple[tuple[LabelledArray, LabelledArray], ...]

    def nodes(self) -> list[ArrayNode]:
        return [v.node for pair in self.pairs for v in pair]

    def over(self, new: dict[ArrayNode, ArrayNode]) -> Outer:
        return Outer(tuple((_over(a, new), _over(b, new)) for a, b in self.pairs))


Form = Dense | Slices | Outer


def _over(v: LabelledArray, new: dict[ArrayNode, ArrayNode]) -> LabelledArray:
    return LabelledArray(new.get(v.node, v.node), v.labels)


def form(g: Graph, rank: int, terms: Sequence[LabelledArray], sizes: Any) -> Form:
    """The most special form that all terms have."""
    slices = [_slices(g, t) for t in terms]
    first = slices[0] if slices else None
    if first is not None and all(s is not None and s.axis == first.axis for s in slices):
        return Slices(first.axis, tuple(p for s in slices if s is not None for p in s.parts))
    whole = linear(g, [(1, t) for t in terms]) if terms else scalar(g, 0)
    pairs = [_pair(g, LabelledArray(o.node, o.labels), c, sizes) for c, o in _terms(whole)] if rank == 2 else [None]
    good = [p for p in pairs if p is not None]
    if len(good) == len(pairs):
        return Outer(tuple(good))
    return Dense(whole)


def _terms(v: LabelledArray) -> list[tuple[Any, Operand]]:
    """The terms of a sum, with the caller's labels."""
    if isinstance(v.node, Linear):
        return [(c, Operand(o.node, tuple(v.labels[k] for k in o.labels))) for c, o in v.node.terms]  # type: ignore[misc]  # labels are axes
    return [(1, Operand(v.node, v.labels))]  # type: ignore[arg-type]  # labels are axes


def _slices(g: Graph, t: LabelledArray) -> Slices | None:
    """A scatter along one gathered axis, with all other axes whole; else None."""
    c, node = _scattered(t)
    if node is None or t.labels != tuple(range(node.rank)):
        return None
    gathered = [k for k, s in enumerate(node.slots) if not isinstance(s, int)]
    if len(gathered) != 1:
        return None
    slot = node.slots[gathered[0]]
    assert isinstance(slot, Operand)  # it is gathered
    others = tuple(s for s in node.slots if isinstance(s, int))
    order = (*others[: gathered[0]], *slot.labels, *others[gathered[0] :])
    values = einsum(
        g, [LabelledArray(node.values.node, node.values.labels)], [x for x in order if x in node.values.labels], c
    )
    return Slices(gathered[0], (Part(LabelledArray(slot.node, slot.labels), values, others),))


def _scattered(t: LabelledArray) -> tuple[Any, Scatter | None]:
    """``c scatter(...)``"""
    if isinstance(t.node, Scatter):
        return 1, t.node
    if isinstance(t.node, Einsum) and len(t.node.operands) == 1:
        o = t.node.operands[0]
        if isinstance(o.node, Scatter) and o.labels == tuple(range(o.node.rank)):
            return t.node.coefficient, o.node
    return 1, None


def _pair(g: Graph, v: LabelledArray, c: Any, sizes: Any) -> tuple[LabelledArray, LabelledArray] | None:
    """``(x, y)`` for a term ``x_i y_j``; scalars are multiplied into the shorter vector."""
    node = v.node
    if not isinstance(node, Einsum) or len(v.labels) != 2 or node.rank != 2:
        return None
    rows: list[LabelledArray] = []
    columns: list[LabelledArray] = []
    scalars: list[LabelledArray] = []
    for o in node.operands:
        labels = tuple(v.labels[k] if k < 2 else None for k in o.labels)
        if labels not in ((0,), (1,), ()):
            return None
        (scalars if not labels else rows if labels == (0,) else columns).append(LabelledArray(o.node, labels))
    if not rows or not columns:
        return None
    factor = node.coefficient * c
    if sizes(rows[0].node.dims[0]) > sizes(columns[0].node.dims[0]):
        return einsum(g, rows), einsum(g, [*scalars, *columns], None, factor)
    return einsum(g, [*scalars, *rows], None, factor), einsum(g, columns)
