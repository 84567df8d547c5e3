"""SymPy's matrix expressions by their entries: ``(A B)_{ij} = \\sum_k A_{ik} B_{kj}``.

A matrix of one column is a vector: its symbol becomes an array with one axis. Rows and columns count from 0, as
in ``X[i, j]``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symgrad.core.nodes import ONE, ZERO, Entry, Expr, Lam, MatrixFunction, Sum, Tensor, add, delta, mul, power
from symgrad.core.ranges import Affine, Index, IndexExpr, Range
from symgrad.core.substitute import mapped
from symgrad.sympy_door.bridge import Bridge, BridgeError

ZERO_POSITION = Affine()
MAX_POWER = 8


class MatrixEntries:
    """Entries of matrix expressions. ``scalar`` converts the scalar factors among them, ``length`` their sizes."""

    def __init__(self, bridge: Bridge, scalar: Callable[[Any], Expr], length: Callable[[Any], Affine]) -> None:
        self.bridge = bridge
        self.scalar = scalar
        self.length = length

    def range(self, size: Any) -> Range:
        return Range.of_size(self.length(size), 0)

    def index(self, size: Any, letter: str) -> Index:
        return Index(letter, self.range(size), "bound")

    def over(self, size: Any, letter: str, body: Callable[[IndexExpr], Expr]) -> Expr:
        """The sum over an axis; an axis of length 1 needs none."""
        if size == 1:
            return body(ZERO_POSITION)
        index = self.index(size, letter)
        return Sum(index, body(index))

    # --- scalars ------------------------------------------------------------------------------------

    def trace(self, matrix: Any) -> Expr:
        return self.over(matrix.rows, "i", lambda i: self.entry(matrix, i, i))

    def function(self, name: str, matrix: Any, at: tuple[IndexExpr, ...]) -> Expr:
        """An entry of the inverse, or the determinant."""
        if matrix.rows != matrix.cols:
            raise BridgeError(f"{matrix} is not square", "SG502")
        if matrix.rows == 1:
            value = self.entry(matrix, ZERO_POSITION, ZERO_POSITION)
            return power(value, -1) if name == "inverse" else value
        rows, columns = self.index(matrix.rows, "i"), self.index(matrix.cols, "j")
        return MatrixFunction(name, Lam((rows, columns), self.entry(matrix, rows, columns)), at)

    # --- entries ------------------------------------------------------------------------------------

    def entry(self, e: Any, row: IndexExpr, column: IndexExpr) -> Expr:
        """The entry of a matrix expression at a row and a column."""
        rule = _RULES.get(type(e).__name__)
        if rule is None:
            raise BridgeError(f"{type(e).__name__} has no counterpart: {e}; write it out as a product or a sum")
        return rule(self, e, row, column)

    def symbol(self, e: Any, row: IndexExpr, column: IndexExpr) -> Expr:
        name = str(e.name)
        axes = [(size, at) for size, at in zip(e.shape, (row, column), strict=True) if size != 1]
        tensor = self.bridge.tensors.setdefault(name, Tensor(name, tuple(self.range(size) for size, _ in axes)))
        if len(tensor.ranges) != len(axes):
            raise BridgeError(f"two different arrays are called {name}", "SG502")
        return Entry(tensor, tuple(at for _, at in axes))

    def product(self, e: Any, row: IndexExpr, column: IndexExpr) -> Expr:
        scalars = [a for a in e.args if not getattr(a, "is_Matrix", False)]
        matrices = [a for a in e.args if getattr(a, "is_Matrix", False)]
        return mul(*map(self.scalar, scalars), self.chained(matrices, row, column))

    def chained(self, matrices: list[Any], row: IndexExpr, column: IndexExpr) -> Expr:
        first, *rest = matrices
        if not rest:
            return self.entry(first, row, column)
        letter = "kjlmnpqr"[len(rest) % 8]
        return self.over(first.cols, letter, lambda k: mul(self.entry(first, row, k), self.chained(rest, k, column)))

    def sum(self, e: Any, row: IndexExpr, column: IndexExpr) -> Expr:
        return add(*(self.entry(a, row, column) for a in e.args))

    def transpose(self, e: Any, row: IndexExpr, column: IndexExpr) -> Expr:
        return self.entry(e.arg, column, row)

    def dot_product(self, e: Any, row: IndexExpr, column: IndexExpr) -> Expr:
        """``DotProduct(u, v)``: each of the two is a row or a column."""
        left, right = e.args
        size = left.rows * left.cols

        def at(v: Any, k: IndexExpr) -> Expr:
            return self.entry(v, ZERO_POSITION, k) if v.rows == 1 else self.entry(v, k, ZERO_POSITION)

        return self.over(size, "k", lambda k: mul(at(left, k), at(right, k)))

    def inverse(self, e: Any, row: IndexExpr, column: IndexExpr) -> Expr:
        return self.function("inverse", e.arg, (row, column))

    def power(self, e: Any, row: IndexExpr, column: IndexExpr) -> Expr:
        if not e.exp.is_Integer or not 0 < abs(int(e.exp)) <= MAX_POWER:
            raise BridgeError(f"{e} has no counterpart: write whole powers up to {MAX_POWER}")
        base = e.base if e.exp > 0 else e.base.inverse()
        return self.chained([base] * abs(int(e.exp)), row, column)

    def hadamard(self, e: Any, row: IndexExpr, column: IndexExpr) -> Expr:
        return mul(*(self.entry(a, row, column) for a in e.args))

    def hadamard_power(self, e: Any, row: IndexExpr, column: IndexExpr) -> Expr:
        return power(self.entry(e.base, row, column), self.scalar(e.exp))

    def ones(self, e: Any, row: IndexExpr, column: IndexExpr) -> Expr:
        return ONE

    def zeros(self, e: Any, row: IndexExpr, column: IndexExpr) -> Expr:
        return ZERO

    def identity(self, e: Any, row: IndexExpr, column: IndexExpr) -> Expr:
        return delta(row, column)

    def diagonal_matrix(self, e: Any, row: IndexExpr, column: IndexExpr) -> Expr:
        """``diag(v)_{ij} = delta_{ij} v_i``"""
        return mul(delta(row, column), self.entry(e.arg, row, ZERO_POSITION if e.arg.cols == 1 else row))

    def applied(self, e: Any, row: IndexExpr, column: IndexExpr) -> Expr:
        """``X.applyfunc(f)``: a function of each entry."""
        return self.called(e.function, self.entry(e.expr, row, column))

    def called(self, function: Any, argument: Expr) -> Expr:
        """A ``Lambda`` of one variable at an argument."""
        if len(function.variables) != 1:
            raise BridgeError(
                f"{function} takes {len(function.variables)} arguments: apply a function of one to entries"
            )
        variable = function.variables[0]
        stand_in = Tensor(str(variable), ())
        known = self.bridge.tensors.get(stand_in.name)
        self.bridge.tensors[stand_in.name] = stand_in
        body = self.scalar(function.expr)
        del self.bridge.tensors[stand_in.name]
        if known is not None:
            self.bridge.tensors[stand_in.name] = known
        return mapped(body, lambda n: argument if isinstance(n, Entry) and n.tensor is stand_in else None)


_RULES: dict[str, Callable[[MatrixEntries, Any, IndexExpr, IndexExpr], Expr]] = {
    "MatrixSymbol": MatrixEntries.symbol,
    "MatMul": MatrixEntries.product,
    "MatAdd": MatrixEntries.sum,
    "Transpose": MatrixEntries.transpose,
    "Adjoint": MatrixEntries.transpose,
    "DotProduct": MatrixEntries.dot_product,
    "Inverse": MatrixEntries.inverse,
    "MatPow": MatrixEntries.power,
    "HadamardProduct": MatrixEntries.hadamard,
    "HadamardPower": MatrixEntries.hadamard_power,
    "OneMatrix": MatrixEntries.ones,
    "ZeroMatrix": MatrixEntries.zeros,
    "Identity": MatrixEntries.identity,
    "DiagMatrix": MatrixEntries.diagonal_matrix,
    "DiagonalMatrix": MatrixEntries.diagonal_matrix,
    "ElementwiseApplyFunction": MatrixEntries.applied,
}
