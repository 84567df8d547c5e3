"""Terms converted to nodes: each sum around the factors that depend on its index, with canonical bound indices."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from symgrad.calculus.contract import contracted
from symgrad.core.nodes import ZERO, Expr, Num, Prod, Sum, free_indices, mul, parts, rebuild
from symgrad.core.ranges import Index, Range
from symgrad.core.substitute import rename_bound, substitute
from symgrad.gradients.summed_products import Factor, SummedIndex, SummedProduct, product_of, renamed

_ONE = Fraction(1)


@dataclass(slots=True)
class DummyNamer:
    """Canonical bound indices, one per range and height in a nest of sums.

    letters: the index letters that a document uses per range, the most usual first.
    """

    letters: dict[Range | None, list[str]] = field(default_factory=dict)
    _made: dict[tuple[Range | None, int], Index] = field(default_factory=dict)
    _heights: dict[Expr, int] = field(default_factory=dict)
    _written: dict[SummedProduct, Expr] = field(default_factory=dict)

    def height(self, node: Expr) -> int:
        """The depth of nested sums and products in an expression."""
        found = self._heights.get(node)
        if found is None:
            found = max((self.height(x) for x in parts(node)[1]), default=0) + isinstance(node, (Sum, Prod))
            self._heights[node] = found
        return found

    def index(self, like: Index, height: int) -> Index:
        key = (like.range, height)  # the height is that of the body: the innermost sum has 0
        found = self._made.get(key)
        if found is None:
            known = self.letters.get(like.range) or [like.letter]
            found = self._made[key] = Index(known[height % len(known)], like.range)
        return found

    def sum(self, dummy: SummedIndex, body: Expr) -> Expr:
        """The sum over a canonical index, with deltas contracted."""
        made = contracted(dummy.index, body, dummy.where)
        if not isinstance(made, Sum) or made.index is not dummy.index:
            return made
        height = self.height(made.body)
        open_ = (free_indices(made.body) | SummedIndex(dummy.index, made.where).indices()) - {dummy.index}
        index = self._free_index(dummy.index, height, open_)
        if index is dummy.index:
            return made
        return Sum(index, substitute(made.body, {dummy.index: index}), renamed(made.where, dummy.index, index))

    def canonical(self, node: Expr) -> Expr:
        """The expression with canonical bound indices, otherwise unchanged."""
        done = rebuild(node, lambda e: e, self.canonical) if parts(node)[1] else node
        if not isinstance(done, (Sum, Prod)):
            return done
        open_ = (free_indices(done.body) | SummedIndex(done.index, done.where).indices()) - {done.index}
        index = self._free_index(done.index, self.height(done.body), open_)
        return rename_bound(done, {done.index: index}) if index is not done.index else done

    def _free_index(self, like: Index, height: int, open_: frozenset[Index] | set[Index]) -> Index:
        """The canonical index of this height, or of the next one that is not in use outside."""
        while (index := self.index(like, height)) in open_:
            height += 1
        return index

    def expr(self, term: SummedProduct) -> Expr:
        """The term as a node: each sum around exactly the factors that depend on its index."""
        # factors are looked up by their base: a base that occurs twice would be lost, and the result wrong
        assert len({b for b, _ in term.factors}) == len(term.factors), "a base stands twice in a product"
        if not term.number:
            return ZERO
        if not term.dummies:
            return mul(Num(term.number), product_of(term.factors))
        found = self._written.get(term)
        if found is None:
            found = self._written[term] = self._expr(self._apart(term))
        return found

    def _expr(self, term: SummedProduct) -> Expr:
        free = list(term.factors)
        for dummies, factors in _components(term):
            at = min((free.index(f) for f in factors), default=len(free))
            free = [f for f in free if f not in factors]
            free.insert(at, (self._nested(dummies, factors), _ONE))
        return mul(Num(term.number), product_of(tuple(free)))

    def _apart(self, term: SummedProduct) -> SummedProduct:
        """The term with fresh bound indices, so that their old names do not influence the order of the sums."""
        if len(term.dummies) < 2:
            return term
        fresh = {d.index: d.index.fresh("bound") for d in term.dummies}
        dummies = []
        for d in term.dummies:
            where = d.where
            for old, new in fresh.items():
                where = renamed(where, old, new)
            dummies.append(SummedIndex(fresh[d.index], where))
        return SummedProduct(term.number, tuple(dummies), tuple((substitute(b, fresh), e) for b, e in term.factors))

    def _nested(self, dummies: list[SummedIndex], factors: list[Factor]) -> Expr:
        """``sum_i f_i sum_j g_{ij}``, the sums in the order of ``dummies``."""
        first, *rest = dummies
        if not rest:
            return self.sum(first, product_of(tuple(factors)))
        inner = [f for f in factors if any(d.index in free_indices(f[0]) for d in rest)]
        inner_term = self.expr(SummedProduct(Fraction(1), tuple(rest), tuple(inner)))
        outer = product_of(tuple(f for f in factors if f not in inner))
        return self.sum(first, mul(outer, inner_term))


def _components(term: SummedProduct) -> list[tuple[list[SummedIndex], list[Factor]]]:
    """Bound indices linked by factors or conditions, with their factors, in order."""
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
