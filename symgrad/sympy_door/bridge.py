"""Between symgrad's nodes and SymPy's: Indexed, Sum, Product, KroneckerDelta, Piecewise, Derivative, functions.

SymPy tells indices and arrays apart by name; a ``Bridge`` remembers which name stands for what,
so that a way there and back gives the same node. What has no counterpart raises ``BridgeError``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from symgrad.core.nodes import (
    Add,
    Cases,
    Cond,
    Const,
    Definition,
    Delta,
    Deriv,
    Entry,
    Expr,
    Func,
    Iverson,
    Mul,
    Num,
    Pow,
    Prod,
    Ref,
    Size,
    Sum,
    Tensor,
)
from symgrad.core.ranges import Affine, Index, IndexArray, IndexExpr, Range
from symgrad.text.diagnostic import SymgradError


class BridgeError(SymgradError, ValueError):
    """An expression that the other side has no counterpart for; says which part."""


SYMPY_FUNCTIONS = {
    "exp": "exp",
    "log": "log",
    "tanh": "tanh",
    "sinh": "sinh",
    "cosh": "cosh",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arcsinh": "asinh",
    "arctanh": "atanh",
    "erf": "erf",
    "erfc": "erfc",
    "abs": "Abs",
    "sign": "sign",
}
"""Our rows with a function of SymPy's own; the others become undefined functions of the row's name."""

OURS = {theirs: ours for ours, theirs in SYMPY_FUNCTIONS.items()}


@dataclass(slots=True)
class Bridge:
    """Which SymPy name stands for what. Fill it to say what names mean; both directions add to it.

    base: the first position of an axis given by its length alone, as ``IndexedBase("x", shape=(n,))``.
    """

    base: int = 1
    tensors: dict[str, Tensor] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    arrays: dict[str, IndexArray] = field(default_factory=dict)
    indices: dict[str, Index] = field(default_factory=dict)
    ranges: dict[str, Range] = field(default_factory=dict)
    """Ranges of open index symbols, for expressions that hold no sum over them."""
    sizes: set[str] = field(default_factory=set)

    def name_of(self, index: Index) -> str:
        """A name for an index that no other index has."""
        name = index.letter
        while self.indices.setdefault(name, index) is not index:
            name += "_"
        return name


def to_sympy(expr: Expr, bridge: Bridge | None = None) -> Any:
    """The expression as a SymPy one; only SymPy's own arithmetic of sums, products and powers is done."""
    return _ToSympy(bridge or Bridge()).expr(expr)


def from_sympy(expr: Any, bridge: Bridge | None = None) -> Expr:
    """A SymPy expression as ours; its arrays become tensors, entered in the bridge."""
    from symgrad.sympy_door.from_sympy import FromSympy

    return FromSympy(bridge or Bridge()).whole(expr)


class _ToSympy:
    def __init__(self, bridge: Bridge) -> None:
        import sympy

        self.sp = sympy
        self.bridge = bridge

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
            raise BridgeError(f"two different things are called {name}")

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
        return self.sp.Piecewise((1, self.condition(node.cond)), (0, True), evaluate=False)

    def big(self, node: Sum | Prod) -> Any:
        if node.index.range is None:
            raise BridgeError(f"the index {node.index.letter} has no range")
        make = self.sp.Sum if isinstance(node, Sum) else self.sp.Product
        symbol = self.position(node.index)
        body = self.expr(node.body)
        if node.where:
            other = 0 if isinstance(node, Sum) else 1
            conditions = [self.condition(c) for c in node.where]
            held = conditions[0] if len(conditions) == 1 else self.sp.And(*conditions, evaluate=False)
            body = self.sp.Piecewise((body, held), (other, True), evaluate=False)
        return make(body, (symbol, self.affine(node.index.range.lo), self.affine(node.index.range.hi)))

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
        theirs = SYMPY_FUNCTIONS.get(node.name)
        function = getattr(self.sp, theirs) if theirs else self.sp.Function(node.name)
        return function(argument, evaluate=False) if theirs else function(argument)

    def deriv(self, node: Deriv) -> Any:
        if node.held:
            raise BridgeError("SymPy has no counterpart for a derivative that holds other quantities constant")
        return self.sp.Derivative(self.expr(node.body), self.expr(node.target), evaluate=False)

    def cases(self, node: Cases) -> Any:
        branches = []
        for conds, value in node.branches:
            held = self.sp.And(*map(self.condition, conds), evaluate=False) if len(conds) > 1 else None
            when = held if held is not None else self.condition(conds[0]) if conds else True
            branches.append((self.expr(value), when))
        return self.sp.Piecewise(*branches, evaluate=False)


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
    Deriv: _ToSympy.deriv,
    Cases: _ToSympy.cases,
}

__all__ = ["Bridge", "BridgeError", "from_sympy", "to_sympy"]
