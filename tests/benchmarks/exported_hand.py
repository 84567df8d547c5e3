"""NumPy written by hand for the work of exported functions, with the same forms of results."""

from __future__ import annotations

from typing import Any

import numpy as np


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


def student_softmax_window(U: Any, V: Any, o: Any, c: int) -> Any:
    """A loop over the words of a window with one-hot vectors and gradients of the arguments' shapes."""
    value, d_U, d_V = 0.0, np.zeros_like(U), np.zeros_like(V)
    for word in o:
        scores = U @ V[c]
        y_hat = np.exp(scores - scores.max())
        y_hat /= y_hat.sum()
        y = np.zeros(len(U))
        y[word] = 1
        value -= np.log(y_hat[word])
        d_U += np.outer(y_hat - y, V[c])
        d_V[c] += U.T @ (y_hat - y)
    return value, d_U, d_V
