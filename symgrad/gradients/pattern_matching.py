"""Occurrences of one expression in another: a pattern with open indices, matched up to order and names.

Products and sums of terms match in any order. A match is a ``Binding``: the position of each open index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from symgrad.core.nodes import Add, Delta, Entry, Expr, Func, Mul, Pow, Ref, Sum, free_indices
from symgrad.core.ranges import Affine, Gather, Index, IndexExpr, indices_of, range_of
from symgrad.gradients.summed_products import Factor, SummedIndex, SummedProduct, renamed

Binding = Mapping[Index, IndexExpr]


def match(pattern: Expr, node: Expr, binding: Binding, open_: frozenset[Index]) -> Iterator[Binding]:
    """The bindings of the open indices with which ``pattern`` is ``node``."""
    if not (free_indices(pattern) & open_):
        if pattern is node:
            yield binding
            return
        if not isinstance(pattern, (Sum, Mul, Add, Func, Pow)):
            return
    if type(pattern) is not type(node):
        return
    if isinstance(pattern, (Entry, Ref)):
        if pattern.args[0] is node.args[0]:
            yield from _positions(pattern.indices, node.args[1], binding, open_)
    elif isinstance(pattern, Delta):
        left, right = node.args
        yield from _positions((pattern.left, pattern.right), (left, right), binding, open_)
        yield from _positions((pattern.left, pattern.right), (right, left), binding, open_)
    elif isinstance(pattern, (Mul, Add)):
        if len(pattern.args[0]) == len(node.args[0]):
            yield from _any_order(pattern.args[0], node.args[0], binding, open_)
    elif isinstance(pattern, Pow):
        for b in match(pattern.exponent, node.args[1], binding, open_):
            yield from match(pattern.base, node.args[0], b, open_)
    elif isinstance(pattern, Func):
        if pattern.name == node.args[0]:
            yield from match(pattern.arg, node.args[1], binding, open_)
    elif isinstance(pattern, Sum) and isinstance(node, Sum):
        same = pattern.index.range == node.index.range and not pattern.where and not node.where
        if same or pattern.where == node.where:
            inner = {**binding, pattern.index: node.index}
            for b in match(pattern.body, node.body, inner, open_ | {pattern.index}):
                yield {k: v for k, v in b.items() if k is not pattern.index}


def _any_order(
    patterns: tuple[Expr, ...], nodes: tuple[Expr, ...], binding: Binding, open_: frozenset[Index]
) -> Iterator[Binding]:
    if not patterns:
        yield binding
        return
    for k, node in enumerate(nodes):
        for b in match(patterns[0], node, binding, open_):
            yield from _any_order(patterns[1:], nodes[:k] + nodes[k + 1 :], b, open_)


def _positions(
    patterns: tuple[IndexExpr, ...], positions: tuple[IndexExpr, ...], binding: Binding, open_: frozenset[Index]
) -> Iterator[Binding]:
    found: Binding | None = binding
    for p, e in zip(patterns, positions, strict=True):
        found = _position(p, e, found, open_) if found is not None else None
    if found is not None:
        yield found


def _position(pattern: IndexExpr, position: IndexExpr, binding: Binding, open_: frozenset[Index]) -> Binding | None:
    if isinstance(pattern, Index) and pattern in open_:
        bound = binding.get(pattern)
        if bound is not None:
            return binding if bound == position else None
        known = range_of(position)
        if known is not None and pattern.range is not None and known != pattern.range:
            return None
        return {**binding, pattern: position}
    if isinstance(pattern, Gather) and isinstance(position, Gather) and pattern.array == position.array:
        found: Binding | None = binding
        for p, e in zip(pattern.indices, position.indices, strict=True):
            found = _position(p, e, found, open_) if found is not None else None
        return found
    if isinstance(pattern, Affine) and open_.intersection(indices_of(pattern)):
        return None
    return binding if pattern == position else None


def within(
    pattern: SummedProduct, params: tuple[Index, ...], term: SummedProduct
) -> tuple[tuple[IndexExpr, ...], SummedProduct] | None:
    """The positions of ``params`` for which the pattern divides a term, and the quotient; None if there are none.

    A bound index of the pattern must be a bound index of the term that occurs in no other factor.
    """
    own = frozenset(params) | pattern.indices()
    for binding, left in _chosen(pattern.factors, term.factors, {}, own):
        if not all(p in binding for p in params):
            continue
        rest = _without(pattern, term, binding, left)
        if rest is not None:
            return tuple(binding[p] for p in params), rest
    return None


def _chosen(
    wanted: tuple[Factor, ...], factors: tuple[Factor, ...], binding: Binding, open_: frozenset[Index]
) -> Iterator[tuple[Binding, tuple[Factor, ...]]]:
    """Match each pattern factor to a term factor whose exponent has the same sign and at least its magnitude."""
    if not wanted:
        yield binding, factors
        return
    (base, e), *rest = wanted
    for k, (there, has) in enumerate(factors):
        if type(there) is not type(base):
            continue
        left = has - e
        if (has > 0) != (e > 0) or left.denominator != 1 or abs(has) < abs(e):
            continue
        for b in match(base, there, binding, open_):
            kept = ((there, left),) if left else ()
            yield from _chosen(tuple(rest), (*factors[:k], *kept, *factors[k + 1 :]), b, open_)


def _without(
    pattern: SummedProduct, term: SummedProduct, binding: Binding, left: tuple[Factor, ...]
) -> SummedProduct | None:
    taken: dict[Index, SummedIndex] = {}
    for d in pattern.dummies:
        image = binding.get(d.index)
        found = next((x for x in term.dummies if x.index is image), None)
        if found is None or found.index in taken or renamed(d.where, d.index, found.index) != found.where:
            return None
        taken[found.index] = found
    others = [d for d in term.dummies if d.index not in taken]
    used = {i for b, _ in left for i in free_indices(b)}
    used |= {i for d in others for i in d.indices()}
    used |= {i for p, e in binding.items() if p not in pattern.indices() for i in indices_of(e)}
    if used & taken.keys():
        return None
    return SummedProduct(term.number / pattern.number, tuple(others), left)
