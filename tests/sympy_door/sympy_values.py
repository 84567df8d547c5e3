"""SymPy's own values of expressions with symbolic sizes: ``lambdify``, entry by entry, with sizes as numbers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.printing.pycode import PythonCodePrinter
from sympy.tensor.array.expressions import ArrayContraction


def sizes_of(cost: Any, at: Mapping[str, Any]) -> dict[str, int]:
    """The sizes that the shapes of the arguments give, and those among the arguments."""
    found = {n: int(x) for n, x in at.items() if n in cost.names.bridge.sizes}
    known = [(t.name, t.ranges) for t in cost.names.tensors] + [(a.name, a.ranges) for a in cost.names.arrays]
    for name, ranges in known:
        shape = [n for n in np.shape(at[name]) if n != 1] if name not in found else ()
        for r, length in zip(ranges, shape, strict=False):
            if len(r.size.terms) == 1 and r.size.terms[0][1] == 1:
                found[r.size.terms[0][0]] = length - r.size.const
    return found


class Entries:
    """An array whose first position is ``start``; positions outside of it hold 0."""

    def __init__(self, array: Any, start: Sequence[int]) -> None:
        self.array, self.start = array, start

    def __getitem__(self, at: Any) -> Any:
        at = tuple(i - s for i, s in zip(at if isinstance(at, tuple) else (at,), self.start, strict=True))
        inside = all(0 <= i < n for i, n in zip(at, self.array.shape, strict=True))
        return self.array[at].item() if inside else 0.0


class Printer(PythonCodePrinter):
    def _print_Product(self, e: Any) -> str:
        loops = " ".join(f"for {self._print(i)} in range({self._print(lo)}, {self._print(hi)} + 1)"
                         for i, lo, hi in reversed(e.limits))  # fmt: skip
        return f"_prod({self._print(e.function)} {loops})"


FUNCTIONS = {
    "_prod": lambda given: math.prod(given),
    "Heaviside": lambda x, h=0.5: float(x > 0) if x else h,
    "sign": lambda x: float(np.sign(x)),
    "polygamma": lambda k, x: float(mpmath.psi(k, x)),
    "factorial": lambda x: math.gamma(x + 1),
    "binomial": lambda n, k: float(mpmath.binomial(n, k)),
    "beta": lambda a, b: float(mpmath.beta(a, b)),
    "sigma": lambda x: 1 / (1 + math.exp(-x)),
    "relu": lambda x: max(x, 0.0),
    "step": lambda x: float(x > 0),
}


def value_of(expr: Any, cost: Any, at: Mapping[str, Any]) -> float:
    return function_of(expr, cost, at)()


def function_of(expr: Any, cost: Any, at: Mapping[str, Any], free: Sequence[Any] = ()) -> Callable[..., float]:
    """What SymPy's ``lambdify`` computes, as a function of the positions of the free letters.

    cost: tells what positions arrays start at.
    """
    letters = [s.label if isinstance(s, sp.Idx) else s for s in free]
    expr = expr.replace(lambda e: isinstance(e, sp.Idx), lambda e: e.label)
    numbers: dict[str, Any] = dict(sizes_of(cost, at))
    for i in cost.names.outward.outer:
        numbers[i.letter] = int(at[i.letter]) + i.range.lo.const
    arrays: dict[str, Any] = {}
    for t in cost.names.tensors:
        array = np.asarray(at[t.name], float)
        if kind(cost, t.name) == "MatrixSymbol":
            arrays[t.name] = Entries(array, (0, 0))
        else:
            arrays[t.name] = Entries(array, [r.lo.const for r in t.ranges]) if t.ranges else float(array)
    for a in cost.names.arrays:
        arrays[a.name] = Entries(np.asarray(at[a.name]) + a.target.lo.const, [r.lo.const for r in a.ranges])
    names = {m.args[0] for m in expr.atoms(sp.MatrixSymbol)}
    expr = expr.subs({s: numbers[str(s)] for s in expr.atoms(sp.Symbol) - names if str(s) in numbers})
    expr = without_matrices(expr, {str(t) for t in arrays})
    symbols = [s for s in expr.free_symbols if str(s) in arrays and not isinstance(s, sp.Indexed)]
    printer = Printer({"fully_qualified_modules": False, "inline": True, "allow_unknown_functions": True})
    function = sp.lambdify([*letters, *symbols], expr, [FUNCTIONS, "math"], printer=printer, dummify=True)
    given = [arrays[str(s)] for s in symbols]
    return lambda *places: float(function(*places, *given))


def without_matrices(expr: Any, names: set[str]) -> Any:
    """Traces, determinants and matrix products of sizes that are numbers, written out by their entries."""
    if isinstance(expr, ArrayContraction):
        expr = expr.as_explicit()
    expr = expr.replace(
        lambda e: isinstance(e, (sp.Trace, sp.Determinant)), lambda e: e.func(e.arg.as_explicit()).doit()
    )
    if getattr(expr, "is_Matrix", False):
        expr = expr.as_explicit()[0, 0]
    return expr.replace(
        lambda e: isinstance(e, MatrixElement),
        lambda e: sp.IndexedBase(str(e.parent))[e.indices] if isinstance(e.parent, sp.MatrixSymbol) else e.doit(),
    )


def kind(cost: Any, name: str) -> str:
    return type(cost.names.symbols[name]).__name__


def gradient_of(found: Any, cost: Any, at: Mapping[str, Any], name: str) -> Any:
    """The gradient by a whole array: SymPy's values of ``index`` at all places."""
    array = np.asarray(at[name], float)
    tensor = next(t for t in cost.names.tensors if t.name == name)
    shape = [n for n in array.shape if n != 1 or len(array.shape) == len(tensor.ranges)]
    out = np.empty(shape)
    entry = function_of(found.index, cost, at, found.free)
    starts = [r.lo.const for r in tensor.ranges]
    for place in itertools.product(*map(range, shape)):
        out[place] = entry(*(p + b for p, b in zip(place, starts, strict=True)))
    return out.reshape(array.shape)


def agree(left: Any, right: Any) -> bool:
    return bool(np.allclose(left, right, rtol=1e-7, atol=1e-9)) and not math.isnan(float(np.sum(left)))
