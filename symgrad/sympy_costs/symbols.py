"""Symbols to build costs with: plain objects of SymPy, which its own functions take."""

from __future__ import annotations

from typing import Any


def _split(names: str) -> list[str]:
    return [n for n in names.replace(",", " ").split() if n]


def _one_or_all(made: list[Any]) -> Any:
    """A single symbol for a single name, as ``sympy.symbols`` gives it."""
    return made[0] if len(made) == 1 else tuple(made)


def sizes(names: str) -> Any:
    """Lengths of axes: positive whole numbers."""
    import sympy

    return _one_or_all([sympy.Symbol(n, integer=True, positive=True) for n in _split(names)])


def arrays(names: str, *shape: Any) -> Any:
    """Real arrays of a shape; without one, numbers."""
    import sympy

    if not shape:
        return _one_or_all([sympy.Symbol(n, real=True) for n in _split(names)])
    return _one_or_all([sympy.IndexedBase(n, shape=shape, real=True) for n in _split(names)])


def positions(names: str, length: Any = None) -> Any:
    """Fixed positions in an axis, counted from 0; they are never summed over.

    length: of the axis; for the documentation of the code that uses it, since an array in whose slot a position
    stands gives the length too.
    """
    import sympy

    return _one_or_all([sympy.Symbol(n, integer=True, nonnegative=True) for n in _split(names)])


def indices(names: str) -> Any:
    """Letters to sum over, and for the entries of a gradient."""
    import sympy

    return _one_or_all([sympy.Symbol(n, integer=True) for n in _split(names)])
