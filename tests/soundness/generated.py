"""Random steps, true and false, with an evaluator of their own that shares nothing with symgrad.

An expression is a tuple: a kind, then its parts. ``latex`` writes it, ``value`` computes it by brute force over
positions, ``derived`` differentiates it. A step is true or false as the values say, never as it was meant.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Tree = tuple[Any, ...]
Values = dict[str, Any]

DECLARED = (
    "With $a, b \\in \\mathbb{R}$, $u, v \\in \\mathbb{R}^{D}$, "
    "$A \\in \\mathbb{R}^{D \\times D}$ and $k, l \\in [D]$.\n\n"
)
FUNCTIONS: dict[str, tuple[str, Callable[[float], float]]] = {
    "exp": ("\\exp", math.exp),
    "sigma": ("\\sigma", lambda x: 1 / (1 + math.exp(-x))),
    "tanh": ("\\tanh", math.tanh),
    "sin": ("\\sin", math.sin),
    "cos": ("\\cos", math.cos),
}


@dataclass(frozen=True, slots=True)
class GeneratedStep:
    """A step in LaTeX, how it was made, and whether it is true."""

    left: str
    right: str
    made_by: str
    true: bool

    def document(self) -> str:
        return f"{DECLARED}$$ {self.left} = {self.right} $$\n"


def latex(t: Tree) -> str:
    kind = t[0]
    if kind == "number":
        return str(t[1]) if t[1] >= 0 else f"({t[1]})"
    if kind == "entry":
        return f"{t[1]}_{{{''.join(t[2])}}}" if t[2] else str(t[1])
    if kind == "delta":
        return f"\\delta_{{{t[1]}{t[2]}}}"
    if kind == "positive":
        return f"\\mathbb{{1}}[{latex(t[1])} > 0]"
    if kind == "sum":
        return f"\\sum_{{{t[1]}=1}}^{{D}} \\left( {latex(t[2])} \\right)"
    if kind == "function":
        return f"{FUNCTIONS[t[1]][0]}\\left( {latex(t[2])} \\right)"
    if kind == "power":
        return f"\\left( {latex(t[1])} \\right)^{{{t[2]}}}"
    if kind == "add":
        return " + ".join(latex(x) for x in t[1])
    return " ".join(f"\\left( {latex(x)} \\right)" for x in t[1])


def value(t: Tree, given: Values, at: dict[str, int]) -> float:
    kind = t[0]
    if kind == "number":
        return float(t[1])
    if kind == "entry":
        x = given[t[1]]
        for i in t[2]:
            x = x[at[i]]
        return float(x)
    if kind == "delta":
        return float(at[t[1]] == at[t[2]])
    if kind == "positive":
        return float(value(t[1], given, at) > 0)
    if kind == "sum":
        return math.fsum(value(t[2], given, {**at, t[1]: p}) for p in range(given["D"]))
    if kind == "function":
        return FUNCTIONS[t[1]][1](value(t[2], given, at))
    if kind == "power":
        return float(value(t[1], given, at) ** t[2])
    if kind == "add":
        return math.fsum(value(x, given, at) for x in t[1])
    return math.prod(value(x, given, at) for x in t[1])


def derived(t: Tree, name: str, at: tuple[str, ...]) -> Tree:
    """The derivative by an entry of an array."""
    kind = t[0]
    if kind == "entry" and t[1] == name:
        return ("mul", tuple(("delta", i, j) for i, j in zip(t[2], at, strict=True))) if at else ("number", 1)
    if kind in ("number", "entry", "delta", "positive"):
        return ("number", 0)
    if kind == "sum":
        return ("sum", t[1], derived(t[2], name, at))
    if kind == "function":
        x = t[2]
        slope: Tree = {
            "exp": ("function", "exp", x),
            "sigma": ("mul", (("function", "sigma", x), _minus(("number", 1), ("function", "sigma", x)))),
            "tanh": _minus(("number", 1), ("power", ("function", "tanh", x), 2)),
            "sin": ("function", "cos", x),
            "cos": ("mul", (("number", -1), ("function", "sin", x))),
        }[t[1]]
        return ("mul", (slope, derived(x, name, at)))
    if kind == "power":
        return ("mul", (("number", t[2]), ("power", t[1], t[2] - 1), derived(t[1], name, at)))
    if kind == "add":
        return ("add", tuple(derived(x, name, at) for x in t[1]))
    parts = t[1]
    return ("add", tuple(("mul", (*parts[:n], derived(x, name, at), *parts[n + 1 :])) for n, x in enumerate(parts)))


def _minus(x: Tree, y: Tree) -> Tree:
    return ("add", (x, ("mul", (("number", -1), y))))


def tidy(t: Tree) -> Tree:
    """The expression without the zeros and ones that a derivative leaves."""
    kind = t[0]
    if kind == "add":
        terms = tuple(x for x in map(tidy, t[1]) if x != ("number", 0))
        return ("number", 0) if not terms else terms[0] if len(terms) == 1 else ("add", terms)
    if kind == "mul":
        factors = tuple(x for x in map(tidy, t[1]) if x != ("number", 1))
        if ("number", 0) in factors:
            return ("number", 0)
        return ("number", 1) if not factors else factors[0] if len(factors) == 1 else ("mul", factors)
    if kind == "sum":
        body = tidy(t[2])
        return body if body == ("number", 0) else ("sum", t[1], body)
    if kind == "power":
        return tidy(t[1]) if t[2] == 1 else ("power", tidy(t[1]), t[2])
    return ("function", t[1], tidy(t[2])) if kind == "function" else t


def random_tree(rng: random.Random, depth: int, letters: tuple[str, ...]) -> Tree:
    if depth == 0 or rng.random() < 0.15:
        name = rng.choice("abuvuvA")
        return ("entry", name, tuple(rng.choice(letters) for _ in range({"a": 0, "b": 0, "A": 2}.get(name, 1))))
    kind = rng.choice(("sum", "sum", "add", "add", "mul", "mul", "function", "power", "positive"))
    if kind == "sum" and len(letters) < 5:
        i = next(x for x in "ijmn" if x not in letters)
        inner = random_tree(rng, depth - 1, (*letters, i))
        return ("sum", i, ("mul", (("entry", rng.choice("uv"), (i,)), inner)))
    if kind == "function":
        return ("function", rng.choice(list(FUNCTIONS)), random_tree(rng, depth - 1, letters))
    if kind == "power":
        return ("power", random_tree(rng, depth - 1, letters), rng.choice((2, 2, 3)))
    if kind == "positive":
        return ("mul", (("positive", random_tree(rng, 0, letters)), random_tree(rng, depth - 1, letters)))
    parts = tuple(random_tree(rng, depth - 1, letters) for _ in range(2))
    return (kind if kind in ("add", "mul") else "mul", parts)
