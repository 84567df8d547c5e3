"""Change nodes of a cost, in the definitions that it uses too, and hold parts of it constant."""

from __future__ import annotations

from collections.abc import Mapping

from symgrad.core import nodes as n
from symgrad.core.ranges import Index
from symgrad.core.substitute import substitute


class Rewriter:
    """Replaces nodes everywhere. A definition that contains one is replaced by a new definition."""

    def __init__(self, changes: Mapping[n.Expr, n.Expr], keep: n.Definition | None = None) -> None:
        self.changes = changes
        self.keep = keep
        self._memo: dict[n.Expr, n.Expr] = {}
        self._definitions: dict[n.Definition, n.Definition] = {}

    def __call__(self, node: n.Expr) -> n.Expr:
        found = self.changes.get(node)
        if found is not None:
            return found
        done = self._memo.get(node)
        if done is None:
            if isinstance(node, n.Ref):
                done = n.Ref(self.definition(node.definition), node.indices)
            else:
                done = n.rebuild(node, lambda e: e, self)
            self._memo[node] = done
        return done

    def definition(self, d: n.Definition) -> n.Definition:
        if d is self.keep:
            return d
        done = self._definitions.get(d)
        if done is None:
            self._definitions[d] = d  # a recursive definition is not changed
            body = self(d.body)
            done = d if body is d.body else n.Definition(d.name, d.params, body, d.row, d.arguments)
            self._definitions[d] = done
        return done


def constant(node: n.Expr) -> n.Ref:
    """A node as a definition that can be held constant, with the free indices of the node."""
    free = tuple(sorted((i for i in n.free_indices(node) if i.kind != "fixed"), key=lambda i: i.serial))
    params = tuple(i.fresh("bound") for i in free)
    body = substitute(node, dict(zip(free, params, strict=True)))
    return n.Ref(n.Definition("const", params, body), free)


def with_slope(node: n.Expr, arg: n.Expr, slope: n.Expr) -> tuple[n.Expr, frozenset[n.Definition]]:
    """``f(x)`` with the derivative ``g(x)``: ``f(c) + g(c) (x - c)``, where ``c`` is ``x`` held constant."""
    value, at, factor = constant(node), constant(arg), constant(slope)
    held = frozenset((value.definition, at.definition, factor.definition))
    return n.add(value, n.mul(factor, n.sub(arg, at))), held


def fixed_letters(cost: n.Expr) -> tuple[Index, ...]:
    """The fixed letters in a cost."""
    return tuple(sorted(n.reach(cost).letters, key=lambda i: i.serial))
