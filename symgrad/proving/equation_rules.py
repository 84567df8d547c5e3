"""Assumed equations as rewriting rules: ``lead = rest`` for all parameters."""

from __future__ import annotations

from symgrad.proving.attempt import Attempt, Mono, Poly
from symgrad.proving.fact_matching import Binding, match_product
from symgrad.proving.indicators import no_exception_applies
from symgrad.proving.poly import merge, mul, replace_throughout


def rewrite_by_equation(ctx: Attempt, mono: Mono) -> Poly | None:
    """The product after applying one equation once; None if none applies."""
    for hid, _, _ in mono:
        for rule in ctx.facts.rules.get(hid, ()):
            found: Binding = {}
            pairs = match_product(ctx, rule.lead, mono, rule.params, found)
            if pairs is None or not rule.params <= found.keys() or not no_exception_applies(ctx, rule.unless, found):
                continue
            quotient = merge(mono, tuple((live[0], live[1], -lead[2]) for lead, live in pairs))
            ctx.note("assumption " + rule.latex)
            return mul(ctx, {quotient: 1}, with_parameters(ctx, rule.rest, found))
    return None


def with_parameters(ctx: Attempt, poly: Poly, found: Binding) -> Poly:
    """A polynomial with all parameters of a fact replaced simultaneously."""
    middle = {p: ctx.positions.fresh(ctx.positions.ranges.get(p)) for p in found}
    steps = [*middle.items(), *((middle[p], found[p]) for p in found)]
    for old, new in steps:
        poly = replace_throughout(ctx, poly, old, new)
    return poly
