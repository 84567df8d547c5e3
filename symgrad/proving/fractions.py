"""Products with powers of several terms.

Natural powers are expanded. For a denominator ``D = lead + rest`` a factor ``lead`` of the numerator is divided out:
``lead D^{-k} = D^{-k+1} - rest D^{-k}``. This makes ``sigma(-x) = 1 - sigma(x)`` and ``sigma' = sigma (1 - sigma)``
equalities of normal forms. The leading term is chosen in the template, so that the choice does not depend on the
names of indices.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from math import floor

from symgrad.proving.attempt import Attempt, Mono, Poly, Slots, normal_slots
from symgrad.proving.common_factors import base_of
from symgrad.proving.interner import FactorCode, Head, Number, TermCode
from symgrad.proving.poly import accumulate, divide, merge, mul, raise_to, reduce
from symgrad.proving.templates import from_template

Key = tuple[int, Slots]


@dataclass(frozen=True, slots=True)
class Lead:
    """The leading term of a denominator, by number. ``pivot``, for a sum of two products of exponentials: the
    exponential of the leading term whose exponent tells how often the term can be divided out."""

    term: int
    pivot: FactorCode | None


def lead_of(ctx: Attempt, head: Head) -> Lead | None:
    """The last of the terms of greatest degree. None if a symmetry of the template moves that term, or if negative
    exponents could make the divisions endless."""
    if "lead" not in head.notes:
        head.notes["lead"] = _find_lead(ctx, head)
    found: Lead | None = head.notes["lead"]
    return found


def _find_lead(ctx: Attempt, head: Head) -> Lead | None:
    if not head.rigid or len(head.terms) < 2 or any(e < 0 for _, fs in head.terms for _, e, _ in fs):
        return None
    best = max(range(len(head.terms)), key=lambda k: (_degree(head.terms[k]), head.terms[k][1]))
    factors = head.terms[best][1]
    if not factors or _symmetry_moves(ctx, head, factors):
        return None
    if len(head.terms) > 2 or any(ctx.heads[h].kind != "exp" for _, fs in head.terms for h, _, _ in fs):
        return Lead(best, None)
    return None if head.group and len(factors) > 1 else Lead(best, max(factors))


def _degree(term: TermCode) -> Number:
    return sum(e for _, e, _ in term[1])


def _symmetry_moves(ctx: Attempt, head: Head, term: tuple[FactorCode, ...]) -> bool:
    """True if a symmetry of the template maps the term to another term."""
    for g in head.group:
        image = []
        for h, e, codes in term:
            moved = tuple([(0, g[c[1]]) for c in codes])
            image.append((h, e, min([moved, *(tuple([moved[k] for k in p]) for p in ctx.heads[h].group)])))
        if sorted(image) != sorted(term):
            return True
    return False


def reduce_power(ctx: Attempt, mono: Mono, k: int) -> Poly | None:
    """Expand a natural power, or divide the leading term of a denominator out of the numerator."""
    hid, slots, e = mono[k]
    if (len(mono) == 1 and e < 1) or (ctx.factored and e > 0):
        return None
    if e >= 1:
        others = (*mono[:k], *mono[k + 1 :])
        n = floor(e)
        rest: Poly = reduce(ctx, others) if e == n else reduce(ctx, tuple(sorted((*others, (hid, slots, e - n)))))
        return mul(ctx, rest, raise_to(ctx, base_of(ctx, hid, slots), n))
    if e > 0:
        return None
    lead = lead_of(ctx, ctx.heads[hid])
    if lead is None or len(set(slots)) < len(slots):
        return None
    terms = list(_terms(ctx, hid, slots))
    c, first = terms.pop(lead.term)
    if lead.pivot is not None:
        h, _, codes = lead.pivot
        key = (h, normal_slots(ctx.heads[h], tuple([slots[code[1]] for code in codes])))
        held = exponent_in(mono, *key)
        if 0 <= held < lead.pivot[1]:
            return None
        if held < 0:
            terms.append((c, first))
            c, first = terms.pop(0)
    elif any(exponent_in(mono, h, s) < x for h, s, x in first):
        return None
    others = (*mono[:k], *mono[k + 1 :])
    ctx.budget.tick(64 + len(mono))
    if _might_not_end(ctx, mono, k, first):
        return None
    ctx.note("a b / (a + b) = b - b^2 / (a + b)" if lead.pivot is None else "e^x / (1 + e^x) = 1 - 1 / (1 + e^x)")
    quotient = merge(others, tuple([(h, s, -x) for h, s, x in first]))
    here = ((hid, slots, e),)
    divided: Poly = {}
    higher = merge(here, ((hid, slots, 1),))
    accumulate(divided, {higher: divide(1, c)})
    for b, m in terms:
        accumulate(divided, {merge(m, here): -divide(b, c)})
    return mul(ctx, {quotient: 1}, divided) if quotient else _reduced(ctx, divided)


def exponent_in(mono: Mono, head: int, slots: Slots) -> Number:
    """The exponent of a part in a product; 0 if it is not there."""
    k = bisect_left(mono, (head, slots))
    return mono[k][2] if k < len(mono) and mono[k][:2] == (head, slots) else 0


def _reduced(ctx: Attempt, poly: Poly) -> Poly:
    total: Poly = {}
    for m, c in poly.items():
        accumulate(total, reduce(ctx, m), c)
    return total


def _might_not_end(ctx: Attempt, mono: Mono, k: int, first: Mono) -> bool:
    """True if another denominator shares a part with this leading term, or this denominator with the leading term of
    the other one: then dividing by both in turn might not end."""
    own = {(h, s) for h, s, _ in first}
    mine = _keys(ctx, mono[k])
    for n, p in enumerate(mono):
        if n == k or ctx.heads[p[0]].kind != "power" or p[2] > 0:
            continue
        if own & _keys(ctx, p):
            return True
        lead = lead_of(ctx, ctx.heads[p[0]])
        if lead is not None:
            _, m = _terms(ctx, p[0], p[1])[lead.term]
            if mine & {(h, s) for h, s, _ in m}:
                return True
    return False


def _keys(ctx: Attempt, part: tuple[int, Slots, Number]) -> set[Key]:
    return {(h, s) for _, m in _terms(ctx, part[0], part[1]) for h, s, _ in m}


def _terms(ctx: Attempt, hid: int, slots: Slots) -> tuple[tuple[Number, Mono], ...]:
    """The terms of a denominator. They are not cached if it binds indices, since each call makes these afresh."""
    found = ctx.denominators.get((hid, slots))
    if found is None:
        found = tuple([(c, m) for (_, c), m in from_template(ctx, ctx.heads[hid], slots)[1]])
        if not ctx.heads[hid].bound:
            ctx.denominators[hid, slots] = found
    return found
