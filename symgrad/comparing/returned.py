"""Read the result of a hand-coded function as a cost and gradients: a pair, a dict, one array, a flat vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice
from keyword import iskeyword
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from symgrad.comparing.calling import CodeError

Array = NDArray[Any]
Form = Literal["", "transposed", "row", "column", "flat"]
"""The layout of a returned array; empty if it is that of its argument."""
COSTS = ("cost", "loss", "value", "objective", "j", "l")
"""Usual keys of a cost."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A gradient that may be returned: its name, other names that it may have, and the shape of its argument."""

    name: str
    others: tuple[str, ...]
    shape: tuple[int, ...]


@dataclass(slots=True)
class Returned:
    """A cost, and gradients by name with the form of each.

    single: some are in single precision; swapped: they come in another order than the arguments.
    """

    cost: float | complex | None = None
    gradients: dict[str, Array] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    single: bool = False
    swapped: bool = False


def interpret(result: Any, wanted: Sequence[Wanted], asked: bool = False) -> Returned:
    """Read a result in any of the usual forms. Raises ``CodeError`` if it has none of them.

    asked: the user named these gradients, so that a single number may be one of them.
    """
    out = Returned()
    if isinstance(result, Mapping):
        _by_key(result, wanted, out)
        return out
    items = list(result) if isinstance(result, (tuple, list)) else [result]
    if len(items) == 2 and isinstance(items[0], Mapping) and _is_number(items[1]):
        items.reverse()
    if len(items) == 2 and isinstance(items[1], (tuple, list, Mapping)) and not _is_array(items[1], wanted):
        out.cost = _cost(items[0], out)
        if isinstance(items[1], Mapping):
            _by_key(items[1], wanted, out)
            return out
        items = list(items[1])
    elif len(items) > 1 and _is_number(items[0]) and not _all_gradients(items, wanted):
        out.cost = _cost(items[0], out)
        items = items[1:]
    elif len(items) == 1 and _is_number(items[0]) and not (asked and len(wanted) == 1 and wanted[0].shape == ()):
        out.cost = _cost(items[0], out)
        return out
    if len(items) > len(wanted) and items[0] is None:
        items = items[1:]  # in place of a cost
    if len(items) > len(wanted):
        items = [x for x in items if x is not None]
    _in_order([None if x is None else _array(x, out) for x in items], wanted, out)
    return out


def _all_gradients(items: Sequence[Any], wanted: Sequence[Wanted]) -> bool:
    """True if the first number is a gradient by a scalar and not the cost, because every item fits its argument."""
    if len(items) != len(wanted) or wanted[0].shape != ():
        return False
    return all(_form(np.asarray(x), w) is not None for x, w in zip(items, wanted, strict=True))


def cost_in(result: Any) -> float | complex | None:
    """The cost in a result; None if there is none."""
    out = Returned()
    if isinstance(result, Mapping):
        found = next((x for key, x in result.items() if str(key).lower() in COSTS and _is_number(x)), None)
        return None if found is None else _cost(found, out)
    items = list(result) if isinstance(result, (tuple, list)) else [result]
    if len(items) == 2 and isinstance(items[0], Mapping):
        items.reverse()
    return _cost(items[0], out) if items and _is_number(items[0]) else None


def _is_number(x: Any) -> bool:
    try:
        return x is not None and np.size(x) == 1 and np.ndim(x) <= 2
    except Exception:
        return False


def _is_array(x: Any, wanted: Sequence[Wanted]) -> bool:
    """True if a list is one array: it holds numbers, and has the shape of an argument."""
    if isinstance(x, Mapping) or not all(np.ndim(item) == 0 or isinstance(item, list) for item in x):
        return False
    try:
        return any(np.shape(x) == w.shape for w in wanted)
    except ValueError:  # rows of different lengths
        return False


def _cost(x: Any, out: Returned) -> float | complex:
    a = _array(x, out)
    if a.size != 1:
        raise CodeError(f"the function returns an array of shape {a.shape} where the cost was expected")
    value = complex(a.reshape(()))
    return value if a.dtype.kind == "c" else value.real


def _array(x: Any, out: Returned) -> Array:
    """Convert a result of any library to an array."""
    for step in ("detach", "cpu"):
        if hasattr(x, step):
            x = getattr(x, step)()
    if hasattr(x, "todense") and not isinstance(x, np.ndarray):
        x = x.todense()
    try:
        a = np.asarray(x)
    except Exception as e:
        raise CodeError(f"the function returns a {type(x).__name__}, which is no array: {e}") from e
    if a.dtype.kind not in "fiubc":
        what = f"an array of dtype {a.dtype}" if isinstance(x, np.ndarray) else f"a {type(x).__name__}"
        raise CodeError(f"the function returns {what} where a number or an array of numbers was expected")
    out.single |= a.dtype in (np.float32, np.float16)
    return a.astype(np.complex128 if a.dtype.kind == "c" else np.float64)


def _by_key(result: Mapping[Any, Any], wanted: Sequence[Wanted], out: Returned) -> None:
    taken: dict[str, str] = {}
    for key, x in result.items():
        name = _called(str(key), wanted)
        what = "cost" if name is None and str(key).lower() in COSTS and _is_number(x) else ""
        if name is None and not what:
            raise CodeError(
                f"the function returns a gradient under the key {key!r}, which is no name of an argument; "
                f"known are {', '.join(w.name for w in wanted)}"
            )
        what = what or f"gradient by {name.name if name else ''}"
        if what in taken:
            raise CodeError(f"the function returns a {what} twice, under the keys {taken[what]!r} and {str(key)!r}")
        taken[what] = str(key)
        if name is None:
            out.cost = _cost(x, out)
        elif x is not None:
            _take(_array(x, out), name, out)


def _called(key: str, wanted: Sequence[Wanted]) -> Wanted | None:
    """The gradient that a key names: ``U``, ``dU``, ``grad_U``, ``U_grad``, ``gU``."""
    bare = [key]
    for mark in ("grad_", "grad", "d_", "d", "g_", "g", "dJ_d", "dL_d"):
        bare += [key.removeprefix(mark)] if key.startswith(mark) and len(key) > len(mark) else []
    for mark in ("_grad", "grad", "Grad"):
        bare += [key.removesuffix(mark)] if key.endswith(mark) and len(key) > len(mark) else []
    bare += [f"{text}_" for text in bare if iskeyword(text)]
    for text in bare:
        for w in wanted:
            if text == w.name or text in w.others:
                return w
    return None


def _in_order(arrays: list[Array | None], wanted: Sequence[Wanted], out: Returned) -> None:
    """Match arrays with arguments in order, or else in the first order that their shapes allow.

    None takes the place of a gradient that is not returned.
    """
    given = [a for a in arrays if a is not None]
    if not given:
        return
    total = sum(int(np.prod(w.shape)) for w in wanted)
    if len(arrays) == 1 and given[0].ndim == 1 and given[0].size == total and len(wanted) > 1:
        _cut(given[0], wanted, out)
        return
    if len(arrays) > len(wanted):
        raise CodeError(
            f"the function returns {len(arrays)} gradients, and has {len(wanted)} arguments to differentiate by: "
            f"{', '.join(w.name for w in wanted) or 'none'}"
        )
    shapes = [[None if a is None else _form(a, w) for w in wanted] for a in arrays]
    allowed = [
        [k for k, form in enumerate(forms) if a is None or form is not None]
        for a, forms in zip(arrays, shapes, strict=True)
    ]
    upright = [[k for k in ks if forms[k] != "transposed"] for ks, forms in zip(allowed, shapes, strict=True)]
    tries = ((upright, True), (upright, False), (allowed, True), (allowed, False))
    order = next((found for ks, rising in tries if (found := _order(ks, rising)) is not None), None)
    if order is None:
        raise CodeError(_misfit(given, wanted))
    out.swapped = list(order) != sorted(order)
    for a, k in zip(arrays, order, strict=True):
        if a is not None:
            _take(a, wanted[k], out)


def _order(allowed: Sequence[Sequence[int]], rising: bool, taken: tuple[int, ...] = ()) -> tuple[int, ...] | None:
    """The first choice of one number from each list, all different; with ``rising``, in ascending order."""
    if not allowed:
        return taken
    if not all(allowed):
        return None
    for k in allowed[0]:
        if k not in taken and not (rising and taken and k < taken[-1]):
            found = _order(allowed[1:], rising, (*taken, k))
            if found is not None:
                return found
    return None


def _cut(flat: Array, wanted: Sequence[Wanted], out: Returned) -> None:
    """Split one vector into all gradients."""
    at = 0
    for w in wanted:
        size = int(np.prod(w.shape))
        out.gradients[w.name] = flat[at : at + size].reshape(w.shape)
        out.forms[w.name] = "flat"
        at += size


def _misfit(arrays: Sequence[Array], wanted: Sequence[Wanted]) -> str:
    """The message for arrays that fit no argument. A flat vector may belong to some arguments only."""
    said = (
        f"the function returns arrays of the shapes {_listed(a.shape for a in arrays)}; the gradients have "
        f"{', '.join(f'{w.name} {w.shape}' for w in wanted)}"
    )
    if len(arrays) == 1 and arrays[0].ndim == 1 and len(wanted) > 1:
        for count in range(len(wanted) - 1, 0, -1):
            for some in islice(combinations(wanted, count), 500):
                if sum(int(np.prod(w.shape)) for w in some) == arrays[0].size:
                    named = " ".join(w.name for w in some)
                    return f"{said}: if it is a flat vector of some of them, say which, as --wrt {named}"
    return f"{said}: if it returns some of them only, name these in their order with --wrt"


def _listed(shapes: Any) -> str:
    return ", ".join(str(s) for s in shapes)


def _form(a: Array, w: Wanted) -> Form | None:
    """The form in which an array is the gradient by an argument; None if it does not fit."""
    if a.shape == w.shape:
        return ""
    if a.size == int(np.prod(w.shape)) == max((1, *a.shape)):
        if w.shape in ((), (1,), (1, 1)):
            return "flat" if a.ndim > 2 else ""
        if a.ndim == 2 and max(w.shape) == a.size:
            return "row" if a.shape[0] == 1 else "column"
        return "flat"
    if a.shape == w.shape[::-1] and a.ndim == 2:
        return "transposed"
    return None


def _take(a: Array, w: Wanted, out: Returned) -> None:
    form = _form(a, w)
    if form is None and a.ndim == 1 and a.size == int(np.prod(w.shape)):
        form = "flat"
    if form is None:
        raise CodeError(f"the gradient by {w.name} has the shape {a.shape}; {w.name} has {w.shape}")
    out.forms[w.name] = form
    out.gradients[w.name] = a.T if form == "transposed" else a.reshape(w.shape)
