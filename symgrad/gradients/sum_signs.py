"""Signs of sums of terms: ``a - b`` and ``b - a`` are one factor, with the sign that the document writes."""

from __future__ import annotations

from dataclasses import dataclass, field

from symgrad.core.nodes import MINUS_ONE, Add, Expr, Mul, Num, add, distinct, free_indices, neg
from symgrad.core.ranges import Index
from symgrad.gradients.pattern_matching import match
from symgrad.gradients.summed_products import SummedProduct, merged, term_of, terms_of


def positive_first(terms: list[Expr]) -> list[Expr]:
    """The terms with the first positive one moved to the front."""
    first = next((k for k, t in enumerate(terms) if term_of(t).number > 0), 0)
    return [terms[first], *terms[:first], *terms[first + 1 :]] if terms else terms


def minus_distributed(node: Expr) -> Expr:
    """``-(a - b)`` as ``b - a``, if the product has no other factor."""
    if isinstance(node, Mul) and len(node.factors) == 2 and node.factors[0] is MINUS_ONE:
        return add(*(neg(t) for t in terms_of(node.factors[1])))
    return node


@dataclass(slots=True)
class SumSigns:
    """The sums of terms seen so far as factors, and those that the document writes."""

    _written: dict[Add, frozenset[Index]] = field(default_factory=dict)
    _is_written_memo: dict[Expr, bool] = field(default_factory=dict)
    _seen: dict[frozenset[Expr], Expr] = field(default_factory=dict)

    def learn(self, body: Expr) -> None:
        """Remember the sums of terms that a document writes."""
        for n in distinct(body):
            if isinstance(n, Add):
                self._written[n] = frozenset(i for i in free_indices(n) if i.kind != "fixed")
        self._is_written_memo.clear()

    def as_before(self, term: SummedProduct) -> SummedProduct:
        """The term with each sum in the sign that was seen first: ``(b - a) c`` as ``-(a - b) c``."""
        if not any(isinstance(b, Add) for b, _ in term.factors):
            return term
        number = term.number
        factors = []
        for base, e in term.factors:
            if isinstance(base, Add) and e.denominator == 1:
                sign, base = self._as_seen(base)
                number *= sign if e % 2 else 1
            factors.append((base, e))
        return SummedProduct(number, term.dummies, merged(factors))

    def _as_seen(self, total: Add) -> tuple[int, Expr]:
        """The sign and the sum that was seen first among ``a - b``, ``-b + a`` and ``b - a``."""
        found = self._seen.get(frozenset(total.terms))
        if found is not None:
            return 1, found
        found = self._seen.get(frozenset(map(neg, total.terms)))
        if found is not None:
            return -1, found
        self._seen[frozenset(total.terms)] = total
        return 1, total

    def minus_absorbed(self, term: SummedProduct) -> SummedProduct:
        """``-(a - b) c`` as ``(b - a) c``, except for sums that the document writes, and ``1 - a``."""
        if not any(isinstance(b, Add) for b, _ in term.factors):
            return term
        number, factors = term.number, list(term.factors)
        free: list[tuple[int, Expr]] = []
        for k, (base, e) in enumerate(term.factors):
            if not isinstance(base, Add) or e.denominator != 1 or not e % 2:
                continue
            other = add(*positive_first([neg(t) for t in base.terms]))
            constant = next((t.value for t in base.terms if isinstance(t, Num)), None)
            if self._is_written(other) or (constant is not None and constant < 0 and not self._is_written(base)):
                factors[k], number = (other, e), -number
            elif constant is None and not self._is_written(base):
                free.append((k, other))
        turned = next(((k, o) for k, o in free if term_of(terms_of(o)[0]).number > 0), None)
        if number < 0 and turned is not None:
            k, other = turned
            factors[k], number = (other, factors[k][1]), -number
        return SummedProduct(number, term.dummies, merged(factors))

    def _is_written(self, total: Expr) -> bool:
        """True if the document writes a sum with these signs, at any positions."""
        found = self._is_written_memo.get(total)
        if found is None:
            found = any(any(True for _ in match(w, total, {}, open_)) for w, open_ in self._written.items())
            self._is_written_memo[total] = found
        return found
