"""For tests of the normal form: names to build expressions with, a brute-force evaluator, random expressions."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from symgrad.core.functions import TABLE
from symgrad.core.nodes import (
    Add,
    Cases,
    Cond,
    Const,
    Delta,
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
    add,
    delta,
    div,
    mul,
    neg,
    num,
    power,
    sub,
)
from symgrad.core.ranges import Affine, Gather, Index, IndexArray, IndexExpr, Range, Subset
from symgrad.core.substitute import instantiate

W, D, K = Range.of_size("W"), Range.of_size("D"), Range.of_size("K")
SHORT, LATE = Range(Affine.of(1), Affine.of("W") - 1), Range(Affine.of(2), Affine.of("W"))
A, B = Tensor("A", (W, W)), Tensor("B", (W, D))
X, Y, P = Tensor("x", (W,)), Tensor("y", (W,)), Tensor("p", (W,), "positive")
BIT, SIGN = Tensor("d", (W,), "bit"), Tensor("s", (W,), "sign")
U, V = Tensor("U", (W, D)), Tensor("V", (D, W))
R, Q = Tensor("r"), Tensor("q")
N_OF = IndexArray("n", (K,), W)
SUBSET = Subset("N", W)
o, c = Index("o", W, "fixed"), Index("c", W, "fixed")
a, b = Index("a", W, "free"), Index("b", W, "free")
i, z = Index("i", D, "free"), Index("z", W, "free")
TENSORS = (A, B, X, Y, P, BIT, SIGN, U, V, R, Q)


def w(letter: str = "w") -> Index:
    return Index(letter, W)


def at(tensor: Tensor, *indices: IndexExpr) -> Expr:
    return Entry(tensor, indices)


def total(index: Index, body: Expr, *where: Cond) -> Expr:
    return Sum(index, body, where)


def lit(n: int) -> Affine:
    return Affine((), n)


def dot(row: IndexExpr, column: IndexExpr) -> Expr:
    """``u_row . v_column``"""
    j = Index("j", D)
    return total(j, mul(at(U, row, j), at(V, j, column)))


def softmax(row: IndexExpr) -> Expr:
    k = w()
    return div(Func("exp", dot(row, c)), total(k, Func("exp", dot(k, c))))


class Real:
    """The namespace that ``Row.meaning`` is written against, over real numbers; NaN where undefined."""

    @staticmethod
    def exp(x: float) -> float:
        return math.exp(x) if x < 700 else math.inf

    @staticmethod
    def log(x: float) -> float:
        return math.log(x) if x > 0 else math.nan

    @staticmethod
    def sqrt(x: float) -> float:
        return math.sqrt(x) if x >= 0 else math.nan

    sin, cos, atan, erf = math.sin, math.cos, math.atan, math.erf

    @staticmethod
    def positive(x: float) -> bool:
        return x > 0

    @staticmethod
    def where(cond: bool, x: float, y: float) -> float:
        return x if cond else y


@dataclass
class World:
    """Random values at some sizes. Values are drawn when first asked for."""

    sizes: Mapping[str, int]
    rng: random.Random
    fixed: dict[Index, int] = field(default_factory=dict)
    values: dict[tuple[Tensor, tuple[int, ...]], float] = field(default_factory=dict)
    held: dict[tuple[IndexArray, tuple[int, ...]], int] = field(default_factory=dict)
    members: dict[tuple[Subset, int], bool] = field(default_factory=dict)
    kink: bool = False
    """Whether a bracket was asked about what is 0 up to rounding."""

    def span(self, range_: Range | None) -> range:
        assert range_ is not None
        return range(range_.lo.value(self.sizes), range_.hi.value(self.sizes) + 1)

    def value(self, tensor: Tensor, where: tuple[int, ...]) -> float:
        for p, r in zip(where, tensor.ranges, strict=True):
            if p not in self.span(r):
                return math.nan
        key = (tensor, where)
        if key not in self.values:
            u = self.rng.uniform(-1.5, 1.5)
            self.values[key] = {
                "real": u,
                "positive": abs(u) + 0.1,
                "nonnegative": abs(u),
                "bit": float(u > 0),
                "sign": math.copysign(1, u),
            }[tensor.domain]
        return self.values[key]

    def position(self, e: IndexExpr, env: Mapping[Index, int]) -> int:
        if isinstance(e, Index):
            return env[e] if e in env else self.fixed[e]
        if isinstance(e, Gather):
            at = tuple(self.position(x, env) for x in e.indices)
            if any(p not in self.span(r) for p, r in zip(at, e.array.ranges, strict=True)):
                raise ValueError("a position outside of its array")
            if (e.array, at) not in self.held:
                self.held[e.array, at] = self.rng.choice(list(self.span(e.array.target)))
            return self.held[e.array, at]
        return e.const + sum(k * (self.sizes[s] if isinstance(s, str) else self.position(s, env)) for s, k in e.terms)

    def holds(self, c: Cond, env: Mapping[Index, int]) -> bool:
        if c.op == "pos":
            assert isinstance(c.left, Expr)
            x = self(c.left, env)
            self.kink = self.kink or abs(x) < 1e-9 or math.isnan(x)
            return (x > 0) != c.negated
        assert not isinstance(c.left, Expr)
        p = self.position(c.left, env)
        if isinstance(c.right, Subset):
            if (c.right, p) not in self.members:
                self.members[c.right, p] = self.rng.random() < 0.5
            return self.members[c.right, p] != c.negated
        assert c.right is not None
        q = self.position(c.right, env)
        return (p == q if c.op == "eq" else p < q) != c.negated

    def __call__(self, node: Expr, env: Mapping[Index, int] | None = None) -> float:
        env = env or {}
        match node:
            case Num():
                return float(node.value)
            case Const():
                return math.pi
            case Size():
                return float(self.position(node.affine, env))
            case Entry():
                return self.value(node.tensor, tuple(self.position(e, env) for e in node.indices))
            case Delta():
                return float(self.position(node.left, env) == self.position(node.right, env))
            case Iverson():
                return float(self.holds(node.cond, env))
            case Sum() | Prod():
                here = [{**env, node.index: p} for p in self.span(node.index.range)]
                terms = [self(node.body, e) for e in here if all(self.holds(x, e) for x in node.where)]
                return math.fsum(terms) if isinstance(node, Sum) else math.prod(terms)
            case Add():
                return math.fsum(self(t, env) for t in node.terms)
            case Mul():
                return math.prod(self(f, env) for f in node.factors)
            case Pow():
                return self.raised(self(node.base, env), self(node.exponent, env))
            case Func():
                x = self(node.arg, env)
                row = TABLE[node.name]
                if row.kink:
                    self.kink = self.kink or abs(x) < 1e-9
                return math.nan if math.isnan(x) or math.isinf(x) else float(row.meaning(Real, x))
            case Ref():
                return self(instantiate(node.definition, node.indices), env)
            case Cases():
                for conds, value in node.branches:
                    if all(self.holds(x, env) for x in conds):
                        return self(value, env)
        return math.nan

    @staticmethod
    def raised(x: float, e: float) -> float:
        if math.isnan(x) or math.isnan(e) or math.isinf(x):
            return math.nan
        if abs(x) < 1e-12 and e < 0:
            return math.nan
        if x < 0 and e != int(e):
            return math.nan
        try:
            return float(x**e)
        except OverflowError:
            return math.nan


def worlds(count: int, seed: int = 0, open_: tuple[Index, ...] = (o, c, a, b, i, z)) -> list[World]:
    """Random values at various sizes, with coincident open positions among them."""
    rng = random.Random(seed)
    found = []
    for k in range(count):
        sizes = {"W": (3, 1, 2, 4)[k % 4], "D": (2, 3, 1)[k % 3], "K": (2, 3, 1)[k % 3]}
        world = World(sizes, rng)
        world.fixed = {x: rng.choice(list(world.span(x.range))) for x in open_}
        found.append(world)
    return found


def differs(left: Expr, right: Expr, count: int = 8, seed: int = 0) -> bool | None:
    """Whether the sides differ at some point where both are defined; None where no point was found."""
    seen = False
    for world in worlds(count, seed):
        try:
            x, y = world(left), world(right)
        except (ArithmeticError, ValueError):
            continue
        if world.kink or math.isnan(x) or math.isnan(y) or math.isinf(x) or math.isinf(y):
            continue
        if max(abs(x), abs(y)) > 1e8:
            continue
        seen = True
        if abs(x - y) > 1e-6 * (1 + abs(x) + abs(y)):
            return True
    return False if seen else None


class Grower:
    """Random expressions over the tensors above, with sums, deltas, quotients, functions and brackets."""

    def __init__(self, rng: random.Random, shifts: bool = False) -> None:
        self.rng = rng
        self.shifts = shifts
        """Whether neighbouring positions and shorter ranges occur."""

    def position(self, held: list[Index]) -> IndexExpr:
        rng = self.rng
        if rng.random() < 0.04:
            return lit(1)
        if rng.random() < 0.06:
            ks = [x for x in held if x.range == K]
            if ks:
                k = rng.choice(ks)
                return Gather(N_OF, (Affine.of(k) + 1 if self.shifts and rng.random() < 0.3 else k,))
        pool = [x for x in held if x.range in (W, SHORT, LATE)]
        chosen = rng.choice(pool) if pool and rng.random() < 0.75 else rng.choice([o, c, a, b])
        if chosen.range != W:
            return Affine.of(chosen) + rng.choice([-1, 1]) if rng.random() < 0.6 else chosen
        return Affine.of(chosen) + rng.choice([-1, 1]) if self.shifts and rng.random() < 0.1 else chosen

    def inner(self, held: list[Index]) -> IndexExpr:
        pool = [x for x in held if x.range == D]
        return self.rng.choice(pool) if pool and self.rng.random() < 0.8 else i

    def entry(self, held: list[Index]) -> Expr:
        t = self.rng.choice([A, A, B, X, X, Y, P, U, R, BIT, SIGN])
        return at(t, *(self.position(held) if r == W else self.inner(held) for r in t.ranges))

    def cond(self, held: list[Index], depth: int) -> Cond:
        kind = self.rng.random()
        p, q = self.position(held), self.position(held)
        if kind < 0.6:
            return Cond("eq", p, q, self.rng.random() < 0.7)
        if kind < 0.8:
            return Cond("lt", p, q, self.rng.random() < 0.3)
        if kind < 0.9:
            return Cond("in", p, SUBSET, self.rng.random() < 0.3)
        return Cond("pos", self.expr(depth, held), None, self.rng.random() < 0.3)

    def expr(self, depth: int, held: list[Index]) -> Expr:
        rng = self.rng
        if depth <= 0:
            if rng.random() < 0.15:
                return num(rng.choice([-2, -1, 2, 3]))
            if rng.random() < 0.1:
                return delta(self.position(held), self.position(held))
            return self.entry(held)
        kind = rng.random()
        if kind < 0.22:
            return add(*(self.expr(depth - 1, held) for _ in range(rng.choice([2, 2, 3]))))
        if kind < 0.5:
            return mul(*(self.expr(depth - 1, held) for _ in range(rng.choice([2, 2, 3]))))
        if kind < 0.76:
            index = Index("w", W) if rng.random() < 0.75 else Index("k", rng.choice([D, K]))
            if self.shifts and rng.random() < 0.4:
                index = Index("t", rng.choice([SHORT, LATE]))
            where = (self.cond([*held, index], 0),) if rng.random() < 0.15 else ()
            return total(index, self.expr(depth - 1, [*held, index]), *where)
        if kind < 0.86:
            name = rng.choice(["exp", "exp", "log", "sigma", "tanh", "sqrt", "relu", "abs", "softplus", "sin", "cos"])
            return Func(name, self.expr(depth - 1, held))
        if kind < 0.93:
            return power(self.expr(depth - 1, held), num(rng.choice([2, 2, -1, -1, 3, -2])))
        if kind < 0.94:
            index = Index("p", W)
            return Prod(index, self.expr(depth - 2, [*held, index]))
        if kind < 0.95:
            branches = ((self.cond(held, 0),), self.expr(depth - 2, held)), ((), self.expr(depth - 2, held))
            return Cases(branches)
        if kind < 0.97:
            return Iverson(self.cond(held, depth - 1))
        return delta(self.position(held), self.position(held))


def rewritten(e: Expr, rng: random.Random) -> Expr:
    """The same expression, written otherwise: dummies renamed, factors and terms moved, products distributed,
    deltas inserted, sums exchanged."""
    match e:
        case Add():
            terms = [rewritten(t, rng) for t in e.terms]
            rng.shuffle(terms)
            return add(*terms)
        case Mul():
            factors = [rewritten(f, rng) for f in e.factors]
            rng.shuffle(factors)
            spread = next((f for f in factors if isinstance(f, Add)), None)
            if spread is not None and rng.random() < 0.5:
                k = factors.index(spread)
                rest = factors[:k] + factors[k + 1 :]
                return add(*(mul(t, *rest) for t in spread.terms))
            return mul(*factors)
        case Sum():
            index = Index("v", e.index.range)
            from symgrad.core.substitute import substitute

            body = rewritten(substitute(e.body, {e.index: index}), rng)
            where = tuple(_moved(x, e.index, index) for x in e.where)
            if not where and rng.random() < 0.3:
                other = Index("u", e.index.range)
                return total(index, total(other, mul(delta(index, other), substitute(body, {index: other}))))
            if not where and isinstance(body, Add) and rng.random() < 0.4:
                return add(*(total(index, t) for t in body.terms))
            if where and rng.random() < 0.5:
                return (
                    total(index, mul(body, *(Iverson(x) for x in where)))
                    if _total(body)
                    else total(index, body, *where)
                )
            return total(index, body, *where)
        case Pow():
            base = rewritten(e.base, rng)
            if e.exponent is num(2) and rng.random() < 0.5:
                return mul(base, base)
            return Pow(base, e.exponent)
        case Func():
            x = rewritten(e.arg, rng)
            if e.name == "sigma" and rng.random() < 0.6:
                return rng.choice(
                    [sub(num(1), Func("sigma", neg(x))), div(Func("exp", x), add(Func("exp", x), num(1)))]
                )
            if e.name == "tanh" and rng.random() < 0.5:
                return sub(mul(num(2), Func("sigma", mul(num(2), x))), num(1))
            if e.name == "exp" and isinstance(x, Add) and rng.random() < 0.5:
                return mul(*(Func("exp", t) for t in x.terms))
            return Func(e.name, x)
    return e


def _total(e: Expr) -> bool:
    """Whether an expression is defined everywhere for plain reasons."""
    match e:
        case Pow() | Cases():
            return False
        case Func():
            return e.name not in ("log", "sqrt") and _total(e.arg)
        case Sum() | Prod():
            return _total(e.body)
        case Add() | Mul():
            return all(_total(x) for x in e.args[0])
    return True


def _moved(c: Cond, old: Index, new: Index) -> Cond:
    from symgrad.core.substitute import substitute

    moved = substitute(Iverson(c), {old: new})
    assert isinstance(moved, Iverson)
    return moved.cond


def broken(e: Expr, rng: random.Random) -> Expr:
    """The expression with one thing changed: a sign, a factor, an index, a scope, a function."""
    spots = list(_spots(e))
    path = rng.choice(spots)
    return _changed(e, path, rng)


def _spots(e: Expr, path: tuple[int, ...] = ()) -> itertools.chain[tuple[int, ...]]:
    children = _children(e)
    return itertools.chain([path], *(_spots(x, (*path, k)) for k, x in enumerate(children)))


def _children(e: Expr) -> tuple[Expr, ...]:
    match e:
        case Add() | Mul():
            return tuple(e.args[0])
        case Sum() | Prod():
            return (e.body,)
        case Pow():
            return (e.base,)
        case Func():
            return (e.arg,)
    return ()


def _changed(e: Expr, path: tuple[int, ...], rng: random.Random) -> Expr:
    if path:
        k = path[0]
        match e:
            case Add():
                return add(*(_changed(x, path[1:], rng) if n == k else x for n, x in enumerate(e.terms)))
            case Mul():
                return mul(*(_changed(x, path[1:], rng) if n == k else x for n, x in enumerate(e.factors)))
            case Sum():
                return total(e.index, _changed(e.body, path[1:], rng), *e.where)
            case Pow():
                return Pow(_changed(e.base, path[1:], rng), e.exponent)
            case Func():
                return Func(e.name, _changed(e.arg, path[1:], rng))
    match e:
        case Entry() if len(e.indices) == 2 and e.tensor is A:
            return at(A, e.indices[1], e.indices[0])
        case Entry() if e.indices and e.tensor.ranges[0] == W:
            return at(e.tensor, rng.choice([o, c, a, b]), *e.indices[1:])
        case Func() if e.name == "sigma":
            return Func("sigma", neg(e.arg))
        case Mul():
            return mul(*e.factors[1:])
        case Add():
            return add(*e.terms[1:])
        case Sum() if not e.where:
            return total(e.index, e.body, Cond("eq", e.index, o, True)) if e.index.range == W else e
        case Num():
            return num(e.value + 1)
    return neg(e)
