"""Clearing inverses: what is zero after it was multiplied by an invertible matrix was zero before.

A difference ``D_l``, for all positions of a free index ``l``, is zero if ``sum_l D_l M_{l l'}`` is, for an invertible
``M``. Such an ``M`` is taken from an inverse that ``D`` ends in: the products ``V M`` then cancel.
"""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.proving.attempt import Attempt, Mono, Part, Poly
from symgrad.proving.common_factors import common_denominator
from symgrad.proving.matrix_parts import Matrix, at, opened_inverse
from symgrad.proving.poly import is_natural, mul, open_template, replace_throughout
from symgrad.proving.sum_laws import sum_over

MAX_CLEARED = 12
"""The most differences whose inverses are cleared."""
MAX_TERMS = 60
Candidate = tuple[int, int, bool]
"""The head of an inverse, the free index that it ends in, and whether that is its row."""


def is_zero_after_clearing(ctx: Attempt, p: Poly) -> bool:
    """True if the difference is known to be zero after inverses were cleared, the most promising ones first."""
    waiting = [(_weight(ctx, p), p)]
    seen = {frozenset(p.items())}
    for _ in range(MAX_CLEARED):
        if not waiting:
            return False
        _, current = waiting.pop(0)
        for matrix, index, is_row in _candidates(ctx, current):
            cleared = _multiplied(ctx, current, matrix, index, is_row)
            _, cleared = common_denominator(ctx, cleared)
            if not cleared:
                ctx.note("inverses cleared")
                return True
            key = frozenset(cleared.items())
            if key not in seen and len(cleared) <= MAX_TERMS:
                seen.add(key)
                waiting.append((_weight(ctx, cleared), cleared))
        waiting.sort(key=lambda w: w[0])
    return False


def _candidates(ctx: Attempt, p: Poly) -> Iterator[tuple[Matrix, int, bool]]:
    """The matrices whose inverses end in a free index, each with the index and whether it is the row of the inverse."""
    seen: set[Candidate] = set()
    for mono in p:
        for part in _inside(ctx, mono):
            if ctx.heads[part[0]].kind != "inverse" or not ctx.free.intersection(part[1]):
                continue
            matrix, k, l = opened_inverse(ctx, part)  # noqa: E741
            for index, is_row in ((k, True), (l, False)):
                if index not in ctx.free or k == l or (part[0], index, is_row) in seen:
                    continue
                open_ = {s for s in part[1] if s != k and s != l}
                if all(not ctx.positions.mentions(s, index) for s in open_):
                    seen.add((part[0], index, is_row))
                    yield matrix, index, is_row


def _inside(ctx: Attempt, mono: Mono) -> Iterator[Part]:
    """The factors of a product, and those of its sums."""
    for x in mono:
        if ctx.heads[x[0]].kind == "sum" and is_natural(x[2]):
            for inner in open_template(ctx, ctx.heads[x[0]], x[1])[1][0]:
                yield from _inside(ctx, inner)
        else:
            yield x


def _weight(ctx: Attempt, p: Poly) -> tuple[int, int, int]:
    """How complicated a difference is: by its different inverses, then by all of them, then by its terms."""
    parts = [x[0] for mono in p for x in _inside(ctx, mono) if ctx.heads[x[0]].kind == "inverse"]
    return sum(_depth(ctx, h) for h in set(parts)), len(parts), len(p)


def _depth(ctx: Attempt, hid: int) -> int:
    """1 for an inverse, 2 for one of a matrix with an inverse in it."""
    inner = {f[0] for _, factors in ctx.heads[hid].terms for f in factors}
    return (ctx.heads[hid].kind == "inverse") + max((_depth(ctx, h) for h in inner), default=0)


def _multiplied(ctx: Attempt, p: Poly, matrix: Matrix, index: int, is_row: bool) -> Poly:
    """``sum_l D_l M_{l l'}``, or ``sum_l M_{l' l} D_l`` for a row; ``l'`` takes the place of ``l``."""
    range_ = ctx.positions.ranges.get(index)
    inner = ctx.positions.fresh(range_)
    moved = replace_throughout(ctx, p, index, inner)
    entry = at(ctx, matrix, index, inner) if is_row else at(ctx, matrix, inner, index)
    return sum_over(ctx, mul(ctx, moved, entry), inner)
