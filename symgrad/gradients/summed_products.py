"""Products with their sums in front, ``q sum_{i ...} prod_k base_k^{e_k}``, and the conversion from and to nodes.

In this form, cancellation, matching and common factors are operations on lists. Bound indices get canonical names
when a term is converted back, so that equal sums are the same node.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from symgrad.core.affine_order import constant_gap
from symgrad.core.nodes import (
    ONE,
    Add,
    Cond,
    Delta,
    Entry,
    Expr,
    Func,
    Iverson,
    Mul,
    Num,
    Pow,
    Sum,
    cond_parts,
    free_indices,
    mul,
)
from symgrad.core.ranges import Affine, Index, indices_of
from symgrad.core.substitute import substitute

_ONE = Fraction(1)
Factor = tuple[Expr, Fraction]
"""A base and its exponent, which is not 0."""


@dataclass(frozen=True, slots=True)
class SummedIndex:
    """A bound index and the conditions of its sum."""

    index: Index
    where: tuple[Cond, ...] = ()

    def indices(self) -> set[Index]:
        """The index and all indices of its conditions."""
        found = {self.index}
        for c in self.where:
            positions, inner = cond_parts(c)
            found.update(i for e in positions for i in indices_of(e))
            for x in inner:
                found |= free_indices(x)
        return found


@dataclass(frozen=True, slots=True)
class SummedProduct:
    """``number * sum_{dummies} prod base ** exponent``"""

    number: Fraction
    dummies: tuple[SummedIndex, ...] = ()
    factors: tuple[Factor, ...] = ()

    def scaled(self, q: Fraction) -> SummedProduct:
        return replace(self, number=self.number * q)

    def indices(self) -> frozenset[Index]:
        """The bound indices."""
        return frozenset(d.index for d in self.dummies)

    def tree(self) -> Expr:
        """The term as a node with the indices unchanged, for ``term_of`` to collect its factors."""
        return summed_over(self.dummies, mul(Num(self.number), product_of(self.factors)))


def terms_of(node: Expr) -> tuple[Expr, ...]:
    """The terms of a sum of terms, or the node itself."""
    return node.terms if isinstance(node, Add) else (node,)


@lru_cache(maxsize=8192)
def term_of(node: Expr) -> SummedProduct:
    """A node as a term: ``(f g)^n = f^n g^n`` for integer n, sums in front, equal bases collected."""
    return _collected(_ONE, [], set(free_indices(node)), [(node, _ONE)])


def normal(term: SummedProduct) -> SummedProduct:
    """The term with factors that are products, powers or sums taken apart."""
    taken = {i for b, _ in term.factors for i in free_indices(b)}.union(*(d.indices() for d in term.dummies))
    return _collected(term.number, list(term.dummies), taken, list(reversed(term.factors)))


def _collected(number: Fraction, dummies: list[SummedIndex], taken: set[Index], stack: list[Factor]) -> SummedProduct:
    """The product of the factors on the stack under sums; bound indices in ``taken`` are renamed."""
    powers: dict[Expr, Fraction] = {}
    while stack:
        n, e = stack.pop()
        whole = e is _ONE or e.denominator == 1
        if isinstance(n, Num) and whole and (n.value or e > 0):
            number *= n.value if e is _ONE else n.value ** int(e)
        elif isinstance(n, Mul) and whole:
            stack.extend((f, e) for f in reversed(n.factors))
        elif isinstance(n, Pow) and isinstance(n.exponent, Num) and whole:
            stack.append((n.base, n.exponent.value if e is _ONE else n.exponent.value * e))
        elif isinstance(n, Func) and n.name == "sqrt" and whole:
            stack.append((n.arg, e / 2))
        elif isinstance(n, Sum) and (e is _ONE or e == 1):
            if n.index in taken:
                fresh = n.index.fresh("bound")
                n = Sum(fresh, substitute(n.body, {n.index: fresh}), renamed(n.where, n.index, fresh))
            taken.add(n.index)
            dummies.append(SummedIndex(n.index, tuple(canonical_condition(c, n.index) for c in n.where)))
            stack.append((n.body, e))
        else:
            powers[n] = powers[n] + e if n in powers else e
    if not number:
        return SummedProduct(number)
    factors = tuple((b, p) for b, e in powers.items() if (p := _least_power(b, e)))
    if sum(isinstance(b, Iverson) for b, _ in factors) > 1:
        factors = _tightest(factors)
    if not dummies:
        return SummedProduct(number, (), factors)
    made = _indicators_as_conditions(SummedProduct(number, tuple(dummies), factors))
    if any(len(d.where) > 1 for d in made.dummies):
        return SummedProduct(number, tuple(map(_without_implied, made.dummies)), made.factors)
    return made


def canonical_condition(cond: Cond, index: Index) -> Cond:
    """A condition of a sum in canonical form: ``k != i`` for ``i != k``, ``k > i`` for ``k - 1 >= i``."""
    left, right = cond.left, cond.right
    if cond.op == "eq" and right is index:
        assert not isinstance(left, Expr)  # by its op
        return Cond("eq", index, left, cond.negated)
    if cond.op == "lt" and isinstance(left, (Index, Affine)) and isinstance(right, (Index, Affine)):
        gap = Affine.of(left) - right
        signs = {c: i for i, c in gap.terms if isinstance(i, Index)}
        if gap.const == -1 and len(gap.terms) == 2 and set(signs) == {1, -1}:  # p - q < 1 is p <= q
            return Cond("lt", signs[-1], signs[1], not cond.negated)
    return cond


def _tightest(factors: tuple[Factor, ...]) -> tuple[Factor, ...]:
    """``[i <= N - 1] [i <= N - 2] = [i <= N - 2]``"""
    found: dict[tuple[Index, int], list[tuple[Affine, Factor]]] = {}
    for f in factors:
        at = _half_line(f[0].cond) if isinstance(f[0], Iverson) and f[1] == 1 else None
        if at is not None:
            found.setdefault(at[:2], []).append((at[2], f))
    left: set[Expr] = set()
    for (_, sign), bounds in found.items():
        for b, f in bounds:
            gaps = [constant_gap(o, b) for o, g in bounds if g is not f]
            if any(gap is not None and gap * sign < 0 for gap in gaps):  # another bound is tighter
                left.add(f[0])
    return tuple(f for f in factors if f[0] not in left)


def _half_line(cond: Cond) -> tuple[Index, int, Affine] | None:
    """``(i, 1, c)`` of i <= c, ``(i, -1, c)`` of i >= c."""
    left, right = cond.left, cond.right
    if cond.op != "lt":
        return None
    if isinstance(left, Index) and isinstance(right, Affine) and not any(right.indices()):
        return (left, -1, right) if cond.negated else (left, 1, right - 1)
    if isinstance(right, Index) and isinstance(left, Affine) and not any(left.indices()):
        return (right, 1, left) if cond.negated else (right, -1, left + 1)
    return None


def _without_implied(d: SummedIndex) -> SummedIndex:
    """Without ``k <= N - 1`` next to ``k < i`` and ``k >= 2`` next to ``k > i``, for an i of the range of k."""
    over = d.index.range
    others = [c for c in d.where if c.op == "lt" and isinstance(c.left, Index) and isinstance(c.right, Index)]
    if over is None or not others:
        return d
    below = any(c.left is d.index and c.right.range == over and not c.negated for c in others)  # type: ignore[union-attr]
    above = any(c.right is d.index and c.left.range == over and not c.negated for c in others)  # type: ignore[union-attr]

    def implied(c: Cond) -> bool:
        if c.op != "lt" or not c.negated or isinstance(c.left, Expr) or c.right is None:
            return False
        if below and c.right is d.index and isinstance(c.left, Affine):
            gap = constant_gap(c.left + 1, over.hi)
        elif above and c.left is d.index and isinstance(c.right, Affine):
            gap = constant_gap(over.lo + 1, c.right)
        else:
            return False
        return gap is not None and gap >= 0

    return SummedIndex(d.index, tuple(c for c in d.where if not implied(c)))


def _indicators_as_conditions(term: SummedProduct) -> SummedProduct:
    """``sum_k [k != i] f_k = sum_{k != i} f_k``: what an indicator excludes need not be defined."""
    indicators = [f for f in term.factors if isinstance(f[0], Iverson) and f[1] == 1]
    if not indicators:
        return term
    dummies, moved = list(term.dummies), list[Factor]()
    for f in indicators:
        cond = f[0].cond  # type: ignore[attr-defined]  # an Iverson
        at = [k for k, d in enumerate(dummies) if d.index in free_indices(f[0])]
        if at and not cond_parts(cond)[1]:  # the innermost sum: the other indices are bound outside it
            d = dummies[at[-1]]
            dummies[at[-1]] = SummedIndex(d.index, tuple(dict.fromkeys((*d.where, canonical_condition(cond, d.index)))))
            moved.append(f)
    return SummedProduct(term.number, tuple(dummies), tuple(f for f in term.factors if f not in moved))


def merged(factors: Iterable[Factor]) -> tuple[Factor, ...]:
    """The factors with equal bases collected."""
    powers: dict[Expr, Fraction] = {}
    for b, e in factors:
        powers[b] = powers[b] + e if b in powers else e
    return tuple((b, e) for b, e in powers.items() if e)


def _least_power(base: Expr, e: Fraction) -> Fraction:
    """``d^2 = d`` if d is 0 or 1, ``s^2 = 1`` if s is a sign."""
    if isinstance(base, (Iverson, Delta)) and e > 1 and e.denominator == 1:
        return _ONE
    if not isinstance(base, Entry) or e.denominator != 1 or base.tensor.domain not in ("bit", "sign"):
        return e
    if base.tensor.domain == "sign":
        return Fraction(e % 2)
    return _ONE if e > 1 else e


def renamed(where: tuple[Cond, ...], old: Index, new: Index) -> tuple[Cond, ...]:
    """Conditions with an index replaced; substituted as the conditions of a sum of ones."""
    if not where:
        return ()
    moved = substitute(Sum(old.fresh(), ONE, where), {old: new})
    assert isinstance(moved, Sum)
    return moved.where


def summed_over(dummies: Sequence[SummedIndex], body: Expr) -> Expr:
    """``sum_{dummies} body``, the first outermost."""
    for d in reversed(dummies):
        body = Sum(d.index, body, d.where)
    return body


def product_of(factors: tuple[Factor, ...]) -> Expr:
    return mul(*[b if e is _ONE or e == 1 else Pow(b, Num(e)) for b, e in factors])
