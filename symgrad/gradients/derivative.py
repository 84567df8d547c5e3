"""Derivatives of a quantity, in the form that an author would write."""

from __future__ import annotations

from collections.abc import Iterable

from symgrad.calculus.differentiate import Resolver
from symgrad.core.nodes import Entry, Expr, Ref
from symgrad.gradients.simplify import Simplifier


def derivative(cost: Expr, targets: Iterable[Entry | Ref], simplify: Simplifier) -> Expr:
    """The derivative of a cost by each target in turn, simplified after each."""
    out = cost
    for target in targets:
        simplify.effort = 0
        resolver = Resolver()
        out = simplify(simplify.names.canonical(resolver.resolve(resolver.differentiate(out, target))))
    return out
