"""Matching facts, which hold for all values of their parameters, against given positions and parts.

A parameter matches a position only if that position is known to lie in the range of the parameter, or if the slot
that it fills has the same range.
"""

from __future__ import annotations

from symgrad.core.ranges import Range
from symgrad.proving.attempt import Attempt, Mono, Part, Pattern, Slots
from symgrad.proving.position_ids import COMPOUND, Arithmetic, Gathered

Binding = dict[int, int]


def unify(ctx: Attempt, pattern: int, p: int, params: frozenset[int], found: Binding, declared: Range | None) -> bool:
    """Match one position, extending ``found``. ``declared`` is the range of the slot that holds the position."""
    positions = ctx.positions
    if pattern in params:
        if pattern in found:
            return found[pattern] == p
        range_ = positions.ranges.get(pattern)
        if range_ is None or not (range_ == declared or positions.lies_in(p, range_)):
            return False
        found[pattern] = p
        return True
    if pattern == p:
        return pattern < COMPOUND or not (positions.inside[pattern] & params)
    if pattern < COMPOUND:
        return False
    shape = positions.compound[pattern]
    if isinstance(shape, Gathered):
        other = positions.compound.get(p)
        if not isinstance(other, Gathered) or other.array != shape.array:
            return False
        ranges = ctx.interner.arrays[shape.array].ranges
        return all(unify(ctx, x, y, params, found, r) for x, y, r in zip(shape.at, other.at, ranges, strict=True))
    return _solve(ctx, shape, p, params, found)


def _solve(ctx: Attempt, shape: Arithmetic, p: int, params: frozenset[int], found: Binding) -> bool:
    """``parameter + rest = p``: the parameter is ``p - rest`` if that is known to lie in its range."""
    positions = ctx.positions
    held = [(i, c) for i, c in shape.terms if i in params and i not in found]
    known = positions.arithmetic(shape.const, shape.sizes, tuple((i, c) for i, c in shape.terms if i not in params))
    for i, c in shape.terms:
        if i in found:
            known = positions.plus(known, found[i], c)
    if not held:
        return known == p
    if len(held) > 1 or held[0][1] != 1 or positions.as_arithmetic(p) is None:
        return False
    value = positions.plus(p, known, -1)
    range_ = positions.ranges.get(held[0][0])
    if range_ is None or not positions.lies_in(value, range_):
        return False
    found[held[0][0]] = value
    return True


def unify_slots(ctx: Attempt, hid: int, pattern: Slots, slots: Slots, params: frozenset[int], found: Binding) -> bool:
    """Match the slots of one head in any order that its symmetry allows."""
    head = ctx.heads[hid]
    ranges: tuple[Range | None, ...] = head.of.ranges if head.kind == "entry" else (None,) * len(slots)
    for g in (tuple(range(len(slots))), *head.group):
        trial = dict(found)
        if all(
            unify(ctx, pattern[k], slots[g[k]], params, trial, ranges[k] if k == g[k] else None)
            for k in range(len(slots))
        ):
            found.clear()
            found.update(trial)
            return True
    return False


def instance(ctx: Attempt, p: int, found: Binding) -> int:
    """A position of a fact with its parameters replaced as the binding says."""
    temporary = {param: ctx.positions.fresh(ctx.positions.ranges.get(param)) for param in found}
    for param, middle in temporary.items():
        p = ctx.positions.replace(p, param, middle)
    for param, middle in temporary.items():
        p = ctx.positions.replace(p, middle, found[param])
    return p


def matches(ctx: Attempt, pattern: Pattern, slots: Slots) -> Binding | None:
    """The binding under which a pattern equals these positions, in this order; None if there is none."""
    found: Binding = {}
    if all(unify(ctx, x, y, pattern.params, found, None) for x, y in zip(pattern.slots, slots, strict=True)):
        return found
    return None


def match_product(
    ctx: Attempt, lead: Mono, mono: Mono, params: frozenset[int], found: Binding
) -> list[tuple[Part, Part]] | None:
    """Match every part of ``lead`` with a part of ``mono`` that has at least its exponent, by backtracking. Returns
    pairs (part of lead, part of mono)."""
    if not lead:
        return []
    first = lead[0]
    for candidate in mono:
        if candidate[0] != first[0] or not (candidate[2] >= first[2] > 0 or candidate[2] <= first[2] < 0):
            continue
        trial = dict(found)
        if not unify_slots(ctx, first[0], first[1], candidate[1], params, trial):
            continue
        rest = tuple(p for p in mono if p is not candidate)
        others = match_product(ctx, lead[1:], rest, params, trial)
        if others is not None:
            found.update(trial)
            return [(first, candidate), *others]
    return None
