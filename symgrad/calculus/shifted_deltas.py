"""Deltas that stand askew: of a shifted position under a sum, and in the branches of a choice of cases."""

from __future__ import annotations

from symgrad.calculus.contract import bracket, cond_at, place, summed
from symgrad.core.affine_order import surely_at_least
from symgrad.core.nodes import ONE, ZERO, Add, Cases, Cond, Delta, Expr, Iverson, Mul, Sum, add, distinct, mul
from symgrad.core.ranges import Affine, Gather, Index, IndexExpr, index_expr, indices_of


def shifted(index: Index, body: Expr, where: tuple[Cond, ...]) -> Expr | None:
    """``sum_{n : where} delta(i, n - 1) f(n) = [where(i + 1)] f(i + 1)``, where that lies in the range of n.

    Terms of a bracket that contract are taken out of it, ``delta(i, n + 1) - 2 delta(i, n)``. None where no delta of
    a shifted position ties the index.
    """
    factors = body.factors if isinstance(body, Mul) else (body,)
    if index.range is None:
        return None
    for k, factor in enumerate(factors):
        if isinstance(factor, Add):
            rest = (*factors[:k], *factors[k + 1 :])
            parts = [(t, _contracted(index, mul(*rest, t), where)) for t in factor.terms]
            left = [t for t, p in parts if p is None]
            if len(left) < len(parts):
                still = (Sum(index, mul(*rest, add(*left)), where),) if left else ()
                return add(*(p for _, p in parts if p is not None), *still)
            continue
        at = _solved(index, factor)
        if at is None:
            continue
        here = {index: at}
        lo, hi = index_expr(index.range.lo), index_expr(index.range.hi)
        inside = (Cond("lt", at, lo, negated=True), Cond("lt", hi, at, negated=True))
        try:
            guards = [_decided(c) for c in (*inside, *(cond_at(c, here) for c in where))]
            return mul(*dict.fromkeys(guards), place(mul(*factors[:k], *factors[k + 1 :]), here))
        except ValueError:  # f does arithmetic on a gathered position
            continue
    return None


def _contracted(index: Index, body: Expr, where: tuple[Cond, ...]) -> Expr | None:
    """The sum without its sign; None where no delta ties the index."""
    found = shifted(index, body, where)
    if found is not None:
        return found
    found = summed(index, body, where)
    return None if any(isinstance(n, Sum) and n.index is index for n in distinct(found)) else found


def _solved(index: Index, factor: Expr) -> IndexExpr | None:
    """``i + 1`` of ``delta(i, n - 1)``, for n."""
    if not isinstance(factor, Delta):
        return None
    for this, other in ((factor.left, factor.right), (factor.right, factor.left)):
        if not isinstance(this, Affine) or isinstance(other, Gather) or index in indices_of(other):
            continue
        c = dict(this.terms).get(index)
        if c in (1, -1):
            rest = this - Affine.of(index).scale(c)
            return index_expr((Affine.of(other) - rest).scale(c))
    return None


def _decided(cond: Cond) -> Expr:
    """A bracket, 1 or 0 where the ranges of its indices decide it; an index alone on one side of it."""
    left, right = cond.left, cond.right
    if cond.op != "lt" or not isinstance(left, (Index, Affine)) or not isinstance(right, (Index, Affine)):
        return bracket(cond)
    gap = Affine.of(left) - right
    if surely_at_least(gap.scale(-1), 1):
        return ZERO if cond.negated else ONE
    if surely_at_least(gap, 0):
        return ONE if cond.negated else ZERO
    indices = list(gap.indices())
    if len(indices) == 1:
        (i,) = indices
        c = dict(gap.terms)[i]
        rest = gap - Affine.of(i).scale(c)
        if c == 1:
            cond = Cond("lt", i, index_expr(rest.scale(-1)), cond.negated)
        elif c == -1:
            cond = Cond("lt", index_expr(rest), i, cond.negated)
    return Iverson(cond)


def out_of_cases(node: Cases) -> Expr:
    """``{f d where c; g d otherwise} = d {f where c; g otherwise}``, for a delta d that every branch has, or is 0."""
    rows = [value.factors if isinstance(value, Mul) else (value,) for _, value in node.branches]
    filled = [row for row in rows if row != (ZERO,)]
    shared = [f for f in filled[0] if isinstance(f, Delta) and all(f in row for row in filled)] if filled else []
    if not shared:
        return node
    left = [ZERO if row == (ZERO,) else mul(*(f for f in row if f not in shared)) for row in rows]
    branches = tuple((conds, value) for (conds, _), value in zip(node.branches, left, strict=True))
    return mul(*shared, Cases(branches))
