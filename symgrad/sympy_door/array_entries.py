"""SymPy's array expressions by their entries: products, contractions, diagonals and permutations of axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from symgrad.core.nodes import Entry, Expr, Sum, Tensor, add, mul
from symgrad.core.ranges import IndexExpr
from symgrad.sympy_door.bridge import BridgeError

if TYPE_CHECKING:
    from symgrad.sympy_door.matrix_entries import MatrixEntries

Positions = Sequence[IndexExpr]


class ArrayEntries:
    """Entries of array expressions, whose parts may be matrices. Positions count from 0, as in matrices."""

    def __init__(self, matrices: MatrixEntries) -> None:
        self.matrices = matrices

    def entry(self, e: Any, at: Positions) -> Expr:
        """The entry at one position per axis."""
        if getattr(e, "is_Matrix", False):
            return self.matrices.entry(e, at[0], at[1])
        rule = _RULES.get(type(e).__name__)
        if rule is not None:
            return rule(self, e, at)
        if getattr(e, "shape", ()) == () and not at:
            return self.matrices.scalar(e)
        raise BridgeError(f"{type(e).__name__} has no counterpart: {e}; write it out with Sum")

    def symbol(self, e: Any, at: Positions) -> Expr:
        name = str(e.name)
        ranges = tuple(self.matrices.range(n) for n in e.shape)
        return Entry(self.matrices.bridge.tensors.setdefault(name, Tensor(name, ranges)), tuple(at))

    def product(self, e: Any, at: Positions) -> Expr:
        factors, start = [], 0
        for a in e.args:
            axes = len(getattr(a, "shape", ()))
            factors.append(self.entry(a, at[start : start + axes]))
            start += axes
        return mul(*factors)

    def contraction(self, e: Any, at: Positions) -> Expr:
        """A sum over the axes of each group, all at one position."""
        groups = [tuple(map(int, g)) for g in e.contraction_indices]
        shape = e.expr.shape
        indices = [self.matrices.index(shape[g[0]], "ijklmnpq"[k % 8]) for k, g in enumerate(groups)]
        positions = self._placed(len(shape), groups, indices, at)
        out = self.entry(e.expr, positions)
        for index in indices:
            out = Sum(index, out)
        return out

    def diagonal(self, e: Any, at: Positions) -> Expr:
        """The axes of each group at one position, which is one of the last axes of the result."""
        groups = [tuple(map(int, g)) for g in e.diagonal_indices]
        rest = len(at) - len(groups)
        return self.entry(e.expr, self._placed(len(e.expr.shape), groups, at[rest:], at[:rest]))

    def _placed(self, axes: int, groups: Sequence[Sequence[int]], inside: Positions, at: Positions) -> Positions:
        own = {axis: index for group, index in zip(groups, inside, strict=True) for axis in group}
        outer = iter(at)
        return [own[k] if k in own else next(outer) for k in range(axes)]

    def permuted(self, e: Any, at: Positions) -> Expr:
        order = list(e.permutation.array_form)
        return self.entry(e.expr, [at[order.index(k)] for k in range(len(order))])

    def sum(self, e: Any, at: Positions) -> Expr:
        return add(*(self.entry(a, at) for a in e.args))

    def applied(self, e: Any, at: Positions) -> Expr:
        return self.matrices.called(e.function, self.entry(e.expr, at))


_RULES: dict[str, Callable[[ArrayEntries, Any, Positions], Expr]] = {
    "ArraySymbol": ArrayEntries.symbol,
    "ArrayTensorProduct": ArrayEntries.product,
    "ArrayContraction": ArrayEntries.contraction,
    "ArrayDiagonal": ArrayEntries.diagonal,
    "PermuteDims": ArrayEntries.permuted,
    "ArrayAdd": ArrayEntries.sum,
    "ArrayElementwiseApplyFunc": ArrayEntries.applied,
}
KINDS = frozenset(_RULES)
