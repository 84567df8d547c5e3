"""Equations in force, used as rewriting rules: a product ``lead`` is ``rest``, for all parameters."""

from __future__ import annotations

from symgrad.proving.attempt import Attempt, Mono, Poly, Rule
from symgrad.proving.fact_matching import Binding, instance, match_product
from symgrad.proving.indicators import delta
from symgrad.proving.poly import accumulate, merge, mul, replace


def by_rule(ctx: Attempt, mono: Mono) -> Poly | None:
    """The product with one rule used once, or None."""
    for hid, _, _ in mono:
        for rule in ctx.facts.rules.get(hid, ()):
            found: Binding = {}
            pairs = match_product(ctx, rule.lead, mono, rule.params, found)
            if pairs is None or not rule.params <= found.keys() or not _applies(ctx, rule, found):
                continue
            quotient = merge(mono, tuple((live[0], live[1], -lead[2]) for lead, live in pairs))
            ctx.fired("assumption " + rule.latex)
            return mul(ctx, {quotient: 1}, instantiate(ctx, rule.rest, found))
    return None


def _applies(ctx: Attempt, rule: Rule, found: Binding) -> bool:
    return all(not delta(ctx, instance(ctx, a, found), instance(ctx, b, found)) for a, b in rule.unless)


def instantiate(ctx: Attempt, poly: Poly, found: Binding) -> Poly:
    """A polynomial with the parameters of a fact replaced, all at once."""
    middle = {p: ctx.positions.fresh(ctx.positions.ranges.get(p)) for p in found}
    steps = [*middle.items(), *((middle[p], found[p]) for p in found)]
    for old, new in steps:
        total: Poly = {}
        for mono, c in poly.items():
            accumulate(total, replace(ctx, mono, old, new), c)
        poly = total
    return poly
