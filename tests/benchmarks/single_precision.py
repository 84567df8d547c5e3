"""How many digits the gradients of published costs lose in float32, beside the plain formula differentiated by JAX.

    python -m tests.benchmarks.single_precision [NAME …]

Each row gives the largest error of a gradient, relative to its largest entry, of the exported function and of the plain
formula, over sizes, offsets of the arguments and residuals; both are held against the exported function in float64. The
last number is the worst ratio of the two; it should be at most 10.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import symgrad
from tests.benchmarks.published_costs import FOLDER
from tests.benchmarks.published_formulas import FORMULAS
from tests.exporting.worlds import World, vocabulary

SIZES, OFFSETS, RESIDUALS = (16, 256), (0.0, 10.0), (1.0, 1e-3)
LEAST = 2.0**-23
"""Errors below one rounding count as one."""


def worlds(name: str) -> Iterator[tuple[Any, dict[str, Any]]]:
    """The exported function, and arguments in float32 of every size, offset and residual."""
    v, module = vocabulary(FOLDER / f"{name}.md"), symgrad.load(str(FOLDER / f"{name}.md"))
    q = next(q for q in reversed(list(v.quantities())) if q.name == "J")
    for size in SIZES:
        world = World(v)
        for s in world.sizes:
            world.sizes[s] = size if s in ("N", "M", "B") else 8
        given = world.arguments(module.J_value_and_grad, q)
        for offset in OFFSETS if name in MOVED else OFFSETS[:1]:
            moved = {k: _moved(x, offset) for k, x in given.items()}
            for residual in RESIDUALS:
                yield module.J_value_and_grad, _near(name, module, moved, residual)


MOVED = ("pairwise_squares", "rbf_kernel", "mmd", "t_sne", "gaussian_process", "layer_norm", "batch_norm", "moments")
"""Costs that stay the same if their points are moved."""
TARGETS = {"huber": "y", "factorisation_machine": "y", "vae": "X", "graph_convolution": "T", "lora": "T"}
TARGETS |= dict.fromkeys(("attention", "causal_attention", "multi_head_attention", "gelu_network", "swiglu"), "T")
TARGETS |= dict.fromkeys(("layer_norm", "batch_norm", "rms_norm", "lstm_cell"), "T") | {"rbf_kernel": "y"}
"""The targets of squared costs, whose gradient is the residual with a minus."""


def _near(name: str, module: Any, given: dict[str, Any], residual: float) -> dict[str, Any]:
    """The arguments in float32; targets are moved to where the residual is that fraction of what it was."""
    if residual != 1 and name in TARGETS:
        target = TARGETS[name]
        _, grads = module.J_value_and_grad(**given, wrt=(target,), dense=True)
        given = {**given, target: given[target] - (1 - residual) * grads[target]}
    return {k: _single(x) for k, x in given.items()}


def _moved(x: Any, offset: float) -> Any:
    return x + offset if isinstance(x, np.ndarray) and x.dtype.kind == "f" and x.ndim else x


def _single(x: Any) -> Any:
    return x.astype(np.float32) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x


def _double(given: dict[str, Any]) -> dict[str, Any]:
    return {
        k: x.astype(np.float64) if isinstance(x, np.ndarray) and x.dtype.kind == "f" else x for k, x in given.items()
    }


def errors(name: str) -> Iterator[tuple[float, float]]:
    """The errors of the exported gradients and of the plain ones."""
    for function, given in worlds(name):
        _, want = function(**_double(given), dense=True)
        _, got = function(**given, dense=True)
        plain = jax.grad(lambda by, rest: FORMULAS[name](jnp, **by, **rest))
        real = {k: jnp.asarray(x, jnp.float32) for k, x in given.items() if k in want}
        rest = {k: x for k, x in given.items() if k not in want}
        slopes = plain(real, rest)
        for k in want:
            size = max(1e-30, float(np.max(np.abs(want[k]))))
            error = partial(_error, np.asarray(want[k]), size)
            yield error(got[k]), error(slopes[k])


def _error(want: Any, size: float, got: Any) -> float:
    return max(LEAST, float(np.max(np.abs(np.asarray(got, np.float64) - want))) / size)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    for name in parser.parse_args().names or sorted(FORMULAS):
        found = list(errors(name))
        ours, plain = (max(e[k] for e in found) for k in (0, 1))
        worst = max(a / b for a, b in found)
        print(f"| {name.replace('_', ' ')} | {ours:.1e} | {plain:.1e} | {worst:.1f} |", flush=True)


if __name__ == "__main__":
    main()
