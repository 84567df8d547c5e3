"""Products and sums of arrays, each in its one form.

On the way the rules of the graph are applied (``Graph.product_rules``, ``Graph.sum_rules``), so that a product or a
sum is never built in a form that overflows. The rules themselves are in ``stable_forms``.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symgrad.core.ranges import Affine
from symgrad.exporting.graph.array_graph import Graph
from symgrad.exporting.graph.array_kinds import Centred, Count, Einsum, Linear, LiteralArray, Operand, SizeOf
from symgrad.exporting.graph.labelled_array import Label, LabelledArray, SummedAxis, merge, numbered
from symgrad.exporting.graph.transposes import equals_transpose


def scalar(g: Graph, value: Fraction | int) -> LabelledArray:
    return LabelledArray(g.number(value))


def size_of(g: Graph, affine: Affine) -> LabelledArray:
    if not affine.terms:
        return scalar(g, affine.const)
    if affine in g.selected:
        return LabelledArray(g.make(Count, (), g.selected[affine]))
    return LabelledArray(g.make(SizeOf, (), affine))


def is_number(v: LabelledArray, value: int | None = None) -> bool:
    return isinstance(v.node, LiteralArray) and (value is None or v.node.value == value)


# --- products and sums ----------------------------------------------------------------------------


def einsum(
    g: Graph, factors: Sequence[LabelledArray], out: Sequence[Label] | None = None, coefficient: Fraction | int = 1
) -> LabelledArray:
    """``coefficient sum prod factors``, summed over the labels that are not in ``out``.

    Labels of ``out`` that no factor has are dropped. Nested products become one product, numbers go in front, nested
    sums become one sum, and sum_j (a + b_j) = n a + sum_j b_j, so that terms constant along j are computed once.
    """
    coefficient = Fraction(coefficient)
    flat: list[LabelledArray] = []
    for f in factors:
        coefficient *= _flattened(f, flat)
    if coefficient == 0:
        return scalar(g, 0)
    every = merge(flat)
    keep = tuple(every) if out is None else tuple(x for x in out if x in every)
    summed = [x for x in every if x not in keep]
    if any(_vanishes(flat, x) for x in summed):
        return scalar(g, 0)
    flat = [_without_zeros(g, f, [o for o in flat if o is not f], summed) for f in flat]
    if len(flat) == 1 and not summed:
        only = flat[0]
        if coefficient == 1:
            return only
    if not flat:
        return scalar(g, coefficient)
    flat, coefficient = _merged_sums(g, flat, coefficient, summed)
    every = merge(flat)
    if len(flat) == 1 and not [x for x in every if x not in keep] and coefficient == 1:
        return flat[0]
    if len(flat) == 1 and isinstance(flat[0].node, Linear) and len(flat[0].labels) == len(keep):
        return linear(g, [(coefficient, flat[0])])
    moved = _distributed(g, flat, keep, [x for x in every if x not in keep], coefficient)
    if moved is not None:
        return moved
    return _contracted(g, flat, keep, coefficient)


def _vanishes(factors: Sequence[LabelledArray], along: Label) -> bool:
    """sum_i (x_i - mean x) y = 0, for a y that does not depend on i"""
    having = [f for f in factors if along in f.labels]
    only = having[0] if len(having) == 1 else None
    return only is not None and isinstance(only.node, Centred) and only.labels[only.node.axis] == along


def _without_zeros(
    g: Graph, f: LabelledArray, others: Sequence[LabelledArray], summed: Sequence[Label]
) -> LabelledArray:
    """A sum without the terms that vanish when everything is summed; one that is there already stays whole."""
    if not isinstance(f.node, Linear) or not summed or f.node in g.computed:
        return f
    terms = [(c, f.operand(o)) for c, o in f.node.terms]
    left = [(c, t) for c, t in terms if not any(_vanishes([*others, *factors_of(t)[1]], x) for x in summed)]
    return linear(g, left) if 0 < len(left) < len(terms) else f


def _flattened(f: LabelledArray, flat: list[LabelledArray]) -> Fraction:
    """Appends the factors of a product without sums; returns the number in front of them."""
    node = f.node
    if isinstance(node, LiteralArray):
        return node.value
    if isinstance(node, Linear) and len(node.terms) == 1:
        c, x = node.terms[0]
        return c * _flattened(f.operand(x), flat)
    if isinstance(node, Einsum) and all(k < node.rank for o in node.operands for k in o.labels):
        c = node.coefficient
        for o in node.operands:
            c *= _flattened(f.operand(o), flat)
        return c
    flat.append(f)
    return Fraction(1)


def factors_of(f: LabelledArray) -> tuple[Fraction, list[LabelledArray]]:
    """The coefficient of a product without sums, and its factors; anything else is its own only factor."""
    flat: list[LabelledArray] = []
    return _flattened(f, flat), flat


def opened(f: LabelledArray) -> tuple[Fraction, list[LabelledArray]]:
    """The coefficient and the factors of a sum of products, with fresh labels for what is summed."""
    node = f.node
    assert isinstance(node, Einsum)  # the caller has checked
    given: dict[int, Label] = dict(enumerate(f.labels))
    out = []
    for o in node.operands:
        out.append(LabelledArray(o.node, tuple(given.setdefault(k, SummedAxis()) for k in o.labels)))
    return node.coefficient, out


def _merged_sums(
    g: Graph, flat: list[LabelledArray], coefficient: Fraction, summed: Sequence[Label]
) -> tuple[list[LabelledArray], Fraction]:
    """sum_i sum_j x_ij = sum_ij x_ij, where the inner sum is the only factor that has axes."""
    arrays = [f for f in flat if f.labels] or (flat if len(flat) == 1 else [])
    if len(arrays) == 1 and isinstance(arrays[0].node, Einsum) and all(x in arrays[0].labels for x in summed):
        c, inner = opened(arrays[0])
        rest = [f for f in flat if f is not arrays[0]]
        return [*rest, *inner], coefficient * c
    return flat, coefficient


def _distributed(
    g: Graph, flat: list[LabelledArray], keep: tuple[Label, ...], summed: Sequence[Label], coefficient: Fraction
) -> LabelledArray | None:
    """sum_j c (a + b_j) = n c a + sum_j c b_j, if a term lacks a summed axis or is a sum itself.

    A difference that is there already, such as a residual, is summed: its parts are larger, and their sums cancel.
    """
    if not summed:
        return None
    for f in flat:
        if not isinstance(f.node, Linear) or f.node in g.computed:
            continue
        if any(x in o.labels for o in flat if o is not f for x in summed):
            continue
        terms = [(c, f.operand(t)) for c, t in f.node.terms]
        if not any(_splits(t, summed) for _, t in terms):
            continue
        rest = [o for o in flat if o is not f]
        parts = []
        for c, t in terms:
            lacking = [size_of(g, f.dims()[x]) for x in summed if x not in t.labels]
            parts.append((Fraction(1), einsum(g, [*rest, t, *lacking], keep, coefficient * c)))
        return linear(g, parts)
    return None


def _splits(term: LabelledArray, summed: Sequence[Label]) -> bool:
    if any(x not in term.labels for x in summed):
        return True
    node = term.node
    return isinstance(node, Einsum) and len(node.operands) == 1 and any(k >= node.rank for k in node.operands[0].labels)


def _contracted(g: Graph, flat: list[LabelledArray], keep: tuple[Label, ...], coefficient: Fraction) -> LabelledArray:
    every = merge(flat)
    for rule in g.product_rules:
        factors = rule(g, flat)
        if factors is not None:
            left = merge(factors)
            # a summed axis that cancels still counts: sum_i 1 = n
            lost = [size_of(g, size) for x, size in every.items() if x not in keep and x not in left]
            return einsum(g, [*factors, *lost], keep, coefficient)
    if len(flat) == 1 and coefficient < 0 and _all_negative(g, flat[0]):  # - sum_k (- a_k - b_k)
        flat, coefficient = [linear(g, [(-1, flat[0])])], -coefficient
    order = sorted(range(len(flat)), key=lambda k: flat[k].node.serial)
    given: dict[Label, int] = {x: k for k, x in enumerate(keep)}
    for k in order:
        for x in flat[k].labels:
            given.setdefault(x, len(given))
    ops = tuple(_operand(g, flat[k], given) for k in order)
    return LabelledArray(g.make(Einsum, tuple(every[x] for x in keep), coefficient, ops), keep)


def _all_negative(g: Graph, f: LabelledArray) -> bool:
    """True for a sum that is not there yet, of negative terms."""
    return isinstance(f.node, Linear) and f.node not in g.computed and all(c < 0 for c, _ in f.node.terms)


def centred(g: Graph, x: LabelledArray, along: Label, mean: LabelledArray) -> LabelledArray:
    """``x`` less its mean along an axis."""
    given = {label: k for k, label in enumerate(x.labels)}
    operand = Operand(mean.node, numbered(mean.labels, given))
    return LabelledArray(g.make(Centred, x.node.dims, x.node, given[along], operand), x.labels)


def linear(g: Graph, terms: Sequence[tuple[Fraction | int, LabelledArray]]) -> LabelledArray:
    """``sum_t c_t x_t``; nested sums are flattened, equal terms collected."""
    total: dict[LabelledArray, Fraction] = {}
    for c, x in terms:
        _collect(g, Fraction(c), x, total)
    kept = [(c, v) for v, c in total.items() if c]
    if not kept:
        return scalar(g, 0)
    if len(kept) == 1:
        return kept[0][1] if kept[0][0] == 1 else einsum(g, [kept[0][1]], None, kept[0][0])
    for rule in g.sum_rules:
        done = rule(g, kept)
        if done is not None:
            return done
    every = merge(v for _, v in kept)
    given = {x: k for k, x in enumerate(every)}
    made = tuple((c, _operand(g, v, given)) for c, v in kept)
    return LabelledArray(g.make(Linear, tuple(every.values()), made), tuple(every))


def _operand(g: Graph, v: LabelledArray, given: dict[Label, int]) -> Operand:
    """An array under the numbers of its labels; that of a matrix that equals its transpose does not depend on its
    order."""
    labels = numbered(v.labels, given)
    return Operand(v.node, tuple(sorted(labels)) if len(labels) == 2 and equals_transpose(g, v.node) else labels)


def _collect(g: Graph, c: Fraction, x: LabelledArray, total: dict[LabelledArray, Fraction]) -> None:
    node = x.node
    if isinstance(node, Linear):
        for inner, o in node.terms:
            _collect(g, c * inner, x.operand(o), total)
        return
    if isinstance(node, Einsum) and node.coefficient != 1:
        bare = LabelledArray(g.make(Einsum, node.dims, Fraction(1), node.operands), x.labels)
        if len(node.operands) == 1 and len(node.operands[0].labels) == node.rank:
            o = node.operands[0]
            bare = x.operand(o)
        _collect(g, c * node.coefficient, bare, total)
        return
    if isinstance(node, LiteralArray):
        c, x = c * node.value, scalar(g, 1)
    total[x] = total.get(x, Fraction(0)) + c
