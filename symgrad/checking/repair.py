"""Repairs of a refuted claim: small changes or assumptions that make it hold.

Each repair is only evaluated, at the points of the refutation and at its corner cases. Those that
hold at all of them are suggested, likeliest first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import combinations, islice

from symgrad.checking.draw import MODES, PLAIN_SAMPLES
from symgrad.checking.edits import MISSING, Latex, side_edits, variants
from symgrad.checking.missing_factors import missing_factors, simple_factors
from symgrad.checking.sample_sizes import SizeRequirement, corners, need, samples
from symgrad.checking.sides import Session, compare, shaken
from symgrad.core import nodes as n
from symgrad.core.claims import Assumption, Claim
from symgrad.core.nodes import distinct
from symgrad.core.ranges import Gather, Index
from symgrad.core.time_limit import TIME, OutOfTime
from symgrad.evaluating.budget import BUDGET, EvaluationTooLarge
from symgrad.evaluating.environment import EvaluationError
from symgrad.evaluating.evaluator import Evaluator

TRIED = 300
"""The maximum number of changes to try."""
MAX_PAIRS = 3
LARGE = 600
"""Claims with more nodes get no repairs."""
WORK, SECONDS = 10e6, 1.0
"""Units of work for all repairs of a step, and their processor time where that work does not end before."""
ENOUGH = 24
"""The maximum number of changes to try once a repair is found."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A sentence for the author, and the repaired claim."""

    say: Callable[[], str]
    claim: Claim


def repairs(
    claim: Claim, latex: Latex, seed: int = 0, session: Session | None = None, limit: int = 3
) -> tuple[str, ...]:
    """The sentences of the likeliest repairs."""
    return tuple(r.say() for r in find_repairs(claim, latex, seed, session, limit))


def find_repairs(
    claim: Claim, latex: Latex, seed: int = 0, session: Session | None = None, limit: int = 3
) -> tuple[Repair, ...]:
    """The likeliest changes and assumptions that make a refuted claim hold."""
    session = session or Session(seed)
    if sum(1 + len(n.parts(node)[1]) for side in (claim.left, claim.right) for node in distinct(side)) > LARGE:
        return ()
    found: list[Repair] = []
    try:
        with BUDGET.of(WORK), TIME.of(SECONDS):
            _seek(claim, latex, session, limit, found)
    except (EvaluationError, EvaluationTooLarge, OutOfTime):
        TIME.check()  # else keep what was found so far
    return tuple(found)


def _seek(claim: Claim, latex: Latex, session: Session, limit: int, found: list[Repair]) -> None:
    asked = need(claim, session.degrees)
    sizes = session.sizes.choose(claim, asked)
    seen: set[Claim] = {claim}
    batch = samples(asked, sizes)
    trials = _Trials(session, asked, batch, cache(shaken))
    for repair in _ordered(claim, latex, session, sizes, batch):
        if repair.claim in seen:
            continue
        seen.add(repair.claim)
        if len(seen) > (ENOUGH if found else TRIED) or len(found) == limit:
            break
        narrower = len(repair.claim.assumptions) > len(claim.assumptions)
        room = session.sizes.choose(repair.claim, asked) if narrower else sizes
        if trials.holds(repair.claim, room) and repair.say() not in {r.say() for r in found}:
            found.append(repair)


def _ordered(claim: Claim, latex: Latex, session: Session, sizes: dict[str, int], batch: int) -> Iterator[Repair]:
    """All changes, likeliest kind first and right side before left; missing factors last."""
    found = n.reach(claim.left) | n.reach(claim.right)
    letters = _fixed_letters(claim)
    scope = tuple(dict.fromkeys((*claim.free, *letters)))
    tensors = found.tensors
    edits: list[tuple[int, int, Repair]] = []
    for e in (*side_edits(claim.right, "right", claim.free, latex), *variants(claim.right, scope, latex, tensors)):
        edits.append((e.rank, 0, Repair(e.say, replace(claim, right=e.result))))
    for e in variants(claim.left, scope, latex, tensors):
        edits.append((e.rank, 1, Repair(e.say, replace(claim, left=e.result))))
    for a in (*_missing(found, letters), *_apart(claim, letters)):
        assumed = replace(claim, assumptions=(*claim.assumptions, a))
        edits.append((MISSING, 0, Repair(partial("assume ${}$".format, a.latex), assumed)))
    edits.sort(key=lambda item: item[:2])
    yield from (repair for _, _, repair in edits)
    ev = next((ev for m in MODES if (ev := session.evaluator(sizes, claim.assumptions, m, batch))), None)
    if ev is not None:
        factors = simple_factors(claim, letters, tensors, found.definitions)
        yield from (Repair(say, changed) for say, changed in missing_factors(claim, ev, factors, latex))


@dataclass(frozen=True, slots=True)
class _Trials:
    """Evaluations of changed claims at the samples and corner cases of the refuted one.

    shaken: the evaluators with noise, whose values all changes share.
    """

    session: Session
    asked: SizeRequirement
    batch: int
    shaken: Callable[[Evaluator], Evaluator]

    def holds(self, claim: Claim, sizes: dict[str, int]) -> bool:
        """True if the sides agree wherever they are defined, and are defined somewhere."""
        try:
            # most changes fail in the first few samples
            few = self.session.evaluator(sizes, claim.assumptions, MODES[0], PLAIN_SAMPLES)
            if few is not None and self._differ(claim, few):
                return False
            for mode in MODES:
                ev = self.session.evaluator(sizes, claim.assumptions, mode, self.batch)
                if ev is None:
                    continue
                main = compare(claim, ev, self.shaken)
                if main.differs.any():
                    return False
                if main.samples:
                    break
            else:
                return False
            for small in corners(sizes, self.asked.ranges):
                ev = self.session.evaluator(small, claim.assumptions, mode, self.batch // 2)
                if ev is not None and self._differ(claim, ev):
                    return False
        except (EvaluationError, EvaluationTooLarge):
            return False
        return True

    def _differ(self, claim: Claim, ev: Evaluator) -> bool:
        return bool(compare(claim, ev, self.shaken).differs.any())


# --- assumptions that may be missing --------------------------------------------------------------


def _fixed_letters(claim: Claim) -> tuple[Index, ...]:
    """The fixed letters of a claim: per side, its own before those of its definitions, each in order of creation."""
    found: dict[Index, None] = {}
    for side in (claim.left, claim.right):
        for x in (side, *(d.body for d in n.reach(side).definitions)):
            found.update((i, None) for i in sorted(n.free_indices(x), key=lambda i: i.serial) if i.kind == "fixed")
    return tuple(found)


def _missing(found: n.Reach, letters: tuple[Index, ...]) -> Iterator[Assumption]:
    """``sum_a y_a = 1``, ``o`` not in ``N``, ``n_k != o``, ``n_k != n_l``, where the shapes allow it."""
    for s in found.subsets:
        for o in letters:
            if o.range == s.range:
                yield _condition(f"{o.letter} \\notin {s.name}", n.Cond("in", o, s, negated=True))
    for array in found.index_arrays:
        k = tuple(Index("klmpq"[j], r) for j, r in enumerate(array.ranges))
        other = tuple(Index(i.letter + "'" if len(k) > 1 else "l", i.range) for i in k)
        here, there = (f"{array.name}_{{{''.join(i.letter for i in ii)}}}" for ii in (k, other))
        for o in letters:
            if o.range == array.target:
                yield _condition(f"{here} \\neq {o.letter}", n.Cond("eq", Gather(array, k), o, negated=True), k)
        apart = n.Cond("eq", Gather(array, k), Gather(array, other), negated=True)
        same = tuple(n.Cond("eq", i, j) for i, j in zip(k, other, strict=True))
        yield _condition(f"{here} \\neq {there}", apart, (*k, *other), same)
    for t in found.tensors:
        if t.ranges and t.domain in ("real", "positive", "nonnegative"):
            lead = tuple(Index("ijklm"[j % 5], r) for j, r in enumerate(t.ranges[:-1]))
            a = Index("a", t.ranges[-1])
            text = f"\\sum_{{a}} {t.name}_{{{''.join(i.letter for i in lead)}a}} = 1"
            total = n.Sum(a, n.Entry(t, (*lead, a)))
            yield Assumption("equation", text, total, n.ONE, None, lead, suggested=True)


def _apart(claim: Claim, letters: tuple[Index, ...]) -> Iterator[Assumption]:
    """``i \\neq j`` for letters of one range. Who writes ``\\delta_{ij}`` has thought of ``i = j``."""
    deltas = [d for side in (claim.left, claim.right) for d in n.walk(side) if isinstance(d, n.Delta)]
    written = {frozenset((d.left, d.right)) for d in deltas}
    pairs = ((a, b) for a, b in combinations(dict.fromkeys((*claim.free, *letters)), 2) if a.range == b.range)
    for a, b in islice((p for p in pairs if frozenset(p) not in written), MAX_PAIRS):
        yield _condition(f"{a.letter} \\neq {b.letter}", n.Cond("eq", a, b, negated=True))


def _condition(text: str, cond: n.Cond, params: tuple[Index, ...] = (), unless: tuple[n.Cond, ...] = ()) -> Assumption:
    return Assumption("condition", text, None, None, cond, params, unless, suggested=True)


__all__ = ["Repair", "find_repairs", "repairs"]
