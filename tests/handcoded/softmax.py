"""Skip-gram with a softmax: one pair, and a window."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.handcoded.hand import right, wrong

PAIR, WINDOW = "skipgram_softmax_u", "skipgram_window_softmax"
COURSE = ("v_c=centre", "o=outside", "U=outside_vectors")
TEXT = ("w=text", "c=middle", "m=radius")


def softmax(x: Any) -> Any:
    e = np.exp(x - np.max(x))
    return e / e.sum()


# --- one pair, right ----------------------------------------------------------------------------------------


@right(PAIR, *COURSE)
def softmax_course(centre: Any, outside: int, outside_vectors: Any) -> Any:
    y_hat = softmax(outside_vectors @ centre)
    loss = -np.log(y_hat[outside])
    delta = y_hat.copy()
    delta[outside] -= 1
    return loss, outside_vectors.T @ delta, np.outer(delta, centre)


@right(PAIR)
def softmax_loops(U: Any, V: Any, o: int, c: int) -> Any:
    W, D = U.shape
    scores = [sum(U[w, i] * V[i, c] for i in range(D)) for w in range(W)]
    top = max(scores)
    total = sum(np.exp(s - top) for s in scores)
    p = [np.exp(s - top) / total for s in scores]
    dU, dV = np.zeros((W, D)), np.zeros((D, W))
    for w in range(W):
        error = p[w] - (1 if w == o else 0)
        for i in range(D):
            dU[w, i] += error * V[i, c]
            dV[i, c] += error * U[w, i]
    return -np.log(p[o]), dU, dV


@right(PAIR, "v_c=x.row", "U=weights.T", "o=label")
def softmax_row(x: Any, weights: Any, label: int) -> Any:
    """A row vector times a matrix, as frameworks have it."""
    logits = x @ weights
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    loss = -np.log(p[0, label])
    p[0, label] -= 1
    return {"loss": loss, "x_grad": p @ weights.T, "weights_grad": x.T @ p}


# --- one pair, wrong ----------------------------------------------------------------------------------------


@wrong(PAIR, "centre outside_vectors", "the sign is flipped", *COURSE)
def softmax_sign(centre: Any, outside: int, outside_vectors: Any) -> Any:
    """The target less the prediction."""
    y_hat = softmax(outside_vectors @ centre)
    y = np.zeros_like(y_hat)
    y[outside] = 1
    return -np.log(y_hat[outside]), outside_vectors.T @ (y - y_hat), np.outer(y - y_hat, centre)


@wrong(PAIR, "centre outside_vectors", "the derivative of|is missing", *COURSE)
def softmax_constant_normaliser(centre: Any, outside: int, outside_vectors: Any) -> Any:
    """The normaliser taken for a constant."""
    y_hat = softmax(outside_vectors @ centre)
    grad = np.zeros_like(outside_vectors)
    grad[outside] = -centre
    return -np.log(y_hat[outside]), -outside_vectors[outside], grad


@wrong(PAIR, "outside_vectors", "", *COURSE)
def softmax_forgotten_target(centre: Any, outside: int, outside_vectors: Any) -> Any:
    """The one-hot target is never subtracted in the gradient of the matrix."""
    y_hat = softmax(outside_vectors @ centre)
    delta = y_hat.copy()
    delta[outside] -= 1
    return -np.log(y_hat[outside]), outside_vectors.T @ delta, np.outer(y_hat, centre)


@wrong(PAIR, "V", "what belongs to position $c$ is put at $o$")
def softmax_wrong_column(U: Any, V: Any, o: int, c: int) -> Any:
    """The column of the outside word gets the gradient of the centre word's."""
    p = softmax(U @ V[:, c])
    loss = -np.log(p[o])
    p[o] -= 1
    dV = np.zeros_like(V)
    dV[:, o] = U.T @ p
    return loss, {"U": np.outer(p, V[:, c]), "V": dV}


@wrong(PAIR, "centre", "position $c$ is used in place of $o$", *COURSE, "c=middle")
def softmax_wrong_vector(centre: Any, outside: int, outside_vectors: Any, middle: int) -> Any:
    """The output vector of the centre word is subtracted, not that of the word seen."""
    y_hat = softmax(outside_vectors @ centre)
    delta = y_hat.copy()
    delta[outside] -= 1
    grad = outside_vectors.T @ y_hat - outside_vectors[middle]
    return -np.log(y_hat[outside]), grad, np.outer(delta, centre)


# --- a window -----------------------------------------------------------------------------------------------


def context(text: Any, middle: int, radius: int) -> list[int]:
    return [text[middle + j] for j in range(-radius, radius + 1) if j != 0]


@right(WINDOW, *TEXT)
def window_loop(U: Any, V: Any, text: Any, middle: int, radius: int) -> Any:
    v = V[:, text[middle]]
    loss, dU, dV = 0.0, np.zeros_like(U), np.zeros_like(V)
    for word in context(text, middle, radius):
        p = softmax(U @ v)
        loss -= np.log(p[word])
        p[word] -= 1
        dU += np.outer(p, v)
        dV[:, text[middle]] += U.T @ p
    return loss, dU, dV


@right(WINDOW, *TEXT)
def window_counts(U: Any, V: Any, text: Any, middle: int, radius: int) -> Any:
    words = context(text, middle, radius)
    v = V[:, text[middle]]
    s = U @ v
    logp = s - s.max() - np.log(np.exp(s - s.max()).sum())
    tau = np.bincount(words, minlength=len(U))
    g = len(words) * np.exp(logp) - tau
    dV = np.zeros_like(V)
    dV[:, text[middle]] = g @ U
    return -(tau * logp).sum(), np.outer(g, v), dV


def _window(U: Any, V: Any, text: Any, middle: int, radius: int, words: list[int]) -> Any:
    v = V[:, text[middle]]
    dU, dV = np.zeros_like(U), np.zeros_like(V)
    for word in words:
        p = softmax(U @ v)
        p[word] -= 1
        dU += np.outer(p, v)
        dV[:, text[middle]] += U.T @ p
    return window_loop(U, V, text, middle, radius)[0], dU, dV


@wrong(WINDOW, "U V", "off by one: the last summand", *TEXT)
def window_short(U: Any, V: Any, text: Any, middle: int, radius: int) -> Any:
    """``range(-m, m)`` ends before m."""
    words = [text[middle + j] for j in range(-radius, radius) if j != 0]
    return _window(U, V, text, middle, radius, words)


@wrong(WINDOW, "U V", "the condition|is forgotten", *TEXT)
def window_with_middle(U: Any, V: Any, text: Any, middle: int, radius: int) -> Any:
    """The middle word is counted among its own context."""
    words = [text[middle + j] for j in range(-radius, radius + 1)]
    return _window(U, V, text, middle, radius, words)


@wrong(WINDOW, "U V", "divided by $2m$", *TEXT)
def window_mean(U: Any, V: Any, text: Any, middle: int, radius: int) -> Any:
    """The mean over the window, where the cost is its sum."""
    loss, dU, dV = window_loop(U, V, text, middle, radius)
    return loss, dU / (2 * radius), dV / (2 * radius)


@wrong(WINDOW, "U V", "only the last summand", *TEXT)
def window_overwritten(U: Any, V: Any, text: Any, middle: int, radius: int) -> Any:
    """The loop over the window assigns where it should add."""
    v = V[:, text[middle]]
    dV = np.zeros_like(V)
    for word in context(text, middle, radius):
        p = softmax(U @ v)
        p[word] -= 1
        dU = np.outer(p, v)
        dV[:, text[middle]] = U.T @ p
    return window_loop(U, V, text, middle, radius)[0], dU, dV


@wrong(PAIR, "outside_vectors", "only what belongs to position $o$", *COURSE)
def softmax_one_row(centre: Any, outside: int, outside_vectors: Any) -> Any:
    """Only the row of the word that was seen is written."""
    y_hat = softmax(outside_vectors @ centre)
    delta = y_hat.copy()
    delta[outside] -= 1
    grad = np.zeros_like(outside_vectors)
    grad[outside] = (y_hat[outside] - 1) * centre
    return -np.log(y_hat[outside]), outside_vectors.T @ delta, grad


@wrong(PAIR, "outside_vectors", "nearly right", *COURSE)
def softmax_single(centre: Any, outside: int, outside_vectors: Any) -> Any:
    """Single precision inside of the code."""
    y_hat = softmax(outside_vectors @ centre)
    delta = y_hat.copy()
    delta[outside] -= 1
    return -np.log(y_hat[outside]), outside_vectors.T @ delta, np.outer(delta.astype("f"), centre).astype(float)
