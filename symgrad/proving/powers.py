"""Powers with rational exponents.

A power of one term is distributed over its factors if that is correct for every sign. A power of several terms is
``content^r * D^r``, where ``D`` has no common factors and ``D^r`` is one part. Wherever an expression is defined, its
rewritten form is defined too and has the same value: ``(x^2)^{1/2}`` is ``|x|``, never ``x``.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import floor

from symgrad.proving.attempt import Attempt, Mono, Part, Poly, Slots
from symgrad.proving.case_split import by_cases
from symgrad.proving.common_factors import common_denominator, primitive_part
from symgrad.proving.indicators import sign_of
from symgrad.proving.interner import Head, Number, magnitude
from symgrad.proving.limits import MAX_BITS, FormTooLarge, UndefinedForm
from symgrad.proving.poly import (
    ONE,
    constant,
    is_natural,
    is_whole,
    merge,
    mul,
    open_template,
    product,
    raise_to,
    reduce,
    scale,
    single,
)
from symgrad.proving.positivity import NONNEGATIVE, POSITIVE, UNKNOWN, mono_sign, part_sign, power_sign
from symgrad.proving.templates import int_if_whole, poly_terms, to_template

_TRIAL = 10_000


def prime_factors(n: int) -> Iterator[tuple[int, int]]:
    """The prime factors and their exponents. A cofactor without small prime factors is not factored."""
    p = 2
    while p * p <= n and p < _TRIAL:
        k = 0
        while n % p == 0:
            n //= p
            k += 1
        if k:
            yield p, k
        p += 1 if p == 2 else 2
    if n > 1:
        yield n, 1


def number_power(ctx: Attempt, c: Number, r: Number) -> Poly:
    """``c^r`` for a rational ``c``, which must be positive unless ``r`` is whole. Roots of primes are kept as parts."""
    c = Fraction(c)
    if magnitude(r) * max(c.numerator.bit_length(), c.denominator.bit_length()) > MAX_BITS:
        raise FormTooLarge("too large a number")
    if is_whole(r):
        return constant(int_if_whole(c ** int(r)))
    total: Number = Fraction(1)
    roots: dict[int, Number] = {}
    for n, sign in ((c.numerator, 1), (c.denominator, -1)):
        for p, k in prime_factors(n):
            e = sign * k * r
            total = total * number_power(ctx, p, floor(e))[ONE]
            if e - floor(e):
                roots[p] = e - floor(e)
    mono = tuple(sorted((ctx.interner.leaf("prime", p, 0, str(p), active=True).id, (), e) for p, e in roots.items()))
    return {mono: int_if_whole(total)}


def power(ctx: Attempt, p: Poly, r: Number) -> Poly:
    """``p ** r``"""
    if r == 1:
        return p
    if not r:
        return {ONE: 1}
    if not p:
        if r > 0:
            return {}
        raise UndefinedForm("division by zero")
    r = int_if_whole(r)
    if not is_natural(r):
        split = by_cases(ctx, p, lambda q: power(ctx, q, r))
        if split is not None:
            return split
    if len(p) == 1:
        ((mono, c),) = p.items()
        return mono_power(ctx, c, mono, r)
    if is_natural(r):
        return raise_to(ctx, p, int(r))
    if ctx.factored:
        content, c, p = primitive_part(ctx, p, is_whole(r))
        return mul(ctx, mono_power(ctx, c, content, r), sum_power(ctx, p, r))
    common, p = common_denominator(ctx, p)
    if not p:
        return power(ctx, p, r)
    if len(p) == 1:
        ((mono, c),) = p.items()
        return mono_power(ctx, c, merge(mono, common), r)
    if not is_whole(r) and mono_sign(ctx, common) != POSITIVE:
        p = mul(ctx, p, {common: 1})
        common = ONE
    content, c, p = primitive_part(ctx, p, is_whole(r))
    outside = mul(ctx, power(ctx, {common: 1}, r), mono_power(ctx, c, content, r))
    if len(p) == 1:
        return mul(ctx, outside, power(ctx, p, r))
    return mul(ctx, outside, sum_power(ctx, p, r))


def sum_power(ctx: Attempt, p: Poly, r: Number) -> Poly:
    """``p ** r`` for a primitive sum of terms.

    ``p`` and ``-p`` use the same head: that of the one with more positive terms (of two with equally many, the one
    with the smaller id). If exchanging two positions turns ``p`` into ``-p``, ``p^2`` is used:
    ``D^{-1} = D (D^2)^{-1}``.
    """
    if not is_whole(r):
        return single(ctx, *to_template(ctx, "power", "", poly_terms(p), active=True), r)
    odd = int(r) % 2
    balance = sum(1 if c > 0 else -1 for c in p.values())
    if balance < 0:
        return scale(sum_power(ctx, scale(p, -1), r), -1 if odd else 1)
    hid, slots = to_template(ctx, "power", "", poly_terms(p), active=True)
    if not balance:
        opposite, other_slots = to_template(ctx, "power", "", poly_terms(scale(p, -1)), active=True)
        if opposite == hid:
            square = mul(ctx, p, p)
            inner = sum_power(ctx, square, (int(r) - odd) // 2)
            return mul(ctx, inner, p) if odd else inner
        if opposite < hid:
            return scale(single(ctx, opposite, other_slots, r), -1 if odd else 1)
    return single(ctx, hid, slots, r)


def kept_power(ctx: Attempt, p: Poly, n: int) -> Poly:
    """``p ** n`` for several terms, not multiplied out: ``content^n D^n``, where ``D^n`` is one part."""
    content, c, p = primitive_part(ctx, p, True)
    outside = mono_power(ctx, c, content, n)
    return mul(ctx, outside, sum_power(ctx, p, n) if len(p) > 1 else power(ctx, p, n))


def mono_power(ctx: Attempt, c: Number, mono: Mono, r: Number) -> Poly:
    """``(c * parts) ** r``"""
    if is_whole(r):
        raised = tuple((h, s, e * r) for h, s, e in mono)
        base: Poly = reduce(ctx, raised) if ctx.is_active(raised) else {raised: 1}
        return scale(base, number_power(ctx, c, r)[ONE])
    out = [number_power(ctx, magnitude(c), r)]
    loose: list[Part] = []
    signs = {p: power_sign(ctx, p) for p in mono}
    may_vanish = r > 0 and (c < 0 or UNKNOWN in signs.values())
    for p in mono:
        if signs[p] == POSITIVE or (signs[p] == NONNEGATIVE and not may_vanish):
            out.append(_power_of_power(ctx, p, r))
        else:
            loose.append(p)
    if c > 0 and len(loose) == 1 and signs[loose[0]] == UNKNOWN and loose[0][2] == 1:
        out.append(single(ctx, loose[0][0], loose[0][1], r))
    elif loose or c < 0:
        rest: Poly = {tuple(loose): -1 if c < 0 else 1}
        hid, slots = to_template(ctx, "power", "", poly_terms(rest), active=True)
        out.append(single(ctx, hid, slots, r))
    return product(ctx, out)


def _power_of_power(ctx: Attempt, p: Part, r: Number) -> Poly:
    """``(base^e)^r`` for nonnegative ``base^e``: ``base^{er}``, or ``|base|^{er}`` for an even ``e``."""
    hid, slots, e = p
    if part_sign(ctx, p) != UNKNOWN or not is_whole(e):
        return single(ctx, hid, slots, int_if_whole(e * r))
    if is_whole(e * r):
        whole_power: Poly = {((hid, slots, int_if_whole(e * r)),): 1}
        if int_if_whole(e * r) % 2 == 0:
            return whole_power
        ctx.note("sqrt(x^2) = |x|")
        bit = sign_of(ctx, {((hid, slots, 1),): 1})
        return mul(ctx, whole_power, bit)
    square, at = to_template(ctx, "power", "", [((0, 1), ((hid, slots, 2),))], active=True)
    return single(ctx, square, at, int_if_whole(Fraction(e) * r / 2))


def rebuild_power(ctx: Attempt, head: Head, slots: Slots, e: Number) -> Poly:
    return power(ctx, open_template(ctx, head, slots)[1][0], e)


def reduce_prime(ctx: Attempt, mono: Mono, k: int) -> Poly | None:
    """``2^{3/2} = 2 * 2^{1/2}``"""
    hid, slots, e = mono[k]
    n = floor(e)
    if not n:
        return None
    rest = (*mono[:k], *mono[k + 1 :])
    here = (hid, slots, int_if_whole(e - n))
    kept = reduce(ctx, tuple(sorted((*rest, here))) if here[2] else rest)
    return scale(kept, int_if_whole(Fraction(ctx.heads[hid].of) ** n))
