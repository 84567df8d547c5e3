"""The costs whose exported functions are timed, and how two functions are timed beside each other."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

import symgrad
from symgrad.exporting.loading import load_text

D, K, WINDOW = 100, 5, 10
HEAD = r"Let $U, V \in \mathbb{R}^{W \times D}$. "
SOFTMAX = (
    HEAD
    + r"""Let $o, c \in [W]$.
$$ \hat y = \operatorname{softmax}(U V_{c:}), \qquad J = -\log \hat y_o $$"""
)
SOFTMAX_WINDOW = (
    HEAD
    + r"""Let $o \in [W]^{C}$ and $c \in [W]$.
$$ \hat y = \operatorname{softmax}(U V_{c:}), \qquad J = -\sum_{j=1}^{C} \log \hat y_{o_j} $$"""
)
SAMPLED = (
    HEAD
    + r"""Let $o, c \in [W]$ and $n \in [W]^{K}$.
$$ J = -\log \sigma(U_{oj} V_{cj}) - \sum_{k=1}^{K} \log \sigma(-U_{n_k j} V_{cj}) $$"""
)
SAMPLED_WINDOW = (
    HEAD
    + r"""Let $o \in [W]^{C}$, $c \in [W]$ and $n \in [W]^{C \times K}$.
$$ J = \sum_{j=1}^{C} [ -\log \sigma(U_{o_j i} V_{ci}) - \sum_{k=1}^{K} \log \sigma(-U_{n_{jk} i} V_{ci}) ] $$"""
)
CBOW = (
    HEAD
    + r"""Let $x \in [W]^{C}$ and $o \in [W]$.
$$ h_i = \sum_{j=1}^{C} V_{x_j i}, \qquad \hat y = \operatorname{softmax}(U h), \qquad J = -\log \hat y_o $$"""
)
CBOW_SAMPLED = (
    HEAD
    + r"""Let $x \in [W]^{C}$, $o \in [W]$ and $n \in [W]^{K}$.
$$ h_i = \sum_{j=1}^{C} V_{x_j i} $$
$$ J = -\log \sigma(U_{oj} h_j) - \sum_{k=1}^{K} \log \sigma(-U_{n_k j} h_j) $$"""
)


@dataclass(frozen=True)
class Row:
    """One kind of work: two ways to do it, how often they are run, and what the ratio of their times should be."""

    name: str
    words: int
    exported: Callable[[], Any]
    other: Callable[[], Any]
    runs: int
    target: float | None = None


def load(text: str, target: str = "numpy") -> ModuleType:
    return load_text(symgrad.export(symgrad.read(text=text), target=target))


def medians(row: Row) -> tuple[float, float]:
    """Seconds of both, in turns. What is short is run many times a turn, so that neither finds the caches empty."""
    calls = []
    for function in (row.exported, row.other):
        function()
        start = time.perf_counter()
        function()
        calls.append(int(np.clip(0.005 / (time.perf_counter() - start), 1, 50)))
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(max(3, row.runs // min(calls))):
        for function, count, out in zip((row.exported, row.other), calls, times, strict=True):
            for _ in range(count):
                start = time.perf_counter()
                function()
                out.append(time.perf_counter() - start)
    return float(np.median(times[0])), float(np.median(times[1]))


def shown(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms" if seconds > 1e-3 else f"{seconds * 1e6:.1f} µs"


def random(W: int, dtype: Any = np.float64) -> tuple[Any, dict[str, Any]]:
    """Both matrices; indices of a pair, of a window and of batches."""
    rng = np.random.default_rng(0)
    U, V = (rng.normal(scale=0.1, size=(W, D)).astype(dtype) for _ in range(2))
    at = {"o": int(rng.integers(W)), "c": int(rng.integers(W)), "n": rng.integers(0, W, K)}
    at |= {"window": rng.integers(0, W, WINDOW), "draws": rng.integers(0, W, (WINDOW, K))}
    for size in (256, 4096):
        at |= {f"{k}_{size}": rng.integers(0, W, (size, *more)) for k, more in (("o", ()), ("c", ()), ("n", (K,)))}
    return (U, V), at
