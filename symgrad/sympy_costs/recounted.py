"""Expressions whose axes and indices count from another first position: ``x_0 .. x_{n-1}`` as ``x_1 .. x_n``."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from symgrad.core.nodes import (
    Cases,
    Cond,
    Delta,
    Deriv,
    Entry,
    Expr,
    Iverson,
    Lam,
    MatrixFunction,
    Prod,
    Size,
    Sum,
    Tensor,
    delta,
    rebuild,
)
from symgrad.core.ranges import Affine, Gather, Index, IndexArray, IndexExpr, Range, index_expr, substitute_index
from symgrad.sympy_door.bridge import BridgeError

Mapping = dict[Index, IndexExpr]


class Recounted:
    """Moves every axis and every index to new first positions.

    tensor, array: an array over its new ranges; start: how far an index moves. The entries stay the same, since
    positions move with their axes.
    """

    def __init__(
        self,
        tensor: Callable[[Tensor], Tensor],
        array: Callable[[IndexArray], IndexArray],
        start: Callable[[Index], int],
    ) -> None:
        self.tensor = tensor
        self.array = array
        self.start = start
        self.outer: dict[Index, Index] = {}
        """The indices that no sum binds, as they were and as they are."""

    def moved(self, index: Index) -> tuple[Index, IndexExpr]:
        """The new index, and the old one in terms of it."""
        by = self.start(index)
        range_ = index.range
        if range_ is not None:
            range_ = Range(range_.lo + by, range_.hi + by)
        new = Index(index.letter, range_, index.kind)
        return new, index_expr(Affine.of(new) - by)

    def free(self, index: Index) -> IndexExpr:
        """An index that no sum binds."""
        if index not in self.outer:
            self.outer[index] = self.moved(index)[0]
        return index_expr(Affine.of(self.outer[index]) - self.start(index))

    # --- positions ----------------------------------------------------------------------------------

    def slot(self, e: IndexExpr, old: Range, new: Range, at: Mapping) -> IndexExpr:
        """A position in an axis that moves from one range to another."""
        e, by = self.position(e, at)
        moves = new.lo - old.lo + by
        if isinstance(e, Gather):
            if moves != Affine():
                raise BridgeError(
                    f"the positions in {e.array.name} count from another start than the axis they are in", "SG503"
                )
            return e
        return index_expr(Affine.of(e) + moves)

    def position(self, e: IndexExpr, at: Mapping) -> tuple[IndexExpr, int]:
        """A position as ``(e, by)``, which stands for ``e + by``; only what an index array holds has a ``by``."""
        if isinstance(e, Gather):
            array = self.array(e.array)
            inside = zip(e.indices, e.array.ranges, array.ranges, strict=True)
            moves = e.array.target.lo - array.target.lo
            return Gather(array, tuple(self.slot(x, old, new, at) for x, old, new in inside)), moves.const
        found = {i: at[i] if i in at else self.free(i) for i in ((e,) if isinstance(e, Index) else e.indices())}
        return substitute_index(e, found), 0

    def pair(self, left: IndexExpr, right: IndexExpr, at: Mapping) -> tuple[IndexExpr, IndexExpr]:
        """Two positions that are compared, moved by the same number such that one is a bare index if possible."""
        (x, a), (y, b) = self.position(left, at), self.position(right, at)
        if isinstance(x, Gather) or isinstance(y, Gather):
            return self._beside(x, y, b - a), self._beside(y, x, a - b)
        by = next((-e.const for e in (x, y) if isinstance(e, Affine) and e.terms), 0)
        return index_expr(Affine.of(x) + by), index_expr(Affine.of(y) + by)

    def _beside(self, e: IndexExpr, other: IndexExpr, by: int) -> IndexExpr:
        """A position, moved along if the other one is held by an index array."""
        if not isinstance(other, Gather):
            return e
        if isinstance(e, Gather):
            if by:
                raise BridgeError(
                    "the positions in two index arrays that are compared count from different starts", "SG503"
                )
            return e
        return index_expr(Affine.of(e) - by)

    def condition(self, c: Cond, at: Mapping) -> Cond:
        if c.op == "pos":
            return Cond("pos", self(cast(Expr, c.left), at), None, c.negated)
        left, right = self.pair(cast(IndexExpr, c.left), cast(IndexExpr, c.right), at)
        return Cond(c.op, left, right, c.negated)

    # --- nodes --------------------------------------------------------------------------------------

    def __call__(self, node: Expr, at: Mapping) -> Expr:
        """The expression; ``at``: the bound indices, in terms of new ones."""
        if isinstance(node, Entry):
            new = self.tensor(node.tensor)
            slots = zip(node.indices, node.tensor.ranges, new.ranges, strict=True)
            return Entry(new, tuple(self.slot(e, old, r, at) for e, old, r in slots))
        if isinstance(node, (Sum, Prod)):
            index, old = self.moved(node.index)
            inner = {**at, node.index: old}
            return type(node)(index, self(node.body, inner), tuple(self.condition(c, inner) for c in node.where))
        if isinstance(node, Delta):
            return delta(*self.pair(node.left, node.right, at))
        if isinstance(node, Iverson):
            return Iverson(self.condition(node.cond, at))
        if isinstance(node, Cases):
            return Cases(
                tuple((tuple(self.condition(c, at) for c in conds), self(value, at)) for conds, value in node.branches)
            )
        if isinstance(node, Size):
            moved, _ = self.position(node.affine, at)
            return Size(Affine.of(cast(Affine, moved)))
        if isinstance(node, MatrixFunction):
            return self.matrix_function(node, at)
        if isinstance(node, Deriv):
            return Deriv(self(node.body, at), self(node.target, at))
        return rebuild(node, lambda e: e, lambda child: self(child, at))

    def matrix_function(self, node: MatrixFunction, at: Mapping) -> Expr:
        """The axes of the matrix move, and the positions of the entry with them."""
        inner, axes = dict(at), []
        for axis in node.matrix.axes:
            new, inner[axis] = self.moved(axis)
            axes.append(new)
        moves = [self.start(axis) for axis in node.matrix.axes]
        indices = []
        for e, by in zip(node.indices, moves[: len(node.indices)], strict=True):
            moved, _ = self.position(e, at)
            indices.append(index_expr(Affine.of(cast(Affine, moved)) + by))
        return MatrixFunction(node.name, Lam(tuple(axes), self(node.matrix.body, inner)), tuple(indices))
