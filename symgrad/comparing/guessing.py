"""Find out what each argument of a function is, by calling it.

Where its arguments have other names than the document's, the function is called with quantities of the document until
it computes the document's cost.
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
"""The most candidate calls that are tried."""
RUNNING, EXCHANGED = 20, 200
"""Where the cost can't tell arguments apart: how many calls get their arguments exchanged, and how often each."""
CLOSE = 1e-8


@dataclass(frozen=True, slots=True)
class Guessed:
    """certain: this call gives the document's cost; named: the parameters have the document's names."""

    given: tuple[Given, ...]
    certain: bool
    named: bool = False


@dataclass(frozen=True, slots=True)
class ArgumentSearch:
    """The result of a search, the number of calls tried, and whether there are more."""

    found: Guessed | None
    tried: int
    more: bool

    def failed(self) -> str:
        """The message for a search that did not find the document's cost."""
        if self.found is None:
            why = "called with quantities of the document in its place it raises"
        else:
            why = "called with quantities of the document in their place it gives another cost, or none"
        return f"{why} ({'the first ' if self.more else ''}{self.tried} ways were tried)"


def guess(function: Callable[..., Any], problem: Problem, seed: int = 0) -> Guessed | None:
    """The likeliest binding of every parameter; None if the function raises in every candidate call."""
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
    """True if this call returns the document's cost."""
    return _tried(function, given, [g for g in draw_points(problem, [], seed, Fixed()) if g.samples]) == "cost"


def likeliest(function: Callable[..., Any], problem: Problem) -> tuple[Given, ...]:
    """The first candidate, which goes by names alone."""
    return next(CallCandidates(function, problem).all(), ())


def _tried(function: Callable[..., Any], given: Sequence[Given], groups: Sequence[PointGroup]) -> str:
    """``cost``: the call gives the exact cost at two points of different sizes; ``runs``: it does not raise; empty: it
    does."""
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
    """The bindings in the form of ``--map``, without those that match by name."""
    out = []
    for g in given:
        if g.name is None:
            out.append(f"{g.parameter}={g.constant!r}")
        elif g.name.spelled != g.parameter or g.layout:
            out.append(f"{g.name.latex}={g.parameter}" + (f".{g.layout}" if g.layout else ""))
    return out
