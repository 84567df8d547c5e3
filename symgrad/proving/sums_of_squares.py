"""Sums of squares that were multiplied out: ``\\sum_k (\\sum_i L_{ik} x_i)^2 = \\sum_{kij} L_{ik} x_i L_{jk} x_j``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import combinations

from symgrad.proving.attempt import Attempt, Mono, Part
from symgrad.proving.templates import to_template

MAX_BOUND, MAX_KEPT = 8, 3
"""The most indices of a sum that is looked at, and of the sum around its squares."""


def is_sum_of_squares(ctx: Attempt, bound: list[int], mono: Mono, is_nonnegative: Callable[[Part], bool]) -> bool:
    """True if, with some of the bound indices held, the factors fall into groups that are alike in pairs. Single
    factors that are nonnegative may stand beside them."""
    if len(bound) > MAX_BOUND or len(mono) < 2:
        return False
    for count in range(min(MAX_KEPT, len(bound)) + 1):
        for kept in combinations(bound, count):
            ctx.budget.tick()
            inner = frozenset(bound) - frozenset(kept)
            groups = Counter(
                _alike(ctx, parts, own)
                for parts, own in _groups(ctx, mono, inner)
                if len(parts) > 1 or not is_nonnegative(parts[0])
            )
            if all(n % 2 == 0 for n in groups.values()):
                return True
    return False


def _groups(ctx: Attempt, mono: Mono, inner: frozenset[int]) -> list[tuple[Mono, frozenset[int]]]:
    """The factors that hang together by inner indices, with these indices."""
    groups: list[tuple[Mono, frozenset[int]]] = []
    for part in mono:
        parts: Mono = (part,)
        own = frozenset(i for s in part[1] for i in ctx.positions.indices_in(s)) & inner
        rest = []
        for others, theirs in groups:
            if own & theirs:
                parts, own = (*others, *parts), own | theirs
            else:
                rest.append((others, theirs))
        groups = [*rest, (parts, own)]
    return groups


def _alike(ctx: Attempt, parts: Mono, own: frozenset[int]) -> tuple[int, tuple[int, ...]]:
    """The same for two groups that are equal up to the names of their indices."""
    return to_template(ctx, "sum", "", [((0, 1), tuple(sorted(parts)))], tuple(sorted(own)))
