"""The shortest form of one product: factors extracted and cancelled, definitions by name, sums that are 1 dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

from symgrad.core.nodes import (
    ONE,
    Add,
    Definition,
    Expr,
    Func,
    Mul,
    Num,
    Pow,
    Ref,
    Size,
    Sum,
    free_indices,
    neg,
    parts,
    power,
)
from symgrad.core.ranges import Affine, Index
from symgrad.gradients.collecting import common_factor
from symgrad.gradients.document_style import DocumentStyle
from symgrad.gradients.pattern_matching import within
from symgrad.gradients.sum_signs import minus_distributed
from symgrad.gradients.summed_products import Factor, SummedIndex, SummedProduct, merged, normal, term_of, terms_of

MAX_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class _Pattern:
    """``term`` equals ``definition ** power``; kinds: the node kinds of its factors, all of which must be present."""

    definition: Definition
    term: SummedProduct
    power: Fraction
    kinds: frozenset[type[Expr]]


@dataclass(slots=True)
class Reducer:
    """Rules on one product. ``add`` simplifies a sum of terms; ``fired`` collects the names of the rules used."""

    style: DocumentStyle
    add: Callable[[list[Expr]], Expr]
    size: Callable[[Expr], int]
    fired: dict[str, None]
    _patterns: list[_Pattern] = field(default_factory=list)

    def learn(self, definition: Definition, body: Expr) -> None:
        """Add a definition with its simplified body to those written by name; the longest are tried first."""
        pattern = SummedProduct(Fraction(1), (), ((body, Fraction(1)),)) if isinstance(body, Add) else term_of(body)
        trivial = len(pattern.factors) == 1 and not parts(pattern.factors[0][0])[1]
        if pattern.factors and pattern.number and not (trivial and not pattern.dummies):
            kinds = frozenset(type(b) for b, _ in pattern.factors)
            self._patterns.append(_Pattern(definition, pattern, Fraction(1), kinds))
            if not pattern.dummies:  # 1 / f; a product under a sum has no inverse of this form
                inverse = SummedProduct(1 / pattern.number, (), tuple((b, -e) for b, e in pattern.factors))
                self._patterns.append(_Pattern(definition, inverse, Fraction(-1), kinds))
            self._patterns.sort(key=lambda p: -sum(self.size(b) for b, _ in p.term.factors))

    def __call__(self, term: SummedProduct) -> SummedProduct:
        for _ in range(MAX_ROUNDS):
            before = term
            term = self._factors_extracted(term)
            term = self._cancelled(term)
            term = self._logistic(term)
            term = self._definitions_named(term)
            term = self._unit_sums_dropped(term)
            if term is before:
                break
        return term

    def _factors_extracted(self, term: SummedProduct) -> SummedProduct:
        """``(a b + a c)^n = a^n (b + c)^n``; a sum that is left with one term is that term."""
        number, factors, changed = term.number, list[Factor](), False
        for base, e in term.factors:
            if isinstance(base, Add) and e.denominator == 1:
                shared, rest = common_factor(base)
                if shared.factors or shared.number != 1:
                    self.fired["common factors"] = None
                    changed = True
                    number *= shared.number ** int(e)
                    factors += [(b, x * e) for b, x in shared.factors]
                    base = self.add(list(terms_of(rest)))
            changed |= isinstance(base, (Mul, Num)) or (isinstance(base, Sum) and e == 1)
            factors.append((base, e))
        return normal(SummedProduct(number, term.dummies, tuple(factors))) if changed else term

    def _cancelled(self, term: SummedProduct) -> SummedProduct:
        """``(sum_i f_i) / sum_j f_j = 1``, up to the names of bound indices; ``f^n f^c = f^{n + c}``."""
        for k, (base, e) in enumerate(term.factors):
            if isinstance(base, Pow) and e == 1:
                plain = next((x for b, x in term.factors if b is base.base), None)
                if plain is not None:
                    raised = (power(base.base, self.add([base.exponent, Num(plain)])), e)
                    kept = tuple(f for f in term.factors if f[0] is not base and f[0] is not base.base)
                    return SummedProduct(term.number, term.dummies, merged((*kept, raised)))
            if not isinstance(base, Sum) or e >= 0:
                continue
            rest = term.factors[:k] + term.factors[k + 1 :]
            found = within(term_of(base), (), SummedProduct(term.number, term.dummies, rest))
            if found is not None:
                self.fired["cancellation"] = None
                left = ((base, e + 1),) if e != -1 else ()
                return SummedProduct(found[1].number, found[1].dummies, (*found[1].factors, *left))
        return term

    def _logistic(self, term: SummedProduct) -> SummedProduct:
        """``e^x / (1 + e^x) = sigma(x)``, ``1 / (1 + e^x) = sigma(-x)``"""
        for base, e in term.factors:
            if not isinstance(base, Add) or len(base.terms) != 2 or e >= 0 or e.denominator != 1:
                continue
            grown = next((t for t in base.terms if isinstance(t, Func) and t.name == "exp"), None)
            if grown is None or ONE not in base.terms:
                continue
            self.fired["e^x / (1 + e^x) = sigma(x)"] = None
            factors = dict(term.factors)
            above = factors.get(grown, Fraction(0))
            argument = grown.arg if above >= 1 else minus_distributed(neg(grown.arg))
            if above >= 1:
                factors[grown] = above - 1
            factors[base] = e + 1
            made = Func("sigma", argument)
            factors[made] = factors.get(made, Fraction(0)) + 1
            return SummedProduct(term.number, term.dummies, tuple((b, x) for b, x in factors.items() if x))
        return term

    def _definitions_named(self, term: SummedProduct) -> SummedProduct:
        """A defined quantity by its name, if its body divides the product."""
        kinds = {type(b) for b, _ in term.factors}
        for p in self._patterns:
            if not kinds.issuperset(p.kinds):
                continue
            for _ in range(MAX_ROUNDS):
                found = within(p.term, p.definition.params, term)
                if found is None:
                    break
                self.fired["definition"] = None
                at, rest = found
                named = Ref(p.definition, at)
                term = normal(SummedProduct(rest.number, rest.dummies, (*rest.factors, (named, p.power))))
                kinds = {type(b) for b, _ in term.factors}
        return term

    def _unit_sums_dropped(self, term: SummedProduct) -> SummedProduct:
        """``sum_a y_a = 1`` if no other factor depends on a; ``sum_a 1 = n``."""
        for d in term.dummies:
            if any(d.index in x.indices() for x in term.dummies if x is not d):
                continue
            count = _count(d)
            if count is not None and not any(d.index in free_indices(b) for b, _ in term.factors):
                rest = tuple(x for x in term.dummies if x is not d)
                return self._unit_sums_dropped(
                    normal(SummedProduct(term.number, rest, ((Size(count), Fraction(1)), *term.factors)))
                )
        for unit in self.style.unit_sums:
            for d in term.dummies:
                if d.where or d.index.range != unit.axis.range:
                    continue
                inside = tuple(f for f in term.factors if d.index in free_indices(f[0]))
                part = SummedProduct(Fraction(1), (d,), inside)
                pattern = SummedProduct(Fraction(1), (*unit.pattern.dummies,), unit.pattern.factors)
                found = within(pattern, unit.params, part)
                if found is not None and not found[1].factors and not found[1].dummies:
                    others = tuple(f for f in term.factors if f not in inside)
                    dummies = tuple(x for x in term.dummies if x is not d)
                    if not any(d.index in x.indices() for x in dummies):
                        self.fired["a sum that is 1"] = None
                        return self._unit_sums_dropped(SummedProduct(term.number * found[1].number, dummies, others))
        return term


def _count(d: SummedIndex) -> Affine | None:
    """The number of positions of a sum: ``n``, or ``n - i`` after a position i of the same range; None if unknown."""
    over = d.index.range
    if over is None or len(d.where) > 1:
        return None
    if not d.where:
        return over.size
    (cond,) = d.where
    left, right = cond.left, cond.right
    other = right if left is d.index else left
    if d.index not in (left, right) or not isinstance(other, Index) or other.range != over:
        return None
    if cond.op == "eq":
        return over.size - 1 if cond.negated else Affine((), 1)
    if cond.op != "lt":
        return None
    below = over.hi - other if left is other else Affine.of(other) - over.lo  # i < k, or k < i
    return over.size - below if cond.negated else below
