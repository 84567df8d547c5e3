"""Logistic regression and small networks."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.handcoded.hand import right, wrong


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


# --- logistic regression ------------------------------------------------------------------------------------


@right("logistic")
def logistic(X: Any, y: Any, w: Any, b: float, lambda_: float) -> Any:
    p = sigmoid(X @ w + b)
    cost = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)) + lambda_ / 2 * np.dot(w, w)
    return cost, X.T @ (p - y) / len(y) + lambda_ * w, np.mean(p - y)


@right("logistic", "X=data.T", "w=theta.column", "y=labels.row", r"\lambda=decay")
def logistic_course(theta: Any, b: float, data: Any, labels: Any, decay: float) -> Any:
    """Examples in columns, as a course has them."""
    m = data.shape[1]
    a = sigmoid(theta.T @ data + b)
    cost = -(np.sum(labels * np.log(a)) + np.sum((1 - labels) * np.log(1 - a))) / m + decay / 2 * np.sum(theta**2)
    return {"dtheta": data @ (a - labels).T / m + decay * theta, "db": np.sum(a - labels) / m}, cost


@wrong("logistic", "w", r"|is missing")
def logistic_no_penalty(X: Any, y: Any, w: Any, b: float, lambda_: float) -> Any:
    """The penalty is in the cost and not in the gradient."""
    cost, _, db = logistic(X, y, w, b, lambda_)
    return cost, X.T @ (sigmoid(X @ w + b) - y) / len(y), db


@wrong("logistic", "w", "counts twice")
def logistic_double_penalty(X: Any, y: Any, w: Any, b: float, lambda_: float) -> Any:
    """The half of the penalty is forgotten."""
    cost, dw, db = logistic(X, y, w, b, lambda_)
    return cost, dw + lambda_ * w, db


@wrong("logistic", "b", "multiplied by $N$")
def logistic_offset_sum(X: Any, y: Any, w: Any, b: float, lambda_: float) -> Any:
    """The mean is forgotten for the offset."""
    cost, dw, db = logistic(X, y, w, b, lambda_)
    return cost, dw, len(y) * db


@wrong("logistic", "w", r"factor $\lambda$|is missing")
def logistic_no_lambda(X: Any, y: Any, w: Any, b: float, lambda_: float) -> Any:
    """The penalty without its weight."""
    cost, dw, db = logistic(X, y, w, b, lambda_)
    return cost, dw - lambda_ * w + w, db


@wrong("logistic", "w b", r"the derivative of $\sigma|is left out")
def logistic_no_chain(X: Any, y: Any, w: Any, b: float, lambda_: float) -> Any:
    """The derivative of the logistic function is left out."""
    p = sigmoid(X @ w + b)
    g = -(y / p - (1 - y) / (1 - p)) / len(y)
    return logistic(X, y, w, b, lambda_)[0], X.T @ g + lambda_ * w, g.sum()


@wrong("logistic", "w b", r"the derivative of $\sigma|multiplied in twice")
def logistic_chain_twice(X: Any, y: Any, w: Any, b: float, lambda_: float) -> Any:
    """``p * (1 - p)`` is multiplied in although cross-entropy has cancelled it."""
    cost, _, _ = logistic(X, y, w, b, lambda_)
    p = sigmoid(X @ w + b)
    g = (p - y) * p * (1 - p) / len(y)
    return cost, X.T @ g + lambda_ * w, g.sum()


# --- a network with a softmax -------------------------------------------------------------------------------


def forward(X: Any, t: Any, A: Any, a: Any, B: Any, b: Any) -> Any:
    h = np.tanh(X @ A + a)
    s = h @ B + b
    s = s - s.max(axis=1, keepdims=True)
    logp = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    delta = np.exp(logp)
    delta[np.arange(len(t)), t] -= 1
    return -logp[np.arange(len(t)), t].sum(), h, delta


@right("network")
def network(X: Any, t: Any, A: Any, a: Any, B: Any, b: Any) -> Any:
    cost, h, delta = forward(X, t, A, a, B, b)
    dz = (delta @ B.T) * (1 - h**2)
    return cost, {"A": X.T @ dz, "a": dz.sum(axis=0), "B": h.T @ delta, "b": delta.sum(axis=0)}


@right("network")
def network_flat(X: Any, t: Any, A: Any, a: Any, B: Any, b: Any) -> Any:
    """One vector of all parameters, in their order."""
    cost, g = network(X, t, A, a, B, b)
    return cost, (g["A"], g["a"].reshape(1, -1), g["B"], g["b"].reshape(1, -1))


@wrong("network", "A a", r"1 - \tanh|the square is missing")
def network_tanh(X: Any, t: Any, A: Any, a: Any, B: Any, b: Any) -> Any:
    """1 - tanh for 1 - tanh²."""
    cost, h, delta = forward(X, t, A, a, B, b)
    dz = (delta @ B.T) * (1 - h)
    return cost, {"A": X.T @ dz, "a": dz.sum(axis=0), "B": h.T @ delta, "b": delta.sum(axis=0)}


@wrong("network", "A a", r"the derivative of $\tanh|is left out")
def network_linear(X: Any, t: Any, A: Any, a: Any, B: Any, b: Any) -> Any:
    """The derivative of the hidden layer is left out."""
    cost, h, delta = forward(X, t, A, a, B, b)
    dz = delta @ B.T
    return cost, {"A": X.T @ dz, "a": dz.sum(axis=0), "B": h.T @ delta, "b": delta.sum(axis=0)}


@wrong("network", "a b", "divided by $N$")
def network_offset_mean(X: Any, t: Any, A: Any, a: Any, B: Any, b: Any) -> Any:
    """The offsets get the mean over the examples."""
    cost, h, delta = forward(X, t, A, a, B, b)
    dz = (delta @ B.T) * (1 - h**2)
    return cost, {"A": X.T @ dz, "a": dz.mean(axis=0), "B": h.T @ delta, "b": delta.mean(axis=0)}


# --- a network of logistic units ----------------------------------------------------------------------------


@right("sigmoid_network")
def logistic_units(A: Any, B: Any, x: Any, y: Any) -> Any:
    h = sigmoid(A @ x)
    r = B @ h - y
    dz = (B.T @ r) * h * (1 - h)
    return 0.5 * r @ r, np.outer(dz, x), np.outer(r, h)


@wrong("sigmoid_network", "A", "of its argument, not of its value")
def logistic_units_at_input(A: Any, B: Any, x: Any, y: Any) -> Any:
    """``s * (1 - s)`` of the scores in place of their logistic values."""
    z = A @ x
    h = sigmoid(z)
    r = B @ h - y
    return 0.5 * r @ r, np.outer((B.T @ r) * z * (1 - z), x), np.outer(r, h)


@wrong("sigmoid_network", "A", "at its value in place of its argument")
def logistic_units_twice(A: Any, B: Any, x: Any, y: Any) -> Any:
    """The derivative function applies the logistic function again to what is already its value."""

    def slope(z: Any) -> Any:
        return sigmoid(z) * (1 - sigmoid(z))

    h = sigmoid(A @ x)
    r = B @ h - y
    return 0.5 * r @ r, np.outer((B.T @ r) * slope(h), x), np.outer(r, h)


@wrong("sigmoid_network", "A B", "this is twice the gradient")
def logistic_units_half(A: Any, B: Any, x: Any, y: Any) -> Any:
    """The half of the cost is forgotten in the gradient."""
    cost, dA, dB = logistic_units(A, B, x, y)
    return cost, 2 * dA, 2 * dB
