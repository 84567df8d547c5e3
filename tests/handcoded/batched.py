"""A batch of pairs with negative sampling: the mean over the pairs."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.handcoded.hand import right, wrong


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


@right("batch")
def batch_loop(U: Any, V: Any, o: Any, c: Any, n: Any) -> Any:
    loss, dU, dV = 0.0, np.zeros_like(U), np.zeros_like(V)
    for b in range(len(o)):
        v = V[c[b]]
        for word, label in [(o[b], 1), *((k, 0) for k in n[b])]:
            s = sigmoid(U[word] @ v)
            loss -= np.log(s if label else 1 - s) / len(o)
            dU[word] += (s - label) * v / len(o)
            dV[c[b]] += (s - label) * U[word] / len(o)
    return loss, dU, dV


def errors(U: Any, V: Any, o: Any, c: Any, n: Any) -> Any:
    v, uo, un = V[c], U[o], U[n]
    e = sigmoid((uo * v).sum(axis=1)) - 1
    f = sigmoid(np.einsum("bkd,bd->bk", un, v))
    cost = -np.log(e + 1).mean() - np.log(1 - f).sum() / len(o)
    return cost, e, f


@right("batch")
def batch_vectorised(U: Any, V: Any, o: Any, c: Any, n: Any) -> Any:
    cost, e, f = errors(U, V, o, c, n)
    v, B = V[c], len(o)
    dU, dV = np.zeros_like(U), np.zeros_like(V)
    np.add.at(dU, o, e[:, None] * v / B)
    np.add.at(dU, n, f[:, :, None] * v[:, None, :] / B)
    np.add.at(dV, c, (e[:, None] * U[o] + np.einsum("bk,bkd->bd", f, U[n])) / B)
    return cost, {"dU": dU, "dV": dV}


@wrong("batch", "U V", "multiplied by $B$")
def batch_scaled(U: Any, V: Any, o: Any, c: Any, n: Any) -> Any:
    """The gradients of the sum with the cost of the mean."""
    cost, grads = batch_vectorised(U, V, o, c, n)
    return cost, {k: len(o) * g for k, g in grads.items()}


@wrong("batch", "V", "$V$ is used in place of $U$")
def batch_wrong_table(U: Any, V: Any, o: Any, c: Any, n: Any) -> Any:
    """The gradient by the centre words is made of their own table."""
    cost, grads = batch_vectorised(U, V, o, c, n)
    _, e, f = errors(V, V, o, c, n)
    dV = np.zeros_like(V)
    np.add.at(dV, c, (e[:, None] * V[o] + np.einsum("bk,bkd->bd", f, V[n])) / len(o))
    return cost, {"dU": grads["dU"], "dV": dV}


@wrong("batch", "V", "repeated positions in $c$")
def batch_buffered(U: Any, V: Any, o: Any, c: Any, n: Any) -> Any:
    """Centre words that repeat in a batch."""
    cost, grads = batch_vectorised(U, V, o, c, n)
    _, e, f = errors(U, V, o, c, n)
    dV = np.zeros_like(V)
    dV[c] += (e[:, None] * U[o] + np.einsum("bk,bkd->bd", f, U[n])) / len(o)
    return cost, {"dU": grads["dU"], "dV": dV}


@wrong("batch", "U", "repeated positions in $n$")
def batch_buffered_samples(U: Any, V: Any, o: Any, c: Any, n: Any) -> Any:
    """Samples that repeat in a batch."""
    cost, grads = batch_vectorised(U, V, o, c, n)
    _, e, f = errors(U, V, o, c, n)
    v, B = V[c], len(o)
    dU = np.zeros_like(U)
    np.add.at(dU, o, e[:, None] * v / B)
    dU[n] += f[:, :, None] * v[:, None, :] / B
    return cost, {"dU": dU, "dV": grads["dV"]}


@wrong("batch", "U", "over $K$")
def batch_samples_averaged(U: Any, V: Any, o: Any, c: Any, n: Any) -> Any:
    """The mean over the samples too, which the cost does not take."""
    cost, grads = batch_vectorised(U, V, o, c, n)
    _, e, f = errors(U, V, o, c, n)
    v = V[c]
    dU = np.zeros_like(U)
    np.add.at(dU, o, e[:, None] * v / len(o))
    np.add.at(dU, n, f[:, :, None] * v[:, None, :] / n.size)
    return cost, {"dU": dU, "dV": grads["dV"]}
