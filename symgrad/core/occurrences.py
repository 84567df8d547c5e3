"""Where the body of a definition stands inside of other expressions, and what they are when it has its name there.

``h = \\sigma(W x + b)`` and, further down, ``z = W x + b``: then ``h = \\sigma(z)``. Both are equal wherever they have
values, but only the second has a derivative by ``z``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from symgrad.core.kinds import Add, Const, Definition, Deriv, Entry, Expr, Mul, Num, Ref, Size
from symgrad.core.mentions import reach
from symgrad.core.ranges import Index, IndexExpr, indices_of, range_of, substitute_index
from symgrad.core.substitute import mapped_through
from symgrad.core.traverse import free_indices, parts, rebuild

MAX_TERMS = 12
"""Sums and products of more terms are compared in their own order only."""

_Found = dict[Index, IndexExpr]


def named_by(node: Expr, definition: Definition) -> Expr:
    """``node`` with the name of ``definition`` wherever the body of it stands, also in the definitions that it uses.

    The node itself if the body stands nowhere, or is no more than a name or a number.
    """
    if isinstance(definition.body, (Entry, Ref, Num, Const, Size)):
        return node
    kept = {definition, *reach(definition.body).definitions}

    def named(node: Expr, go: Callable[[Expr], Expr]) -> Expr | None:
        here = _here(node, definition, go)
        if here is not None:
            return here
        # what a derivative is taken by stands in its body, and what the name itself is made of stays
        stays = isinstance(node, Deriv) or (isinstance(node, Ref) and node.definition in kept)
        return node if stays else None

    return mapped_through(node, named)


def _here(node: Expr, definition: Definition, go: Callable[[Expr], Expr]) -> Expr | None:
    """The reference for a node that is the body, or has all of its terms or factors; None for any other."""
    body, params = definition.body, definition.params
    if type(node) is not type(body):
        return None
    if not isinstance(body, (Add, Mul)):
        for found in _matches(body, node, {}, params):
            if _is_whole(found, node, params):
                return Ref(definition, _at(found, params))
        return None
    for found, rest in _terms(body.args[0], node.args[0], {}, params):
        if _is_whole(found, node, params):
            own = Ref(definition, _at(found, params))
            return type(body)((own, *map(go, rest))) if rest else own
    return None


def _at(found: Mapping[Index, IndexExpr], params: Sequence[Index]) -> tuple[IndexExpr, ...]:
    return tuple(found[p] for p in params)


def _is_whole(found: Mapping[Index, IndexExpr], node: Expr, params: Sequence[Index]) -> bool:
    """True if every parameter has a position that means something outside of the node."""
    known = free_indices(node)
    return all(p in found and known.issuperset(indices_of(found[p])) for p in params)


def _matches(body: Expr, node: Expr, found: _Found, params: Sequence[Index]) -> Iterator[_Found]:
    """The ways to find ``body`` in ``node``, each as the positions of its parameters and bound indices."""
    if type(body) is not type(node):
        return
    if isinstance(body, (Add, Mul)):
        for wider, rest in _terms(body.args[0], node.args[0], found, params):
            if not rest:
                yield wider
        return
    positions, children, bound = parts(body)
    there, below, binds = parts(node)
    if (len(positions), len(children), len(bound)) != (len(there), len(below), len(binds)):
        return
    if any(a.range != b.range for a, b in zip(bound, binds, strict=True)):
        return
    inside: _Found | None = {**found, **dict(zip(bound, binds, strict=True))}
    for mine, other in zip(positions, there, strict=True):
        inside = _position(mine, other, inside, params) if inside is not None else None
    if inside is None or _like(body, there, below, binds) is not node:
        return
    yield from _in_order(children, below, inside, params)


def _in_order(mine: Sequence[Expr], others: Sequence[Expr], found: _Found, params: Sequence[Index]) -> Iterator[_Found]:
    if not mine:
        yield found
        return
    for wider in _matches(mine[0], others[0], found, params):
        yield from _in_order(mine[1:], others[1:], wider, params)


def _terms(
    mine: Sequence[Expr], others: Sequence[Expr], found: _Found, params: Sequence[Index]
) -> Iterator[tuple[_Found, tuple[Expr, ...]]]:
    """The ways to find all terms among others, in any order, each with the others that are left."""
    if not mine:
        yield found, tuple(others)
    elif len(mine) <= len(others):
        choices = range(len(others)) if len(others) <= MAX_TERMS else range(1)
        for k in choices:
            for wider in _matches(mine[0], others[k], found, params):
                yield from _terms(mine[1:], (*others[:k], *others[k + 1 :]), wider, params)


def _position(mine: IndexExpr, other: IndexExpr, found: _Found, params: Sequence[Index]) -> _Found | None:
    if mine in found or mine not in params:
        known = all(i in found or i not in params for i in indices_of(mine))
        return found if known and substitute_index(mine, found) == other else None
    assert isinstance(mine, Index)
    return {**found, mine: other} if mine.range == range_of(other) else None


def _like(body: Expr, positions: Sequence[IndexExpr], children: Sequence[Expr], bound: Sequence[Index]) -> Expr:
    """The node ``body`` with these parts: the other node itself if they differ in nothing but their parts."""
    there, below, binds = iter(positions), iter(children), iter(bound)
    return rebuild(body, lambda _: next(there), lambda _: next(below), lambda _: next(binds))
