"""Two arguments that are exchanged, and a gradient whose entries are in another order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.comparing.causes.guess import HELD, POSITION, WHOLE, Guess, changed
from symgrad.comparing.exact import GradientTerm, array
from symgrad.core import nodes as n
from symgrad.core.ranges import Index, IndexArray
from symgrad.evaluating.environment import Environment
from symgrad.evaluating.evaluator import Evaluator

Array = NDArray[Any]
Exchangeable = Index | IndexArray | n.Tensor


def exchanged(term: GradientTerm, others: Sequence[GradientTerm], found: Sequence[Exchangeable]) -> Iterator[Guess]:
    """``f(c, o)`` where ``f(o, c)`` is meant. For arrays, both gradients may come back exchanged as well."""
    for a, b in combinations(found, 2):
        if not _alike(a, b):
            continue
        said = f"${_written(a)}$ and ${_written(b)}$ are exchanged"
        shapes = [i.range for i in term.axes]
        terms = (term, *(t for t in others if isinstance(a, n.Tensor) and [i.range for i in t.axes] == shapes))
        for t in terms:
            yield Guess(POSITION + 3 if t is term else HELD + 5, partial(str, said), partial(_exchanged, a, b, t))


def reordered(term: GradientTerm) -> Iterator[Guess]:
    """A matrix that is raveled by columns and read by rows; entries that are all shifted by one."""
    if len(term.axes) > 2 or len({i.range for i in term.axes}) > 1:  # else it is the transpose
        say = "raveled in another order: by columns (`order='F'`), where entries are read by rows"
        yield Guess(WHOLE + 3, partial(str, say), partial(_by_columns, term))
    for axis in range(len(term.axes)):
        for by, where in ((-1, "before"), (1, "behind")):
            say = f"rolled: every entry stands one place {where} its own along axis {axis}, as after `np.roll`"
            yield Guess(POSITION + 6, partial(str, say), partial(_rolled, term, by, axis))


def _alike(a: Exchangeable, b: Exchangeable) -> bool:
    if isinstance(a, Index) and isinstance(b, Index):
        return a.range == b.range
    if isinstance(a, IndexArray) and isinstance(b, IndexArray):
        return a.ranges == b.ranges and a.target == b.target
    return isinstance(a, n.Tensor) and isinstance(b, n.Tensor) and a.ranges == b.ranges


def _written(x: Exchangeable) -> str:
    return x.letter if isinstance(x, Index) else x.name


def _exchanged(a: Exchangeable, b: Exchangeable, term: GradientTerm, env: Environment) -> Array:
    out = changed(env, None)
    if isinstance(a, n.Tensor) and isinstance(b, n.Tensor):
        out.tensors[a], out.tensors[b] = env.tensor(b), env.tensor(a)
    elif isinstance(a, IndexArray) and isinstance(b, IndexArray):
        out.index_arrays[a], out.index_arrays[b] = env.index_array(b), env.index_array(a)
    elif isinstance(a, Index) and isinstance(b, Index):
        x, y = env.position(a), env.position(b)
        assert x is not None  # the letters are fixed
        assert y is not None
        out.at[a], out.at[b] = y, x
    return array(Evaluator(out), term)


def _by_columns(term: GradientTerm, env: Environment) -> Array:
    values = array(Evaluator(env), term)
    turned = values.transpose(0, *range(values.ndim - 1, 0, -1))
    return turned.reshape(values.shape)


def _rolled(term: GradientTerm, by: int, axis: int, env: Environment) -> Array:
    return np.roll(array(Evaluator(env), term), by, axis + 1)
