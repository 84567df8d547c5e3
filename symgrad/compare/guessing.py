"""Which argument is what, found by calling: a function whose arguments have names of their own is tried with the
quantities of the document, until it computes the document's cost.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import islice, product
from typing import Any

from symgrad.compare.arguments import Arguments, Given, Layout, parameters
from symgrad.compare.calling import CodeError, invoke
from symgrad.compare.points import Fixed, Group, draw_points
from symgrad.compare.problem import Name, Problem
from symgrad.compare.results import cost_in
from symgrad.ir import nodes as n
from symgrad.notation.scope import Defined

TRIED = 4000
"""How many ways to call a function are tried."""
LAID = 64
"""How many layouts of one choice are tried."""
CLOSE = 1e-8


@dataclass(frozen=True, slots=True)
class Guessed:
    """certain: called this way the function gives the document's cost; named: it has the document's names."""

    given: tuple[Given, ...]
    certain: bool
    named: bool = False


def guess(function: Callable[..., Any], problem: Problem, seed: int = 0) -> Guessed | None:
    """What every parameter is likely given; None where no way to call the function runs through."""
    groups = [g for g in draw_points(problem, [], seed, Fixed()) if g.samples]
    runs: Guessed | None = None
    order = [p.name for p in parameters(function)]
    for way in islice(_ways(function, problem), TRIED):
        given = tuple(sorted(way, key=lambda g: order.index(g.parameter)))
        outcome = _tried(function, given, groups)
        if outcome == "cost":
            return Guessed(given, True)
        if outcome == "runs" and runs is None:
            named = all(g.name is not None and g.name.spelled == g.parameter for g in given)
            runs = Guessed(given, False, named)
    return runs


def gives_cost(function: Callable[..., Any], given: Sequence[Given], problem: Problem, seed: int = 0) -> bool:
    """Whether a function that is called this way returns the document's cost."""
    return _tried(function, given, [g for g in draw_points(problem, [], seed, Fixed()) if g.samples]) == "cost"


def likeliest(function: Callable[..., Any], problem: Problem) -> tuple[Given, ...]:
    """The first way by name, whether it runs or not."""
    return next(_ways(function, problem), ())


def _ways(function: Callable[..., Any], problem: Problem) -> Iterator[tuple[Given, ...]]:
    """Ways to call it, the likeliest first: names that match stay, the others are tried, then in other layouts."""
    fixed: list[Given] = []
    open_: list[str] = []
    for p in parameters(function):
        name = problem.named(p.name)
        if name is not None and name.kind != "value":
            fixed.append(Given(p.name, name))
        elif p.default is p.empty:
            open_.append(p.name)
    taken = {g.name.spelled for g in fixed if g.name is not None}
    names = [name for name in _candidates(problem) if name.spelled not in taken]
    ranked = [sorted(names, key=lambda name: -_alike(p, name)) for p in open_]
    if not open_:
        yield tuple(fixed)
        yield from _laid(fixed)
        return
    plain = [c for c in _by_rank(ranked) if len({name.latex for name in c}) == len(c)]
    for choice in plain:
        yield (*fixed, *(Given(p, name) for p, name in zip(open_, choice, strict=True)))
    for choice in plain[:200]:
        yield from _laid([*fixed, *(Given(p, name) for p, name in zip(open_, choice, strict=True))])


def _laid(given: Sequence[Given]) -> Iterator[tuple[Given, ...]]:
    """The same with matrices transposed, and vectors as rows and columns: few of them first."""
    choices = [_layouts(g) for g in given]
    ways = sorted(islice(product(*choices), 4096), key=lambda way: sum(layout != "" for layout in way))
    for way in ways[1:LAID]:
        yield tuple(replace(g, layout=layout) for g, layout in zip(given, way, strict=True))


def _layouts(g: Given) -> tuple[Layout, ...]:
    axes = 0 if g.name is None else len(g.name.axes)
    return ("", "T") if axes == 2 else ("", "row", "column") if axes == 1 else ("",)


def _by_rank(ranked: Sequence[Sequence[Name]]) -> list[tuple[Name, ...]]:
    """Choices of one from each list, those first whose ranks add up to the least."""
    orders = islice(product(*(range(len(names)) for names in ranked)), 200_000)
    chosen = sorted(orders, key=sum)[: 4 * TRIED]
    return [tuple(names[k] for names, k in zip(ranked, order, strict=True)) for order in chosen]


def _candidates(problem: Problem) -> list[Name]:
    """What the cost is made of, then slices by their names at the fixed positions, then defined arrays."""
    out = list(problem.arguments.values())
    letters = [a.latex for a in out if a.kind == "position"]
    scope = problem.document.scope
    for key, entry in scope.values.items():
        if isinstance(entry, Defined) and entry.alias and len(entry.patterns) == 1:
            out += [name for letter in letters if (name := problem.lookup(f"{key}_{letter}")) is not None]
    for q in problem.vocabulary.quantities():
        if not q.is_scalar and (name := problem.lookup(q.name)) is not None:
            out.append(name)
    return list({name.latex: name for name in out if problem.knows(name)}.values())


def _alike(parameter: str, name: Name) -> float:
    """How much a parameter's name looks like one of the document; what the cost is made of comes first."""
    likeness = SequenceMatcher(None, parameter.lower(), name.spelled.lower()).ratio()
    return likeness - (0.3 if name.kind == "size" else 0.2 if name.kind == "value" and name.what is n.ZERO else 0.0)


def _tried(function: Callable[..., Any], given: Sequence[Given], groups: Sequence[Group]) -> str:
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
        if g.name is not None and (g.name.spelled != g.parameter or g.layout):
            out.append(f"{g.name.latex}={g.parameter}" + (f".{g.layout}" if g.layout else ""))
    return out
