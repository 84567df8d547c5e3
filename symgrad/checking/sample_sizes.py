"""Sizes for random evaluation: how large they must be for a trustworthy result, and which are used.

An identity between polynomials in tensor entries holds for all sizes if it holds with every range as
long as the number of its indices in any expanded term. If a size is itself a coefficient (``sum_i 1``),
the identity must hold at one more size than its degree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from math import prod

from symgrad.checking.degree_bound import DegreeCounter
from symgrad.checking.degree_profile import Slot, arithmetic, most, plus
from symgrad.core import nodes as n
from symgrad.core.claims import Claim
from symgrad.core.ranges import Affine, Gather, Index, Range, Subset

PLAIN, FORKED, DECIDING = 8, 40, 240
"""Numbers of samples: usual, for claims that depend on coincident positions, and for claims that branch by values."""
ONE_SIZE, SOME_SIZES = 14, 9
"""The most sizes that are tried because of degrees, of one name and of several."""
EXACT, USUAL = 24, 5
"""The largest sizes chosen because of the count: if it makes the evaluation exact, and if it only helps."""


@dataclass(frozen=True, slots=True)
class SizeRequirement:
    """What a claim requires of its sizes.

    count: indices per range in a term; degree: of each size as a coefficient; polynomial: True if
    these make a random evaluation exact; forks: see ``DegreeProfile``.
    """

    count: Mapping[Range, int]
    degree: Mapping[Range, int]
    ranges: tuple[Range, ...]
    slots: frozenset[Slot]
    polynomial: bool
    forks: int


MANY = 24
"""With so many definitions, what a derivative is taken by is left out of account where no bound is exact anyway."""


def need(claim: Claim, counter: DegreeCounter) -> SizeRequirement:
    """The counts of both sides over a common denominator."""
    left, right = counter.profile(claim.left), counter.profile(claim.right)
    if left.polynomial or right.polynomial or len((n.reach(claim.left) | n.reach(claim.right)).definitions) < MANY:
        counter = counter.of(claim)
        left, right = counter.profile(claim.left), counter.profile(claim.right)
    slots = left.slots | right.slots
    count = most(plus(left.top, right.low), plus(right.top, left.low))
    open_: dict[Range, int] = {}
    for r, e in slots:
        if r is not None and not arithmetic(e):
            open_[r] = open_.get(r, 0) + 1
    degree = (plus if left.low or right.low else most)(left.degree, right.degree)
    ranges = left.ranges | right.ranges | {i.range for i in claim.free if i.range is not None}
    free = all(a.kind == "condition" for a in claim.assumptions)
    return SizeRequirement(
        plus(count, open_),
        degree,
        tuple(sorted(ranges, key=_order)),
        slots,
        left.polynomial and right.polynomial and free,
        max(left.forks, right.forks, int(_letters(slots))),
    )


def _letters(slots: frozenset[Slot]) -> bool:
    """True if two fixed letters of one range may coincide."""
    fixed = {e for _, e in slots if isinstance(e, Index) and e.kind == "fixed"}
    return len({i.range for i in fixed}) < len(fixed)


def _order(r: Range) -> tuple[int, str, str]:
    return (len(r.hi.terms), str(r.hi), str(r.lo))


def samples(asked: SizeRequirement, sizes: Mapping[str, int]) -> int:
    """The number of samples: more if branches may hide a difference, fewer if each sample has many positions
    that branch independently."""
    if asked.forks < 2:
        return FORKED if asked.forks else PLAIN
    positions = prod(max(1, length(r, sizes)) for r in asked.ranges)
    return max(FORKED, min(DECIDING, 2400 // positions))


def bound(claim: Claim, asked: SizeRequirement | None = None) -> dict[str, int] | None:
    """The sizes from which a random evaluation of the claim is exact; None if there is no such bound."""
    asked = asked or need(claim, DegreeCounter())
    if not asked.polynomial:
        return None
    found: dict[str, int] = {}
    for r in asked.ranges:
        _raise(found, r, asked.count.get(r, 0))
    return found


@lru_cache(maxsize=4096)
def _length(r: Range) -> tuple[tuple[tuple[str, int], ...], int]:
    """The number of positions: size names with coefficients, and a constant."""
    size = r.size
    return tuple((name, c) for name, c in size.terms if isinstance(name, str)), size.const


def length(r: Range, sizes: Mapping[str, int]) -> int:
    terms, const = _length(r)
    return const + sum(c * sizes[name] for name, c in terms)


def _raise(sizes: dict[str, int], r: Range, wanted: int) -> None:
    """Raise the first size with a positive coefficient until the range has the wanted length."""
    terms, _ = _length(r)
    for name, _ in terms:
        sizes.setdefault(name, 1)
    short = wanted - length(r, sizes)
    if short > 0:
        for name, c in terms:
            if c > 0:
                sizes[name] += -(-short // c)
                return


class SampleSizes:
    """The sizes of one document: each name keeps its size, which is raised only for claims that need more."""

    def __init__(self) -> None:
        self.given: dict[str, int] = {}
        """The size of each name so far."""
        self._usual = (5, 3, 4, 6, 7, 8)

    def _default(self, name: str, wide: bool) -> int:
        if name not in self.given:
            taken = set(self.given.values())
            usual = (2, 3, 4) if wide else self._usual
            self.given[name] = next((k for k in usual if k not in taken), 4 + len(taken) % 5)
        return self.given[name]

    def choose(self, claim: Claim, asked: SizeRequirement) -> dict[str, int]:
        """Sizes as large as needed (within limits), with no empty range and different lengths for different ranges."""
        ranges = [*asked.ranges, *_assumed(claim)]
        names = {name for r in ranges for name, _ in _length(r)[0]}
        wide = {name for r in ranges for name, c in _length(r)[0] if c > 1}
        sizes = {name: self._default(name, name in wide) for name in sorted(names)}
        for r, wanted in self._lengths(claim, asked, sizes):
            _raise(sizes, r, wanted)
        literal = {_length(r)[1] for r in ranges if not _length(r)[0]}
        seen: dict[int, object] = {}
        for r in dict.fromkeys(ranges):
            _raise(sizes, r, 1)
            name = next((s for s, c in _length(r)[0] if c > 0), None)
            while name is not None and sizes[name] <= EXACT:
                now = length(r, sizes)
                if now not in literal and seen.get(now, _length(r)) == _length(r):
                    break
                sizes[name] += 1
            seen[length(r, sizes)] = _length(r)
        for r, wanted in self._lengths(claim, asked, sizes):  # of windows, say, that have grown
            _raise(sizes, r, wanted)
        return sizes

    def _lengths(self, claim: Claim, asked: SizeRequirement, sizes: Mapping[str, int]) -> Iterable[tuple[Range, int]]:
        """Required lengths of ranges: for the count, literal positions, arithmetic and distinct positions."""
        for r in asked.ranges:
            yield r, min(asked.count.get(r, 0), EXACT if asked.polynomial else USUAL)
        for slot, e in sorted(asked.slots, key=repr):
            if slot is None or not isinstance(e, Affine):
                continue
            if not e.terms:
                yield slot, e.const - slot.lo.value({**dict.fromkeys(slot.lo.sizes(), 1), **sizes}) + 1
                continue
            others = [(i.range, c) for i, c in e.terms if isinstance(i, Index) and i.range not in (None, slot)]
            span = sum(abs(c) * max(0, length(r, sizes) - 1) for r, c in others if r is not None)
            yield slot, span + 4
        for a in claim.assumptions:
            c = a.cond
            if c is not None and c.op in ("eq", "in") and c.negated and isinstance(c.left, Gather):
                lengths = (length(r, sizes) for r in c.left.array.ranges)
                yield c.left.array.target, prod(lengths) + 2

    def more(self, sizes: Mapping[str, int], asked: SizeRequirement) -> list[dict[str, int]] | None:
        """The other sizes that the degrees require; None if there are too many."""
        steps = [(_length(r)[0][0][0], d) for r, d in asked.degree.items() if d and _length(r)[0]]
        merged: dict[str, int] = {}
        for name, d in steps:
            merged[name] = merged.get(name, 0) + d
        total = 1
        for d in merged.values():
            total *= d + 1
        if total > (ONE_SIZE if len(merged) == 1 else SOME_SIZES):
            return None
        names = sorted(merged)
        grid = product(*(range(merged[name] + 1) for name in names))
        return [{**sizes, **{m: sizes[m] + k for m, k in zip(names, step, strict=True)}} for step in grid if any(step)]


def _assumed(claim: Claim) -> list[Range]:
    """The ranges that assumptions mention."""
    found: dict[Range, None] = {}
    for a in claim.assumptions:
        for side in (a.left, a.right):
            for e in () if side is None else n.walk(side):
                if isinstance(e, n.Entry):
                    found.update(dict.fromkeys(e.tensor.ranges))
        for i in a.params:
            if i.range is not None:
                found[i.range] = None
        for c in (*(() if a.cond is None else (a.cond,)), *a.unless):
            for p in n.cond_parts(c)[0]:
                if isinstance(p, Gather):
                    found.update(dict.fromkeys((*p.array.ranges, p.array.target)))
                elif isinstance(p, Index) and p.range is not None:
                    found[p.range] = None
            if isinstance(c.right, Subset):
                found[c.right.range] = None
    return list(found)


def corners(sizes: Mapping[str, int], ranges: Iterable[Range], slots: Iterable[Slot] = ()) -> list[dict[str, int]]:
    """Sizes with one name set to 1 or 2, an odd and an even one, or as small as an entry ``x_5`` allows, and with all
    set to 1 or 2, if no range becomes empty."""
    names, ranges = sorted(sizes), tuple(ranges)
    tried = [{**sizes, name: k} for k in (1, 2) for name in names]
    tried += [dict.fromkeys(names, k) for k in (1, 2)] if len(names) > 1 else []
    for slot, e in sorted(slots, key=repr):
        if slot is not None and isinstance(e, Affine) and not e.terms:
            for name in slot.hi.sizes():
                fits = (k for k in range(3, sizes.get(name, 0)) if slot.hi.value({**sizes, name: k}) >= e.const)
                tried += [{**sizes, name: k} for k in islice(fits, 1)]
    kept = {tuple(s.items()): s for s in tried if s != dict(sizes) and all(length(r, s) >= 1 for r in ranges)}
    return list(kept.values())
