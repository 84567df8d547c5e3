"""Index expressions in matrix notation, by contracting the tensor network of each product.

Vertices are the indices, edges the factors of two indices; a factor of one index belongs to its vertex. A summed
index with one edge gives a matrix times a vector, with two edges a matrix product, with none a dot product.
Parts with more than two axes, and sums over an index that three factors share, raise ``NoMatrixForm``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from itertools import combinations

from symgrad.core import matrix_notation as a
from symgrad.core.matrix_notation import Array, Axes
from symgrad.core.nodes import Add, Delta, Entry, Expr, Func, Mul, Num, Ref, Sum, distinct, free_indices, mul
from symgrad.core.ranges import Index, indices_of
from symgrad.gradients.dummy_naming import DummyNamer
from symgrad.gradients.factor_form import FactorFormer, raise_if
from symgrad.gradients.pattern_matching import match
from symgrad.gradients.summed_products import (
    SummedIndex,
    SummedProduct,
    product_of,
    summed_over,
    term_of,
    terms_of,
)
from symgrad.gradients.symmetries import Symmetries
from symgrad.gradients.tensor_network import Network, NoMatrixForm

MAX_TERMS = 16
MUCH_SHORTER = 1.25
"""By how much a bracket with vectors of ones has to be shorter than the product multiplied out."""
_LINEAR = (a.Identity, a.OuterProduct, a.MatrixProduct, a.Diagonal)


@dataclass(slots=True)
class MatrixFormer:
    """Finds the matrix form of expressions; ``reserved``: names the document uses itself, perhaps ``e`` or ``I``.

    symmetries: knows matrices that are their own transposes.
    """

    reserved: frozenset[str] = frozenset()
    names: DummyNamer = field(default_factory=DummyNamer)
    symmetries: Symmetries = field(default_factory=Symmetries)

    def array_of(self, expr: Expr, axes: Axes) -> Array:
        """The array over the axes whose entry is the expression.

        Raises ``NoMatrixForm`` with the reason if there is none.
        """
        if len(axes) > 2:
            raise NoMatrixForm("it has more than two axes")
        if isinstance(expr, Add):
            return self.total(expr, axes)
        return self.product(term_of(expr), axes)

    def total(self, expr: Add, axes: Axes) -> Array:
        terms: list[Array] = []
        for t in expr.terms:
            own = tuple(x for x in axes if x in free_indices(t))
            # a number is constant along every axis; a term that lacks one of two axes is constant along it
            array = self.array_of(t, axes if own else ())
            terms += array.terms if isinstance(array, a.Total) and array.axes == axes else [array]
        if len(axes) == 2 and any(isinstance(t, _LINEAR) for t in map(a.without_number, terms)):
            # next to I or x y^T a number would be read as a multiple of I
            ones = a.OuterProduct(axes, a.OnesVector(axes[:1]), a.OnesVector(axes[1:]))
            terms = [t if t.axes else a.times_number(t, ones) for t in terms]
        if axes and not any(t.axes for t in terms):
            every: Array = a.OnesVector(axes)
            if len(axes) == 2:
                every = a.OuterProduct(axes, a.OnesVector(axes[:1]), a.OnesVector(axes[1:]))
            return a.times_number(a.Total((), tuple(terms)), every)
        return a.Total(axes, tuple(terms))

    def product(self, term: SummedProduct, axes: Axes) -> Array:
        """A product with as few explicit sums as possible, and as short as possible: as it is, or multiplied out."""
        spread = self.spread(term, axes)
        if spread is not None and any(isinstance(b, Add) and any(map(_has_delta, b.terms)) for b, _ in term.factors):
            return self.array_of(spread, axes)
        found: list[Array] = []
        reason: NoMatrixForm | None = None
        ways: list[Callable[[], Array]] = [lambda: self.contracted(term, axes)]
        wide = self.spread(term, axes, wide=True)
        ways += [partial(self.array_of, opened, axes) for opened in (spread, wide) if opened is not None]
        for way in ways:
            try:
                found.append(way())
            except NoMatrixForm as e:
                reason = reason or e
        if not found or all(map(_explicit, found)):
            opened = self._opened(term, axes)
            try:
                found += [] if opened is None else [self.array_of(opened, axes)]
            except NoMatrixForm as e:
                reason = reason or e
        if not found:
            assert reason is not None  # no way has led to a form
            raise reason
        return min(found[::-1], key=lambda x: (_explicit(x), _length(x) * (1 if x is not found[0] else MUCH_SHORTER)))

    def contracted(self, term: SummedProduct, axes: Axes) -> Array:
        """The product as it is, with as few explicit sums as possible."""
        reason: NoMatrixForm | None = None
        plain = tuple(d for d in term.dummies if not d.where)
        forced = tuple(d for d in term.dummies if d.where)
        for count in range(len(plain) + 1):
            for explicit in combinations(plain, count):
                # outer sums first: the condition of an inner sum may contain their index
                kept = tuple(d for d in term.dummies if d in forced or d in explicit)
                if any(d.index in x.indices() for d in plain if d not in kept for x in kept):
                    continue
                try:
                    return self.explicit(term, kept, axes)
                except NoMatrixForm as e:
                    reason = reason or e
            if count == 2:
                break
        assert reason is not None
        raise reason

    def _opened(self, term: SummedProduct, axes: Axes) -> Expr | None:
        """The product multiplied out, if it has a sum over an index and a factor with several terms."""
        wide = [b for b, e in term.factors if e == 1 and isinstance(b, Add)]
        if not wide or not any(not d.where for d in term.dummies):
            return None
        own = term.indices() | frozenset(axes)
        first = max(wide, key=lambda b: len(free_indices(b) & own))  # the one that needs it most
        others = tuple(f for f in term.factors if f[0] is not first)
        assert isinstance(first, Add)  # chosen so
        if len(first.terms) > MAX_TERMS:
            return None
        bodies = (mul(Num(term.number), product_of(others), t) for t in first.terms)
        out = [self.names.expr(term_of(summed_over(term.dummies, b))) for b in bodies]
        return Add(tuple(t for x in out for t in terms_of(x)))

    def explicit(self, term: SummedProduct, kept: tuple[SummedIndex, ...], axes: Axes) -> Array:
        """The product with explicit sums over ``kept``, each around the factors that depend on it."""
        if not kept:
            return self.network(term, axes)
        first, *rest = kept
        raise_if(bool(first.indices() & set(axes)), "the range of a sum depends on an index")
        inside = self._reach(term, first)
        within = [d for d in term.dummies if d is not first and d.index in inside]
        own_axes = tuple(x for x in axes if any(x in free_indices(b) for b, _ in _depending(term, inside)))
        factors = _depending(term, inside)
        body = SummedProduct(Fraction(1), tuple(within), factors)
        inner = self.explicit(body, tuple(d for d in rest if d in within), own_axes)
        array: Array = a.Explicit(own_axes, first.index, first.where, inner)
        other = tuple(f for f in term.factors if f not in factors)
        others = tuple(d for d in term.dummies if d is not first and d not in within)
        left = SummedProduct(term.number, others, other)
        still = tuple(d for d in rest if d not in within)
        if still:
            raise NoMatrixForm("several sums have no matrix notation")
        return self.network(left, axes, [array])

    def _reach(self, term: SummedProduct, first: SummedIndex) -> set[Index]:
        """The bound indices that are linked to the first one by shared factors, including itself."""
        inside = {first.index}
        changed = True
        own = term.indices()
        while changed:
            changed = False
            for b, _ in term.factors:
                used = free_indices(b) & own
                if used & inside and not used <= inside:
                    inside |= used
                    changed = True
        return inside

    # --- one network --------------------------------------------------------------------------------

    def network(self, term: SummedProduct, axes: Axes, extra: list[Array] | None = None) -> Array:
        own = frozenset(axes) | term.indices()
        net = Network(term.number, axes, tuple(d.index for d in term.dummies))
        for array in extra or []:
            net.add(array, Fraction(1))
        term = self._softmaxes(term, own, net)
        for base, e in term.factors:
            self.factor(net, base, e, own)
        return net.contracted()

    def factor(self, net: Network, base: Expr, e: Fraction, own: frozenset[Index]) -> None:
        """Add one factor to the network, as an array over those of the product's indices that occur in it."""
        used = free_indices(base) & own
        if len(used) > 2:
            raise NoMatrixForm("a factor has more than two indices at once")
        net.add(FactorFormer(self.array_of, self.reserved, self.symmetries)(base, self._order(base, used)), e)

    def _order(self, base: Expr, used: frozenset[Index]) -> Axes:
        """The indices in the order of their slots."""
        if len(used) < 2:
            return tuple(used)
        for n in distinct(base):
            if isinstance(n, (Entry, Ref)):
                found = tuple(dict.fromkeys(i for e in n.indices for i in indices_of(e) if i in used))
                if len(found) == len(used):
                    return found
        return tuple(sorted(used, key=lambda i: i.serial))

    # --- patterns -----------------------------------------------------------------------------------

    def _softmaxes(self, term: SummedProduct, own: frozenset[Index], net: Network) -> SummedProduct:
        """``exp(f_a) / sum_b exp(f_b)`` as a softmax."""
        factors = list(term.factors)
        for below in [f for f in factors if f[1] == -1 and isinstance(f[0], Sum)]:
            whole = term_of(below[0])
            if len(whole.dummies) != 1 or whole.dummies[0].where or len(whole.factors) != 1 or whole.number != 1:
                continue
            inner, index = whole.factors[0][0], whole.dummies[0].index
            if not isinstance(inner, Func) or inner.name != "exp" or whole.factors[0][1] != 1:
                continue
            for above in factors:
                if not isinstance(above[0], Func) or above[0].name != "exp" or above[1] != 1:
                    continue
                axis = _same_but(inner, above[0], index, own, self.names)
                outer = tuple(i for i in self._order(above[0], free_indices(above[0]) & own) if i is not axis)
                if axis is None or len(outer) > 1:
                    continue
                over = (*outer, axis)
                net.add(a.SoftmaxVector(over, self.array_of(above[0].arg, over)), Fraction(1))
                factors = [f for f in factors if f is not above and f is not below]
                break
        return replace(term, factors=tuple(factors))

    def spread(self, term: SummedProduct, axes: Axes, wide: bool = False) -> Expr | None:
        """The product multiplied out, as needed for ``diag(p) - p p^T``; None if that does not help.

        It helps if a factor is a sum with a delta of two of the product's indices, or if a term of that sum lacks an
        index that another factor has, and would need a vector of ones along it; with ``wide``, if the sum has more
        indices than a matrix: ``\\sum_{kl} X_{lk} (A_{il} B_{kj} + C_{il} D_{kj})``.
        """
        for k, (base, e) in enumerate(term.factors):
            if e != 1 or not isinstance(base, Add) or len(base.terms) > MAX_TERMS:
                continue
            used = free_indices(base) & (frozenset(axes) | term.indices())
            others = term.factors[:k] + term.factors[k + 1 :]
            beside = used & {i for b, _ in others for i in free_indices(b)}
            lacking = any(beside - free_indices(t) and used & free_indices(t) for t in base.terms)
            helps = len(used) > 2 if wide else lacking or any(map(_has_delta, base.terms))
            if len(used) < 2 or not beside or not helps:
                continue
            out = []
            for t in base.terms:
                body = mul(Num(term.number), product_of(others), t)
                out.append(self.names.expr(term_of(summed_over(term.dummies, body))))
            return Add(tuple(t for x in out for t in terms_of(x)))
        return None


def _explicit(array: Array) -> int:
    """The number of different sums written with an index."""
    return len({x for x in a.parts(array) if isinstance(x, a.Explicit)})


def _length(array: Array) -> int:
    """The number of operations and names; diagonal matrices, which say little, count twice."""
    return sum(2 if isinstance(x, a.Diagonal) else 1 for x in a.parts(array))


def _depending(term: SummedProduct, inside: set[Index]) -> tuple[tuple[Expr, Fraction], ...]:
    return tuple(f for f in term.factors if free_indices(f[0]) & inside)


def _has_delta(node: Expr) -> bool:
    if isinstance(node, Mul):
        return any(_has_delta(f) for f in node.factors)
    return isinstance(node, Delta) and len(free_indices(node)) == 2


def _same_but(inner: Expr, outer: Expr, index: Index, own: frozenset[Index], names: DummyNamer) -> Index | None:
    """The index that replaces the summed index of ``inner`` to give ``outer``."""
    for binding in match(inner, outer, {}, frozenset((index,))):
        at = binding.get(index)
        if isinstance(at, Index) and at in own:
            return at
    return None
