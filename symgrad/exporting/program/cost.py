"""One cost as a graph: the arrays of its value and of its gradients, plain or over a batch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from symgrad.core.nodes import Expr, Lam
from symgrad.exporting.graph.array_graph import Graph
from symgrad.exporting.graph.array_kinds import ArrayNode, InputArray
from symgrad.exporting.graph.entries import argument
from symgrad.exporting.graph.labelled_array import LabelledArray
from symgrad.exporting.graph.stable_forms import stable_graph
from symgrad.exporting.program.adjoint import along, gradients
from symgrad.exporting.program.centring import less_means
from symgrad.exporting.program.common_work import multiples, shared_work
from symgrad.exporting.program.diagonals import off_diagonals
from symgrad.exporting.program.distinct import over_distinct
from symgrad.exporting.program.elimination import eliminated
from symgrad.exporting.program.inputs import Argument, Inputs, ordered_arguments
from symgrad.exporting.program.lower import Lowering
from symgrad.exporting.program.ordered_sums import cumulative
from symgrad.exporting.program.pair_sums import without_pairs
from symgrad.exporting.program.plan import nominal, number, planned
from symgrad.exporting.program.sharing import shared
from symgrad.exporting.program.solving import solving
from symgrad.exporting.program.stacking import stacked
from symgrad.exporting.program.structure import Form, form
from symgrad.reading.document_names import Quantity


@dataclass(frozen=True, slots=True)
class CostSource:
    """The document that a module is written for: its name, its text, and the names in order of declaration."""

    name: str
    text: str
    order: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(slots=True)
class Cost:
    """One exported cost: its arrays, plain or over a batch."""

    name: str
    written: str
    batch: bool
    graph: Graph
    inputs: Inputs
    value: ArrayNode
    forms: dict[str, Form]
    arguments: tuple[Argument, ...]
    upstream: InputArray | None = None
    """For an array in place of a cost: the argument that holds the gradient by it."""
    axes: tuple[int, ...] = ()
    """For an array: the axis of the array that each axis of ``value`` is."""
    ways: tuple[Argument, ...] = ()
    """For the slope of a cost along a direction: the arguments that hold the direction."""

    @property
    def reals(self) -> tuple[str, ...]:
        return tuple(a.name for a in self.arguments if a.kind == "real" and a.domain not in ("bit", "sign"))


def cost(
    quantity: Quantity,
    name: str,
    batch: bool,
    order: Sequence[str],
    wrt: Sequence[str] | None,
    functions: Iterable[str],
    merged: bool = False,
    symmetric: Callable[[Lam], bool] = lambda matrix: False,
    sloped: bool = False,
) -> Cost:
    """The arrays of a cost and of its gradients, for code that can call some functions.

    merged: what members of a batch share is computed once; symmetric: whether a matrix is known to be so;
    sloped: the slope of the cost along a direction takes its place, and its gradients are Hessian-vector products.
    """
    g, inputs = stable_graph(functions), Inputs()
    lowering = Lowering(g, inputs, batch, symmetric=symmetric)
    body: Expr = quantity.value.body
    axes: tuple[int, ...] = ()
    upstream: LabelledArray | None = None
    if quantity.is_scalar:
        value = stacked(g, _collapsed(g, lowering.cost(body).node, sloped))
        if batch and merged:
            value = over_distinct(g, value)
    else:
        whole = lowering.array(body, quantity.value.axes)
        value = stacked(g, _collapsed(g, whole.node, sloped))
        axes = tuple(quantity.value.axes.index(x) for x in whole.labels)
        upstream = _upstream(g, inputs, name, value, axes)
    directed: dict[str, Argument] = {}
    if sloped:
        value, directed = _sloped(lowering, value, wrt)
    g.names[value] = name
    found = gradients(lowering, value, upstream)
    arguments = ordered_arguments(inputs, g, order)
    sizes = nominal(inputs)
    forms: dict[str, Form] = {}
    for a in arguments:
        if not _differentiable(a, wrt):
            continue
        node = next(n for n in g.table.values() if isinstance(n, InputArray) and n.name == a.name)
        forms[a.name] = form(g, node.rank, found.get(node, []), lambda d: number(d, sizes))
    for step in (off_diagonals, shared_work, partial(planned, inputs=inputs), multiples, solving):
        new = step(g, [value, *(n for f in forms.values() for n in f.nodes())])
        forms, value = {name: f.over(new) for name, f in forms.items()}, new[value]
    given = None if upstream is None else upstream.node
    assert given is None or isinstance(given, InputArray)
    return Cost(name, quantity.name, batch, g, inputs, value, forms, arguments, given, axes, _in(forms, directed))


def _collapsed(g: Graph, value: ArrayNode, sloped: bool) -> ArrayNode:
    """The same array with sums that need less work; those that are differentiated once only if it is ``sloped``."""
    return cumulative(g, without_pairs(g, eliminated(g, less_means(g, shared(g, value)))), logarithms=not sloped)


def _sloped(lowering: Lowering, value: ArrayNode, wrt: Sequence[str] | None) -> tuple[ArrayNode, dict[str, Argument]]:
    """The slope of a cost along the arguments ``v_U, v_V, ...``, which stand for the arguments ``U, V, ...``."""
    g, inputs = lowering.graph, lowering.inputs
    ways: dict[InputArray, InputArray] = {}
    found = {}
    for a in list(inputs.given.values()):
        if not _differentiable(a, wrt):
            continue
        x = next(n for n in g.table.values() if isinstance(n, InputArray) and n.name == a.name)
        name = inputs.names.fresh(f"v_{a.name}")
        node = argument(g, name, x.dims, whole=False)
        assert isinstance(node, InputArray)  # it was made so
        ways[x] = node
        found[a.name] = Argument(name, "real", f"v_{a.written}", x.dims)
    return along(lowering, value, ways), found


def _in(order: Iterable[str], directed: Mapping[str, Argument]) -> tuple[Argument, ...]:
    return tuple(directed[name] for name in order) if directed else ()


def _differentiable(a: Argument, wrt: Sequence[str] | None) -> bool:
    return a.kind == "real" and a.domain not in ("bit", "sign") and (wrt is None or a.name in wrt)


def _upstream(g: Graph, inputs: Inputs, name: str, value: ArrayNode, axes: tuple[int, ...]) -> LabelledArray:
    """The argument for the gradient by an array, whose axes are in the order of the document."""
    dims = tuple(value.dims[axes.index(k)] for k in range(value.rank))
    node = argument(g, inputs.names.fresh(f"d_{name}"), dims, whole=False)
    return LabelledArray(node, tuple(axes.index(k) for k in range(value.rank)))
