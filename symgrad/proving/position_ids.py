"""Positions as integers, for one attempt.

An index alone is a small integer: its serial, or a negative number if it was made here. A compound position
(a literal, arithmetic, a gathered position) is interned as a number from ``COMPOUND`` on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

from symgrad.core.ranges import Affine, Index, IndexExpr, Range
from symgrad.proving.interner import Interner
from symgrad.proving.limits import Unsupported

COMPOUND = 1 << 60
NOTHING: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``const + sum(coefficient * size) + sum(coefficient * index)``. A literal has only the constant."""

    const: int
    sizes: tuple[tuple[str, int], ...]
    terms: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Gathered:
    """The entry of an index array at the given positions, used as a position."""

    array: int
    at: tuple[int, ...]


class PositionIds:
    """The positions of one attempt. ``rewrite`` holds facts that tell what a gathered position is equal to."""

    def __init__(self, interner: Interner) -> None:
        self.interner = interner
        self.indices: dict[int, Index] = {}
        self.ranges: dict[int, Range | None] = {}
        self.compound: dict[int, Arithmetic | Gathered] = {}
        self.inside: dict[int, frozenset[int]] = {}
        self.numbers: dict[Arithmetic | Gathered, int] = {}
        self.same: dict[int, int] = {}
        self.rewrite: list[Callable[[int], int | None]] = []
        self.made = 0
        self.lower: dict[int, list[int]] = {}
        self.upper: dict[int, list[int]] = {}
        """Further bounds known for an index, besides the ends of its range."""
        self.least_sizes: dict[str, int] = {}
        """The least value that each size is known to have, unless that is 1."""

    # -- making positions

    def fresh(self, range_: Range | None) -> int:
        self.made += 1
        self.ranges[-self.made] = range_
        return -self.made

    def of(self, expr: IndexExpr) -> int:
        if isinstance(expr, Index):
            number = expr.serial
            if number not in self.indices:
                self.indices[number] = expr
                self.ranges[number] = expr.range
                if expr.kind == "fixed" and expr.range is not None:
                    self.not_empty(expr.range)
            return self.same.get(number, number)
        if isinstance(expr, Affine):
            total = self.literal(expr.const)
            sizes = tuple((s, c) for s, c in expr.terms if isinstance(s, str))
            result = self.arithmetic(expr.const, sizes, ()) if sizes else total
            for symbol, c in expr.terms:
                if isinstance(symbol, Index):
                    result = self.plus(result, self.of(symbol), c)
            return result
        return self.gathered(self.interner.array_id(expr.array), tuple(self.of(e) for e in expr.indices))

    def not_empty(self, range_: Range) -> None:
        """Learn that the range has a position, so that its size is at least 1."""
        if not range_.lo.terms and len(range_.hi.terms) == 1 and range_.hi.terms[0][1] == 1:
            size = str(range_.hi.terms[0][0])
            self.least_sizes[size] = max(self.least_sizes.get(size, 0), range_.lo.const - range_.hi.const)

    def intern(self, value: Arithmetic | Gathered) -> int:
        number = self.numbers.get(value)
        if number is None:
            number = COMPOUND + len(self.numbers)
            self.numbers[value] = number
            self.compound[number] = value
            parts = value.at if isinstance(value, Gathered) else tuple(i for i, _ in value.terms)
            self.inside[number] = frozenset().union(*(self.indices_in(p) for p in parts))
        return number

    def literal(self, value: int) -> int:
        return self.intern(Arithmetic(value, (), ()))

    def arithmetic(self, const: int, sizes: tuple[tuple[str, int], ...], terms: tuple[tuple[int, int], ...]) -> int:
        if len(terms) == 1 and terms[0][1] == 1 and not const and not sizes:
            return terms[0][0]
        return self.intern(Arithmetic(const, sizes, terms))

    def gathered(self, array: int, at: tuple[int, ...]) -> int:
        number = self.intern(Gathered(array, at))
        for rule in self.rewrite:
            other = rule(number)
            if other is not None:
                return other
        return number

    def as_arithmetic(self, p: int) -> Arithmetic | None:
        if p < COMPOUND:
            return Arithmetic(0, (), ((p, 1),))
        value = self.compound[p]
        return value if isinstance(value, Arithmetic) else None

    def plus(self, p: int, q: int, factor: int = 1) -> int:
        """``p + factor q``."""
        a, b = self.as_arithmetic(p), self.as_arithmetic(q)
        if a is None or b is None:
            raise Unsupported("arithmetic on a gathered position")
        sizes, terms = dict(a.sizes), dict(a.terms)
        for s, c in b.sizes:
            sizes[s] = sizes.get(s, 0) + factor * c
        for i, c in b.terms:
            terms[i] = terms.get(i, 0) + factor * c
        return self.arithmetic(
            a.const + factor * b.const,
            tuple(sorted((s, c) for s, c in sizes.items() if c)),
            tuple(sorted((i, c) for i, c in terms.items() if c)),
        )

    # -- queries

    def indices_in(self, p: int) -> frozenset[int]:
        return self.inside[p] if p >= COMPOUND else frozenset((p,))

    def mentions(self, p: int, index: int) -> bool:
        return p == index or (p >= COMPOUND and index in self.inside[p])

    def contains(self, p: int, part: int) -> bool:
        """True if the position ``part`` is ``p`` or occurs inside it."""
        if p == part:
            return True
        if p < COMPOUND:
            return False
        c = self.compound[p]
        if isinstance(c, Gathered):
            return any(self.contains(x, part) for x in c.at)
        return part in self.inside[p]

    def literal_value(self, p: int) -> int | None:
        """The value of a literal; None for any other position."""
        if p < COMPOUND:
            return None
        c = self.compound[p]
        return c.const if isinstance(c, Arithmetic) and not c.sizes and not c.terms else None

    def range_of(self, p: int) -> Range | None:
        if p < COMPOUND:
            return self.ranges.get(p)
        c = self.compound[p]
        return self.interner.arrays[c.array].target if isinstance(c, Gathered) else None

    def lies_in(self, p: int, range_: Range) -> bool:
        """True if a position is known to lie in a range: because it was declared to, or by the bounds of its indices
        and of the sizes. ``3`` lies in ``1 .. W`` if an entry ``x_3`` implies that ``W >= 3``."""
        if self.range_of(p) == range_:
            return True
        low, high = self.of(range_.lo), self.of(range_.hi)
        return self.surely_at_least(self.difference_or_none(p, low), 0) and self.surely_at_least(
            self.difference_or_none(high, p), 0
        )

    def surely_less(self, a: Affine, b: Affine) -> bool:
        return self.surely_at_least(self.difference_or_none(self.of(b), self.of(a)), 1)

    def difference_or_none(self, p: int, q: int) -> Arithmetic | None:
        """``p - q`` as arithmetic; None for gathered positions."""
        if self.as_arithmetic(p) is None or self.as_arithmetic(q) is None:
            return None
        return self.as_arithmetic(self.plus(p, q, -1))

    def ends(self, index: int, upper: bool) -> list[int]:
        """Known bounds of an index, as positions without indices."""
        range_ = self.ranges.get(index)
        known = (self.upper if upper else self.lower).get(index, [])
        return known if range_ is None else [self.of(range_.hi if upper else range_.lo), *known]

    def surely_at_least(self, d: Arithmetic | None, least: int) -> bool:
        """True if the bounds of its indices imply that ``d >= least``."""
        if d is None or len(d.terms) > 3:
            return False
        candidates = [self.ends(i, c < 0) for i, c in d.terms]
        for choice in product(*candidates):
            const, sizes = d.const, dict(d.sizes)
            for (_, c), end in zip(d.terms, choice, strict=True):
                a = self.as_arithmetic(end)
                if a is None or a.terms:
                    break
                const += c * a.const
                for s, k in a.sizes:
                    sizes[s] = sizes.get(s, 0) + c * k
            else:
                if all(k >= 0 for k in sizes.values()):
                    const += sum(k * self.least_sizes.get(s, 1) for s, k in sizes.items())
                    if const >= least:
                        return True
        return False

    def rank(self, p: int) -> tuple[int, int]:
        """Order of preference: of two equal positions the one with the lower rank is kept. Literals come first, then
        indices, then arithmetic, then gathered positions."""
        if p < COMPOUND:
            return (1, p) if p > 0 else (2, -p)
        c = self.compound[p]
        if isinstance(c, Gathered):
            return (4, p)
        return (3, p) if c.terms else (0, p)

    # -- replacing

    def replace(self, p: int, old: int, new: int) -> int:
        """``p`` with the position ``old`` replaced by ``new``, also inside compound positions."""
        if p == old:
            return new
        if p < COMPOUND:
            return p
        c = self.compound[p]
        if isinstance(c, Gathered):
            at = tuple(self.replace(x, old, new) for x in c.at)
            return p if at == c.at else self.gathered(c.array, at)
        factor = dict(c.terms).get(old, 0) if old < COMPOUND else 0
        return self.plus(self.plus(p, old, -factor), new, factor) if factor else p

    def skeleton_tree(self, p: int, bound: frozenset[int], leaves: list[int]) -> Any:
        """The skeleton tree of a position. Its leaves (bound indices and open positions) are appended to ``leaves``."""
        if p < COMPOUND:
            leaves.append(p)
            return "."
        if not (self.inside[p] & bound):
            leaves.append(p)
            return "."
        c = self.compound[p]
        if isinstance(c, Gathered):
            return ("g", c.array, tuple(self.skeleton_tree(x, bound, leaves) for x in c.at))
        held = sorted((k, i) for i, k in c.terms if i in bound)
        rest = self.arithmetic(c.const, c.sizes, tuple((i, k) for i, k in c.terms if i not in bound))
        leaves.extend(i for _, i in held)
        is_open = self.literal_value(rest) != 0
        if is_open:
            leaves.append(rest)
        return ("a", tuple(k for k, _ in held), is_open)

    def skeleton_of(self, p: int, bound: frozenset[int]) -> tuple[int, list[int]]:
        leaves: list[int] = []
        return self.interner.skeleton(self.skeleton_tree(p, bound, leaves)).id, leaves

    def from_skeleton(self, number: int, leaves: list[int]) -> int:
        """The position with this skeleton and these leaves."""
        rest = iter(leaves)

        def build(tree: Any) -> int:
            if tree == ".":
                return next(rest)
            if tree[0] == "g":
                return self.gathered(tree[1], tuple([build(child) for child in tree[2]]))
            total = self.literal(0)
            for coefficient in tree[1]:
                total = self.plus(total, next(rest), coefficient)
            return self.plus(total, next(rest)) if tree[2] else total

        return build(self.interner.skeletons[number].tree)
