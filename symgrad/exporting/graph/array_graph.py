"""The graph that holds the nodes of one cost: equal nodes are made once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from symgrad.core.ranges import Affine
from symgrad.exporting.graph.array_kinds import ArrayNode, LiteralArray, Operand
from symgrad.exporting.graph.labelled_array import LabelledArray


def as_operand(node: ArrayNode) -> Operand:
    """A node as an operand, with its axes in order."""
    return Operand(node, tuple(range(node.rank)))


def operands(node: ArrayNode) -> Iterator[Operand]:
    """What a node is computed from, in the order of its arguments."""
    for arg in node.args:
        yield from _operands(arg)


def _operands(arg: Any) -> Iterator[Operand]:
    if isinstance(arg, Operand):
        yield arg
    elif isinstance(arg, ArrayNode):
        yield as_operand(arg)
    elif isinstance(arg, tuple):
        for part in arg:
            yield from _operands(part)


def replaced(arg: Any, new: dict[ArrayNode, ArrayNode]) -> Any:
    """Arguments of a node, with nodes replaced by others of the same shapes."""
    if isinstance(arg, Operand):
        return Operand(new.get(arg.node, arg.node), arg.labels)
    if isinstance(arg, ArrayNode):
        return new.get(arg, arg)
    if isinstance(arg, tuple):
        return tuple(replaced(a, new) for a in arg)
    return arg


def ordered(roots: Iterable[ArrayNode]) -> list[ArrayNode]:
    """All nodes that the roots are computed from, each after its own operands."""
    done: dict[ArrayNode, None] = {}
    stack: list[tuple[ArrayNode, bool]] = [(r, False) for r in reversed(list(roots))]
    while stack:
        node, ready = stack.pop()
        if node in done:
            continue
        if ready:
            done[node] = None
            continue
        stack.append((node, True))
        stack.extend((o.node, False) for o in reversed(list(operands(node))) if o.node not in done)
    return list(done)


ProductRule = Callable[["Graph", list[LabelledArray]], list[LabelledArray] | None]
"""The factors of an equal product, or None where the rule does not apply."""
SumRule = Callable[["Graph", list[tuple[Fraction, LabelledArray]]], LabelledArray | None]
"""An equal array for a sum of terms with their coefficients, or None where the rule does not apply."""


@dataclass(slots=True)
class Graph:
    """All nodes of one cost; equal ones are made once.

    functions: the elementary functions that generated code can call;
    product_rules, sum_rules: identities that the constructors apply, in order;
    letters, names: what the document calls the axes and the nodes; positive: the arguments whose entries are > 0;
    bits: those whose entries are 0 or 1; computed: the nodes of the value, which are there when gradients are computed;
    symmetric: whether arrays are known to equal their transposes.
    """

    functions: frozenset[str] = frozenset()
    product_rules: tuple[ProductRule, ...] = ()
    sum_rules: tuple[SumRule, ...] = ()
    table: dict[tuple[Any, ...], ArrayNode] = field(default_factory=dict)
    letters: dict[ArrayNode, tuple[str, ...]] = field(default_factory=dict)
    names: dict[ArrayNode, str] = field(default_factory=dict)
    adjoint_of: dict[ArrayNode, ArrayNode] = field(default_factory=dict)
    selected: dict[Affine, ArrayNode] = field(default_factory=dict)
    positive: set[str] = field(default_factory=set)
    bits: set[str] = field(default_factory=set)
    computed: set[ArrayNode] = field(default_factory=set)
    symmetric: dict[ArrayNode, bool] = field(default_factory=dict)

    def make(self, kind: type[Any], dims: tuple[Affine, ...], *args: Any) -> Any:
        key = (kind, dims, args)
        node = self.table.get(key)
        if node is None:
            node = object.__new__(kind)
            node.args, node.dims, node.serial = args, dims, len(self.table)
            self.table[key] = node
        return node

    def number(self, value: Fraction | int) -> ArrayNode:
        made: ArrayNode = self.make(LiteralArray, (), Fraction(value))
        return made

    def inherit(self, made: ArrayNode, node: ArrayNode) -> None:
        """Names a node after the one that it replaces."""
        if node in self.names:
            self.names.setdefault(made, self.names[node])
        if node in self.letters:
            self.letters.setdefault(made, self.letters[node])
        if node in self.adjoint_of:
            self.adjoint_of.setdefault(made, self.adjoint_of[node])
