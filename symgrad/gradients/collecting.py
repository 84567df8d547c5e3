"""Sums of terms: equal terms collected, common factors extracted, sums over one range joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations
from typing import Protocol

from symgrad.core.nodes import (
    ZERO,
    Add,
    Cond,
    Const,
    Entry,
    Expr,
    Mul,
    Num,
    Size,
    add,
    distinct,
    free_indices,
    mul,
)
from symgrad.core.ranges import Index
from symgrad.core.substitute import substitute
from symgrad.gradients.dummy_naming import DummyNamer
from symgrad.gradients.pattern_matching import within
from symgrad.gradients.summed_products import (
    Factor,
    SummedIndex,
    SummedProduct,
    merged,
    product_of,
    renamed,
    summed_over,
    term_of,
    terms_of,
)

MAX_PERMUTED = 3
"""The most bound indices of two terms that are paired in every order."""


class Shortener(Protocol):
    """The methods of a simplifier that ``grouped`` calls."""

    names: DummyNamer

    def size(self, node: Expr) -> int: ...

    def add(self, terms: list[Expr]) -> Expr: ...

    def spend(self, count: int) -> bool: ...


def common_factor(node: Add) -> tuple[SummedProduct, Expr]:
    """``a b + a c = a (b + c)``: the factors that all terms have outside their sums, and the remaining sum."""
    terms = [term_of(t) for t in node.terms]
    shared = dict(_outside(terms[0]))
    for t in terms[1:]:
        have = dict(_outside(t))
        shared = {b: _least(e, have[b]) for b, e in shared.items() if b in have and _least(e, have[b])}
    number = Fraction(1)
    if all(t.number == terms[0].number for t in terms):
        number = terms[0].number
    elif all(t.number < 0 for t in terms):
        number = Fraction(-1)
    if not shared and number == 1:
        return SummedProduct(Fraction(1)), node
    rest = []
    for t in terms:
        left = tuple((b, e - shared.get(b, 0)) for b, e in t.factors if e != shared.get(b, 0))
        body = mul(Num(t.number / number), product_of(left))
        rest.append(summed_over(t.dummies, body))
    return SummedProduct(number, (), tuple(shared.items())), add(*rest)


def _outside(term: SummedProduct) -> Iterator[Factor]:
    own = term.indices()
    return ((b, e) for b, e in term.factors if not free_indices(b) & own)


def _least(a: Fraction, b: Fraction) -> Fraction:
    """The exponent that can be extracted from two powers of one base; 0 if their signs differ."""
    if (a > 0) != (b > 0):
        return Fraction(0)
    return min(a, b) if a > 0 else max(a, b)


def aligned(term: SummedProduct, other: SummedProduct) -> Iterator[SummedProduct]:
    """``other`` with its bound indices renamed to those of ``term``, in every way that fits ranges and conditions."""
    if len(other.dummies) > MAX_PERMUTED or len(term.dummies) > MAX_PERMUTED:
        yield other
        return
    shorter = min(len(term.dummies), len(other.dummies))
    seen = False
    for mine in permutations(term.dummies, shorter):
        theirs = other.dummies[:shorter]
        if all(a.index.range == b.index.range for a, b in zip(mine, theirs, strict=True)):
            moved = _moved(other, {b.index: a.index for a, b in zip(mine, theirs, strict=True)})
            if moved is not None:
                seen = True
                yield moved
    if not seen:
        yield other


def _moved(term: SummedProduct, names: dict[Index, Index]) -> SummedProduct | None:
    """The term with bound indices renamed, all at once; None if a new name is already in use."""
    names = {old: new for old, new in names.items() if old is not new}
    if not names:
        return term
    used = {i for b, _ in term.factors for i in free_indices(b)} | term.indices()
    if any(new in used and new not in names for new in names.values()):
        return None
    between = {old: old.fresh() for old in names}
    back = {between[old]: new for old, new in names.items()}
    dummies = []
    for d in term.dummies:
        where, index = d.where, d.index
        for old in names:
            where = renamed(where, old, between[old])
        for mid, new in back.items():
            where = renamed(where, mid, new)
        dummies.append(SummedIndex(names.get(index, index), where))
    factors = tuple((substitute(substitute(b, between), back), e) for b, e in term.factors)
    return SummedProduct(term.number, tuple(dummies), factors)


def collected(terms: Sequence[SummedProduct], names: DummyNamer) -> list[SummedProduct]:
    """``q x + r x = (q + r) x``, up to the names of bound indices."""
    out: list[SummedProduct] = []
    for t in terms:
        for k, known in enumerate(out):
            if _same(known, t):
                out[k] = replace(known, number=known.number + t.number)
                break
        else:
            out.append(t)
    return [t for t in out if t.number]


def ranges_joined(terms: Sequence[SummedProduct]) -> list[SummedProduct]:
    """``sum_{k < i} f + sum_{k > i} f = sum_{k != i} f``, and that is ``sum_k f`` if ``x_i - x_k`` is a factor of f"""
    out: list[SummedProduct] = []
    for t in terms:
        for k, known in enumerate(out):
            joined = _both_sides(known, t)
            if joined is not None:
                out[k] = joined
                break
        else:
            out.append(t)
    return [_with_the_middle(t) for t in out]


def _both_sides(a: SummedProduct, b: SummedProduct) -> SummedProduct | None:
    if a.number != b.number or len(a.factors) != len(b.factors) or len(a.dummies) != len(b.dummies):
        return None
    for x in aligned(a, b):
        if frozenset(x.factors) != frozenset(a.factors):
            continue
        apart = [(d, e) for d, e in zip(a.dummies, x.dummies, strict=True) if d != e]
        if len(apart) == 1 and apart[0][0].index is apart[0][1].index:
            d, e = apart[0]
            where = _either(d.where, e.where)
            if where is not None:
                dummies = tuple(SummedIndex(d.index, where) if y is d else y for y in a.dummies)
                return replace(a, dummies=dummies)
    return None


def _either(a: tuple[Cond, ...], b: tuple[Cond, ...]) -> tuple[Cond, ...] | None:
    """``k != i``, for ``k < i`` and ``i < k`` beside the same conditions."""
    left, right = ([c for c in x if c not in y] for x, y in ((a, b), (b, a)))
    if len(left) != 1 or len(right) != 1 or left[0].op != "lt" or left[0].negated or right[0].negated:
        return None
    if right[0].op != "lt" or (left[0].left, left[0].right) != (right[0].right, right[0].left):
        return None
    both = tuple(c for c in a if c in b)
    return (*both, Cond("eq", left[0].left, left[0].right, negated=True))


def _with_the_middle(term: SummedProduct) -> SummedProduct:
    """``sum_{k != i} f = sum_k f``, if ``f`` is a polynomial with a factor that is 0 at ``k = i``"""
    for d in term.dummies:
        for c in d.where:
            if c.op != "eq" or not c.negated or d.index not in (c.left, c.right):
                continue
            other = c.right if c.left is d.index else c.left
            if not isinstance(other, Index) or not all(map(_polynomial, term.factors)):
                continue
            if any(_cancels(substitute(b, {d.index: other})) for b, _ in term.factors):
                rest = SummedIndex(d.index, tuple(x for x in d.where if x is not c))
                return replace(term, dummies=tuple(rest if y is d else y for y in term.dummies))
    return term


def _cancels(node: Expr) -> bool:
    """True if the terms of a sum add up to 0."""
    return node is ZERO or not collected([term_of(t) for t in terms_of(node)], DummyNamer())


def _polynomial(factor: Factor) -> bool:
    """True for a product of entries and sums, which has a value everywhere."""
    base, e = factor
    inside = all(isinstance(n, (Entry, Num, Add, Mul, Size, Const)) for n in distinct(base))
    return e > 0 and e.denominator == 1 and inside


def _same(a: SummedProduct, b: SummedProduct) -> bool:
    if len(a.factors) != len(b.factors) or len(a.dummies) != len(b.dummies):
        return False
    if len(a.dummies) > MAX_PERMUTED:
        found = within(SummedProduct(Fraction(1), b.dummies, b.factors), (), a)
        return found is not None and not found[1].factors and not found[1].dummies
    wanted = frozenset(a.factors)
    conditions = frozenset(a.dummies)
    return any(frozenset(x.factors) == wanted and frozenset(x.dummies) == conditions for x in aligned(a, b))


def grouped(terms: Sequence[SummedProduct], s: Shortener) -> list[SummedProduct]:
    """Common factors of two terms extracted, the pair with the largest gain first, while the sum gets shorter."""
    left = [(t, s.size(s.names.expr(t))) for t in terms]
    tried: dict[tuple[SummedProduct, SummedProduct], tuple[_Joint, int] | None] = {}
    while len(left) > 1:
        best: tuple[int, int, int, _Joint] | None = None
        for i, (a, long) in enumerate(left):
            for j, (b, wide) in enumerate(left[i + 1 :], i + 1):
                if (a, b) not in tried:
                    if not s.spend(1):
                        return [t for t, _ in left]
                    tried[a, b] = _joined(a, b, s)
                found = tried[a, b]
                gain = long + wide - found[1] if found is not None else 0
                if found is not None and gain > 0 and (best is None or gain > best[0]):
                    best = (gain, i, j, found[0])
        if best is None:
            completed = _completed([t for t, _ in left])
            if completed is None:
                break
            left = [(t, s.size(s.names.expr(t))) for t in completed]
            continue
        _, i, j, joint = best
        made = joint.term(s.add(list(joint.rests)))
        if made is None:
            break
        left[i] = (made, s.size(s.names.expr(made)))
        del left[j]
    return [t for t, _ in left]


def _completed(terms: list[SummedProduct]) -> list[SummedProduct] | None:
    """``b - a + (a - b) c`` as ``-(a - b) + (a - b) c``: terms that add up to a factor of another term."""
    for lead in terms:
        for total, e in lead.factors:
            if not isinstance(total, Add) or e != 1:
                continue
            parts = [term_of(t) for t in total.terms]
            if any(p.dummies for p in parts):
                continue
            for loose in terms:
                found = (
                    _terms_adding_up(loose, parts, [t for t in terms if t is not lead]) if loose is not lead else None
                )
                if found is not None:
                    over, used = found
                    made = SummedProduct(over.number, over.dummies, merged(((total, Fraction(1)), *over.factors)))
                    return [t for t in terms if t not in used] + [made]
    return None


def _terms_adding_up(
    loose: SummedProduct, parts: list[SummedProduct], terms: list[SummedProduct]
) -> tuple[SummedProduct, list[SummedProduct]] | None:
    """The multiplier of the sum of ``parts``, and the terms that add up to their product; ``loose`` is the first."""
    have = dict(loose.factors)
    if any(have.get(b) != e for b, e in parts[0].factors):
        return None
    over = tuple(f for f in loose.factors if f not in parts[0].factors)
    number = loose.number / parts[0].number
    used = []
    for part in parts:
        wanted = frozenset(merged((*part.factors, *over)))
        found = next(
            (
                t
                for t in terms
                if t.number == number * part.number and t.dummies == loose.dummies and frozenset(t.factors) == wanted
            ),
            None,
        )
        if found is None:
            return None
        used.append(found)
    return SummedProduct(number, loose.dummies, over), used


@dataclass(frozen=True, slots=True)
class _Joint:
    """``number * sum_{outside} shared * (sum of rests)``"""

    number: Fraction
    outside: tuple[SummedIndex, ...]
    shared: tuple[Factor, ...]
    rests: tuple[Expr, ...]

    def term(self, inner: Expr) -> SummedProduct | None:
        """The product with ``inner``, the simplified sum of the rests."""
        base = term_of(inner) if not isinstance(inner, Add) else SummedProduct(Fraction(1), (), ((inner, Fraction(1)),))
        if base.indices() & {d.index for d in self.outside}:
            return None
        return SummedProduct(
            self.number * base.number, (*self.outside, *base.dummies), merged((*base.factors, *self.shared))
        )


def _joined(a: SummedProduct, b: SummedProduct, s: Shortener) -> tuple[_Joint, int] | None:
    """``sum_i f g + sum_i f h = sum_i f (g + h)`` and its length; None if the terms share nothing."""
    best: tuple[_Joint, int] | None = None
    for other in aligned(a, b):
        shared = _shared(a, other)
        joint = _extracted(a, other, shared, s) if shared else None
        made = joint.term(add(*joint.rests)) if joint is not None else None
        if joint is None or made is None:
            continue
        size = s.size(s.names.expr(made))
        if best is None or size < best[1]:
            best = (joint, size)
    return best


def _shared(a: SummedProduct, b: SummedProduct) -> list[Factor]:
    have = dict(b.factors)
    return [(x, _least(e, have[x])) for x, e in a.factors if x in have and _least(e, have[x])]


def _extracted(a: SummedProduct, b: SummedProduct, shared: list[Factor], s: Shortener) -> _Joint | None:
    """Both terms divided by their shared factors; the bound indices of those are summed outside, others inside."""
    common = {i for base, _ in shared for i in free_indices(base)}
    both = [d for d in a.dummies if d in b.dummies]
    outside = [d for d in both if d.index in common or d.where]
    held = common.union(*(d.indices() for d in outside))
    outside = [d for d in both if d in outside or d.index in held]
    held = common.union(*(d.indices() for d in outside))
    for own in (a, b):
        if any(d.index in held and d not in outside for d in own.dummies):
            return None  # what is taken out, or a condition in it, holds an index that is summed inside of one term
    number = abs(a.number) if a.number and abs(a.number) == abs(b.number) else Fraction(1)
    if a.number < 0 and b.number < 0:
        number = -number
    taken = dict(shared)
    rests = []
    for t in (a, b):
        left = tuple((x, e - taken.get(x, 0)) for x, e in t.factors if e != taken.get(x, 0))
        inner = tuple(d for d in t.dummies if d not in outside)
        rests.append(s.names.expr(SummedProduct(t.number / number, inner, left)))
    flat = tuple(t for r in _positive_first(rests) for t in terms_of(r))
    return _Joint(number, tuple(outside), tuple(shared), flat)


def _positive_first(terms: list[Expr]) -> list[Expr]:
    """The terms, positive ones first."""
    return sorted(terms, key=lambda t: term_of(t).number < 0)


__all__ = ["collected", "common_factor", "grouped"]
