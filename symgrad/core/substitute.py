"""Capture-avoiding substitution of indices, and expansion of definitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from symgrad.core.nodes import Definition, Expr, Ref, free_indices, parts, rebuild
from symgrad.core.ranges import Index, IndexExpr, indices_of, substitute_index


def substitute(node: Expr, mapping: Mapping[Index, IndexExpr]) -> Expr:
    """``node`` with its free indices replaced; bound indices are renamed where they would capture."""
    mapping = {k: v for k, v in mapping.items() if k in free_indices(node) and k != v}
    if not mapping:
        return node
    incoming = {i for v in mapping.values() for i in indices_of(v)}
    memo: dict[Expr, Expr] = {}

    def go(n: Expr) -> Expr:
        if free_indices(n).isdisjoint(mapping):
            return n
        done = memo.get(n)
        if done is None:
            bound = parts(n)[2]
            clash = [b for b in bound if b in incoming]
            if any(b in mapping for b in bound):  # bound again in here, so it is a different index
                done = substitute(n, {k: v for k, v in mapping.items() if k not in bound})
            elif clash:
                renamed = rename_bound(n, {b: b.fresh() for b in clash})
                done = go(renamed)
            else:
                done = rebuild(n, lambda e: substitute_index(e, mapping), go)
            memo[n] = done
        return done

    return go(node)


def rename_bound(node: Expr, mapping: Mapping[Index, Index]) -> Expr:
    """The node with some of the indices that it binds renamed."""
    wide: dict[Index, IndexExpr] = dict(mapping)

    def renamed(child: Expr) -> Expr:
        return substitute(child, wide)

    return rebuild(node, lambda e: substitute_index(e, wide), renamed, lambda b: mapping.get(b, b))


def instantiate(definition: Definition, indices: tuple[IndexExpr, ...]) -> Expr:
    """The body of a definition at the given positions."""
    return substitute(definition.body, dict(zip(definition.params, indices, strict=True)))


def mapped(node: Expr, f: Callable[[Expr], Expr | None]) -> Expr:
    """Replace every node for which ``f`` returns another one. Definitions are not entered."""
    memo: dict[Expr, Expr] = {}

    def go(node: Expr) -> Expr:
        done = memo.get(node)
        if done is None:
            other = f(node)
            done = memo[node] = rebuild(node, lambda e: e, go) if other is None else other
        return done

    return go(node)


def mapped_through(node: Expr, f: Callable[[Expr, Callable[[Expr], Expr]], Expr | None]) -> Expr:
    """Like ``mapped``, in the definitions too: one whose body changes is made anew, with the same name.

    f: is also given the function that maps what stands below the node.
    """
    memo: dict[Expr, Expr] = {}
    made: dict[Definition, Definition] = {}

    def go(node: Expr) -> Expr:
        done = memo.get(node)
        if done is None:
            done = f(node, go)
            if done is None:
                done = through(node) if isinstance(node, Ref) else rebuild(node, lambda e: e, go)
            memo[node] = done
        return done

    def through(node: Ref) -> Ref:
        used = node.definition
        if used not in made:
            made[used] = used  # a recursion stays as it is
            body = go(used.body)
            if body is not used.body:
                made[used] = Definition(used.name, used.params, body, used.row, used.arguments)
        return node if made[used] is used else Ref(made[used], node.indices)

    return go(node)


def expand(node: Expr, keep: frozenset[Definition] = frozenset()) -> Expr:
    """``node`` with every reference replaced by the body of its definition, except for those in ``keep``."""
    memo: dict[Expr, Expr] = {}

    def go(n: Expr) -> Expr:
        done = memo.get(n)
        if done is None:
            if isinstance(n, Ref):
                done = n if n.definition in keep else go(instantiate(n.definition, n.indices))
            else:
                done = rebuild(n, lambda e: e, go)
            memo[n] = done
        return done

    return go(node)
