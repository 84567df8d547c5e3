"""exp, log and other elementary functions.

``exp(2x + 3yz) = E(x)^2 E(yz)^3``: there is one part per product, and its coefficient is the exponent. So
``exp(a) exp(b) = exp(a + b)``, and factors without a bound index can be moved out of a sum. ``log`` is split over
positive factors; ``log x^2`` is ``2 log x`` only if ``x`` is positive.
"""

from __future__ import annotations

from fractions import Fraction

from symgrad.proving.attempt import Attempt, Mono, Part, Poly, Slots, part
from symgrad.proving.case_split import by_cases, is_two_valued
from symgrad.proving.common_factors import common_denominator, primitive_part
from symgrad.proving.gamma_laws import ORDERS, gamma_function
from symgrad.proving.indicators import never_vanishes, step
from symgrad.proving.interner import Head, Number, magnitude
from symgrad.proving.limits import UndefinedForm
from symgrad.proving.poly import (
    ONE,
    accumulate,
    constant,
    is_whole,
    merge,
    minus,
    mul,
    open_template,
    reduce,
    scale,
    single,
)
from symgrad.proving.positivity import UNKNOWN, part_sign, poly_sign, power_sign
from symgrad.proving.powers import power, prime_factors
from symgrad.proving.sum_laws import sum_over
from symgrad.proving.templates import poly_terms, to_template

AT_ZERO = {"sin": 0, "cos": 1, "arctan": 0, "erf": 0}
ODD = ("sin", "arctan", "erf")
EVEN = ("cos",)
MAX_FACTORS = 3
"""The most factors of unknown sign of which the logarithms are taken one by one."""


def exp(ctx: Attempt, p: Poly, factor: Number = 1) -> Poly:
    """``exp(factor * p)``"""
    simple: Mono = ONE
    others: list[Poly] = []
    for mono, c in p.items():
        c = c * factor
        if any(is_two_valued(ctx, x) for x in mono):
            split = by_cases(ctx, {mono: c}, lambda q: exp(ctx, q))
            if split is not None:
                others.append(split)
                continue
        if len(mono) == 1 and ctx.heads[mono[0][0]].kind == "log" and mono[0][2] == 1:
            ctx.note("exp(log x) = x")
            others.append(power(ctx, argument(ctx, mono[0]), c))
        else:
            hid, slots = to_template(ctx, "exp", "", [((0, 1), mono)])
            simple = merge(simple, (part(ctx, hid, slots, c),))
    if len(p) > 1:
        ctx.note("exp(a) exp(b) = exp(a + b)")
    result: Poly = {simple: 1}
    for q in others:
        result = mul(ctx, result, q)
    return result


def argument(ctx: Attempt, p: Part) -> Poly:
    """The argument of a function."""
    return open_template(ctx, ctx.heads[p[0]], p[1])[1][0]


def log(ctx: Attempt, p: Poly) -> Poly:
    """``log p``, split over its positive factors."""
    if not p:
        raise UndefinedForm("log of zero")
    split = by_cases(ctx, p, lambda q: log(ctx, q))
    if split is not None:
        return split
    common, p = common_denominator(ctx, p)
    if len(p) > 1:
        content, c, p = primitive_part(ctx, p, True)
        common = merge(common, content)
        if len(p) > 1:
            return _log_terms(ctx, c, common, p)
        p = scale(p, c)
    ((mono, c),) = p.items()
    return _log_mono(ctx, c, merge(common, mono), None)


def _log_terms(ctx: Attempt, c: Number, common: Mono, p: Poly) -> Poly:
    """``log(c * common * p)`` for a primitive ``p`` of several terms."""
    if poly_sign(ctx, p) != UNKNOWN or not common or all(power_sign(ctx, x) != UNKNOWN for x in common):
        total = _log_mono(ctx, c, common, None) if common or c != 1 else {}
        hid, slots = to_template(ctx, "log", "", poly_terms(p))
        accumulate(total, single(ctx, hid, slots))
        return total
    return _log_mono(ctx, c, common, p)


def _log_mono(ctx: Attempt, c: Number, mono: Mono, several: Poly | None) -> Poly:
    """``log(c * mono * several)``: separate logarithms of positive parts and even powers, one of everything else."""
    total = _log_number(ctx, magnitude(c))
    loose: list[Part] = []
    for p in mono:
        if power_sign(ctx, p) != UNKNOWN:
            accumulate(total, _log_part(ctx, p))
        else:
            loose.append(p)
    if _splits_by_size(ctx, loose, several):
        ctx.note("log |x y| = log |x| + log |y|")
        for h, s, e in loose:
            accumulate(total, _log_of_size(ctx, {((h, s, 1),): 1}), e)
        if several is not None:
            accumulate(total, _log_of_size(ctx, several))
        return total
    if c < 0 and not loose and several is None:
        raise UndefinedForm("log of a negative number")
    if c > 0 and len(loose) == 1 and several is None:
        hid, slots, e = loose[0]
        accumulate(total, _log_of(ctx, {((hid, slots, 1),): 1}), e)
        return total
    if not loose and several is None:
        return total
    rest: Poly = {ONE: -1 if c < 0 else 1}
    for h, s, e in loose:
        # x^3 = x^2 x, where x^2 is not negative
        if e != 1:
            accumulate(total, _log_part(ctx, (h, s, e - 1)))
        rest = mul(ctx, rest, {((h, s, 1),): 1})
    if several is not None:
        rest = mul(ctx, rest, several)
    accumulate(total, _log_of(ctx, rest))
    return total


def _splits_by_size(ctx: Attempt, loose: list[Part], several: Poly | None) -> bool:
    """True if the logarithm of a product of unknown signs is taken factor by factor: none is 0 at all points."""
    factors: list[Poly] = [{((h, s, 1),): 1} for h, s, _ in loose]
    factors += [] if several is None else [several]
    if len(factors) == 1 and not _is_product(ctx, factors[0]):
        return False
    return 0 < len(factors) <= MAX_FACTORS and all(never_vanishes(ctx, f) for f in factors)


def _is_product(ctx: Attempt, p: Poly) -> bool:
    """True if the only part of a polynomial is a product over an index."""
    ((mono, _),) = p.items() if len(p) == 1 else ((ONE, 1),)
    return len(mono) == 1 and ctx.heads[mono[0][0]].kind == "product"


def _log_part(ctx: Attempt, p: Part) -> Poly:
    """``log base^e`` for nonnegative ``base^e``"""
    hid, slots, e = p
    head = ctx.heads[hid]
    if head.kind == "exp":
        ctx.note("log exp(x) = x")
        return scale(argument(ctx, p), e)
    if head.kind == "prime":
        return scale(_log_of(ctx, constant(head.of)), e)
    if head.kind == "product" and part_sign(ctx, p) != UNKNOWN:
        ctx.note("log of a product = sum of logs")
        bound, polys = open_template(ctx, head, slots)
        return scale(sum_over(ctx, log(ctx, polys[0]), bound[0]), e)
    if part_sign(ctx, p) != UNKNOWN or not is_whole(e):
        if head.kind == "power":
            return scale(log(ctx, argument(ctx, p)), e)
        return scale(_log_of(ctx, {((hid, slots, 1),): 1}), e)
    base: Poly = {((hid, slots, 1),): 1}
    if never_vanishes(ctx, base):
        ctx.note("log x^2 = 2 log |x|")
        return scale(_log_of_size(ctx, base), e)
    hid, slots = to_template(ctx, "log", "", [((0, 1), ((hid, slots, 2),))])
    return scale(single(ctx, hid, slots), Fraction(e) / 2)


def _log_of_size(ctx: Attempt, p: Poly) -> Poly:
    """``log |x| = [x > 0] log x + (1 - [x > 0]) log(-x)``, and ``log |prod_i x_i| = sum_i log |x_i|``"""
    if _is_product(ctx, p):
        ((((hid, slots, _),), _),) = p.items()
        bound, polys = open_template(ctx, ctx.heads[hid], slots)
        ctx.note("log of a product = sum of logs")
        return sum_over(ctx, scale(log(ctx, mul(ctx, polys[0], polys[0])), Fraction(1, 2)), bound[0])
    bit = step(ctx, p)
    total = mul(ctx, bit, _log_of(ctx, p))
    accumulate(total, mul(ctx, minus({ONE: 1}, bit), _log_of(ctx, scale(p, -1))))
    return total


def _log_of(ctx: Attempt, p: Poly) -> Poly:
    hid, slots = to_template(ctx, "log", "", poly_terms(p))
    return single(ctx, hid, slots)


def _log_number(ctx: Attempt, c: Number) -> Poly:
    """``log(6/5) = log 2 + log 3 - log 5``"""
    total: Poly = {}
    c = Fraction(c)
    for n, sign in ((c.numerator, 1), (c.denominator, -1)):
        for p, k in prime_factors(n):
            accumulate(total, _log_of(ctx, constant(p)), sign * k)
    return total


def function(ctx: Attempt, name: str, p: Poly) -> Poly:
    """An elementary function that has no expansion. ``f(-x) = -f(x)`` for odd and ``f(-x) = f(x)`` for even ones."""
    if not p and name in AT_ZERO:
        return constant(AT_ZERO[name])
    split = by_cases(ctx, p, lambda q: function(ctx, name, q))
    if split is not None:
        return split
    if name in ORDERS:
        return gamma_function(ctx, name, p, log)
    turned = _turned(ctx, name, p)
    if turned is not None:
        return turned
    hid, slots = to_template(ctx, "function", name, poly_terms(p), active=name == "sin")
    if p and (name in ODD or name in EVEN):
        opposite, others = to_template(ctx, "function", name, poly_terms(scale(p, -1)), active=name == "sin")
        if opposite < hid:
            return scale(single(ctx, opposite, others), -1 if name in ODD else 1)
    return single(ctx, hid, slots)


def _turned(ctx: Attempt, name: str, p: Poly) -> Poly | None:
    """``cos(x + pi) = -cos x``, ``sin(x + pi / 2) = cos x``; None without a multiple of ``pi / 2``."""
    if name not in ("sin", "cos"):
        return None
    pi: Mono = ((ctx.interner.leaf("constant", "\\pi", 0, "\\pi").id, (), 1),)
    turns = 2 * Fraction(p.get(pi, 0))
    if not turns or turns.denominator != 1:
        return None
    ctx.note("cos(x + pi) = -cos x")
    quarter = (turns.numerator + (3 if name == "sin" else 0)) % 4
    # cos(x + k pi/2) is cos x, -sin x, -cos x, sin x; sin x is cos(x - pi/2)
    rest = minus(p, {pi: p[pi]})
    found = function(ctx, "sin" if quarter % 2 else "cos", rest)
    return scale(found, -1 if quarter in (1, 2) else 1)


def reduce_function(ctx: Attempt, mono: Mono, k: int) -> Poly | None:
    """``sin^2 = 1 - cos^2``"""
    hid, slots, e = mono[k]
    if ctx.heads[hid].of != "sin" or e < 2 or not is_whole(e):
        return None
    ctx.note("sin^2 = 1 - cos^2")
    cosine = function(ctx, "cos", argument(ctx, mono[k]))
    rest = merge((*mono[:k], *mono[k + 1 :]), ((hid, slots, e - 2),) if e > 2 else ())
    other = minus({ONE: 1}, mul(ctx, cosine, cosine))
    return mul(ctx, reduce(ctx, rest), other)


def rebuild_exp(ctx: Attempt, head: Head, slots: Slots, e: Number) -> Poly:
    return exp(ctx, open_template(ctx, head, slots)[1][0], e)


def rebuild_log(ctx: Attempt, head: Head, slots: Slots, e: Number) -> Poly:
    return power(ctx, log(ctx, open_template(ctx, head, slots)[1][0]), e)


def rebuild_function(ctx: Attempt, head: Head, slots: Slots, e: Number) -> Poly:
    return power(ctx, function(ctx, head.of, open_template(ctx, head, slots)[1][0]), e)
