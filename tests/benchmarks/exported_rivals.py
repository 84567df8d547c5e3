"""JAX and PyTorch with the work of exported functions: differentiated by themselves, and rewritten by hand."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tests.benchmarks.exported_work import SAMPLED, SOFTMAX, SOFTMAX_WINDOW, WINDOW, Row, load, random

JAX_PAIR, JAX_SPLIT, JAX_DENSE, JAX_WINDOW, JAX_BATCH = 3.0, 10.0, 1000.0, 3.0, 1.4
"""How many times as long JAX should take."""


def installed(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        print(f"{name} is not installed: rows left out", file=sys.stderr)
        return False
    return True


class Exported:
    """The functions of NumPy modules, over one choice of indices."""

    def __init__(self, W: int) -> None:
        (self.U, self.V), self.at = random(W)
        softmax, window, sampled = load(SOFTMAX), load(SOFTMAX_WINDOW), load(SAMPLED)
        o, c, n = (self.at[k] for k in ("o", "c", "n"))
        both = {"U": self.U, "V": self.V}
        self.pair = lambda: softmax.J_value_and_grad(**both, o=o, c=c)
        self.dense = lambda: softmax.J_value_and_grad(**both, o=o, c=c, dense=True)
        self.window = lambda: window.J_value_and_grad(**both, o=self.at["window"], c=c)
        self.sampled = lambda: sampled.J_value_and_grad(**both, o=o, c=c, n=n)
        pairs = {k: self.at[f"{k}_256"] for k in ("o", "c")}
        self.batch = lambda: softmax.J_batch_value_and_grad(**both, **pairs)
        many = {k: self.at[f"{k}_4096"] for k in ("o", "c", "n")}
        self.many = lambda: sampled.J_batch_value_and_grad(**both, **many)


# --- JAX ------------------------------------------------------------------------------------------


def jax_rows(W: int) -> Iterator[Row]:
    if not installed("jax"):
        return
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    ours = Exported(W)
    o, c, n, window = (ours.at[k] for k in ("o", "c", "n", "window"))
    U, V = (jax.device_put(x) for x in (ours.U, ours.V))

    def softmax(U: Any, V: Any, o: Any, c: Any) -> Any:
        return -jax.nn.log_softmax(U @ V[c])[o]

    def looped(U: Any, V: Any, o: Any, c: Any) -> Any:
        return sum(softmax(U, V, o[j], c) for j in range(WINDOW))

    def once(U: Any, V: Any, o: Any, c: Any) -> Any:
        return -jax.nn.log_softmax(U @ V[c])[o].sum()

    def batch(U: Any, V: Any, o: Any, c: Any) -> Any:
        return -jnp.take_along_axis(jax.nn.log_softmax(V[c] @ U.T), o[:, None], 1).sum()

    def of_rows(rows: Any, v: Any) -> Any:
        s = rows @ v
        return jax.nn.softplus(-s[0]) + jax.nn.softplus(s[1:]).sum()

    gradient_of_rows = jax.jit(jax.value_and_grad(of_rows, (0, 1)))
    gather = jax.jit(lambda U, V, i, c: (jnp.take(U, i, 0), V[c]))

    def dense(f: Callable[..., Any], *given: Any) -> Callable[[], Any]:
        both = jax.jit(jax.value_and_grad(f, (0, 1)))
        return lambda: jax.block_until_ready(both(U, V, *given))

    def split() -> Any:
        rows, v = gather(U, V, np.concatenate(([o], n)), c)
        return jax.block_until_ready(gradient_of_rows(rows, v))

    pair, pairs = dense(softmax, o, c), (ours.at["o_256"], ours.at["c_256"])
    yield Row("softmax, one pair: JAX", W, ours.pair, pair, 15, JAX_PAIR)
    yield Row("softmax, one pair, both dense: JAX", W, ours.dense, pair, 15, 1.5)
    yield Row("softmax, window of 10: JAX, looped", W, ours.window, dense(looped, window, c), 15)
    yield Row("softmax, window of 10: JAX, one softmax by hand", W, ours.window, dense(once, window, c), 15, JAX_WINDOW)
    yield Row("softmax, batch 256: JAX", W, ours.batch, dense(batch, *pairs), 5, JAX_BATCH)
    yield Row("negative sampling, one pair: JAX, dense", W, ours.sampled, dense(_jax_sampled(), o, c, n), 15, JAX_DENSE)
    yield Row("negative sampling, one pair: JAX, rows split off by hand", W, ours.sampled, split, 300, JAX_SPLIT)


def _jax_sampled() -> Callable[..., Any]:
    import jax
    import jax.numpy as jnp

    def sampled(U: Any, V: Any, o: Any, c: Any, n: Any) -> Any:
        s = U[jnp.concatenate((jnp.reshape(o, 1), n))] @ V[c]
        return jax.nn.softplus(-s[0]) + jax.nn.softplus(s[1:]).sum()

    return sampled


def jax_target_rows(W: int) -> Iterator[Row]:
    """The same on both sides: jitted, with dense gradients."""
    if not installed("jax"):
        return
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    (U, V), at = random(W)
    softmax, sampled = load(SOFTMAX, "jax"), load(SAMPLED, "jax")
    on_device = [jax.device_put(x) for x in (U, V)]

    def own_many(U: Any, V: Any, o: Any, c: Any, n: Any) -> Any:
        s = jnp.einsum("bkd,bd->bk", U[jnp.concatenate((o[:, None], n), 1)], V[c])
        return jax.nn.softplus(-s[:, 0]).sum() + jax.nn.softplus(s[:, 1:]).sum()

    def own_softmax(U: Any, V: Any, o: Any, c: Any) -> Any:
        return -jax.nn.log_softmax(U @ V[c])[o]

    def jitted(f: Callable[..., Any], *given: Any) -> Callable[[], Any]:
        both = jax.jit(jax.value_and_grad(f, (0, 1)))
        return lambda: jax.block_until_ready(both(*on_device, *given))

    o, c, n = (at[k] for k in ("o", "c", "n"))
    many = [at[f"{k}_4096"] for k in ("o", "c", "n")]
    pair = jitted(lambda U, V, o, c: softmax.J(U=U, V=V, o=o, c=c), o, c)
    few = jitted(lambda U, V, o, c, n: sampled.J(U=U, V=V, o=o, c=c, n=n), o, c, n)
    batch = jitted(lambda U, V, o, c, n: sampled.J_batch(U=U, V=V, o=o, c=c, n=n), *many)
    yield Row("softmax, one pair", W, pair, jitted(own_softmax, o, c), 15)
    yield Row("negative sampling, one pair", W, few, jitted(_jax_sampled(), o, c, n), 15)
    yield Row("negative sampling, batch 4096", W, batch, jitted(own_many, *many), 15)


# --- PyTorch --------------------------------------------------------------------------------------


class Own:
    """PyTorch's own gradients; ``sparse``: those of embeddings that give sparse ones."""

    def __init__(self, W: int) -> None:
        import torch

        self.torch = torch
        (U, V), at = random(W)
        self.leaves = [torch.from_numpy(x).requires_grad_() for x in (U, V)]
        self.at = {k: torch.as_tensor(x) for k, x in at.items()}

    def gradients(self, f: Callable[..., Any], *names: str, **more: Any) -> Callable[[], Any]:
        given = [self.at[k] for k in names]

        def run() -> Any:
            value = f(*self.leaves, *given, **more)
            return value, self.torch.autograd.grad(value, self.leaves)

        return run

    def softmax(self, U: Any, V: Any, o: Any, c: Any) -> Any:
        scores = U @ V[c]
        return self.torch.logsumexp(scores, 0) - scores[o]

    def looped(self, U: Any, V: Any, o: Any, c: Any) -> Any:
        return sum(self.softmax(U, V, word, c) for word in o)

    def once(self, U: Any, V: Any, o: Any, c: Any) -> Any:
        scores = U @ V[c]
        return len(o) * self.torch.logsumexp(scores, 0) - scores[o].sum()

    def batch(self, U: Any, V: Any, o: Any, c: Any) -> Any:
        return self.torch.nn.functional.cross_entropy(V[c] @ U.T, o, reduction="sum")

    def sampled(self, U: Any, V: Any, o: Any, c: Any, n: Any, sparse: bool = False) -> Any:
        return self.many(U, V, o[None], c[None], n[None], sparse)

    def many(self, U: Any, V: Any, o: Any, c: Any, n: Any, sparse: bool = False) -> Any:
        torch, F = self.torch, self.torch.nn.functional
        rows = F.embedding(torch.cat((o[:, None], n), 1), U, sparse=sparse)
        s = torch.einsum("bkd,bd->bk", rows, F.embedding(c, V, sparse=sparse))
        return F.softplus(-s[:, 0]).sum() + F.softplus(s[:, 1:]).sum()


MANY = ("o_4096", "c_4096", "n_4096")


def torch_rows(W: int) -> Iterator[Row]:
    if not installed("torch"):
        return
    ours, own = Exported(W), Own(W)
    pair = own.gradients(own.softmax, "o", "c")
    yield Row("softmax, one pair: PyTorch", W, ours.pair, pair, 15, 3)
    yield Row("softmax, one pair, both dense: PyTorch", W, ours.dense, pair, 15, 1.5)
    yield Row("softmax, window of 10: PyTorch, looped", W, ours.window, own.gradients(own.looped, "window", "c"), 5)
    once = own.gradients(own.once, "window", "c")
    yield Row("softmax, window of 10: PyTorch, one softmax by hand", W, ours.window, once, 15)
    yield Row("softmax, batch 256: PyTorch", W, ours.batch, own.gradients(own.batch, "o_256", "c_256"), 5)
    few = own.gradients(own.sampled, "o", "c", "n")
    yield Row("negative sampling, one pair: PyTorch, dense", W, ours.sampled, few, 15)
    few = own.gradients(own.sampled, "o", "c", "n", sparse=True)
    yield Row("negative sampling, one pair: PyTorch, sparse embeddings", W, ours.sampled, few, 300)
    many = own.gradients(own.many, *MANY, sparse=True)
    yield Row("negative sampling, batch 4096: PyTorch, sparse embeddings", W, ours.many, many, 15)


def torch_target_rows(W: int) -> Iterator[Row]:
    """The same on both sides: backward passes with dense gradients, or sparse ones."""
    if not installed("torch"):
        return
    own = Own(W)
    softmax, sampled = load(SOFTMAX, "torch"), load(SAMPLED, "torch")
    o, c = int(own.at["o"]), int(own.at["c"])

    def pair(U: Any, V: Any) -> Any:
        return softmax.J(U=U, V=V, o=o, c=c)

    def few(U: Any, V: Any, sparse: bool) -> Any:
        return sampled.J(U=U, V=V, o=o, c=c, n=own.at["n"], sparse=sparse)

    def many(U: Any, V: Any, o: Any, c: Any, n: Any, sparse: bool) -> Any:
        return sampled.J_batch(U=U, V=V, o=o, c=c, n=n, sparse=sparse)

    yield Row("softmax, one pair", W, own.gradients(pair), own.gradients(own.softmax, "o", "c"), 15)
    for sparse in (False, True):
        form, runs = ("sparse", 100) if sparse else ("dense", 15)
        other = own.gradients(own.sampled, "o", "c", "n", sparse=sparse)
        yield Row(f"negative sampling, one pair, {form}", W, own.gradients(few, sparse=sparse), other, runs)
        other = own.gradients(own.many, *MANY, sparse=sparse)
        mine = own.gradients(many, *MANY, sparse=sparse)
        yield Row(f"negative sampling, batch 4096, {form}", W, mine, other, 15)
