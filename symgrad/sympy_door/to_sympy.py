"""Expressions and matrix notation converted to SymPy.

Expressions become Indexed, Sum, Product, KroneckerDelta, Piecewise, Derivative and functions; matrix notation
becomes matrix expressions as far as SymPy has them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from symgrad.core import matrix_notation as a
from symgrad.core.functions import POLYGAMMA
from symgrad.core.matrix_notation import Array
from symgrad.core.nodes import (
    Add,
    Apply,
    Cases,
    Cond,
    Const,
    Delta,
    Deriv,
    Entry,
    Expr,
    Func,
    Iverson,
    MatrixFunction,
    Mul,
    Num,
    Pow,
    Prod,
    Ref,
    Size,
    Sum,
)
from symgrad.core.ranges import Affine, Index, IndexExpr, Range, indices_of
from symgrad.sympy_door.bridge import SYMPY_FUNCTIONS, Bridge, BridgeError
from symgrad.sympy_door.sum_bounds import bounded


def to_sympy(expr: Expr, bridge: Bridge | None = None) -> Any:
    """The expression in SymPy; SymPy evaluates nothing but sums, products and powers of numbers."""
    return _ToSympy(bridge or Bridge()).expr(expr)


def matrix_to_sympy(array: Array) -> Any:
    """The array in SymPy; None if it has gathered rows, choices or upstream gradients, which SymPy lacks."""
    try:
        return _Matrices().expr(array)
    except BridgeError:
        return None


class _ToSympy:
    def __init__(self, bridge: Bridge) -> None:
        import sympy

        self.sp = sympy
        self.bridge = bridge
        self.unfolded = False
        """Whether conditions are factors: a sum of SymPy moves the ``Piecewise`` inside another sum out of it."""

    def expr(self, node: Expr) -> Any:
        rule = _TO_SYMPY.get(type(node))
        if rule is None:
            raise BridgeError(f"SymPy has no counterpart for a {type(node).__name__}")
        return rule(self, node)

    # --- positions --------------------------------------------------------------------------------

    def symbol(self, name: str) -> Any:
        return self.sp.Symbol(name, integer=True)

    def affine(self, e: Affine) -> Any:
        total = self.sp.Integer(e.const)
        self.bridge.sizes.update(e.sizes())
        for s, c in e.terms:
            total += c * self.symbol(s if isinstance(s, str) else self.bridge.name_of(s))
        return total

    def position(self, e: IndexExpr) -> Any:
        if isinstance(e, Index):
            return self.symbol(self.bridge.name_of(e))
        if isinstance(e, Affine):
            return self.affine(e)
        self.enter(self.bridge.arrays, e.array.name, e.array)
        return self.indexed(e.array.name, e.indices, e.array.ranges, integer=True)

    def enter(self, table: dict[str, Any], name: str, thing: Any) -> None:
        if table.setdefault(name, thing) is not thing and table[name] != thing:
            raise BridgeError(f"two different arrays or definitions are called {name}", "SG502")

    def indexed(self, name: str, at: Sequence[IndexExpr], ranges: Sequence[Range | None], **facts: bool) -> Any:
        if not at:
            return self.sp.Symbol(name, **(facts or {"real": True}))
        shape = tuple(self.affine(r.size) if r is not None else self.sp.oo for r in ranges)
        return self.sp.IndexedBase(name, shape=shape, **facts)[tuple(self.position(e) for e in at)]

    def condition(self, c: Cond) -> Any:
        sp = self.sp
        if c.op == "in":
            raise BridgeError("SymPy has no counterpart for membership in a declared subset")
        if c.op == "pos":
            assert isinstance(c.left, Expr)
            return (sp.Le if c.negated else sp.Gt)(self.expr(c.left), 0, evaluate=False)
        left, right = self.position(c.left), self.position(c.right)  # type: ignore[arg-type]  # two positions
        make = {"eq": (sp.Eq, sp.Ne), "lt": (sp.Lt, sp.Ge)}[c.op][c.negated]
        return make(left, right, evaluate=False)

    def indicator(self, c: Cond) -> Any:
        """A condition as a number: ``KroneckerDelta`` and, between whole numbers, ``Heaviside(j - i - 1/2)``."""
        sp = self.sp
        if c.op == "in":
            return sp.Piecewise((1, self.condition(c)), (0, True))
        if c.op == "pos":
            held = sp.Heaviside(self.expr(c.left), 0)  # type: ignore[arg-type]  # an expression
            return 1 - held if c.negated else held
        left, right = self.position(c.left), self.position(c.right)  # type: ignore[arg-type]  # two positions
        if c.op == "eq":
            held = sp.KroneckerDelta(left, right)
            return 1 - held if c.negated else held
        half = sp.Rational(1, 2)
        return sp.Heaviside(left - right + half) if c.negated else sp.Heaviside(right - left - half)

    # --- nodes ------------------------------------------------------------------------------------

    def num(self, node: Num) -> Any:
        return self.sp.Rational(node.value.numerator, node.value.denominator)

    def const(self, node: Const) -> Any:
        if node.name == "\\pi":
            return self.sp.pi
        raise BridgeError(f"SymPy has no counterpart for the constant {node.name}")

    def size(self, node: Size) -> Any:
        return self.affine(node.affine)

    def entry(self, node: Entry) -> Any:
        self.enter(self.bridge.tensors, node.tensor.name, node.tensor)
        return self.indexed(node.tensor.name, node.indices, node.tensor.ranges)

    def ref(self, node: Ref) -> Any:
        self.enter(self.bridge.definitions, node.definition.name, node.definition)
        return self.indexed(node.definition.name, node.indices, [p.range for p in node.definition.params])

    def delta(self, node: Delta) -> Any:
        return self.sp.KroneckerDelta(self.position(node.left), self.position(node.right))

    def iverson(self, node: Iverson) -> Any:
        if self.unfolded:
            return self.indicator(node.cond)
        return self.sp.Piecewise((1, self.condition(node.cond)), (0, True), evaluate=False)

    def big(self, node: Sum | Prod) -> Any:
        if node.index.range is None:
            raise BridgeError(f"the index {node.index.letter} has no range", "SG502")
        make = self.sp.Sum if isinstance(node, Sum) else self.sp.Product
        symbol = self.position(node.index)
        body = self.expr(node.body)
        if not self.unfolded and _folds(body, symbol):
            self.unfolded = True
            body = self.expr(node.body)
            self.unfolded = False
        lo, hi, where = bounded(node.index, node.index.range, node.where)
        if where and self.unfolded:
            held = self.sp.Mul(*map(self.indicator, where))
            body = body * held if isinstance(node, Sum) else body**held
        elif where:
            other = 0 if isinstance(node, Sum) else 1
            conditions = [self.condition(c) for c in where]
            held = conditions[0] if len(conditions) == 1 else self.sp.And(*conditions, evaluate=False)
            body = self.sp.Piecewise((body, held), (other, True), evaluate=False)
        return make(body, (symbol, self.affine(lo), self.affine(hi)))

    def add(self, node: Add) -> Any:
        return self.sp.Add(*map(self.expr, node.terms))

    def mul(self, node: Mul) -> Any:
        return self.sp.Mul(*map(self.expr, node.factors))

    def pow(self, node: Pow) -> Any:
        return self.sp.Pow(self.expr(node.base), self.expr(node.exponent))

    def func(self, node: Func) -> Any:
        argument = self.expr(node.arg)
        if node.name == "sqrt":
            return self.sp.sqrt(argument)
        if node.name in POLYGAMMA:
            return self.sp.polygamma(POLYGAMMA.index(node.name), argument, evaluate=False)
        theirs = SYMPY_FUNCTIONS.get(node.name)
        function = getattr(self.sp, theirs) if theirs else self.sp.Function(node.name)
        return function(argument, evaluate=False) if theirs else function(argument)

    def apply(self, node: Apply) -> Any:
        """A function of numbers; its derivatives by ``Subs``."""
        if any(lam.axes for lam in node.arguments) or node.function.values:
            raise BridgeError(f"SymPy has no counterpart for a function of arrays, {node.function.name}")
        function = self.sp.Function(node.function.name)
        at = [self.expr(lam.body) for lam in node.arguments]
        if not node.derivs:
            return function(*at)
        symbols = [self.sp.Dummy(f"xi_{k + 1}") for k in range(len(at))]
        by = [symbols[k] for k, _ in node.derivs]
        used = sorted(set(by), key=symbols.index)
        inside = [s if s in used else x for s, x in zip(symbols, at, strict=True)]
        derivative = self.sp.Derivative(function(*inside), *by)
        return self.sp.Subs(derivative, tuple(used), tuple(at[symbols.index(s)] for s in used))

    def matrix_function(self, node: MatrixFunction) -> Any:
        """The inverse or the determinant of a symbol or, for other entries, of a ``FunctionMatrix``."""
        if node.name not in ("inverse", "determinant"):
            raise BridgeError("SymPy has no exponentials, roots and Cholesky factors of matrices of unknown size")
        rows, columns = node.matrix.axes
        if rows.range is None or columns.range is None:
            raise BridgeError(f"the index {rows.letter} has no range", "SG502")
        size, start = self.affine(rows.range.size), self.affine(rows.range.lo)
        body = node.matrix.body
        if isinstance(body, Entry) and set(body.indices) == {rows, columns} and body.indices[0] is not columns:
            matrix = self.sp.MatrixSymbol(body.tensor.name, size, size)
        else:
            i, j = self.sp.Dummy("i", integer=True), self.sp.Dummy("j", integer=True)
            entry = self.expr(body).subs({self.position(rows): i + start, self.position(columns): j + start})
            matrix = self.sp.FunctionMatrix(size, size, self.sp.Lambda((i, j), entry))
        if node.name == "determinant":
            return self.sp.Determinant(matrix)
        return self.sp.Inverse(matrix)[tuple(self.position(e) - start for e in node.indices)]

    def deriv(self, node: Deriv) -> Any:
        if node.held:
            raise BridgeError("SymPy has no counterpart for a derivative that holds other quantities constant")
        return self.sp.Derivative(self.expr(node.body), self.expr(node.target), evaluate=False)

    def cases(self, node: Cases) -> Any:
        if self.unfolded:
            total, left = self.sp.Integer(0), self.sp.Integer(1)
            for conds, value in node.branches:
                held = self.sp.Mul(*map(self.indicator, conds))
                total += left * held * self.expr(value)
                left *= 1 - held
            return total
        branches = []
        for conds, value in node.branches:
            held = self.sp.And(*map(self.condition, conds), evaluate=False) if len(conds) > 1 else None
            when = held if held is not None else self.condition(conds[0]) if conds else True
            branches.append((self.expr(value), when))
        return self.sp.Piecewise(*branches, evaluate=False)


def _folds(body: Any, symbol: Any) -> bool:
    """True if a sum over the symbol would move a ``Piecewise`` out of a sum in its body, and so free its index."""
    import sympy

    inner = body.atoms(sympy.Sum, sympy.Product)
    return any(p.has(symbol) for s in inner for p in s.atoms(sympy.Piecewise))


_TO_SYMPY: dict[type[Expr], Callable[[_ToSympy, Any], Any]] = {
    Num: _ToSympy.num,
    Const: _ToSympy.const,
    Size: _ToSympy.size,
    Entry: _ToSympy.entry,
    Ref: _ToSympy.ref,
    Delta: _ToSympy.delta,
    Iverson: _ToSympy.iverson,
    Sum: _ToSympy.big,
    Prod: _ToSympy.big,
    Add: _ToSympy.add,
    Mul: _ToSympy.mul,
    Pow: _ToSympy.pow,
    Func: _ToSympy.func,
    Apply: _ToSympy.apply,
    MatrixFunction: _ToSympy.matrix_function,
    Deriv: _ToSympy.deriv,
    Cases: _ToSympy.cases,
}


class _Matrices:
    def __init__(self) -> None:
        import sympy
        from sympy.matrices import expressions

        self.sp = sympy
        self.ex = expressions
        self.scalars = _ToSympy(Bridge())

    def expr(self, node: Array) -> Any:
        rule = _MATRIX_TO_SYMPY.get(type(node))
        if rule is None:
            raise BridgeError(f"SymPy has no counterpart for a {type(node).__name__}")
        return rule(self, node)

    def size(self, index: Index) -> Any:
        if index.range is None:
            raise BridgeError(f"the index {index.letter} has no range", "SG502")
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
            raise BridgeError("SymPy has no counterpart for an array of three axes", "SG502")
        sizes = [self.length(r) for r in ranges if r is not None]
        whole = self.ex.MatrixSymbol(node.expr.args[0].name, sizes[0], sizes[1] if len(sizes) == 2 else 1)
        if len(sizes) == 1 or all(e in node.axes for e in slots):
            return whole
        k = next(k for k, e in enumerate(slots) if e not in node.axes)
        range_ = ranges[k]
        assert range_ is not None
        at = self.scalars.position(slots[k]) - self.scalars.affine(range_.lo)
        if any(i in node.axes for e in slots for i in (() if isinstance(e, Index) else indices_of(e))):
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

    def inverse(self, node: a.Inverse) -> Any:
        return self.ex.Inverse(self.expr(node.body)).doit()

    def determinant(self, node: a.Determinant) -> Any:
        return self.sp.Determinant(self.expr(node.body))

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
        theirs = SYMPY_FUNCTIONS.get(node.function)
        function = self.sp.sqrt if node.function == "sqrt" else None
        function = function or (getattr(self.sp, theirs) if theirs else self.sp.Function(node.function))
        body = self.expr(node.body)
        if not node.axes:
            return function(body)
        x = self.sp.Dummy("x")
        return body.applyfunc(self.sp.Lambda(x, function(x)))

    def basis(self, node: a.Basis) -> Any:
        """``e_o``: a column of the identity."""
        range_ = node.axes[0].range
        if range_ is None:
            raise BridgeError(f"the index {node.axes[0].letter} has no range", "SG502")
        at = self.scalars.position(node.position) - self.scalars.affine(range_.lo)
        return self.ex.Identity(self.length(range_))[:, at : at + 1]

    def softmax(self, node: a.SoftmaxVector) -> Any:
        """The exponentials over their sum."""
        x = self.sp.Dummy("x")
        above = self.expr(node.body).applyfunc(self.sp.Lambda(x, self.sp.exp(x)))
        return above / self.sp.Trace(self.ex.OneMatrix(1, above.rows) * above)

    def power(self, node: a.EntrywisePower) -> Any:
        body, exponent = self.expr(node.body), self.expr(node.exponent)
        return self.ex.HadamardPower(body, exponent) if node.axes else body**exponent


_MATRIX_TO_SYMPY: dict[type[Array], Callable[[_Matrices, Any], Any]] = {
    a.Named: _Matrices.named,
    a.Scalar: _Matrices.scalar,
    a.OnesVector: _Matrices.ones,
    a.Identity: _Matrices.identity,
    a.Transposed: _Matrices.transposed,
    a.Inverse: _Matrices.inverse,
    a.Determinant: _Matrices.determinant,
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
    a.Basis: _Matrices.basis,
    a.SoftmaxVector: _Matrices.softmax,
}
