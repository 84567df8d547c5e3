"""Mistakes with positions: samples that repeat, rows of another position, indices that are one off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.compare.causes.guess import PLACE, SAMPLES, TERM, Guess, changed, evaluated
from symgrad.compare.causes.rewrite import mapped
from symgrad.compare.exact import Term, array
from symgrad.ir import nodes as n
from symgrad.ir.environment import Environment
from symgrad.ir.evaluate import Evaluator
from symgrad.ir.ranges import Gather, Index, IndexArray, IndexExpr, substitute_index
from symgrad.ir.substitute import substitute

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Places:
    """gradient: the exact one, with its deltas; axes: of the target."""

    gradient: n.Expr
    axes: tuple[Index, ...]
    letters: tuple[Index, ...]
    arrays: tuple[IndexArray, ...]
    tensors: tuple[n.Tensor, ...] = ()

    def guesses(self) -> Iterator[Guess]:
        for a in self.arrays:
            yield from self.repeated(a)
            yield from self.left_out(a)
            yield from self.shifted(a, a.name)
            yield from self.counted(a)
        yield from self.assigned()
        yield from self.operands()
        for letter in self.letters:
            yield from self.partly(letter)
            yield from self.misplaced(letter)
            yield from self.shifted(letter, letter.letter)

    def repeated(self, a: IndexArray) -> Iterator[Guess]:
        """``g[n] += x`` keeps one of several that fall on the same row."""
        weight = n.Tensor("w", a.ranges)
        change = partial(_lasts, a, weight)
        say = (
            f"repeated positions in ${a.name}$ count once: `g[n] += x` keeps one of them, `np.add.at(g, n, x)` adds all"
        )
        yield Guess(
            SAMPLES, partial(str, say), evaluated(partial(_weighted, self.gradient, a, weight), self.axes, change)
        )
        yield Guess(SAMPLES, partial(str, say), evaluated(partial(_last_in_sum, self.gradient, a), self.axes))

    def left_out(self, a: IndexArray) -> Iterator[Guess]:
        """A sample that is the target itself is passed over."""
        for letter in self.letters:
            if letter.range != a.target:
                continue
            weight = n.Tensor("w", a.ranges)
            change = partial(_apart, a, letter, weight)
            say = f"those of ${a.name}$ that equal ${letter.letter}$ are left out, and the cost counts them"
            for whole in (False, True):
                make = partial(_weighted_sum if whole else _weighted, self.gradient, a, weight)
                yield Guess(SAMPLES + 1, partial(str, say), evaluated(make, self.axes, change))

    def assigned(self) -> Iterator[Guess]:
        """``g[o] = x`` where ``g[o] += x`` is meant: the last one to write wins."""
        terms = self.gradient.terms if isinstance(self.gradient, n.Add) else (self.gradient,)
        if not 1 < len(terms) <= 3:
            return
        say = "rows that several terms belong to hold one of them alone: `g[i] = x` overwrites, `g[i] += x` adds"
        for order in permutations(terms):
            for buffered in (False, True):
                yield Guess(TERM + 5, partial(str, say), partial(self._overlaid, order, buffered))

    def _overlaid(self, terms: tuple[n.Expr, ...], buffered: bool, env: Environment) -> Array:
        """Every term written over those before it, in the rows that it touches."""
        out: Array | None = None
        for term in terms:
            here = env
            if buffered:
                for a in self.arrays:
                    weight = n.Tensor("w", a.ranges)
                    term = _weighted(term, a, weight)
                    here = changed(here, partial(_lasts, a, weight))
            part = array(Evaluator(here), Term(term, self.axes))
            axis = next((k for k, i in enumerate(self.axes) if _has_delta(term, i)), None)
            if out is None:
                out = np.array(part)
                continue
            if axis is None:
                return out + part
            others = tuple(k + 1 for k in range(len(self.axes)) if k != axis)
            touched = (part != 0).any(axis=others, keepdims=True)
            out = np.where(touched, part, out)
        assert out is not None  # there are terms
        return out

    def operands(self) -> Iterator[Guess]:
        """Another array of the same shape, throughout."""
        for t in self.tensors:
            for other in self.tensors:
                if other is not t and other.ranges == t.ranges and t.ranges:
                    change = partial(_as_other, t, other)
                    say = f"${other.name}$ is used in place of ${t.name}$"
                    yield Guess(
                        PLACE + 4, partial(str, say), evaluated(partial(_same, self.gradient), self.axes, change)
                    )

    def partly(self, letter: Index) -> Iterator[Guess]:
        """Only the row of a letter is written, or all but it."""
        for axis, i in enumerate(self.axes):
            if i.range == letter.range:
                say = f"only what belongs to position ${letter.letter}$ is there, all else is zero"
                yield Guess(PLACE + 5, partial(str, say), partial(self._masked, letter, axis, True))
                say = f"what belongs to position ${letter.letter}$ is missing"
                yield Guess(PLACE + 5, partial(str, say), partial(self._masked, letter, axis, False))

    def _masked(self, letter: Index, axis: int, kept: bool, env: Environment) -> Array:
        values = array(Evaluator(env), Term(self.gradient, self.axes))
        at = env.position(letter)
        assert at is not None  # the letter is fixed
        places = np.arange(values.shape[1 + axis]) + env.number(env.range_of(letter).lo)
        here = at.reshape(-1, 1) == places[None, :]
        shape = [here.shape[0], *(1,) * len(self.axes)]
        shape[1 + axis] = here.shape[1]
        return np.where(here.reshape(shape) == kept, values, 0.0)

    def misplaced(self, letter: Index) -> Iterator[Guess]:
        """The right values in another letter's row."""
        for other in self.letters:
            if other is not letter and other.range == letter.range:
                say = f"the wrong row or column: what belongs to position ${letter.letter}$ is put at ${other.letter}$"
                yield Guess(
                    PLACE, partial(str, say), evaluated(partial(_moved, self.gradient, letter, other), self.axes)
                )
                say = f"position ${other.letter}$ is used in place of ${letter.letter}$"
                yield Guess(
                    PLACE + 3,
                    partial(str, say),
                    evaluated(partial(_same, self.gradient), self.axes, partial(_let, letter, other)),
                )

    def counted(self, a: IndexArray) -> Iterator[Guess]:
        """``g[k]`` where ``g[n[k]]`` is meant."""
        say = f"a counter for a position: what belongs to ${a.name}_k$ is put at $k$"
        yield Guess(PLACE + 1, partial(str, say), evaluated(partial(_counted, self.gradient, a), self.axes))

    def shifted(self, what: Index | IndexArray, name: str) -> Iterator[Guess]:
        """Positions counted from 1 where the code counts from 0, or the other way round."""
        for by in (-1, 1):
            say = f"off by one: position ${name} {by:+d}$ is used in place of ${name}$".replace("-1", "- 1").replace(
                "+1", "+ 1"
            )
            change = partial(_shift, what, by, what)
            yield Guess(PLACE + 2, partial(str, say), evaluated(partial(_same, self.gradient), self.axes, change))
            other: Index | IndexArray
            if isinstance(what, Index):
                other = Index(f"{name}'", what.range, "fixed")
            else:
                other = IndexArray(f"{name}'", what.ranges, what.target)
            make = partial(_moved, self.gradient, what, other)
            say = f"{say}, in the row or column that is written"
            yield Guess(PLACE + 2, partial(str, say), evaluated(make, self.axes, partial(_shift, what, by, other)))


def _same(gradient: n.Expr) -> n.Expr:
    return gradient


def _has_delta(term: n.Expr, axis: Index) -> bool:
    return any(isinstance(node, n.Delta) and axis in (node.left, node.right) for node in n.walk(term))


def _array_of(node: n.Expr, a: IndexArray) -> Gather | None:
    """The position of an array that a delta speaks of."""
    if isinstance(node, n.Delta):
        for e in (node.left, node.right):
            if isinstance(e, Gather) and e.array is a:
                return e
    return None


def _weighted(gradient: n.Expr, a: IndexArray, weight: n.Tensor) -> n.Expr:
    """Every delta on a position that an index array holds, times the weight of its place."""

    def f(node: n.Expr) -> n.Expr | None:
        e = _array_of(node, a)
        return None if e is None else n.Mul((n.Entry(weight, e.indices), node))

    return mapped(gradient, f)


def _weighted_sum(gradient: n.Expr, a: IndexArray, weight: n.Tensor) -> n.Expr:
    """Every summand over the places of an array, times the weight of its place."""

    def f(node: n.Expr) -> n.Expr | None:
        if isinstance(node, n.Sum):
            for inner in n.walk(node.body):
                for e in n.parts(inner)[0]:
                    if isinstance(e, Gather) and e.array is a and e.indices and e.indices[-1] is node.index:
                        return n.Sum(node.index, n.Mul((n.Entry(weight, e.indices), node.body)), node.where)
        return None

    return mapped(gradient, f)


def _last_in_sum(gradient: n.Expr, a: IndexArray) -> n.Expr:
    """Of the summands that fall on one position the last: each times ``prod_{j' > j} (1 - delta(a_j', a_j))``."""

    def f(node: n.Expr) -> n.Expr | None:
        if not isinstance(node, n.Sum):
            return None
        for inner in n.walk(node.body):
            e = _array_of(inner, a)
            if e is not None and node.index in n.free_indices(n.Delta(e, e)):
                later = node.index.fresh("bound")
                there: dict[Index, IndexExpr] = {node.index: later}
                other = n.Delta(substitute_index(e, there), e)
                where = (*(_cond_at(c, there) for c in node.where), n.Cond("lt", node.index, later))
                weight = n.Prod(later, n.sub(n.ONE, other), where)
                return n.Sum(node.index, n.Mul((weight, node.body)), node.where)
        return None

    return mapped(gradient, f)


def _cond_at(c: n.Cond, there: dict[Index, IndexExpr]) -> n.Cond:
    inner = substitute(n.Iverson(c), there)
    assert isinstance(inner, n.Iverson)  # of the same kind
    return inner.cond


def _moved(gradient: n.Expr, what: Index | IndexArray, other: Index | IndexArray) -> n.Expr:
    """The deltas on one letter or array, on another one."""

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


def _counted(gradient: n.Expr, a: IndexArray) -> n.Expr:
    def there(e: IndexExpr) -> IndexExpr:
        return e.indices[-1] if isinstance(e, Gather) and e.array is a and e.indices else e

    def f(node: n.Expr) -> n.Expr | None:
        return n.Delta(there(node.left), there(node.right)) if isinstance(node, n.Delta) else None

    return mapped(gradient, f)


# --- values -------------------------------------------------------------------------------------------------


def _lasts(a: IndexArray, weight: n.Tensor, env: Environment) -> None:
    """1 for the last of several equal positions, else 0."""
    values = env.index_array(a)
    rows = values.reshape(values.shape[0], -1).tolist()
    kept = [[float(v not in row[k + 1 :]) for k, v in enumerate(row)] for row in rows]
    env.tensors[weight] = np.array(kept, dtype=float).reshape(values.shape)


def _apart(a: IndexArray, letter: Index, weight: n.Tensor, env: Environment) -> None:
    """0 where an index array holds the position of a letter, else 1."""
    values, at = env.index_array(a), env.position(letter)
    assert at is not None  # the letter is fixed
    env.tensors[weight] = (values != at.reshape(-1, *(1,) * (values.ndim - 1))).astype(float)


def _as_other(t: n.Tensor, other: n.Tensor, env: Environment) -> None:
    env.tensors[t] = env.tensor(other)


def _let(letter: Index, other: Index, env: Environment) -> None:
    at = env.position(other)
    assert at is not None  # the letter is fixed
    env.at[letter] = at


def _shift(what: Index | IndexArray, by: int, other: Index | IndexArray, env: Environment) -> None:
    """Positions one off under another name (or their own), wrapped around as Python wraps a negative index."""
    if isinstance(what, Index) and isinstance(other, Index):
        at = env.position(what)
        assert at is not None  # the letter is fixed
        r = env.range_of(what)
        env.at[other] = env.number(r.lo) + (at - env.number(r.lo) + by) % env.length(r)
    elif isinstance(what, IndexArray) and isinstance(other, IndexArray):
        low = env.number(what.target.lo)
        env.arrays[other] = low + (env.index_array(what) - low + by) % env.length(what.target)
