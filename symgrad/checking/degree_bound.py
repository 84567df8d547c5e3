"""Upper bounds for the terms of an expanded claim, without expanding it: the number of dummies,
the degree in each size, the open positions.

Dummies add up in a product, and a sum of terms has the maximum; a power multiplies them.
Denominators are counted separately, to be cleared. A definition counts like its body.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import reduce
from typing import Any

from symgrad.checking.degree_profile import (
    NONE,
    NOTHING,
    Count,
    DegreeProfile,
    Slot,
    both,
    left_open,
    most,
    plus,
    scaled,
)
from symgrad.core import nodes as n
from symgrad.core.claims import Claim
from symgrad.core.functions import TABLE
from symgrad.core.ranges import Affine, Gather, Index, IndexExpr, Range, Subset, indices_of, range_of

LARGEST_POWER = 12
"""Powers above this make no polynomial."""

BEHIND = 2
"""How many positions there are behind a number with which positions are compared."""


class DegreeCounter:
    """Computes degree profiles, once per node.

    varied: tensors and definitions that are variables of derivatives. Their entries may become deltas,
    so they do not tie an index."""

    def __init__(self, varied: frozenset[Any] = NONE) -> None:
        self.varied = varied
        self._profiles: dict[n.Expr, DegreeProfile] = {}
        self._others: dict[frozenset[Any], DegreeCounter] = {}

    def of(self, claim: Claim) -> DegreeCounter:
        """The counter for the variables of the claim's derivatives."""
        varied = _varied(claim.left) | _varied(claim.right)
        if varied == self.varied:
            return self
        return self._others.setdefault(varied, DegreeCounter(varied))

    def profile(self, node: n.Expr) -> DegreeProfile:
        found = self._profiles.get(node)
        if found is None:
            self._profiles[node] = replace(
                NOTHING, polynomial=False
            )  # ends the recursion at a definition that uses itself
            found = self._profiles[node] = _RULES.get(type(node), DegreeCounter._other)(self, node)
        return found

    # --- positions --------------------------------------------------------------------------------

    def _at(self, pairs: Iterable[Slot]) -> DegreeProfile:
        """The profile of positions: their slots and ranges, including those inside gathered positions."""
        slots: set[Slot] = set()
        ranges: set[Range] = set()
        plain = True

        def go(r: Range | None, e: IndexExpr) -> None:
            nonlocal plain
            own = range_of(e)
            slots.add((r or own, e))
            ranges.update(x for x in (r, own) if x is not None)
            if isinstance(e, Gather):
                for inner, slot in zip(e.indices, e.array.ranges, strict=False):
                    go(slot, inner)
            elif isinstance(e, Affine):
                ranges.update(map(Range.of_size, e.sizes()))  # the K of a sum up to K over N positions
                for i in e.indices():
                    plain = False
                    go(None, i)

        for r, e in pairs:
            go(r, e)
        return DegreeProfile({}, {}, {}, NONE, frozenset(slots), frozenset(ranges), plain)

    def _conds(self, conds: Iterable[n.Cond]) -> DegreeProfile:
        result = NOTHING
        for c in conds:
            if c.op == "pos":
                result = both(result, replace(self.profile(c.left), polynomial=False, forks=2))  # type: ignore[arg-type]  # 'pos' holds an Expr
                continue
            r = c.right.range if isinstance(c.right, Subset) else range_of(c.right) if c.right else None
            positions: list[Slot] = [(r, c.left)]  # type: ignore[list-item]  # by its op
            if not isinstance(c.right, Subset) and c.right is not None:
                positions.append((range_of(c.left), c.right))  # type: ignore[arg-type]  # by its op
            if c.op in ("lt", "eq"):
                positions += [(slot, _beyond(c.op, e)) for slot, e in positions if isinstance(e, Affine) and e.const]
            at = self._at(positions)
            result = both(result, replace(at, polynomial=at.polynomial and c.op != "lt", forks=int(c.op == "in")))
        return result

    # --- nodes ------------------------------------------------------------------------------------

    def _entry(self, node: n.Entry) -> DegreeProfile:
        at = self._at(zip(node.tensor.ranges, node.indices, strict=False))
        held = frozenset(i for e in node.indices for i in indices_of(e))
        forks = node.tensor.domain in ("bit", "sign") or any(isinstance(e, Gather) for e in node.indices)
        return replace(
            at,
            forks=int(forks),
            tight=NONE if node.tensor in self.varied else held,
            ranges=at.ranges | {*node.tensor.ranges},
        )

    def _delta(self, node: n.Delta) -> DegreeProfile:
        return self._at(((range_of(node.right), node.left), (range_of(node.left), node.right)))

    def _size(self, node: n.Size) -> DegreeProfile:
        names = set(node.affine.sizes())
        ranges = frozenset(Range.of_size(s) for s in sorted(names))
        result = replace(NOTHING, degree=dict.fromkeys(ranges, 1), ranges=ranges)
        return replace(result, polynomial=not any(node.affine.indices()))

    def _iverson(self, node: n.Iverson) -> DegreeProfile:
        return self._conds((node.cond,))

    def _sum(self, node: n.Sum) -> DegreeProfile:
        """Adds a dummy, and a factor of the size unless an entry contains the dummy in every term."""
        body = both(self.profile(node.body), self._conds(node.where))
        r = node.index.range
        if r is None:
            return replace(body, polynomial=False)
        one = {r: 1}
        gathered = {e: g for g, e in body.slots if isinstance(e, Gather) and node.index in set(indices_of(e))}
        more: Count = reduce(plus, ({g: 1} for g in gathered.values() if g is not None), one)
        return replace(
            body,
            top=plus(body.top, more),
            degree=body.degree if node.index in body.tight else plus(body.degree, one),
            tight=body.tight - {node.index},
            slots=left_open(body.slots, (node.index,)),
            ranges=body.ranges | {r},
            polynomial=body.polynomial and not self._divides(node.body, node.index),
        )

    def _divides(self, node: n.Expr, index: Index) -> bool:
        """True if the index occurs in a denominator."""
        for e in n.walk(node):
            if isinstance(e, n.Ref) and index in n.free_indices(e) and _fraction(e.definition.body):
                return True
            if isinstance(e, n.Pow) and index in n.free_indices(e) and not _whole(e.exponent):
                return True
        return False

    def _add(self, node: n.Add) -> DegreeProfile:
        parts = [self.profile(t) for t in node.terms]
        low = reduce(plus, (p.low for p in parts))
        top: Count = {}
        for k, p in enumerate(parts):
            top = most(top, reduce(plus, (q.low for j, q in enumerate(parts) if j != k), p.top) if low else p.top)
        return DegreeProfile(
            top,
            low,
            reduce(most, (p.degree for p in parts)) if not low else reduce(plus, (p.degree for p in parts)),
            frozenset.intersection(*(p.tight for p in parts)),
            frozenset().union(*(p.slots for p in parts)),
            frozenset().union(*(p.ranges for p in parts)),
            all(p.polynomial for p in parts),
            max(p.forks for p in parts),
        )

    def _mul(self, node: n.Mul) -> DegreeProfile:
        return reduce(both, (self.profile(f) for f in node.factors))

    def _prod(self, node: n.Prod) -> DegreeProfile:
        """A product over numbered positions counts like a power."""
        r = node.index.range
        if r is None or r.size.terms or node.where or not 0 < r.size.const <= LARGEST_POWER:
            return self._other(node)
        body, k = self.profile(node.body), r.size.const
        return replace(
            body,
            top=scaled(body.top, k),
            low=scaled(body.low, k),
            degree=scaled(body.degree, k),
            slots=left_open(body.slots, (node.index,)),
            ranges=body.ranges | {r},
            tight=body.tight - {node.index},
            polynomial=False,
        )

    def _pow(self, node: n.Pow) -> DegreeProfile:
        base = self.profile(node.base)
        if not (isinstance(node.exponent, n.Num) and node.exponent.value.denominator == 1):
            return replace(both(base, self.profile(node.exponent)), polynomial=False)
        k = int(node.exponent.value)
        counted = min(abs(k), LARGEST_POWER)
        top, low = scaled(base.top, counted), scaled(base.low, counted)
        if k < 0:
            top, low = low, top
            # every denominator has to be cleared, even one without dummies
        return replace(
            base,
            top=top,
            low=low,
            degree=scaled(base.degree, counted),
            tight=base.tight if k > 0 else NONE,
            polynomial=base.polynomial and abs(k) <= LARGEST_POWER,
        )

    def _ref(self, node: n.Ref) -> DegreeProfile:
        """The profile of the body, with the given positions as parameters."""
        body = self.profile(node.definition.body)
        params = node.definition.params
        at = self._at((p.range, e) for p, e in zip(params, node.indices, strict=False))
        inner = left_open(body.slots, params)
        gathered: Count = reduce(
            plus,
            ({r: 1} for r, e in body.slots if isinstance(e, Gather) and r is not None and (r, e) not in inner),
            body.top,
        )
        tight = frozenset(
            i for p, e in zip(params, node.indices, strict=False) if p in body.tight for i in indices_of(e)
        )
        tight = NONE if node.definition in self.varied else tight | (body.tight - set(params))
        return replace(
            body,
            top=gathered,
            tight=tight,
            slots=inner | at.slots,
            ranges=body.ranges | at.ranges | {p.range for p in params if p.range is not None},
            polynomial=body.polynomial and at.polynomial,
        )

    def _deriv(self, node: n.Deriv) -> DegreeProfile:
        """``(p / q)' = (p' q - p q') / q^2``"""
        body, target = self.profile(node.body), self.profile(node.target)
        return replace(
            body,
            top=plus(body.top, body.low),
            low=scaled(body.low, 2),
            degree=scaled(body.degree, 2 if body.low else 1),
            slots=body.slots | target.slots,
            ranges=body.ranges | target.ranges,
            polynomial=body.polynomial and all(not isinstance(e, Affine) or not e.terms for _, e in target.slots),
        )

    def _other(self, node: n.Expr) -> DegreeProfile:
        """Not polynomial; counted anyway, because the counts also guide the choice of sizes."""
        positions, children, bound = n.parts(node)
        result = both(self._at((None, e) for e in positions), NOTHING)
        for child in children:
            result = both(result, self.profile(child))
        ranges = result.ranges | {i.range for i in bound if i.range is not None}
        if isinstance(node, (n.Num, n.Const)):
            return replace(result, ranges=ranges)
        if isinstance(node, n.Func) and node.name in TABLE and TABLE[node.name].kink:
            result = replace(result, forks=2)
        if isinstance(node, n.Apply):
            ranges |= {r for shape in node.function.shapes for r in shape}
        forks = max(result.forks, _decides(node))
        return replace(result, slots=left_open(result.slots, bound), ranges=ranges, polynomial=False, forks=forks)


def _varied(node: n.Expr) -> frozenset[Any]:
    """The variables of all derivatives in the expression and its definitions."""
    if not n.reach(node).order:
        return NONE
    return frozenset(e.target.args[0] for e in n.all_nodes(node) if isinstance(e, n.Deriv))


def _fraction(node: n.Expr) -> bool:
    return any(isinstance(e, n.Pow) and not _whole(e.exponent) for e in n.all_nodes(node))


def _decides(node: n.Expr) -> int:
    """How cases branch: 2 by values, 1 by positions, 0 not at all."""
    if not isinstance(node, n.Cases):
        return 0
    return 2 if any(c.op == "pos" for conds, _ in node.branches for c in conds) else 1


def _whole(e: n.Expr) -> bool:
    return isinstance(e, n.Num) and e.value >= 0


_RULES: dict[type[n.Expr], Callable[[DegreeCounter, Any], DegreeProfile]] = {
    n.Num: lambda counter, node: NOTHING,
    n.Const: lambda counter, node: NOTHING,
    n.Size: DegreeCounter._size,
    n.Entry: DegreeCounter._entry,
    n.Delta: DegreeCounter._delta,
    n.Iverson: DegreeCounter._iverson,
    n.Sum: DegreeCounter._sum,
    n.Prod: DegreeCounter._prod,
    n.Add: DegreeCounter._add,
    n.Mul: DegreeCounter._mul,
    n.Pow: DegreeCounter._pow,
    n.Ref: DegreeCounter._ref,
    n.Deriv: DegreeCounter._deriv,
}


def _beyond(op: str, e: Affine) -> Affine:
    """A position that must be there for a comparison to have both outcomes: ``i > 5000``, ``i < j + 30``."""
    return Affine.of(abs(e.const) + (BEHIND if op == "lt" or e.terms else 0))
