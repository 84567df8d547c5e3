"""Changes of a gradient that move or drop the terms at its deltas, and the values that they need."""

from __future__ import annotations

import numpy as np

from symgrad.core import nodes as n
from symgrad.core.ranges import Gather, Index, IndexArray, IndexExpr, substitute_index
from symgrad.core.substitute import mapped, substitute
from symgrad.evaluating.environment import Environment


def has_delta(term: n.Expr, axis: Index) -> bool:
    return any(isinstance(node, n.Delta) and axis in (node.left, node.right) for node in n.walk(term))


def without_deltas(term: n.Expr, axis: Index) -> n.Expr:
    """A term at the positions that none of its deltas selects."""
    return mapped(term, lambda e: n.ZERO if isinstance(e, n.Delta) and axis in (e.left, e.right) else None)


def array_of(node: n.Expr, a: IndexArray) -> Gather | None:
    """The entry of an index array in a delta; None if it has none."""
    if isinstance(node, n.Delta):
        for e in (node.left, node.right):
            if isinstance(e, Gather) and e.array is a:
                return e
    return None


def weighted(gradient: n.Expr, a: IndexArray, weight: n.Tensor) -> n.Expr:
    """Multiply every delta on an entry of an index array by the weight of that entry."""

    def f(node: n.Expr) -> n.Expr | None:
        e = array_of(node, a)
        return None if e is None else n.Mul((n.Entry(weight, e.indices), node))

    return mapped(gradient, f)


def weighted_sum(gradient: n.Expr, a: IndexArray, weight: n.Tensor) -> n.Expr:
    """Multiply every summand of a sum over the entries of an index array by the weight of that entry."""

    def f(node: n.Expr) -> n.Expr | None:
        if isinstance(node, n.Sum):
            for inner in n.walk(node.body):
                for e in n.parts(inner)[0]:
                    if isinstance(e, Gather) and e.array is a and e.indices and e.indices[-1] is node.index:
                        return n.Sum(node.index, n.Mul((n.Entry(weight, e.indices), node.body)), node.where)
        return None

    return mapped(gradient, f)


def last_in_sum(gradient: n.Expr, a: IndexArray) -> n.Expr:
    """Keep the last of the summands on one position: multiply each by ``prod_{j' > j} (1 - delta(a_j', a_j))``."""

    def f(node: n.Expr) -> n.Expr | None:
        if not isinstance(node, n.Sum):
            return None
        for inner in n.walk(node.body):
            e = array_of(inner, a)
            if e is not None and node.index in n.free_indices(n.Delta(e, e)):
                later = node.index.fresh("bound")
                there: dict[Index, IndexExpr] = {node.index: later}
                other = n.Delta(substitute_index(e, there), e)
                where = (*(cond_at(c, there) for c in node.where), n.Cond("lt", node.index, later))
                weight = n.Prod(later, n.sub(n.ONE, other), where)
                return n.Sum(node.index, n.Mul((weight, node.body)), node.where)
        return None

    return mapped(gradient, f)


def cond_at(c: n.Cond, there: dict[Index, IndexExpr]) -> n.Cond:
    inner = substitute(n.Iverson(c), there)
    assert isinstance(inner, n.Iverson)  # of the same kind
    return inner.cond


def with_deltas_at(gradient: n.Expr, what: Index | IndexArray, other: Index | IndexArray) -> n.Expr:
    """Replace a letter or array in all deltas by another one."""

    def there(e: IndexExpr) -> IndexExpr:
        if isinstance(e, Gather) and e.array is what:
            assert isinstance(other, IndexArray)  # of the same kind
            return Gather(other, e.indices)
        if e is what:
            assert isinstance(other, Index)  # of the same kind
            return other
        return e

    def f(node: n.Expr) -> n.Expr | None:
        return n.Delta(there(node.left), there(node.right)) if isinstance(node, n.Delta) else None

    return mapped(gradient, f)


def at_counters(gradient: n.Expr, a: IndexArray) -> n.Expr:
    """Replace every entry ``a_k`` in deltas by its counter ``k``."""

    def there(e: IndexExpr) -> IndexExpr:
        return e.indices[-1] if isinstance(e, Gather) and e.array is a and e.indices else e

    def f(node: n.Expr) -> n.Expr | None:
        return n.Delta(there(node.left), there(node.right)) if isinstance(node, n.Delta) else None

    return mapped(gradient, f)


# --- values -------------------------------------------------------------------------------------------------


def mark_last(a: IndexArray, weight: n.Tensor, env: Environment) -> None:
    """Set the weight to 1 for the last of several equal positions, else to 0."""
    values = env.index_array(a)
    rows = values.reshape(values.shape[0], -1).tolist()
    kept = [[float(v not in row[k + 1 :]) for k, v in enumerate(row)] for row in rows]
    env.tensors[weight] = np.array(kept, dtype=float).reshape(values.shape)


def mark_other_positions(a: IndexArray, letter: Index, weight: n.Tensor, env: Environment) -> None:
    """Set the weight to 0 where an index array holds the position of a letter, else to 1."""
    values, at = env.index_array(a), env.position(letter)
    assert at is not None  # the letter is fixed
    env.tensors[weight] = (values != at.reshape(-1, *(1,) * (values.ndim - 1))).astype(float)


def use_array(t: n.Tensor, other: n.Tensor, env: Environment) -> None:
    env.tensors[t] = env.tensor(other)


def use_letter(letter: Index, other: Index, env: Environment) -> None:
    at = env.position(other)
    assert at is not None  # the letter is fixed
    env.at[letter] = at


def shift_positions(what: Index | IndexArray, by: int, other: Index | IndexArray, env: Environment) -> None:
    """Set another name (or the same) to positions that are one off, wrapped around as Python wraps a negative index."""
    if isinstance(what, Index) and isinstance(other, Index):
        at = env.position(what)
        assert at is not None  # the letter is fixed
        r = env.range_of(what)
        env.at[other] = env.number(r.lo) + (at - env.number(r.lo) + by) % env.length(r)
    elif isinstance(what, IndexArray) and isinstance(other, IndexArray):
        low = env.number(what.target.lo)
        env.index_arrays[other] = low + (env.index_array(what) - low + by) % env.length(what.target)
