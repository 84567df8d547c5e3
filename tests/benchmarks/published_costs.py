"""How long published costs take with all their gradients: exported, by hand, and with JAX.

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python -m tests.benchmarks.published_costs [NAME …] [--jax] [--processor]

Each row gives the least time of the exported function, and the median of its ratios to the time of the other, both run
in turns. Beside other work, on one thread, `--processor` measures processor time.
The hand-written side is the best NumPy known; JAX differentiates the plain formula and is compiled. Set the number of
threads, and say it with the results. The last row is the median of the ratios to the hand.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import symgrad
from tests.benchmarks.exported_work import shown
from tests.benchmarks.published_formulas import FORMULAS
from tests.benchmarks.published_hand import HAND
from tests.exporting.worlds import World, vocabulary

FOLDER = Path(__file__).parent / "published"
SIZES = {"N": 512, "M": 384, "D": 64, "E": 64, "K": 128, "W": 600, "H": 8, "R": 8, "I": 400, "B": 2048, "C": 10}
OWN = {
    **{
        "cox": {"N": 2000},
        "pairwise_squares": {"N": 2000},
        "ranknet": {"N": 1000},
        "gaussian_mixture": {"N": 4000, "K": 32},
    },
    **{"layer_norm": {"N": 2048, "D": 512}, "t_sne": {"D": 2}, "softmax_regression": {"N": 8192, "C": 100}},
}
"""Sizes that differ from the usual ones."""


def given(name: str) -> tuple[Any, dict[str, Any]]:
    """The exported function, and its arguments at realistic sizes."""
    v = vocabulary(FOLDER / f"{name}.md")
    module = symgrad.load(str(FOLDER / f"{name}.md"))
    world = World(v)
    for size in world.sizes:
        world.sizes[size] = {**SIZES, **OWN.get(name, {})}.get(size, 64)
    q = next(q for q in reversed(list(v.quantities())) if q.name == "J")
    arguments = world.arguments(module.J_value_and_grad, q)
    scaled = {
        k: x * 0.1 if isinstance(x, np.ndarray) and x.dtype.kind == "f" and x.ndim > 1 else x
        for k, x in arguments.items()
    }
    return module.J_value_and_grad, scaled


def ratio(
    function: Callable[[], Any],
    other: Callable[[], Any],
    clock: Callable[[], float] = time.perf_counter,
    seconds: float = 0.4,
) -> tuple[float, float]:
    """The minimum of the first, and the median of its ratios to the other, of runs in turns."""
    function(), other()
    runs: list[tuple[float, float]] = []
    stop = time.perf_counter() + seconds
    while time.perf_counter() < stop or len(runs) < 5:
        times = []
        for f in (function, other):
            start = clock()
            f()
            times.append(clock() - start)
        runs.append((times[0], times[1]))
    return min(a for a, _ in runs), float(np.median([a / b for a, b in runs]))


def jitted(name: str, arguments: dict[str, Any]) -> Callable[[], Any]:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    real = [k for k, x in arguments.items() if np.asarray(x).dtype.kind == "f"]

    def formula(by: dict[str, Any], rest: dict[str, Any]) -> Any:
        return FORMULAS[name](jnp, **by, **rest)

    function = jax.jit(jax.value_and_grad(formula))
    by = {k: jnp.asarray(arguments[k]) for k in real}
    rest = {k: jnp.asarray(x) for k, x in arguments.items() if k not in real}
    return lambda: jax.block_until_ready(function(by, rest))


def agrees(name: str, exported: Any, by_hand: Any) -> None:
    value, grads = exported
    for got, want in zip((value, *grads.values()), by_hand, strict=True):
        error = np.max(np.abs(np.asarray(got) - want)) / max(1e-300, np.max(np.abs(want)))
        assert error < 1e-9, (name, error)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--jax", action="store_true")
    parser.add_argument("--processor", action="store_true")
    options = parser.parse_args()
    clock = time.process_time if options.processor else time.perf_counter
    ratios = []
    for name in options.names or sorted(HAND):
        function, arguments = given(name)
        exported, by_hand = partial(function, **arguments), partial(HAND[name], **arguments)
        agrees(name, exported(dense=True), by_hand())
        least, to_hand = ratio(exported, by_hand, clock)
        ratios.append(to_hand)
        row = f"| {name.replace('_', ' ')} | {shown(least)} | {to_hand:.2f} × |"
        if options.jax:
            row += f" {1 / ratio(exported, jitted(name, arguments))[1]:.1f} × |"
        print(row, flush=True)
    print(f"| median | | {np.median(ratios):.2f} × |")


if __name__ == "__main__":
    main()
