"""Matrix notation as SymPy's matrix expressions, where SymPy has the parts for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symgrad.core import matrix_notation as a
from symgrad.core.matrix_notation import Array
from symgrad.core.nodes import Entry, Ref
from symgrad.core.ranges import Index, Range
from symgrad.sympy_door.bridge import Bridge, BridgeError, _ToSympy


def matrix_to_sympy(array: Array) -> Any:
    """The array as a SymPy expression, or None where SymPy lacks a part: gathered rows, choices, upstream gradients."""
    try:
        return _Matrices().expr(array)
    except BridgeError:
        return None


class _Matrices:
    def __init__(self) -> None:
        import sympy
        from sympy.matrices import expressions

        self.sp = sympy
        self.ex = expressions
        self.scalars = _ToSympy(Bridge())

    def expr(self, node: Array) -> Any:
        rule = _RULES.get(type(node))
        if rule is None:
            raise BridgeError(f"SymPy has no counterpart for a {type(node).__name__}")
        return rule(self, node)

    def size(self, index: Index) -> Any:
        if index.range is None:
            raise BridgeError(f"the index {index.letter} has no range")
        return self.length(index.range)

    def length(self, range_: Range) -> Any:
        return self.scalars.affine(range_.size)

    def shape(self, axes: a.Axes) -> tuple[Any, Any]:
        return (self.size(axes[0]), self.size(axes[1]) if len(axes) == 2 else self.sp.Integer(1))

    def named(self, node: a.Named) -> Any:
        if not isinstance(node.expr, (Entry, Ref)):
            raise BridgeError("SymPy has no counterpart for an upstream gradient")
        if not node.axes:
            return self.scalars.expr(node.expr)
        if isinstance(node.expr, Entry):
            ranges: list[Range | None] = list(node.expr.tensor.ranges)
        else:
            ranges = [p.range for p in node.expr.definition.params]
        slots = node.expr.indices
        if len(ranges) > 2 or any(r is None for r in ranges):
            raise BridgeError("SymPy has no counterpart for an array of three axes")
        sizes = [self.length(r) for r in ranges if r is not None]
        whole = self.ex.MatrixSymbol(node.expr.args[0].name, sizes[0], sizes[1] if len(sizes) == 2 else 1)
        if len(sizes) == 1 or all(e in node.axes for e in slots):
            return whole
        k = next(k for k, e in enumerate(slots) if e not in node.axes)
        range_ = ranges[k]
        assert range_ is not None
        at = self.scalars.position(slots[k]) - self.scalars.affine(range_.lo)
        if any(i in node.axes for e in slots for i in (() if isinstance(e, Index) else _inside(e))):
            raise BridgeError("SymPy has no counterpart for gathered rows")
        return whole[at : at + 1, :].T if k == 0 else whole[:, at : at + 1]

    def scalar(self, node: a.Scalar) -> Any:
        return self.scalars.expr(node.expr)

    def ones(self, node: a.OnesVector) -> Any:
        return self.ex.OneMatrix(*self.shape(node.axes))

    def identity(self, node: a.Identity) -> Any:
        return self.ex.Identity(self.size(node.axes[0]))

    def transposed(self, node: a.Transposed) -> Any:
        return self.expr(node.body).T

    def product(self, node: a.MatrixProduct) -> Any:
        return self.expr(node.left) * self.expr(node.right)

    def inner(self, node: a.Inner) -> Any:
        return self.sp.Trace(self.expr(node.left).T * self.expr(node.right))

    def outer(self, node: a.OuterProduct) -> Any:
        return self.expr(node.left) * self.expr(node.right).T

    def squared_norm(self, node: a.SquaredNorm) -> Any:
        body = self.expr(node.body)
        return self.sp.Trace(body.T * body)

    def trace(self, node: a.Trace) -> Any:
        return self.sp.Trace(self.expr(node.body))

    def diagonal(self, node: a.Diagonal) -> Any:
        return (self.ex.DiagMatrix if len(node.body.axes) == 1 else self.ex.DiagonalMatrix)(self.expr(node.body))

    def hadamard(self, node: a.Hadamard) -> Any:
        return self.ex.HadamardProduct(*map(self.expr, node.factors))

    def quotient(self, node: a.EntrywiseQuotient) -> Any:
        below = self.expr(node.below)
        if not node.below.axes:
            return self.expr(node.above) / below
        inverse = self.ex.HadamardPower(below, -1)
        if not node.above.axes:
            return self.expr(node.above) * inverse
        return self.ex.HadamardProduct(self.expr(node.above), inverse)

    def scaled(self, node: a.ScaledMatrix) -> Any:
        out: Any = self.sp.Rational(node.number.numerator, node.number.denominator)
        for s in node.scalars:
            out = out * self.expr(s)
        return out if node.body is None else out * self.expr(node.body)

    def total(self, node: a.Total) -> Any:
        terms = []
        for t in node.terms:
            made = self.expr(t)
            terms.append(made * self.ex.OneMatrix(*self.shape(node.axes)) if node.axes and not t.axes else made)
        return self.ex.MatAdd(*terms).doit(deep=False) if node.axes else self.sp.Add(*terms)

    def mapped(self, node: a.Mapped) -> Any:
        from symgrad.sympy_door.bridge import SYMPY_FUNCTIONS

        theirs = SYMPY_FUNCTIONS.get(node.function)
        function = self.sp.sqrt if node.function == "sqrt" else None
        function = function or (getattr(self.sp, theirs) if theirs else self.sp.Function(node.function))
        body = self.expr(node.body)
        if not node.axes:
            return function(body)
        x = self.sp.Dummy("x")
        return body.applyfunc(self.sp.Lambda(x, function(x)))

    def power(self, node: a.EntrywisePower) -> Any:
        body, exponent = self.expr(node.body), self.expr(node.exponent)
        return self.ex.HadamardPower(body, exponent) if node.axes else body**exponent


def _inside(e: Any) -> tuple[Index, ...]:
    from symgrad.core.ranges import indices_of

    return tuple(indices_of(e))


_RULES: dict[type[Array], Callable[[_Matrices, Any], Any]] = {
    a.Named: _Matrices.named,
    a.Scalar: _Matrices.scalar,
    a.OnesVector: _Matrices.ones,
    a.Identity: _Matrices.identity,
    a.Transposed: _Matrices.transposed,
    a.MatrixProduct: _Matrices.product,
    a.Inner: _Matrices.inner,
    a.OuterProduct: _Matrices.outer,
    a.SquaredNorm: _Matrices.squared_norm,
    a.Trace: _Matrices.trace,
    a.Diagonal: _Matrices.diagonal,
    a.Hadamard: _Matrices.hadamard,
    a.EntrywiseQuotient: _Matrices.quotient,
    a.ScaledMatrix: _Matrices.scaled,
    a.Total: _Matrices.total,
    a.Mapped: _Matrices.mapped,
    a.EntrywisePower: _Matrices.power,
}
