"""Derivatives in the form that an author would write: short, and in the names of the document.

The rules work on products with their sums in front (``summed_products``): powers cancel, defined quantities are
written by name, sums known to be 1 are dropped, common factors are extracted, and sums of terms are multiplied out
if the result is shorter. Each rule is an equality wherever both of its sides are defined.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import product as cartesian

from symgrad.calculus.contract import out_of_cases
from symgrad.core.nodes import (
    ONE,
    Add,
    Cases,
    Entry,
    Expr,
    Func,
    MatrixFunction,
    Mul,
    Num,
    Pow,
    Prod,
    Ref,
    Sum,
    add,
    mul,
    neg,
    parts,
    rebuild,
)
from symgrad.gradients.collecting import collected, grouped, ranges_joined
from symgrad.gradients.document_style import DocumentStyle
from symgrad.gradients.dummy_naming import DummyNamer
from symgrad.gradients.reducing import MAX_ROUNDS, Reducer
from symgrad.gradients.sum_signs import SumSigns, minus_distributed, positive_first
from symgrad.gradients.summed_products import (
    Factor,
    SummedProduct,
    normal,
    product_of,
    summed_over,
    term_of,
    terms_of,
)
from symgrad.gradients.symmetries import Symmetries

MAX_EFFORT = 2_500
"""The most attempts (pairs of terms tried for common factors, products multiplied out) per expression.

Attempts are counted, not timed, so that every run writes the same.
"""
MAX_TERMS, MAX_PRODUCTS = 24, 8
"""The most terms of a sum that is multiplied out, and the most products that one product is expanded into."""


def measure(node: Expr) -> int:
    """The written length of an expression: names, numbers, sum signs and functions."""
    if isinstance(node, Num):
        return 0 if node.value in (1, -1) else 1
    own = 1 if not isinstance(node, (Add, Mul)) else 0
    if isinstance(node, (Sum, Prod)):
        own = 2
    return own + sum(measure(x) for x in parts(node)[1])


class Simplifier:
    """Simplifies expressions in the style of one document; results are cached."""

    def __init__(self, style: DocumentStyle | None = None) -> None:
        self.style = style or DocumentStyle()
        self.names = DummyNamer(dict(self.style.letters))
        self.fired: dict[str, None] = {}
        """The rules that have changed something, for derivations that show their steps."""
        self.signs = SumSigns()
        self.symmetries = Symmetries(self.style.assumptions)
        self.effort = 0
        self._memo: dict[Expr, Expr] = {}
        self._sizes: dict[Expr, int] = {}
        self.reduced = Reducer(self.style, self.add, self.size, self.fired)
        for d in self.style.definitions:
            body = self(self.names.canonical(d.body))
            self.signs.learn(body)
            self.reduced.learn(d, body)
            self._memo.clear()  # later bodies may use the names learned so far

    def __call__(self, node: Expr) -> Expr:
        done = self._memo.get(node)
        if done is None:
            done = node
            for _ in range(MAX_ROUNDS):
                before, done = done, self._rule(done)
                if done is before:
                    break
            self._memo[node] = self._memo[done] = done
        return done

    def _rule(self, node: Expr) -> Expr:
        if isinstance(node, Add):
            return self.add([self(t) for t in node.terms])
        if isinstance(node, (Mul, Sum, Pow)):
            return self.product(node)
        return self.product(rebuild(node, lambda e: e, self))

    def spend(self, count: int) -> bool:
        """Count further attempts; True if the limit is not yet reached."""
        self.effort += count
        return self.effort <= MAX_EFFORT

    def size(self, node: Expr) -> int:
        found = self._sizes.get(node)
        if found is None:
            found = self._sizes[node] = measure(node)
        return found

    # --- products -----------------------------------------------------------------------------------

    def product(self, node: Expr) -> Expr:
        """The shortest form of a product or a sum over an index."""
        term = term_of(node)
        plain = normal(SummedProduct(term.number, term.dummies, tuple(self._factors(term.factors))))
        plain = self.reduced(self.signs.as_before(plain))
        done = self.names.expr(self.signs.minus_absorbed(plain))
        opened = self.multiplied_out(plain)
        if opened is not None and self.size(opened) < self.size(done):
            self.fired["multiplied out"] = None
            return opened
        return done

    def _factors(self, factors: Iterable[Factor]) -> Iterable[Factor]:
        """The factors with their bases simplified; bases that became products are split later."""
        powers: dict[Expr, Fraction] = {}
        for base, e in factors:
            inner = base if isinstance(base, (Sum, Pow, Mul)) else self._inside(base)
            if isinstance(base, (Sum, Pow, Mul)) and e != 1:
                inner = self(base)
            powers[inner] = powers[inner] + e if inner in powers else e
        return tuple((b, e) for b, e in powers.items() if e)

    def _inside(self, base: Expr) -> Expr:
        if isinstance(base, Add):
            return self(base)
        if isinstance(base, MatrixFunction):
            base = self.symmetries.in_order(base)
        done = rebuild(base, lambda e: e, self) if parts(base)[1] else base
        if isinstance(done, (Entry, Ref, MatrixFunction)):
            return self.style.symmetric_order(done)
        return out_of_cases(done) if isinstance(done, Cases) else done

    def multiplied_out(self, term: SummedProduct) -> Expr | None:
        """The term multiplied out, equal terms collected and common factors extracted; None if no factor is a sum."""
        if not any(isinstance(b, Add) and e == 1 for b, e in term.factors):
            return None
        whole = term.tree()
        opened = self._spread(whole)
        if len(opened) < 2:
            return None
        apart = [t for x in opened for t in terms_of(x)]
        return self._gathered(apart) if self._gains(whole, opened, apart) else None

    def _gains(self, whole: Expr, opened: list[Expr], apart: list[Expr]) -> bool:
        """True if multiplying out may give a shorter result: some terms are equal, or the products simplify."""
        term = term_of(whole)
        found = [term_of(t) for t in apart]
        if len(collected(found, self.names)) < len(found):
            return True
        wide = [b for b, e in term.factors if isinstance(b, Add) and e == 1]
        rest = tuple(f for f in term.factors if f[0] not in wide)
        each = self.size(self.names.expr(SummedProduct(term.number, term.dummies, rest)))
        expected = len(opened) * each + sum(self.size(b) * (len(opened) // len(b.terms)) for b in wide)
        return sum(map(self.size, opened)) < expected

    # --- sums of terms ------------------------------------------------------------------------------

    def add(self, terms: list[Expr]) -> Expr:
        """The shortest of: equal terms collected, common factors extracted, everything multiplied out."""
        flat = [t for x in terms for t in terms_of(minus_distributed(x))]
        done = self._gathered(flat)
        if any(self._is_open(t) for t in flat):
            opened = [x for t in flat for x in self._spread(t)]
            if len(opened) <= MAX_TERMS:
                other = self._gathered(opened)
                if self.size(other) < self.size(done):
                    self.fired["multiplied out"] = None
                    return other
        return done

    def _gathered(self, terms: list[Expr]) -> Expr:
        found = [self.signs.as_before(term_of(t)) for t in terms]
        equal = collected(found, self.names)
        equal, apart = ranges_joined(equal), len(equal)
        if len(equal) < apart:
            self.fired["ranges joined"] = None
        joined = grouped(equal, self)
        if apart < len(found):
            self.fired["equal terms collected"] = None
        if len(joined) < len(equal):
            self.fired["common factors"] = None
        groups = [self.names.expr(self.signs.minus_absorbed(t)) for t in joined]
        return self._reflected(add(*positive_first(groups)))

    def _is_open(self, node: Expr) -> bool:
        """True if a factor of the term is a sum of terms."""
        return any(isinstance(b, Add) and e == 1 for b, e in term_of(node).factors)

    def _spread(self, node: Expr) -> list[Expr]:
        """The terms of a product that is multiplied out, each reduced."""
        term = term_of(node)
        rows: list[list[Expr]] = []
        count = 1
        kept: list[Factor] = []
        for base, e in term.factors:
            if isinstance(base, Add) and e == 1:
                rows.append(list(base.terms))
                count *= len(base.terms)
            else:
                kept.append((base, e))
        if not rows or count > MAX_PRODUCTS or not self.spend(count):
            return [node]
        out = []
        for choice in cartesian(*rows):
            body = mul(Num(term.number), product_of(tuple(kept)), *choice)
            out.append(self.names.expr(self.reduced(term_of(summed_over(term.dummies, body)))))
        return out

    def _reflected(self, node: Expr) -> Expr:
        """``1 - sigma(x) = sigma(-x)``"""
        if not self.style.reflect or not isinstance(node, Add) or len(node.terms) != 2 or ONE not in node.terms:
            return node
        other = next(t for t in node.terms if t is not ONE)
        f = neg(other)
        if isinstance(f, Func) and f.name == "sigma":
            self.fired["1 - sigma(x) = sigma(-x)"] = None
            return Func("sigma", minus_distributed(neg(f.arg)))
        return node
