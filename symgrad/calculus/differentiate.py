"""Differentiation of scalar index expressions: one rule per node kind; its docstring is the formula.

The target is an entry of a tensor or a defined quantity at given positions, treated as an
independent variable. Definitions are differentiated one level at a time and stay references
in the result, so that the result is as long as the chain of definitions.
"""

from __future__ import annotations

from symgrad.calculus.contract import InRange, apart, cond_at, kronecker, lies_in, product, summed, total
from symgrad.calculus.depends import depends_on, holds_derivative, reaches, symbol_of
from symgrad.calculus.matrix_slopes import along, along_entry, first_derivative, matrix_in_trace
from symgrad.core.functions import TABLE
from symgrad.core.matrix_functions import MATRIX_FUNCTIONS
from symgrad.core.nodes import (
    MINUS_ONE,
    ZERO,
    Add,
    Apply,
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
    Lam,
    MatrixFunction,
    Mul,
    Num,
    Pow,
    Prod,
    Ref,
    Size,
    Sum,
    Tensor,
    free_indices,
    mul,
    position_key,
    power,
    rebuild,
)
from symgrad.core.ranges import IndexExpr, Range
from symgrad.core.substitute import instantiate, substitute

_NONE: frozenset[Definition] = frozenset()


def differentiate(body: Expr, target: Entry | Ref, held: frozenset[Definition] = _NONE) -> Expr:
    """d body / d target; the definitions in ``held`` are constants."""
    return Resolver().differentiate(body, target, held)


def resolve(expr: Expr) -> Expr:
    """The expression with every derivative carried out, also inside the definitions that it uses."""
    return Resolver().resolve(expr)


def primed_function(name: str, x: Expr) -> Expr:
    """F(x), where primes in the name are carried out as derivatives: sigma'(x) = sigma(x) (1 - sigma(x))."""
    if not name.endswith("'"):
        return Func(name, x)
    inner = name[:-1]
    if not inner.endswith("'"):
        return TABLE[inner].derivative(x)
    at = Entry(Tensor("x"), ())
    first = primed_function(inner, at)
    if first is Func(inner, at):
        return Func(name, x)  # the table has no formula for a derivative of that order
    return _replaced(differentiate(first, at), at, x)


def _replaced(node: Expr, old: Expr, new: Expr) -> Expr:
    """Replace a subexpression; derivatives from the table of functions bind no index."""
    return new if node is old else rebuild(node, lambda e: e, lambda child: _replaced(child, old, new))


class Resolver:
    """Shares work between the derivatives of one expression: one memo per target."""

    def __init__(self) -> None:
        self._rules: dict[tuple[Expr, frozenset[Definition]], Rules] = {}
        self._resolved: dict[Expr, Expr] = {}
        # Both sides of a delta made by a derivative index the same slot, so wherever the
        # expression is defined, both lie in the range of that slot.
        self._in_slot: set[tuple[IndexExpr, Range]] = set()

    def differentiate(self, body: Expr, target: Expr, held: frozenset[Definition] = _NONE) -> Expr:
        rules = self._rules.get((target, held))
        if rules is None:
            rules = self._rules[target, held] = Rules(self, target, held)
        return rules(body)

    def resolve(self, node: Expr) -> Expr:
        """Replace each ``Deriv(f, x)`` by df/dx, and each definition that contains one by its resolved body."""
        if not holds_derivative(node):
            return node
        done = self._resolved.get(node)
        if done is None:
            done = self._resolve(node)
            self._resolved[node] = done
        return done

    def _resolve(self, node: Expr) -> Expr:
        if isinstance(node, Deriv):
            return self.resolve(self.differentiate(node.body, node.target, node.held))
        if isinstance(node, Ref):
            return self.resolve(instantiate(node.definition, node.indices))
        done = rebuild(node, lambda e: e, self.resolve)
        if isinstance(done, Func):
            return primed_function(done.name, done.arg)
        if isinstance(done, Sum):
            return summed(done.index, done.body, done.where, self.in_range)
        if isinstance(done, Mul):
            return mul(*done.factors)
        return total(*done.terms) if isinstance(done, Add) else done

    def in_range(self, position: IndexExpr, range_: Range) -> bool:
        return (position, range_) in self._in_slot or lies_in(position, range_)

    def same_slot(
        self, here: tuple[IndexExpr, ...], there: tuple[IndexExpr, ...], ranges: tuple[Range | None, ...]
    ) -> Expr:
        """prod_s delta(here_s, there_s)"""
        for a, b, range_ in zip(here, there, ranges, strict=True):
            if range_ is not None:
                self._in_slot.update(((a, range_), (b, range_)))
        return mul(*(kronecker(a, b) for a, b in zip(here, there, strict=True)))


class Rules:
    """d/d target, memoised per node."""

    def __init__(self, resolver: Resolver, target: Expr, held: frozenset[Definition]) -> None:
        self.symbol = symbol_of(target)
        self.target = target
        self.held = held - {self.symbol}
        self.taken = free_indices(target)
        self.resolver = resolver
        self.in_range: InRange = resolver.in_range
        self._memo: dict[Expr, Expr] = {}
        self._reach: dict[Expr, bool] = {}

    def __call__(self, node: Expr) -> Expr:
        """d node; 0 if the node does not depend on the target."""
        done = self._memo.get(node)
        if done is None:
            rule = _RULES.get(type(node))
            if rule is None:
                raise TypeError(f"no rule differentiates a {type(node).__name__}")
            reached = reaches(node, self.symbol, self.held, self._reach)
            done = getattr(self, rule)(apart(node, self.taken)) if reached else ZERO
            self._memo[node] = done
        return done

    def constant(self, node: Num | Const | Size | Delta | Iverson) -> Expr:
        """d c = 0; also d [cond] = 0, except at the jump."""
        return ZERO

    def entry(self, node: Entry) -> Expr:
        """d U_{ab} / d U_{ij} = delta(a, i) delta(b, j)"""
        assert isinstance(self.target, Entry)
        return self.resolver.same_slot(node.indices, self.target.indices, node.tensor.ranges)

    def ref(self, node: Ref) -> Expr:
        """d y_a / d y_b = delta(a, b); through any other definition, the derivative of its body."""
        definition = node.definition
        if definition is self.symbol:
            assert isinstance(self.target, Ref)
            ranges = tuple(p.range for p in definition.params)
            return self.resolver.same_slot(node.indices, self.target.indices, ranges)
        if definition in self.held:
            return ZERO
        return self(instantiate(definition, node.indices))

    def sum(self, node: Sum) -> Expr:
        """d sum_i f(i) = sum_i d f(i), d tr F(M) = tr(F'(M) d M)"""
        traced = matrix_in_trace(node)
        if traced is not None:
            i, k = (axis.fresh("bound") for axis in traced.matrix.axes)
            inner = self(substitute(traced.matrix.body, dict(zip(traced.matrix.axes, (i, k), strict=True))))
            slope = product(first_derivative(traced, (k, i)), inner)
            return summed(i, summed(k, slope, (), self.in_range), (), self.in_range)
        return summed(node.index, self(node.body), node.where, self.in_range)

    def prod(self, node: Prod) -> Expr:
        """d prod_i f(i) = sum_i d f(i) prod_{j != i} f(j)"""
        inner = node.index.fresh()
        here = {node.index: inner}
        where = (*(cond_at(c, here) for c in node.where), Cond("eq", inner, node.index, negated=True))
        rest = Prod(inner, substitute(node.body, here), where)
        return summed(node.index, mul(self(node.body), rest), node.where, self.in_range)

    def add(self, node: Add) -> Expr:
        """d (f + g) = d f + d g"""
        return total(*(self(t) for t in node.terms))

    def mul(self, node: Mul) -> Expr:
        """d (f g) = d f g + f d g"""
        f = node.factors
        return total(*(product(*f[:k], self(factor), *f[k + 1 :]) for k, factor in enumerate(f)))

    def pow(self, node: Pow) -> Expr:
        """d f^g = g f^(g - 1) d f + f^g log(f) d g"""
        f, g = node.base, node.exponent
        df, dg = self(f), self(g)
        by_base = product(g, power(f, total(g, MINUS_ONE)), df)
        if dg is ZERO:
            return by_base
        return total(by_base, mul(node, Func("log", f), dg))

    def func(self, node: Func) -> Expr:
        """d F(f) = F'(f) d f"""
        inner = self(node.arg)
        return ZERO if inner is ZERO else product(primed_function(node.name + "'", node.arg), inner)

    def apply(self, node: Apply) -> Expr:
        """d L(A, ...) = sum_{i...} (dL / dA_{i...}) d A_{i...} + ..., with new dummies for every argument"""
        out = []
        for k, lam in enumerate(node.arguments):
            axes = tuple(a.fresh("bound") for a in lam.axes)
            inner = self(substitute(lam.body, dict(zip(lam.axes, axes, strict=True))))
            if inner is ZERO:
                continue
            derivs = sorted((*node.derivs, (k, axes)), key=lambda d: (d[0], *map(position_key, d[1])))
            term = mul(Apply(node.function, node.arguments, tuple(derivs)), inner)
            for axis in reversed(axes):
                term = summed(axis, term, (), self.in_range)
            out.append(term)
        return total(*out)

    def matrix_function(self, node: MatrixFunction) -> Expr:
        """d F(M) = sum_{ab} (dF / dM_{ab}) d M_{ab}; of a function with a power series, DF(M)[dM]"""
        axes = tuple(axis.fresh("bound") for axis in node.matrix.axes)
        inner = self(substitute(node.matrix.body, dict(zip(node.matrix.axes, axes, strict=True))))
        if inner is ZERO:
            return ZERO
        row = MATRIX_FUNCTIONS[node.name]
        half = len(axes) // 2
        by_number = isinstance(self.target, (Entry, Ref)) and not self.target.indices
        if row.slope is None and (by_number or half != 1):
            return along(node, Lam(axes, inner))
        slope = row.slope(node, axes[:half], axes[half:]) if row.slope is not None else along_entry(node, *axes)
        term = product(slope, inner)
        for axis in reversed(axes):
            term = summed(axis, term, (), self.in_range)
        return term

    def deriv(self, node: Deriv) -> Expr:
        """d (d f / d x): the inner derivative is carried out first."""
        return self(self.resolver.differentiate(node.body, node.target, node.held))

    def cases(self, node: Cases) -> Expr:
        """d {f where c; g otherwise} = {d f where c; d g otherwise}, except at the border"""
        branches = tuple((conds, self(value)) for conds, value in node.branches)
        return ZERO if all(v is ZERO for _, v in branches) else Cases(branches)


_RULES: dict[type[Expr], str] = {
    Num: "constant",
    Const: "constant",
    Size: "constant",
    Delta: "constant",
    Iverson: "constant",
    Entry: "entry",
    Ref: "ref",
    Sum: "sum",
    Prod: "prod",
    Add: "add",
    Mul: "mul",
    Pow: "pow",
    Func: "func",
    Apply: "apply",
    MatrixFunction: "matrix_function",
    Deriv: "deriv",
    Cases: "cases",
}

__all__ = ["Resolver", "depends_on", "differentiate", "resolve"]
