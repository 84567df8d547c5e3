"""Changes of generated expressions: those that keep the meaning, and single errors."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.soundness.generated import Tree

Change = Callable[[random.Random, Tree], Tree | None]


def renamed(t: Tree, old: str, new: str) -> Tree:
    """The expression with a free letter replaced."""
    if t[0] == "sum" and t[1] == old:
        return t
    return tuple(
        new if x == old else renamed(x, old, new) if isinstance(x, tuple) and x else x  # letters are strings
        for x in t
    )


def _distributed(rng: random.Random, t: Tree) -> Tree | None:
    """``(x + y) z = x z + y z``"""
    if t[0] != "mul":
        return None
    k = next((n for n, x in enumerate(t[1]) if x[0] == "add"), None)
    if k is None:
        return None
    return ("add", tuple(("mul", (*t[1][:k], term, *t[1][k + 1 :])) for term in t[1][k][1]))


def _reordered(rng: random.Random, t: Tree) -> Tree | None:
    return (t[0], tuple(reversed(t[1]))) if t[0] in ("add", "mul") else None


def _other_letter(rng: random.Random, t: Tree) -> Tree | None:
    return ("sum", "q", renamed(t[2], t[1], "q")) if t[0] == "sum" else None


def _by_delta(rng: random.Random, t: Tree) -> Tree | None:
    """``f(k) = sum_r delta_{kr} f(r)``"""
    if t[0] != "entry" or not t[2] or "r" in t[2]:
        return None
    k = t[2][0]
    return ("sum", "r", ("mul", (("delta", k, "r"), (t[0], t[1], ("r", *t[2][1:])))))


def _by_sigma(rng: random.Random, t: Tree) -> Tree | None:
    """``tanh x = 2 sigma(2 x) - 1``, ``sigma(x) = 1 - sigma(-x)``"""
    if t[0] != "function" or t[1] not in ("tanh", "sigma"):
        return None
    scale, first, constant = (2, 2, -1) if t[1] == "tanh" else (-1, -1, 1)
    inner = ("function", "sigma", ("mul", (("number", scale), t[2])))
    return ("add", (("mul", (("number", first), inner)), ("number", constant)))


def _exp_split(rng: random.Random, t: Tree) -> Tree | None:
    """``exp(x + y) = exp(x) exp(y)``"""
    if t[:2] != ("function", "exp") or t[2][0] != "add":
        return None
    return ("mul", tuple(("function", "exp", x) for x in t[2][1]))


def _sum_split(rng: random.Random, t: Tree) -> Tree | None:
    """``sum_i (x + y) = sum_i x + sum_i y``"""
    if t[0] != "sum" or t[2][0] != "add":
        return None
    return ("add", tuple(("sum", t[1], x) for x in t[2][1]))


def _power_written(rng: random.Random, t: Tree) -> Tree | None:
    return ("mul", (t[1],) * t[2]) if t[0] == "power" else None


REWRITES: dict[str, Change] = {
    "distributed": _distributed,
    "reordered": _reordered,
    "letter renamed": _other_letter,
    "delta inserted": _by_delta,
    "written by sigma": _by_sigma,
    "exp split": _exp_split,
    "sum split": _sum_split,
    "power written out": _power_written,
}

ERRORS: dict[str, Change] = {
    "sign": lambda rng, t: ("mul", (("number", -1), t)) if t[0] != "number" else None,
    "factor": lambda rng, t: ("mul", (("number", 2), t)) if t[0] != "number" else None,
    "operand dropped": lambda rng, t: (t[0], t[1][:-1]) if t[0] in ("add", "mul") and len(t[1]) > 1 else None,
    "index replaced": lambda rng, t: (*t[:2], (rng.choice("kl"), *t[2][1:])) if t[0] == "entry" and t[2] else None,
    "indices swapped": lambda rng, t: (*t[:2], t[2][::-1]) if t[0] == "entry" and len(t[2]) == 2 else None,
    "operand replaced": lambda rng, t: (
        (t[0], {"u": "v", "v": "u", "a": "b", "b": "a"}[t[1]], t[2]) if t[0] == "entry" and t[1] != "A" else None
    ),
    "function replaced": lambda rng, t: (
        ("function", "sin" if t[1] != "sin" else "cos", t[2]) if t[0] == "function" else None
    ),
    "argument's sign": lambda rng, t: (
        ("function", t[1], ("mul", (("number", -1), t[2]))) if t[0] == "function" else None
    ),
    "delta for another": lambda rng, t: ("delta", t[1], rng.choice("kl")) if t[0] == "delta" else None,
    "power": lambda rng, t: ("power", t[1], t[2] + 1) if t[0] == "power" else None,
    "condition turned": lambda rng, t: ("positive", ("mul", (("number", -1), t[1]))) if t[0] == "positive" else None,
}


def places(t: Tree, way: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    """The ways to all parts of an expression, as positions in its tuples."""
    out = [way]
    for n, x in enumerate(t):
        if isinstance(x, tuple) and x and isinstance(x[0], tuple):
            for m, y in enumerate(x):
                out += places(y, (*way, n, m))
        elif isinstance(x, tuple) and x and t[0] != "entry":
            out += places(x, (*way, n))
    return out


def changed(rng: random.Random, t: Tree, change: Change) -> Tree | None:
    """The expression with one of its parts changed, where the change applies; else None."""
    ways = places(t)
    rng.shuffle(ways)
    for way in ways:
        part = t
        for n in way:
            part = part[n]
        other = change(rng, part)
        if other is not None and other != part:
            return _put(t, way, other)
    return None


def _put(t: Tree, way: tuple[int, ...], new: Tree) -> Tree:
    if not way:
        return new
    return (*t[: way[0]], _put(t[way[0]], way[1:], new), *t[way[0] + 1 :])
