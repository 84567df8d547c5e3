"""Both skip-gram costs in SymPy: gradients and functions beside those of SymPy's own ``diff`` and ``lambdify``.

    python -m tests.benchmarks.sympy_beside [words]

Derived, from cold: the gradients by the column of V and by all of U, and the function of the cost with both. SymPy's
``diff`` leaves sums of Kronecker deltas; ``simplify`` contracts them, as the gradients here have them contracted.
Evaluated: the value and all entries of both gradients. SymPy's function gives one entry of a gradient at a time: it is
called for some of them, and that time is multiplied by how many there are.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from statistics import median
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.cache import clear_cache

import symgrad as sg
from symgrad.sympy_costs.sympy_cost import cost_of

W, D, K = sg.sizes("W D K")
U, V = sg.arrays("U V", W, D)
o, c = sg.positions("o c", W)
w, i, j, k, l = sg.indices("w i j k l")  # noqa: E741  # the letter of an index
n = sp.IndexedBase("n", shape=(K,), integer=True)
dimension = 50


def score(a: Any) -> Any:
    return sp.Sum(U[a, j] * V[c, j], (j, 0, D - 1))


COSTS = {
    "softmax": -sp.log(sp.exp(score(o)) / sp.Sum(sp.exp(score(w)), (w, 0, W - 1))),
    "negative sampling": -sp.log(1 / (1 + sp.exp(-score(o))))
    - sp.Sum(sp.log(1 / (1 + sp.exp(score(n[l])))), (l, 0, K - 1)),
}


def seconds(work: Callable[[], Any], times: int = 5, cold: bool = False) -> float:
    """Processor time, the median."""
    found = []
    for _ in range(times):
        if cold:
            clear_cache()
            cost_of.cache_clear()
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return median(found)


def derivatives(cost: Any) -> list[Any]:
    return [cost.diff(V[c, k]), cost.diff(U[i, k])]


def theirs(cost: Any) -> Any:
    """SymPy's functions of the cost and of one entry of each gradient, by the letters of the entry."""
    return [sp.lambdify((U, V, o, c, n, i, k, W, D, K), e, "numpy") for e in (cost, *derivatives(cost))]


def simplified(cost: Any) -> None:
    """SymPy's gradients without sums of deltas; `lambdify` does not take them, since they hold products."""
    for derivative in derivatives(cost):
        with suppress(StopIteration):  # SymPy 1.14 on a sum of deltas inside of a sum
            sp.simplify(derivative)


def ours(cost: Any) -> Any:
    sg.gradient(cost, V[c, k])
    sg.gradient(cost, U)
    return sg.lambdify(cost, wrt=(U, V))


def all_entries(functions: Any, given: dict[str, Any], words: int) -> float:
    """Seconds for the value, the column of V and all of U by SymPy's functions."""
    boxed = Entries(given["U"].tolist()), Entries(given["V"].tolist())
    rest = given["n"].tolist()
    at = [(2, 0), (int(given["n"][0]), 1), (words - 1, dimension - 1)]
    spent = []
    for f in functions:
        calls = [partial(f, *boxed, 2, 5, rest, row, column, words, dimension, 5) for row, column in at]
        spent.append(sum(seconds(call, 1) for call in calls) / len(calls))
    return sum(x * many for x, many in zip(spent, (1, dimension, words * dimension), strict=True))


def main(words: int = 500) -> None:
    rng = np.random.default_rng(0)
    given: dict[str, Any] = {
        "U": rng.normal(size=(words, dimension)) / 8, "V": rng.normal(size=(words, dimension)) / 8,
        "o": 2, "c": 5, "n": rng.integers(0, words, 5),
    }  # fmt: skip
    print(f"W = {words}, D = {dimension}; processor time, medians")
    for name, cost in COSTS.items():
        mine = ours(cost)
        derived = [seconds(partial(work, cost), cold=True) * 1e3 for work in (theirs, ours)]
        short = seconds(partial(simplified, cost), 1, cold=True) * 1e3
        arguments = {a: given[a] for a in mine.arguments}
        mine(**arguments)
        quick = seconds(lambda mine=mine, a=arguments: [mine(**a) for _ in range(100)]) / 100
        slow = all_entries(theirs(cost), given, words)
        print(f"{name:18} derived: SymPy {derived[0]:.0f} ms, its gradients simplified {short:.0f} ms, here "
              f"{derived[1]:.0f} ms ({derived[0] / derived[1]:.1f} x, {short / derived[1]:.0f} x)   "
              f"evaluated: SymPy {slow:.1f} s, here {quick * 1e3:.3f} ms ({slow / quick:,.0f} x)")  # fmt: skip


class Entries:
    """Nested lists that take ``[i, j]``, faster than an array does."""

    def __init__(self, rows: list[Any]) -> None:
        self.rows = rows

    def __getitem__(self, at: Any) -> Any:
        return self.rows[at[0]][at[1]] if isinstance(at, tuple) else self.rows[at]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
