"""Conditions on exponentials go into the exponent, exp(-inf) = 0, so that excluded terms do not overflow."""

from __future__ import annotations

from collections.abc import Collection

from symgrad.exporting.graph.array_graph import Graph, ordered
from symgrad.exporting.graph.array_kinds import (
    Compare,
    ConstantArray,
    Einsum,
    InputArray,
    Linear,
    LiteralArray,
    Map,
    Offset,
    Operand,
    PositionArray,
    PowerArray,
    SizeOf,
)
from symgrad.exporting.graph.array_properties import argument_of, is_map, negated, plain, positive
from symgrad.exporting.graph.constructors import einsum, factors_of, linear, opened, scalar
from symgrad.exporting.graph.entries import compare, where
from symgrad.exporting.graph.labelled_array import LabelledArray


def nothing(g: Graph) -> LabelledArray:
    """-inf, whose exponential is 0"""
    return negated(g, LabelledArray(g.make(ConstantArray, (), "\\infty")))


def masked(g: Graph, mask: LabelledArray, body: LabelledArray) -> LabelledArray:
    """``body`` where the mask holds, else 0."""
    body = guarded(g, mask, body)
    coefficient, factors = factors_of(body)
    every = dict.fromkeys((*body.labels, *mask.labels)).keys()
    for f in factors:
        if is_map(f, "exp") and set(mask.labels) & set(f.labels):
            rest = [other for other in factors if other is not f]
            return einsum(g, [*rest, _exp_where(g, mask, f)], None, coefficient)
    if isinstance(body.node, Einsum) and _compares_positions(mask):
        coefficient, factors = opened(body)
        if len(factors) > 1 and all(_finite(f) and not every <= set(f.labels) for f in factors):
            return einsum(g, [*factors, where(g, mask, scalar(g, 1), scalar(g, 0))], tuple(every), coefficient)
    return where(g, mask, body, scalar(g, 0))


def _compares_positions(mask: LabelledArray) -> bool:
    """True for conditions such as i < j: their array of zeros and ones is a factor of a contraction like any other."""
    parts = ordered([mask.node])
    return len(mask.labels) > 1 and all(isinstance(n, (PositionArray, Offset, Compare, SizeOf)) for n in parts)


def _finite(f: LabelledArray) -> bool:
    """True for polynomials of arguments: 0 times an excluded entry is 0."""
    return all(
        isinstance(n, (InputArray, Einsum, Linear, SizeOf, LiteralArray))
        or (isinstance(n, PowerArray) and n.exponent > 0 and n.exponent.denominator == 1)
        for n in ordered([f.node])
    )


def masked_exponentials(g: Graph, flat: list[LabelledArray], spread: bool = False) -> list[LabelledArray] | None:
    """w exp(x) = exp(x where w, else -inf), for w of zeros and ones; ``spread``: also along axes that x lacks"""
    for w in flat:
        mask = _mask_of(g, w)
        if mask is None:
            continue
        for f in flat:
            if is_map(f, "exp") and (spread or (set(w.labels) <= set(f.labels) and not _negative(g, argument_of(f)))):
                if f.node in g.computed and not spread:
                    return [*(o for o in flat if o is not w and o is not f), where(g, mask, f, scalar(g, 0))]
                return [*(other for other in flat if other is not w and other is not f), _exp_where(g, mask, f)]
    return None


def _negative(g: Graph, v: LabelledArray) -> bool:
    """True for an exponent that is known to be negative, whose exponential is a number."""
    c, factors = factors_of(v)
    return c < 0 and all(positive(g, f.node) for f in factors)


def guarded(g: Graph, mask: LabelledArray, v: LabelledArray, functions: Collection[str] = ("log",)) -> LabelledArray:
    """The same where the mask holds; elsewhere quotients, roots and some functions have their value and slope at 1.

    Without this, ``sum_{k != i} 1 / (x_i - x_k)`` has the right value, but 0 times infinity as its gradient.
    """
    node = v.node

    def inside(o: Operand) -> LabelledArray:
        return guarded(g, mask, v.operand(o), functions)

    if not set(mask.labels) <= set(v.labels):
        return v
    if isinstance(node, Linear):
        return linear(g, [(c, inside(o)) for c, o in node.terms])
    if isinstance(node, Einsum) and all(k < node.rank for o in node.operands for k in o.labels):
        return einsum(g, [inside(o) for o in node.operands], v.labels, node.coefficient)
    if isinstance(node, PowerArray) and not (node.exponent > 0 and node.exponent.denominator == 1):
        safe = where(g, mask, LabelledArray(node.x, v.labels), scalar(g, 1))
        return LabelledArray(g.make(PowerArray, safe.node.dims, safe.node, node.exponent), safe.labels)
    if isinstance(node, Map) and node.name in functions:
        return plain(g, node.name, where(g, mask, argument_of(v), scalar(g, 1)))
    return v


def _exp_where(g: Graph, mask: LabelledArray, f: LabelledArray) -> LabelledArray:
    chosen = where(g, mask, argument_of(f), nothing(g))
    return plain(g, "exp", chosen)


def _mask_of(g: Graph, w: LabelledArray) -> LabelledArray | None:
    """The condition that an array of zeros and ones is one, if ``w`` is such an array."""
    if is_map(w, "indicator"):
        return argument_of(w)
    base = w.node
    if isinstance(base, InputArray) and base.name in g.bits:
        return compare(g, ">", w, scalar(g, 0))
    return None
