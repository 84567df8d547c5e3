"""Functions of an argument with an indicator, case by case: ``f(b x + y) = b f(x + y) + (1 - b) f(y)``.

So no indicator or delta remains inside a function, and a delta in the argument still identifies two positions. The
same holds for entries that are bits or signs. A case in which ``f`` is undefined is left out: where the indicator
selects that case, the whole expression is undefined too.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from symgrad.proving.attempt import Attempt, Part, Poly
from symgrad.proving.limits import UndefinedForm
from symgrad.proving.poly import ONE, accumulate, minus, mul, replace_throughout

INDICATORS = ("delta", "differ", "less", "member", "step")
MAX_SPLIT = 3


def is_two_valued(ctx: Attempt, part: Part) -> bool:
    """True if a factor takes only two values: an indicator, a bit or a sign."""
    head = ctx.heads[part[0]]
    return part[2] == 1 and (head.kind in INDICATORS or (head.kind == "entry" and head.of.domain in ("bit", "sign")))


def is_sign(ctx: Attempt, part: Part) -> bool:
    head = ctx.heads[part[0]]
    return head.kind == "entry" and bool(head.of.domain == "sign")


def by_cases(ctx: Attempt, p: Poly, f: Callable[[Poly], Poly]) -> Poly | None:
    """``f(p)`` split by the first two-valued factor of ``p``; None if there is none, or if there are too many."""
    found = {x for m in p for x in m if is_two_valued(ctx, x)}
    if not found or len(found) > MAX_SPLIT:
        return None
    bit = min(found)
    without: Poly = {}
    holding: Poly = {}
    for m, c in p.items():
        if bit in m:
            accumulate(holding, {tuple(x for x in m if x != bit): c})
        else:
            accumulate(without, {m: c})
    both = dict(without)
    accumulate(both, holding)
    here: Poly = {(bit,): 1}
    if is_sign(ctx, bit):
        ctx.note("f(s x + y) = (1 + s)/2 f(x + y) + (1 - s)/2 f(y - x)")
        accumulate(without, holding, -1)
        here = {(bit,): Fraction(1, 2), ONE: Fraction(1, 2)}
    else:
        ctx.note("f(b x + y) = b f(x + y) + (1 - b) f(y)")
        if ctx.heads[bit[0]].kind == "delta":
            keep, drop = sorted(bit[1], key=ctx.positions.rank)
            both = replace_throughout(ctx, both, drop, keep)
    one, zero = _or_undefined(ctx, f, both), _or_undefined(ctx, f, without)
    if one is None and zero is None:
        raise UndefinedForm("undefined in every case")
    total: Poly = {}
    if one is not None:
        accumulate(total, mul(ctx, here, one))
    if zero is not None:
        accumulate(total, mul(ctx, minus({ONE: 1}, here), zero))
    return total


def _or_undefined(ctx: Attempt, f: Callable[[Poly], Poly], p: Poly) -> Poly | None:
    depth = ctx.depth
    try:
        return f(p)
    except UndefinedForm:
        ctx.depth = depth
        return None
