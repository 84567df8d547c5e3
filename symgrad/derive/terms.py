"""Products with their sums drawn to the front, ``q sum_{i ...} prod_k base_k^{e_k}``, and back.

In this form cancellation, matching and common factors are questions about lists. Bound indices are
named canonically on the way back: the same sum, written twice, is the same node.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache

from symgrad.derive.contract import summed
from symgrad.derive.deltas import shifted
from symgrad.ir.nodes import (
    ONE,
    ZERO,
    Add,
    Cond,
    Entry,
    Expr,
    Func,
    Mul,
    Num,
    Pow,
    Prod,
    Sum,
    cond_parts,
    free_indices,
    mul,
    parts,
    rebuild,
)
from symgrad.ir.ranges import Index, Range, indices_of
from symgrad.ir.substitute import rename_bound, substitute

_ONE = Fraction(1)
Factor = tuple[Expr, Fraction]
"""A base and its exponent, which is never 0."""


@dataclass(frozen=True, slots=True)
class Dummy:
    """A bound index, and the conditions under which it counts."""

    index: Index
    where: tuple[Cond, ...] = ()

    def indices(self) -> set[Index]:
        """The index and all those that its conditions speak of."""
        found = {self.index}
        for c in self.where:
            positions, inner = cond_parts(c)
            found.update(i for e in positions for i in indices_of(e))
            for x in inner:
                found |= free_indices(x)
        return found


@dataclass(frozen=True, slots=True)
class Term:
    """``number * sum_{dummies} prod base ** exponent``"""

    number: Fraction
    dummies: tuple[Dummy, ...] = ()
    factors: tuple[Factor, ...] = ()

    def scaled(self, q: Fraction) -> Term:
        return replace(self, number=self.number * q)

    def indices(self) -> frozenset[Index]:
        """The bound indices."""
        return frozenset(d.index for d in self.dummies)

    def tree(self) -> Expr:
        """The term as a plain expression, for ``term_of`` to collect its factors; sums keep their indices."""
        return summed_over(self.dummies, mul(Num(self.number), product_of(self.factors)))


def bare(node: Expr) -> Expr:
    while isinstance(node, Mul) and len(node.factors) == 1:
        node = node.factors[0]
    return node


def terms_of(node: Expr) -> tuple[Expr, ...]:
    """The terms of a sum of terms; of anything else, itself."""
    node = bare(node)
    return node.terms if isinstance(node, Add) else (node,)


@lru_cache(maxsize=8192)
def term_of(node: Expr) -> Term:
    """A product as a term: ``(f g)^n = f^n g^n`` for whole n, sums in front, equal bases collected."""
    return _collected(_ONE, [], set(free_indices(node)), [(node, _ONE)])


def normal(term: Term) -> Term:
    """A term whose factors may be products, powers and sums by now, as one in which they are not."""
    taken = {i for b, _ in term.factors for i in free_indices(b)}.union(*(d.indices() for d in term.dummies))
    return _collected(term.number, list(term.dummies), taken, list(reversed(term.factors)))


def _collected(number: Fraction, dummies: list[Dummy], taken: set[Index], stack: list[Factor]) -> Term:
    """The product of what is on the stack, over sums; what is ``taken`` keeps its name."""
    powers: dict[Expr, Fraction] = {}
    while stack:
        n, e = stack.pop()
        whole = e is _ONE or e.denominator == 1
        if isinstance(n, Num) and whole and (n.value or e > 0):
            number *= n.value if e is _ONE else n.value ** int(e)
        elif isinstance(n, Mul) and (whole or len(n.factors) == 1):
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
            dummies.append(Dummy(n.index, n.where))
            stack.append((n.body, e))
        else:
            powers[n] = powers[n] + e if n in powers else e
    if not number:
        return Term(number)
    return Term(number, tuple(dummies), tuple((b, p) for b, e in powers.items() if (p := _least_power(b, e))))


def merged(factors: Iterable[Factor]) -> tuple[Factor, ...]:
    """Factors of which each base stands once."""
    powers: dict[Expr, Fraction] = {}
    for b, e in factors:
        powers[b] = powers[b] + e if b in powers else e
    return tuple((b, e) for b, e in powers.items() if e)


def _least_power(base: Expr, e: Fraction) -> Fraction:
    """``d^2 = d`` for what is 0 or 1, ``s^2 = 1`` for a sign."""
    if not isinstance(base, Entry) or e.denominator != 1 or base.tensor.domain not in ("bit", "sign"):
        return e
    if base.tensor.domain == "sign":
        return Fraction(e % 2)
    return _ONE if e > 1 else e


def renamed(where: tuple[Cond, ...], old: Index, new: Index) -> tuple[Cond, ...]:
    """Conditions, said of another index; they are substituted as those of a sum of ones."""
    if not where:
        return ()
    moved = substitute(Sum(old.fresh(), ONE, where), {old: new})
    assert isinstance(moved, Sum)
    return moved.where


def summed_over(dummies: Sequence[Dummy], body: Expr) -> Expr:
    """``sum_{dummies} body``, the first outermost."""
    for d in reversed(dummies):
        body = Sum(d.index, body, d.where)
    return body


def product_of(factors: tuple[Factor, ...]) -> Expr:
    return mul(*[b if e is _ONE or e == 1 else Pow(b, Num(e)) for b, e in factors])


@dataclass(slots=True)
class Names:
    """Canonical bound indices, one for a range and the height of a sum over others.

    letters: the letters that a document uses for a range, the most usual first.
    """

    letters: dict[Range | None, list[str]] = field(default_factory=dict)
    _made: dict[tuple[Range | None, int], Index] = field(default_factory=dict)
    _heights: dict[Expr, int] = field(default_factory=dict)
    _written: dict[Term, Expr] = field(default_factory=dict)

    def height(self, node: Expr) -> int:
        """How many sums are nested in an expression."""
        found = self._heights.get(node)
        if found is None:
            found = max((self.height(x) for x in parts(node)[1]), default=0) + isinstance(node, (Sum, Prod))
            self._heights[node] = found
        return found

    def index(self, like: Index, height: int) -> Index:
        key = (like.range, height)  # a height is that of the body: the innermost sum has 0
        found = self._made.get(key)
        if found is None:
            known = self.letters.get(like.range) or [like.letter]
            found = self._made[key] = Index(known[height % len(known)], like.range)
        return found

    def sum(self, dummy: Dummy, body: Expr) -> Expr:
        """The sum over a canonical index; deltas contracted."""
        made = shifted(dummy.index, body, dummy.where) or summed(dummy.index, body, dummy.where)
        if not isinstance(made, Sum) or made.index is not dummy.index:
            return made
        height = self.height(made.body)
        open_ = (free_indices(made.body) | Dummy(dummy.index, made.where).indices()) - {dummy.index}
        index = self._free_index(dummy.index, height, open_)
        if index is dummy.index:
            return made
        return Sum(index, substitute(made.body, {dummy.index: index}), renamed(made.where, dummy.index, index))

    def canonical(self, node: Expr) -> Expr:
        """The expression with its sums over canonical indices, and nothing else changed."""
        done = rebuild(node, lambda e: e, self.canonical) if parts(node)[1] else node
        if not isinstance(done, (Sum, Prod)):
            return done
        open_ = (free_indices(done.body) | Dummy(done.index, done.where).indices()) - {done.index}
        index = self._free_index(done.index, self.height(done.body), open_)
        return rename_bound(done, {done.index: index}) if index is not done.index else done

    def _free_index(self, like: Index, height: int, open_: frozenset[Index] | set[Index]) -> Index:
        """The canonical index of a height, or of the next one that no outer sum has."""
        while (index := self.index(like, height)) in open_:
            height += 1
        return index

    def expr(self, term: Term) -> Expr:
        """The term as an expression: each sum around the factors that depend on its index, and no others."""
        # who looks a base up among the factors finds one of them: a second one would be lost, and the result wrong
        assert len({b for b, _ in term.factors}) == len(term.factors), "a base stands twice in a product"
        if not term.number:
            return ZERO
        if not term.dummies:
            return mul(Num(term.number), product_of(term.factors))
        found = self._written.get(term)
        if found is None:
            found = self._written[term] = self._expr(self._apart(term))
        return found

    def _expr(self, term: Term) -> Expr:
        free = list(term.factors)
        for dummies, factors in _components(term):
            at = min((free.index(f) for f in factors), default=len(free))
            free = [f for f in free if f not in factors]
            free.insert(at, (self._nested(dummies, factors), _ONE))
        return mul(Num(term.number), product_of(tuple(free)))

    def _apart(self, term: Term) -> Term:
        """The term with dummies of their own, so that the order of the sums does not show in their names."""
        if len(term.dummies) < 2:
            return term
        fresh = {d.index: d.index.fresh("bound") for d in term.dummies}
        dummies = []
        for d in term.dummies:
            where = d.where
            for old, new in fresh.items():
                where = renamed(where, old, new)
            dummies.append(Dummy(fresh[d.index], where))
        return Term(term.number, tuple(dummies), tuple((substitute(b, fresh), e) for b, e in term.factors))

    def _nested(self, dummies: list[Dummy], factors: list[Factor]) -> Expr:
        """``sum_i f_i sum_j g_{ij}``, the sums in the order of the dummies."""
        first, *rest = dummies
        if not rest:
            return self.sum(first, product_of(tuple(factors)))
        inner = [f for f in factors if any(d.index in free_indices(f[0]) for d in rest)]
        inner_term = self.expr(Term(Fraction(1), tuple(rest), tuple(inner)))
        outer = product_of(tuple(f for f in factors if f not in inner))
        return self.sum(first, mul(outer, inner_term))


def _components(term: Term) -> list[tuple[list[Dummy], list[Factor]]]:
    """Dummies that factors or conditions tie together, with their factors, in order."""
    if len(term.dummies) == 1:
        index = term.dummies[0].index
        return [(list(term.dummies), [f for f in term.factors if index in free_indices(f[0])])]
    own = term.indices()
    group: dict[Index, int] = {d.index: k for k, d in enumerate(term.dummies)}

    def join(found: set[Index]) -> None:
        numbers = {group[i] for i in found}
        if len(numbers) > 1:
            least = min(numbers)
            for i, n in group.items():
                if n in numbers:
                    group[i] = least

    reach = [free_indices(b) & own for b, _ in term.factors]
    for used in reach:
        join(set(used))
    for d in term.dummies:
        join(d.indices() & own)
    out = []
    for n in sorted(set(group.values())):
        members = [d for d in term.dummies if group[d.index] == n]
        indices = {d.index for d in members}
        out.append((members, [f for f, used in zip(term.factors, reach, strict=True) if used & indices]))
    return out
