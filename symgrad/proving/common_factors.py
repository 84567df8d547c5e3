"""What all terms of a polynomial have in common: denominators, factors, and a rational content."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm

from symgrad.proving.attempt import Attempt, Mono, Part, Poly, Slots
from symgrad.proving.case_split import INDICATORS
from symgrad.proving.interner import Number
from symgrad.proving.poly import ONE, accumulate, is_whole, merge, mul, open_template, raise_to
from symgrad.proving.positivity import POSITIVE, part_sign
from symgrad.proving.templates import int_if_whole


def common_denominator(ctx: Attempt, p: Poly) -> tuple[Mono, Poly]:
    """``p = common * rest``, where ``common`` holds the denominators that are sums of terms, and ``rest`` has none."""
    power_heads = {(h, s) for m in p for h, s, e in m if ctx.heads[h].kind == "power"}
    common: list[Part] = []
    for h, s in sorted(power_heads):
        exponents = [next((e for hh, ss, e in m if (hh, ss) == (h, s)), 0) for m in p]
        least = min(exponents)
        if least < 0 and all(is_whole(e - least) for e in exponents):
            common.append((h, s, least))
    if not common:
        return ONE, p
    inverse = {(h, s): -e for h, s, e in common}
    total: Poly = {}
    for m, c in p.items():
        kept: list[Part] = []
        extra: Poly = {ONE: 1}
        seen: dict[tuple[int, Slots], Number] = dict.fromkeys(inverse, 0)
        for h, s, e in m:
            if (h, s) in inverse:
                seen[h, s] = e
            else:
                kept.append((h, s, e))
        for (h, s), e in seen.items():
            n = int(e + inverse[h, s])
            if n:
                extra = mul(ctx, extra, raise_to(ctx, base_of(ctx, h, s), n))
        accumulate(total, mul(ctx, {tuple(kept): c}, extra))
    return tuple(sorted(common)), total


def base_of(ctx: Attempt, hid: int, slots: Slots) -> Poly:
    """The base of a power of several terms."""
    return open_template(ctx, ctx.heads[hid], slots)[1][0]


def primitive_part(ctx: Attempt, p: Poly, any_sign: bool) -> tuple[Mono, Number, Poly]:
    """``p = c * content * rest``: factors of all terms are taken out (only positive ones, unless ``any_sign``), so
    that ``1 + e^{-x}`` and ``e^x + 1`` have the same ``rest``."""
    least: dict[tuple[int, Slots], Number] = {}
    for n, m in enumerate(p):
        here = {(h, s): e for h, s, e in m}
        for key, e in here.items():
            least[key] = min(least.get(key, 0 if n else e), e)
        for key in least:
            if key not in here:
                least[key] = min(least[key], 0)
    content = [
        (h, s, e)
        for (h, s), e in sorted(least.items())
        if e and ctx.heads[h].kind not in INDICATORS and (any_sign or part_sign(ctx, (h, s, e)) == POSITIVE)
    ]
    top = gcd(*(Fraction(c).numerator for c in p.values()))
    bottom = lcm(*(Fraction(c).denominator for c in p.values()))
    c = Fraction(top, bottom)
    inverse = tuple((h, s, -e) for h, s, e in content)
    rest = {merge(m, inverse): int_if_whole(k / c) for m, k in p.items()}
    return tuple(content), int_if_whole(c), rest
