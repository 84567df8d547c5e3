"""The arguments by which the cost is differentiated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from symgrad.calculus.depends import depends_on
from symgrad.comparing.arguments import Arguments, Given
from symgrad.comparing.exact import GradientTerm, gradient
from symgrad.comparing.problem import Name, Problem, dependencies
from symgrad.core import nodes as n
from symgrad.text.diagnostic import SymgradError


@dataclass(frozen=True, slots=True)
class GradientTarget:
    """An argument whose gradient may be returned. ``term``: the gradient, in the document's layout."""

    given: Given
    name: Name
    entry: n.Entry | n.Ref
    term: GradientTerm

    @property
    def parameter(self) -> str:
        return self.given.parameter


def targets_of(problem: Problem, arguments: Arguments, wrt: Sequence[str] | None) -> list[GradientTarget]:
    """The arguments ``wrt``, in that order, or else every real-valued argument that the cost depends on, without the
    upstream gradient that a backward function is given.

    Raises ``SymgradError`` for a name that is not one of these.
    """
    real = [t for g in arguments.given if (t := _target(problem, g)) is not None]
    if wrt is None:
        return [t for t in real if t.entry not in _upstream_entries(problem)]
    out = []
    for text in wrt:
        name = problem.lookup(text)
        found = next((t for t in real if text in (t.parameter, t.name.latex, t.name.spelled)), None)
        if found is None and name is not None:
            found = next((t for t in real if t.name.latex == name.latex), None)
        if found is None:
            known = ", ".join(t.parameter for t in real)
            raise SymgradError(f"{text} is no real-valued argument of the function; it has {known or 'none'}")
        out.append(found)
    return out


def _upstream_entries(problem: Problem) -> list[n.Entry | n.Ref | None]:
    return [a.target for a in problem.arguments.values() if problem.upstream and a.latex == problem.upstream.name]


def _target(problem: Problem, given: Given) -> GradientTarget | None:
    name = given.name
    if name is None or not name.is_real:
        return None
    entry = name.target
    if entry is None or not depends_on(problem.value, entry):
        return None
    if not any(isinstance(d, n.Tensor) and d.domain not in ("bit", "sign") for d in dependencies(entry)):
        return None  # a one-hot vector, a count
    return GradientTarget(given, name, entry, gradient(problem.value, entry, name.axes))
