"""The forty published costs as plain formulas: what a reader of the paper would type, with NumPy or with JAX.

Each function takes the library and the arguments under the names that the generated module has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

FORMULAS: dict[str, Callable[..., Any]] = {}
"""The cost of each document of ``published/``, by the document's name."""


def cost(function: Callable[..., Any]) -> Callable[..., Any]:
    FORMULAS[function.__name__] = function
    return function


def softmax(xp: Any, x: Any, axis: int = -1) -> Any:
    e = xp.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def logsumexp(xp: Any, x: Any, axis: Any = -1) -> Any:
    m = x.max(axis, keepdims=True)
    return xp.squeeze(m + xp.log(xp.exp(x - m).sum(axis, keepdims=True)), axis)


def sigmoid(xp: Any, x: Any) -> Any:
    return 1 / (1 + xp.exp(-x))


def half(x: Any) -> Any:
    return (x * x).sum() / 2


def distances(x: Any, y: Any) -> Any:
    return ((x[:, None] - y[None]) ** 2).sum(-1)


@cost
def attention(xp: Any, Q: Any, K: Any, V: Any, T: Any) -> Any:
    return half(softmax(xp, Q @ K.T / Q.shape[1] ** 0.5) @ V - T)


@cost
def causal_attention(xp: Any, Q: Any, K: Any, V: Any, T: Any) -> Any:
    s = Q @ K.T / Q.shape[1] ** 0.5
    n = xp.arange(len(s))
    return half(softmax(xp, xp.where(n[None] <= n[:, None], s, -xp.inf)) @ V - T)


@cost
def multi_head_attention(xp: Any, Q: Any, K: Any, V: Any, O: Any, T: Any) -> Any:  # noqa: E741  # as in the paper
    p = softmax(xp, Q @ K.swapaxes(1, 2) / Q.shape[2] ** 0.5)
    return half(((p @ V) @ O).sum(0) - T)


@cost
def clip(xp: Any, A: Any, B: Any, tau: Any) -> Any:
    s = A @ B.T / tau
    return -(2 * xp.diagonal(s) - logsumexp(xp, s, 1) - logsumexp(xp, s, 0)).sum() / (2 * len(A))


@cost
def dpo(xp: Any, a: Any, b: Any, r: Any, s: Any, beta: Any) -> Any:
    return xp.log1p(xp.exp(-beta * (a - r) + beta * (b - s))).mean()


@cost
def ppo(xp: Any, ell: Any, k: Any, A: Any, epsilon: Any) -> Any:
    r = xp.exp(ell - k)
    return -xp.minimum(r * A, xp.minimum(xp.maximum(r, 1 - epsilon), 1 + epsilon) * A).mean()


@cost
def layer_norm(xp: Any, X: Any, T: Any, gamma: Any, beta: Any, epsilon: Any) -> Any:
    c = X - X.mean(1, keepdims=True)
    return half(gamma * c / xp.sqrt((c * c).mean(1, keepdims=True) + epsilon) + beta - T)


@cost
def rms_norm(xp: Any, X: Any, T: Any, gamma: Any, epsilon: Any) -> Any:
    return half(gamma * X / xp.sqrt((X * X).mean(1, keepdims=True) + epsilon) - T)


@cost
def batch_norm(xp: Any, X: Any, T: Any, gamma: Any, beta: Any, epsilon: Any) -> Any:
    c = X - X.mean(0)
    return half(gamma * c / xp.sqrt((c * c).mean(0) + epsilon) + beta - T)


@cost
def gaussian_mixture(xp: Any, X: Any, M: Any, L: Any, a: Any) -> Any:
    s = a - (((X[:, None] - M) ** 2) * xp.exp(-2 * L) + 2 * L).sum(-1) / 2
    return -logsumexp(xp, s).sum() + len(X) * logsumexp(xp, a)


@cost
def poisson_mixture(xp: Any, x: Any, eta: Any, a: Any) -> Any:
    return -logsumexp(xp, a + x[:, None] * eta - xp.exp(eta)).sum() + len(x) * logsumexp(xp, a)


@cost
def crf(xp: Any, A: Any, B: Any, C: Any, T: Any, a: Any, b: Any, c: Any) -> Any:
    every = A[:, None, None] + T[:, :, None] + B[None, :, None] + T[None] + C[None, None]
    return -(A[a] + T[a, b] + B[b] + T[b, c] + C[c]) + logsumexp(xp, every, (0, 1, 2))


@cost
def hmm(xp: Any, pi: Any, A_1: Any, A_2: Any, A_3: Any, B: Any) -> Any:
    return -xp.log((A_3 * ((A_2 * ((pi * A_1) @ B)) @ B)).sum())


@cost
def t_sne(xp: Any, Y: Any, P: Any) -> Any:
    q = 1 / (1 + distances(Y, Y))
    return -(P * xp.log(q)).sum() + xp.log((q * (1 - xp.eye(len(Y), dtype=Y.dtype))).sum())


@cost
def cox(xp: Any, X: Any, e: Any, beta: Any) -> Any:
    eta = X @ beta
    risk = xp.cumsum(xp.exp(eta)[::-1])[::-1]
    return -(e * (eta - xp.log(risk))).sum()


@cost
def rbf_kernel(xp: Any, X: Any, a: Any, y: Any, gamma: Any, lambda_: Any) -> Any:
    k = xp.exp(-gamma * distances(X, X))
    return half(k @ a - y) + lambda_ / 2 * (a @ k @ a)


@cost
def mmd(xp: Any, X: Any, Y: Any, gamma: Any) -> Any:
    return sum(c * xp.exp(-gamma * distances(a, b)).mean() for c, a, b in ((1, X, X), (-2, X, Y), (1, Y, Y)))


@cost
def pairwise_squares(xp: Any, x: Any) -> Any:
    return ((x[:, None] - x) ** 2).sum() / 2


@cost
def ranknet(xp: Any, s: Any) -> Any:
    return xp.triu(xp.log1p(xp.exp(s - s[:, None])), 1).sum()


@cost
def moments(xp: Any, X: Any, m: Any, s: Any) -> Any:
    return ((X.mean(0) - m) ** 2).sum() + ((X.std(0) - s) ** 2).sum()


@cost
def triplet(xp: Any, A: Any, P: Any, N: Any, alpha: Any) -> Any:
    return xp.maximum(0, ((A - P) ** 2).sum(1) - ((A - N) ** 2).sum(1) + alpha).sum()


@cost
def focal(xp: Any, z: Any, y: Any, gamma: Any) -> Any:
    p = sigmoid(xp, z)
    return -(y * (1 - p) ** gamma * xp.log(p) + (1 - y) * p**gamma * xp.log(1 - p)).sum()


@cost
def poisson(xp: Any, X: Any, y: Any, w: Any, b: Any) -> Any:
    eta = X @ w + b
    return (xp.exp(eta) - y * eta).sum()


@cost
def negative_binomial(xp: Any, X: Any, y: Any, w: Any, r: Any) -> Any:
    eta = X @ w
    return ((y + r) * xp.log(r + xp.exp(eta)) - y * eta - r * xp.log(r)).sum()


@cost
def vae(xp: Any, X: Any, M: Any, L: Any, E: Any, W: Any, b: Any) -> Any:
    s = xp.exp(L)
    return half((M + s * E) @ W + b - X) + (M * M + s * s - 2 * L - 1).sum() / 2


@cost
def glove(xp: Any, U: Any, V: Any, a: Any, b: Any, X: Any, f: Any) -> Any:
    return (f * (U @ V.T + a[:, None] + b - xp.log(X)) ** 2).sum() / 2


@cost
def bpr(xp: Any, P: Any, Q: Any, u: Any, i: Any, j: Any, lambda_: Any) -> Any:
    p = P[u]
    return xp.log1p(xp.exp(-(p * (Q[i] - Q[j])).sum(1))).sum() + lambda_ / 2 * (p * p).sum()


@cost
def matrix_factorisation(xp: Any, R: Any, M: Any, P: Any, Q: Any, lambda_: Any) -> Any:
    return half(M * (P @ Q.T - R)) + lambda_ * (half(P) + half(Q))


@cost
def lstm_cell(
    xp: Any, X: Any, H: Any, C: Any, T: Any, W: Any, A: Any, B: Any, G: Any, R: Any, P: Any, Q: Any, S: Any
) -> Any:
    i, f, o = (sigmoid(xp, X @ x + H @ h) for x, h in ((W, R), (A, P), (B, Q)))
    c = f * C + i * xp.tanh(X @ G + H @ S)
    return half(o * xp.tanh(c) - T)


@cost
def gelu_network(xp: Any, X: Any, A: Any, B: Any, T: Any) -> Any:
    z = X @ A
    return half((z * (1 + erf(xp, z / 2**0.5)) / 2) @ B - T)


def erf(xp: Any, x: Any) -> Any:
    if xp.__name__ == "numpy":
        from math import erf as one

        return xp.vectorize(one)(x).astype(x.dtype)
    from jax.scipy.special import erf as whole

    return whole(x)


@cost
def swiglu(xp: Any, X: Any, T: Any, A: Any, B: Any, C: Any) -> Any:
    z = X @ A
    return half((z * sigmoid(xp, z) * (X @ B)) @ C - T)


@cost
def relu_network(xp: Any, X: Any, A: Any, a: Any, B: Any, b: Any, y: Any) -> Any:
    s = xp.maximum(0, X @ A + a) @ B + b
    return -(s[xp.arange(len(y)), y] - logsumexp(xp, s)).mean()


@cost
def lora(xp: Any, X: Any, W: Any, B: Any, A: Any, T: Any) -> Any:
    return half(X @ W.T + (X @ A.T) @ B.T - T)


@cost
def factorisation_machine(xp: Any, X: Any, y: Any, w: Any, V: Any) -> Any:
    pairs = ((X @ V) ** 2 - (X * X) @ (V * V)).sum(1) / 2
    return half(X @ w + pairs - y)


@cost
def distmult(xp: Any, E: Any, R: Any, s: Any, o: Any, p: Any, z: Any) -> Any:
    q = E[s] * R[p]
    return (xp.log1p(xp.exp(-(q * E[o]).sum(1))) + xp.log1p(xp.exp((q * E[z]).sum(1)))).sum()


@cost
def graph_convolution(xp: Any, A: Any, X: Any, W: Any, V: Any, T: Any) -> Any:
    return half(A @ (xp.tanh(A @ (X @ W)) @ V) - T)


@cost
def softmax_regression(xp: Any, X: Any, W: Any, Y: Any, lambda_: Any) -> Any:
    s = X @ W
    return -(Y * (s - logsumexp(xp, s)[:, None])).sum() + lambda_ * half(W)


@cost
def distillation(xp: Any, Z: Any, T: Any, tau: Any) -> Any:
    t, z = T / tau, Z / tau
    log_p, log_q = t - logsumexp(xp, t)[:, None], z - logsumexp(xp, z)[:, None]
    return tau**2 * (xp.exp(log_p) * (log_p - log_q)).sum()


@cost
def huber(xp: Any, X: Any, y: Any, w: Any, delta: Any) -> Any:
    r = X @ w - y
    return xp.where(abs(r) <= delta, r * r / 2, delta * abs(r) - delta**2 / 2).sum()


@cost
def gaussian_process(xp: Any, X: Any, y: Any, a: Any, gamma: Any, s: Any) -> Any:
    k = a * xp.exp(-gamma * distances(X, X)) + s * xp.eye(len(y), dtype=X.dtype)
    return y @ xp.linalg.solve(k, y) / 2 + xp.linalg.slogdet(k)[1] / 2
