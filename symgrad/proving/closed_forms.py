"""Expressions kept as one part: abstract functions, products over an index, powers with symbolic exponents."""

from __future__ import annotations

from symgrad.core.nodes import AbstractFunction
from symgrad.proving import elementary_laws
from symgrad.proving.attempt import Attempt, Mono, Part, Poly, Slots
from symgrad.proving.case_split import by_cases
from symgrad.proving.common_factors import common_denominator, primitive_part
from symgrad.proving.interner import Head, Number
from symgrad.proving.poly import (
    ONE,
    is_natural,
    is_whole,
    minus,
    mul,
    open_template,
    product,
    reduce,
    replace_throughout,
    single,
)
from symgrad.proving.positivity import POSITIVE, mono_sign, poly_sign
from symgrad.proving.powers import power
from symgrad.proving.size_polynomials import numbered_positions, size_of
from symgrad.proving.sum_laws import sum_over
from symgrad.proving.templates import LiveTerm, from_template, int_if_whole, poly_terms, to_template

Argument = tuple[tuple[int, ...], Poly]
Derivative = tuple[int, tuple[int, ...]]


def apply(ctx: Attempt, function: AbstractFunction, arguments: list[Argument], derivs: list[Derivative]) -> Poly:
    """An abstract function of arrays, differentiated by some of their entries in any order."""
    symbol = ctx.interner.leaf("symbol", function, 0, f"{function.name} {function.shapes}")
    terms: list[LiveTerm] = []
    axes: list[int] = []
    for which, (own, body) in enumerate(arguments):
        axes.extend(own)
        terms.extend(poly_terms(body, which))
    for k, at in derivs:
        mark = ctx.interner.leaf("by", len(at), len(at), f"by {len(at)}")
        terms.append(((-1 - k, 1), ((mark.id, at, 1),)))
    hid, slots = to_template(ctx, "apply", symbol.id, terms, axes=tuple(axes))
    return single(ctx, hid, slots)


def function_and_arguments(
    ctx: Attempt, head: Head, slots: Slots
) -> tuple[AbstractFunction, list[Argument], list[Derivative]]:
    """The function, arguments and derivatives that an ``apply`` part was made from, with fresh axes."""
    function: AbstractFunction = ctx.heads[head.of].of
    axes = [tuple(ctx.positions.fresh(r) for r in shape) for shape in function.shapes]
    flat = tuple(a for own in axes for a in own)
    bodies: list[Poly] = [{} for _ in axes]
    derivs: list[Derivative] = []
    shown = Head(0, "apply", head.bound, tuple(t for t in head.terms if t[0][0] >= 0), rigid=head.rigid)
    _, polys = open_template(ctx, shown, slots, flat)
    bodies[: len(polys)] = polys
    marks = Head(0, "apply", head.bound, tuple(t for t in head.terms if t[0][0] < 0), rigid=head.rigid)
    for (which, _), mono in from_template(ctx, marks, slots, flat)[1]:
        derivs.append((-1 - which, mono[0][1]))
    return function, list(zip(axes, bodies, strict=True)), derivs


def general_power(ctx: Attempt, base: Poly, exponent: Poly) -> Poly:
    """``base ** exponent`` for a symbolic exponent: ``exp(exponent log base)`` if ``base > 0``."""
    if is_positive(ctx, base):
        ctx.note("x^y = exp(y log x)")
        return elementary_laws.exp(ctx, mul(ctx, exponent, elementary_laws.log(ctx, base)))
    split = by_cases(ctx, base, lambda q: general_power(ctx, q, exponent))
    if split is not None:
        return split
    if base == {ONE: -1} and _is_whole_number(ctx, exponent):
        odd = {m: c for m, c in exponent.items() if c % 2}
        if list(odd) == [ONE]:
            return {ONE: -1}
        if odd != exponent or any(c != 1 for c in odd.values()):
            ctx.note("(-1)^(2 n) = 1")
            return general_power(ctx, base, dict.fromkeys(odd, 1)) if odd else {ONE: 1}
    n = int_if_whole(exponent.get(ONE, 0))
    if n and isinstance(n, int):
        ctx.note("x^(y + n) = x^y x^n")
        rest = minus(exponent, {ONE: n})
        return mul(ctx, power(ctx, base, n), general_power(ctx, base, rest))
    is_sign = base == {ONE: -1} and _is_whole_number(ctx, exponent)
    terms = [*poly_terms(base, 0), *poly_terms(exponent, 1)]
    hid, slots = to_template(ctx, "raised", "", terms, active=is_sign)
    return single(ctx, hid, slots)


def _is_whole_number(ctx: Attempt, p: Poly) -> bool:
    """True for a polynomial of positions and sizes with whole coefficients."""
    return all(
        is_whole(c) and all(ctx.heads[h].kind in ("position", "size") and is_natural(e) for h, _, e in m)
        for m, c in p.items()
    )


def reduce_sign(ctx: Attempt, mono: Mono, k: int) -> Poly | None:
    """``((-1)^n)^2 = 1``"""
    hid, slots, e = mono[k]
    if e == 1 or not is_whole(e):
        return None
    ctx.note("(-1)^(2 n) = 1")
    rest = (*mono[:k], *mono[k + 1 :])
    return reduce(ctx, tuple(sorted((*rest, (hid, slots, 1)))) if e % 2 else rest)


def is_positive(ctx: Attempt, p: Poly) -> bool:
    common, rest = common_denominator(ctx, p)
    return mono_sign(ctx, common) == POSITIVE and poly_sign(ctx, rest) == POSITIVE


def product_over(ctx: Attempt, p: Poly, index: int) -> Poly:
    """``prod_index p``, factor by factor. A product of exponentials becomes the exponential of a sum."""
    positions = ctx.positions
    if not p:
        hid, slots = to_template(ctx, "product", "", [], (index,))
        return single(ctx, hid, slots)
    few = numbered_positions(positions.ranges.get(index))
    if few is not None:
        ctx.met_numbered_range = True
        if ctx.write_out_sums or len(few) == 1:
            return product(ctx, (replace_throughout(ctx, p, index, positions.literal(k)) for k in few))
    common, rest = common_denominator(ctx, p)
    if len(rest) > 1:
        content, c, rest = primitive_part(ctx, rest, True)
    else:
        ((content, c),) = rest.items()
        rest = {ONE: 1}
    size = size_of(ctx, positions.ranges.get(index))
    total: Poly = {ONE: 1}
    if c != 1:
        total = general_power(ctx, {ONE: c}, size)
    for x in (*common, *content):
        total = mul(ctx, total, _product_of_part(ctx, x, index, size))
    if rest != {ONE: 1}:
        total = mul(ctx, total, _unexpanded_product(ctx, rest, index, size))
    return total


def _product_of_part(ctx: Attempt, x: Part, index: int, size: Poly) -> Poly:
    hid, slots, e = x
    if ctx.heads[hid].kind == "exp":
        ctx.note("prod exp(x) = exp(sum x)")
        return elementary_laws.exp(ctx, sum_over(ctx, elementary_laws.argument(ctx, x), index), e)
    return power(ctx, _unexpanded_product(ctx, {((hid, slots, 1),): 1}, index, size), e)


def _unexpanded_product(ctx: Attempt, p: Poly, index: int, size: Poly) -> Poly:
    if not any(ctx.positions.mentions(s, index) for m in p for x in m for s in x[1]):
        if len(size) == 1 and ONE in size:
            return power(ctx, p, size[ONE])
        return general_power(ctx, p, size)
    hid, slots = to_template(ctx, "product", "", poly_terms(p), (index,))
    return single(ctx, hid, slots)


def rebuild_apply(ctx: Attempt, head: Head, slots: Slots, e: Number) -> Poly:
    function, arguments, derivs = function_and_arguments(ctx, head, slots)
    return power(ctx, apply(ctx, function, arguments, derivs), e)


def rebuild_raised(ctx: Attempt, head: Head, slots: Slots, e: Number) -> Poly:
    polys = [*open_template(ctx, head, slots)[1], {}, {}]
    base, exponent = polys[0], polys[1]
    if not exponent:
        return {ONE: 1}
    if len(exponent) == 1 and ONE in exponent:
        return power(ctx, power(ctx, base, exponent[ONE]), e)
    return power(ctx, general_power(ctx, base, exponent), e)


def rebuild_product(ctx: Attempt, head: Head, slots: Slots, e: Number) -> Poly:
    bound, polys = open_template(ctx, head, slots)
    return power(ctx, product_over(ctx, polys[0] if polys else {}, bound[0]), e)
