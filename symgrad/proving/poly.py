"""Arithmetic of polynomials in parts.

A polynomial is not modified after the function that made it has returned. ``mul`` expands. If a product contains
an active head (a delta, an indicator, a power of a sum, ...), ``mul`` applies the rule of that head, so that its
result is always reduced.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from symgrad.proving.attempt import Attempt, Mono, Part, Poly, Slots, normal_slots
from symgrad.proving.interner import Head, Number
from symgrad.proving.limits import MAX_DEPTH, MAX_TERMS, FormTooLarge, UndefinedForm
from symgrad.proving.templates import from_template, int_if_whole

ONE: Mono = ()


def constant(value: Number) -> Poly:
    return {ONE: int_if_whole(value)} if value else {}


def single(ctx: Attempt, hid: int, slots: Slots, exponent: Number = 1) -> Poly:
    """One part as a reduced polynomial."""
    mono = ((hid, normal_slots(ctx.heads[hid], slots), exponent),)
    return reduce(ctx, mono) if ctx.is_active(mono) else {mono: 1}


def accumulate(total: Poly, poly: Poly, factor: Number = 1) -> None:
    """``total += factor * poly``, in which."""
    for mono, c in poly.items():
        new = total.get(mono, 0) + c * factor
        if new:
            total[mono] = new
        else:
            total.pop(mono, None)


def add(polys: Iterable[Poly]) -> Poly:
    total: Poly = {}
    for p in polys:
        accumulate(total, p)
    return total


def minus(p: Poly, q: Poly) -> Poly:
    total = dict(p)
    accumulate(total, q, -1)
    return total


def scale(p: Poly, factor: Number) -> Poly:
    return {m: c * factor for m, c in p.items()} if factor else {}


def merge(m: Mono, n: Mono) -> Mono:
    """The product of two products: exponents are added, no rule is applied."""
    if not m:
        return n
    if not n:
        return m
    exponents = {(h, s): e for h, s, e in m}
    for h, s, e in n:
        old = exponents.get((h, s))
        exponents[h, s] = e if old is None else old + e
    return tuple(sorted([(h, s, e) for (h, s), e in exponents.items() if e]))


def mul(ctx: Attempt, p: Poly, q: Poly) -> Poly:
    """The expanded product; with its sums of several terms as parts where the attempt keeps products."""
    if not p or not q:
        return {}
    if len(q) == 1 and ONE in q:
        return p if q[ONE] == 1 else scale(p, q[ONE])
    if len(p) == 1 and ONE in p:
        return q if p[ONE] == 1 else scale(q, p[ONE])
    if ctx.factored and len(p) + len(q) > 2:
        p, q = (x if len(x) == 1 else ctx.rules.as_part(ctx, x, 1) for x in (p, q))
    if len(p) * len(q) > 50 * MAX_TERMS:
        raise FormTooLarge("too many terms in a product")
    total: Poly = {}
    for m, a in p.items():
        ctx.budget.tick(len(q))
        for n, b in q.items():
            mono = merge(m, n)
            c = a * b
            if m and n and ctx.is_active(mono):
                accumulate(total, reduce(ctx, mono), c)
            else:
                new = total.get(mono, 0) + c
                if new:
                    total[mono] = new
                else:
                    del total[mono]
    if len(total) > MAX_TERMS:
        raise FormTooLarge("too many terms")
    return total


def product(ctx: Attempt, polys: Iterable[Poly]) -> Poly:
    total: Poly = {ONE: 1}
    for p in polys:
        total = mul(ctx, total, p)
    return total


def product_of_parts(ctx: Attempt, polys: list[Poly]) -> Poly:
    """The product, its sums of several terms as parts. The rules are applied once, to all of it."""
    if sum(1 for p in polys if len(p) != 1 or ONE not in p) < 2:
        return product(ctx, polys)
    mono: Mono = ONE
    c: Number = 1
    for p in polys:
        part = p if len(p) == 1 else ctx.rules.as_part(ctx, p, 1) if p else {}
        if len(part) != 1:
            return product(ctx, polys)
        ((m, k),) = part.items()
        mono, c = merge(mono, m), c * k
    return scale(reduce(ctx, mono) if ctx.is_active(mono) else {mono: 1}, c)


def reduce(ctx: Attempt, mono: Mono) -> Poly:
    """The product after applying the rules of its active parts."""
    known = ctx.reduced.get(mono)
    if known is not None:
        return known
    ctx.depth += 1
    if ctx.depth > MAX_DEPTH:
        raise FormTooLarge("rules do not come to an end")
    ctx.budget.tick()
    result: Poly | None = None
    for k, (hid, _, _) in enumerate(mono):
        if hid in ctx.active:
            rule = ctx.rules.in_product.get(ctx.heads[hid].kind)
            result = rule(ctx, mono, k) if rule else None
            if result is not None:
                break
        if hid in ctx.rewritten_heads:
            result = ctx.rules.by_equation(ctx, mono)
            if result is not None:
                break
    if result is None:
        result = {mono: 1}
    else:
        # another rule may apply to the result of a rule
        settled: Poly = {}
        for m, c in result.items():
            accumulate(settled, reduce(ctx, m) if ctx.is_active(m) else {m: 1}, c)
        result = settled
    ctx.depth -= 1
    ctx.reduced[mono] = result
    return result


def is_natural(e: Number) -> bool:
    return (isinstance(e, int) or e.denominator == 1) and e >= 0


def is_whole(e: Number) -> bool:
    return isinstance(e, int) or e.denominator == 1


def raise_to(ctx: Attempt, p: Poly, n: int) -> Poly:
    """``p ** n`` for a natural number, expanded by repeated squaring."""
    if ctx.factored and n > 1 and len(p) > 1:
        return ctx.rules.as_part(ctx, p, n)
    if n > 1 and len(p) > 1:
        terms = 1
        for k in range(1, len(p)):
            terms = terms * (n + k) // k
            if terms > MAX_TERMS:
                raise FormTooLarge("too large a power")
    result: Poly = {ONE: 1}
    while n:
        if n & 1:
            result = mul(ctx, result, p)
        n >>= 1
        if n:
            p = mul(ctx, p, p)
    return result


def part_at(ctx: Attempt, hid: int, slots: Slots, e: Number) -> Poly:
    """A part with other positions in its slots. If its head is rigid and the positions are distinct, it keeps its
    shape; otherwise it is rebuilt from its template."""
    head = ctx.heads[hid]
    rebuild = ctx.rules.rebuild.get(head.kind)
    if rebuild is None or (head.rigid and len(set(slots)) == len(slots)):
        return single(ctx, hid, slots, e)
    ctx.budget.tick()
    return rebuild(ctx, head, slots, e)


def open_template(ctx: Attempt, head: Head, slots: Slots, axes: tuple[int, ...] = ()) -> tuple[list[int], list[Poly]]:
    """Fresh bound indices, and the polynomials in a template (by number), at the given positions."""
    bound, terms = from_template(ctx, head, slots, axes)
    settled = head.rigid and len(set(slots)) == len(slots)
    polys: list[Poly] = []
    for (which, c), mono in terms:
        while len(polys) <= which:
            polys.append({})
        if settled:
            accumulate(polys[which], {mono: c})
            continue
        term: Poly = {ONE: c}
        for h, s, e in mono:
            term = mul(ctx, term, part_at(ctx, h, s, e))
        accumulate(polys[which], term)
    return bound, polys


def replace(ctx: Attempt, mono: Mono, old: int, new: int) -> Poly:
    """The product with one position replaced by another throughout."""
    positions = ctx.positions
    kept: list[Part] = []
    changed: list[Poly] = []
    for p in mono:
        slots = tuple([positions.replace(x, old, new) for x in p[1]])
        if slots == p[1]:
            kept.append(p)
        else:
            changed.append(part_at(ctx, p[0], slots, p[2]))
    result: Poly = {tuple(kept): 1}
    for poly in changed:
        result = mul(ctx, result, poly)
    return result


def replace_throughout(ctx: Attempt, p: Poly, old: int, new: int) -> Poly:
    """The polynomial with one position replaced by another throughout."""
    total: Poly = {}
    for mono, c in p.items():
        accumulate(total, replace(ctx, mono, old, new), c)
    return total


def mentions(ctx: Attempt, mono: Mono, old: int) -> bool:
    """True if a position occurs in a product, possibly inside a compound position."""
    return any(ctx.positions.contains(x, old) for p in mono for x in p[1])


def divide(number: Number, other: Number) -> Number:
    if not other:
        raise UndefinedForm("division by zero")
    return int_if_whole(Fraction(number) / other)
