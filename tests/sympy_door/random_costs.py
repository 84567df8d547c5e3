"""Random costs in SymPy, whose gradients are held against SymPy's own with sizes and positions as numbers.

``python -m tests.sympy_door.random_costs 10000`` tries as many and shows each that differs.
"""

from __future__ import annotations

import itertools
import random
import sys
from collections import Counter
from typing import Any

import sympy as sp

import symgrad as sg

n, m = sg.sizes("n m")
x, y = sg.arrays("x y", n)
A = sg.arrays("A", n, m)
v = sg.arrays("v", m)
c = sg.positions("c", n)
t = sg.arrays("t")
LETTERS = sg.indices("i j k l p q")
SIZES = {n: 3, m: 2}
FUNCTIONS = (sp.exp, sp.tanh, sp.sin, sp.cos, sp.atan, lambda e: sp.log(2 + e**2), lambda e: sp.sqrt(1 + e**2))


class Maker:
    """Makes expressions whose free letters are given, each with its length. ``base``: the first position of axes."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.base = self.random.choice((0, 0, 0, 1))
        self.depth = 0

    def cost(self) -> Any:
        out = self.sum({}, 3)
        return out if self.random.random() < 0.5 else out * self.value({}, 2)

    def sum(self, free: dict[Any, Any], depth: int) -> Any:
        kind = self.random.random()
        if depth == 0 or len(free) > 3:
            return self.leaf(free)
        letter = self.random.choice(LETTERS)  # also one that is in use further out
        length = self.random.choice((n, n, m))
        inner = {**free, letter: length}
        lo, hi = self.base, length - 1 + self.base
        rows = [s for s in free if free[s] == length and s != letter]
        if kind < 0.2 and rows:
            lo, hi = self.random.choice(((lo, rows[0]), (rows[0], hi), (rows[0] + 1, hi)))
        body = self.value(inner, depth - 1)
        if kind > 0.9 and rows:
            body = body * sp.KroneckerDelta(letter, rows[-1])
        return sp.Sum(body, (letter, lo, hi))

    def value(self, free: dict[Any, Any], depth: int) -> Any:
        kind = self.random.randrange(8)
        if depth == 0 or kind == 0:
            return self.leaf(free)
        if kind <= 2:
            return self.value(free, depth - 1) + self.random.choice((1, -1, 2)) * self.value(free, depth - 1)
        if kind == 3:
            return self.value(free, depth - 1) * self.value(free, depth - 1)
        if kind == 4:
            return self.random.choice(FUNCTIONS)(self.value(free, depth - 1))
        if kind == 5:
            return self.value(free, depth - 1) ** 2
        return self.sum(free, depth)

    def leaf(self, free: dict[Any, Any]) -> Any:
        rows = [s for s in free if free[s] == n] + [c]
        columns = [s for s in free if free[s] == m]
        choices = [x[self.random.choice(rows)], y[self.random.choice(rows)], t]
        if columns:
            choices += [v[self.random.choice(columns)], A[self.random.choice(rows), self.random.choice(columns)]]
        return self.random.choice(choices)


def numbers(base: int) -> dict[Any, Any]:
    """Values of all entries, each a different number."""
    rows, columns = range(base, 3 + base), range(base, 2 + base)
    entries = [*(a[i] for a in (x, y) for i in rows), *(v[j] for j in columns)]
    entries += [A[i, j] for i, j in itertools.product(rows, columns)]
    made = {e.subs(SIZES): sp.Rational(3 + 7 * k % 11, 5) * (-1) ** k for k, e in enumerate(entries)}
    return {**{k: float(v) for k, v in made.items()}, t: 0.7}


def written_out(e: Any) -> Any:
    """Sums by their terms. SymPy's ``doit`` leaves some sums as they are whose bounds hold an index."""
    if isinstance(e, sp.Sum):
        *inner, (letter, lo, hi) = e.limits
        body = sp.Sum(e.function, *inner) if inner else e.function
        return sp.Add(*(written_out(body.subs(letter, k)) for k in range(int(lo), int(hi) + 1)))
    return e.func(*map(written_out, e.args)) if e.has(sp.Sum) else e


def check(seed: int) -> str:
    """What came of one cost: ``same``, ``no dependence``, ``refused: …`` or ``DIFFERENT: …``."""
    maker = Maker(seed)
    cost = maker.cost()
    place = maker.base + 1
    values = numbers(maker.base)
    explicit = written_out(cost.subs(c, place).subs(SIZES))
    by = [e for e in (x[place], A[place, maker.base], v[maker.base], t) if cost.has(getattr(e, "base", e))]
    if not by:
        return "no dependence"
    for entry in by:
        theirs = explicit.diff(entry.subs(SIZES)).subs(values)
        try:
            found = sg.gradient(cost, getattr(entry, "base", entry))
        except sg.SymgradError as error:
            return f"refused: {error}"
        at = dict(zip(found.free, getattr(entry, "indices", ()), strict=True))
        ours = written_out(found.index.subs(at).subs(c, place).subs(SIZES)).subs(values)
        if abs(float(ours) - float(theirs)) > 1e-8 * (1 + abs(float(theirs))):
            return f"DIFFERENT: {cost} by {entry}: {ours}, SymPy {theirs}"
    return "same"


def main(count: int, start: int = 0) -> None:
    totals: Counter[str] = Counter()
    for seed in range(start, start + count):
        result = check(seed)
        totals[result.split(":")[0]] += 1
        if not result.startswith(("same", "no")):
            print(seed, result[:400], flush=True)
    print(dict(totals))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
