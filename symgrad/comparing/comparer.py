"""Compare a hand-coded function with a derivation, entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.comparing.arguments import Arguments, NoName, bind
from symgrad.comparing.calling import CodeError, defined_at
from symgrad.comparing.causes.guess import changed
from symgrad.comparing.exact import GradientTerm, array
from symgrad.comparing.explanation import Explainer
from symgrad.comparing.findings import Comparison, Finding, Opinion, Worst
from symgrad.comparing.finite_differences import second_opinion
from symgrad.comparing.guessing import as_maps, gives_cost, search
from symgrad.comparing.points import Fixed, draw_points
from symgrad.comparing.problem import Problem
from symgrad.comparing.running import Run, Runner
from symgrad.comparing.targets import GradientTarget, targets_of
from symgrad.core import nodes as n
from symgrad.evaluating.environment import Environment
from symgrad.evaluating.evaluator import Evaluator

Array = NDArray[Any]
DOUBLE, SINGLE = 1e-10, 1e-4
"""The largest relative difference that rounding explains, in double and in single precision."""
STEPPED = 1e-3
"""The weight of the argument itself in the scale of a gradient that is the difference of two of its values."""
TIE = 1e-9
"""Errors that differ by less, relative to the larger, are equal: rounding does not choose the worst entry."""
OPINIONS = 3
"""The number of points at which finite differences are taken."""


@dataclass(eq=False)
class Comparer:
    """Compares the results of a function with the derivation."""

    problem: Problem
    runner: Runner
    called: str

    @property
    def tolerance(self) -> float:
        return SINGLE if self.runner.single else DOUBLE

    def compare(self) -> Comparison:
        runs = self.runner.runs
        explainer = Explainer(self.problem, self.runner, self.tolerance)
        findings = []
        if runs[0].costs:
            found = self.finding(None)
            findings.append(found if found.verdict == "right" else explainer.explained_cost(found))
        for target in self.runner.targets:
            if target.parameter in runs[0].gradients:
                found = self.finding(target)
                findings.append(found if found.verdict == "right" else explainer.explained(found, target))
        return Comparison(
            self.problem.document.source.path,
            self.problem.cost.name,
            self.called,
            sum(len(r.samples) for r in runs),
            self.tolerance,
            tuple(findings),
            self.opinion(findings),
            tuple(self.runner.notes),
            self.runner.failure,
        )

    def finding(self, target: GradientTarget | None) -> Finding:
        """The finding for the cost (``target`` None) or for one gradient, with its worst entry."""
        worst: tuple[float, Run, int, tuple[int, ...], float | complex, float] | None = None
        for run in self.runner.runs:
            for b in run.samples:
                code, exact, scale = self.sides(target, run, b)
                with np.errstate(all="ignore"):
                    ratio = np.abs(code - exact) / scale
                ratio = np.where(code == exact, 0.0, np.where(np.isfinite(ratio), ratio, np.inf))
                first = int(np.argmax(ratio >= ratio.max(initial=0.0) * (1 - TIE)))
                at = tuple(int(i) for i in np.unravel_index(first, ratio.shape))
                if worst is None or ratio[at] > worst[0] * (1 + TIE):
                    worst = (float(ratio[at]), run, b, at, code[at].item(), float(exact[at]))
        assert worst is not None  # there are points
        error, run, b, at, code_at, exact_at = worst
        name = self.problem.cost.name if target is None else target.name.latex
        argument = "" if target is None else target.parameter
        form = self.runner.forms.get(argument, "")
        if error <= self.tolerance and form != "transposed":
            return Finding(name, argument, "right", error, form=form)
        gap = abs(code_at - exact_at)
        relative = float(gap / abs(exact_at)) if exact_at else (np.inf if code_at else 0.0)
        sizes = dict(sorted(run.group.env.sizes.items()))
        return Finding(
            name, argument, "differs", error, Worst(at, code_at, exact_at, relative, sizes, run.values[b]), form
        )

    def sides(self, target: GradientTarget | None, run: Run, b: int) -> tuple[Array, Array, Array]:
        """The code's values at one point, the exact values, and the magnitude of their terms."""
        if target is None:
            cost = run.group.cost
            return np.asarray(run.costs[b]), cost.value[b], cost.scale[b]
        found = run.group.gradients[list(self.runner.targets).index(target)]
        code, lay = run.gradients[target.parameter][b], target.given.laid
        scale = lay(found.scale[b])
        if target.parameter in self.runner.stepped:
            scale = scale + STEPPED * np.abs(run.values[b][target.parameter])
        return code, lay(found.value[b]), scale

    # --- the second opinion -------------------------------------------------------------------------------

    def opinion(self, findings: Sequence[Finding]) -> Opinion | None:
        """Finite differences of the code's own cost, or of the document's if the code returns none."""
        first = self.runner.runs[0]
        targets = [t for t in self.runner.targets if t.parameter in first.gradients]
        if not targets:
            return None
        if not first.costs and any(not isinstance(t.entry, n.Entry) for t in targets):
            return Opinion("none", None, note="none, for the code returns no cost")
        if self.runner.single:
            return Opinion("none", None, note="none, for the code computes in single precision")
        asked: list[Opinion] = []
        for run in self.runner.runs[:OPINIONS]:
            asked.append(self.opinion_at(run, run.samples[0], targets))
        worst = max(asked, key=lambda o: (o.agrees is False, o.agrees is not None, o.error))
        if worst.agrees is False and all(f.verdict == "right" for f in findings):
            # cost and gradient are known to be right, so that it is the code's cost that has no digits to spare
            return Opinion("none", None, worst.error, "none, for the code's cost has too few digits for differences")
        return worst

    def opinion_at(self, run: Run, b: int, targets: Sequence[GradientTarget]) -> Opinion:
        values = run.values[b]

        def documents(*arrays: Any) -> Any:
            env = changed(run.group.env.sample(b), None)
            for t, a in zip(targets, arrays, strict=True):
                set_argument(env, t, a)
            return array(Evaluator(env), GradientTerm(self.problem.value))[0]

        def own(*arrays: Any) -> Any:
            moved = {**values, **dict(zip((t.parameter for t in targets), arrays, strict=True))}
            return self.runner.called(moved)[0].cost

        at = [np.asarray(values[t.parameter]) for t in targets]
        gradients = [np.real(run.gradients[t.parameter][b]) for t in targets]
        terms = sum(float(self.sides(t, run, b)[2].sum()) for t in targets)
        cost = own if run.costs else documents
        found = second_opinion(cost, at, gradients, terms=terms, scale=float(run.group.cost.scale[b]))
        return replace(found, of_document=not run.costs)


def set_argument(env: Environment, target: GradientTarget, value: Array) -> None:
    """Set an argument, an array or a slice of one, in an environment of one sample."""
    entry = target.entry
    assert isinstance(entry, n.Entry)  # only these are moved
    ev = Evaluator(env)
    whole = np.array(env.tensor(entry.tensor), dtype=np.result_type(env.tensor(entry.tensor), value))
    at: list[Any] = [0]
    for e, r in zip(entry.indices, entry.tensor.ranges, strict=True):
        at.append(slice(None) if e in target.term.axes else int(ev.positions(e).a.flat[0]) - env.number(r.lo))
    shape = env.shape(
        tuple(r for e, r in zip(entry.indices, entry.tensor.ranges, strict=True) if e in target.term.axes)
    )
    whole[tuple(at)] = target.given.unlaid(np.asarray(value), shape)
    env.tensors[entry.tensor] = whole


def compare(
    function: Callable[..., Any],
    problem: Problem,
    wrt: Sequence[str] | None = None,
    maps: Sequence[str] = (),
    seed: int = 0,
    called: str = "",
) -> Comparison:
    """Compare a function with the cost of a problem and its gradients.

    wrt: the names to differentiate by, as the document or the function has them; by default every real-valued
    argument. maps: as ``--map`` takes them. Raises ``SymgradError`` if they can't be compared at all.
    """
    arguments, notes = _arguments(function, problem, maps)
    targets = targets_of(problem, arguments, wrt)
    groups = draw_points(problem, [t.term for t in targets], seed, Fixed(arguments.sizes, arguments.scalars))
    runner = Runner(function, arguments, targets, asked=wrt is not None)
    runner.notes.update(dict.fromkeys(notes))
    runner.run([g for g in groups if g.samples])
    missing = [t.name.latex for t in targets if t.parameter not in runner.runs[0].gradients]
    if wrt is not None and missing:
        raise CodeError(f"the function returns no gradient by {', '.join(missing)}")
    found = Comparer(problem, runner, called or getattr(function, "__name__", "the function")).compare()
    return replace(found, place=defined_at(function))


def _arguments(function: Callable[..., Any], problem: Problem, maps: Sequence[str]) -> tuple[Arguments, list[str]]:
    """Bind every argument by name or, if that does not give the document's cost, by search."""
    missing: NoName | None = None
    arguments = Arguments()
    try:
        arguments = bind(function, problem, maps)
        if maps or gives_cost(function, arguments.given, problem):
            return arguments, []
    except NoName as e:
        missing = e
    tries = None if maps else search(function, problem)
    if tries is not None and tries.found is not None and tries.found.certain:
        tried = as_maps(tries.found.given)
        return bind(function, problem, tried), [f"the arguments were found by trying: --map {' '.join(tried)}"]
    if missing is not None and tries is not None:
        raise NoName(f"{missing}; {tries.failed()}") from missing
    if missing is not None:
        raise missing
    return arguments, []


__all__ = ["Comparer", "compare"]
