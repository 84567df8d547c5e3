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


@hand
def multi_head_attention(Q: Any, K: Any, V: Any, O: Any, T: Any) -> Any:  # noqa: E741  # as in the paper
    c = Q.shape[2] ** -0.5
    P = softmaxed((Q * c) @ K.swapaxes(1, 2))
    A = P @ V
    h, n, d = A.shape
    flat = A.transpose(1, 0, 2).reshape(n, h * d)
    W = O.reshape(h * d, -1)
    R = flat @ W
    R -= T
    G = (R @ W.T).reshape(n, h, d).transpose(1, 0, 2)
    S = G @ V.swapaxes(1, 2)
    S -= np.einsum("hnd,hnd->hn", G, A)[:, :, None]
    S *= P
    S *= c
    by_V = P.swapaxes(1, 2) @ G
    return np.vdot(R, R) / 2, S @ K, S.swapaxes(1, 2) @ Q, by_V, (flat.T @ R).reshape(O.shape), -R


@hand
def batch_norm(X: Any, T: Any, gamma: Any, beta: Any, epsilon: Any) -> Any:
    n = len(X)
    H = X - X.mean(0)
    r = 1 / np.sqrt(np.einsum("nd,nd->d", H, H) / n + epsilon)
    H *= r
    R = H * gamma
    R += beta
    R -= T
    by_gamma, by_beta = np.einsum("nd,nd->d", R, H), R.sum(0)
    by_X = R * (gamma * r)
    H *= gamma * r * by_gamma / n
    by_X -= H
    by_X -= gamma * r * by_beta / n
    return np.vdot(R, R) / 2, by_X, -R, by_gamma, by_beta, -(gamma * by_gamma * r * r).sum() / 2


@hand
def rms_norm(X: Any, T: Any, gamma: Any, epsilon: Any) -> Any:
    d = X.shape[1]
    r = 1 / np.sqrt(np.einsum("nd,nd->n", X, X) / d + epsilon)
    H = X * r[:, None]
    R = H * gamma
    R -= T
    by_gamma = np.einsum("nd,nd->d", R, H)
    G = R * gamma
    along = np.einsum("nd,nd->n", G, H)
    H *= (along / d)[:, None]
    G -= H
    G *= r[:, None]
    return np.vdot(R, R) / 2, G, -R, by_gamma, -(along * r * r).sum() / 2


class Rows:
    """A gradient that is zero but for some rows, which may repeat."""

    def __init__(self, at: Any, values: Any, shape: tuple[int, ...]) -> None:
        self.at, self.values, self.shape = at, values, shape

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        out = np.zeros(self.shape)
        np.add.at(out, self.at, self.values)
        return out


def log_sigmoid(x: Any) -> tuple[Any, Any]:
    """- log sigma(x), and sigma(-x)."""
    E = np.exp(-np.abs(x))
    return np.log1p(E) + np.maximum(-x, 0), np.where(x > 0, E, 1) / (1 + E)


@hand
def bpr(P: Any, Q: Any, u: Any, i: Any, j: Any, lambda_: Any) -> Any:
    p, q = P[u], Q[i]
    q -= Q[j]
    loss, s = log_sigmoid(np.einsum("nd,nd->n", p, q))
    square = np.vdot(p, p) / 2
    q *= -s[:, None]
    q += lambda_ * p
    value = loss.sum() + lambda_ * square
    p *= s[:, None]
    rows = np.empty((2 * len(p), p.shape[1]))
    np.negative(p, out=rows[: len(p)])
    rows[len(p) :] = p
    return value, Rows(u, q, P.shape), Rows(np.concatenate((i, j)), rows, Q.shape), square


@hand
def distmult(E: Any, R: Any, s: Any, o: Any, p: Any, z: Any) -> Any:
    a, r, b, c = E[s], R[p], E[o], E[z]
    q = a * r
    loss, x = log_sigmoid(np.einsum("nd,nd->n", q, b))
    far, y = log_sigmoid(-np.einsum("nd,nd->n", q, c))
    b *= -x[:, None]
    c *= y[:, None]
    b += c  # of what q receives
    n = len(s)
    rows = np.empty((3 * n, E.shape[1]))
    np.multiply(b, r, out=rows[:n])
    np.multiply(q, -x[:, None], out=rows[n : 2 * n])
    np.multiply(q, y[:, None], out=rows[2 * n :])
    b *= a
    return loss.sum() + far.sum(), Rows(np.concatenate((s, o, z)), rows, E.shape), Rows(p, b, R.shape)


@hand
def crf(A: Any, B: Any, C: Any, T: Any, a: Any, b: Any, c: Any) -> Any:
    top = T.max()
    E = np.exp(T - top)
    x, y, z = np.exp(A - A.max()), np.exp(B - B.max()), np.exp(C - C.max())
    before, after = x @ E, E @ z
    middle = before * y
    total = middle @ after
    value = -(A[a] + T[a, b] + B[b] + T[b, c] + C[c]) + np.log(total) + A.max() + B.max() + C.max() + 2 * top
    y *= after
    y /= total
    by_A, by_B, by_C = x * (E @ y), before * y, z * (middle / total @ E)
    by_T = np.outer(x, y)
    by_T += np.outer(middle / total, z)
    by_T *= E
    by_A[a] -= 1
    by_B[b] -= 1
    by_C[c] -= 1
    by_T[a, b] -= 1
    by_T[b, c] -= 1
    return value, by_A, by_B, by_C, by_T


@hand
def hmm(pi: Any, A_1: Any, A_2: Any, A_3: Any, B: Any) -> Any:
    f = pi * A_1
    fB = f @ B
    g = A_2 * fB
    gB = g @ B
    s = -1 / (A_3 @ gB)
    h = s * A_3
    Bh = B @ h
    k = A_2 * Bh
    Bk = B @ k
    by_B = np.outer(f, k)
    by_B += np.outer(g, h)
    return np.log(-s), A_1 * Bk, pi * Bk, fB * Bh, s * gB, by_B


@hand
def distillation(Z: Any, T: Any, tau: Any) -> Any:
    def logs(X: Any) -> Any:
        X = X / tau
        X -= X.max(1, keepdims=True)
        p = np.exp(X)
        z = p.sum(1, keepdims=True)
        X -= np.log(z)
        p /= z
        return X, p

    (a, p), (b, q) = logs(T), logs(Z)
    d = a - b
    along = np.einsum("nc,nc->n", p, d)
    q -= p
    by_Z = tau * q
    total = along.sum()
    d -= along[:, None]
    d *= p
    slope = np.vdot(d, T) + tau * np.vdot(q, Z) / tau
    d *= tau
    return tau**2 * total, by_Z, d, 2 * tau * total - slope


@hand
def dpo(a: Any, b: Any, r: Any, s: Any, beta: Any) -> Any:
    d = a - r
    d -= b
    d += s
    loss, g = log_sigmoid(beta * d)
    n = len(a)
    slope = -(g @ d) / n
    g *= beta / n
    return loss.sum() / n, -g, g, g, -g, slope


@hand
def ppo(ell: Any, k: Any, A: Any, epsilon: Any) -> Any:
    r = np.exp(ell - k)
    inside = np.minimum(np.maximum(r, 1 - epsilon), 1 + epsilon)
    first, second = r * A, inside * A
    n = len(A)
    taken = first <= second  # inside the clip both are the same
    low, high = r < 1 - epsilon, r > 1 + epsilon
    by_ell = np.where(taken, first, 0)
    by_ell /= -n
    by_A = np.where(taken, r, inside)
    by_A /= -n
    slope = np.where(taken, 0, A) @ (low.astype(float) - high) / n
    return -np.minimum(first, second).sum() / n, by_ell, -by_ell, by_A, slope


@hand
def focal(z: Any, y: Any, gamma: Any) -> Any:
    """With u = 2 y - 1: the loss is (1 - p)^gamma (-log p), where p = sigma(u z)."""
    u = 2 * y - 1
    x = u * z
    loss, q = log_sigmoid(x)  # q = 1 - p
    log_q = -loss - x
    w = np.exp(gamma * log_q)
    by_gamma = w * loss
    value = by_gamma.sum()
    by_gamma *= log_q
    slope = -w * (gamma * (1 - q) * loss + q)
    return value, u * slope, by_gamma.sum()


@hand
def poisson(X: Any, y: Any, w: Any, b: Any) -> Any:
    eta = X @ w
    eta += b
    mu = np.exp(eta)
    r = mu - y
    return mu.sum() - y @ eta, np.outer(r, w), -eta, r @ X, r.sum()


@hand
def negative_binomial(X: Any, y: Any, w: Any, r: Any) -> Any:
    eta = X @ w
    mu = np.exp(eta)
    total = mu + r
    log = np.log(total)
    more = y + r
    share = more / total
    g = mu * share
    g -= y
    n = len(y)
    value = more @ log - y @ eta - n * r * np.log(r)
    return value, np.outer(g, w), log - eta, g @ X, log.sum() + share.sum() - n * (np.log(r) + 1)


@hand
def poisson_mixture(x: Any, eta: Any, a: Any) -> Any:
    mu = np.exp(eta)
    S = np.outer(x, eta)
    S += a - mu
    top = S.max(1, keepdims=True)
    S -= top
    np.exp(S, out=S)
    z = S.sum(1, keepdims=True)
    S /= z
    n, e = S.sum(0), np.exp(a - a.max())
    value = -(np.log(z).sum() + top.sum()) + len(x) * (np.log(e.sum()) + a.max())
    return value, -(S @ eta), n * mu - x @ S, len(x) * e / e.sum() - n


@hand
def moments(X: Any, m: Any, s: Any) -> Any:
    n = len(X)
    mean = X.mean(0)
    H = X - mean
    sd = np.sqrt(np.einsum("nd,nd->d", H, H) / n)
    d, e = mean - m, sd - s
    value = d @ d + e @ e
    H *= 2 * e / (n * sd)
    H += 2 * d / n
    return value, H, -2 * d, -2 * e


@hand
def triplet(A: Any, P: Any, N: Any, alpha: Any) -> Any:
    p, n = A - P, A - N
    h = np.einsum("bd,bd->b", p, p)
    h -= np.einsum("bd,bd->b", n, n)
    h += alpha
    on = h > 0
    w = 2.0 * on[:, None]
    p *= w
    n *= w
    return h[on].sum(), p - n, -p, n, float(on.sum())


@hand
def huber(X: Any, y: Any, w: Any, delta: Any) -> Any:
    r = X @ w
    r -= y
    g = np.clip(r, -delta, delta)
    far = np.abs(r)
    far -= delta
    np.maximum(far, 0, out=far)
    slope = far.sum()
    return g @ g / 2 + delta * slope, np.outer(g, w), -g, g @ X, slope


@hand
def relu_network(X: Any, A: Any, a: Any, B: Any, b: Any, y: Any) -> Any:
    H = X @ A
    H += a
    np.maximum(H, 0, out=H)
    S = H @ B
    S += b
    n, at = len(y), np.arange(len(y))
    S -= S.max(1, keepdims=True)
    target = S[at, y].sum()
    np.exp(S, out=S)
    z = S.sum(1, keepdims=True)
    S /= z * n
    S[at, y] -= 1 / n
    G = S @ B.T
    G *= H > 0
    return (np.log(z).sum() - target) / n, G @ A.T, X.T @ G, G.sum(0), H.T @ S, S.sum(0)


@hand
def gelu_network(X: Any, A: Any, B: Any, T: Any) -> Any:
    from scipy.special import ndtr

    Z = X @ A
    F = ndtr(Z)
    H = Z * F
    R = H @ B
    R -= T
    G = R @ B.T
    Z *= np.exp(-0.5 * Z * Z) / np.sqrt(2 * np.pi)
    Z += F
    G *= Z
    return np.vdot(R, R) / 2, G @ A.T, X.T @ G, H.T @ R, -R


@hand
def lstm_cell(X: Any, H: Any, C: Any, T: Any, W: Any, A: Any, B: Any, G: Any, R: Any, P: Any, Q: Any, S: Any) -> Any:
    n, k = H.shape
    U, V = np.concatenate((W, A, B, G), 1), np.concatenate((R, P, Q, S), 1)
    Z = X @ U
    Z += H @ V
    gates = Z[:, : 3 * k]
    np.negative(gates, out=gates)
    np.exp(gates, out=gates)
    gates += 1
    np.reciprocal(gates, out=gates)
    i, f, o = Z[:, :k], Z[:, k : 2 * k], Z[:, 2 * k : 3 * k]
    g = np.tanh(Z[:, 3 * k :])
    c = f * C
    c += i * g
    t = np.tanh(c)
    r = o * t
    r -= T
    dc = r * o
    dc *= 1 - t * t
    D = np.empty((n, 4 * k))
    D[:, :k] = dc * g * i * (1 - i)
    D[:, k : 2 * k] = dc * C * f * (1 - f)
    D[:, 2 * k : 3 * k] = r * t * o * (1 - o)
    D[:, 3 * k :] = dc * i * (1 - g * g)
    by_U, by_V = X.T @ D, H.T @ D
    inputs = [np.ascontiguousarray(by_U[:, k * q : k * (q + 1)]) for q in range(4)]
    states = [np.ascontiguousarray(by_V[:, k * q : k * (q + 1)]) for q in range(4)]
    return np.vdot(r, r) / 2, D @ U.T, D @ V.T, dc * f, -r, *inputs, *states


@hand
def gaussian_process(X: Any, y: Any, a: Any, gamma: Any, s: Any) -> Any:
    D = squared_distances(X, X)
    E = np.exp(-gamma * D)
    K = a * E
    K[np.diag_indices(len(y))] += s
    log_det = 2 * np.log(np.diagonal(np.linalg.cholesky(K))).sum()
    G = np.linalg.inv(K)
    v = G @ y
    value = y @ v / 2 + log_det / 2
    G -= np.outer(v, v)
    by_s = np.trace(G) / 2
    G *= E
    by_a = G.sum() / 2
    by_gamma = -a * np.vdot(G, D) / 2
    by_X = -2 * a * gamma * (G.sum(1)[:, None] * X - G @ X)
    return value, by_X, v, by_a, by_gamma, by_s
