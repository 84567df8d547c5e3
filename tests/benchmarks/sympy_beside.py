"""Both skip-gram costs in SymPy: gradients and functions beside those of SymPy's own ``diff`` and ``lambdify``.

Usage: python -m tests.benchmarks.sympy_beside [words]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
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
w, j, k, l = sg.indices("w j k l")  # noqa: E741  # the letter of an index
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
    found = []
    for _ in range(times):
        if cold:
            clear_cache()
            cost_of.cache_clear()
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return median(found)


def main(words: int = 500) -> None:
    rng = np.random.default_rng(0)
    given: dict[str, Any] = {
        "U": rng.normal(size=(words, dimension)) / 8, "V": rng.normal(size=(words, dimension)) / 8,
        "o": 2, "c": 5, "n": rng.integers(0, words, 5),
    }  # fmt: skip
    print(f"W = {words}, D = {dimension}; milliseconds, medians")
    for name, cost in COSTS.items():

        def theirs(cost: Any = cost) -> Any:
            """SymPy's derivative by one entry of each array, which has no letter of a sum, as a function."""
            derivatives = [cost.diff(V[c, k]), cost.diff(U[o, k])]
            return sp.lambdify((U, V, o, c, n, k, W, D, K), [cost, *derivatives], "numpy")

        def ours(cost: Any = cost) -> Any:
            sg.gradient(cost, V[c, k])
            sg.gradient(cost, U[o, k])
            return sg.lambdify(cost, wrt=(U, V))

        derived = [seconds(work, cold=True) * 1e3 for work in (theirs, ours)]
        function, mine = theirs(), ours()
        arguments = {a: given[a] for a in mine.arguments}
        mine(**arguments)
        quick = seconds(lambda mine=mine, a=arguments: mine(**a), 200) * 1e3
        lists = (given["U"].tolist(), given["V"].tolist(), 2, 5, given["n"].tolist(), 0, words, dimension, 5)
        boxed = tuple(Entries(x) if isinstance(x, list) else x for x in lists)
        slow = seconds(lambda function=function, boxed=boxed: function(*boxed), 1) * 1e3
        print(f"{name:18} derived: SymPy {derived[0]:8.1f}, here {derived[1]:6.1f} ({derived[0] / derived[1]:.1f} x)   "
              f"evaluated: SymPy, the value and 2 entries, {slow:8.1f}, here, all gradients, {quick:.3f} "
              f"({slow / quick:.0f} x)")  # fmt: skip


class Entries:
    """Nested lists that take ``[i, j]``, faster than an array does."""

    def __init__(self, rows: list[Any]) -> None:
        self.rows = rows

    def __getitem__(self, at: Any) -> Any:
        return self.rows[at[0]][at[1]] if isinstance(at, tuple) else self.rows[at]


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
