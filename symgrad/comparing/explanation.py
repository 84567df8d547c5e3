"""Explain a gradient that differs: likely causes, and the step of the document that the code computes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from symgrad.calculus.depends import depends_on
from symgrad.comparing.causes.guess import Change
from symgrad.comparing.causes.search import CodeNumbers, causes
from symgrad.comparing.exact import GradientTerm, gradient
from symgrad.comparing.findings import Finding
from symgrad.comparing.problem import Problem
from symgrad.comparing.running import Run, Runner
from symgrad.comparing.stated_steps import equal_step
from symgrad.comparing.targets import GradientTarget
from symgrad.core import nodes as n
from symgrad.evaluating.environment import Environment
from symgrad.writing.index_latex import latex

FINAL = "what it is left at"
COMPLEX = "the code gives complex numbers, whose imaginary part is not zero: return the real part, or compute in reals"


@dataclass(frozen=True, slots=True)
class Explainer:
    """Explains the findings about one function."""

    problem: Problem
    runner: Runner
    tolerance: float

    def explained_cost(self, finding: Finding) -> Finding:
        """A cost that differs, with the likeliest causes."""
        cost = self.problem.cost
        evidence = []
        for run in self.runner.runs:
            exact = run.group.cost
            code = np.array([run.costs[b] for b in run.samples])
            evidence.append(CodeNumbers(run.group.env, tuple(run.samples), code, exact.value, exact.scale))
        others = [
            (f"this is ${q.name}$", GradientTerm(q.value.body))
            for q in self.problem.vocabulary.quantities()
            if q.is_scalar and q.name != cost.name
        ]
        if any(e.is_complex(self.tolerance) for e in evidence):
            return replace(finding, causes=(COMPLEX,))
        evidence = [e.real() for e in evidence]
        write = partial(latex, names=self.problem.vocabulary.naming())
        found = causes(
            self.problem, None, GradientTerm(self.problem.value), others, [], evidence, write, self.tolerance
        )
        return replace(finding, causes=found)

    def explained(self, finding: Finding, target: GradientTarget) -> Finding:
        """A gradient that differs, with the likeliest causes and the step that it equals."""
        if finding.form == "transposed" and finding.error <= self.tolerance:
            said = "transposed: this is the gradient's transpose, in another shape than its argument"
            return replace(finding, causes=(said,))
        evidence = [self.evidence(target, run) for run in self.runner.runs]
        if any(e.is_complex(self.tolerance) for e in evidence):
            return replace(finding, causes=(COMPLEX,))
        evidence = [e.real() for e in evidence]
        write = partial(latex, names=self.problem.vocabulary.naming())
        found = causes(
            self.problem,
            target.entry,
            target.term,
            list(self.others(target)),
            list(self.stale()),
            evidence,
            write,
            self.tolerance,
        )
        step = equal_step(self.problem, target, evidence, self.tolerance)
        return replace(finding, causes=found, step=step)

    def evidence(self, target: GradientTarget, run: Run) -> CodeNumbers:
        exact = run.group.gradients[list(self.runner.targets).index(target)]
        code = run.gradients[target.parameter]
        rows = [target.given.unlaid(code[b], exact.value.shape[1:]) for b in run.samples]
        return CodeNumbers(run.group.env, tuple(run.samples), np.array(rows), exact.value, exact.scale)

    def others(self, target: GradientTarget) -> Iterator[tuple[str, GradientTerm]]:
        """Other gradients that the code may have computed."""
        for other in self.runner.targets:
            if other is not target:
                yield f"this is the gradient by ${other.name.latex}$", other.term
        axes = target.term.axes
        for q in self.problem.vocabulary.quantities():
            body = q.value.body
            if q.is_scalar and q.name != self.problem.cost.name and depends_on(body, target.entry):
                yield f"this is the gradient of ${q.name}$", gradient(body, target.entry, axes)
            elif isinstance(body, n.Ref) and depends_on(self.problem.value, body):
                yield f"this is the gradient by ${q.name}$", gradient(self.problem.value, body, q.value.axes)

    def stale(self) -> Iterator[tuple[str, Change]]:
        """Arguments that the code changes in place before it uses them."""
        for target in self.runner.targets:
            if not isinstance(target.entry, n.Entry) or target.name.kind != "array":
                continue
            tensor = target.entry.tensor
            after = n.Tensor(FINAL, tensor.ranges)
            seen = False
            for run in self.runner.runs:
                values = np.array(run.group.env.tensor(tensor))
                for b, a in run.left.get(target.parameter, {}).items():
                    values[b] = target.given.unlaid(a, values.shape[1:])
                    seen = True
                run.group.env.tensors[after] = values
            if seen:
                say = f"${tensor.name}$ is changed in place before it is used here"
                yield say, partial(_replaced, tensor, after)


def _replaced(tensor: n.Tensor, after: n.Tensor, env: Environment) -> None:
    env.tensors[tensor] = env.tensors[after]
