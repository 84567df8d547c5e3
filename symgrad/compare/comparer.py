"""A hand-coded function held against a derivation: called at every point, compared entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.compare.arguments import Arguments, Given, bind
from symgrad.compare.calling import CodeError, invoke
from symgrad.compare.exact import Exact, Term, gradient
from symgrad.compare.points import Fixed, Group, draw_points
from symgrad.compare.problem import Name, Problem, leaves
from symgrad.compare.results import Returned, Wanted, interpret
from symgrad.compare.verdicts import Comparison, Finding, Worst
from symgrad.derive.depends import depends_on
from symgrad.diagnostics import SymgradError
from symgrad.ir import nodes as n

Array = NDArray[Any]
DOUBLE, SINGLE = 1e-10, 1e-4
"""The largest relative difference that rounding explains, in double and in single precision."""


@dataclass(frozen=True, slots=True)
class Target:
    """An argument by which the cost is differentiated."""

    given: Given
    name: Name
    term: Term


@dataclass(eq=False)
class Run:
    """What the code gave at the points of one group: its cost, and its gradients in the document's layout."""

    group: Group
    costs: dict[int, float] = field(default_factory=dict)
    gradients: dict[str, dict[int, Array]] = field(default_factory=dict)
    values: dict[int, dict[str, Any]] = field(default_factory=dict)


@dataclass(eq=False)
class Comparer:
    """One function against one problem."""

    problem: Problem
    function: Callable[..., Any]
    called: str
    arguments: Arguments
    targets: list[Target]
    groups: list[Group]
    runs: list[Run] = field(default_factory=list)
    asked: bool = False
    single: bool = False
    forms: dict[str, str] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)

    # --- running the code ---------------------------------------------------------------------------------

    def run(self) -> None:
        """Calls the code at every point."""
        for group in self.groups:
            run = Run(group)
            for b in group.samples:
                values = self.arguments.values(group.env, b)
                self.record(run, b, values, self.returned(values))
            self.runs.append(run)
        if not self.runs[0].costs and not self.runs[0].gradients:
            raise CodeError("the function returns nothing to compare: neither a cost nor a gradient")

    def returned(self, values: dict[str, Any]) -> Returned:
        wanted = [
            Wanted(t.given.parameter, (t.name.spelled, t.name.latex), np.shape(values[t.given.parameter]))
            for t in self.targets
        ]
        return interpret(invoke(self.function, self.arguments, values), wanted, self.asked)

    def record(self, run: Run, b: int, values: dict[str, Any], found: Returned) -> None:
        run.values[b] = values
        if found.cost is not None:
            run.costs[b] = found.cost
        for name, a in found.gradients.items():
            run.gradients.setdefault(name, {})[b] = np.real(a)
            self.forms[name] = found.forms.get(name) or self.forms.get(name, "")
        self.single |= found.single
        if found.swapped:
            self.notes["the gradients come in another order than the arguments"] = None

    # --- comparing ----------------------------------------------------------------------------------------

    @property
    def tolerance(self) -> float:
        return SINGLE if self.single else DOUBLE

    def finding(self, target: Target | None) -> Finding:
        """The cost, or one gradient, at its worst entry."""
        worst: tuple[float, Run, int, tuple[int, ...], float, float] | None = None
        for run in self.runs:
            for b in run.group.samples:
                code, sharp, scale = self.sides(target, run, b)
                with np.errstate(all="ignore"):
                    ratio = np.abs(code - sharp) / scale
                ratio = np.where(code == sharp, 0.0, np.where(np.isfinite(ratio), ratio, np.inf))
                at = tuple(int(i) for i in np.unravel_index(int(np.argmax(ratio)), ratio.shape))
                if worst is None or ratio[at] > worst[0]:
                    worst = (float(ratio[at]), run, b, at, float(code[at]), float(sharp[at]))
        assert worst is not None  # there are points
        error, run, b, at, code_at, exact_at = worst
        name = self.problem.cost.name if target is None else target.name.latex
        argument = "" if target is None else target.given.parameter
        form = self.forms.get(argument, "")
        wrong = error > self.tolerance or form == "transposed"
        return Finding(
            name,
            argument,
            "differs" if wrong else "right",
            error,
            self.worst(run, b, at, code_at, exact_at) if wrong else None,
            form,
        )

    def sides(self, target: Target | None, run: Run, b: int) -> tuple[Array, Array, Array]:
        """What the code gives at one point, what is right, and the magnitude of its terms."""
        if target is None:
            cost = run.group.cost
            return np.asarray(run.costs[b]), cost.value[b], cost.scale[b]
        found: Exact = run.group.gradients[self.targets.index(target)]
        code = run.gradients[target.given.parameter][b]
        lay = target.given.laid
        return code, lay(found.value[b]), lay(found.scale[b])

    def worst(self, run: Run, b: int, at: tuple[int, ...], code: float, exact: float) -> Worst:
        error = abs(code - exact) / abs(exact) if exact else (np.inf if code else 0.0)
        sizes = dict(sorted(run.group.env.sizes.items()))
        return Worst(at, code, exact, float(error), sizes, run.values[b])

    def compare(self) -> Comparison:
        findings = []
        first = self.runs[0]
        if first.costs:
            findings.append(self.finding(None))
        findings += [self.finding(t) for t in self.targets if t.given.parameter in first.gradients]
        points = sum(len(r.group.samples) for r in self.runs)
        return Comparison(
            self.problem.document.source.path,
            self.problem.cost.name,
            self.called,
            points,
            self.tolerance,
            tuple(findings),
            None,
            tuple(self.notes),
        )


def compare(
    function: Callable[..., Any],
    problem: Problem,
    wrt: Sequence[str] | None = None,
    maps: Sequence[str] = (),
    seed: int = 0,
    called: str = "",
) -> Comparison:
    """Hold a function against the cost of a problem and its gradients.

    wrt: the names to differentiate by, as the document or the function has them; by default every real-valued
    argument. maps: as ``--map`` takes them. Raises ``SymgradError`` where the two can't be compared at all.
    """
    arguments = bind(function, problem, maps)
    targets = _targets(problem, arguments, wrt)
    groups = draw_points(problem, [t.term for t in targets], seed, Fixed(arguments.sizes, arguments.scalars))
    comparer = Comparer(
        problem, function, called or getattr(function, "__name__", "the function"), arguments, targets, groups
    )
    comparer.asked = wrt is not None
    comparer.run()
    if wrt is not None:
        _all_returned(comparer)
    return comparer.compare()


def _targets(problem: Problem, arguments: Arguments, wrt: Sequence[str] | None) -> list[Target]:
    """The arguments by which a gradient may be returned, in the order asked for or else of the function."""
    real = [g for g in arguments.given if g.name is not None and g.name.is_real and _reaches(problem, g.name)]
    if wrt is None:
        return [_target(problem, g) for g in real]
    out = []
    for text in wrt:
        name = problem.lookup(text)
        found = next((g for g in real if g.parameter == text or (name is not None and g.name == name)), None)
        if found is None and name is not None:
            found = next((g for g in real if g.name is not None and g.name.latex == name.latex), None)
        if found is None:
            known = ", ".join(g.parameter for g in real)
            raise SymgradError(f"{text} is no real-valued argument of the function; it has {known or 'none'}")
        out.append(_target(problem, found))
    return out


def _reaches(problem: Problem, name: Name) -> bool:
    target = name.target
    if target is None or not depends_on(problem.value, target):
        return False
    return any(isinstance(leaf, n.Tensor) and leaf.domain not in ("bit", "sign") for leaf in leaves(target))


def _target(problem: Problem, given: Given) -> Target:
    name = given.name
    assert name is not None  # it has a target
    assert name.target is not None  # by its choice
    return Target(given, name, gradient(problem.value, name.target, name.axes))


def _all_returned(comparer: Comparer) -> None:
    for t in comparer.targets:
        if t.given.parameter not in comparer.runs[0].gradients:
            raise CodeError(f"the function returns no gradient by {t.name.latex}")
