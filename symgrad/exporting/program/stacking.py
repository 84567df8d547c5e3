"""Terms that differ only in the rows they gather are one term over all of those rows.

f(a U_o . v) + sum_k f(b U_nk . v) = sum_i f(c_i U_ri . v), with r = (o, n_1, ...) and c = (a, b, ...):
one look-up, one product and one function call where there were two of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, permutations

from symgrad.core.ranges import Affine
from symgrad.exporting.graph.array_graph import Graph
from symgrad.exporting.graph.array_kinds import (
    ArrayNode,
    Chained,
    Einsum,
    Joined,
    Linear,
    Map,
    Operand,
    ScaledArray,
    Take,
)
from symgrad.exporting.graph.constructors import einsum, linear
from symgrad.exporting.graph.entries import take
from symgrad.exporting.graph.labelled_array import Label, LabelledArray, Place, SummedAxis, from_operand
from symgrad.exporting.graph.stable_forms import mapped

_ALONG = SummedAxis()


@dataclass(frozen=True, slots=True)
class Chain:
    """``factor sum f1(f2(... core))`` over all axes of the core, a product."""

    factor: Fraction
    maps: tuple[str, ...]
    core: Einsum


def stacked(g: Graph, root: ArrayNode) -> ArrayNode:
    """The same scalar, with such terms joined."""
    if not isinstance(root, Linear) or root.rank:
        return root
    terms = [(c, from_operand(o)) for c, o in root.terms]
    for i, j in combinations(range(len(terms)), 2):
        chains = [_chain(*terms[k]) for k in (i, j)]
        for a, b in (chains, chains[::-1]):
            joined = None if a is None or b is None else _joined(g, a, b)
            if joined is not None:
                rest = [t for k, t in enumerate(terms) if k not in (i, j)]
                return stacked(g, linear(g, [*rest, (1, joined)]).node)
    return root


def _chain(c: Fraction, term: LabelledArray) -> Chain | None:
    node = term.node
    if isinstance(node, Einsum) and len(node.operands) == 1 and not node.rank:
        c, node = c * node.coefficient, node.operands[0].node
    maps: list[str] = []
    while isinstance(node, Map):
        maps.append(node.name)
        node = node.x
    return Chain(c, tuple(maps), node) if maps and isinstance(node, Einsum) else None


def _joined(g: Graph, a: Chain, b: Chain) -> LabelledArray | None:
    """Both as one chain, if ``b`` has one more axis, the one of its gathered positions."""
    if (a.factor, a.maps, len(a.core.operands)) != (b.factor, b.maps, len(b.core.operands)):
        return None
    if b.core.rank != a.core.rank + 1:
        return None
    for order in permutations(a.core.operands):
        for at, axis, first in _matches(order, b.core):
            if any(a.core.dims[k] != b.core.dims[at[k]] for k in range(a.core.rank)):
                continue
            made = _built(g, a, b, at, axis, first)
            if made is not None:
                return made
    return None


def _matches(order: tuple[Operand, ...], core: Einsum) -> Iterator[tuple[dict[int, int], int, Operand]]:
    """Ways to match a product with ``core``: the map of labels, the extra axis, the positions of the first."""
    for axis in range(core.rank):
        at: dict[int, int] = {}
        first: Operand | None = None
        good = True
        for x, y in zip(order, core.operands, strict=True):
            if x.node is y.node and axis not in y.labels:
                pairs = list(zip(x.labels, y.labels, strict=True))
            elif first is None and isinstance(x.node, Take) and isinstance(y.node, Take):
                found = _slots(x, y, axis)
                if found is None:
                    good = False
                    break
                pairs, first = found
            else:
                good = False
                break
            good = good and all(at.setdefault(k, m) == m for k, m in pairs)
        if good and first is not None and len(set(at.values())) == len(at):
            yield at, axis, first


def _slots(x: Operand, y: Operand, axis: int) -> tuple[list[tuple[int, int]], Operand] | None:
    """Matching labels of two look-ups that differ in one gathered slot, and the positions of the first there."""
    p, q = x.node, y.node
    assert isinstance(p, Take)  # the caller has checked
    assert isinstance(q, Take)
    if p.base is not q.base:
        return None
    pairs: list[tuple[int, int]] = []
    first: Operand | None = None
    for s, t in zip(p.slots, q.slots, strict=True):
        if isinstance(s, int) and isinstance(t, int):
            pairs.append((x.labels[s], y.labels[t]))
        elif isinstance(s, Operand) and isinstance(t, Operand) and first is None:
            mine = [x.labels[k] for k in s.labels]
            theirs = [y.labels[k] for k in t.labels if y.labels[k] != axis]
            if len(mine) != len(theirs) or len(theirs) == len(t.labels):
                return None
            pairs += zip(mine, theirs, strict=True)
            first = Operand(s.node, tuple(mine))
        else:
            return None
    return None if first is None else (pairs, first)


def _built(g: Graph, a: Chain, b: Chain, at: dict[int, int], axis: int, first: Operand) -> LabelledArray | None:
    """The core over the joined positions; the part from ``a`` is scaled where the coefficients differ."""
    flat = _chained(g, a, b, first)
    if flat is not None:
        return flat
    factors: list[LabelledArray] = []
    for o in b.core.operands:
        gathered = [s for s in o.node.slots if isinstance(s, Operand)] if isinstance(o.node, Take) else []
        if not (gathered and axis in o.labels):
            factors.append(from_operand(o))
            continue
        assert isinstance(o.node, Take)  # it gathers
        places: list[Place] = []
        for s in o.node.slots:
            if isinstance(s, int):
                places.append(o.labels[s])
            else:
                labels = tuple(o.labels[k] for k in s.labels)
                head = Operand(first.node, tuple(at[k] for k in first.labels))
                places.append(_positions(g, head, Operand(s.node, labels), axis))
        factors.append(take(g, o.node.base, places))
    core = einsum(g, factors, tuple(range(b.core.rank)), b.core.coefficient)
    if axis not in core.labels:
        return None
    return _finished(g, a, b, core, core.labels.index(axis), Affine.of(1))


def _finished(g: Graph, a: Chain, b: Chain, core: LabelledArray, axis: int, count: Affine) -> LabelledArray:
    """Scales the first ``count`` slices of the core, applies the functions, and sums."""
    ratio = a.core.coefficient / b.core.coefficient
    if ratio != 1:
        core = LabelledArray(g.make(ScaledArray, core.node.dims, core.node, axis, count, ratio), core.labels)
    for name in reversed(b.maps):
        core = mapped(g, name, core)
    return einsum(g, [core], (), b.factor)


def _chained(g: Graph, a: Chain, b: Chain, first: Operand) -> LabelledArray | None:
    """The same if every axis is one of positions: then they are joined along a single axis."""
    gathered = [o for o in b.core.operands if any(k < b.core.rank for k in o.labels)]
    if len(gathered) != 1 or a.core.rank != 1 or first.labels != (0,):
        return None
    (o,) = gathered
    assert isinstance(o.node, Take)  # it is the one that gathers
    slots = [s for s in o.node.slots if isinstance(s, Operand)]
    if len(slots) != 1 or len(slots[0].labels) != b.core.rank:
        return None
    size = Affine.of(f"|r{len(g.selected) + 1}|")
    run = g.selected[size] = g.make(Chained, (size,), (first.node, slots[0].node))
    places: list[Place] = [o.labels[s] if isinstance(s, int) else LabelledArray(run, (_ALONG,)) for s in o.node.slots]
    factors = [take(g, o.node.base, places), *(from_operand(p) for p in b.core.operands if p is not o)]
    core = einsum(g, factors, (_ALONG,), b.core.coefficient)
    return _finished(g, a, b, core, 0, a.core.dims[0])


def _positions(g: Graph, head: Operand, rest: Operand, axis: int) -> LabelledArray:
    """The positions of both along an axis, those of ``head`` first."""
    along = rest.labels.index(axis)
    sizes = dict(zip(rest.labels, rest.node.dims, strict=True))
    sizes[axis] = sizes[axis] + 1
    given: dict[Label, int] = {x: k for k, x in enumerate(rest.labels)}
    lifted = Operand(head.node, tuple(given[x] for x in head.labels))
    made = g.make(Joined, tuple(sizes[x] for x in rest.labels), lifted, rest.node, along)
    return LabelledArray(made, rest.labels)
