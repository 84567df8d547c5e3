"""Costs built in SymPy have the normal form and the gradients of the documents that state them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import sympy as sp

import symgrad as sg
from symgrad.calculus.differentiate import Resolver
from symgrad.core.claims import Claim
from symgrad.core.nodes import Entry, free_indices, reach, rebuild
from symgrad.core.ranges import Gather
from symgrad.core.substitute import expand, substitute
from symgrad.proving.proof import Prover
from symgrad.sympy_costs.sympy_cost import confirm, cost_of
from symgrad.text.python_names import spelled
from symgrad.writing.letters import name as written
from tests.cases import each
from tests.samples import EXHAUSTIVE
from tests.sympy_door.costs_of_documents import ROWS

FIRST_SUBJECT = {name for name, _, _ in ROWS[:17]}
CHOSEN = ROWS if EXHAUSTIVE else ROWS[:17] + ROWS[17::9]
ROOT = Path(__file__).parents[2]


@cache
def document(name: str) -> sg.api.Document:
    folder, _, file = name.rpartition("/")
    return sg.read(ROOT / (f"tests/{folder}" if folder else "derivations") / f"{file}.md")


def symbols(expr: Any) -> dict[str, Any]:
    """The arrays, positions, sizes and numbers of an expression by their Python names."""
    bases = expr.atoms(sp.IndexedBase)
    labels = {b.label for b in bases}
    named = [s for s in expr.atoms(sp.Symbol) if s not in labels and not str(s).endswith("_")]  # ``j_`` is bound
    return {spelled(str(s)): s for s in (*named, *bases)}


def proved(mine: Any, theirs: Any, names: Any, places: dict[Any, Any]) -> bool:
    """Whether an expression of a document made from SymPy equals one of another document, by the names there."""
    back = names.latex.back()
    mine, theirs = expand(mine), expand(theirs)
    tensors = {t.name: t for t in reach(theirs).tensors}
    arrays = {a.name: a for a in reach(theirs).index_arrays}
    fixed = {i.letter: i for i in free_indices(theirs) if i not in places.values()}

    def slot(e: Any) -> Any:
        if isinstance(e, Gather):
            return Gather(arrays[back[e.array.name]], tuple(map(slot, e.indices)))
        return e

    def other(n: Any) -> Any:
        n = rebuild(n, slot, other)
        return Entry(tensors[back[n.tensor.name]], n.indices) if isinstance(n, Entry) else n

    here = places | {i: fixed[back[i.letter]] for i in free_indices(mine) if i not in places}
    return Prover().prove(Claim(substitute(other(mine), here), theirs, tuple(free_indices(theirs)))) is not None


@each(("name", "of", "build"), CHOSEN, ids=[f"{name} {of}" for name, of, _ in CHOSEN])
def test_the_normal_form_and_the_gradients_are_those_of_the_document(
    name: str, of: str, build: Callable[..., Any]
) -> None:
    cost = document(name).cost(of)
    known = symbols(cost.sympy)
    expr = build(*(known[p] for p in inspect.signature(build).parameters))
    mine = sg.Cost(expr)
    assert proved(mine.value, cost.value, mine.names, {})
    whole = EXHAUSTIVE or name in FIRST_SUBJECT
    for target in mine.parameters() if whole else mine.parameters()[:1]:
        by = mine.gradient(target).found
        (theirs,) = cost.requests.targets(cost.requests.quantity(of), [written(target)])
        places = dict(zip(by.targets[0].axes, theirs.axes, strict=True))
        derivative = Resolver().differentiate(expand(cost.value), theirs.entry)
        assert proved(by.entry, derivative, mine.names, places), target


@each(("name", "of", "build"), CHOSEN, ids=[f"{name} {of}" for name, of, _ in CHOSEN])
def test_a_cost_is_entered_as_its_text_is_read(name: str, of: str, build: Callable[..., Any]) -> None:
    known = symbols(document(name).cost(of).sympy)
    expr = build(*(known[p] for p in inspect.signature(build).parameters))
    entered, read = cost_of(expr), cost_of(expr, written=True)
    for table in ("values", "indices", "index_arrays", "functions", "sizes"):
        here, there = (getattr(cost.read.scope, table) for cost in (entered, read))
        assert set(here) == set(there), table
    confirm(entered, expand(read.value))


def test_there_are_sixty_of_them() -> None:
    assert len(ROWS) >= 60
