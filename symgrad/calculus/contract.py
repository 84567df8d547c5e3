"""Light simplification during differentiation: contract deltas against sums, collect equal terms.

Each function returns an expression that equals the formula of its docstring for all sizes.
Only terms with a delta are expanded, so that results stay small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from symgrad.core.affine_order import constant_gap, contains, surely_at_least
from symgrad.core.functions import TABLE
from symgrad.core.nodes import (
    ONE,
    ZERO,
    Add,
    Cases,
    Cond,
    Delta,
    Expr,
    Func,
    Iverson,
    Mul,
    Num,
    Pow,
    Sum,
    add,
    cond_parts,
    delta,
    distinct,
    free_indices,
    mul,
    parts,
    power,
)
from symgrad.core.ranges import (
    Affine,
    Gather,
    Index,
    IndexExpr,
    Range,
    Subset,
    index_expr,
    indices_of,
    range_of,
    substitute_index,
)
from symgrad.core.substitute import rename_bound, substitute

InRange = Callable[[IndexExpr, Range], bool]
"""True if a position certainly lies in a range."""


def kronecker(left: IndexExpr, right: IndexExpr) -> Expr:
    """delta(left, right); 1 if the positions are equal, 0 if they differ by a nonzero constant."""
    left, right = index_expr(left), index_expr(right)
    gap = constant_gap(left, right)
    return delta(left, right) if gap is None else ZERO if gap else ONE


def lies_in(position: IndexExpr, range_: Range) -> bool:
    """True for an index or gathered position declared over the range, and for a number between its ends."""
    return range_of(position) == range_ or contains(range_, position)


def split_number(term: Expr) -> tuple[Fraction, Expr]:
    """``(q, x)`` with term = q x, where x has no numeric factor."""
    if isinstance(term, Num):
        return term.value, ONE
    if isinstance(term, Mul) and isinstance(term.factors[0], Num):
        return term.factors[0].value, mul(*term.factors[1:])
    return Fraction(1), term


def total(*terms: Expr) -> Expr:
    """The sum of the terms, with equal ones collected: q x + r x = (q + r) x."""
    flat = add(*terms)
    if not isinstance(flat, Add):
        return flat
    weights: dict[Expr, Fraction] = {}
    for term in flat.terms:
        q, x = split_number(term)
        weights[x] = weights.get(x, Fraction(0)) + q
    if len(weights) == len(flat.terms):
        return flat
    return add(*(mul(Num(q), x) for x, q in weights.items()))


def product(*factors: Expr) -> Expr:
    """The product; collects powers of a positive function, and multiplies a number into a sum of terms.

    f^p f^q = f^(p + q) for f > 0, so that the derivative of log f(x) has no quotient f / f.
    """
    flat = mul(*factors)
    if not isinstance(flat, Mul):
        return flat
    first, *rest = flat.factors
    if isinstance(first, Num) and len(rest) == 1 and isinstance(rest[0], Add):
        return add(*(mul(first, t) for t in rest[0].terms))
    powers: dict[Expr, Fraction] = {}
    out: list[Expr] = []
    for f in flat.factors:
        base, q = (f.base, f.exponent.value) if isinstance(f, Pow) and isinstance(f.exponent, Num) else (f, Fraction(1))
        if not (isinstance(base, Func) and base.name in TABLE and TABLE[base.name].positive):
            out.append(f)
            continue
        if base not in powers:
            out.append(base)
        powers[base] = powers.get(base, Fraction(0)) + q
    return mul(*(power(f, Num(powers[f])) if f in powers else f for f in out))


def indicator(cond: Cond) -> Expr:
    """[cond]; 1 or 0 if it compares positions that differ by a constant."""
    left, right = cond.left, cond.right
    if cond.op not in ("eq", "lt") or isinstance(left, Expr) or right is None or isinstance(right, Subset):
        return Iverson(cond)
    gap = 0 if left == right else constant_gap(left, right)
    if gap is None:
        return Iverson(cond)
    holds = gap == 0 if cond.op == "eq" else gap < 0
    return ZERO if holds == cond.negated else ONE


def summed(index: Index, body: Expr, where: tuple[Cond, ...] = (), in_range: InRange = lies_in) -> Expr:
    """sum_{i : where} body, with sum_i delta(i, e) f(i) = [where(e)] f(e) wherever e certainly lies in the range of i.

    Also: sum_i 0 = 0; numbers and deltas without i move in front of the sum; a sum of terms is
    split if one of them contracts.
    """
    if body is ZERO:
        return ZERO
    if isinstance(body, Add):
        inside = [t for t in body.terms if not _contracts(index, t, in_range)]
        if len(inside) == len(body.terms):
            return Sum(index, body, where)
        split = [summed(index, t, where, in_range) for t in body.terms if t not in inside]
        return total(*split, summed(index, add(*inside), where, in_range))
    factors = body.factors if isinstance(body, Mul) else (body,)
    for k, factor in enumerate(factors):
        rest = factors[:k] + factors[k + 1 :]
        position = _solved(index, factor, in_range)
        placed = None if position is None else _put(index, position, mul(*rest), where)
        if placed is not None:
            return placed
        if isinstance(factor, Add) and _contracts(index, factor, in_range):
            return _distribute(index, factor, rest, where, in_range)
    outside = [f for f in factors if isinstance(f, Num) or (isinstance(f, Delta) and index not in free_indices(f))]
    if not outside:
        return Sum(index, body, where)
    return mul(*outside, Sum(index, mul(*(f for f in factors if f not in outside)), where))


def _solutions(index: Index, factor: Expr) -> Iterator[tuple[IndexExpr, bool]]:
    """Solutions of a delta for the index: (e, False) for delta(n, e), and (i + 1, True) for delta(i, n - 1)."""
    if not isinstance(factor, Delta):
        return
    for this, other in ((factor.left, factor.right), (factor.right, factor.left)):
        if index in indices_of(other):
            continue
        if this is index:
            yield other, False
        elif isinstance(this, Affine) and not isinstance(other, Gather):
            c = dict(this.terms).get(index)
            if c in (1, -1):
                rest = this - Affine.of(index).scale(c)
                yield index_expr((Affine.of(other) - rest).scale(c)), True


def _solved(index: Index, factor: Expr, in_range: InRange) -> IndexExpr | None:
    """The position e of a factor delta(i, e), if e does not contain i and lies in its range."""
    if index.range is None:
        return None
    return next((e for e, moved in _solutions(index, factor) if not moved and in_range(e, index.range)), None)


def _contracts(index: Index, term: Expr, in_range: InRange) -> bool:
    """True if the term, or a part of it, has a factor delta(i, e) that contracts."""
    if isinstance(term, Delta):
        return _solved(index, term, in_range) is not None
    if isinstance(term, Mul):
        return any(_contracts(index, f, in_range) for f in term.factors)
    return isinstance(term, Add) and any(_contracts(index, t, in_range) for t in term.terms)


def _distribute(index: Index, factor: Add, rest: tuple[Expr, ...], where: tuple[Cond, ...], in_range: InRange) -> Expr:
    """sum_i r (s + t) = sum_i r s + sum_i r t, for the terms s that contract."""
    done = [t for t in factor.terms if _contracts(index, t, in_range)]
    left = [t for t in factor.terms if t not in done]
    parts = [summed(index, mul(*rest, t), where, in_range) for t in done]
    return total(*parts, summed(index, mul(*rest, add(*left)), where, in_range))


def _put(index: Index, position: IndexExpr, body: Expr, where: tuple[Cond, ...]) -> Expr | None:
    """[where(e)] f(e); None if f does arithmetic on i and e is a gathered position, which allows none."""
    try:
        guards = [indicator(cond_at(c, {index: position})) for c in where]
        return mul(*guards, place(body, {index: position}))
    except ValueError:
        return None


def contracted(index: Index, body: Expr, where: tuple[Cond, ...] = ()) -> Expr:
    """Like ``summed``, but also contracts deltas of shifted positions."""
    return _shifted(index, body, where) or summed(index, body, where)


def _shifted(index: Index, body: Expr, where: tuple[Cond, ...]) -> Expr | None:
    """``sum_{n : where} delta(i, n - 1) f(n) = [where(i + 1)] f(i + 1)``, if i + 1 is in the range of n.

    A factor that is a sum of terms, ``delta(i, n + 1) - 2 delta(i, n)``, is split: its terms that contract, and
    the rest. None if no delta of a shifted position contains the index.
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
        at = next((e for e, moved in _solutions(index, factor) if moved), None)
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
    """The contracted sum, with terms that do not contract left in a sum; None if no delta contracts."""
    found = _shifted(index, body, where)
    if found is not None:
        return found
    found = summed(index, body, where)
    return None if any(isinstance(n, Sum) and n.index is index for n in distinct(found)) else found


def _decided(cond: Cond) -> Expr:
    """The indicator, 1 or 0 if the ranges of its indices decide it; a single index is isolated on one side."""
    left, right = cond.left, cond.right
    if cond.op != "lt" or not isinstance(left, (Index, Affine)) or not isinstance(right, (Index, Affine)):
        return indicator(cond)
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


def cond_at(cond: Cond, mapping: Mapping[Index, IndexExpr]) -> Cond:
    """The condition with its positions substituted."""
    if isinstance(cond.left, Expr):
        return Cond(cond.op, place(cond.left, mapping), None, cond.negated)
    right = cond.right if not isinstance(cond.right, (Index, Affine, Gather)) else substitute_index(cond.right, mapping)
    return Cond(cond.op, substitute_index(cond.left, mapping), right, cond.negated)


def place(body: Expr, mapping: Mapping[Index, IndexExpr]) -> Expr:
    """The body with its positions substituted; deltas whose sides become comparable are 0 or 1."""
    return _decide(substitute(body, mapping))


def _decide(node: Expr) -> Expr:
    """Replace decidable deltas and indicators by 0 or 1, but not inside functions and sums."""
    if isinstance(node, Delta):
        return kronecker(node.left, node.right)
    if isinstance(node, Iverson) and not cond_parts(node.cond)[1]:
        return indicator(node.cond)
    if isinstance(node, Mul):
        return mul(*(_decide(f) for f in node.factors))
    if isinstance(node, Add):
        return total(*(_decide(t) for t in node.terms))
    return node


def apart(node: Expr, taken: frozenset[Index]) -> Expr:
    """The node with those of its bound indices renamed that are in ``taken``."""
    clash = {b: b.fresh() for b in parts(node)[2] if b in taken}
    return rename_bound(node, clash) if clash else node


def out_of_cases(node: Cases) -> Expr:
    """``{f d where c; g d otherwise} = d {f where c; g otherwise}``, for a delta d in every nonzero branch."""
    rows = [value.factors if isinstance(value, Mul) else (value,) for _, value in node.branches]
    filled = [row for row in rows if row != (ZERO,)]
    shared = [f for f in filled[0] if isinstance(f, Delta) and all(f in row for row in filled)] if filled else []
    if not shared:
        return node
    left = [ZERO if row == (ZERO,) else mul(*(f for f in row if f not in shared)) for row in rows]
    branches = tuple((conds, value) for (conds, _), value in zip(node.branches, left, strict=True))
    return mul(*shared, Cases(branches))
