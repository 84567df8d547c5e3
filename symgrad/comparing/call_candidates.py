"""Candidate calls of a function with the quantities of a document, the likeliest first."""

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
"""The most layouts that are tried for one choice."""
CHOICES, TURNED = 4000, 200
"""The most choices of names, and how many of them are tried in other layouts."""
NODES = 200_000
"""The most partial choices that are examined."""
DEFAULTS = 3
"""The most arguments with a default that are given another value at once."""


def sort_of(name: Name) -> object:
    """The sort of a name. Names of one sort may be exchanged: arrays of one shape, positions in one range."""
    what = name.what
    if name.kind == "array" and isinstance(what, n.Entry):
        return ("array", what.tensor.ranges, what.tensor.domain)
    if isinstance(what, IndexArray):
        return ("positions", what.ranges, what.target)
    return ("position", what.range) if isinstance(what, Index) else name.latex


def signature(given: Sequence[Given]) -> tuple[object, ...]:
    """The sort and layout of the value of every parameter."""
    return tuple((g.parameter, g.constant if g.name is None else sort_of(g.name), g.layout) for g in given)


class CallCandidates:
    """Parameters whose names match keep them; for the others, ``open``, every choice of names is tried."""

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
        """What the tried names must cover, so that the function receives all that the cost depends on."""

    def all(self) -> Iterator[tuple[Given, ...]]:
        """All candidates, first those that pass everything that the cost depends on."""
        for covering in (True, False):
            for chosen in self.parameters():
                self.open = chosen
                choices = list(islice(self.choices(chosen, covering), CHOICES))
                for choice in choices:
                    yield (*self.fixed, *choice)
                for choice in choices[:TURNED]:
                    yield from _laid([*self.fixed, *choice])

    def parameters(self) -> Iterator[list[str]]:
        """The parameters to try: those without a default, and more if these are too few for what must be covered."""
        some = [
            [*self.required, *more]
            for count in range(1, min(DEFAULTS, len(self.optional)) + 1)
            for more in combinations(self.optional, count)
        ]
        enough = len(self.wanted) <= len(self.required)
        yield from ([self.required, *some] if enough else [*some, self.required])

    def choices(self, chosen: Sequence[str], covering: bool) -> Iterator[tuple[Given, ...]]:
        """A different name for every parameter, one choice per signature, in the order of the sum of ranks."""
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
        """True if a parameter may receive a name. One with a default may only receive a number of the same type."""
        default = self.optional.get(parameter)
        if default is None:
            return True
        return (name.kind == "array" and not name.axes) or (name.kind == "size" and isinstance(default.default, int))


def _orders(
    ranked: Sequence[Sequence[object]], budget: int, left: dict[object, int], nodes: list[int]
) -> Iterator[tuple[object, ...]]:
    """One sort from each list, with ranks that add up to the budget, and no sort more often than it has names."""
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
    """Names for a choice of sorts: for each parameter the likeliest name of the sort that is left."""
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
    """Everything that a name depends on, through definitions."""
    return frozenset(dependencies(name.what) if isinstance(name.what, n.Expr) else (name.what,))


def _laid(given: Sequence[Given]) -> Iterator[tuple[Given, ...]]:
    """The bindings in other layouts: first with all matrices transposed, then with few arrays transposed, or as rows
    or columns."""
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
    """The arguments of the cost, then named slices at the fixed positions, then defined arrays."""
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
    """How similar a parameter's name is to one of the document. Sizes and values rank lower."""
    likeness = SequenceMatcher(None, parameter.lower(), name.spelled.lower()).ratio()
    return likeness - (0.3 if name.kind == "size" else 0.2 if name.kind == "value" and name.what is n.ZERO else 0.0)
