"""Tell arguments of one sort apart by how the cost changes with each of them.

All arguments of one sort get the same value, so that their order does not matter. Then one of them gets another value.
If it is the argument of a name, this changes the code's cost as it changes the document's. Names that change the cost
alike are told apart later, when one of them has a value of its own.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations, product
from typing import Any

import numpy as np

from symgrad.comparing.arguments import Arguments, Given
from symgrad.comparing.call_candidates import sort_of
from symgrad.comparing.calling import CodeError, invoke
from symgrad.comparing.causes.guess import changed
from symgrad.comparing.exact import GradientTerm, array
from symgrad.comparing.points import PointGroup
from symgrad.comparing.problem import Name, Problem, dependencies
from symgrad.comparing.returned import cost_in
from symgrad.core import nodes as n
from symgrad.core.ranges import Index, IndexArray
from symgrad.evaluating.environment import Environment, EvaluationError
from symgrad.evaluating.evaluator import Evaluator

CALLS = 2000
"""The most calls of the function for one match."""
CLOSE = 1e-8
KINDS = ("array", "position", "positions")


def alike(given: Sequence[Given], loose: Sequence[str]) -> dict[object, list[Given]]:
    """The arguments of each sort that has several."""
    out: dict[object, list[Given]] = {}
    for g in given:
        if g.name is not None and g.name.kind in KINDS and g.parameter in loose:
            out.setdefault(sort_of(g.name), []).append(g)
    return {s: found for s, found in out.items() if len(found) > 1}


def exchanged(given: Sequence[Given], loose: Sequence[str]) -> Iterator[tuple[Given, ...]]:
    """The bindings with arguments of one sort exchanged, in all orders."""
    groups = list(alike(given, loose).values())
    for orders in product(*(permutations([g.name for g in found]) for found in groups)):
        names = {
            g.parameter: name
            for found, order in zip(groups, orders, strict=True)
            for g, name in zip(found, order, strict=True)
        }
        yield tuple(replace(g, name=names.get(g.parameter, g.name)) for g in given)


@dataclass(frozen=True, slots=True)
class Match:
    """The order of arguments in which a function gives the document's cost at a point; None if none was found.

    undecided: there may be one nevertheless, because the cost is undefined where several arguments are equal.
    """

    given: tuple[Given, ...] | None
    undecided: bool


def matched(
    function: Callable[..., Any], given: Sequence[Given], loose: Sequence[str], group: PointGroup, problem: Problem
) -> Match:
    """Exchange arguments of one sort until the function gives the cost."""
    used = {d for g in given if g.name is not None and g.name.kind == "value" for d in _dependencies(g.name)}
    several = alike(given, loose)
    groups = {s: found for s, found in several.items() if not used & {_drawn(g.name) for g in found}}
    if not groups:
        return Match(None, bool(several))
    solver = _ArgumentSolver(function, tuple(given), groups, group, problem)
    with np.errstate(all="ignore"):
        names = solver.solve({})
    if names is None:
        return Match(None, solver.undecided or len(groups) < len(several))
    return Match(tuple(replace(g, name=names.get(g.parameter, g.name)) for g in given), False)


def _dependencies(name: Name) -> set[object]:
    return set(dependencies(name.what)) if isinstance(name.what, n.Expr) else {name.what}


def _drawn(name: Name | None) -> n.Tensor | Index | IndexArray:
    assert name is not None  # constants are none of these
    what = name.what.tensor if isinstance(name.what, n.Entry) else name.what
    assert isinstance(what, (n.Tensor, Index, IndexArray))  # the kinds that are exchanged
    return what


@dataclass(eq=False)
class _ArgumentSolver:
    function: Callable[..., Any]
    given: tuple[Given, ...]
    groups: Mapping[object, list[Given]]
    group: PointGroup
    problem: Problem
    calls: int = 0
    undecided: bool = False

    def solve(self, known: dict[str, Name]) -> dict[str, Name] | None:
        """Names for all parameters, given the names of some."""
        base = self.env(known)
        start = self.exact(base)
        if not self.same(self.called(base, known, None), start):
            return None
        open_ = {g.parameter: s for s, found in self.groups.items() for g in found if g.parameter not in known}
        if not open_:
            return known
        taken = {name.latex for name in known.values()}
        moves: dict[object, list[tuple[Name, float]]] = {}
        for s in set(open_.values()):
            left = [g.name for g in self.groups[s] if g.name is not None and g.name.latex not in taken]
            moves[s] = [(name, self.exact(self.env(known, name))) for name in left]
        fitting: dict[str, list[Name]] = {}
        for p, s in open_.items():
            value = self.called(base, known, p)
            fitting[p] = [name for name, exact in moves[s] if self.same(value, exact)]
            if not fitting[p] or self.calls > CALLS:
                return None
        least = min(fitting, key=lambda p: len(fitting[p]))
        for name in fitting[least]:
            found = self.solve({**known, least: name})
            if found is not None or self.calls > CALLS:
                return found
        return None

    def env(self, known: Mapping[str, Name], moved: Name | None = None) -> Environment:
        """The point at which all names that are not known have the first one's value, except ``moved``, which has the
        second one's."""
        sample = self.group.samples[0]
        own = changed(self.group.env.sample(sample), None)
        out = changed(own, None)
        settled = {name.latex for name in known.values()}
        for found in self.groups.values():
            first, second, *_ = (_value(own, g.name) for g in found)
            for g in found:
                assert g.name is not None  # constants are none of these
                if g.name.latex not in settled:
                    same = moved is None or g.name.latex != moved.latex
                    _set(out, g.name, first if same else second)
        return out

    def exact(self, env: Environment) -> float:
        try:
            return float(array(Evaluator(env), GradientTerm(self.problem.value))[0])
        except (EvaluationError, ValueError):
            return float("nan")

    def called(self, base: Environment, known: Mapping[str, Name], moved: str | None) -> complex:
        """The cost that the function returns, with one parameter moved."""
        self.calls += 1
        given = [replace(g, name=known.get(g.parameter, g.name)) for g in self.given]
        # a parameter that is not known gets a shared value, so it does not matter which name is used for it
        free = [g.name for found in self.groups.values() for g in found]
        settled = {name.latex for name in known.values()}
        for k, g in enumerate(given):
            if g.parameter not in known and g.name in free:
                s = sort_of(g.name) if g.name is not None else None
                spare = next(h.name for h in self.groups[s] if h.name is not None and h.name.latex not in settled)
                given[k] = replace(g, name=spare)
        values = Arguments(given).values(base, 0)
        if moved is not None:
            g = next(g for g in given if g.parameter == moved)
            assert g.name is not None  # constants are not moved
            values[moved] = Arguments([g]).values(self.env(known, g.name), 0)[moved]
        try:
            with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):
                result, _ = invoke(self.function, Arguments(given), values)
            cost = None if result is None else cost_in(result)
        except CodeError:
            cost = None
        return complex("nan") if cost is None else complex(cost)

    def same(self, code: complex, exact: float) -> bool:
        self.undecided |= not (np.isfinite(code) and np.isfinite(exact)) or self.calls > CALLS
        scale = max(abs(exact), float(self.group.cost.scale[self.group.samples[0]]), 1e-300)
        return bool(abs(code - exact) <= CLOSE * scale)


def _value(env: Environment, name: Name | None) -> Any:
    drawn = _drawn(name)
    if isinstance(drawn, n.Tensor):
        return env.tensor(drawn)
    return env.index_array(drawn) if isinstance(drawn, IndexArray) else env.position(drawn)


def _set(env: Environment, name: Name, value: Any) -> None:
    drawn = _drawn(name)
    if isinstance(drawn, n.Tensor):
        env.tensors[drawn] = value
    elif isinstance(drawn, IndexArray):
        env.index_arrays[drawn] = value
    else:
        env.at[drawn] = value
