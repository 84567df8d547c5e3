"""Smaller witnesses: the smallest sizes and simplest numbers at which the sides still differ.

All candidates of a round are samples of one environment, so that a round costs one evaluation.
They satisfy the assumptions and domains, and none is at a pole or a kink.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.checking import assumption_holds
from symgrad.checking.draw import Mode, draw, mode_of
from symgrad.checking.sample_sizes import length, need
from symgrad.checking.sides import Session, SideComparison, compare
from symgrad.core.claims import Claim
from symgrad.core.ranges import Index
from symgrad.evaluating.budget import EvaluationTooLarge
from symgrad.evaluating.environment import Environment
from symgrad.evaluating.evaluator import Evaluator

CANDIDATES = 24
ROUNDS, CHANGES, BLOCKS = 6, 80, 16
VISIBLE = 1e-4
"""The smallest difference of a witness, relative to the largest term."""

Change = Callable[[Environment, int], None]


def shrunk(
    claim: Claim, session: Session, found: SideComparison, b: int
) -> Iterator[tuple[Evaluator, int, dict[Index, int]]]:
    """Points at which the claim fails, simplest first; not yet certified."""
    small = _smallest(claim, session, found)
    if small is not None:
        found, b = small, _simplest(claim, small)
    simple, k = _simplified(claim, found, b)
    yield simple.evaluator, k, _first(simple, k)
    yield found.evaluator, b, _first(found, b)


def _visible(c: SideComparison) -> NDArray[np.bool_]:
    return c.differs & (c.ratio > VISIBLE)


def _first(c: SideComparison, b: int) -> dict[Index, int]:
    """The lowest positions at which a sample fails."""
    seen = _visible(c)[b] if _visible(c)[b].any() else c.differs[b]
    return c.at([int(k) for k in np.unravel_index(int(np.argmax(seen)), seen.shape)])


# --- sizes ----------------------------------------------------------------------------------------


def _smallest(claim: Claim, session: Session, found: SideComparison) -> SideComparison | None:
    """A failing comparison at sizes none of which can be lowered by itself; None if the claim fails at no
    simple numbers even at the present sizes."""
    sizes = dict(found.evaluator.env.sizes)
    ranges = need(claim, session.degrees).ranges
    best: SideComparison | None = None

    def attempt(smaller: Mapping[str, int]) -> bool:
        nonlocal sizes, best
        if any(length(r, smaller) < 1 for r in ranges):
            return False
        got = _fails_at(claim, session, found, smaller)
        if got is not None:
            sizes, best = dict(smaller), got
        return got is not None

    for level in (1, 2):
        if attempt({name: min(k, level) for name, k in sizes.items()}):
            break
    for name in sorted(sizes):
        if not any(attempt({**sizes, name: k}) for k in range(1, min(sizes[name], 4))):
            while sizes[name] > 4 and attempt({**sizes, name: sizes[name] - 1}):
                pass
    if best is None:
        attempt(sizes)
    return best


def _fails_at(claim: Claim, session: Session, found: SideComparison, sizes: Mapping[str, int]) -> SideComparison | None:
    env = found.evaluator.env
    usual = mode_of(env)
    modes: tuple[Mode, ...] = (usual,) if usual == "simplex" else ("simple", usual)
    for mode in modes:
        with np.errstate(all="ignore"):
            drawn = draw(sizes, claim.assumptions, session.seed + 1, mode, CANDIDATES, env.strict)
        if drawn is None:
            continue
        try:
            got = compare(claim, Evaluator(drawn))
        except EvaluationTooLarge:
            return None
        if _visible(got).any():
            return got
    return None


# --- numbers --------------------------------------------------------------------------------------


def _cost(v: NDArray[Any]) -> NDArray[np.float64]:
    """The reading cost of each number: 0 is cheapest, then 1, -1, integers, halves."""
    size = np.abs(v)
    whole = size == np.floor(size)
    return np.asarray(
        np.where(v == 0, 0, np.where(v == 1, 1, np.where(whole, 1.5 + size / 10, 3 + (size * 2 != np.floor(size * 2)))))
    )


def _costs(env: Environment) -> NDArray[np.float64]:
    """The cost of every sample: its numbers, plus a little for every position above the first."""
    total = np.zeros(env.batch)
    for v in env.tensors.values():
        total = total + _cost(v).reshape(env.batch, -1).sum(axis=1)
    for a in env.index_arrays.values():
        total = total + 0.1 * a.reshape(env.batch, -1).sum(axis=1)
    for s in env.subsets.values():
        total = total + 0.5 * s.sum(axis=1)
    for p in env.at.values():
        total = total + 0.1 * p
    return total


def _simplest(claim: Claim, c: SideComparison) -> int:
    """The failing sample with the lowest cost."""
    fails = _visible(c).reshape(c.valid.shape[0], -1).any(axis=1)
    return int(np.argmin(np.where(fails, _costs(c.evaluator.env), np.inf)))


def _simplified(claim: Claim, found: SideComparison, b: int) -> tuple[SideComparison, int]:
    """Set entries to 0 or 1, lower positions and drop members while the claim still fails."""
    together: list[Change] = []
    for _ in range(ROUNDS):
        base = found.evaluator.env.sample(b)
        singles = [[c] for c in islice(_changes(base), CHANGES)]
        groups = [g for g in (together, together[::2], together[1::2]) if len(g) > 1]
        tried = [[], *groups, *singles]
        got = _try(claim, base, tried)
        fails = _visible(got).reshape(len(tried), -1).any(axis=1) & _met(claim, got.evaluator)
        cost = np.where(fails, _costs(got.evaluator.env), np.inf)
        if not fails[0]:
            break
        best = int(np.argmin(cost))
        if cost[best] >= cost[0]:
            break
        together = [
            c[0] for c, ok, less in zip(tried, fails, cost, strict=True) if ok and len(c) == 1 and less < cost[0]
        ]
        found, b = got, best
    return found, b


def _try(claim: Claim, base: Environment, tried: list[list[Change]]) -> SideComparison:
    many = len(tried)
    env = Environment(base.sizes, many, functions=base.functions, strict=base.strict, exact=base.exact)
    env.tensors = {t: np.repeat(v, many, axis=0) for t, v in base.tensors.items()}
    env.index_arrays = {n: np.repeat(v, many, axis=0) for n, v in base.index_arrays.items()}
    env.subsets = {s: np.repeat(v, many, axis=0) for s, v in base.subsets.items()}
    env.at = {i: np.repeat(v, many, axis=0) for i, v in base.at.items()}
    for k, changes in enumerate(tried):
        for change in changes:
            change(env, k)
    return compare(claim, Evaluator(env))


def _met(claim: Claim, ev: Evaluator) -> NDArray[np.bool_]:
    return assumption_holds.met(ev, tuple(a for a in claim.assumptions if not assumption_holds.is_mask(a)))


def _changes(env: Environment) -> Iterator[Change]:
    """All single simplifications of a sample."""

    def put(kind: str, key: Any, where: tuple[Any, ...], new: Any) -> Change:
        def change(target: Environment, k: int) -> None:
            getattr(target, kind)[key][(k, *where)] = new

        return change

    for i, p in env.at.items():
        low = env.number(env.range_of(i).lo)
        for q in range(low, int(p[0])):
            yield put("at", i, (), q)
    for t, v in env.tensors.items():
        used = np.argwhere(v[0] != 0)
        if len(used) > CHANGES:  # of a large array, many entries at once
            for block in np.array_split(used, BLOCKS):
                yield put("tensors", t, tuple(block.T), 0.0)
            continue
        for where in np.ndindex(v.shape[1:]):
            x = v[(0, *where)]
            for new in (0.0, 1.0, float(np.round(x))):
                if _cost(np.array(new)) < _cost(np.array(x)):
                    yield put("tensors", t, where, new)
    for n, a in env.index_arrays.items():
        low = env.number(n.target.lo)
        for where in np.ndindex(a.shape[1:]):
            for q in range(low, min(int(a[(0, *where)]), low + 2)):
                yield put("index_arrays", n, where, q)
    for s, members in env.subsets.items():
        for k in np.flatnonzero(members[0]):
            yield put("subsets", s, (int(k),), False)
