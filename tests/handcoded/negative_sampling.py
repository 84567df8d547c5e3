"""Negative sampling, one pair: loops, vectorised, and with the words' vectors as rows or as columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.handcoded.hand import right, wrong

ARRAY, SET = "negative_sampling_array", "negative_sampling_set"
CENTRE = ("v_c=v", "U=U", "o=o", "n=n")


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def cost_of(v: Any, o: Any, U: Any, n: Any) -> Any:
    return -np.log(sigmoid(U[o] @ v)) - np.sum(np.log(sigmoid(-(U[n] @ v))))


# --- right --------------------------------------------------------------------------------------------------


@right(ARRAY, *CENTRE)
def ns_loop(v: Any, o: Any, U: Any, n: Any) -> Any:
    grad_v = np.zeros_like(v)
    grad_U = np.zeros_like(U)
    p = sigmoid(np.dot(U[o], v))
    loss = -np.log(p)
    grad_v += (p - 1) * U[o]
    grad_U[o] += (p - 1) * v
    for k in range(len(n)):
        q = sigmoid(np.dot(U[n[k]], v))
        loss -= np.log(1 - q)
        grad_v += q * U[n[k]]
        grad_U[n[k]] += q * v
    return loss, grad_v, grad_U


@right(ARRAY, *CENTRE)
def ns_vectorised(v: Any, o: Any, U: Any, n: Any) -> Any:
    idx = np.concatenate([[o], n])
    sign = np.array([1.0] + [-1.0] * len(n))
    rows = U[idx]
    prob = sigmoid(sign * (rows @ v))
    g = sign * (prob - 1)
    grad_U = np.zeros(U.shape, dtype=g.dtype)
    np.add.at(grad_U, idx, np.outer(g, v))
    return -np.log(prob).sum(), rows.T @ g, grad_U


@right(ARRAY)
def ns_dense(U: Any, V: Any, o: Any, c: Any, n: Any) -> Any:
    W = U.shape[0]
    y = np.zeros(W)
    y[o] = 1.0
    counts = np.bincount(n, minlength=W)
    s = U @ V[:, c]
    g = (counts + y) * sigmoid(s) - y
    dV = np.zeros_like(V)
    dV[:, c] = U.T @ g
    return np.logaddexp(0, -s[o]) + np.logaddexp(0, s[n]).sum(), {"U": np.outer(g, V[:, c]), "V": dV}


@right(ARRAY, "U=outside.T", "V=centre.T", "o=word", "n=samples", "c=middle")
def ns_columns(centre: Any, middle: int, outside: Any, word: int, samples: Any) -> Any:
    """Output vectors in columns, input vectors in rows."""
    h = centre[middle]
    d_outside, d_centre = np.zeros_like(outside), np.zeros_like(centre)
    e = sigmoid(h @ outside[:, word]) - 1
    d_outside[:, word] += e * h
    d_centre[middle] += e * outside[:, word]
    loss = -np.log(e + 1)
    for s in samples:
        e = sigmoid(h @ outside[:, s])
        loss = loss - np.log(sigmoid(-h @ outside[:, s]))
        d_outside[:, s] += e * h
        d_centre[middle] += e * outside[:, s]
    return loss, (d_centre, d_outside)


@right(SET, "v_c=v", "\\mathcal{N}=negatives")
def ns_set(v: Any, U: Any, o: int, negatives: Any) -> Any:
    grad_U = np.zeros_like(U)
    x = U[o] @ v
    grad_U[o] = -sigmoid(-x) * v
    grad_v = -sigmoid(-x) * U[o]
    loss = np.logaddexp(0.0, -x)
    for k in negatives:
        x = U[k] @ v
        grad_U[k] += sigmoid(x) * v
        grad_v += sigmoid(x) * U[k]
        loss += np.logaddexp(0.0, x)
    return loss, {"v": grad_v, "U": grad_U}


# --- wrong --------------------------------------------------------------------------------------------------


@wrong(ARRAY, "U", "repeated positions in $n$|np.add.at", *CENTRE)
def ns_buffered(v: Any, o: Any, U: Any, n: Any) -> Any:
    """``+=`` with repeated indices."""
    g = sigmoid(U[n] @ v)
    p = sigmoid(U[o] @ v)
    grad_U = np.zeros_like(U)
    grad_U[o] += (p - 1) * v
    grad_U[n] += np.outer(g, v)
    return cost_of(v, o, U, n), (p - 1) * U[o] + U[n].T @ g, grad_U


@wrong(ARRAY, "v U", r"stands where $1 - \sigma\left(-\sum", *CENTRE)
def ns_one_minus(v: Any, o: Any, U: Any, n: Any) -> Any:
    """1 - σ(u v) for the samples, where it is 1 - σ(-u v)."""
    p = sigmoid(U[o] @ v)
    grad_v, grad_U = (p - 1) * U[o], np.zeros_like(U)
    grad_U[o] += (p - 1) * v
    for k in n:
        g = 1 - sigmoid(U[k] @ v)
        grad_v += g * U[k]
        grad_U[k] += g * v
    return cost_of(v, o, U, n), grad_v, grad_U


@wrong(ARRAY, "v U", r"\sigma\left(\sum_{j} U_{oj} V_{jc}\right)$ stands where", *CENTRE)
def ns_target_sigma(v: Any, o: Any, U: Any, n: Any) -> Any:
    """σ(u v) for the word that was seen, where it is 1 - σ(u v)."""
    p = sigmoid(U[o] @ v)
    g = sigmoid(U[n] @ v)
    grad_U = np.zeros_like(U)
    grad_U[o] += -p * v
    np.add.at(grad_U, n, np.outer(g, v))
    return cost_of(v, o, U, n), -p * U[o] + g @ U[n], grad_U


@wrong(ARRAY, "v U", r"the term $-\log|\sum_{j} U_{oj}|has the wrong sign", *CENTRE)
def ns_target_sign(v: Any, o: Any, U: Any, n: Any) -> Any:
    """The word that was seen is pushed away like a sample."""
    p = sigmoid(U[o] @ v)
    g = sigmoid(U[n] @ v)
    grad_U = np.zeros_like(U)
    grad_U[o] += (1 - p) * v
    np.add.at(grad_U, n, np.outer(g, v))
    return cost_of(v, o, U, n), (1 - p) * U[o] + g @ U[n], grad_U


@wrong(ARRAY, "v U", "those of $n$ that equal $o$ are left out", *CENTRE)
def ns_target_drawn(v: Any, o: Any, U: Any, n: Any) -> Any:
    """The target drawn as a sample is passed over, and the cost counts it."""
    p = sigmoid(U[o] @ v)
    grad_v, grad_U = (p - 1) * U[o], np.zeros_like(U)
    grad_U[o] += (p - 1) * v
    for k in n:
        if k == o:
            continue
        g = sigmoid(U[k] @ v)
        grad_v += g * U[k]
        grad_U[k] += g * v
    return cost_of(v, o, U, n), grad_v, grad_U


@wrong(ARRAY, "U", "overwrites", *CENTRE)
def ns_assigned(v: Any, o: Any, U: Any, n: Any) -> Any:
    """``=`` for ``+=``: a row that is written twice keeps the last."""
    p = sigmoid(U[o] @ v)
    g = sigmoid(U[n] @ v)
    grad_U = np.zeros_like(U)
    grad_U[n] = np.outer(g, v)
    grad_U[o] = (p - 1) * v
    return cost_of(v, o, U, n), (p - 1) * U[o] + g @ U[n], grad_U


@wrong(ARRAY, "v U", "a mean over $K$", *CENTRE)
def ns_mean(v: Any, o: Any, U: Any, n: Any) -> Any:
    """The samples averaged, where the cost adds them up."""
    p = sigmoid(U[o] @ v)
    g = sigmoid(U[n] @ v) / len(n)
    grad_U = np.zeros_like(U)
    grad_U[o] += (p - 1) * v
    np.add.at(grad_U, n, np.outer(g, v))
    return cost_of(v, o, U, n), (p - 1) * U[o] + g @ U[n], grad_U


@wrong(ARRAY, "U", "transposed", *CENTRE)
def ns_transposed(v: Any, o: Any, U: Any, n: Any) -> Any:
    """The outer product the wrong way round."""
    s = U @ v
    y = np.eye(len(U))[o]
    g = (np.bincount(n, minlength=len(U)) + y) * sigmoid(s) - y
    return cost_of(v, o, U, n), U.T @ g, np.outer(v, g)


@wrong(ARRAY, "U", "what belongs to position $o$ is put at $c$")
def ns_wrong_row(U: Any, V: Any, o: int, c: int, n: Any) -> Any:
    """The row of the centre word is updated in place of that of the word seen."""
    v = V[:, c]
    p, g = sigmoid(U[o] @ v), sigmoid(U[n] @ v)
    dU, dV = np.zeros_like(U), np.zeros_like(V)
    dU[c] += (p - 1) * v
    np.add.at(dU, n, np.outer(g, v))
    dV[:, c] = (p - 1) * U[o] + g @ U[n]
    return cost_of(v, o, U, n), dU, dV


@wrong(ARRAY, "U", "a counter for a position", *CENTRE)
def ns_counter(v: Any, o: int, U: Any, n: Any) -> Any:
    """``grad_U[k]`` for ``grad_U[n[k]]``."""
    p = sigmoid(U[o] @ v)
    grad_v, grad_U = (p - 1) * U[o], np.zeros_like(U)
    grad_U[o] += (p - 1) * v
    for k in range(len(n)):
        g = sigmoid(U[n[k]] @ v)
        grad_v += g * U[n[k]]
        grad_U[k] += g * v
    return cost_of(v, o, U, n), grad_v, grad_U


@wrong(ARRAY, "U v", "off by one: position $o - 1$", *CENTRE)
def ns_from_one(v: Any, o: int, U: Any, n: Any) -> Any:
    """Positions taken to count from 1."""
    u = U[o - 1]
    p, g = sigmoid(u @ v), sigmoid(U[n] @ v)
    grad_U = np.zeros_like(U)
    grad_U[o - 1] += (p - 1) * v
    np.add.at(grad_U, n, np.outer(g, v))
    return cost_of(v, o, U, n), (p - 1) * u + g @ U[n], grad_U


@wrong(ARRAY, "U v", "off by one: the last summand", *CENTRE)
def ns_last_sample(v: Any, o: int, U: Any, n: Any) -> Any:
    """The loop over the samples ends one too early."""
    p = sigmoid(U[o] @ v)
    grad_v, grad_U = (p - 1) * U[o], np.zeros_like(U)
    grad_U[o] += (p - 1) * v
    for k in range(len(n) - 1):
        g = sigmoid(U[n[k]] @ v)
        grad_v += g * U[n[k]]
        grad_U[n[k]] += g * v
    return cost_of(v, o, U, n), grad_v, grad_U


@wrong(ARRAY, "U v", "the sign is flipped", *CENTRE)
def ns_ascent(v: Any, o: int, U: Any, n: Any) -> Any:
    """The step to take, in place of the gradient."""
    loss, grad_v, grad_U = ns_loop(v, o, U, n)
    return loss, -grad_v, -grad_U


@wrong(ARRAY, "v", "changed in place", *CENTRE)
def ns_stale(v: Any, o: int, U: Any, n: Any) -> Any:
    """U takes its step before the gradient by v is computed from it."""
    loss = cost_of(v, o, U, n)
    grad_U = ns_loop(v, o, U, n)[2]
    U -= 0.1 * grad_U
    return loss, (sigmoid(U[o] @ v) - 1) * U[o] + sigmoid(U[n] @ v) @ U[n], grad_U
