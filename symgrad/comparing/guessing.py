"""Which argument is what, found by calling: a function whose arguments have names of their own is tried with the
quantities of the document, until it computes the document's cost.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from symgrad.comparing.argument_matching import exchanged, matched
from symgrad.comparing.arguments import Arguments, Given, parameters
from symgrad.comparing.call_candidates import CallCandidates, signature
from symgrad.comparing.calling import CodeError, invoke
from symgrad.comparing.points import Fixed, PointGroup, draw_points
from symgrad.comparing.problem import Problem
from symgrad.comparing.returned import cost_in

TRIED = 4000
"""How many ways to call a function are tried."""
RUNNING, EXCHANGED = 20, 200
"""Of how many the arguments are exchanged one by one, and how often: where the cost can't tell them apart."""
CLOSE = 1e-8


@dataclass(frozen=True, slots=True)
class Guessed:
    """certain: called this way the function gives the document's cost; named: it has the document's names."""

    given: tuple[Given, ...]
    certain: bool
    named: bool = False


@dataclass(frozen=True, slots=True)
class ArgumentSearch:
    """What was found, how many kinds of ways to call the function were tried, and whether there are more."""

    found: Guessed | None
    tried: int
    more: bool

    def failed(self) -> str:
        """What is said of a search that did not find the document's cost."""
        if self.found is None:
            why = "called with quantities of the document in its place it raises"
        else:
            why = "called with quantities of the document in their place it gives another cost, or none"
        return f"{why} ({'the first ' if self.more else ''}{self.tried} ways were tried)"


def guess(function: Callable[..., Any], problem: Problem, seed: int = 0) -> Guessed | None:
    """What every parameter is likely given; None where no way to call the function runs through."""
    return search(function, problem, seed).found


def search(function: Callable[..., Any], problem: Problem, seed: int = 0) -> ArgumentSearch:
    """Try candidate calls, the likeliest first, one per signature. Where a call succeeds, arguments of one sort
    are told apart by how the cost changes with each."""
    groups = [g for g in draw_points(problem, [], seed, Fixed()) if g.samples]
    order = [p.name for p in parameters(function)]
    candidates = CallCandidates(function, problem)
    seen: set[tuple[object, ...]] = set()
    runs: tuple[Given, ...] = ()
    undecided: list[Iterator[tuple[Given, ...]]] = []
    count = 0
    more = True
    for candidate in candidates.all():
        given = tuple(sorted(candidate, key=lambda g: order.index(g.parameter)))
        kind = signature(given)
        if kind in seen:
            continue
        if count == TRIED:
            break
        seen.add(kind)
        count += 1
        outcome = _tried(function, given, groups)
        if outcome == "runs":
            runs = runs or given
            match = matched(function, given, candidates.open, groups[-1], problem)
            if match.given is not None and _tried(function, match.given, groups) == "cost":
                given, outcome = match.given, "cost"
            elif match.undecided:
                undecided.append(exchanged(given, candidates.open))
        if outcome == "cost":
            return ArgumentSearch(Guessed(given, True), count, False)
    else:
        more = False
    for given in chain.from_iterable(islice(others, EXCHANGED) for others in undecided[:RUNNING]):
        count += 1
        if _tried(function, given, groups) == "cost":
            return ArgumentSearch(Guessed(given, True), count, False)
    named = all(g.name is not None and g.name.spelled == g.parameter for g in runs)
    return ArgumentSearch(Guessed(runs, False, named) if runs else None, count, more)


def gives_cost(function: Callable[..., Any], given: Sequence[Given], problem: Problem, seed: int = 0) -> bool:
    """Whether a function that is called this way returns the document's cost."""
    return _tried(function, given, [g for g in draw_points(problem, [], seed, Fixed()) if g.samples]) == "cost"


def likeliest(function: Callable[..., Any], problem: Problem) -> tuple[Given, ...]:
    """The first way by name, whether it runs or not."""
    return next(CallCandidates(function, problem).all(), ())


def _tried(function: Callable[..., Any], given: Sequence[Given], groups: Sequence[PointGroup]) -> str:
    """``cost``: it gives the exact cost at two points of different sizes; ``runs``: it runs through at one."""
    arguments = Arguments(list(given))
    said = ""
    for group in (groups[0], groups[-1]):
        b = group.samples[0]
        try:
            with open(os.devnull, "w") as nowhere, contextlib.redirect_stderr(nowhere):
                result, _ = invoke(function, arguments, arguments.values(group.env, b))
            cost = None if result is None else cost_in(result)
        except CodeError:
            return said
        if cost is None:
            return "runs"
        exact, scale = float(group.cost.value[b]), float(group.cost.scale[b])
        if not abs(complex(cost) - exact) <= CLOSE * max(scale, 1e-300):
            return "runs"
        said = "cost"
    return said


def as_maps(given: Sequence[Given]) -> list[str]:
    """The same as ``--map`` takes it; what matches by its own name is left out."""
    out = []
    for g in given:
        if g.name is None:
            out.append(f"{g.parameter}={g.constant!r}")
        elif g.name.spelled != g.parameter or g.layout:
            out.append(f"{g.name.latex}={g.parameter}" + (f".{g.layout}" if g.layout else ""))
    return out
