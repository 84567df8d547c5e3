"""Run a hand-coded function at every point, and record its cost and gradients."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.comparing.arguments import Arguments
from symgrad.comparing.calling import CodeError, invoke
from symgrad.comparing.points import PointGroup
from symgrad.comparing.returned import Returned, Wanted, interpret
from symgrad.comparing.targets import GradientTarget

Array = NDArray[Any]


@dataclass(eq=False)
class Run:
    """The results of the code at the points of one group, by sample.

    gradients: by parameter, in the layout of the argument; values: what the code was called with; left: the arguments
    that it changed in place, after the call. Costs and gradients are complex if the code returns an imaginary part.
    """

    group: PointGroup
    samples: list[int] = field(default_factory=list)
    costs: dict[int, float | complex] = field(default_factory=dict)
    gradients: dict[str, dict[int, Array]] = field(default_factory=dict)
    values: dict[int, dict[str, Any]] = field(default_factory=dict)
    left: dict[str, dict[int, Array]] = field(default_factory=dict)


@dataclass(eq=False)
class Runner:
    """Runs one function. asked: the user named the targets."""

    function: Callable[..., Any]
    arguments: Arguments
    targets: Sequence[GradientTarget]
    asked: bool = False
    runs: list[Run] = field(default_factory=list)
    forms: dict[str, str] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    single: bool = False
    known: set[str] = field(default_factory=set)
    """The parameters whose gradients are returned."""
    stepped: set[str] = field(default_factory=set)
    """The parameters whose gradients are computed from their change in place."""
    failure: str = ""
    """What the code raised at some point, if it did not raise at the first."""

    def run(self, groups: Sequence[PointGroup]) -> None:
        """Call the code at every point. Raises ``CodeError`` if it fails at the first."""
        for group in groups:
            run = Run(group)
            for b in group.samples:
                values = self.arguments.values(group.env, b)
                try:
                    found, left = self.called(values)
                except CodeError as e:
                    if not self.runs and not run.samples:
                        raise
                    self.failure = self.failure or str(e)
                    continue
                if (self.runs or run.samples) and found.gradients.keys() != self.known:
                    self.failure = self.failure or "the function returned other gradients than at the first point"
                    continue
                self.known = set(found.gradients)
                run.samples.append(b)
                self.record(run, b, values, found, left)
            if run.samples:
                self.runs.append(run)
        first = self.runs[0]
        if not first.costs and not first.gradients:
            raise CodeError("the function returns nothing to compare: neither a cost nor a gradient")
        for name in sorted(first.left.keys() - self.stepped):
            self.notes[f"the code changes {name} in place"] = None
        self._steady(first)

    def called(self, values: dict[str, Any]) -> tuple[Returned, dict[str, Array]]:
        """Call the code once: its cost and gradients, and the arguments that it changed in place."""
        wanted = [
            Wanted(t.parameter, (t.name.spelled, t.name.latex), np.shape(values[t.parameter])) for t in self.targets
        ]
        result, left = invoke(self.function, self.arguments, values)
        found = Returned() if result is None and left else interpret(result, wanted, self.asked)
        if not found.gradients:
            self.from_steps(values, left, found)
        return found, left

    def from_steps(self, values: dict[str, Any], left: dict[str, Array], found: Returned) -> None:
        """Compute the gradients of code that returns none and takes its step in place."""
        rate, name = self.arguments.rate
        for t in self.targets:
            after = left.get(t.parameter)
            if after is not None:
                found.gradients[t.parameter] = (values[t.parameter] - after) / rate
                self.stepped.add(t.parameter)
                said = f"what it loses in place, divided by {name}" if name else "what it loses in place"
                self.notes[f"the gradient by {t.parameter} is taken to be {said}"] = None

    def record(self, run: Run, b: int, values: dict[str, Any], found: Returned, left: dict[str, Array]) -> None:
        run.values[b] = values
        for name, a in left.items():
            run.left.setdefault(name, {})[b] = a
        if found.cost is not None:
            run.costs[b] = complex(found.cost) if complex(found.cost).imag else complex(found.cost).real
        for name, a in found.gradients.items():
            run.gradients.setdefault(name, {})[b] = a if np.iscomplexobj(a) and np.any(a.imag) else np.real(a)
            self.forms[name] = found.forms.get(name) or self.forms.get(name, "")
        self.single |= found.single
        if found.swapped:
            self.notes["the gradients come in another order than the arguments"] = None

    def _steady(self, run: Run) -> None:
        """Note if the same call does not give the same result again."""
        b = run.samples[0]
        found, _ = self.called(run.values[b])
        same = found.cost is None or b not in run.costs or _equal(found.cost, run.costs[b])
        same = same and all(_equal(a, run.gradients[name][b]) for name, a in found.gradients.items())
        if not same:
            self.notes["the code gives other numbers when it is called again: does it draw at random?"] = None


def _equal(x: Any, y: Any) -> bool:
    return bool(np.allclose(x, y, rtol=1e-12, atol=0.0, equal_nan=True))
