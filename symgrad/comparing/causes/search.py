"""Search for causes: guesses, the likeliest first, are compared with the code's numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.checking.edits import Edit, variants
from symgrad.comparing.causes.exchange_causes import exchanged, reordered
from symgrad.comparing.causes.guess import EDIT, WHOLE, Change, Guess, Latex, evaluated
from symgrad.comparing.causes.part_causes import PartCauses
from symgrad.comparing.causes.position_causes import PositionCauses
from symgrad.comparing.causes.rewrite import fixed_letters
from symgrad.comparing.causes.scale_causes import PointGradient, factors, proportional, stepped
from symgrad.comparing.exact import GradientTerm, array
from symgrad.comparing.problem import Problem, dependencies
from symgrad.core import nodes as n
from symgrad.core.ranges import Range
from symgrad.evaluating.budget import BUDGET, EvaluationTooLarge
from symgrad.evaluating.environment import Environment, EvaluationError
from symgrad.evaluating.evaluator import Evaluator

Array = NDArray[Any]
MOST = 2
"""The most causes that are named."""
TRIED = 1500
"""The most guesses that are tried."""
EDITS = 400
"""The most small changes of the gradient itself that are tried, after all guesses."""
NEARER = 1e-3
"""The most error of a guess at the worst point, relative to the error of the exact gradient."""
NEARLY = 1e-3
"""A relative difference below this is one of precision."""
OTHER = 1e-3
"""The weight of the largest term of a gradient in the scale of each entry."""
WORK = 400e6
"""Units of work for one gradient."""


@dataclass(frozen=True, slots=True)
class CodeNumbers:
    """The code's gradients at the samples of one environment, the exact ones, and the magnitudes of their terms."""

    env: Environment
    samples: tuple[int, ...]
    code: Array
    exact: Array
    scale: Array

    def is_complex(self, tolerance: float) -> bool:
        """True if the code gives an imaginary part that rounding does not explain."""
        if not np.iscomplexobj(self.code):
            return False
        allowed = [tolerance * self.scale[b] for b in self.samples]
        return bool((np.abs(self.code.imag) > np.array(allowed)).any())

    def real(self) -> CodeNumbers:
        return replace(self, code=np.real(self.code))


def causes(
    problem: Problem,
    target: n.Entry | n.Ref | None,
    term: GradientTerm,
    others: Sequence[tuple[str, GradientTerm]],
    stale: Sequence[tuple[str, Change]],
    evidence: Sequence[CodeNumbers],
    latex: Latex,
    tolerance: float,
) -> tuple[str, ...]:
    """The likeliest causes that give the code's numbers at every point, as sentences.

    target: None if the cost itself differs.
    """
    found: list[str] = []
    judge = _Judge(evidence, tolerance)
    lost = sum(not np.isfinite(row).all() for e in evidence for row in e.code)
    if lost:
        return (f"not a finite number at {lost} of {sum(len(e.samples) for e in evidence)} points",)
    what = "cost" if target is None else "gradient"
    try:
        with BUDGET.of(WORK), np.errstate(all="ignore"):
            whole = _ratio(problem, evidence, tolerance, what)
            if whole is None and target is not None:
                whole = _stepped(target, term, evidence, tolerance, latex)
            if whole is not None:
                return (whole,)
            for guess in _ordered(problem, target, term, others, stale, latex):
                if judge.fits(guess):
                    said = guess.say()
                    if said not in found:
                        found.append(said)
                    if len(found) == MOST:
                        break
                if found and judge.rank_of_first is not None and guess.rank >= judge.rank_of_first + 10:
                    break
    except (EvaluationTooLarge, EvaluationError):
        pass  # report what was found so far
    if not found and judge.worst < NEARLY:
        found.append(
            f"nearly right, to {judge.worst:.0e}: a small constant inside of a logarithm or a division, or single "
            "precision somewhere in the code"
        )
    return tuple(found)


class _Judge:
    """Decides if a guess gives the code's numbers. The point with the largest error comes first; it excludes most."""

    def __init__(self, evidence: Sequence[CodeNumbers], tolerance: float) -> None:
        self.evidence = list(evidence)
        self.tolerance = tolerance
        self.rank_of_first: int | None = None
        self.worst = -1.0
        self.first: tuple[CodeNumbers, int] | None = None
        for e in self.evidence:
            for k, b in enumerate(e.samples):
                with np.errstate(all="ignore"):
                    gap = np.abs(e.code[k] - e.exact[b]) / e.scale[b]
                size = float(np.nanmax(np.where(np.isfinite(gap), gap, 0.0), initial=0.0))
                if size > self.worst:
                    self.worst, self.first = size, (e, k)

    def fits(self, guess: Guess) -> bool:
        assert self.first is not None  # there are points
        e, k = self.first
        b = e.samples[k]
        try:
            one = guess.arrays(e.env.sample(b))[0]
            gap, ours = (float(np.abs(e.code[k] - a).max(initial=0.0)) for a in (e.exact[b], one))
            if not ours <= NEARER * gap or not self._near(e.code[k], one, e.scale[b]):
                return False
            for e in self.evidence:
                values = guess.arrays(e.env)
                for k, b in enumerate(e.samples):
                    if not self._near(e.code[k], values[b], e.scale[b]):
                        return False
        except (EvaluationError, ValueError, EvaluationTooLarge):
            return False
        self.rank_of_first = guess.rank if self.rank_of_first is None else self.rank_of_first
        return True

    def _near(self, code: Array, guess: Array, scale: Array) -> bool:
        """True if rounding explains the difference. The terms of a guess may exceed those of the exact gradient."""
        terms = np.maximum(np.maximum(scale, np.abs(guess)), OTHER * scale.max(initial=0.0))
        return bool((np.abs(code - guess) <= 10 * self.tolerance * terms).all())


def _ratio(problem: Problem, evidence: Iterable[CodeNumbers], tolerance: float, what: str) -> str | None:
    seen = [
        PointGradient(e.env, b, e.code[k], e.exact[b], e.scale[b]) for e in evidence for k, b in enumerate(e.samples)
    ]
    found = list(dependencies(problem.value))
    scalars = [t for t in found if isinstance(t, n.Tensor) and not t.ranges]
    return proportional(seen, list(factors(_ranges(found), scalars)), 10 * tolerance, what)


def _stepped(
    target: n.Entry | n.Ref, term: GradientTerm, evidence: Iterable[CodeNumbers], tolerance: float, latex: Latex
) -> str | None:
    seen, values = [], []
    for e in evidence:
        value = array(Evaluator(e.env), GradientTerm(target, term.axes))
        for k, b in enumerate(e.samples):
            seen.append(PointGradient(e.env, b, e.code[k], e.exact[b], e.scale[b]))
            values.append(value[b])
    whole = isinstance(target, n.Entry) and set(target.indices) <= {*term.axes}
    name = target.tensor.name if isinstance(target, n.Entry) and whole else latex(target)
    return stepped(seen, values, 10 * tolerance, name)


def _ranges(found: Iterable[object]) -> list[Range]:
    out: dict[Range, None] = {}
    for d in found:
        if isinstance(d, str):
            out[Range.of_size(d)] = None
        for r in getattr(d, "ranges", ()):
            out[r] = None
    return list(out)


def _ordered(
    problem: Problem,
    target: n.Entry | n.Ref | None,
    term: GradientTerm,
    others: Sequence[tuple[str, GradientTerm]],
    stale: Sequence[tuple[str, Change]],
    latex: Latex,
) -> Iterator[Guess]:
    """All guesses, the likeliest first."""
    cost = problem.value
    guesses = list(_elsewhere(term, others))
    for say, change in stale:
        guesses.append(Guess(WHOLE + 5, partial(str, say), evaluated(partial(_same, term.entry), term.axes, change)))
    tensors = tuple(t for t in dependencies(cost) if isinstance(t, n.Tensor))
    tensors = tuple(dict.fromkeys(tensors))
    arrays = n.reach(cost).index_arrays
    guesses += exchanged(term, [t for _, t in others], (*fixed_letters(cost), *arrays, *tensors))
    guesses += reordered(term) if target is not None else ()
    guesses += PositionCauses(term.entry, term.axes, fixed_letters(cost), arrays, tensors).guesses()
    guesses += PartCauses(cost, target, term.axes, latex).guesses()
    guesses.sort(key=lambda g: g.rank)
    yield from guesses[:TRIED]
    yield from islice(_edited(problem, term, latex), EDITS)


def _edited(problem: Problem, term: GradientTerm, latex: Latex) -> Iterator[Guess]:
    """The gradient with a small mistake in it, of the kinds that ``check`` tries as repairs."""
    found = list(dependencies(problem.value))
    tensors = tuple(t for t in found if isinstance(t, n.Tensor))
    scope = (*term.axes, *fixed_letters(problem.value))
    for edit in sorted(variants(term.entry, scope, latex, tensors), key=lambda e: e.rank):

        def say(edit: Edit = edit) -> str:
            return f"the gradient comes out like this with a change in the derivation: {edit.say()}"

        yield Guess(EDIT, say, evaluated(partial(_same, edit.result), term.axes))


def _elsewhere(term: GradientTerm, others: Sequence[tuple[str, GradientTerm]]) -> Iterator[Guess]:
    """The gradient by another argument or of another quantity, in the same shape or transposed."""
    mine = [i.range for i in term.axes]
    if len(mine) == 2 and mine[0] == mine[1]:
        yield Guess(WHOLE, partial(str, "transposed: rows and columns are exchanged"), partial(_laid, term, (1, 0)))
    for said, other in others:
        theirs = [i.range for i in other.axes]
        if theirs == mine:
            yield Guess(WHOLE + 1, partial(str, said), partial(_laid, other, tuple(range(len(mine)))))
        elif theirs == mine[::-1]:
            yield Guess(WHOLE + 2, partial(str, f"{said}, transposed"), partial(_laid, other, (1, 0)))


def _same(gradient: n.Expr) -> n.Expr:
    return gradient


def _laid(term: GradientTerm, order: tuple[int, ...], env: Environment) -> Array:
    return array(Evaluator(env), term).transpose(0, *(1 + k for k in order))
