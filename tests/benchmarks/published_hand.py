"""Published costs with all their gradients in the best NumPy known, written apart from what symgrad generates.

Each function takes the arguments that the generated module has, and returns the value and the gradients in their order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

HAND: dict[str, Callable[..., Any]] = {}
"""By the document's name."""


def hand(function: Callable[..., Any]) -> Callable[..., Any]:
    HAND[function.__name__] = function
    return function


def softmaxed(S: Any) -> Any:
    """Softmax along the last axis, in place."""
    S -= S.max(-1, keepdims=True)
    np.exp(S, out=S)
    S /= S.sum(-1, keepdims=True)
    return S


def attended(P: Any, Q: Any, K: Any, V: Any, T: Any) -> Any:
    c = Q.shape[-1] ** -0.5
    R = P @ V
    R -= T
    G = R @ V.T
    G -= np.einsum("nm,nm->n", G, P)[:, None]
    G *= P
    G *= c
    return np.vdot(R, R) / 2, G @ K, G.T @ Q, P.T @ R, -R


@hand
def attention(Q: Any, K: Any, V: Any, T: Any) -> Any:
    return attended(softmaxed((Q * Q.shape[1] ** -0.5) @ K.T), Q, K, V, T)


@hand
def causal_attention(Q: Any, K: Any, V: Any, T: Any) -> Any:
    S = (Q * Q.shape[1] ** -0.5) @ K.T
    S[np.triu_indices(len(S), 1)] = -np.inf
    return attended(softmaxed(S), Q, K, V, T)


@hand
def clip(A: Any, B: Any, tau: Any) -> Any:
    S = (A / tau) @ B.T
    n = len(A)
    diagonal = np.diagonal(S).copy()
    top = S.max()
    E = np.exp(S - top)
    rows, columns = E.sum(1), E.sum(0)
    value = (np.log(rows).sum() + np.log(columns).sum() + 2 * n * top - 2 * diagonal.sum()) / (2 * n)
    E *= (1 / rows)[:, None] + 1 / columns
    E[np.diag_indices(n)] -= 2
    E /= 2 * n
    slope = np.vdot(E, S)
    E /= tau
    return value, E @ B, E.T @ A, -slope / tau


@hand
def layer_norm(X: Any, T: Any, gamma: Any, beta: Any, epsilon: Any) -> Any:
    H = X - X.mean(1, keepdims=True)
    d = X.shape[1]
    r = 1 / np.sqrt(np.einsum("nd,nd->n", H, H) / d + epsilon)
    H *= r[:, None]
    R = H * gamma
    R += beta
    R -= T
    by_gamma = np.einsum("nd,nd->d", R, H)
    G = R * gamma
    along = np.einsum("nd,nd->n", G, H)
    by_X = G - G.mean(1)[:, None]
    H *= (along / d)[:, None]
    by_X -= H
    by_X *= r[:, None]
    return np.vdot(R, R) / 2, by_X, -R, by_gamma, R.sum(0), -(along * r * r).sum() / 2


@hand
def gaussian_mixture(X: Any, M: Any, L: Any, a: Any) -> Any:
    w = np.exp(-2 * L)
    X2 = X * X
    MW = M * w
    S = X @ MW.T
    S -= 0.5 * (X2 @ w.T)
    S += a - 0.5 * (M * MW).sum(1) - L.sum(1)
    top = S.max(1, keepdims=True)
    S -= top
    np.exp(S, out=S)
    z = S.sum(1, keepdims=True)
    S /= z
    n = S.sum(0)
    PX = S.T @ X
    e = np.exp(a - a.max())
    value = -(np.log(z) + top).sum() + len(X) * (np.log(e.sum()) + a.max())
    by_M = (n[:, None] * M - PX) * w
    by_L = n[:, None] - w * (S.T @ X2 - 2 * M * PX + n[:, None] * M * M)
    P = S
    by_X = X * (P @ w) - P @ MW
    return value, by_X, by_M, by_L, len(X) * e / e.sum() - n


def squared_distances(X: Any, Y: Any) -> Any:
    D = X @ Y.T
    D *= -2
    D += np.einsum("nd,nd->n", X, X)[:, None]
    D += np.einsum("nd,nd->n", Y, Y)
    return np.maximum(D, 0, out=D)


@hand
def t_sne(Y: Any, P: Any) -> Any:
    D = squared_distances(Y, Y)
    np.fill_diagonal(D, 0)
    D += 1
    Q = 1 / D
    z = Q.sum() - len(Y)
    L = np.log(D)
    value = np.vdot(P, L) + np.log(z)
    G = P + P.T
    Q2 = Q * (2 / z)
    np.fill_diagonal(Q2, 0)
    G -= Q2
    G *= Q
    return value, 2 * (G.sum(1)[:, None] * Y - G @ Y), L


@hand
def cox(X: Any, e: Any, beta: Any) -> Any:
    eta = X @ beta
    E = np.exp(eta - eta.max())
    risk = np.cumsum(E[::-1])[::-1]
    value = -(e * (eta - np.log(risk) - eta.max())).sum()
    g = E * np.cumsum(e / risk) - e
    return value, np.outer(g, beta), g @ X


@hand
def rbf_kernel(X: Any, a: Any, y: Any, gamma: Any, lambda_: Any) -> Any:
    D = squared_distances(X, X)
    K = np.exp(-gamma * D)
    k = K @ a
    r = k - y
    v = K @ (r + lambda_ / 2 * a)
    W = r + lambda_ / 2 * a
    G = np.outer(W, a)
    G *= K
    by_gamma = -np.vdot(G, D)
    G += G.T
    return (
        r @ r / 2 + lambda_ / 2 * (a @ k),
        -2 * gamma * (G.sum(1)[:, None] * X - G @ X),
        v + lambda_ / 2 * k,
        -r,
        by_gamma,
        a @ k / 2,
    )


@hand
def mmd(X: Any, Y: Any, gamma: Any) -> Any:
    value, by_gamma = 0.0, 0.0
    grads = [np.zeros_like(X), np.zeros_like(Y)]
    for c, i, A, j, B in ((1, 0, X, 0, X), (-2, 0, X, 1, Y), (1, 1, Y, 1, Y)):
        D = squared_distances(A, B)
        K = np.exp(-gamma * D)
        c = c / (len(A) * len(B))
        value += c * K.sum()
        by_gamma -= c * np.vdot(K, D)
        c *= -2 * gamma
        grads[i] += c * (K.sum(1)[:, None] * A - K @ B)
        grads[j] += c * (K.sum(0)[:, None] * B - K.T @ A)
    return value, *grads, by_gamma


@hand
def pairwise_squares(x: Any) -> Any:
    c = x - x.mean()
    return len(x) * (c @ c), 2 * len(x) * c


@hand
def ranknet(s: Any) -> Any:
    D = s - s[:, None]
    E = np.exp(-np.abs(D))
    L = np.log1p(E)
    L += np.maximum(D, 0)
    G = np.where(D > 0, 1, E) / (1 + E)
    G = np.triu(G, 1)
    return np.triu(L, 1).sum(), G.sum(0) - G.sum(1)


@hand
def vae(X: Any, M: Any, L: Any, E: Any, W: Any, b: Any) -> Any:
    S = np.exp(L)
    SE = S * E
    Z = M + SE
    R = Z @ W
    R += b - X
    G = R @ W.T
    S2 = S * S
    value = np.vdot(R, R) / 2 + (np.vdot(M, M) + S2.sum() - 2 * L.sum() - L.size) / 2
    return value, -R, G + M, G * SE + S2 - 1, G * S, Z.T @ R, R.sum(0)


@hand
def lora(X: Any, W: Any, B: Any, A: Any, T: Any) -> Any:
    XA = X @ A.T
    R = X @ W.T
    R += XA @ B.T
    R -= T
    RB = R @ B
    return np.vdot(R, R) / 2, R @ W + RB @ A, R.T @ X, R.T @ XA, RB.T @ X, -R


@hand
def factorisation_machine(X: Any, y: Any, w: Any, V: Any) -> Any:
    XV, X2, V2 = X @ V, X * X, V * V
    r = X @ w + (np.einsum("nk,nk->n", XV, XV) - X2 @ V2.sum(1)) / 2 - y
    rX = r[:, None] * X
    by_X = r[:, None] * (w + XV @ V.T - X * V2.sum(1))
    return r @ r / 2, by_X, -r, r @ X, rX.T @ XV - (r @ X2)[:, None] * V


@hand
def swiglu(X: Any, T: Any, A: Any, B: Any, C: Any) -> Any:
    Z, U = X @ A, X @ B
    S = 1 / (1 + np.exp(-Z))
    W = Z * S
    H = W * U
    R = H @ C
    R -= T
    G = R @ C.T
    by_U = G * W
    G *= U
    G *= S + W * (1 - S)
    return np.vdot(R, R) / 2, G @ A.T + by_U @ B.T, -R, X.T @ G, X.T @ by_U, H.T @ R


@hand
def glove(U: Any, V: Any, a: Any, b: Any, X: Any, f: Any) -> Any:
    R = U @ V.T
    R += a[:, None]
    R += b
    R -= np.log(X)
    G = f * R
    by_f = R * R
    by_f /= 2
    return np.vdot(G, R) / 2, G @ V, G.T @ U, G.sum(1), G.sum(0), -G / X, by_f


@hand
def matrix_factorisation(R: Any, M: Any, P: Any, Q: Any, lambda_: Any) -> Any:
    E = P @ Q.T
    E -= R
    ME = M * E
    G = M * ME
    p, q = np.vdot(P, P) / 2, np.vdot(Q, Q) / 2
    value = np.vdot(ME, ME) / 2 + lambda_ * (p + q)
    return value, -G, ME * E, G @ Q + lambda_ * P, G.T @ P + lambda_ * Q, p + q


@hand
def graph_convolution(A: Any, X: Any, W: Any, V: Any, T: Any) -> Any:
    XW = X @ W
    H = np.tanh(A @ XW)
    HV = H @ V
    R = A @ HV
    R -= T
    AR = A.T @ R
    G = AR @ V.T
    G *= 1 - H * H
    AG = A.T @ G
    return np.vdot(R, R) / 2, R @ HV.T + G @ XW.T, AG @ W.T, X.T @ AG, H.T @ AR, -R


@hand
def softmax_regression(X: Any, W: Any, Y: Any, lambda_: Any) -> Any:
    S = X @ W
    top = S.max(1, keepdims=True)
    E = np.exp(S - top)
    z = E.sum(1, keepdims=True)
    log_p = S
    log_p -= top
    log_p -= np.log(z)
    E /= z
    E *= Y.sum(1, keepdims=True)
    E -= Y
    w = np.vdot(W, W) / 2
    return -np.vdot(Y, log_p) + lambda_ * w, E @ W.T, X.T @ E + lambda_ * W, -log_p, w
