"""How long exported functions take, beside NumPy written by hand, in one run.

    python -m tests.benchmarks.exported [--quick] [--dtype float32]

Every row holds the hand-written code of the same work with the same form of output; the two are run
in turns, and the ratio of their medians is what counts: times are those of one machine.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

import symgrad

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
    """One kind of work: both ways to do it, and how often they are run."""

    name: str
    words: int
    exported: Callable[[], Any]
    hand: Callable[[], Any]
    runs: int


def load(text: str) -> ModuleType:
    return symgrad.load(symgrad.read(text=text))


# --- by hand --------------------------------------------------------------------------------------


def rows_times(U: Any, v: Any) -> Any:
    return np.einsum("wd,d->w", U, v) if U.nbytes > 1 << 24 else U @ v


def times_rows(p: Any, U: Any) -> Any:
    return np.einsum("w,wd->d", p, U) if U.nbytes > 1 << 24 else p @ U


def scores_to_errors(s: Any) -> Any:
    """Softmax in place; the logarithm of its denominator."""
    top = s.max()
    s -= top
    np.exp(s, out=s)
    total = s.sum()
    s /= total
    return np.log(total) + top


def hand_softmax(U: Any, V: Any, o: int, c: int) -> Any:
    v = V[c].copy()
    s = rows_times(U, v)
    score = s[o]
    log = scores_to_errors(s)
    s[o] -= 1
    return log - score, s, v, times_rows(s, U)


def hand_softmax_window(U: Any, V: Any, o: Any, c: int) -> Any:
    v = V[c].copy()
    s = rows_times(U, v)
    score = s.take(o).sum()
    log = scores_to_errors(s)
    s *= o.size
    for k in o.tolist():
        s[k] -= 1
    return o.size * log - score, s, v, times_rows(s, U)


def hand_cbow(U: Any, V: Any, x: Any, o: int) -> Any:
    h = V.take(x, 0).sum(0)
    s = rows_times(U, h)
    score = s[o]
    log = scores_to_errors(s)
    s[o] -= 1
    return log - score, s, h, x, np.tile(times_rows(s, U), (x.size, 1))


def hand_softmax_batch(U: Any, V: Any, o: Any, c: Any) -> Any:
    v = V.take(c, 0)
    s = v @ U.T
    at = np.arange(o.size)
    score = s[at, o]
    top = s.max(1, keepdims=True)
    s -= top
    np.exp(s, out=s)
    total = s.sum(1, keepdims=True)
    s /= total
    s[at, o] -= 1
    return (np.log(total) + top).sum() - score.sum(), s.T @ v, c, s @ U


def hand_sampled(U: Any, V: Any, o: int, c: int, n: Any) -> Any:
    i = np.empty(n.size + 1, np.intp)
    i[0] = o
    i[1:] = n
    rows, v = U.take(i, 0), V[c]
    s = rows.dot(v)
    s[0] = -s[0]
    loss = np.logaddexp(0, s)
    g = np.exp(s - loss)
    g[0] = -g[0]
    return loss.sum(), i, g[:, None] * v, g.dot(rows)


def hand_sampled_window(U: Any, V: Any, o: Any, c: int, n: Any) -> Any:
    i = np.concatenate((o, n.ravel()))
    rows, v = U.take(i, 0), V[c]
    s = rows.dot(v)
    s[: o.size] *= -1
    loss = np.logaddexp(0, s)
    g = np.exp(s - loss)
    g[: o.size] *= -1
    return loss.sum(), i, g[:, None] * v, g.dot(rows)


def hand_cbow_sampled(U: Any, V: Any, x: Any, o: int, n: Any) -> Any:
    h = V.take(x, 0).sum(0)
    i = np.empty(n.size + 1, np.intp)
    i[0] = o
    i[1:] = n
    rows = U.take(i, 0)
    s = rows.dot(h)
    s[0] = -s[0]
    loss = np.logaddexp(0, s)
    g = np.exp(s - loss)
    g[0] = -g[0]
    return loss.sum(), i, g[:, None] * h, x, np.tile(g.dot(rows), (x.size, 1))


def hand_sampled_batch(U: Any, V: Any, o: Any, c: Any, n: Any) -> Any:
    """The gradient of U as row values, in chunks that stay in the cache."""
    i = np.concatenate((o[:, None], n), 1)
    values = np.empty((*i.shape, U.shape[1]), U.dtype)
    d_v = np.empty((c.size, U.shape[1]), U.dtype)
    value = 0.0
    for b in range(0, c.size, 256):
        part = slice(b, b + 256)
        rows, v = U.take(i[part], 0), V.take(c[part], 0)
        s = np.einsum("bkd,bd->bk", rows, v)
        s[:, 0] *= -1
        g = np.exp(-np.abs(s))
        value += float((np.log1p(g) + np.maximum(s, 0)).sum())
        g = np.where(s >= 0, 1, g) / (1 + g)
        g[:, 0] *= -1
        np.einsum("bk,bd->bkd", g, v, out=values[part])
        np.einsum("bk,bkd->bd", g, rows, out=d_v[part])
    return value, i, values, c, d_v


# --- the rows -------------------------------------------------------------------------------------


def measured(W: int, dtype: Any, quick: bool) -> Iterator[Row]:
    rng = np.random.default_rng(0)
    U, V = (rng.normal(scale=0.1, size=(W, D)).astype(dtype) for _ in range(2))
    o, c = int(rng.integers(W)), int(rng.integers(W))
    n, window = rng.integers(0, W, K), rng.integers(0, W, WINDOW)
    draws = rng.integers(0, W, (WINDOW, K))
    few, many = (5, 300) if quick else (25, 3000)

    def row(name: str, text: str, hand: Callable[..., Any], runs: int, batch: bool = False, **given: Any) -> Row:
        module = load(text)
        function = module.J_batch_value_and_grad if batch else module.J_value_and_grad
        return Row(name, W, lambda: function(U=U, V=V, **given), lambda: hand(U=U, V=V, **given), runs)

    yield row("softmax, one pair", SOFTMAX, hand_softmax, few, o=o, c=c)
    yield row("softmax, window of 10", SOFTMAX_WINDOW, hand_softmax_window, few, o=window, c=c)
    yield row("CBOW, softmax", CBOW, hand_cbow, few, x=window, o=o)
    yield row("negative sampling, one pair", SAMPLED, hand_sampled, many, o=o, c=c, n=n)
    yield row("negative sampling, window of 10", SAMPLED_WINDOW, hand_sampled_window, many, o=window, c=c, n=draws)
    yield row("CBOW, negative sampling", CBOW_SAMPLED, hand_cbow_sampled, many, x=window, o=o, n=n)
    size = 4096
    pairs = {"o": rng.integers(0, W, size), "c": rng.integers(0, W, size), "n": rng.integers(0, W, (size, K))}
    yield row("negative sampling, batch 4096", SAMPLED, hand_sampled_batch, few, True, **pairs)
    if W <= 50_000:
        size = 256
        pairs = {"o": rng.integers(0, W, size), "c": rng.integers(0, W, size)}
        yield row("softmax, batch 256", SOFTMAX, hand_softmax_batch, 5, True, **pairs)


def compiled(W: int) -> Iterator[Row]:
    """JAX, jitted, where it is installed: the same costs differentiated automatically, and rewritten by hand."""
    try:
        import jax
        import jax.numpy as jnp
    except ImportError:
        return
    jax.config.update("jax_enable_x64", True)
    rng = np.random.default_rng(0)
    U, V = (rng.normal(scale=0.1, size=(W, D)) for _ in range(2))
    o, c, n = int(rng.integers(W)), int(rng.integers(W)), rng.integers(0, W, K)
    window = rng.integers(0, W, WINDOW)
    on_device = [jax.device_put(x) for x in (U, V)]

    def softmax(U: Any, V: Any, o: Any, c: Any) -> Any:
        return -jax.nn.log_softmax(U @ V[c])[o]

    def looped(U: Any, V: Any, o: Any, c: Any) -> Any:
        return sum(softmax(U, V, o[j], c) for j in range(WINDOW))

    def once(U: Any, V: Any, o: Any, c: Any) -> Any:
        return -jax.nn.log_softmax(U @ V[c])[o].sum()

    def sampled(U: Any, V: Any, o: Any, c: Any, n: Any) -> Any:
        return -jax.nn.log_sigmoid(U[o] @ V[c]) - jax.nn.log_sigmoid(-(U[n] @ V[c])).sum()

    def of_rows(rows: Any, v: Any) -> Any:
        s = rows @ v
        return jax.nn.softplus(-s[0]) + jax.nn.softplus(s[1:]).sum()

    gradient_of_rows = jax.jit(jax.value_and_grad(of_rows, (0, 1)))
    gather = jax.jit(lambda U, V, i, c: (jnp.take(U, i, 0), V[c]))

    def dense(f: Callable[..., Any], *given: Any) -> Callable[[], Any]:
        both = jax.jit(jax.value_and_grad(f, (0, 1)))
        return lambda: jax.block_until_ready(both(*on_device, *given))

    def split() -> Any:
        rows, v = gather(*on_device, np.concatenate(([o], n)), c)
        return jax.block_until_ready(gradient_of_rows(rows, v))

    pair, words, draws = load(SOFTMAX), load(SOFTMAX_WINDOW), load(SAMPLED)
    one = lambda: pair.J_value_and_grad(U=U, V=V, o=o, c=c)  # noqa: E731
    ten = lambda: words.J_value_and_grad(U=U, V=V, o=window, c=c)  # noqa: E731
    few = lambda: draws.J_value_and_grad(U=U, V=V, o=o, c=c, n=n)  # noqa: E731
    yield Row("softmax, one pair: JAX", W, one, dense(softmax, o, c), 15)
    yield Row("softmax, window of 10: JAX, looped", W, ten, dense(looped, window, c), 15)
    yield Row("softmax, window of 10: JAX, one softmax by hand", W, ten, dense(once, window, c), 15)
    yield Row("negative sampling, one pair: JAX, dense", W, few, dense(sampled, o, c, n), 15)
    yield Row("negative sampling, one pair: JAX, rows split off by hand", W, few, split, 300)


def medians(row: Row) -> tuple[float, float]:
    """Seconds of both, run in turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for function in (row.exported, row.hand):
        function()
    for _ in range(row.runs):
        for function, out in zip((row.exported, row.hand), times, strict=True):
            start = time.perf_counter()
            function()
            out.append(time.perf_counter() - start)
    return float(np.median(times[0])), float(np.median(times[1]))


def shown(seconds: float) -> str:
    return f"{seconds * 1e3:.1f} ms" if seconds > 1e-3 else f"{seconds * 1e6:.1f} µs"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer runs")
    parser.add_argument("--dtype", choices=("float64", "float32"), default="float64")
    parser.add_argument("--words", type=int, nargs="+", default=[2_000, 50_000, 400_000])
    options = parser.parse_args()
    print("| work | W | exported | other | ratio |\n|---|---|---|---|---|")
    for words in options.words:
        more = compiled(words) if options.dtype == "float64" and words == 50_000 else ()
        for row in (*measured(words, options.dtype, options.quick), *more):
            exported, hand = medians(row)
            print(f"| {row.name} | {words:,} | {shown(exported)} | {shown(hand)} | {exported / hand:.2f} |", flush=True)


if __name__ == "__main__":
    main()
