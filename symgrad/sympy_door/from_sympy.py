"""SymPy expressions converted to symgrad's: ranges from the bounds of sums and the shapes of arrays.

An axis has the bounds of the sum over the index in its slot, else those of an ``Idx``, else its length, counted
from the bridge's base. SymPy itself is not called; only its trees are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from symgrad.core.functions import TABLE
from symgrad.core.nodes import (
    Cases,
    Cond,
    Const,
    Deriv,
    Entry,
    EntryDomain,
    Expr,
    Func,
    Iverson,
    Prod,
    Ref,
    Size,
    Sum,
    Tensor,
    add,
    delta,
    mul,
    neg,
    num,
    power,
)
from symgrad.core.ranges import Affine, Gather, Index, IndexArray, IndexExpr, Range, index_expr
from symgrad.core.substitute import substitute
from symgrad.sympy_door.bridge import OURS, Bridge, BridgeError

Scope = dict[str, Index]


def from_sympy(expr: Any, bridge: Bridge | None = None) -> Expr:
    """A SymPy expression converted; its arrays become tensors, which are entered in the bridge."""
    return FromSympy(bridge or Bridge()).whole(expr)


def kind_of(e: Any) -> str:
    """The class name of a SymPy node; ``AppliedUndef`` for all undefined functions."""
    return "AppliedUndef" if any(c.__name__ == "AppliedUndef" for c in type(e).__mro__) else type(e).__name__


def subtrees(e: Any) -> Iterator[Any]:
    yield e
    for child in e.args:
        yield from subtrees(child)


class FromSympy:
    """Converts one expression with the names of the bridge, and enters new ones there."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge
        self.slots: dict[tuple[str, int], Range] = {}
        self.sizes = bridge.sizes
        self.letters = set(bridge.indices)
        self.ranged: dict[Index, IndexExpr] = {}
        """Indices read before their range was found, and the same ones with it."""

    def whole(self, e: Any) -> Expr:
        self.survey(e, {})
        return substitute(self.expr(e, {}), self.ranged)

    # --- ranges -----------------------------------------------------------------------------------

    def survey(self, e: Any, bound: dict[str, Range]) -> None:
        """Collect the names of sizes and indices, and the range of every axis that a sum determines."""
        kind = kind_of(e)
        if kind in ("Sum", "Product"):
            inner = dict(bound)
            for symbol, lo, hi in (tuple(limit) for limit in e.limits):
                inner[str(symbol)] = Range(self.numbers(lo), self.numbers(hi))
                self.letters.add(str(symbol))
            self.survey(e.function, inner)
            return
        if kind == "Indexed":
            for k, at in enumerate(e.indices):
                self.letters |= {str(s) for s in at.free_symbols if kind_of(s) in ("Symbol", "Idx", "Dummy")}
                known = bound.get(str(at)) or self.of_idx(at)
                if known is not None:
                    self.slots.setdefault((str(e.base), k), known)
            for size in e.base.shape or ():
                self.numbers(size)
        elif kind == "KroneckerDelta":
            self.letters |= {str(s) for s in e.free_symbols}
        for child in e.args:
            self.survey(child, bound)

    def of_idx(self, at: Any) -> Range | None:
        if kind_of(at) != "Idx" or at.lower is None:
            return None
        return Range(self.numbers(at.lower), self.numbers(at.upper))

    def numbers(self, e: Any) -> Affine:
        """A bound as an affine expression in sizes."""
        found = self.affine(e, {}, sizes=True)
        self.sizes.update(found.sizes())
        return found

    def axis(self, name: str, k: int, shape: Sequence[Any] | None) -> Range:
        known = self.slots.get((name, k))
        if known is not None:
            return known
        if not shape:
            raise BridgeError(f"the length of axis {k + 1} of {name} is unknown; give {name} a shape")
        return Range.of_size(self.numbers(shape[k]), self.bridge.base)

    # --- positions --------------------------------------------------------------------------------

    def affine(self, e: Any, scope: Scope, sizes: bool = False) -> Affine:
        """``c + j - 1``: integers, sizes and indices with integer coefficients."""
        kind = kind_of(e)
        if e.is_Integer:
            return Affine.of(int(e))
        if kind in ("Symbol", "Idx", "Dummy"):
            name = str(e)
            return Affine.of(name if sizes or (name in self.sizes and name not in scope) else self.index(e, scope))
        if kind == "Add":
            total = Affine()
            for a in e.args:
                total = total + self.affine(a, scope, sizes)
            return total
        if kind == "Mul" and len(e.args) == 2 and e.args[0].is_Integer:
            return self.affine(e.args[1], scope, sizes).scale(int(e.args[0]))
        raise BridgeError(f"{e} is not a position: write sums of indices, sizes and integers")

    def index(self, symbol: Any, scope: Scope, range_: Range | None = None) -> Index:
        name = str(symbol)
        if name in scope:
            return scope[name]
        known = self.bridge.indices.get(name)
        if known is None:
            known = Index(name, self.bridge.ranges.get(name) or self.of_idx(symbol), "free")
            self.bridge.indices[name] = known
        if known.range is None and range_ is not None:
            known = self.bridge.indices[name] = self.ranged[known] = replace(known, range=range_)
        return known

    def position(self, e: Any, scope: Scope, range_: Range | None) -> IndexExpr:
        kind = kind_of(e)
        if kind in ("Symbol", "Idx", "Dummy") and str(e) not in self.sizes - scope.keys():
            return self.index(e, scope, range_)
        if kind == "Indexed":
            name = str(e.base)
            array = self.bridge.arrays.get(name)
            if array is None:
                ranges = tuple(self.axis(name, k, e.base.shape) for k in range(len(e.indices)))
                if range_ is None:
                    raise BridgeError(f"the range of the positions in {name} is unknown")
                array = self.bridge.arrays[name] = IndexArray(name, ranges, range_)
            at = zip(e.indices, array.ranges, strict=True)
            return Gather(array, tuple(self.position(x, scope, r) for x, r in at))
        return index_expr(self.affine(e, scope))

    # --- nodes ------------------------------------------------------------------------------------

    def expr(self, e: Any, scope: Scope) -> Expr:
        kind = kind_of(e)
        if e.is_Rational:
            return num(Fraction(int(e.p), int(e.q)))
        rule = getattr(self, f"read_{kind.lower()}", None)
        if rule is not None:
            return rule(e, scope)  # type: ignore[no-any-return]  # every rule gives an Expr
        if kind == "Float":
            raise BridgeError(f"{e} is a floating-point number; write it as a fraction")
        name = OURS.get(kind)
        if name is not None and len(e.args) == 1:
            return Func(name, self.expr(e.args[0], scope))
        raise BridgeError(f"{kind} has no counterpart: {e}")

    def read_pi(self, e: Any, scope: Scope) -> Expr:
        return Const("\\pi")

    def read_exp1(self, e: Any, scope: Scope) -> Expr:
        return Func("exp", num(1))

    def read_symbol(self, e: Any, scope: Scope) -> Expr:
        name = str(e)
        if name in self.sizes or name in scope or name in self.letters:
            symbol = name if name in self.sizes and name not in scope else self.index(e, scope)
            return Size(Affine.of(symbol))
        if name in self.bridge.definitions:
            return Ref(self.bridge.definitions[name], ())
        domain: EntryDomain = "positive" if e.is_positive else "nonnegative" if e.is_nonnegative else "real"
        return Entry(self.bridge.tensors.setdefault(name, Tensor(name, (), domain)), ())

    read_idx = read_dummy = read_symbol

    def read_indexed(self, e: Any, scope: Scope) -> Expr:
        name = str(e.base)
        definition = self.bridge.definitions.get(name)
        if definition is not None:
            ranges = tuple(p.range for p in definition.params)
            return Ref(definition, self.at(e, scope, ranges))
        if name not in self.bridge.tensors:
            shape = tuple(self.axis(name, k, e.base.shape) for k in range(len(e.indices)))
            self.bridge.tensors[name] = Tensor(name, shape)
        tensor = self.bridge.tensors[name]
        return Entry(tensor, self.at(e, scope, tensor.ranges))

    def at(self, e: Any, scope: Scope, ranges: Sequence[Range | None]) -> tuple[IndexExpr, ...]:
        if len(e.indices) != len(ranges):
            raise BridgeError(f"{e} has {len(e.indices)} indices, its array has {len(ranges)} axes")
        return tuple(self.position(i, scope, r) for i, r in zip(e.indices, ranges, strict=True))

    def read_kroneckerdelta(self, e: Any, scope: Scope) -> Expr:
        return delta(*(self.position(a, scope, None) for a in e.args[:2]))

    def read_add(self, e: Any, scope: Scope) -> Expr:
        return add(*(self.expr(a, scope) for a in e.args))

    def read_mul(self, e: Any, scope: Scope) -> Expr:
        return mul(*(self.expr(a, scope) for a in e.args))

    def read_pow(self, e: Any, scope: Scope) -> Expr:
        if kind_of(e.base) == "Exp1":
            return Func("exp", self.expr(e.exp, scope))
        return power(self.expr(e.base, scope), self.expr(e.exp, scope))

    def read_max(self, e: Any, scope: Scope) -> Expr:
        """``max(0, x) = relu(x)``"""
        rest = [a for a in e.args if not a.is_zero]
        if len(e.args) != 2 or len(rest) != 1:
            raise BridgeError(f"only Max(0, x) has a counterpart, not {e}")
        return Func("relu", self.expr(rest[0], scope))

    def read_heaviside(self, e: Any, scope: Scope) -> Expr:
        return Iverson(Cond("pos", self.expr(e.args[0], scope)))

    def read_appliedundef(self, e: Any, scope: Scope) -> Expr:
        name = str(e.func)
        if name.rstrip("'") not in TABLE or len(e.args) != 1:
            raise BridgeError(f"{name} is not a known function; write it in terms of known ones")
        return Func(name, self.expr(e.args[0], scope))

    def read_derivative(self, e: Any, scope: Scope) -> Expr:
        body = self.expr(e.expr, scope)
        for variable in e.variables:
            target = self.expr(variable, scope)
            if not isinstance(target, (Entry, Ref)):
                raise BridgeError(f"a derivative by {variable}, which is not an entry of an array")
            body = Deriv(body, target)
        return body

    def read_sum(self, e: Any, scope: Scope) -> Expr:
        return self.big(e, scope, Sum, 0)

    def read_product(self, e: Any, scope: Scope) -> Expr:
        return self.big(e, scope, Prod, 1)

    def big(self, e: Any, scope: Scope, make: type[Expr], other: int) -> Expr:
        """A sum or product; SymPy's first limit is the innermost, and a Piecewise body holds the conditions."""
        inner = dict(scope)
        bound = []
        for symbol, lo, hi in (tuple(limit) for limit in e.limits):
            index = self.remembered(str(symbol), Range(self.numbers(lo), self.numbers(hi)), inner)
            inner[str(symbol)] = index
            bound.append(index)
        body = e.function
        where: tuple[Cond, ...] = ()
        if kind_of(body) == "Piecewise" and len(body.args) == 2 and tuple(body.args[1]) == (other, True):
            where = self.conditions(body.args[0][1], inner)
            body = body.args[0][0]
        out = self.expr(body, inner)
        for k, index in enumerate(bound):
            out = make(index, out, where if k == 0 else ())
        return out

    def remembered(self, name: str, range_: Range, scope: Scope) -> Index:
        """The bound index of this name in the bridge, unless it is bound further out; else a new one."""
        known = self.bridge.indices.get(name)
        if known is None or known.range != range_ or known.kind != "bound" or known in scope.values():
            return Index(name, range_, "bound")
        return known

    def read_piecewise(self, e: Any, scope: Scope) -> Expr:
        branches = []
        for value, condition in e.args:
            held = () if condition == True else self.conditions(condition, scope)  # noqa: E712  # SymPy's true
            branches.append((held, self.expr(value, scope)))
        (first, one), (rest, zero) = branches[0], branches[-1]
        if len(branches) == 2 and len(first) == 1 and not rest and one is num(1) and zero is num(0):
            return Iverson(first[0])
        return Cases(tuple(branches))

    # --- conditions ----------------------------------------------------------------------------------

    def conditions(self, c: Any, scope: Scope) -> tuple[Cond, ...]:
        """The conditions, all of which must hold."""
        kind = kind_of(c)
        if kind == "And":
            return tuple(x for a in sorted(c.args, key=str) for x in self.conditions(a, scope))
        if kind == "Not":
            (inner,) = self.conditions(c.args[0], scope)
            return (inner.negate(),)
        if kind not in ("Equality", "Unequality", "StrictLessThan", "StrictGreaterThan", "LessThan", "GreaterThan"):
            raise BridgeError(f"the condition {c} has no counterpart")
        left, right = c.args
        if self.is_position(left, scope) and self.is_position(right, scope):
            a, b = self.position(left, scope, None), self.position(right, scope, None)
            return (
                {
                    "Equality": Cond("eq", a, b),
                    "Unequality": Cond("eq", a, b, True),
                    "StrictLessThan": Cond("lt", a, b),
                    "StrictGreaterThan": Cond("lt", b, a),
                    "LessThan": Cond("lt", b, a, True),
                    "GreaterThan": Cond("lt", a, b, True),
                }[kind],
            )
        x, y = self.expr(left, scope), self.expr(right, scope)
        if kind in ("StrictGreaterThan", "StrictLessThan"):
            return (Cond("pos", add(x, neg(y)) if kind == "StrictGreaterThan" else add(y, neg(x))),)
        if kind in ("LessThan", "GreaterThan"):
            return (Cond("pos", add(x, neg(y)) if kind == "LessThan" else add(y, neg(x)), None, True),)
        raise BridgeError(f"the condition {c} compares numbers for equality")

    def is_position(self, e: Any, scope: Scope) -> bool:
        """True if a side of a relation consists of indices, sizes and integers."""
        if any(kind_of(a) == "Indexed" and str(a.base) not in self.bridge.arrays for a in subtrees(e)):
            return False
        symbols = [s for s in e.free_symbols if kind_of(s) in ("Symbol", "Dummy", "Idx")]
        known = self.letters | self.sizes | scope.keys() | self.bridge.arrays.keys()
        return all(str(s) in known or s.is_integer for s in symbols)
