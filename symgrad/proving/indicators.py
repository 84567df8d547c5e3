"""Kronecker deltas and indicators (Iverson brackets) ``[p != q]``, ``[p < q]``, ``[p in N]``, ``[x > 0]``.

``delta_{pp} = 1``; ``delta_{pq} = 0`` for distinct literals; ``delta_{pq} f(q) = delta_{pq} f(p)``; ``b^2 = b``.
"""

from __future__ import annotations

from fractions import Fraction

from symgrad.core.ranges import Subset
from symgrad.proving.attempt import Attempt, Mono, Part, Pattern, Poly, Slots
from symgrad.proving.case_split import by_cases
from symgrad.proving.common_factors import common_denominator, primitive_part
from symgrad.proving.fact_matching import Binding, instance, matches
from symgrad.proving.interner import SYMMETRIC_PAIR, Head, Number
from symgrad.proving.limits import UndefinedForm, Unsupported
from symgrad.proving.poly import (
    ONE,
    add,
    is_natural,
    is_whole,
    merge,
    minus,
    mul,
    open_template,
    product,
    reduce,
    replace,
    scale,
    single,
)
from symgrad.proving.position_ids import Arithmetic
from symgrad.proving.positivity import POSITIVE, UNKNOWN, poly_sign, power_sign
from symgrad.proving.templates import poly_terms, to_template

Pair = tuple[int, int]
MAX_SHIFT, MAX_SIGNED = 4, 3
ANY_REAL = ("real", "positive", "nonnegative")


def _on_positive_sides(ctx: Attempt, p: int, q: int) -> Pair | bool | None:
    """The relation ``p ? q`` with each term moved to the side where its coefficient is positive. False if
    ``p - q`` is a number other than 0; None if a position is not arithmetic."""
    positions = ctx.positions
    a, b = positions.as_arithmetic(p), positions.as_arithmetic(q)
    if a is None or b is None:
        return None
    d = positions.compound.get(positions.plus(p, q, -1))
    if not isinstance(d, Arithmetic):
        return None
    if not d.terms and not d.sizes:
        return False
    up = positions.arithmetic(
        max(d.const, 0), tuple((s, c) for s, c in d.sizes if c > 0), tuple((i, c) for i, c in d.terms if c > 0)
    )
    down = positions.arithmetic(
        max(-d.const, 0), tuple((s, -c) for s, c in d.sizes if c < 0), tuple((i, -c) for i, c in d.terms if c < 0)
    )
    return up, down


def _surely_apart(ctx: Attempt, p: int, q: int, least: int = 1) -> bool:
    """True if the bounds of their indices imply that ``q - p >= least``."""
    positions = ctx.positions
    if positions.range_of(p) == positions.range_of(q) and positions.range_of(p) is not None:
        return False
    return positions.surely_at_least(positions.difference_or_none(q, p), least)


def no_exception_applies(ctx: Attempt, unless: tuple[Pair, ...], found: Binding) -> bool:
    """True if each exception ``a = b`` of a fact is known to be false under the binding."""
    return all(not delta(ctx, instance(ctx, a, found), instance(ctx, b, found)) for a, b in unless)


def delta(ctx: Attempt, p: int, q: int) -> Poly:
    """``delta_{pq}``, as a number if arithmetic or the facts determine it."""
    if p == q:
        return {ONE: 1}
    sides = _on_positive_sides(ctx, p, q)
    if sides is False:
        return {}
    if isinstance(sides, tuple):
        p, q = sides
    if _surely_apart(ctx, p, q) or _surely_apart(ctx, q, p):
        return {}
    for pattern in ctx.facts.unequal:
        for pair in ((p, q), (q, p)):
            found = matches(ctx, pattern, pair)
            if found is None:
                continue
            if no_exception_applies(ctx, pattern.unless, found):
                ctx.note("distinct positions")
                return {}
            if len(pattern.unless) == 1:
                a, b = (instance(ctx, x, found) for x in pattern.unless[0])
                positions = ctx.positions
                if positions.replace(p, a, b) == positions.replace(q, a, b):
                    ctx.note("distinct positions")
                    return delta(ctx, a, b)
    for pattern in ctx.facts.less:
        for pair in ((p, q), (q, p)):
            found = matches(ctx, pattern, pair)
            if found is not None and no_exception_applies(ctx, pattern.unless, found):
                return {}
    for name in ctx.facts.non_members:
        if (_known_by(ctx, ctx.facts.non_members, name, p) and _known_by(ctx, ctx.facts.members, name, q)) or (
            _known_by(ctx, ctx.facts.non_members, name, q) and _known_by(ctx, ctx.facts.members, name, p)
        ):
            ctx.note("distinct positions")
            return {}
    head = ctx.interner.leaf("delta", "delta", 2, "delta", SYMMETRIC_PAIR, active=True, rigid=False)
    return {((head.id, (min(p, q), max(p, q)), 1),): 1}


def differ(ctx: Attempt, p: int, q: int) -> Poly:
    """``[p != q]`` as one indicator (not ``1 - delta_{pq}``), for summands that are undefined at ``p = q``."""
    if delta(ctx, p, q) == {ONE: 1}:
        return {}
    if not delta(ctx, p, q):
        return {ONE: 1}
    head = ctx.interner.leaf("differ", "differ", 2, "differ", SYMMETRIC_PAIR, active=True, rigid=False)
    return {((head.id, (min(p, q), max(p, q)), 1),): 1}


def less(ctx: Attempt, p: int, q: int) -> Poly:
    """``[p < q]``. Only one of ``[p < q]`` and ``[q < p]`` is used: ``[p < q] + [q < p] + delta_{pq} = 1``."""
    if p == q:
        return {}
    positions = ctx.positions
    sides = _on_positive_sides(ctx, p, q)
    if sides is False:
        d = positions.compound[positions.plus(p, q, -1)]
        return {ONE: 1} if isinstance(d, Arithmetic) and d.const < 0 else {}
    if isinstance(sides, tuple):
        p, q = sides
    if _surely_apart(ctx, p, q):
        return {ONE: 1}
    if _surely_apart(ctx, q, p, 0):
        return {}
    for pattern in ctx.facts.less:
        for pair in ((p, q), (q, p)):
            found = matches(ctx, pattern, pair)
            if found is not None and no_exception_applies(ctx, pattern.unless, found):
                return {ONE: 1} if pair == (p, q) else {}
    if positions.surely_at_least(positions.difference_or_none(p, q), -1):
        # p >= q - 1, so p < q means p = q - 1
        return delta(ctx, p, positions.plus(q, positions.literal(1), -1))
    shifted = _less_without_offset(ctx, p, q)
    if shifted is not None:
        return shifted
    if positions.rank(q) < positions.rank(p):
        ctx.note("[p < q] + [q < p] + delta_{pq} = 1")
        return minus(minus({ONE: 1}, delta(ctx, p, q)), less(ctx, q, p))
    head = ctx.interner.leaf("less", "less", 2, "less", active=True, rigid=False)
    return {((head.id, (p, q), 1),): 1}


def _less_without_offset(ctx: Attempt, p: int, q: int) -> Poly | None:
    """``[p < q + c] = [p < q] + sum_{k<c} delta_{p,q+k}`` for small ``c``, and likewise for an offset of ``p``."""
    positions = ctx.positions
    a, b = positions.as_arithmetic(p), positions.as_arithmetic(q)
    if a is None or b is None or not 0 < a.const + b.const <= MAX_SHIFT:
        return None
    c = a.const + b.const
    base = positions.plus(q if b.const else p, positions.literal(c), -1)
    total = less(ctx, p, base) if b.const else less(ctx, base, q)
    for k in range(c):
        if b.const:
            total = add((total, delta(ctx, p, positions.plus(base, positions.literal(k)))))
        else:
            total = minus(total, delta(ctx, positions.plus(base, positions.literal(k + 1)), q))
    return total


def _known_by(ctx: Attempt, facts: dict[Subset, list[Pattern]], name: Subset, p: int) -> bool:
    for pattern in facts.get(name, ()):
        found = matches(ctx, pattern, (p,))
        if found is not None and no_exception_applies(ctx, pattern.unless, found):
            return True
    return False


def member(ctx: Attempt, subset: Subset, p: int) -> Poly:
    """``[p in N]``"""
    if _known_by(ctx, ctx.facts.members, subset, p):
        return {ONE: 1}
    if _known_by(ctx, ctx.facts.non_members, subset, p):
        ctx.note("position outside the subset")
        return {}
    head = ctx.interner.leaf("member", subset, 1, f"{subset.name} {subset.range}", active=True, rigid=False)
    return {((head.id, (p,), 1),): 1}


def step(ctx: Attempt, p: Poly) -> Poly:
    """``[p > 0]``, without positive factors of ``p``. ``[-x > 0] = 1 - [x > 0]`` if ``x`` cannot vanish identically."""
    if not p:
        return {}
    split = by_cases(ctx, p, lambda q: step(ctx, q))
    if split is not None:
        return split
    common, p = common_denominator(ctx, p)
    content, _, p = primitive_part(ctx, p, True)
    outside = _of_either_sign(ctx, (*common, *content))
    if outside:
        p = mul(ctx, p, {tuple(sorted(outside)): 1})
    if ONE in p and len(p) == 1:
        return {ONE: 1} if p[ONE] > 0 else {}
    if poly_sign(ctx, p) == POSITIVE:
        ctx.note("[x > 0] = 1 for x > 0")
        return {ONE: 1}
    if poly_sign(ctx, scale(p, -1)) != UNKNOWN:
        return {}
    signs_of_product = _sign_of_product(ctx, p)
    if signs_of_product is not None:
        ctx.note("sign(prod x_i) = prod sign(x_i)")
        return scale(add(({ONE: 1}, signs_of_product)), Fraction(1, 2))
    factors = _signed_factors(ctx, p) if len(p) == 1 else []
    if len(factors) > 1:
        ctx.note("sign(x y) = sign(x) sign(y)")
        signs = [sign_of(ctx, f) for f in factors]
        return scale(add(({ONE: 1}, product(ctx, signs))), Fraction(1, 2))
    hid, slots = to_template(ctx, "step", "", poly_terms(p), active=True)
    opposite, others = to_template(ctx, "step", "", poly_terms(scale(p, -1)), active=True)
    if opposite < hid and never_vanishes(ctx, p):
        ctx.note("[-x > 0] = 1 - [x > 0]")
        return minus({ONE: 1}, single(ctx, opposite, others))
    return single(ctx, hid, slots)


def _of_either_sign(ctx: Attempt, parts: Mono) -> list[Part]:
    """The parts that decide whether a product is positive: those of unknown sign, once each, and those that may be 0
    at all points."""
    kept: list[Part] = []
    for x in parts:
        sign = power_sign(ctx, x)
        if sign == UNKNOWN:
            kept.append((x[0], x[1], 1) if is_whole(x[2]) else x)
        elif sign != POSITIVE:
            base: Poly = {((x[0], x[1], 1),): 1}
            if x[2] < 0 or not never_vanishes(ctx, base):
                kept.extend([] if x[2] < 0 else [x])
            else:
                ctx.note("[x^2 y > 0] = [y > 0] for x != 0")
                ctx.nonzero[x[:2]] = None
    return kept


def _signed_factors(ctx: Attempt, p: Poly) -> list[Poly]:
    """The factors of a product, none of which vanishes identically, with a number -1; none if they are too many."""
    ((mono, c),) = p.items()
    if not 1 < len(mono) <= MAX_SIGNED or any(power_sign(ctx, x) != UNKNOWN for x in mono):
        return []
    factors: list[Poly] = [{((h, s, 1),): 1} for h, s, _ in mono]
    if not all(never_vanishes(ctx, f) for f in factors):
        return []
    if c < 0:
        factors[0] = scale(factors[0], -1)
    return factors


def _sign_of_product(ctx: Attempt, p: Poly) -> Poly | None:
    """``prod_i sign(x_i)`` for a product over an index alone, if ``x_i`` can't vanish identically; else None."""
    ((mono, c),) = p.items() if len(p) == 1 else ((ONE, 1),)
    if c != 1 or len(mono) != 1 or ctx.heads[mono[0][0]].kind != "product" or mono[0][2] != 1:
        return None
    bound, polys = open_template(ctx, ctx.heads[mono[0][0]], mono[0][1])
    if not polys or len(polys[0]) > MAX_SIGNED or not never_vanishes(ctx, polys[0]):
        return None
    hid, slots = to_template(ctx, "product", "", poly_terms(sign_of(ctx, polys[0])), tuple(bound))
    return single(ctx, hid, slots)


def _is_sign(ctx: Attempt, p: Poly) -> bool:
    """True for ``2 b - 1`` with an indicator ``b``, and products of these: the square is 1."""
    steps = all(ctx.heads[h].kind == "step" for m in p for h, _, _ in m)
    return steps and 1 < len(p) <= 1 << MAX_SIGNED and mul(ctx, p, p) == {ONE: 1}


def never_vanishes(ctx: Attempt, p: Poly) -> bool:
    """True if ``p`` is not the zero polynomial in its entries, whichever positions coincide and whatever the sizes, as
    long as its sums are not empty, which becomes a condition.

    Proof: let every tensor be constant, so that positions do not matter. Then some product of tensors has a
    coefficient that is positive at all sizes, or negative at all sizes. Parts of other kinds give False, but for a
    product over an index alone, which vanishes only where a factor does.
    """
    if len(p) == 1:
        ((mono, _),) = p.items()
        if len(mono) == 1 and ctx.heads[mono[0][0]].kind == "product":
            _, polys = open_template(ctx, ctx.heads[mono[0][0]], mono[0][1])
            return bool(polys) and never_vanishes(ctx, polys[0])
    if _is_sign(ctx, p):
        return True
    coefficients: dict[Mono, list[Number]] = {}
    for mono, c in p.items():
        value = _constant_tensors(ctx, mono)
        if value is None:
            return False
        if value:
            coefficients.setdefault(value, []).append(c)
    found = any(min(cs) > 0 or max(cs) < 0 for cs in coefficients.values())
    for head in {ctx.heads[h] for mono in p for h, _, _ in mono} if found else ():
        if head.kind == "sum":
            for r in head.bound:
                ctx.nonempty[ctx.interner.range_id(ctx.interner.ranges[r])] = None
    return found


def _constant_tensors(ctx: Attempt, mono: Mono) -> Mono | None:
    """The powers of tensors in a product if every tensor is constant, without sizes and numbers; None if the product
    has parts of other kinds."""
    out: Mono = ONE
    for h, _, e in mono:
        head = ctx.heads[h]
        if head.kind == "entry" and head.of.domain in ANY_REAL:
            out = merge(out, ((h, (), e),))
        elif head.kind == "sum" and is_natural(e):
            inner = _constant_tensors(ctx, tuple((f[0], (), f[1]) for f in head.terms[0][1]))
            if inner is None:
                return None
            for _ in range(int(e)):
                out = merge(out, inner)
        elif head.kind not in ("size", "constant", "prime"):
            return None
    return out


def sign_of(ctx: Attempt, p: Poly) -> Poly:
    """``sign(x) = 2 [x > 0] - 1`` for ``x != 0``"""
    return minus(scale(step(ctx, p), 2), {ONE: 1})


def indicator_power(poly: Poly, e: Number) -> Poly:
    """A power of an indicator: ``b^e = b`` for ``e > 0``, else ``b^e = b^{-1}``, which is 1 where it is defined."""
    if e > 0 or poly == {ONE: 1}:
        return poly
    if not poly:
        raise UndefinedForm("division by zero")
    ((mono, c),) = poly.items() if len(poly) == 1 else ((ONE, 0),)
    if c != 1 or len(mono) != 1:
        raise Unsupported("an indicator in a denominator")
    return {((mono[0][0], mono[0][1], -1),): 1}


def reduce_indicator(ctx: Attempt, mono: Mono, k: int) -> Poly | None:
    """``b^2 = b``"""
    hid, slots, e = mono[k]
    if e in (1, -1):
        return None
    return reduce(ctx, (*mono[:k], (hid, slots, 1 if e > 0 else -1), *mono[k + 1 :]))


def reduce_entry(ctx: Attempt, mono: Mono, k: int) -> Poly | None:
    """``d^2 = d`` for bits, ``s^2 = 1`` for signs."""
    hid, slots, e = mono[k]
    rest = (*mono[:k], *mono[k + 1 :])
    if not is_whole(e):
        return None
    if ctx.heads[hid].of.domain == "sign":
        if e == 1:
            return None
        ctx.note("s^2 = 1")
        return reduce(ctx, tuple(sorted((*rest, (hid, slots, 1)))) if e % 2 else rest)
    if e <= 1:
        return None
    ctx.note("d^2 = d")
    return reduce(ctx, tuple(sorted((*rest, (hid, slots, 1)))))


def reduce_delta(ctx: Attempt, mono: Mono, k: int) -> Poly | None:
    """``delta_{pq} f(q) = delta_{pq} f(p)``"""
    first = reduce_indicator(ctx, mono, k)
    if first is not None or mono[k][2] != 1:
        return first
    p, q = mono[k][1]
    positions = ctx.positions
    keep, drop = (p, q) if positions.rank(p) < positions.rank(q) else (q, p)
    others = (*mono[:k], *mono[k + 1 :])
    if not any(positions.contains(x, drop) for part in others for x in part[1]):
        return None
    ctx.note("delta_{pq} f(q) = delta_{pq} f(p)")
    return mul(ctx, {(mono[k],): 1}, replace(ctx, others, drop, keep))


def rebuild_delta(ctx: Attempt, head: Head, slots: Slots, e: Number) -> Poly:
    return indicator_power(delta(ctx, *slots), e)


def rebuild_differ(ctx: Attempt, head: Head, slots: Slots, e: Number) -> Poly:
    return indicator_power(differ(ctx, *slots), e)


def rebuild_less(ctx: Attempt, head: Head, slots: Slots, e: Number) -> Poly:
    return indicator_power(less(ctx, *slots), e)


def rebuild_member(ctx: Attempt, head: Head, slots: Slots, e: Number) -> Poly:
    return indicator_power(member(ctx, head.of, slots[0]), e)


def rebuild_step(ctx: Attempt, head: Head, slots: Slots, e: Number) -> Poly:
    return indicator_power(step(ctx, open_template(ctx, head, slots)[1][0]), e)
