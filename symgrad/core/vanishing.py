"""Equations that hold only where several numbers are 0: ``\\sum_a x_a^2 = 0`` means ``x_a = 0`` for all ``a``.

Such an equation holds on a thin set, which Newton's method doesn't reach and a rewriting rule doesn't describe.
"""

from __future__ import annotations

from dataclasses import replace

from symgrad.core.algebra import add, neg
from symgrad.core.claims import Assumption
from symgrad.core.kinds import Add, Entry, Expr, Func, Mul, Num, Pow, Ref, Sum
from symgrad.core.nodes import ZERO
from symgrad.core.ranges import Index
from symgrad.core.substitute import instantiate

Root = tuple[Expr, tuple[Index, ...]]
"""An expression that is 0 at all positions of these indices."""


def written_as_zeros(assumptions: tuple[Assumption, ...]) -> tuple[Assumption, ...]:
    """The assumptions, with each sum of squares that is 0 replaced by the equations that it stands for."""
    return tuple(new for a in assumptions for new in _zeros(a))


def _zeros(a: Assumption) -> tuple[Assumption, ...]:
    for x, y in ((a.left, a.right), (a.right, a.left)):
        roots = _roots(x) if y is ZERO and x is not None and not a.unless else None
        if roots is not None:
            return tuple(_equation(a, e, indices) for e, indices in roots)
    return (a,)


def _equation(a: Assumption, e: Expr, indices: tuple[Index, ...]) -> Assumption:
    """``e = 0``, written ``x = rest`` if a term of it is an entry."""
    left, right = e, ZERO
    if isinstance(e, Add):
        for t in e.terms:
            if isinstance(t, Entry):
                left, right = t, neg(add(*(s for s in e.terms if s is not t)))
                break
    return replace(a, left=left, right=right, params=(*a.params, *indices))


def _roots(e: Expr) -> tuple[Root, ...] | None:
    """What is 0 exactly where ``e`` is; None unless ``e`` is plainly nowhere negative."""
    if isinstance(e, Ref):
        return _roots(instantiate(e.definition, e.indices))
    if isinstance(e, Pow) and isinstance(e.exponent, Num) and e.exponent.value > 0:
        inner = _roots(e.base)
        even = e.exponent.value.numerator % 2 == 0
        return inner if inner is not None or not even else ((e.base, ()),)
    if isinstance(e, Func) and e.name == "abs":
        return _roots(e.arg) or ((e.arg, ()),)
    if isinstance(e, Func) and e.name == "sqrt":
        return _roots(e.arg)
    if isinstance(e, Entry) and e.tensor.domain == "nonnegative":
        return ((e, ()),)
    if isinstance(e, Sum) and not e.where:
        return _with_index(_roots(e.body), e.index)
    if isinstance(e, Add):
        parts = [_roots(t) for t in e.terms]
        return None if None in parts else tuple(r for p in parts if p is not None for r in p)
    return _roots_of_product(e) if isinstance(e, Mul) else None


def _with_index(roots: tuple[Root, ...] | None, index: Index) -> tuple[Root, ...] | None:
    return None if roots is None else tuple((e, (*indices, index)) for e, indices in roots)


def _roots_of_product(e: Mul) -> tuple[Root, ...] | None:
    """A positive number times one factor, or times a factor by itself."""
    numbers = [f for f in e.factors if isinstance(f, Num)]
    rest = [f for f in e.factors if not isinstance(f, Num)]
    if any(f.value <= 0 for f in numbers):
        return None
    if len(rest) == 1:
        return _roots(rest[0])
    return ((rest[0], ()),) if len(rest) == 2 and rest[0] is rest[1] else None
