"""Positions as arrays of whole numbers, and conditions as masks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

from symgrad.core import nodes as n
from symgrad.core.ranges import Affine, Gather, Index, IndexExpr, Range, Subset, indices_of
from symgrad.core.substitute import rename_bound
from symgrad.exporting.graph.array_graph import Graph, as_operand
from symgrad.exporting.graph.array_kinds import Clipped, Map, Member, PositionArray, Selected
from symgrad.exporting.graph.constructors import scalar
from symgrad.exporting.graph.entries import argument, both, compare, offset, take
from symgrad.exporting.graph.labelled_array import LabelledArray, Place
from symgrad.exporting.program.inputs import Inputs
from symgrad.exporting.program.reach import ends
from symgrad.text.diagnostic import SymgradError

BATCH = Index("b", Range.of_size("batch"))
"""The axis that all index arguments of a batched function have in front."""


@dataclass
class PositionRules(ABC):
    """Makes position arrays. Documents count from the first element of a range, arrays from 0: ``position`` counts as
    the document does, ``place`` from 0."""

    graph: Graph
    inputs: Inputs
    batch: bool = False
    at: dict[Index, LabelledArray] = field(default_factory=dict)
    guarded: bool = False
    """True while lowering what is used only where a condition holds: elsewhere positions may be outside their array."""

    @abstractmethod
    def value(self, node: n.Expr) -> LabelledArray:
        """A node as an array, given by the subclass that lowers whole expressions."""

    def position(self, e: IndexExpr) -> LabelledArray:
        """The position of an index expression, counted as the document does."""
        g = self.graph
        if isinstance(e, Index):
            if e in self.at:
                return self.at[e]
            r = range_of(e)
            if e.kind == "fixed":
                return offset(g, [(1, self._whole(self.inputs.index(e), ()))], r.lo)
            return LabelledArray(g.make(PositionArray, (r.size,), r.lo), (e,))
        if isinstance(e, Affine):
            const = Affine.build(((s, c) for s, c in e.terms if isinstance(s, str)), e.const)
            terms = [(c, self.position(s)) for s, c in e.terms if isinstance(s, Index)]
            return offset(g, terms, const)
        places = [self.place(i, r) for i, r in zip(e.indices, e.array.ranges, strict=True)]
        found = self._whole(self.inputs.array(e.array), tuple(places))
        return offset(g, [(1, found)], e.array.target.lo)

    def place(self, e: IndexExpr, r: Range) -> Place:
        """The position in a slot, counted from 0; an index over exactly the range of the slot is the whole axis."""
        if isinstance(e, Index) and e.kind != "fixed" and e not in self.at and e.range == r:
            return e
        made = offset(self.graph, [(1, self.position(e))], r.lo.scale(-1))
        found = ends(made.node) if self.guarded else None
        if found is not None and not found.surely_inside(r.size):
            return LabelledArray(self.graph.make(Clipped, made.node.dims, made.node, r.size), made.labels)
        return made

    def places(self, indices: tuple[IndexExpr, ...], ranges: tuple[Range, ...]) -> list[Place]:
        """The positions in all slots."""
        return [self.place(e, r) for e, r in zip(indices, ranges, strict=True)]

    def _whole(self, name: str, places: tuple[Place, ...]) -> LabelledArray:
        """Entries of an index argument."""
        given = self.inputs.given[name]
        dims = (*((Affine.of("batch"),) if self.batch else ()), *given.dims)
        front = (BATCH,) if self.batch else ()
        return take(self.graph, argument(self.graph, name, dims, True), [*front, *places])

    def mask(self, cond: n.Cond) -> LabelledArray:
        """Where a condition holds."""
        g = self.graph
        if cond.op == "pos":
            assert isinstance(cond.left, n.Expr)  # by its op
            return compare(g, "<=" if cond.negated else ">", self.value(cond.left), scalar(g, 0))
        left = self.position(cond.left)  # type: ignore[arg-type]  # by its op
        if cond.op == "in":
            assert isinstance(cond.right, Subset)  # by its op
            if self.batch:
                raise SymgradError(f"membership in {cond.right.name} is not exported over a batch")
            r = cond.right.range
            x = offset(g, [(1, left)], r.lo.scale(-1))
            members = self._whole(self.inputs.subset(cond.right), (Index("k"),)).node
            return LabelledArray(
                g.make(Member, x.node.dims, as_operand(x.node), members, r.size, cond.negated), x.labels
            )
        right = self.position(cond.right)  # type: ignore[arg-type]  # by its op
        op = {("eq", False): "==", ("eq", True): "!=", ("lt", False): "<", ("lt", True): ">="}[cond.op, cond.negated]
        return compare(g, op, left, right)

    def real(self, x: LabelledArray, kind: str) -> LabelledArray:
        """Whole numbers or a mask as numbers of the arguments' dtype."""
        return LabelledArray(self.graph.make(Map, x.node.dims, kind, x.node), x.labels)

    def bound(self, node: Any) -> tuple[Any, list[n.Cond]]:
        """A sum or product, its index restricted to the members of a subset, or to the positions that meet conditions
        on the index alone; and the conditions that are left for a mask."""
        node = rename_bound(node, {node.index: node.index.fresh()})
        index, left = node.index, list(node.where)
        member = next((c for c in left if c.op == "in" and c.left is index and not c.negated), None)
        if member is not None:
            left.remove(member)
            subset = member.right
            assert isinstance(subset, Subset)  # by its op
            found = self._whole(self.inputs.subset(subset), (Index(index.letter),))
            self.at[index] = offset(self.graph, [(1, found)], subset.range.lo)
            return node, left
        alone = [c for c in left if _only_about(c, index)]
        if alone:
            run = self.position(index)
            masks = both(self.graph, [self.mask(c) for c in alone])
            dim = Affine.of(self.inputs.selection(index.letter))
            chosen = self.graph.selected[dim] = self.graph.make(Selected, (dim,), run.node, masks.node)
            self.at[index] = LabelledArray(chosen, (Index(index.letter),))
        return node, [c for c in left if c not in alone]


def range_of(index: Index) -> Range:
    if index.range is None:
        raise SymgradError(f"nothing says what the index {index.letter} runs over")
    return index.range


def _only_about(cond: n.Cond, index: Index) -> bool:
    """True if a condition compares the index with sizes and numbers only."""
    positions, inner = n.cond_parts(cond)
    if inner or cond.op == "in" or any(isinstance(e, Gather) for e in positions):
        return False
    return all(i is index for e in positions for i in indices_of(e))
