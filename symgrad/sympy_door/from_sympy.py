"""SymPy expressions converted to symgrad's: ranges from the bounds of sums and the shapes of arrays.

An axis has the bounds of the sum over the index in its slot, else those of an ``Idx``, else its length, counted
from the bridge's base. SymPy itself is not called; only its trees are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

from symgrad.core.affine_order import constant_gap
from symgrad.core.functions import POLYGAMMA, TABLE
from symgrad.core.nodes import (
    ONE,
    AbstractFunction,
    Apply,
    Cases,
    Cond,
    Const,
    Delta,
    Deriv,
    Entry,
    EntryDomain,
    Expr,
    Func,
    Iverson,
    Lam,
    Prod,
    Ref,
    Size,
    Sum,
    Tensor,
    add,
    delta,
    distinct,
    mul,
    neg,
    num,
    power,
)
from symgrad.core.ranges import Affine, Gather, Index, IndexArray, IndexExpr, Range, index_expr
from symgrad.core.substitute import substitute
from symgrad.sympy_door.array_entries import KINDS as ARRAYS
from symgrad.sympy_door.array_entries import ArrayEntries
from symgrad.sympy_door.bridge import OURS, Bridge, BridgeError
from symgrad.sympy_door.matrix_entries import MatrixEntries
from symgrad.sympy_door.sum_bounds import limited, not_reversed, own_axes, widest

Scope = dict[str, Index]


def _over(below: str, above: str = "") -> Callable[[Expr], Expr]:
    return lambda x: mul(Func(above, x) if above else num(1), power(Func(below, x), -1))


def _of_inverse(name: str) -> Callable[[Expr], Expr]:
    return lambda x: Func(name, power(x, -1))


BY_OTHERS: dict[str, Callable[[Expr], Expr]] = {
    "cot": _over("sin", "cos"),
    "sec": _over("cos"),
    "csc": _over("sin"),
    "coth": _over("sinh", "cosh"),
    "sech": _over("cosh"),
    "csch": _over("sinh"),
    "acot": _of_inverse("arctan"),
    "asec": _of_inverse("arccos"),
    "acsc": _of_inverse("arcsin"),
    "acosh": lambda x: Func("log", add(x, Func("sqrt", add(power(x, 2), num(-1))))),
}
"""Functions that are written with those of the table."""


def _plain_symbols(at: Any) -> Iterator[Any]:
    """The symbols of a position, those of arrays of positions left out, which have slots of their own."""
    if kind_of(at) in ("Symbol", "Idx", "Dummy"):
        yield at
    elif kind_of(at) != "Indexed":
        for a in at.args:
            yield from _plain_symbols(a)


def _surely_sizes(e: Any) -> Iterator[str]:
    """Positive symbols in the bounds of a sum and in shapes, which may stand in slots as well, ``x[n - i]``."""
    ends = [end for limit in e.limits for end in limit[1:]] if kind_of(e) in ("Sum", "Product") else []
    shape = e.shape or () if kind_of(e) in ("IndexedBase", "MatrixSymbol") else ()
    for end in (*ends, *shape):
        yield from (str(s) for s in end.free_symbols if s.is_positive)


def _moved(c: Cond, index: Index, new: Index) -> Cond:
    """A condition with one index in the place of another."""
    held = substitute(Iverson(c), {index: new})
    assert isinstance(held, Iverson)
    return held.cond


def from_sympy(expr: Any, bridge: Bridge | None = None) -> Expr:
    """A SymPy expression converted; its arrays become tensors, which are entered in the bridge."""
    return FromSympy(bridge or Bridge()).whole(expr)


def kind_of(e: Any) -> str:
    """The class name of a SymPy node; ``AppliedUndef`` for all undefined functions."""
    kind: Any = type(e)
    return _kind(kind)


@lru_cache(maxsize=256)  # SymPy makes a class for every undefined function
def _kind(made: Any) -> str:
    return "AppliedUndef" if any(c.__name__ == "AppliedUndef" for c in made.__mro__) else str(made.__name__)


def subtrees(e: Any) -> Iterator[Any]:
    yield e
    for child in e.args:
        yield from subtrees(child)


class FromSympy:
    """Converts one expression with the names of the bridge, and enters new ones there."""

    def __init__(self, bridge: Bridge) -> None:
        self.bridge = bridge
        self.slots: dict[tuple[str, int], list[Range]] = {}
        """For every axis, the positions that sums and ``Idx`` give it."""
        self.starts: dict[tuple[str, int], Affine] = {}
        """For axes of sums to or from a free position, the lower bound."""
        self.room: dict[str, Affine] = {}
        """What must not be negative, so that the bounds of sums are not reversed, by the bounds as they were given."""
        self.sizes = bridge.sizes
        self.letters = set(bridge.indices)
        self.ranged: dict[Index, IndexExpr] = {}
        """Indices read before their range was found, and the same ones with it."""

    def whole(self, e: Any) -> Expr:
        self.survey(e)
        out = self.expr(e, {})
        self.compared(out)
        return substitute(out, self.ranged)

    def compared(self, e: Expr) -> None:
        """An index that stands in no slot has the range of the one that it is compared with."""
        pairs: list[tuple[Any, Any]] = []
        for node in distinct(e):
            if isinstance(node, Delta):
                pairs.append((node.left, node.right))
            conditions = (
                node.where if isinstance(node, (Sum, Prod)) else (node.cond,) if isinstance(node, Iverson) else ()
            )
            pairs += [(c.left, c.right) for c in conditions if c.op in ("eq", "lt")]
        for x, y in (*pairs, *((y, x) for x, y in pairs)):
            x, y = self.ranged.get(x, x), self.ranged.get(y, y)
            if isinstance(x, Index) and isinstance(y, Index) and x.range is None and y.range is not None:
                self.ranged[x] = self.bridge.indices[x.letter] = replace(x, range=y.range)

    # --- ranges -----------------------------------------------------------------------------------

    def survey(self, *given: Any) -> None:
        """Collect the names of sizes and indices, and the range of every axis that a sum determines."""
        for e in given:
            for node in subtrees(e):
                self.enter_positions(node)
        self.letters -= {name for e in given for node in subtrees(e) for name in _surely_sizes(node)}
        for e in given:
            self.survey_axes(e, {})

    def enter_positions(self, e: Any) -> None:
        """What stands in a slot or is summed over is a position."""
        kind = kind_of(e)
        if kind in ("Indexed", "MatrixElement", "ArrayElement"):
            symbols = {s for at in e.indices for s in _plain_symbols(at)}
        elif kind == "KroneckerDelta":
            symbols = e.free_symbols
        elif kind in ("Sum", "Product"):
            ends = {s for limit in e.limits for end in limit[1:] for s in end.free_symbols}
            symbols = {*e.variables, *(s for s in ends if s.is_nonnegative and not s.is_positive)}
        else:
            return
        self.letters |= {str(s) for s in symbols}

    def survey_axes(self, e: Any, bound: Scope) -> None:
        """``bound``: the indices that sums further out bind, over their widest ranges."""
        kind = kind_of(e)
        if kind in ("Sum", "Product"):
            inner = dict(bound)
            for symbol, lo, hi in self.limits(e, inner):
                range_ = widest(lo, hi)
                if range_ is None and not any(True for _ in lo.indices()):
                    self.starts |= {(str(n.base), k): lo for n in subtrees(e.function) if kind_of(n) == "Indexed"
                                    for k, at in enumerate(n.indices) if at == symbol}  # fmt: skip
                inner[str(symbol)] = Index(str(symbol), range_, "bound")
            self.survey_axes(e.function, inner)
            return
        if kind == "Indexed":
            for k, at in enumerate(e.indices):
                known = self.reached(at, bound)
                if known is not None:
                    self.slots.setdefault((str(e.base), k), []).append(known)
            for size in e.base.shape or ():
                self.numbers(size)
        elif kind == "MatrixSymbol":
            for size in e.shape:
                self.numbers(size)
            return
        for child in e.args:
            self.survey_axes(child, bound)

    def limits(self, e: Any, scope: Scope) -> Iterator[tuple[Any, Affine, Affine]]:
        """The indices of a sum or product and their bounds, the outermost first: inner bounds may hold outer indices.

        scope: the indices further out; those of this sum are entered as they are reached.
        """
        for limit in reversed(e.limits):
            if len(limit) == 3:
                yield limit[0], self.bound(limit[1], scope), self.bound(limit[2], scope)
                continue
            range_ = self.of_idx(limit[0])
            if range_ is None:
                raise BridgeError(f"the sum over {limit[0]} has no bounds; write ({limit[0]}, 0, n - 1)", "SG502")
            yield limit[0], range_.lo, range_.hi

    def bound(self, e: Any, scope: Scope) -> Affine:
        """A bound of a sum: sizes, and the indices and positions that stand in slots."""
        names = {str(s) for s in e.free_symbols}
        if not names & (scope.keys() | self.letters):
            return self.numbers(e)
        self.sizes |= names - scope.keys() - self.letters
        return self.affine(e, scope)

    def reached(self, at: Any, bound: Scope) -> Range | None:
        """The positions that ``i``, ``i + 1`` or ``n - i`` in a slot takes over the range of ``i``."""
        symbols = list(_plain_symbols(at))
        ranges: dict[str, Index] = {}
        for symbol in symbols:
            index = bound.get(str(symbol))
            range_ = self.of_idx(symbol) if index is None else index.range
            if range_ is not None:
                ranges[str(symbol)] = Index(str(symbol), range_)
        if not ranges or kind_of(at) == "Indexed" or any(str(s) in self.letters - ranges.keys() for s in symbols):
            return None
        self.sizes |= {str(s) for s in symbols} - ranges.keys()
        found = self.affine(at, ranges)
        contiguous = all(abs(c) == 1 for s, c in found.terms if isinstance(s, Index))
        return widest(found, found) if contiguous else None

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
        seen = self.slots.get((name, k), [])
        if shape and kind_of(shape[k]) != "Infinity":
            return self.counted(name, k, self.numbers(shape[k]), seen)
        if not seen:
            raise BridgeError(f"the length of axis {k + 1} of {name} is unknown; give {name} a shape", "SG502")
        out = seen[0]
        for r in seen:
            below, above = r.lo - out.lo, r.hi - out.hi
            if below.terms or above.terms:
                raise BridgeError(f"axis {k + 1} of {name} is summed over {out} and {r}; give {name} a shape", "SG502")
            out = Range(r.lo if below.const < 0 else out.lo, r.hi if above.const > 0 else out.hi)
        return out

    def counted(self, name: str, k: int, size: Affine, seen: Sequence[Range]) -> Range:
        """The positions of an axis of a given length: those of a sum over the whole axis, else from 0 or from 1."""
        whole = dict.fromkeys(r for r in seen if r.size == size)
        bases = {0 for r in seen if r.lo == Affine()} | {1 for r in seen if r.hi == size}
        start = self.starts.get((name, k))
        if start is not None and not start.terms and start.const in (0, 1):
            bases.add(start.const)
        if len(whole) > 1 or len(bases) > 1:
            ends = ", ".join(f"{r.lo}..{r.hi}" for r in dict.fromkeys(seen))
            raise BridgeError(
                f"axis {k + 1} of {name} has length {size} and is summed over {ends}: count one way", "SG502"
            )
        if whole:
            return next(iter(whole))
        return Range.of_size(size, next(iter(bases), self.base))

    @cached_property
    def base(self) -> int:
        """The first position of an axis that no sum decides: 1 where all sums count from 1, else the bridge's."""
        lows = {r.lo for seen in self.slots.values() for r in seen} | set(self.starts.values())
        if Affine() in lows:
            return 0
        return 1 if Affine.of(1) in lows else self.bridge.base

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
            found = replace(known, range=range_)
            self.ranged[known] = self.bridge.indices[name] = found
            return found
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
                    raise BridgeError(f"the range of the positions in {name} is unknown", "SG502")
                array = self.bridge.arrays[name] = IndexArray(name, ranges, range_)
            at = zip(e.indices, array.ranges, strict=True)
            return Gather(array, tuple(self.position(x, scope, r) for x, r in at))
        return index_expr(self.affine(e, scope))

    # --- nodes ------------------------------------------------------------------------------------

    def expr(self, e: Any, scope: Scope) -> Expr:
        kind = kind_of(e)
        if e.is_Rational:
            return num(Fraction(int(e.p), int(e.q)))
        if getattr(e, "is_Matrix", False):
            if tuple(e.shape) != (1, 1):
                raise BridgeError(f"{e} is a matrix: a cost is a number, such as Trace(A), Determinant(A) or x.T*x")
            return self.matrices(scope).entry(e, Affine(), Affine())
        rule = getattr(self, f"read_{kind.lower()}", None)
        if rule is not None:
            return rule(e, scope)  # type: ignore[no-any-return]  # every rule gives an Expr
        name = OURS.get(kind)
        if name is not None and len(e.args) == 1:
            return Func(name, self.expr(e.args[0], scope))
        if kind in BY_OTHERS:
            return BY_OTHERS[kind](self.expr(e.args[0], scope))
        if kind in ARRAYS:
            if tuple(e.shape) != ():
                raise BridgeError(
                    f"{e} is an array: a cost is a number, such as a contraction of all its axes", "SG502"
                )
            return ArrayEntries(self.matrices(scope)).entry(e, ())
        raise BridgeError(
            f"{kind} has no counterpart: {e}; write it with sums, products, powers and elementary functions, "
            "or as an undefined Function"
        )

    def read_float(self, e: Any, scope: Scope) -> Expr:
        """The shortest decimal number that is this double, as it was typed: 0.1 is 1/10."""
        return num(Fraction(repr(float(e))))

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
            raise BridgeError(f"{e} has {len(e.indices)} indices, its array has {len(ranges)} axes", "SG502")
        out = tuple(self.position(i, scope, r) for i, r in zip(e.indices, ranges, strict=True))
        for k, (x, r) in enumerate(zip(out, ranges, strict=True)):
            gaps = [] if r is None else [constant_gap(x, r.lo), constant_gap(r.hi, x)]
            if any(g is not None and g < 0 for g in gaps):
                raise BridgeError(f"{e} lies outside of its array: the positions of axis {k + 1} are {r}", "SG502")
        return out

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
        """``max(0, x) = relu(x)``, ``max(x, y) = x + relu(y - x)``"""
        first, *rest = sorted((self.expr(a, scope) for a in e.args), key=lambda x: x is not num(0))
        for other in rest:
            first = add(first, Func("relu", add(other, neg(first))))
        return first

    def read_min(self, e: Any, scope: Scope) -> Expr:
        """``min(x, y) = x - relu(x - y)``"""
        first, *rest = sorted((self.expr(a, scope) for a in e.args), key=lambda x: x is not num(0))
        for other in rest:
            first = add(first, neg(Func("relu", add(first, neg(other)))))
        return first

    # --- matrices -----------------------------------------------------------------------------------

    def matrices(self, scope: Scope) -> MatrixEntries:
        return MatrixEntries(self.bridge, lambda e: self.expr(e, scope), self.numbers)

    def read_trace(self, e: Any, scope: Scope) -> Expr:
        return self.matrices(scope).trace(e.arg)

    def read_determinant(self, e: Any, scope: Scope) -> Expr:
        return self.matrices(scope).function("determinant", e.arg, ())

    def read_matrixelement(self, e: Any, scope: Scope) -> Expr:
        entries = self.matrices(scope)
        at = [self.position(x, scope, entries.range(n)) for x, n in zip(e.indices, e.parent.shape, strict=True)]
        return entries.entry(e.parent, at[0], at[1])

    def read_heaviside(self, e: Any, scope: Scope) -> Expr:
        """``[x > 0]``; of whole numbers exact at 0 too, where SymPy's is 1/2 unless it is told otherwise."""
        argument = e.args[0]
        double = (2 * argument).expand()
        if not self.is_position(double, scope) or not double.free_symbols:
            return Iverson(Cond("pos", self.expr(argument, scope)))
        gap = self.affine(double, scope)
        if all(c % 2 == 0 for _, c in gap.terms):  # k - 1/2 > 0 where k > 0
            whole = Affine(tuple((s, c // 2) for s, c in gap.terms), (gap.const + 1) // 2)
            above = Affine.build(((s, c) for s, c in whole.terms if c > 0), max(whole.const, 0))
            below = above - whole
            held: Expr = Iverson(Cond("lt", index_expr(below), index_expr(above)))
            if gap.const % 2 == 0:
                held = add(held, mul(self.expr(e.args[1], scope), delta(index_expr(below), index_expr(above))))
            return held
        return Iverson(Cond("pos", self.expr(argument, scope)))

    def read_arrayelement(self, e: Any, scope: Scope) -> Expr:
        entries = self.matrices(scope)
        at = [self.position(x, scope, entries.range(n)) for x, n in zip(e.indices, e.name.shape, strict=True)]
        return ArrayEntries(entries).entry(e.name, at)

    # --- functions ----------------------------------------------------------------------------------

    def read_polygamma(self, e: Any, scope: Scope) -> Expr:
        """``polygamma(k, x)``, the derivatives of log Gamma."""
        order = e.args[0]
        if not order.is_Integer or not 0 <= order < len(POLYGAMMA):
            raise BridgeError(f"{e} has no counterpart: derivatives of log Gamma are known up to the fourth")
        return Func(POLYGAMMA[int(order)], self.expr(e.args[1], scope))

    def read_digamma(self, e: Any, scope: Scope) -> Expr:
        return Func("digamma", self.expr(e.args[0], scope))

    def read_trigamma(self, e: Any, scope: Scope) -> Expr:
        return Func("trigamma", self.expr(e.args[0], scope))

    def read_factorial(self, e: Any, scope: Scope) -> Expr:
        return Func("Gamma", add(self.expr(e.args[0], scope), ONE))

    def read_binomial(self, e: Any, scope: Scope) -> Expr:
        """By logarithms, which do not overflow."""
        n, k = (self.expr(a, scope) for a in e.args)
        below = [Func("lgamma", add(a, ONE)) for a in (k, add(n, neg(k)))]
        return Func("exp", add(Func("lgamma", add(n, ONE)), *map(neg, below)))

    def read_beta(self, e: Any, scope: Scope) -> Expr:
        a, b = (self.expr(x, scope) for x in e.args)
        return Func("exp", add(Func("lgamma", a), Func("lgamma", b), neg(Func("lgamma", add(a, b)))))

    def read_appliedundef(self, e: Any, scope: Scope) -> Expr:
        """A function of the table by its name, else an abstract function of numbers."""
        name = str(e.func)
        arguments = [self.expr(a, scope) for a in e.args]
        if name.rstrip("'") in TABLE and len(arguments) == 1:
            return Func(name, arguments[0])
        return self.applied(name, arguments, ())

    def applied(self, name: str, arguments: Sequence[Expr], derivs: Sequence[int]) -> Expr:
        """An abstract function, differentiated by the arguments of the given numbers."""
        known = self.bridge.functions.setdefault(name, AbstractFunction(name, ((),) * len(arguments)))
        if len(known.shapes) != len(arguments):
            raise BridgeError(f"{name} is a function of {len(known.shapes)} arguments and of {len(arguments)}")
        return Apply(known, tuple(Lam((), a) for a in arguments), tuple((k, ()) for k in sorted(derivs)))

    def read_subs(self, e: Any, scope: Scope) -> Expr:
        """``Subs(Derivative(f(x), x), x, a)``, SymPy's f'(a)."""
        inner, variables, points = e.args
        function = inner.expr if kind_of(inner) == "Derivative" else None
        if function is None or kind_of(function) != "AppliedUndef":
            raise BridgeError(f"{e} has no counterpart: carry it out with `.doit()`")
        if any(a not in inner.variables for a in variables) or len(set(function.args)) < len(function.args):
            raise BridgeError(f"{e} has no counterpart: substitute for the variables of a derivative alone")
        numbers = [function.args.index(v) for v in inner.variables]
        at = dict(zip(variables, points, strict=True))
        return self.applied(str(function.func), [self.expr(at.get(a, a), scope) for a in function.args], numbers)

    def read_derivative(self, e: Any, scope: Scope) -> Expr:
        """``Derivative(f(x, y), x)``; of an undefined ``f`` by its own arguments a derivative by their numbers."""
        f = e.expr
        if kind_of(f) == "AppliedUndef" and all(
            v in f.args and sum(a.has(v) for a in f.args) == 1 for v in e.variables
        ):
            numbers = [f.args.index(v) for v in e.variables]
            return self.applied(str(f.func), [self.expr(a, scope) for a in f.args], numbers)
        body = self.expr(e.expr, scope)
        for variable in e.variables:
            target = self.expr(variable, scope)
            if not isinstance(target, (Entry, Ref)):
                raise BridgeError(f"a derivative by {variable}, which is not an entry of an array", "SG502")
            body = Deriv(body, target)
        return body

    def read_sum(self, e: Any, scope: Scope) -> Expr:
        return self.big(e, scope, Sum, 0)

    def read_product(self, e: Any, scope: Scope) -> Expr:
        return self.big(e, scope, Prod, 1)

    def big(self, e: Any, scope: Scope, make: type[Expr], other: int) -> Expr:
        """A sum or product; SymPy's first limit is the innermost, and a Piecewise body holds the conditions."""
        inner = dict(scope)
        bound: list[tuple[Index, Affine, Affine]] = []
        for symbol, lo, hi in self.limits(e, inner):
            room = not_reversed(f"({symbol}, {lo}, {hi})", lo, hi)
            if room is not None:
                self.room[f"{lo} <= {hi + 1}"] = room
            index = inner[str(symbol)] = self.remembered(str(symbol), widest(lo, hi), inner)
            bound.insert(0, (index, lo, hi))
        body = e.function
        where: tuple[Cond, ...] = ()
        if kind_of(body) == "Piecewise" and len(body.args) == 2 and tuple(body.args[1]) == (other, True):
            where = self.conditions(body.args[0][1], inner)
            body = body.args[0][0]
        out = self.expr(body, inner)
        for index, lo, hi in bound:
            out = self.summed(make, index, lo, hi, out, where)
            where = ()
        return out

    def summed(
        self, make: type[Expr], index: Index, lo: Affine, hi: Affine, body: Expr, where: tuple[Cond, ...]
    ) -> Expr:
        """The sum over the bounds themselves, or with conditions over an axis that the index stands alone in."""
        depends = any(True for end in (lo, hi) for _ in end.indices())
        axes = [r for r in own_axes(index, body) if r == index.range or not self.inside(index.range, r) or depends]
        over = axes[0] if axes and index.range not in axes else index.range
        if over is None:
            raise BridgeError(
                f"the range of {index.letter} is unknown: give an array with {index.letter} a shape", "SG502"
            )
        new = index if index.range == over else replace(index.fresh(), range=over)
        conditions = (*limited(new, lo, hi, over), *where)
        if new is not index:
            body = substitute(body, {index: new})
            conditions = tuple(_moved(c, index, new) for c in conditions)
        return make(new, body, conditions)

    def inside(self, inner: Range | None, outer: Range) -> bool:
        """True for a range that lies in an axis whatever the sizes are. Raises ``BridgeError`` if it never does."""
        if inner is None:
            return False
        gaps = (constant_gap(inner.lo, outer.lo), constant_gap(outer.hi, inner.hi))
        if any(g is not None and g < 0 for g in gaps):
            raise BridgeError(f"a sum over {inner} goes beyond an axis with the positions {outer}", "SG502")
        return None not in gaps

    def remembered(self, name: str, range_: Range | None, scope: Scope) -> Index:
        """The bound index of this name in the bridge, unless it is bound further out; else a new one."""
        known = self.bridge.indices.get(name)
        if known is None or range_ is None or known.range != range_ or known.kind != "bound" or known in scope.values():
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
