"""Sums over indices, term by term.

Factors without a bound index are moved out of the sum and deltas are contracted. The remaining factors are split into
*components* that share no bound index, and each component becomes one part. So ``(sum_w e_w)^2`` is the square of a
part, and ``Z Z^{-1} = 1`` needs no rule. A sum whose body lacks the index gives the size of the range.
"""

from __future__ import annotations

from collections.abc import Iterable

from symgrad.proving.attempt import Attempt, Mono, Part, Poly, Slots
from symgrad.proving.equation_rules import rewrite_by_equation
from symgrad.proving.indicators import less
from symgrad.proving.interner import Head, Number
from symgrad.proving.limits import MAX_FACTORS, FormTooLarge, Unsupported
from symgrad.proving.poly import (
    ONE,
    accumulate,
    add,
    is_natural,
    merge,
    minus,
    mul,
    open_template,
    reduce,
    replace,
    replace_throughout,
)
from symgrad.proving.position_ids import COMPOUND
from symgrad.proving.powers import power
from symgrad.proving.size_polynomials import numbered_positions, power_sum, size_of
from symgrad.proving.sum_shapes import unshifted, with_equal_positions_exchanged, without_order
from symgrad.proving.templates import to_template

MAX_POWER = 24
"""The highest power of a position whose sums are written in closed form."""
SumComponent = tuple[Part, Mono, tuple[int, ...]]
"""The sum as a part, its factors, and its bound indices."""


def sum_over(ctx: Attempt, p: Poly, *indices: int) -> Poly:
    """``sum_{indices} p``"""
    left = list(indices)
    for index in indices:
        few = numbered_positions(ctx.positions.ranges.get(index))
        if few is not None:
            ctx.met_numbered_range = True
            if ctx.write_out_sums or len(few) == 1:
                p = _written_out(ctx, p, index, few)
                left.remove(index)
    if not left:
        return p
    total: Poly = {}
    touches = ctx.positions.mentions
    bound = tuple(left)
    for mono, c in p.items():
        inside: list[Part] = []
        outside: list[Part] = []
        for x in mono:
            (inside if any(touches(s, i) for s in x[1] for i in bound) else outside).append(x)
        part = sum_of_product(ctx, bound, tuple(inside))
        accumulate(total, mul(ctx, part, {tuple(outside): 1}) if outside else part, c)
    return total


def _written_out(ctx: Attempt, p: Poly, index: int, few: range) -> Poly:
    """The sum over a few numbered positions, written out term by term."""
    return add(replace_throughout(ctx, p, index, ctx.positions.literal(k)) for k in few)


def sum_of_product(ctx: Attempt, bound: tuple[int, ...], factors: Mono) -> Poly:
    """``sum_{bound} factors``. The factors need not contain a bound index."""
    key = (bound, factors)
    known = ctx.sums.get(key)
    if known is None:
        known = ctx.sums[key] = _sum_of_product(ctx, bound, factors)
    return known


def _sum_of_product(ctx: Attempt, bound: tuple[int, ...], factors: Mono) -> Poly:
    ctx.budget.tick()
    opened = _inner_sums_opened(ctx, bound, factors)
    if opened is None:
        return _contract_or_split(ctx, bound, factors)
    flat, more = opened
    total: Poly = {}
    for mono, c in flat.items():
        accumulate(total, sum_of_product(ctx, (*bound, *more), mono), c)
    return total


def _inner_sums_opened(ctx: Attempt, bound: tuple[int, ...], factors: Mono) -> tuple[Poly, list[int]] | None:
    """Open the inner sums with natural exponents that contain a bound index, and multiply out. Returns the product
    and its additional bound indices; None if there are no such sums."""
    touched: list[Part] = []
    rest: list[Part] = []
    touches = ctx.positions.mentions
    for x in factors:
        inner = ctx.heads[x[0]].kind == "sum" and is_natural(x[2]) and any(touches(s, b) for s in x[1] for b in bound)
        (touched if inner else rest).append(x)
    if not touched:
        return None
    more: list[int] = []
    total: Poly = {tuple(rest): 1}
    for hid, slots, e in touched:
        for _ in range(int(e)):
            fresh, polys = open_template(ctx, ctx.heads[hid], slots)
            more.extend(fresh)
            if len(more) > MAX_FACTORS:
                raise FormTooLarge("too many sums in one term")
            total = mul(ctx, total, polys[0])
    return total, more


def _contract_or_split(ctx: Attempt, bound: tuple[int, ...], factors: Mono) -> Poly:
    """Contract one delta with a bound index; if there is none, split the sum into its components."""
    total: Poly
    for x in factors:
        if ctx.heads[x[0]].kind != "delta" or x[2] != 1:
            continue
        for b in bound:
            solved = _solve_delta(ctx, x[1], b)
            if solved is None:
                continue
            other, inside = solved
            rest = tuple(y for y in factors if y is not x)
            left = tuple(i for i in bound if i != b)
            depth = ctx.depth
            try:
                summand = replace(ctx, rest, b, other)
            except Unsupported:  # the index also occurs in arithmetic, where no gathered position is possible
                ctx.depth = depth
                continue
            ctx.note("sum_j delta_{ij} f(j) = f(i)")
            if inside != {ONE: 1}:
                summand = mul(ctx, inside, summand)
            total = {}
            for mono, c in summand.items():
                accumulate(total, sum_of_product(ctx, left, mono) if left else reduce(ctx, mono), c)
            return total
    smaller = ctx.rules.in_sum(ctx, bound, factors)
    if smaller is not None:
        total = {}
        for left, summand in smaller:
            for mono, c in summand.items():
                accumulate(total, sum_of_product(ctx, left, mono) if left else reduce(ctx, mono), c)
        return total
    groups, outside = _connected_components(ctx, bound, factors)
    result: Poly = {outside: 1}
    for indices, parts in groups:
        if not parts:
            for i in indices:
                result = mul(ctx, result, size_of(ctx, ctx.positions.ranges.get(i)))
        else:
            result = mul(ctx, result, sum_component(ctx, indices, parts))
    return result


def _solve_delta(ctx: Attempt, slots: Slots, b: int) -> tuple[int, Poly] | None:
    """The position that a delta sets a bound index to, and the indicator that it lies in the range of the index:
    ``delta_{b p}`` gives ``p``, ``delta_{b+1, p}`` gives ``p - 1``."""
    positions = ctx.positions
    range_ = positions.ranges.get(b)
    p, q = slots if positions.mentions(slots[0], b) else slots[::-1]
    if range_ is None or not positions.mentions(p, b) or positions.mentions(q, b):
        return None
    if p != b:
        a = positions.as_arithmetic(p)
        c = dict(a.terms).get(b) if a is not None else None
        if a is None or c not in (1, -1) or positions.as_arithmetic(q) is None:
            return None
        rest = positions.arithmetic(a.const, a.sizes, tuple(t for t in a.terms if t[0] != b))
        q = positions.plus(q, rest, -1) if c == 1 else positions.plus(rest, q, -1)
    if positions.lies_in(q, range_):
        return q, {ONE: 1}
    inside = minus({ONE: 1}, less(ctx, q, positions.of(range_.lo)))
    return q, mul(ctx, inside, minus({ONE: 1}, less(ctx, positions.of(range_.hi), q)))


def _connected_components(
    ctx: Attempt, bound: Iterable[int], factors: Mono
) -> tuple[list[tuple[tuple[int, ...], Mono]], Mono]:
    """The components: bound indices connected by factors, with these factors. Then the factors without any of them."""
    inside = ctx.positions.indices_in
    owner = {b: b for b in bound}

    def root(b: int) -> int:
        while owner[b] != b:
            owner[b] = owner[owner[b]]
            b = owner[b]
        return b

    held: list[list[int]] = []
    for _, slots, _ in factors:
        here = [i for s in slots for i in ((s,) if s < COMPOUND else inside(s)) if i in owner]
        held.append(here)
        for i in here[1:]:
            owner[root(i)] = root(here[0])
    groups: dict[int, tuple[list[int], list[Part]]] = {}
    for b in owner:
        groups.setdefault(root(b), ([], []))[0].append(b)
    outside: list[Part] = []
    for x, here in zip(factors, held, strict=True):
        if here:
            groups[root(here[0])][1].append(x)
        else:
            outside.append(x)
    return [(tuple(i), tuple(p)) for i, p in groups.values()], tuple(outside)


def sum_component(ctx: Attempt, bound: tuple[int, ...], factors: Mono) -> Poly:
    """The sum of one component, after applying the rules for sums."""
    for rule in (unshifted, without_order):
        changed = rule(ctx, bound, factors)
        if changed is not None:
            bound, poly = changed
            total: Poly = {}
            for mono, c in poly.items():
                accumulate(total, sum_of_product(ctx, bound, mono), c)
            return total
    smaller = without_inverse(ctx, bound, factors) if len(bound) > 1 else _power_sum(ctx, bound, factors)
    if smaller is not None:
        return smaller
    part = as_part(ctx, bound, factors)
    if part[0] in ctx.rewritten_heads:
        return reduce(ctx, (part,))
    if ctx.rewritten_heads and len(bound) > 1:
        smaller = rewritten_subsum(ctx, bound, factors)
        if smaller is not None:
            return smaller
    return {(part,): 1}


def _power_sum(ctx: Attempt, bound: tuple[int, ...], factors: Mono) -> Poly | None:
    """``sum_i i^k`` in closed form; None for other factors."""
    range_ = ctx.positions.ranges.get(bound[0])
    if len(factors) != 1 or range_ is None:
        return None
    hid, slots, e = factors[0]
    if ctx.heads[hid].of != "position" or slots != bound or not is_natural(e) or e > MAX_POWER:
        return None
    ctx.note("sum_{i=1}^n i = n (n + 1) / 2")
    return power_sum(ctx, range_, int(e))


def as_part(ctx: Attempt, bound: tuple[int, ...], factors: Mono) -> Part:
    """The sum of one component as a part: the smallest over all ways to write equal positions."""
    return min(
        (*to_template(ctx, "sum", "", [((0, 1), mono)], bound), 1)
        for mono in with_equal_positions_exchanged(ctx, bound, factors)
    )


def components_at(ctx: Attempt, bound: tuple[int, ...], factors: Mono, freed: frozenset[int]) -> list[SumComponent]:
    """The components of a sum if the indices ``freed`` are regarded as free."""
    rest = tuple(b for b in bound if b not in freed)
    groups, _ = _connected_components(ctx, rest, factors)
    return [(as_part(ctx, indices, parts), parts, indices) for indices, parts in groups if parts]


def without_inverse(ctx: Attempt, bound: tuple[int, ...], factors: Mono) -> Poly | None:
    """``sum_i ... (sum_j f_ij) (sum_k f_ik)^{-1} = sum_i ...``: cancel an inner sum and its inverse."""
    for x in factors:
        hid, slots, e = x
        if ctx.heads[hid].kind != "sum" or e >= 0:
            continue
        freed = frozenset(i for s in slots for i in ctx.positions.indices_in(s))
        wanted = sorted(f[0] for f in ctx.heads[hid].terms[0][1])
        for part, parts, indices in components_at(ctx, bound, tuple(y for y in factors if y is not x), freed):
            if part[0] != hid or part[1] != slots or sorted(y[0] for y in parts) != wanted:
                continue
            ctx.note("Z Z^{-1} = 1")
            rest = tuple(y for y in factors if y is not x and y not in parts)
            mono = merge(rest, ((hid, slots, e + 1),) if e + 1 else ONE)
            return sum_of_product(ctx, tuple(b for b in bound if b not in indices), mono)
    return None


def rewritten_subsum(ctx: Attempt, bound: tuple[int, ...], factors: Mono) -> Poly | None:
    """Apply an assumed equation about a sum (``sum_j P_ij = 1``) to a component of a larger sum."""
    for freed in [frozenset((b,)) for b in bound] + (
        [frozenset((a, b)) for a in bound for b in bound if a < b] if 2 < len(bound) <= 8 else []
    ):
        for part, parts, indices in components_at(ctx, bound, factors, freed):
            if part[0] not in ctx.rewritten_heads:
                continue
            replaced = rewrite_by_equation(ctx, (part,))
            if replaced is None:
                continue
            rest = tuple(y for y in factors if y not in parts)
            left = tuple(b for b in bound if b not in indices)
            total: Poly = {}
            for mono, c in mul(ctx, replaced, {rest: 1}).items():
                accumulate(total, sum_of_product(ctx, left, mono), c)
            return total
    return None


def rebuild_sum(ctx: Attempt, head: Head, slots: Slots, e: Number) -> Poly:
    bound, polys = open_template(ctx, head, slots)
    total: Poly = {}
    for mono, c in polys[0].items():
        accumulate(total, sum_of_product(ctx, tuple(bound), mono), c)
    return power(ctx, total, e)
