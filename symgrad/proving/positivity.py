"""Signs: which parts and polynomials are known to be positive, or nonnegative, wherever they are defined."""

from __future__ import annotations

from symgrad.core.functions import TABLE
from symgrad.core.ranges import Range
from symgrad.proving.attempt import Attempt, Mono, Part, Poly
from symgrad.proving.case_split import MAX_SPLIT, is_sign, is_two_valued
from symgrad.proving.fact_matching import unify_slots
from symgrad.proving.intervals import lower_end
from symgrad.proving.poly import accumulate, is_whole
from symgrad.proving.sums_of_squares import is_sum_of_squares
from symgrad.proving.templates import from_template

UNKNOWN, NONNEGATIVE, POSITIVE = 0, 1, 2
_BY_DOMAIN = {"positive": POSITIVE, "nonnegative": NONNEGATIVE, "bit": NONNEGATIVE}


def part_sign(ctx: Attempt, part: Part) -> int:
    """The sign of a part without its exponent."""
    hid, slots, _ = part
    head = ctx.heads[hid]
    for pattern in ctx.facts.positive.get(hid, ()):
        if not pattern.unless and unify_slots(ctx, hid, pattern.slots, slots, pattern.params, {}):
            return POSITIVE
    kind = head.kind
    if kind == "entry":
        return _BY_DOMAIN.get(head.of.domain, UNKNOWN)
    if kind == "size":
        ctx.nonempty[ctx.interner.range_id(Range.of_size(head.of))] = None
        return POSITIVE
    if kind in ("exp", "prime", "constant"):
        return POSITIVE
    if kind in ("delta", "differ", "less", "member", "step"):
        return NONNEGATIVE
    if kind == "function":
        return POSITIVE if TABLE[head.of].positive else UNKNOWN
    if kind == "position":
        return POSITIVE if _counts_from_one(ctx, slots[0]) else UNKNOWN
    if kind == "sum":
        bound, terms = from_template(ctx, head, slots)
        mono = terms[0][1]
        signs = {p: power_sign(ctx, p) for p in mono}  # each once: sums within sums of a deep network are many
        sign = min([POSITIVE, *signs.values()])
        if sign == UNKNOWN and is_sum_of_squares(ctx, bound, mono, lambda p: signs[p] != UNKNOWN):
            return NONNEGATIVE
        if sign == POSITIVE:
            for r in head.bound:
                ctx.nonempty[ctx.interner.range_id(ctx.interner.ranges[r])] = None
        return sign
    if kind in ("power", "product"):
        total: Poly = {}
        for (_, c), mono in from_template(ctx, head, slots)[1]:
            total[mono] = c
        return poly_sign(ctx, total)
    return UNKNOWN


def _counts_from_one(ctx: Attempt, p: int) -> bool:
    range_ = ctx.positions.range_of(p)
    return range_ is not None and not range_.lo.terms and range_.lo.const >= 1


def power_sign(ctx: Attempt, part: Part) -> int:
    """The sign of a part with its exponent. Even powers and fractional powers are nonnegative."""
    sign = part_sign(ctx, part)
    if sign == UNKNOWN and (not is_whole(part[2]) or part[2] % 2 == 0):
        return NONNEGATIVE
    return sign


def mono_sign(ctx: Attempt, mono: Mono) -> int:
    return min([POSITIVE, *(power_sign(ctx, p) for p in mono)])


def poly_sign(ctx: Attempt, poly: Poly) -> int:
    """Positive if an assumption says so, or if no term is negative and one is positive."""
    if not poly:
        return NONNEGATIVE
    if ctx.facts.positive_polys and frozenset(poly.items()) in ctx.facts.positive_polys:
        return POSITIVE
    if any(ctx.heads[h].kind == "entry" and ctx.heads[h].of.within is not None for m in poly for h, _, _ in m):
        sign = sign_by_intervals(ctx, poly)
        if sign != UNKNOWN:
            return sign
    signs = [mono_sign(ctx, m) if c > 0 else UNKNOWN for m, c in poly.items()]
    if min(signs) == UNKNOWN:
        return _sign_by_cases(ctx, poly)
    return POSITIVE if max(signs) == POSITIVE else NONNEGATIVE


def sign_by_intervals(ctx: Attempt, poly: Poly) -> int:
    """The sign that follows from the intervals of the entries."""
    end = lower_end(ctx, poly)
    if end is None or end.at < 0:
        return UNKNOWN
    return POSITIVE if end.at > 0 or not end.taken else NONNEGATIVE


def _sign_by_cases(ctx: Attempt, poly: Poly) -> int:
    """The sign at both values of a bit or sign that occurs in the polynomial."""
    two_valued = {x for m in poly for x in m if is_two_valued(ctx, x) and ctx.heads[x[0]].kind == "entry"}
    if not 0 < len(two_valued) <= MAX_SPLIT:
        return UNKNOWN
    found = min(two_valued)
    cases: tuple[Poly, Poly] = ({}, {})
    for m, c in poly.items():
        rest = tuple(x for x in m if x != found)
        for case, value in zip(cases, (-1 if is_sign(ctx, found) else 0, 1), strict=True):
            accumulate(case, {rest: c if len(rest) == len(m) else c * value})
    return min(poly_sign(ctx, case) for case in cases)
