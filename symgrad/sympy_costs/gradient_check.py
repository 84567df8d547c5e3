"""Gradients of a function held against finite differences of its own value."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from symgrad.comparing.findings import Opinion
from symgrad.comparing.finite_differences import second_opinion
from symgrad.core.nodes import free_indices, reach
from symgrad.core.substitute import expand
from symgrad.sympy_costs.keyword_function import KeywordFunction
from symgrad.sympy_door.bridge import BridgeError
from symgrad.text.python_names import spelled


def checked_gradient(function: Callable[..., Any], at: Mapping[str, Any] | None = None, seed: int = 0) -> Opinion:
    """Finite differences, or a complex step where the function takes complex arrays, in random directions.

    function: takes keyword arguments, returns ``(value, {name: gradient})``. at: the arguments; drawn at random
    for a function of ``lambdify``. Raises ``SymgradError`` where there are no arguments or no gradients.
    """
    import numpy as np

    if at is None:
        if not isinstance(function, KeywordFunction):
            listed = ", ".join(inspect.signature(function).parameters)
            raise BridgeError(f"give the point as well: check_gradient(function, at={{…}}) with {listed}", "SG503")
        at = finite_arguments(function, seed)
    result = function(**at)
    if not (isinstance(result, tuple) and len(result) == 2 and isinstance(result[1], Mapping)):
        raise BridgeError(
            "check_gradient takes a function that returns (value, {name: gradient}), as lambdify gives", "SG503"
        )
    names = list(result[1])
    arrays = [np.asarray(at[n], dtype=float) for n in names]
    gradients = [np.asarray(result[1][n], dtype=float) for n in names]
    for n, x, g in zip(names, arrays, gradients, strict=True):
        if x.shape != g.shape:
            raise BridgeError(f"the gradient by {n} has shape {g.shape}, {n} has {x.shape}", "SG503")
    given = at

    def cost(*moved: Any) -> Any:
        return function(**{**given, **dict(zip(names, moved, strict=True))})[0]

    return second_opinion(cost, arrays, gradients, seed)


DOMAINS = ((0.3, 1.3, True), (0.3, 1.3, False), (0.1, 0.9, False), (1.1, 2.1, False))
"""Where entries are drawn: an interval, and whether they may be negative too. A logarithm needs the second one."""


def finite_arguments(function: KeywordFunction, seed: int = 0) -> dict[str, Any]:
    """Random arguments at which the value and the gradients are finite, if there are any among those tried."""
    import numpy as np

    for domain in DOMAINS:
        at = drawn_arguments(function, seed, domain)
        with np.errstate(all="ignore"):
            result = function(**at)
        parts = [result[0], *result[1].values()] if isinstance(result, tuple) else [result]
        if all(np.isfinite(np.asarray(x, dtype=float)).all() for x in parts):
            return at
    return drawn_arguments(function, seed)


def drawn_arguments(
    function: KeywordFunction, seed: int = 0, domain: tuple[float, float, bool] = DOMAINS[0]
) -> dict[str, Any]:
    """Random arguments of a function of ``lambdify``: arrays of small shapes, positions, sizes."""
    import numpy as np

    rng = np.random.default_rng(seed)
    body = expand(function.value)
    mentioned = reach(body)
    tensors, arrays = mentioned.tensors, mentioned.index_arrays
    fixed = free_indices(body)
    lengths = [r.size for t in tensors for r in t.ranges] + [r.size for a in arrays for r in (*a.ranges, a.target)]
    sizes = {s: 4 + k for k, s in enumerate(sorted({s for x in lengths for s in x.sizes()}))}
    python = {p: ours for ours, p in function.arguments.items()}
    out: dict[str, Any] = {}

    def enter(latex: str, value: Any) -> None:
        name = python.get(spelled(latex))
        if name is not None:
            shape = function.columns.get(name)
            out[name] = value if shape is None else value.reshape([-1 if n == 0 else 1 for n in shape])

    for t in tensors:
        low, high, negative = domain
        value = rng.uniform(low, high, [r.size.value(sizes) for r in t.ranges])
        signs = rng.choice([-1.0, 1.0], value.shape) if t.domain == "real" and negative else 1.0
        enter(t.name, value * signs)
    for a in arrays:
        enter(a.name, rng.integers(0, a.target.size.value(sizes), [r.size.value(sizes) for r in a.ranges]))
    for i in sorted(fixed, key=lambda i: i.letter):
        assert i.range is not None  # positions are declared
        enter(i.letter, int(rng.integers(0, i.range.size.value(sizes))))
    for s, n in sizes.items():
        enter(s, n)
    return out
