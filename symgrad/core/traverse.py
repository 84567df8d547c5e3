"""The parts of a node, nodes rebuilt from changed parts, and walks over expressions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from symgrad.core.kinds import (
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
    Lam,
    MatrixFunction,
    Mul,
    Num,
    Pow,
    Prod,
    Ref,
    Size,
    Sum,
    Typography,
)
from symgrad.core.ranges import Affine, Index, IndexExpr, Subset, indices_of


def cond_parts(cond: Cond) -> tuple[tuple[IndexExpr, ...], tuple[Expr, ...]]:
    """The index expressions and the child expressions of a condition."""
    if isinstance(cond.left, Expr):
        return (), (cond.left,)
    if cond.right is None or isinstance(cond.right, Subset):
        return (cond.left,), ()
    return (cond.left, cond.right), ()


def conditions(node: Expr) -> tuple[Cond, ...]:
    """The conditions of a sum, a product, an indicator or a choice of cases."""
    if isinstance(node, (Sum, Prod)):
        return node.where
    if isinstance(node, Iverson):
        return (node.cond,)
    return tuple(c for conds, _ in node.branches for c in conds) if isinstance(node, Cases) else ()


def _parts_of(conds: Iterable[Cond]) -> tuple[tuple[IndexExpr, ...], tuple[Expr, ...]]:
    found = [cond_parts(c) for c in conds]
    return tuple(i for idx, _ in found for i in idx), tuple(x for _, inner in found for x in inner)


Parts = tuple[tuple[IndexExpr, ...], tuple[Expr, ...], tuple[Index, ...]]


def parts(node: Expr) -> Parts:
    """``(index expressions, child expressions, indices bound by the node)`` of one node.

    For ``Apply`` this includes the axes of its ``Lam`` arguments: each axis is an object of its own,
    so it cannot capture anything in the other arguments.
    """
    rule = _PARTS.get(type(node))
    if rule is None:
        if isinstance(node, Typography):
            return (), node.args, ()
        raise TypeError(f"unknown node kind {type(node).__name__}")
    return rule(node)


def _summed(node: Any) -> Parts:
    if not node.where:
        return (), (node.body,), (node.index,)
    idx, inner = _parts_of(node.where)
    return idx, (node.body, *inner), (node.index,)


def _applied(node: Any) -> Parts:
    taken = tuple(i for _, indices in node.derivs for i in indices)
    axes = tuple(a for lam in node.arguments for a in lam.axes)
    return taken, tuple(lam.body for lam in node.arguments), axes


def _branched(node: Any) -> Parts:
    branches = [(*_parts_of(conds), value) for conds, value in node.branches]
    return tuple(i for b in branches for i in b[0]), tuple(x for b in branches for x in (*b[1], b[2])), ()


# A table per kind, because this is called most often and is faster than a chain of ``isinstance``.
_PARTS: dict[type[Expr], Callable[[Any], Parts]] = {
    Num: lambda node: ((), (), ()),
    Const: lambda node: ((), (), ()),
    Size: lambda node: (tuple(node.affine.indices()), (), ()),
    Entry: lambda node: (node.args[1], (), ()),
    Ref: lambda node: (node.args[1], (), ()),
    Delta: lambda node: (node.args, (), ()),
    Iverson: lambda node: (*cond_parts(node.cond), ()),
    Sum: _summed,
    Prod: _summed,
    Add: lambda node: ((), node.args[0], ()),
    Mul: lambda node: ((), node.args[0], ()),
    Pow: lambda node: ((), node.args, ()),
    Func: lambda node: ((), (node.args[1],), ()),
    Apply: _applied,
    MatrixFunction: lambda node: (node.indices, (node.matrix.body,), node.matrix.axes),
    Deriv: lambda node: ((), (node.body, node.target), ()),
    Cases: _branched,
}


def free_indices(node: Expr) -> frozenset[Index]:
    """The indices that the node does not bind: free and fixed ones, and those bound further out."""
    cached = node.free
    if cached is None:
        idx, children, bound = parts(node)
        found: set[Index] = set()
        for e in idx:
            found.update(indices_of(e))
        for child in children:
            found |= free_indices(child)
        cached = node.free = frozenset(found.difference(bound))
    return cached


def walk(node: Expr) -> Iterator[Expr]:
    """The node and all nodes below it, parents first; definitions are not entered."""
    stack = [node]
    while stack:
        n = stack.pop()
        yield n
        stack.extend(reversed(parts(n)[1]))


def distinct(expr: Expr) -> Iterator[Expr]:
    """Like ``walk``, but yields shared nodes only once."""
    seen = {expr}
    stack = [expr]
    while stack:
        node = stack.pop()
        yield node
        for child in reversed(parts(node)[1]):
            if child not in seen:
                seen.add(child)
                stack.append(child)


def rebuild(
    node: Expr,
    index: Callable[[IndexExpr], IndexExpr],
    expr: Callable[[Expr], Expr],
    bound: Callable[[Index], Index] = lambda i: i,
) -> Expr:
    """The node with each index expression, child and bound index mapped, without simplification."""

    def all_of(conds: tuple[Cond, ...]) -> tuple[Cond, ...]:
        return tuple(map_cond(c, index, expr) for c in conds)

    if isinstance(node, (Add, Mul)):  # the most frequent kinds first
        return type(node)(tuple([expr(a) for a in node.args[0]]))
    if isinstance(node, (Entry, Ref)):
        return type(node)(node.args[0], tuple([index(e) for e in node.args[1]]))
    if isinstance(node, Func):
        return Func(node.name, expr(node.arg))
    if isinstance(node, Pow):
        return Pow(expr(node.base), expr(node.exponent))
    if isinstance(node, (Sum, Prod)):
        return type(node)(bound(node.index), expr(node.body), all_of(node.where))
    if isinstance(node, (Num, Const)):
        return node
    if isinstance(node, Size):
        return Size(_mapped(node.affine, index))
    if isinstance(node, Delta):
        return Delta(index(node.left), index(node.right))
    if isinstance(node, Iverson):
        return Iverson(map_cond(node.cond, index, expr))
    if isinstance(node, Apply):
        lams = tuple(Lam(tuple(bound(a) for a in lam.axes), expr(lam.body)) for lam in node.arguments)
        derivs = tuple((k, tuple(index(e) for e in indices)) for k, indices in node.derivs)
        return Apply(node.function, lams, derivs)
    if isinstance(node, MatrixFunction):
        lam = Lam(tuple(bound(a) for a in node.matrix.axes), expr(node.matrix.body))
        return MatrixFunction(node.name, lam, tuple(index(e) for e in node.indices))
    if isinstance(node, Deriv):
        return Deriv(expr(node.body), expr(node.target), node.held)
    if isinstance(node, Cases):
        return Cases(tuple((all_of(conds), expr(value)) for conds, value in node.branches))
    if isinstance(node, Typography):
        return type(node)(*map(expr, node.args))
    raise TypeError(f"unknown node kind {type(node).__name__}")


def map_cond(cond: Cond, index: Callable[[IndexExpr], IndexExpr], expr: Callable[[Expr], Expr]) -> Cond:
    """The condition with its positions or its expression mapped."""
    left = expr(cond.left) if isinstance(cond.left, Expr) else index(cond.left)
    right = cond.right if cond.right is None or isinstance(cond.right, Subset) else index(cond.right)
    return Cond(cond.op, left, right, cond.negated)


def _mapped(affine: Affine, index: Callable[[IndexExpr], IndexExpr]) -> Affine:
    total = Affine((), affine.const)
    for symbol, c in affine.terms:
        new = index(symbol) if isinstance(symbol, Index) else symbol
        total = total + Affine.of(new).scale(c)  # type: ignore[arg-type]  # a gather has no arithmetic
    return total
