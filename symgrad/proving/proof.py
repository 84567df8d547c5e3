"""Proofs: both sides of a claim have one normal form.

Tried without assumptions first, then with all of them, and then each one that is not needed is
dropped. Definitions stay closed as long as that is enough. No proof says nothing about a claim.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from operator import attrgetter

from symgrad.calculus.differentiate import resolve
from symgrad.core.claims import Assumption, Claim
from symgrad.core.nodes import Definition, Expr, Ref, Size, distinct, walk
from symgrad.core.ranges import Affine, Index, IndexExpr
from symgrad.core.substitute import substitute
from symgrad.proving.attempt import Attempt, Poly
from symgrad.proving.definedness import ImpliedByDefinedness, assume_placed, assume_positive, standing
from symgrad.proving.express import to_expr
from symgrad.proving.facts import assume
from symgrad.proving.head_rules import RULES
from symgrad.proving.heads import RANGES
from symgrad.proving.limits import NormalFormError
from symgrad.proving.memory import make_room
from symgrad.proving.normal_form import normal_form
from symgrad.proving.poly import minus
from symgrad.proving.size_polynomials import numbered
from symgrad.proving.zero import is_zero

SECONDS = 1.0
MAX_SHOWN, MAX_NODES = 24, 250
"""The terms, and the nodes in all, of a difference that is still worth reading."""
MAX_POSITIONS = 4


@dataclass(frozen=True, slots=True)
class Proof:
    """Why both sides are equal: the assumptions needed, as the author wrote them; what must be
    ('nonzero' | 'positive' | 'nonempty', expression) besides what the sides say; the rules used."""

    assumptions: tuple[str, ...] = ()
    conditions: tuple[tuple[str, Expr], ...] = ()
    trace: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Question:
    """One way of trying: definitions kept closed or not, logs taken as a sign of positive entries or not."""

    left: Expr
    right: Expr
    free: tuple[Index, ...]
    keep: bool
    known: ImpliedByDefinedness


def prove(claim: Claim, seconds: float = SECONDS) -> Proof | None:
    """A proof of the claim, or None if the normal form finds none."""
    deadline = time.process_time() + seconds
    make_room()
    try:
        questions = _questions(claim)
    except (NormalFormError, RecursionError, ValueError, TypeError):
        return None
    for assumptions in ((), claim.assumptions) if claim.assumptions else ((),):
        for question in questions:
            proof = _attempt(question, assumptions, deadline)
            if proof is not None:
                return _least(question, assumptions, proof, deadline)
    return _position_by_position(claim, deadline)


def _position_by_position(claim: Claim, deadline: float) -> Proof | None:
    """A claim about a free index that takes a few numbered positions, proved at each of them."""
    for index in claim.free:
        few = numbered(index.range)
        if few is None or len(few) > MAX_POSITIONS:
            continue
        rest = tuple(i for i in claim.free if i is not index)
        proofs = []
        for k in few:
            here: dict[Index, IndexExpr] = {index: Affine.of(k)}
            left, right = substitute(resolve(claim.left), here), substitute(resolve(claim.right), here)
            proof = prove(Claim(left, right, rest, claim.assumptions), deadline - time.process_time())
            if proof is None:
                return None
            proofs.append(proof)
        return Proof(*(tuple(dict.fromkeys(x for p in proofs for x in part(p))) for part in _PARTS))
    return None


_PARTS = (attrgetter("assumptions"), attrgetter("conditions"), attrgetter("trace"))


def difference(claim: Claim, seconds: float = SECONDS / 6) -> Expr | None:
    """The left side less the right, simplified; None if the form cannot say it briefly."""
    make_room()
    deadline = time.process_time() + seconds
    shortest: tuple[int, Expr] | None = None
    try:
        for question in _questions(claim):
            ctx = Attempt(RULES, deadline - time.process_time(), question.keep)
            poly = _difference(ctx, question, claim.assumptions)
            if 0 < len(poly) <= MAX_SHOWN and (shortest is None or len(poly) < shortest[0]):
                shortest = (len(poly), to_expr(ctx, poly))
    except (NormalFormError, RecursionError, ValueError, TypeError):
        pass
    return shortest[1] if shortest and sum(1 for _ in walk(shortest[1])) <= MAX_NODES else None


def _questions(claim: Claim) -> list[_Question]:
    left, right = resolve(claim.left), resolve(claim.right)
    known = standing(claim.left, claim.right)
    placed = ImpliedByDefinedness((), known.placed)
    questions = []
    named = _quantities(left)
    if named and named == _quantities(right):
        questions.append(_Question(left, right, claim.free, True, placed))
    questions.append(_Question(left, right, claim.free, False, placed))
    if known.logged:
        questions.append(_Question(left, right, claim.free, False, known))
    return questions


def _quantities(side: Expr) -> set[Definition]:
    """The defined quantities that a side speaks of by name."""
    return {n.definition for n in distinct(side) if isinstance(n, Ref)}


def _difference(ctx: Attempt, question: _Question, assumptions: tuple[Assumption, ...]) -> Poly:
    for index in question.free:
        if index.range is not None:
            ctx.positions.not_empty(index.range)
    for position, range_ in question.known.placed:
        assume_placed(ctx, position, range_)
    assume(ctx, tuple(_resolved(a) for a in assumptions))
    for entry, params in question.known.logged:
        assume_positive(ctx, entry, params)
    return minus(normal_form(ctx, question.left), normal_form(ctx, question.right))


def _resolved(a: Assumption) -> Assumption:
    if a.left is None or a.right is None:
        return a
    return Assumption(a.kind, a.latex, resolve(a.left), resolve(a.right), a.cond, a.params, a.unless, a.suggested)


def _attempt(question: _Question, assumptions: tuple[Assumption, ...], deadline: float) -> Proof | None:
    ctx = Attempt(RULES, deadline - time.process_time(), question.keep)
    try:
        found = is_zero(ctx, _difference(ctx, question, assumptions))
        if not found and ctx.counted:
            ctx = Attempt(RULES, deadline - time.process_time(), question.keep)
            ctx.unroll = True
            found = is_zero(ctx, _difference(ctx, question, assumptions))
    except (NormalFormError, RecursionError, ValueError):
        return None
    if not found:
        return None
    conditions: list[tuple[str, Expr]] = [("positive", entry) for entry, _ in question.known.logged]
    conditions += [("nonempty", Size(RANGES[r].size)) for r in ctx.nonempty]
    return Proof(tuple(dict.fromkeys(a.latex for a in assumptions)), tuple(conditions), tuple(ctx.trace))


def _least(question: _Question, assumptions: tuple[Assumption, ...], proof: Proof, deadline: float) -> Proof:
    """The proof with every assumption dropped that is not needed."""
    kept = list(assumptions)
    for a in assumptions:
        fewer = tuple(b for b in kept if b is not a)
        # without any it was tried before
        shorter = _attempt(question, fewer, deadline) if fewer else None
        if shorter is not None:
            proof = shorter
            kept.remove(a)
    return proof
