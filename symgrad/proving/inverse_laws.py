"""Cancelling a matrix and its inverse inside of sums.

``M V = I = V M`` for the inverse ``V`` of ``M = lead + rest`` is used as a rule on the factors of a sum:
``lead V = I - rest V``, and the same from the other side. The lead is the longest product in ``M``; it is chosen in
the template, so that the choice does not depend on the names of indices.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from symgrad.proving.attempt import Attempt, Mono, Part, Poly
from symgrad.proving.indicators import delta
from symgrad.proving.interner import Head, Number
from symgrad.proving.matrix_heads import connects, flattened
from symgrad.proving.matrix_parts import Matrix, opened_inverse
from symgrad.proving.poly import (
    ONE,
    accumulate,
    divide,
    mul,
    replace_throughout,
    scale,
)
from symgrad.proving.powers import power

Summand = tuple[tuple[int, ...], Poly]
"""Bound indices, and what is summed over them."""


class LeadingTerm(NamedTuple):
    """The lead of a matrix: its factors, its inner indices, the scalars before it, and the other terms."""

    factors: Mono
    inner: tuple[int, ...]
    scalars: Mono
    number: Number
    others: Poly


class MeetingSide(NamedTuple):
    """One side from which a matrix meets its inverse: the index ``met`` that both share, where it and the other axis
    stand in the matrix, and the position that the inverse keeps."""

    met: int
    axis: int
    other_axis: int
    kept: int


def cancelled(ctx: Attempt, bound: tuple[int, ...], factors: Mono) -> list[Summand] | None:
    """The sums that a sum of products is after one matrix was cancelled with its inverse; None if there is none."""
    if not ctx.met_inverse:
        return None
    inverses = [x for x in factors if ctx.heads[x[0]].kind == "inverse" and x[2] == 1]
    # A^{-1} A first: it leaves nothing behind
    for part in sorted(inverses, key=lambda x: len(ctx.heads[x[0]].terms)):
        if not any(s in bound for s in part[1]):
            continue
        matrix, k, l = opened_inverse(ctx, part)  # noqa: E741
        lead = _lead(ctx, ctx.heads[part[0]], matrix)
        if lead is None:
            continue
        rest = tuple(x for x in factors if x is not part)
        for side in (MeetingSide(k, matrix.column, matrix.row, l), MeetingSide(l, matrix.row, matrix.column, k)):
            if side.met not in bound or k == l:
                continue
            found = _matched(ctx, lead, side, bound, rest)
            if found is not None:
                ctx.note("A A^{-1} = I")
                return _replaced(ctx, lead, side, part, bound, rest, found)
    return None


def _lead(ctx: Attempt, head: Head, matrix: Matrix) -> LeadingTerm | None:
    """The longest term of a matrix that is no multiple of the identity, and no outer product."""
    best: tuple[tuple[int, tuple[int, ...]], LeadingTerm] | None = None
    for mono, c in matrix.entry.items():
        ends = (matrix.row, matrix.column)
        term = flattened(ctx, mono, ends)
        if term is None:
            return None
        factors, inner, scalars = term
        if all(ctx.heads[h].kind == "delta" for h, _, _ in factors) or not connects(ctx, factors, inner, ends):
            continue
        others = {m: k for m, k in matrix.entry.items() if m != mono}
        key = (len(factors), tuple(sorted((h for h, _, _ in factors), reverse=True)))
        if best is None or key > best[0]:
            best = key, LeadingTerm(factors, inner, scalars, c, others)
    return best[1] if best is not None else None


def _matched(
    ctx: Attempt, lead: LeadingTerm, side: MeetingSide, bound: tuple[int, ...], rest: Mono
) -> tuple[dict[int, int], list[Part]] | None:
    """Where the lead stands among the factors, so that its inner indices stand nowhere else."""
    start = {side.axis: side.met}
    for found, used in matches(ctx, lead.factors, {*lead.inner, side.other_axis}, rest, start, []):
        closed = [side.met, *(found[i] for i in lead.inner)]
        if len(set(closed)) < len(closed) or found[side.other_axis] in closed or not set(closed) <= set(bound):
            continue
        left = [x for x in rest if x not in used]
        if not any(ctx.positions.contains(s, i) for x in left for s in x[1] for i in closed):
            return found, used
    return None


def matches(
    ctx: Attempt, pattern: Mono, variables: set[int], rest: Mono, found: dict[int, int], used: list[Part]
) -> Iterator[tuple[dict[int, int], list[Part]]]:
    """All ways to find the factors of a pattern among others, each with its binding."""
    if not pattern:
        yield found, used
        return
    (hid, wanted, e), *later = pattern
    for x in rest:
        if x[0] != hid or x[2] != e or x in used:
            continue
        ctx.budget.tick()
        for order in (tuple(range(len(wanted))), *ctx.heads[hid].group):
            trial = dict(found)
            if all(_unified(w, x[1][order[n]], variables, trial) for n, w in enumerate(wanted)):
                yield from matches(ctx, tuple(later), variables, rest, trial, [*used, x])


def _unified(wanted: int, position: int, variables: set[int], found: dict[int, int]) -> bool:
    if wanted in found:
        return found[wanted] == position
    if wanted in variables:
        found[wanted] = position
        return True
    return wanted == position


def _replaced(
    ctx: Attempt,
    lead: LeadingTerm,
    side: MeetingSide,
    part: Part,
    bound: tuple[int, ...],
    rest: Mono,
    match: tuple[dict[int, int], list[Part]],
) -> list[Summand]:
    """``lead V = I - others V``, divided by the number and the scalars of the lead."""
    found, used = match
    free = found[side.other_axis]
    left = tuple(x for x in rest if x not in used)
    divisor: Poly = power(ctx, {lead.scalars: 1}, -1) if lead.scalars else {ONE: 1}
    outside = scale(mul(ctx, {left: 1}, divisor), divide(1, lead.number))
    inner = {found[i] for i in lead.inner}
    without = tuple(i for i in bound if i not in inner and i != side.met)
    first = mul(ctx, outside, delta(ctx, free, side.kept))
    others = replace_throughout(ctx, lead.others, side.axis, side.met)
    others = replace_throughout(ctx, others, side.other_axis, free)
    second: Poly = {}
    accumulate(second, mul(ctx, outside, mul(ctx, others, {(part,): 1})), -1)
    return [(without, first), ((*without, side.met), second)]
