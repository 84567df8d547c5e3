"""A brute-force evaluator for tests: every node by plain loops over positions, complex values allowed."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import mpmath

from symgrad.core.functions import TABLE
from symgrad.core.nodes import (
    AbstractFunction,
    Add,
    Apply,
    Cases,
    Cond,
    Const,
    Definition,
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
)
from symgrad.core.ranges import Affine, Gather, Index, IndexArray, IndexExpr, Range, Subset


class scalars:
    """The namespace that ``Row.meaning`` is written against, over complex numbers."""

    exp, log, sqrt, sin, cos, atan = cmath.exp, cmath.log, cmath.sqrt, cmath.sin, cmath.cos, cmath.atan

    @staticmethod
    def erf(x: complex) -> complex:
        """erf by its Taylor series, which converges everywhere"""
        total, term = 0j, complex(x)
        for n in range(120):
            total += term / (2 * n + 1)
            term *= -x * x / (n + 1)
        return total * 2 / math.sqrt(math.pi)

    @staticmethod
    def lgamma(x: complex) -> complex:
        return complex(mpmath.loggamma(x))

    @staticmethod
    def polygamma(order: int, x: complex) -> complex:
        return complex(mpmath.psi(order, x))

    @staticmethod
    def positive(x: complex) -> bool:
        return complex(x).real > 0

    @staticmethod
    def where(cond: bool, x: complex, y: complex) -> complex:
        return x if cond else y


class Brute:
    """Values: tensors by position tuples, index arrays and subsets by sizes of positions, functions by callables.

    ``pinned`` gives a definition values of its own, as an independent variable.
    """

    def __init__(
        self,
        sizes: Mapping[str, int],
        values: Mapping[Tensor, Mapping[tuple[int, ...], complex]],
        gathers: Mapping[IndexArray, Mapping[tuple[int, ...], int]] | None = None,
        subsets: Mapping[Subset, set[int]] | None = None,
        functions: Mapping[AbstractFunction, Callable[..., complex]] | None = None,
        pinned: Mapping[Definition, Mapping[tuple[int, ...], complex]] | None = None,
    ) -> None:
        self.sizes, self.values = sizes, {t: dict(v) for t, v in values.items()}
        self.gathers, self.subsets = gathers or {}, subsets or {}
        self.functions = functions or {}
        self.pinned = {d: dict(v) for d, v in (pinned or {}).items()}

    def positions(self, range_: Range | None) -> range:
        assert range_ is not None
        return range(range_.lo.value(self.sizes), range_.hi.value(self.sizes) + 1)

    def at(self, e: IndexExpr, env: Mapping[Index, int]) -> int:
        if isinstance(e, Index):
            return env[e]
        if isinstance(e, Gather):
            return self.gathers[e.array][tuple(self.at(x, env) for x in e.indices)]
        return e.const + sum(c * (self.sizes[s] if isinstance(s, str) else env[s]) for s, c in e.terms)

    def holds(self, c: Cond, env: Mapping[Index, int]) -> bool:
        if c.op == "pos":
            result = complex(self(c.left, env)).real > 0
        elif c.op == "in":
            result = self.at(c.left, env) in self.subsets[c.right]
        else:
            left, right = self.at(c.left, env), self.at(c.right, env)
            result = left == right if c.op == "eq" else left < right
        return result != c.negated

    def __call__(self, node: Expr, env: Mapping[Index, int] | None = None) -> complex:
        env = env or {}
        match node:
            case Num():
                return float(node.value)
            case Const():
                return math.pi
            case Size():
                return float(self.at(node.affine, env))
            case Entry():
                return self.values[node.tensor][tuple(self.at(e, env) for e in node.indices)]
            case Delta():
                return float(self.at(node.left, env) == self.at(node.right, env))
            case Iverson():
                return float(self.holds(node.cond, env))
            case Sum() | Prod():
                out: complex = 0.0 if isinstance(node, Sum) else 1.0
                for p in self.positions(node.index.range):
                    inner = {**env, node.index: p}
                    if all(self.holds(c, inner) for c in node.where):
                        value = self(node.body, inner)
                        out = out + value if isinstance(node, Sum) else out * value
                return out
            case Add():
                return sum(self(t, env) for t in node.terms)
            case Mul():
                return math.prod((self(f, env) for f in node.factors), start=1.0 + 0j)
            case Pow():
                base, exponent = self(node.base, env), complex(self(node.exponent, env))
                if exponent.imag == 0 and exponent.real == int(exponent.real):
                    return base ** int(exponent.real)
                return cmath.exp(exponent * cmath.log(base))
            case Func() if node.name.endswith("'"):  # by a complex step
                return TABLE[node.name[:-1]].meaning(scalars, self(node.arg, env) + 1e-20j).imag / 1e-20
            case Func():
                return TABLE[node.name].meaning(scalars, self(node.arg, env))
            case Ref():
                at = tuple(self.at(e, env) for e in node.indices)
                if node.definition in self.pinned:
                    return self.pinned[node.definition][at]
                fixed = {q: v for q, v in env.items() if q.kind == "fixed"}
                return self(node.definition.body, {**fixed, **dict(zip(node.definition.params, at, strict=True))})
            case Cases():
                for conds, value in node.branches:
                    if all(self.holds(c, env) for c in conds):
                        return self(value, env)
                raise ValueError("no branch")
            case Apply():
                return self.apply(node, env)
        raise TypeError(type(node).__name__)

    def apply(self, node: Apply, env: Mapping[Index, int]) -> complex:
        """The function's value, or its derivatives by nested central differences."""
        arrays: list[dict[tuple[int, ...], complex]] = []
        for lam in node.arguments:
            cells = product(*(self.positions(a.range) for a in lam.axes))
            arrays.append({p: self(lam.body, {**env, **dict(zip(lam.axes, p, strict=True))}) for p in cells})
        wanted = [(k, tuple(self.at(e, env) for e in ii)) for k, ii in node.derivs]
        function = self.functions[node.function]

        def nested(left: list[Any]) -> complex:
            if not left:
                return function(*arrays)
            k, p = left[0]
            h, x = 1e-4, arrays[k][p]
            arrays[k][p] = x + h
            up = nested(left[1:])
            arrays[k][p] = x - h
            down = nested(left[1:])
            arrays[k][p] = x
            return (up - down) / (2 * h)

        return nested(wanted)


def literal(n: int) -> Affine:
    return Affine((), n)
