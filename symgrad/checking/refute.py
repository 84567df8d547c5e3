"""Evaluate a claim in random environments: it is equal, different (with a witness) or nowhere defined.

Independent of the rules of the proof. A difference is found in double precision, relative to the
largest term, and counts only if it is certified with many digits at one point.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice, permutations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from symgrad.checking.aimed import aimed
from symgrad.checking.draw import MODES, PLAIN_SAMPLES, WIDE, Mode, mode_of
from symgrad.checking.sample_sizes import DECIDING, FORKED, bound, corners, need, samples
from symgrad.checking.shrink import shrunk
from symgrad.checking.sides import Session, SideComparison, certified, compare
from symgrad.checking.verdict import Witness
from symgrad.core.claims import Claim
from symgrad.core.guards import guards
from symgrad.core.nodes import Cases, Expr, all_nodes, mul, reach, walk
from symgrad.core.ranges import Index
from symgrad.core.time_limit import TIME, OutOfTime
from symgrad.evaluating.arithmetic import Arr, expand
from symgrad.evaluating.budget import BUDGET, EvaluationTooLarge
from symgrad.evaluating.certificate import Certificate
from symgrad.evaluating.environment import Environment, EvaluationError
from symgrad.evaluating.evaluator import Evaluator


@dataclass(frozen=True, slots=True)
class Evaluation:
    """verdict ``undefined``: no valid point was found, or the claim could not be evaluated (see ``note``).

    sizes: the sizes of the main evaluation; bound: sizes from which it is exact, None if there is no such bound;
    point: where the witness is, None if the difference there does not show in doubles.
    """

    verdict: Literal["equal", "differs", "undefined"]
    samples: int = 0
    sizes: dict[str, int] = field(default_factory=dict)
    bound: dict[str, int] | None = None
    witness: Witness | None = None
    point: Environment | None = field(default=None, compare=False)
    note: str = ""


FoundWitness = tuple[Witness, Environment | None]


def refute(claim: Claim, seed: int = 0, session: Session | None = None, proved: bool = False) -> Evaluation:
    """Evaluate a claim, including corner cases such as sizes of 1.

    proved: the other engine has proved it; then fewer samples are drawn, enough to notice a disagreement.
    """
    session = session or Session(seed)
    session.make_room()
    try:
        with BUDGET.of(EVALUATION):
            return _refute(claim, session, proved)
    except EvaluationError as error:
        return Evaluation("undefined", note=str(error))
    except EvaluationTooLarge as error:
        return Evaluation("undefined", note=str(error))
    except RecursionError:
        return Evaluation("undefined", note="nested too deeply to be evaluated")


def holds(claim: Claim, seed: int = 0, session: Session | None = None) -> bool:
    """True if evaluation finds the sides equal; makes no witness."""
    session = session or Session(seed)
    session.make_room()
    try:
        with BUDGET.of(READING):
            return _refute(claim, session, False, certify=False).verdict == "equal"
    except (EvaluationError, EvaluationTooLarge, RecursionError):
        return False


EVALUATION, SHRINKING, READING = 40e6, 10e6, 6e6
"""Units of work for a step, for shrinking its witness, and for one other reading."""
SHRINKING_SECONDS = 1.0
"""Processor time for shrinking a witness, where the work that is counted does not end before."""
HIDDEN, EXACTLY, SEEN = 2, 1e-28, 1e-9
"""How many points are compared with many digits; the smallest difference that counts there, and the smallest that
double precision would have shown, relative to the largest term."""
LONG = 400
"""How many nodes make a claim long: a difference is then looked for at a few samples first."""
LARGE, LARGE_NAMES, LARGE_WORK, FEW_SAMPLES = (67, 1024), 4, 1.5e6, 3
"""Large sizes that are tried, an odd and an even one, of so many names; units of work for each; the samples."""
FEW = 0.25
"""The share of samples at which both sides must be defined for an agreement to count."""


def _refute(claim: Claim, session: Session, proved: bool, certify: bool = True) -> Evaluation:
    asked = need(claim, session.degrees)
    sizes = session.sizes.choose(claim, asked)
    if certify and not proved and samples(asked, sizes) > PLAIN_SAMPLES and _is_long(claim):
        for glance in _at_few_points(claim, session, sizes, MODES[0], "positive"):
            found = _witness(claim, session, glance) if glance.differs.any() else None
            if found is not None:
                return Evaluation("differs", glance.samples, sizes, None, *found)
    try:
        main = _main(claim, session, sizes, PLAIN_SAMPLES) if proved else []
        main, whole = main or _main(claim, session, sizes, samples(asked, sizes)), True
    except EvaluationTooLarge:
        main, whole = _pinned(claim, session, sizes), False
    for other in _reordered(sizes) if not main else ():
        main = _main(claim, session, other, samples(asked, other))
        if main:
            break
    if not main:
        return Evaluation("undefined", sizes=sizes, note="no valid point found")
    env = main[-1].evaluator.env
    sizes = dict(env.sizes)
    limit = bound(claim, asked) if whole else None
    if limit is not None and any(sizes.get(name, k) < k for name, k in limit.items()):
        limit = None
    further = session.sizes.more(sizes, asked)
    seen = 0
    others = () if proved else _others(claim, session, env, further or [], corners(sizes, asked.ranges, asked.slots))
    large = () if proved or (limit is not None and not asked.degree) else _large(claim, session, env)
    far = () if proved or asked.polynomial else _far(claim, session, main[-1].evaluator)
    sides = () if proved or asked.forks < 2 else _on_all_sides(claim, session, sizes)
    for comparison in chain(main, others, large, far, sides):
        if comparison is None:
            further = None
            continue
        seen += comparison.samples
        if comparison.differs.any():
            if not certify:
                return Evaluation("differs", seen, sizes)
            found = _witness(claim, session, comparison)
            if found is not None:
                return Evaluation("differs", seen, sizes, limit, *found)
    if certify and not proved:
        found = _hidden(claim, main)
        if found is not None:
            return Evaluation("differs", seen, sizes, limit, *found)
    few = max(c.samples / c.valid.shape[0] for c in main) < FEW
    if not proved and (few or not all(_seen(node, main) for side in (claim.left, claim.right) for node in walk(side))):
        return Evaluation("undefined", seen, sizes, note="hardly any valid point found")
    return Evaluation("equal", seen, sizes, None if further is None else limit)


def _seen(node: Expr, main: list[SideComparison]) -> bool:
    """True if every branch of ``cases`` (and every guard) that occurs in the samples also occurs where both sides
    are defined. Otherwise an agreement says nothing about it."""
    if not isinstance(node, Cases):
        found = guards(node)
        return all(_counts(factor, main) for factor in (*found, mul(*found)) if found)
    taken, defined = [False] * len(node.branches), [False] * len(node.branches)
    for c in main:
        before = np.zeros((1,) * c.valid.ndim, bool)
        for k, (conds, _) in enumerate(node.branches):
            masks = c.evaluator.conditions(conds)[0]
            if any(i not in c.axes for m in masks for i in m.axes):
                return True  # inside a sum, whose terms are not compared one by one
            here = ~before
            for m in masks:
                here = here & expand(m, c.axes)
            before = before | here
            taken[k] |= bool(here.any())
            defined[k] |= bool((here & c.valid).any())
    return defined == taken


def _counts(factor: Expr, main: list[SideComparison]) -> bool:
    """True if the factor is nonzero at a point where both sides are defined, or nowhere at all; inside a sum, at one
    of its positions."""
    taken = defined = False
    for c in main:
        value = c.evaluator.number(factor)
        summed = tuple(1 + k for k, i in enumerate(value.axes) if i not in c.axes)
        on = (np.isfinite(value.a) & (value.a != 0)).any(axis=summed)
        here = expand(Arr(on, tuple(i for i in value.axes if i in c.axes)), c.axes)
        taken |= bool(here.any())
        defined |= bool((here & c.valid).any())
    return defined == taken


MAX_ORDERS = 6


def _reordered(sizes: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """The sizes permuted: shifted positions may only be in range if one size exceeds another."""
    names = sorted(sizes)
    for order in islice(permutations([sizes[n] for n in names]), 1, 1 + MAX_ORDERS):
        yield dict(zip(names, order, strict=True))


def _pinned(claim: Claim, session: Session, sizes: Mapping[str, int]) -> list[SideComparison]:
    """For arrays over all free letters that are too large: one position per sample, then smaller sizes too."""
    try:
        return _main(claim, session, sizes, FORKED, claim.free)
    except EvaluationTooLarge:
        small = {name: min(k, 2 + j % 2) for j, (name, k) in enumerate(sorted(sizes.items()))}
        return _main(claim, session, small, FORKED, claim.free)


def _main(
    claim: Claim, session: Session, sizes: Mapping[str, int], batch: int, pinned: tuple[Index, ...] = ()
) -> list[SideComparison]:
    """Comparisons at the given sizes until enough samples count; empty if none does."""
    found: list[SideComparison] = []
    for strict in (True, False):
        for mode in MODES:
            ev = session.evaluator(sizes, claim.assumptions, mode, batch, strict, pinned)
            if ev is None:
                continue
            comparison = compare(claim, ev)
            if comparison.samples:
                found.append(comparison)
            if sum(c.samples for c in found) >= batch // 2:
                return found
        if found:
            return found
    return found


def _others(
    claim: Claim, session: Session, env: Environment, further: list[dict[str, int]], small: list[dict[str, int]]
) -> Iterator[SideComparison | None]:
    """Comparisons at other sizes: those that a degree requires (None for one that is too large), then sizes of 1."""
    mode = mode_of(env)
    for k, sizes in enumerate((*further, *small)):
        asked = k < len(further)
        ev = session.evaluator(sizes, claim.assumptions, mode, env.batch if asked else env.batch // 2, env.strict)
        try:
            done = None if ev is None else compare(claim, ev)
        except EvaluationTooLarge:
            done = None
        if done is not None or asked:
            yield done


def _large(claim: Claim, session: Session, env: Environment) -> Iterator[SideComparison]:
    """Comparisons at large sizes, one by one, for differences behind all small ones: ``(N - 1) ... (N - 30)``. Those
    that cost too much are left out."""
    for name, k in islice(env.sizes.items(), LARGE_NAMES):
        for size in LARGE:
            try:
                with BUDGET.of(LARGE_WORK):
                    sizes = {**env.sizes, name: max(k, size)}
                    ev = session.evaluator(sizes, claim.assumptions, mode_of(env), FEW_SAMPLES, env.strict)
                    if ev is not None:
                        yield compare(claim, ev)
            except EvaluationTooLarge:
                break


def _far(claim: Claim, session: Session, usual: Evaluator) -> Iterator[SideComparison]:
    """Comparisons with entries at all scales, for differences that occur only far from 1: a margin of 10, a period."""
    mode, env = WIDE.get(mode_of(usual.env)), usual.env
    if mode is None or not (reach(claim.left) | reach(claim.right)).tensors:
        return
    try:
        ev = session.evaluator(env.sizes, claim.assumptions, mode, DECIDING // 2, env.strict)
        if ev is not None:
            yield compare(claim, ev)
    except EvaluationTooLarge:
        return


def _on_all_sides(claim: Claim, session: Session, sizes: Mapping[str, int]) -> Iterator[SideComparison]:
    """A comparison at points on chosen sides of the conditions and kinks in the claim; where these are too many, at
    positive entries, at which all layers of a network are open."""
    try:
        with np.errstate(all="ignore"):
            env = aimed(claim, sizes, session.seed)
        if env is not None:
            yield compare(claim, Evaluator(env))
        else:
            yield from _at_few_points(claim, session, sizes, "positive")
    except EvaluationTooLarge:
        return


def _at_few_points(claim: Claim, session: Session, sizes: Mapping[str, int], *modes: Mode) -> Iterator[SideComparison]:
    """Comparisons at a few samples of each mode."""
    for mode in modes:
        ev = session.evaluator(sizes, claim.assumptions, mode, PLAIN_SAMPLES, False)
        if ev is not None:
            yield compare(claim, ev)


def _is_long(claim: Claim) -> bool:
    """True if the claim, with its definitions, is so long that many samples cost seconds."""
    return any(True for side in (claim.left, claim.right) for _ in islice(all_nodes(side), LONG, None))


def _hidden(claim: Claim, main: list[SideComparison]) -> FoundWitness | None:
    """A difference too small for double precision, ``\\pi a`` and ``3.14159265358979 a``, found with many digits."""
    exact = [c for c in main if c.evaluator.env.exact]
    for c in exact[:HIDDEN]:
        points = np.argwhere(c.valid)
        b, *offsets = (int(k) for k in points[len(points) // 2])
        at = c.at(offsets)
        sides = certified(claim, c.evaluator, b, at, EXACTLY)
        if sides is not None and sides.difference < SEEN * sides.scale:
            return witness_of(claim, c.evaluator, b, at, sides)
    return None


def _witness(claim: Claim, session: Session, found: SideComparison) -> FoundWitness | None:
    """A small certified witness; None if many digits show that the difference is rounding."""
    points = list(islice(found.points(), 6))
    simple: list[tuple[Evaluator, int, dict[Index, int]]] = []
    try:
        with BUDGET.of(SHRINKING), TIME.of(SHRINKING_SECONDS):
            simple.extend(shrunk(claim, session, found, points[0][0]))
    except (EvaluationTooLarge, OutOfTime):
        TIME.check()  # else use the point as it was found
    for ev, b, at in (*simple, *((found.evaluator, b, at) for b, at in points)):
        sides = certified(claim, ev, b, at)
        if sides is not None:
            return witness_of(claim, ev, b, at, sides)
    return None


def witness_of(claim: Claim, ev: Evaluator, b: int, at: Mapping[Index, int], sides: Certificate) -> FoundWitness:
    """The witness: the point's values by printable names; and the point, if doubles show the difference there."""
    env = ev.env.sample(b, at)
    reached = reach(claim.left) | reach(claim.right)
    for a in claim.assumptions:
        for side in (a.left, a.right):
            reached = reached if side is None else reached | reach(side)
    values: dict[str, object] = {}
    hidden = {a.factor for a in claim.assumptions}
    shown = [t for t in env.tensors if t in reached and t not in hidden]
    for t in sorted(shown, key=lambda t: (t.name, len(t.ranges))):
        name = t.name if t.name not in values else f"{t.name}^{{(i)}}"  # the samples, beside any one of them
        values[name] = _plain(env.tensors[t][0])
    for n in sorted(env.index_arrays, key=lambda n: n.name):
        values[n.name] = env.index_arrays[n][0].tolist()
    for s in sorted(env.subsets, key=lambda s: s.name):
        low = env.number(s.range.lo)
        values[s.name] = [low + k for k, member in enumerate(env.subsets[s][0].tolist()) if member]
    for f in sorted(env.functions, key=lambda f: f.name):
        values[f.name] = env.functions[f].described()
    letters = sorted(env.at.items(), key=lambda item: item[0].serial)
    positions: dict[str, int] = {}
    for i, p in letters:
        name = i.letter
        while name in positions:
            name += "'"
        positions[name] = int(p[0])
    found = Witness(dict(sorted(env.sizes.items())), values, positions, _number(sides.left), _number(sides.right))
    return found, env if sides.difference > SEEN * sides.scale else None


def _plain(a: NDArray[np.float64]) -> object:
    if a.ndim:
        return [_plain(row) for row in a]
    return _number(float(a))


def _number(x: float) -> float:
    return int(x) if x == int(x) and abs(x) < 1e15 else x


__all__ = ["Evaluation", "Session", "refute", "witness_of"]
