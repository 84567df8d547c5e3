"""The ways in which a function may be called with the quantities of a document, the likeliest first."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import combinations, islice, product
from typing import Any

from symgrad.comparing.arguments import RATES, Given, Layout, parameters
from symgrad.comparing.problem import Name, Problem, dependencies
from symgrad.core import nodes as n
from symgrad.core.ranges import Index, IndexArray
from symgrad.reading.names.scope import Defined

LAID = 64
"""How many layouts of one choice are tried."""
CHOICES, TURNED = 4000, 200
"""How many choices of names are made, and how many of them are tried in other layouts."""
NODES = 200_000
"""How many partial choices are looked at."""
DEFAULTS = 3
"""How many arguments that have a default are given something else at once."""


def sort_of(name: Name) -> object:
    """What names have in common that may stand for each other: arrays of one shape, positions in one range."""
    what = name.what
    if name.kind == "array" and isinstance(what, n.Entry):
        return ("array", what.tensor.ranges, what.tensor.domain)
    if isinstance(what, IndexArray):
        return ("positions", what.ranges, what.target)
    return ("position", what.range) if isinstance(what, Index) else name.latex


def signature(given: Sequence[Given]) -> tuple[object, ...]:
    """The sort and layout of what every parameter is given."""
    return tuple((g.parameter, g.constant if g.name is None else sort_of(g.name), g.layout) for g in given)


class CallCandidates:
    """Names that match stay, the others are tried. ``open``: the parameters that are tried."""

    def __init__(self, function: Callable[..., Any], problem: Problem) -> None:
        self.fixed: list[Given] = []
        self.open: list[str] = []
        self.optional: dict[str, inspect.Parameter] = {}
        for p in parameters(function):
            name = problem.named(p.name)
            if name is not None and name.kind != "value":
                self.fixed.append(Given(p.name, name))
            elif p.default is p.empty and p.name in RATES:
                self.fixed.append(Given(p.name, constant=1.0))
            elif p.default is p.empty:
                self.open.append(p.name)
            elif type(p.default) in (int, float) and p.name not in RATES:
                self.optional[p.name] = p
        self.required = list(self.open)
        taken = {g.name.spelled for g in self.fixed if g.name is not None}
        self.names = [name for name in _candidates(problem) if name.spelled not in taken]
        self.covers = {name.latex: _reach(name) for name in self.names}
        wanted = {d for a in problem.arguments.values() if a.kind != "size" for d in _own(a)}
        for g in self.fixed:
            if g.name is not None:
                wanted -= _reach(g.name)
        self.wanted = frozenset(wanted)
        """What must reach the function by one of the names that are tried."""

    def all(self) -> Iterator[tuple[Given, ...]]:
        """Those first in which everything that the cost depends on reaches the function."""
        for covering in (True, False):
            for chosen in self.parameters():
                self.open = chosen
                choices = list(islice(self.choices(chosen, covering), CHOICES))
                for choice in choices:
                    yield (*self.fixed, *choice)
                for choice in choices[:TURNED]:
                    yield from _laid([*self.fixed, *choice])

    def parameters(self) -> Iterator[list[str]]:
        """Which are tried: those without a default, and others where that is too few for all there is."""
        some = [
            [*self.required, *more]
            for count in range(1, min(DEFAULTS, len(self.optional)) + 1)
            for more in combinations(self.optional, count)
        ]
        enough = len(self.wanted) <= len(self.required)
        yield from ([self.required, *some] if enough else [*some, self.required])

    def choices(self, chosen: Sequence[str], covering: bool) -> Iterator[tuple[Given, ...]]:
        """A name of its own for every parameter, one choice of each kind, those first whose ranks add up to the
        least."""
        sorts: dict[object, list[Name]] = {}
        for name in self.names:
            sorts.setdefault(sort_of(name), []).append(name)
        ranked = []
        for p in chosen:
            fitting = {s: names for s, names in sorts.items() if self._fits(p, names[0])}
            ranked.append(sorted(fitting, key=lambda s: -max(_alike(p, name) for name in fitting[s])))
        nodes = [NODES]
        left = {s: len(names) for s, names in sorts.items()}
        for budget in range(sum(max(0, len(r) - 1) for r in ranked) + 1):
            for order in _orders(ranked, budget, left, nodes):
                names = _named(chosen, order, sorts)
                reached = frozenset().union(*(self.covers[name.latex] for name in names))
                if not covering or self.wanted <= reached:
                    yield tuple(Given(p, name) for p, name in zip(chosen, names, strict=True))
            if nodes[0] <= 0:
                return

    def _fits(self, parameter: str, name: Name) -> bool:
        """Whether a parameter may be given a name: one with a default only a number of its kind."""
        default = self.optional.get(parameter)
        if default is None:
            return True
        return (name.kind == "array" and not name.axes) or (name.kind == "size" and isinstance(default.default, int))


def _orders(
    ranked: Sequence[Sequence[object]], budget: int, left: dict[object, int], nodes: list[int]
) -> Iterator[tuple[object, ...]]:
    """Choices of one sort from each list whose ranks add up to the budget, no sort more often than it has names."""
    if not ranked:
        if not budget:
            yield ()
        return
    for rank, sort in enumerate(ranked[0][: budget + 1]):
        nodes[0] -= 1
        if nodes[0] <= 0:
            return
        if left[sort]:
            left[sort] -= 1
            for rest in _orders(ranked[1:], budget - rank, left, nodes):
                yield (sort, *rest)
            left[sort] += 1


def _named(chosen: Sequence[str], order: Sequence[object], sorts: dict[object, list[Name]]) -> list[Name]:
    """Names for a choice of sorts: of several alike the likeliest that is left."""
    left = {s: list(names) for s, names in sorts.items()}
    out = []
    for p, s in zip(chosen, order, strict=True):
        best = max(left[s], key=lambda name: _alike(p, name))
        left[s].remove(best)
        out.append(best)
    return out


def _own(name: Name) -> set[object]:
    return {name.what.tensor} if isinstance(name.what, n.Entry) else {name.what}


def _reach(name: Name) -> frozenset[object]:
    """What a name speaks of, definitions looked through."""
    return frozenset(dependencies(name.what) if isinstance(name.what, n.Expr) else (name.what,))


def _laid(given: Sequence[Given]) -> Iterator[tuple[Given, ...]]:
    """The same with matrices transposed, and vectors as rows and columns: all matrices first, then few of either."""
    choices = [_layouts(g) for g in given]
    turned: tuple[Layout, ...] = tuple("T" if "T" in c else "" for c in choices)
    layouts = sorted(islice(product(*choices), 4096), key=lambda found: sum(layout != "" for layout in found))
    for found in list(dict.fromkeys([turned, *layouts[1:]]))[:LAID]:
        if any(found):
            yield tuple(replace(g, layout=layout) for g, layout in zip(given, found, strict=True))


def _layouts(g: Given) -> tuple[Layout, ...]:
    axes = 0 if g.name is None else len(g.name.axes)
    return ("", "T") if axes == 2 else ("", "row", "column") if axes == 1 else ("",)


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
