"""CBOW, with the sum and with the mean of the context."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.handcoded.hand import right, wrong

SOFTMAX, SAMPLED = "cbow_softmax", "cbow_negative_sampling"
MEAN = r"\bar J"


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def softmax(x: Any) -> Any:
    e = np.exp(x - np.max(x))
    return e / e.sum()


@right(SOFTMAX, "x=context")
def cbow_sum(U: Any, V: Any, context: Any, o: int) -> Any:
    h = V[:, context].sum(axis=1)
    p = softmax(U @ h)
    loss = -np.log(p[o])
    p[o] -= 1
    dV = np.zeros(V.shape)
    for word in context:
        dV[:, word] += U.T @ p
    return loss, np.outer(p, h), dV


@right(SOFTMAX, "x=context", of=MEAN)
def cbow_mean(U: Any, V: Any, context: Any, o: int) -> Any:
    h = V[:, context].mean(axis=1)
    p = softmax(U @ h)
    loss = -np.log(p[o])
    p[o] -= 1
    dV = np.zeros(V.shape)
    np.add.at(dV.T, context, U.T @ p / len(context))
    return loss, np.outer(p, h), dV


@right(SAMPLED, "x=context", "n=samples", of="J")
def cbow_sampled(U: Any, V: Any, context: Any, o: int, samples: Any) -> Any:
    h = V[:, context].sum(axis=1)
    idx = np.r_[o, samples]
    label = np.r_[1.0, np.zeros(len(samples))]
    s = U[idx] @ h
    e = sigmoid(s) - label
    dU, dV = np.zeros_like(U), np.zeros_like(V)
    np.add.at(dU, idx, e[:, None] * h)
    dh = e @ U[idx]
    for word in context:
        dV[:, word] += dh
    return np.logaddexp(0, -s[0]) + np.logaddexp(0, s[1:]).sum(), dU, dV


@wrong(SOFTMAX, "V", "divided by $C$", "x=context")
def cbow_mean_for_sum(U: Any, V: Any, context: Any, o: int) -> Any:
    """The gradient is shared out among the context, although the cost has its sum."""
    loss, dU, dV = cbow_sum(U, V, context, o)
    return loss, dU, dV / len(context)


@wrong(SOFTMAX, "V", "multiplied by $C$", "x=context", of=MEAN)
def cbow_sum_for_mean(U: Any, V: Any, context: Any, o: int) -> Any:
    """Every word of the context gets the whole gradient of the mean."""
    loss, dU, dV = cbow_mean(U, V, context, o)
    return loss, dU, len(context) * dV


@wrong(SOFTMAX, "V", "repeated positions in $x$", "x=context")
def cbow_repeated(U: Any, V: Any, context: Any, o: int) -> Any:
    """A word that stands in the context twice gets the gradient once."""
    loss, dU, full = cbow_sum(U, V, context, o)
    h = V[:, context].sum(axis=1)
    p = softmax(U @ h)
    p[o] -= 1
    dV = np.zeros_like(full)
    dV[:, context] += (U.T @ p)[:, None]
    return loss, dU, dV


@wrong(SOFTMAX, "U V", r"the gradient of $J$", "x=context", of=MEAN)
def cbow_other_cost(U: Any, V: Any, context: Any, o: int) -> Any:
    """The cost of the mean with the gradients of the sum."""
    return cbow_mean(U, V, context, o)[0], *cbow_sum(U, V, context, o)[1:]


@wrong(SAMPLED, "V", "|is missing", "x=context", "n=samples", of="J")
def cbow_forgets_samples(U: Any, V: Any, context: Any, o: int, samples: Any) -> Any:
    """The samples are missing from the gradient by the context."""
    loss, dU, _ = cbow_sampled(U, V, context, o, samples)
    h = V[:, context].sum(axis=1)
    dV = np.zeros_like(V)
    for word in context:
        dV[:, word] += (sigmoid(U[o] @ h) - 1) * U[o]
    return loss, dU, dV


# --- the mean over a window of a text -----------------------------------------------------------------------

TEXT = ("w=text", "c=middle", "n=samples", "m=radius")


@right(SAMPLED, *TEXT, of=MEAN)
def cbow_window(U: Any, V: Any, text: Any, middle: int, samples: Any, radius: int) -> Any:
    context = [text[middle + j] for j in range(-radius, radius + 1) if j]
    h = V[:, context].mean(axis=1)
    idx = np.r_[text[middle], samples]
    s = U[idx] @ h
    e = sigmoid(s) - np.r_[1.0, np.zeros(len(samples))]
    dU, dV = np.zeros_like(U), np.zeros_like(V)
    np.add.at(dU, idx, np.outer(e, h))
    np.add.at(dV.T, context, e @ U[idx] / len(context))
    return np.logaddexp(0, -s[0]) + np.logaddexp(0, s[1:]).sum(), dU, dV


@wrong(SAMPLED, "V", "repeated positions in $w$", *TEXT, of=MEAN)
def cbow_window_buffered(U: Any, V: Any, text: Any, middle: int, samples: Any, radius: int) -> Any:
    """A word that stands in the window twice gets its share once."""
    loss, dU, _ = cbow_window(U, V, text, middle, samples, radius)
    context = [text[middle + j] for j in range(-radius, radius + 1) if j]
    h = V[:, context].mean(axis=1)
    idx = np.r_[text[middle], samples]
    e = sigmoid(U[idx] @ h) - np.r_[1.0, np.zeros(len(samples))]
    dV = np.zeros_like(V)
    dV[:, context] += (e @ U[idx] / len(context))[:, None]
    return loss, dU, dV


@wrong(SAMPLED, "V", "multiplied by $2m$", *TEXT, of=MEAN)
def cbow_window_sum(U: Any, V: Any, text: Any, middle: int, samples: Any, radius: int) -> Any:
    """The mean is forgotten on the way back."""
    loss, dU, dV = cbow_window(U, V, text, middle, samples, radius)
    return loss, dU, dV * 2 * radius
