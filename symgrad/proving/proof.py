"""Proofs: a claim is proved when both of its sides have the same normal form.

All strategies are tried without assumptions first, then with all assumptions; finally, assumptions that are not
needed are dropped. A definition is expanded only if no proof is found without doing so. That no proof is found says
nothing about the claim.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from operator import attrgetter

from symgrad.core.claims import Assumption, Claim
from symgrad.core.nodes import Definition, Expr, Iverson, Ref, Size, distinct, free_indices, walk
from symgrad.core.ranges import Affine, Index, IndexExpr
from symgrad.core.substitute import substitute
from symgrad.core.time_limit import TIME
from symgrad.proving.attempt import Attempt, Poly
from symgrad.proving.definedness import ImpliedByDefinedness, implied_by_definedness, learn_in_range, learn_positive
from symgrad.proving.expansion_size import ExpansionSize, expansion_size
from symgrad.proving.express import part_as_expr, to_expr
from symgrad.proving.facts import learn
from symgrad.proving.head_rules import RULES
from symgrad.proving.interner import Interner
from symgrad.proving.limits import NormalFormError
from symgrad.proving.normal_form import bodies_first, normal_form, parts_first
from symgrad.proving.poly import minus
from symgrad.proving.size_polynomials import numbered_positions
from symgrad.proving.undefined_points import is_zero_where_defined, undefined_points
from symgrad.proving.zero import is_zero

SECONDS, SHOWING_SECONDS = 6.0, 0.25
"""Processor time of a proof, and of the difference of two sides, where the counted steps do not end them before."""
EXPANDING_SECONDS = 4.0
"""Processor time for multiplying out what was compared as products in vain."""
MAX_SHOWN, MAX_NODES = 24, 250
"""The most terms, and the most nodes in all, of a difference that is still worth reading."""
MAX_POSITIONS = 4
LONG, DEEP = 300, 8
"""Sides with more terms than this if they are multiplied out, or with definitions that nest deeper, are first compared
as products."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Why both sides are equal: the assumptions needed, as the author wrote them; further conditions, as pairs of
    ``nonzero``, ``positive``, ``nonempty`` or ``zero`` and an expression; and the rules used."""

    assumptions: tuple[str, ...] = ()
    conditions: tuple[tuple[str, Expr], ...] = ()
    trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Strategy:
    """How a proof is attempted: whether definitions are kept closed, and what is used of the facts that the claim
    implies by being defined."""

    keep_definitions: bool
    implied: ImpliedByDefinedness
    factored: bool = False
    """True if products of sums are compared as products and not multiplied out."""
    deep: bool = False
    """True if definitions nest deeply, so that their bodies are brought to normal form from the inside."""
    undefined: tuple[Expr, ...] = ()
    """Products of indicators that are 0 wherever both sides are defined."""


class Prover:
    """Proves the claims of one document, and simplifies the difference of the sides of others.

    The derivatives in a claim must have been carried out. ``written`` is the claim before that: what is implied by
    its being defined is used as well.
    """

    def __init__(self) -> None:
        self.interner = Interner()
        self.interrupted = False
        """Set where an attempt at a proof ends because its time is used up."""

    def prove(
        self,
        claim: Claim,
        written: Claim | None = None,
        seconds: float = SECONDS,
        expanding: float = EXPANDING_SECONDS,
    ) -> Proof | None:
        """A proof of the claim, or None if the normal form finds none."""
        deadline = time.thread_time() + min(seconds, TIME.left() / 2)
        self.interner.make_room()
        written = written or claim
        try:
            strategies = _strategies(claim, written)
            undefined = undefined_points(written.left, written.right)
        except (NormalFormError, RecursionError, ValueError, TypeError):
            return None
        given = _from_fewer(claim.assumptions)
        apart = [replace(strategies[-1], undefined=undefined)] if undefined else []
        for assumptions, tried in (*((a, strategies) for a in given), *((a, apart) for a in given)):
            for k, strategy in enumerate(tried):
                if k and tried[k - 1].factored and not strategy.factored:
                    deadline = min(deadline, time.thread_time() + expanding)
                proof = self._attempted(claim, strategy, assumptions, deadline)
                if proof is not None:
                    return self._with_fewest_assumptions(claim, strategy, assumptions, proof, deadline)
        proof = self._position_by_position(claim, deadline)
        self.interrupted |= proof is None and time.thread_time() > deadline
        return proof

    def difference(self, claim: Claim, written: Claim | None = None, seconds: float = SHOWING_SECONDS) -> Expr | None:
        """The left side minus the right, simplified; None if the form cannot say it briefly."""
        self.interner.make_room()
        deadline = time.thread_time() + seconds
        shortest: tuple[int, Expr] | None = None
        try:
            for strategy in _strategies(claim, written or claim):
                if strategy.factored:
                    continue
                attempt = self._attempt(strategy, deadline)
                plain = tuple(a for a in claim.assumptions if a.factor is None)
                poly = _difference(attempt, claim, strategy, plain)
                if 0 < len(poly) <= MAX_SHOWN and (shortest is None or len(poly) < shortest[0]):
                    shortest = (len(poly), to_expr(attempt, poly))
        except (NormalFormError, RecursionError, ValueError, TypeError):
            pass
        return shortest[1] if shortest and sum(1 for _ in walk(shortest[1])) <= MAX_NODES else None

    def _attempt(self, strategy: Strategy, deadline: float) -> Attempt:
        attempt = Attempt(self.interner, RULES, deadline - time.thread_time(), strategy.keep_definitions)
        attempt.factored = strategy.factored
        return attempt

    def _attempted(
        self, claim: Claim, strategy: Strategy, assumptions: tuple[Assumption, ...], deadline: float
    ) -> Proof | None:
        """The proof by one strategy from these assumptions, or None."""
        attempt = self._attempt(strategy, deadline)
        points: tuple[Expr, ...] = ()
        try:
            attempt.shares_bodies = strategy.factored and not assumptions
            difference = _difference(attempt, claim, strategy, assumptions)
            found = _is_zero(attempt, difference)
            if not found and attempt.met_numbered_range:
                attempt = self._attempt(strategy, deadline)
                attempt.write_out_sums = True
                difference = _difference(attempt, claim, strategy, assumptions)
                found = is_zero(attempt, difference)
            if not found and strategy.undefined and not strategy.factored:
                points = is_zero_where_defined(attempt, difference, strategy.undefined) or ()
                found = bool(points)
        except (NormalFormError, RecursionError, ValueError):
            return None
        if not found:
            return None
        conditions: list[tuple[str, Expr]] = [("positive", entry) for entry, _ in strategy.implied.positive_entries]
        conditions += [("nonempty", Size(self.interner.ranges[r].size)) for r in attempt.nonempty]
        conditions += [("nonzero", part_as_expr(attempt, *x)) for x in attempt.nonzero]
        conditions += [("zero", point) for point in points]
        return Proof(tuple(dict.fromkeys(a.latex for a in assumptions)), tuple(conditions), tuple(attempt.trace))

    def _with_fewest_assumptions(
        self, claim: Claim, strategy: Strategy, assumptions: tuple[Assumption, ...], proof: Proof, deadline: float
    ) -> Proof:
        """The proof after dropping every assumption that is not needed."""
        kept = list(assumptions)
        for a in assumptions:
            fewer = tuple(b for b in kept if b is not a)
            # the proof without any assumption was tried before
            shorter = self._attempted(claim, strategy, fewer, deadline) if fewer else None
            if shorter is not None:
                proof = shorter
                kept.remove(a)
        return proof

    def _position_by_position(self, claim: Claim, deadline: float) -> Proof | None:
        """A proof for each position of a free index that has only a few numbered positions."""
        for index in claim.free:
            few = numbered_positions(index.range)
            if few is None or len(few) > MAX_POSITIONS:
                continue
            rest = tuple(i for i in claim.free if i is not index)
            proofs = []
            for k in few:
                here: dict[Index, IndexExpr] = {index: Affine.of(k)}
                left, right = substitute(claim.left, here), substitute(claim.right, here)
                at_k = Claim(left, right, rest, claim.assumptions)
                proof = self.prove(at_k, seconds=deadline - time.thread_time())
                if proof is None:
                    return None
                proofs.append(proof)
            return Proof(*(tuple(dict.fromkeys(x for p in proofs for x in part(p))) for part in _PARTS))
        return None


_PARTS = (attrgetter("assumptions"), attrgetter("conditions"), attrgetter("trace"))


def _from_fewer(assumptions: tuple[Assumption, ...]) -> list[tuple[Assumption, ...]]:
    """No assumptions, all but those that take matrices apart, and all."""
    return list(dict.fromkeys(((), tuple(a for a in assumptions if a.factor is None), assumptions)))


def _strategies(claim: Claim, written: Claim) -> list[Strategy]:
    """In the order in which they are tried."""
    implied = implied_by_definedness(written.left, written.right)
    without_logs = ImpliedByDefinedness((), implied.in_range)
    memo: dict[Expr, ExpansionSize] = {}
    sizes = [expansion_size(side, memo) for side in (claim.left, claim.right)]
    deep = max(size.depth for size in sizes) > DEEP
    strategies = [Strategy(False, without_logs, False, deep)]
    named = _definitions_in(claim.left)
    if named and named == _definitions_in(claim.right):
        strategies.insert(0, Strategy(True, without_logs))
    if deep or max(size.most for size in sizes) > LONG:
        strategies = [*(replace(s, factored=True) for s in strategies), *strategies]
    if implied.positive_entries:
        strategies.append(Strategy(False, implied, False, deep))
    return strategies


def _is_zero(attempt: Attempt, difference: Poly) -> bool:
    """True if the difference is known to be 0."""
    if not attempt.factored:
        return is_zero(attempt, difference)
    if not difference:
        attempt.note("equal factors")
    return not difference


def _definitions_in(side: Expr) -> set[Definition]:
    """The definitions that a side refers to by name."""
    return {n.definition for n in distinct(side) if isinstance(n, Ref)}


def _difference(attempt: Attempt, claim: Claim, strategy: Strategy, assumptions: tuple[Assumption, ...]) -> Poly:
    """The normal form of the left side minus the right, with the assumptions in force."""
    for index in claim.free:
        if index.range is not None:
            attempt.positions.not_empty(index.range)
    restricted = {i for a in assumptions if a.cond is not None for i in free_indices(Iverson(a.cond))}
    attempt.free = frozenset(
        i.serial
        for i in claim.free
        if i.kind != "fixed" and i not in restricted and attempt.positions.of(i) == i.serial
    )
    for position, range_ in strategy.implied.in_range:
        learn_in_range(attempt, position, range_)
    learn(attempt, assumptions)
    for entry, params in strategy.implied.positive_entries:
        learn_positive(attempt, entry, params)
    if strategy.deep and not strategy.keep_definitions:
        for side in (claim.left, claim.right):
            bodies_first(attempt, side)
            parts_first(attempt, side)
    return minus(normal_form(attempt, claim.left), normal_form(attempt, claim.right))
