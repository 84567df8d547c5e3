"""Deciding whether a normal form is zero: directly, after clearing denominators, or summand by summand."""

from __future__ import annotations

from itertools import product as choices
from typing import Any

from symgrad.core.ranges import Range
from symgrad.proving.attempt import Attempt, Mono, Part, Poly, Slots
from symgrad.proving.closed_forms import product_over
from symgrad.proving.common_factors import common_denominator
from symgrad.proving.indicators import delta
from symgrad.proving.interner import Number
from symgrad.proving.inverse_clearing import is_zero_after_clearing
from symgrad.proving.limits import FormTooLarge, NormalFormError
from symgrad.proving.poly import (
    ONE,
    accumulate,
    add,
    is_natural,
    minus,
    mul,
    open_template,
    product,
    raise_to,
    reduce,
    replace,
    replace_throughout,
)
from symgrad.proving.sum_laws import sum_of_product, sum_over

MAX_ALIGNMENTS = 64
MAX_SUMMANDS = 40
MAX_ENDS, MAX_APART = 4, 3
TOP = 2
"""How often sums may be opened by their summands."""


def is_zero(ctx: Attempt, p: Poly, depth: int = TOP) -> bool:
    """True if ``p`` is known to be zero; False means that this is undecided."""
    if not p:
        return True
    cleared = clear_denominators(ctx, p)
    if not cleared:
        ctx.note("denominators cleared")
        return True
    if depth > 0 and cancels_summand_by_summand(ctx, cleared, depth):
        return True
    for change in (with_ends_written_out, with_factors_taken_out) if depth == TOP else (with_ends_written_out,):
        changed = change(ctx, cleared)
        if changed is not None and is_zero(ctx, changed, 0):
            return True
    return depth == TOP and ctx.met_inverse and is_zero_after_clearing(ctx, cleared)


def clear_denominators(ctx: Attempt, p: Poly) -> Poly:
    """Multiply ``p`` by its denominators (those outside of sums) until none remains."""
    for _ in range(6):
        common, rest = common_denominator(ctx, p)
        if not common or not rest:
            return rest
        p = rest
    return p


def cancels_summand_by_summand(ctx: Attempt, p: Poly, depth: int) -> bool:
    """``sum_i f(i) + sum_i g(i) = 0`` if ``f(i) + g(i) = 0`` for every ``i``. One sum of each term is opened, in every
    combination with a common range, and the summands are added."""
    if len(p) > MAX_SUMMANDS:
        return False
    open_terms: list[list[tuple[int, Mono, Part]]] = []
    monos = list(p.items())
    for mono, _ in monos:
        options = [
            (r, mono, x) for x in mono if ctx.heads[x[0]].kind == "sum" and x[2] == 1 for r in ctx.heads[x[0]].bound
        ]
        if not options:
            return False
        open_terms.append(options)
    ranges = sorted(set.intersection(*({r for r, _, _ in options} for options in open_terms)))
    for r in ranges:
        fitting: list[list[tuple[Part, int]]] = []
        for options in open_terms:
            places = []
            for part in dict.fromkeys(x for _, _, x in options):
                bound = ctx.heads[part[0]].bound
                places += [(part, k) for k in range(len(bound)) if bound[k] == r]
            fitting.append(places)
        total = 1
        for f in fitting:
            total *= len(f)
        if total > MAX_ALIGNMENTS:
            continue
        for choice in choices(*fitting):
            ctx.budget.tick()
            depth_before = ctx.depth
            try:
                if _summands_cancel(ctx, monos, choice, r, depth):
                    ctx.note("equal summands")
                    return True
            except FormTooLarge:
                raise
            except NormalFormError:
                ctx.depth = depth_before
    return False


def _summands_cancel(
    ctx: Attempt, monos: list[tuple[Mono, Number]], choice: tuple[tuple[Part, int], ...], r: int, depth: int
) -> bool:
    """True if the summands cancel when the chosen sums share one index."""
    index = ctx.positions.fresh(ctx.interner.ranges[r])
    total: Poly = {}
    for (mono, c), (part, k) in zip(monos, choice, strict=True):
        bound, polys = open_template(ctx, ctx.heads[part[0]], part[1])
        rest = tuple(x for x in mono if x is not part)
        left = tuple(b for n, b in enumerate(bound) if n != k)
        summand: Poly = {}
        for m, b in polys[0].items():
            for mm, bb in replace(ctx, m, bound[k], index).items():
                accumulate(summand, sum_of_product(ctx, left, mm) if left else reduce(ctx, mm), b * bb)
        accumulate(total, mul(ctx, summand, {rest: 1}), c)
    return is_zero(ctx, total, depth - 1)


def with_ends_written_out(ctx: Attempt, p: Poly) -> Poly | None:
    """``sum_{t=1}^{T} f_t = f_1 + sum_{t=2}^{T} f_t``: where ranges differ by a few positions at their ends, keep sums
    and products over the common range and write out the other positions. None if no ranges differ so."""
    families: dict[Any, dict[int, Range]] = {}
    for mono in p:
        for x in mono:
            if ctx.heads[x[0]].kind in ("sum", "product"):
                for r in ctx.heads[x[0]].bound:
                    families.setdefault((ctx.interner.ranges[r].lo.terms, ctx.interner.ranges[r].hi.terms), {})[r] = (
                        ctx.interner.ranges[r]
                    )
    shared: dict[int, Range] = {}
    for family in families.values():
        lo = max((r.lo for r in family.values()), key=lambda e: e.const)
        hi = min((r.hi for r in family.values()), key=lambda e: e.const)
        if not lo.terms and not hi.terms and lo.const > hi.const:
            continue
        for number, one in family.items():
            if (one.lo, one.hi) != (lo, hi) and lo.const - one.lo.const + one.hi.const - hi.const <= MAX_ENDS:
                shared[number] = Range(lo, hi)
    if not shared:
        return None
    total: Poly = {}
    for mono, c in p.items():
        term: Poly = {ONE: 1}
        for x in mono:
            term = mul(ctx, term, _part_with_ends_written_out(ctx, x, shared))
        accumulate(total, term, c)
    ctx.note("first and last terms of a sum written out")
    return total


def _part_with_ends_written_out(ctx: Attempt, x: Part, shared: dict[int, Range]) -> Poly:
    head = ctx.heads[x[0]]
    if head.kind not in ("sum", "product") or not is_natural(x[2]) or not any(r in shared for r in head.bound):
        return {(x,): 1}
    bound, polys = open_template(ctx, head, x[1])
    if not polys:
        return {(x,): 1}
    result = polys[0]
    for b, r in zip(bound, head.bound, strict=True):
        inner = shared.get(r)
        if inner is None:
            result = sum_over(ctx, result, b)
            continue
        ctx.nonempty[ctx.interner.range_id(inner)] = None
        whole = ctx.interner.ranges[r]
        fresh = ctx.positions.fresh(inner)
        ends = [whole.lo + k for k in range(inner.lo.const - whole.lo.const)]
        ends += [inner.hi + 1 + k for k in range(whole.hi.const - inner.hi.const)]
        inside = replace_throughout(ctx, result, b, fresh)
        outside = [replace_throughout(ctx, result, b, ctx.positions.of(end)) for end in ends]
        if head.kind == "product":
            result = product(ctx, (product_over(ctx, inside, fresh), *outside))
        else:
            result = add((sum_over(ctx, inside, fresh), *outside))
    return raise_to(ctx, result, int(x[2]))


def with_factors_taken_out(ctx: Attempt, p: Poly) -> Poly | None:
    """``prod_i f(i) = f(j) prod_{i != j} f(i)``: where a product treats some positions apart, all products over its
    range are taken apart there. None if no product does so, or if these positions are too many."""
    products = {x[:2] for mono in p for x in mono if ctx.heads[x[0]].kind == "product" and is_natural(x[2])}
    apart: dict[int, dict[int, None]] = {}
    for hid, slots in sorted(products):
        (r,) = ctx.heads[hid].bound
        for at in _treated_apart(ctx, hid, slots):
            if ctx.positions.lies_in(at, ctx.interner.ranges[r]):
                apart.setdefault(r, {})[at] = None
    if not apart or max(map(len, apart.values())) > MAX_APART:
        return None
    total: Poly = {}
    for mono, c in p.items():
        term: Poly = {ONE: c}
        for x in mono:
            term = mul(ctx, term, _taken_apart(ctx, x, apart) if x[:2] in products else {(x,): 1})
        accumulate(total, term)
    ctx.note("prod_i f(i) = f(j) prod_{i != j} f(i)")
    return total


def _treated_apart(ctx: Attempt, hid: int, slots: Slots) -> list[int]:
    """The positions ``j`` of the deltas ``delta_{ij}`` in the body of a product over ``i``."""
    (i,), polys = open_template(ctx, ctx.heads[hid], slots)
    pairs = [x[1] for poly in polys for mono in poly for x in mono if ctx.heads[x[0]].kind == "delta" and i in x[1]]
    others = [q if p == i else p for p, q in pairs]
    return sorted(j for j in set(others) if not ctx.positions.mentions(j, i))


def _taken_apart(ctx: Attempt, x: Part, apart: dict[int, dict[int, None]]) -> Poly:
    """``prod_i f(i)`` as ``f(j) f(k) prod_{i != j, k} f(i)``, where ``f(k)`` counts only once if ``j = k``."""
    head = ctx.heads[x[0]]
    (i,), polys = open_template(ctx, head, x[1])
    if not polys or head.bound[0] not in apart:
        return {(x,): 1}
    elsewhere: Poly = {ONE: 1}
    factors: list[Poly] = []
    body = minus(polys[0], {ONE: 1})
    for j in apart[head.bound[0]]:
        first = product(ctx, (minus({ONE: 1}, delta(ctx, j, k)) for k in list(apart[head.bound[0]])[: len(factors)]))
        factors.append(add(({ONE: 1}, mul(ctx, first, replace_throughout(ctx, body, i, j)))))
        elsewhere = mul(ctx, elsewhere, minus({ONE: 1}, delta(ctx, i, j)))
    rest = add(({ONE: 1}, mul(ctx, elsewhere, body)))
    return raise_to(ctx, product(ctx, (product_over(ctx, rest, i), *factors)), int(x[2]))
