"""Derivatives in the form that an author would write: short, and in the names that the document gives.

Light algebra on products with their sums in front (``terms``): powers cancel, defined quantities are folded
back, what adds up to 1 goes, common factors are drawn out, and a sum of terms is multiplied out where that is
shorter. Every rule is an equality wherever both of its sides are defined.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import product as cartesian

from symgrad.derive.collecting import collected, common_factor, grouped
from symgrad.derive.matching import within
from symgrad.derive.terms import Factor, Names, Term, bare, product_of, term_of, terms_of
from symgrad.ir.nodes import (
    MINUS_ONE,
    ONE,
    Add,
    Definition,
    Expr,
    Func,
    Mul,
    Num,
    Pow,
    Prod,
    Ref,
    Size,
    Sum,
    add,
    free_indices,
    mul,
    neg,
    parts,
    power,
    rebuild,
)
from symgrad.ir.ranges import Index, Range
from symgrad.ir.traverse import distinct

MAX_TERMS = 24
"""A product of sums is multiplied out to no more terms."""
MAX_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class Unit:
    """``sum_{axis} pattern = 1``, for all ``params``."""

    pattern: Term
    axis: Index
    params: tuple[Index, ...]


@dataclass(frozen=True, slots=True)
class Style:
    """What a document gives a derivative to be written with.

    definitions: quantities to fold back, by name; written: whose brackets keep their signs; units: what adds
    up to 1; letters: those that the document uses for a range; reflect: whether ``1 - sigma(x)`` is written
    ``sigma(-x)``.
    """

    definitions: tuple[Definition, ...] = ()
    written: tuple[Expr, ...] = ()
    units: tuple[Unit, ...] = ()
    letters: dict[Range | None, list[str]] = field(default_factory=dict)
    reflect: bool = True


def measure(node: Expr) -> int:
    """The length of an expression as it is written: names, numbers, signs of sums and functions."""
    if isinstance(node, Num):
        return 0 if node.value in (1, -1) else 1
    own = 1 if not isinstance(node, (Add, Mul)) else 0
    if isinstance(node, (Sum, Prod)):
        own = 2
    return own + sum(measure(x) for x in parts(node)[1])


def _positive_first(terms: list[Expr]) -> list[Expr]:
    """The terms as they stand, the first positive one in front."""
    first = next((k for k, t in enumerate(terms) if term_of(t).number > 0), 0)
    return [terms[first], *terms[:first], *terms[first + 1 :]] if terms else terms


class Simplifier:
    """Simplifies expressions in one style; remembers what it has done."""

    def __init__(self, style: Style | None = None) -> None:
        self.style = style or Style()
        self.names = Names(dict(self.style.letters))
        self._memo: dict[Expr, Expr] = {}
        self._sizes: dict[Expr, int] = {}
        self._written: set[frozenset[Expr]] = set()
        self._brackets: dict[frozenset[Expr], Expr] = {}
        self._patterns = self._folds()
        for body in self.style.written:
            self._note(self(body))

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

    def size(self, node: Expr) -> int:
        found = self._sizes.get(node)
        if found is None:
            found = self._sizes[node] = measure(node)
        return found

    # --- products -----------------------------------------------------------------------------------

    def product(self, node: Expr) -> Expr:
        """A product or a sum over an index, in its shortest form."""
        term = term_of(node)
        plain = term_of(self._joined(replace(term, factors=tuple(self._factors(term.factors)))))
        plain = self.reduced(self._oriented(plain))
        done = self.names.expr(self._turned(plain))
        opened = self.multiplied_out(plain)
        if opened is not None and self.size(opened) < self.size(done):
            return opened
        return done

    def _factors(self, factors: Iterable[Factor]) -> Iterable[Factor]:
        """Each base simplified, and taken apart again if it became a product."""
        powers: dict[Expr, Fraction] = {}
        for base, e in factors:
            inner = base if isinstance(base, (Sum, Pow, Mul)) else self._inside(base)
            if isinstance(base, (Sum, Pow, Mul)) and e != 1:
                inner = self(base)
            powers[inner] = powers.get(inner, Fraction(0)) + e
        return tuple((b, e) for b, e in powers.items() if e)

    def _oriented(self, term: Term) -> Term:
        """The term with each bracket as it was met before: ``(b - a) c`` as ``-(a - b) c``."""
        number = term.number
        factors = []
        for base, e in term.factors:
            if isinstance(base, Add) and e.denominator == 1:
                sign, base = self._known(base)
                number *= sign ** int(e)
            factors.append((base, e))
        return replace(term, number=number, factors=tuple(factors))

    def _known(self, bracket: Add) -> tuple[int, Expr]:
        """A bracket, or its opposite, as it was met before: ``a - b``, ``-b + a`` and ``b - a`` are one."""
        found = self._brackets.get(frozenset(bracket.terms))
        if found is not None:
            return 1, found
        found = self._brackets.get(frozenset(map(neg, bracket.terms)))
        if found is not None:
            return -1, found
        self._brackets[frozenset(bracket.terms)] = bracket
        return 1, bracket

    def _inside(self, base: Expr) -> Expr:
        if isinstance(base, Add):
            return self(base)
        return rebuild(base, lambda e: e, self) if parts(base)[1] else base

    def reduced(self, term: Term) -> Term:
        """Common factors drawn out of brackets, powers cancelled, names folded back, units gone."""
        for _ in range(MAX_ROUNDS):
            before = term
            term = self._drawn_out(term)
            term = self._cancelled(term)
            term = self._folded(term)
            term = self._ones(term)
            if term == before:
                break
        return term

    def _drawn_out(self, term: Term) -> Term:
        """``(a b + a c)^n = a^n (b + c)^n``; a bracket of one term is no bracket."""
        number, factors = term.number, []
        for base, e in term.factors:
            if isinstance(base, Add) and e.denominator == 1:
                shared, rest = common_factor(base)
                if shared.factors or shared.number != 1:
                    number *= shared.number ** int(e)
                    factors += [(b, x * e) for b, x in shared.factors]
                    base = self.add(list(terms_of(rest)))
            factors.append((base, e))
        flat = term_of(self._joined(Term(number, term.dummies, tuple(factors))))
        return flat

    def _cancelled(self, term: Term) -> Term:
        """``(sum_i f_i) / sum_j f_j = 1``, whatever the dummies are called; ``f^n f^c = f^{n + c}``."""
        for k, (base, e) in enumerate(term.factors):
            if isinstance(base, Pow) and e == 1:
                plain = next((x for b, x in term.factors if b is base.base), None)
                if plain is not None:
                    raised = (power(base.base, self.add([base.exponent, Num(plain)])), e)
                    kept = tuple(f for f in term.factors if f[0] is not base and f[0] is not base.base)
                    return Term(term.number, term.dummies, (*kept, raised))
            if not isinstance(base, Sum) or e >= 0:
                continue
            rest = term.factors[:k] + term.factors[k + 1 :]
            found = within(term_of(base), (), Term(term.number, term.dummies, rest))
            if found is not None:
                left = ((base, e + 1),) if e != -1 else ()
                return Term(found[1].number, found[1].dummies, (*found[1].factors, *left))
        return term

    def _joined(self, term: Term) -> Expr:
        """The term as a plain tree, for ``term_of`` to collect its factors; sums keep their indices."""
        body = mul(Num(term.number), product_of(term.factors))
        for d in reversed(term.dummies):
            body = Sum(d.index, body, d.where)
        return body

    def _folds(self) -> list[tuple[Definition, Term]]:
        """Definitions whose body is one product, as patterns; the longest are tried first."""
        out = []
        for d in self.style.definitions:
            body = self(d.body)
            self._note(body)
            pattern = Term(Fraction(1), (), ((body, Fraction(1)),)) if isinstance(body, Add) else term_of(body)
            trivial = len(pattern.factors) == 1 and not parts(pattern.factors[0][0])[1]
            if pattern.factors and pattern.number and not (trivial and not pattern.dummies):
                out.append((d, pattern))
                # a later body is read with the earlier names in it
                self._patterns = sorted(out, key=lambda f: -sum(self.size(b) for b, _ in f[1].factors))
                self._memo.clear()
        return sorted(out, key=lambda f: -sum(self.size(b) for b, _ in f[1].factors))

    def _note(self, body: Expr) -> None:
        """Remembers the brackets that a document writes."""
        self._written.update(frozenset(n.terms) for n in distinct(body) if isinstance(n, Add))

    _patterns: list[tuple[Definition, Term]] = []  # noqa: RUF012  # an instance sets its own in _folds

    def _folded(self, term: Term) -> Term:
        """A defined quantity by its name, where its body stands in the product."""
        for definition, pattern in self._patterns:
            if len(pattern.factors) > len(term.factors):
                continue
            for _ in range(MAX_ROUNDS):
                found = within(pattern, definition.params, term)
                if found is None:
                    break
                at, rest = found
                named = Ref(definition, at)
                term = term_of(self._joined(Term(rest.number, rest.dummies, (*rest.factors, (named, Fraction(1))))))
        return term

    def _ones(self, term: Term) -> Term:
        """``sum_a y_a = 1``, where nothing else depends on a; ``sum_a 1 = n``."""
        for d in term.dummies:
            if d.where or d.index.range is None or any(d.index in x.indices() for x in term.dummies if x is not d):
                continue
            if not any(d.index in free_indices(b) for b, _ in term.factors):
                count = (Size(d.index.range.size), Fraction(1))
                rest = tuple(x for x in term.dummies if x is not d)
                return self._ones(term_of(self._joined(Term(term.number, rest, (count, *term.factors)))))
        for unit in self.style.units:
            for d in term.dummies:
                if d.where or d.index.range != unit.axis.range:
                    continue
                inside = tuple(f for f in term.factors if d.index in free_indices(f[0]))
                part = Term(Fraction(1), (d,), inside)
                pattern = Term(Fraction(1), (*unit.pattern.dummies,), unit.pattern.factors)
                found = within(pattern, unit.params, part)
                if found is not None and not found[1].factors and not found[1].dummies:
                    others = tuple(f for f in term.factors if f not in inside)
                    dummies = tuple(x for x in term.dummies if x is not d)
                    if not any(d.index in x.indices() for x in dummies):
                        return self._ones(Term(term.number * found[1].number, dummies, others))
        return term

    # --- sums of terms ------------------------------------------------------------------------------

    def add(self, terms: list[Expr]) -> Expr:
        """Equal terms collected, common factors drawn out, or all of it multiplied out, whichever is shortest."""
        flat = [t for x in terms for t in terms_of(self._sign_inside(x))]
        done = self._gathered(flat)
        if any(self._is_open(t) for t in flat):
            opened = [x for t in flat for x in self._spread(t)]
            if len(opened) <= MAX_TERMS:
                other = self._gathered(opened)
                if self.size(other) < self.size(done):
                    return other
        return done

    def _gathered(self, terms: list[Expr]) -> Expr:
        found = [self._oriented(term_of(t)) for t in terms]
        groups = [self.names.expr(self._turned(t)) for t in grouped(collected(found, self.names), self)]
        return self._reflected(add(*_positive_first(groups)))

    def _sign_inside(self, node: Expr) -> Expr:
        """``-(a - b)`` as ``b - a``, where nothing else multiplies the bracket."""
        node = bare(node)
        if isinstance(node, Mul) and len(node.factors) == 2 and node.factors[0] is MINUS_ONE:
            return add(*(neg(t) for t in terms_of(node.factors[1])))
        return node

    def _is_open(self, node: Expr) -> bool:
        """Whether a term holds a bracket that can be multiplied out."""
        return any(isinstance(b, Add) and e == 1 for b, e in term_of(node).factors)

    def _spread(self, node: Expr) -> list[Expr]:
        """A term multiplied out, each product reduced."""
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
        if not rows or count > MAX_TERMS:
            return [node]
        out = []
        for choice in cartesian(*rows):
            body = mul(Num(term.number), product_of(tuple(kept)), *choice)
            for d in reversed(term.dummies):
                body = Sum(d.index, body, d.where)
            out.append(self.names.expr(self.reduced(term_of(body))))
        return out

    def _turned(self, term: Term) -> Term:
        """``-(a - b) c`` as ``(b - a) c``; brackets that the document writes, and ``1 - a``, stay as they are."""
        number, factors = term.number, list(term.factors)
        free: list[tuple[int, Expr]] = []
        for k, (base, e) in enumerate(term.factors):
            if not isinstance(base, Add) or e.denominator != 1 or not e % 2:
                continue
            other = add(*_positive_first([neg(t) for t in base.terms]))
            constant = next((t.value for t in base.terms if isinstance(t, Num)), None)
            if self._is_written(other) or (constant is not None and constant < 0 and not self._is_written(base)):
                factors[k], number = (other, e), -number
            elif constant is None and not self._is_written(base):
                free.append((k, other))
        turned = next(((k, o) for k, o in free if term_of(terms_of(o)[0]).number > 0), None)
        if number < 0 and turned is not None:
            k, other = turned
            factors[k], number = (other, factors[k][1]), -number
        return replace(term, number=number, factors=tuple(factors))

    def _is_written(self, bracket: Expr) -> bool:
        return frozenset(terms_of(bracket)) in self._written

    def multiplied_out(self, term: Term) -> Expr | None:
        """The term as a sum of products, collected and grouped anew; None if it holds no bracket."""
        whole = self._joined(term)
        if not self._is_open(whole):
            return None
        opened = self._spread(whole)
        return None if len(opened) < 2 else self._gathered([t for x in opened for t in terms_of(x)])

    def _reflected(self, node: Expr) -> Expr:
        """``1 - sigma(x) = sigma(-x)``"""
        if not self.style.reflect or not isinstance(node, Add) or len(node.terms) != 2 or ONE not in node.terms:
            return node
        other = next(t for t in node.terms if t is not ONE)
        f = bare(neg(other))
        if isinstance(f, Func) and f.name == "sigma":
            return Func("sigma", self._sign_inside(neg(f.arg)))
        return node
