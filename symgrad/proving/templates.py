"""From terms with positions to a template with numbered slots, and back.

``to_template`` returns the canonical head of some terms and the positions in its slots. Bound indices and open
positions are numbered by canonical labelling, so the head does not depend on their names. ``from_template`` puts
positions and fresh bound indices back.
"""

from __future__ import annotations

from typing import Any

from symgrad.proving.attempt import Attempt, Mono, Part, Poly, Slots, normal_slots
from symgrad.proving.interner import Code, Head, Label, Number, TermCode
from symgrad.proving.labelling import LabellingSearch, closure, encode_terms
from symgrad.proving.limits import MAX_FACTORS, MAX_GROUP, FormTooLarge, Unsupported
from symgrad.proving.position_ids import COMPOUND

LiveTerm = tuple[Label, Mono]


def int_if_whole(value: Number) -> Number:
    """The value as an ``int`` if it is a whole number."""
    return value if isinstance(value, int) or value.denominator != 1 else value.numerator


def poly_terms(poly: Poly, which: int = 0) -> list[LiveTerm]:
    """The terms of polynomial number ``which`` in a template."""
    return [((which, int_if_whole(c)), mono) for mono, c in poly.items()]


def to_template(
    ctx: Attempt,
    kind: str,
    of: Any,
    terms: list[LiveTerm],
    bound: tuple[int, ...] = (),
    axes: tuple[int, ...] = (),
    active: bool = False,
) -> tuple[int, Slots]:
    """``(head id, slots)`` of terms under bound indices. ``axes`` are bound indices whose order matters."""
    inner = frozenset(bound) | frozenset(axes)
    raw, order = _numbered_terms(ctx, terms, inner)
    colours = []
    for leaf in order:
        if leaf not in inner:
            colours.append(0)
        elif leaf in bound:
            range_ = ctx.positions.ranges[leaf]
            if range_ is None:
                raise Unsupported("a bound index without a range")
            colours.append(ctx.interner.range_id(range_))
        else:
            colours.append(-1 - axes.index(leaf))
    key = (kind, of, raw, tuple(colours))
    known = ctx.interner.labelled.get(key)
    if known is None:
        known = _label(ctx, kind, of, raw, colours, active)
        ctx.interner.labelled[key] = known
    return known[0], normal_slots(ctx.heads[known[0]], tuple([order[v] for v in known[1]]))


def _numbered_terms(
    ctx: Attempt, terms: list[LiveTerm], inner: frozenset[int]
) -> tuple[tuple[TermCode, ...], list[int]]:
    """The terms with their leaves (bound indices and open positions) numbered as vertices, and these leaves."""
    vertex: dict[int, int] = {}
    order: list[int] = []
    positions = ctx.positions
    raw = []

    def number(leaf: int) -> int:
        v = vertex.get(leaf)
        if v is None:
            v = vertex[leaf] = len(order)
            order.append(leaf)
        return v

    count = 0
    for label, mono in terms:
        factors = []
        for hid, slots, exponent in mono:
            count += 1
            codes: list[Code] = []
            for p in slots:
                if p < COMPOUND or not inner or not (positions.inside[p] & inner):
                    codes.append((0, number(p)))
                else:
                    shape, leaves = positions.skeleton_of(p, inner)
                    codes.append((shape, *[number(x) for x in leaves]))
            factors.append((hid, int_if_whole(exponent), tuple(codes)))
        raw.append((label, tuple(factors)))
    if count > MAX_FACTORS:
        raise FormTooLarge("too many factors in one term")
    return tuple(raw), order


def _label(
    ctx: Attempt, kind: str, of: Any, raw: tuple[TermCode, ...], colours: list[int], active: bool
) -> tuple[int, tuple[int, ...]]:
    """The id of the canonical head of numbered terms, and the vertices that fill its slots."""
    search = LabellingSearch(raw, colours, ctx.interner, ctx.budget)
    by_label = sorted(range(len(colours)), key=search.best.__getitem__)
    slots = tuple(v for v in by_label if colours[v] == 0)
    held = tuple(v for v in by_label if colours[v] > 0)
    axes = sorted((v for v in by_label if colours[v] < 0), key=lambda v: -colours[v])
    names = [0] * len(colours)
    for k, v in enumerate(slots):
        names[v] = k
    for k, v in enumerate(held):
        names[v] = -1 - k
    for v in axes:
        names[v] = -len(held) + colours[v]
    terms = encode_terms(ctx.interner, raw, names)
    where = {v: k for k, v in enumerate(slots)}
    shuffles = {tuple(where[g[v]] for v in slots) for g in search.generators}
    group = closure(sorted(shuffles), len(slots), MAX_GROUP)
    rigid = all(ctx.heads[f[0]].rigid and all(c[0] == 0 for c in f[2]) for _, fs in raw for f in fs)
    head = ctx.interner.nested(kind, of, tuple(colours[v] for v in held), terms, len(slots), group, active, rigid)
    return head.id, slots


def from_template(
    ctx: Attempt, head: Head, slots: Slots, axes: tuple[int, ...] = ()
) -> tuple[list[int], list[LiveTerm]]:
    """Fresh bound indices, and the terms of a template at the given positions. Parts are not reduced yet."""
    positions = ctx.positions
    bound = [positions.fresh(ctx.interner.ranges[r]) for r in head.bound]
    inner = [*bound, *axes]

    def leaf(label: int) -> int:
        return slots[label] if label >= 0 else inner[-1 - label]

    terms = []
    for label, factors in head.terms:
        mono: list[Part] = []
        for hid, exponent, codes in factors:
            live = tuple(
                [leaf(c[1]) if c[0] == 0 else positions.from_skeleton(c[0], [leaf(x) for x in c[1:]]) for c in codes]
            )
            mono.append((hid, normal_slots(ctx.heads[hid], live), exponent))
        mono.sort()
        terms.append((label, tuple(mono)))
    return bound, terms
