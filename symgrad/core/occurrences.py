"""Where the body of a definition stands inside of other expressions, and what they are when it has its name there.

``h = \\sigma(W x + b)`` and, further down, ``z = W x + b``: then ``h = \\sigma(z)``. Both are equal wherever they have
values, but only the second has a derivative by ``z``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from symgrad.core.kinds import Add, Const, Definition, Deriv, Entry, Expr, Mul, Num, Ref, Size
from symgrad.core.mentions import reach
from symgrad.core.ranges import Index, IndexExpr, indices_of, range_of, substitute_index
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
    return _Naming(definition).named(node)


class _Naming:
    """The search for the body of one definition."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.uses = reach(definition.body).definitions
        self.done: dict[Expr, Expr] = {}
        self.made: dict[Definition, Definition] = {}

    def named(self, node: Expr) -> Expr:
        found = self.done.get(node)
        if found is None:
            found = self.done[node] = self._named(node)
        return found

    def _named(self, node: Expr) -> Expr:
        here = self._here(node)
        if here is not None:
            return here
        if isinstance(node, Ref):
            made = self._through(node.definition)
            return node if made is node.definition else Ref(made, node.indices)
        if isinstance(node, Deriv):  # what it differentiates by stands in the body
            return node
        return rebuild(node, lambda e: e, self.named)

    def _through(self, used: Definition) -> Definition:
        """A definition whose body has the name; the same one if nothing changes, or if the name's body uses it."""
        if used is self.definition or used in self.uses:
            return used
        if used not in self.made:
            self.made[used] = used  # a recursion stays as it is
            body = self.named(used.body)
            if body is not used.body:
                self.made[used] = Definition(used.name, used.params, body, used.row, used.arguments)
        return self.made[used]

    def _here(self, node: Expr) -> Expr | None:
        """The reference for a node that is the body, or has all of its terms or factors; None for any other."""
        body = self.definition.body
        if type(node) is not type(body):
            return None
        if isinstance(body, (Add, Mul)):
            for found, rest in _terms(body.args[0], node.args[0], {}, self.definition.params):
                if self._is_whole(found, node):
                    own = self._reference(found)
                    return type(body)((own, *map(self.named, rest))) if rest else own
            return None
        for found in _matches(body, node, {}, self.definition.params):
            if self._is_whole(found, node):
                return self._reference(found)
        return None

    def _is_whole(self, found: Mapping[Index, IndexExpr], node: Expr) -> bool:
        """True if every parameter has a position that means something outside of the node."""
        known = free_indices(node)
        return all(p in found and known.issuperset(indices_of(found[p])) for p in self.definition.params)

    def _reference(self, found: Mapping[Index, IndexExpr]) -> Ref:
        return Ref(self.definition, tuple(found[p] for p in self.definition.params))


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
