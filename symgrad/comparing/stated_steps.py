"""Find the step of a document that the code computes, by evaluating the sides of its chains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.comparing.causes.search import OTHER, CodeNumbers
from symgrad.comparing.exact import GradientTerm, array
from symgrad.comparing.findings import StepHit
from symgrad.comparing.problem import Problem
from symgrad.comparing.targets import GradientTarget
from symgrad.core import nodes as n
from symgrad.core.ranges import Index, IndexExpr
from symgrad.core.substitute import substitute
from symgrad.evaluating.budget import BUDGET, EvaluationTooLarge
from symgrad.evaluating.environment import EvaluationError
from symgrad.evaluating.evaluator import Evaluator
from symgrad.reading.read_document import ReadStep
from symgrad.writing.index_latex import latex

Array = NDArray[Any]
WORK = 100e6
"""Units of work for the steps of one document."""


@dataclass(frozen=True, slots=True)
class StatedGradient:
    """A side of a step that states a gradient, in the letters of ``taken``, the entry that is differentiated by."""

    step: ReadStep
    side: n.Expr
    taken: n.Entry | n.Ref


def equal_step(
    problem: Problem, target: GradientTarget, evidence: Sequence[CodeNumbers], tolerance: float
) -> StepHit | None:
    """The first step that gives the code's numbers at every point and differs from the exact ones at some."""
    with np.errstate(all="ignore"):
        try:
            with BUDGET.of(WORK):
                for stated in stated_gradients(problem, target):
                    hit = _hit(stated, target, evidence, tolerance)
                    if hit is not None:
                        return hit
        except EvaluationTooLarge:
            pass  # report what was found so far
    return None


def stated_gradients(problem: Problem, target: GradientTarget) -> Iterator[StatedGradient]:
    """The right side of every step in a chain that begins with the derivative of the cost by the target."""
    head: n.Expr | None = None
    last: n.Expr | None = None
    for step in problem.document.steps:
        claim = step.outcome.claim
        if claim is None:
            last = None
            continue
        if claim.left is not last:
            head = claim.left
        last = claim.right
        if isinstance(head, n.Deriv) and _is_cost(head.body, problem) and _same(head.target, target.entry):
            yield StatedGradient(step, claim.right, head.target)


def _is_cost(body: n.Expr, problem: Problem) -> bool:
    return isinstance(body, n.Ref) and body.definition.name == problem.cost.name


def _same(x: n.Entry | n.Ref, y: n.Entry | n.Ref) -> bool:
    """True if two targets are entries of one array. Definitions may be read twice, so their names are compared."""
    if isinstance(x, n.Entry) and isinstance(y, n.Entry):
        return x.tensor is y.tensor
    if isinstance(x, n.Ref) and isinstance(y, n.Ref):
        return x.definition.name == y.definition.name and len(x.indices) == len(y.indices)
    return False


def _hit(
    stated: StatedGradient, target: GradientTarget, evidence: Sequence[CodeNumbers], tolerance: float
) -> StepHit | None:
    aligned = _aligned(stated, target)
    if aligned is None:
        return None
    side, axes, picks = aligned
    if not n.free_indices(side) <= {*axes, *(i for i in n.free_indices(side) if i.kind == "fixed")}:
        return None
    lows = [r.lo for i in axes_of(target) if (r := i.range) is not None]
    differs = False
    for e in evidence:
        ev = Evaluator(e.env)
        try:
            said = array(ev, GradientTerm(side, axes))
            found = [None if p is None else ev.positions(p) for p in picks]
            if any(p is not None and p.axes for p in found):
                return None  # an open letter in the index
            positions = [None if p is None else p.a - e.env.number(low) for p, low in zip(found, lows, strict=True)]
        except (EvaluationError, ValueError):
            return None
        for k, b in enumerate(e.samples):
            at = tuple(slice(None) if p is None else int(p[b if p.shape[0] > 1 else 0]) for p in positions)
            code, exact, scale = e.code[k][at], e.exact[b][at], e.scale[b][at]
            terms = np.maximum(np.maximum(scale, np.abs(said[b])), OTHER * scale.max(initial=0.0))
            near = np.abs(code - said[b]) <= 10 * tolerance * terms
            if not near.all():
                return None
            differs |= bool((np.abs(code - exact) > 10 * tolerance * scale).any())
    if not differs:
        return None
    claim = stated.step.outcome.claim
    assert claim is not None  # it states a gradient
    part = f"${latex(stated.taken)}$" if any(p is not None for p in picks) else ""
    return StepHit(
        stated.step.span.line, stated.step.right, tuple(dict.fromkeys(a.latex for a in claim.assumptions)), part
    )


def axes_of(target: GradientTarget) -> tuple[Index, ...]:
    """The axes of a target in the order of its indices."""
    return tuple(i for i in target.entry.indices if isinstance(i, Index) and i in target.term.axes)


def _aligned(
    stated: StatedGradient, target: GradientTarget
) -> tuple[n.Expr, tuple[Index, ...], list[IndexExpr | None]] | None:
    """The side with its open letters as axes of the target, and for each axis of the target the position that the side
    is about (None: all positions)."""
    side = stated.side
    axes: list[Index] = []
    picks: list[IndexExpr | None] = []
    for here, there in zip(target.entry.indices, stated.taken.indices, strict=True):
        open_here, open_there = here in target.term.axes, isinstance(there, Index) and there.kind != "fixed"
        if open_here and open_there:
            assert isinstance(there, Index)  # by its kind
            axes.append(there)
            picks.append(None)
        elif open_here:
            picks.append(there)
        elif open_there:
            assert isinstance(there, Index)  # by its kind
            side = substitute(side, {there: here})
        elif here != there:
            return None
    if len(set(axes)) < len(axes):
        return None
    return side, tuple(axes), picks
