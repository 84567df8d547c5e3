"""Functions that generated modules of more than one target hold, as they stand here; they use no library."""

from __future__ import annotations

import operator
from typing import Any


def _ranked(name: str, x: Any, rank: int) -> Any:
    """ValueError unless an argument has that many axes."""
    if x.ndim != rank:
        raise ValueError(f"{name} has {x.ndim} axes, shape {tuple(x.shape)}; it should have {rank}")
    return x


def _index(name: str, x: Any, size: int, meaning: str) -> int:
    """A position counted from 0, or ValueError."""
    try:
        i = operator.index(x)
    except TypeError:
        raise ValueError(f"{name} is {x!r}; it should be a whole number from 0 to {meaning} - 1") from None
    if not 0 <= i < size:
        raise ValueError(f"{name} is {i}; it should be from 0 to {meaning} - 1 = {size - 1}")
    return i


def _size(name: str, x: Any) -> int:
    """A size that no array tells, or ValueError."""
    try:
        n = operator.index(x)
    except TypeError:
        raise ValueError(f"{name} is {x!r}; it should be a whole number") from None
    if n < 0:
        raise ValueError(f"{name} is {n}; it should not be negative")
    return n


def _wanted(wrt: Any, known: tuple[str, ...]) -> Any:
    """The names by which to differentiate, or ValueError."""
    names = (wrt,) if isinstance(wrt, str) else tuple(wrt)
    for name in names:
        if name not in known:
            raise ValueError(f"wrt names {name!r}; it should name some of {', '.join(known)}")
    return names
