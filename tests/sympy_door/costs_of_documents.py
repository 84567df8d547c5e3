"""The costs of documents, built in SymPy in a line or two each, with sums from 1 as the documents have them.

A row is a document, the name of a cost in it, and a function of its arrays, positions and sizes by their Python names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy import exp, log, sqrt, tanh

a, f, g, i, j, k, l, m, n, r = sp.symbols("a f g i j k l m n r", integer=True)  # noqa: E741  # letters of indices
half = sp.Rational(1, 2)


def S(body: Any, *limits: Any) -> Any:
    """``S(x[i, j], (i, N), (j, D))``: sums from 1."""
    return sp.Sum(body, *((index, 1, length) for index, length in limits))


def sigma(z: Any) -> Any:
    return 1 / (1 + exp(-z))


def share(score: Callable[[Any], Any], at: Any, length: Any) -> Any:
    """The softmax of scores, at one position."""
    return exp(score(at)) / S(exp(score(r)), (r, length))


def skipgram(U: Any, V: Any, o: Any, c: Any, W: Any, D: Any) -> Any:
    return -log(share(lambda w: S(U[w, j] * V[j, c], (j, D)), o, W))


def negatives(U: Any, V: Any, o: Any, c: Any, n: Any, K: Any, D: Any, tail: tuple[Any, ...] = ()) -> Any:
    def score(w: Any) -> Any:
        return S(U[w, j] * V[j, c], (j, D))

    return -log(sigma(score(o))) - S(log(sigma(-score(n[(*tail, l)]))), (l, K))


def cbow(V: Any, x: Any, C: Any) -> Callable[[Any], Any]:
    return lambda j: S(V[j, x[k]], (k, C))


def gauss(tau: Any, omega: Any, mu: Any, m: Any, D: Any) -> Any:
    return S(log(tau[j] / omega[j]) + (omega[j] ** 2 + (mu[j] - m[j]) ** 2) / (2 * tau[j] ** 2) - half, (j, D))


def unit(mu: Any, s: Any, D: Any) -> Any:
    return half * S(mu[j] ** 2 + exp(s[j]) - s[j] - 1, (j, D))


def cross(y: Any, z: Any) -> Any:
    return y * log(sigma(z)) + (1 - y) * log(1 - sigma(z))


def squares(P: Any, *limits: Any) -> Any:
    return S(P**2, *limits)


def normed(x: Callable[[Any], Any], length: Any, epsilon: Any, k: Any) -> Any:
    """``(x - mean) / sqrt(variance + epsilon)``"""
    mean = S(x(i), (i, length)) / length
    variance = S((x(g) - mean) ** 2, (g, length)) / length
    return (x(k) - mean) / sqrt(variance + epsilon)


def scored_pair(U: Any, U_tilde: Any, b: Any, b_tilde: Any, X: Any, F: Any, p: Any, q: Any, D: Any) -> Any:
    return F[p, q] * (S(U[p, k] * U_tilde[q, k], (k, D)) + b[p] + b_tilde[q] - log(X[p, q])) ** 2


ROWS: list[tuple[str, str, Callable[..., Any]]] = [
    # the first subject: skip-gram and CBOW, with the softmax and with negative samples
    ("skipgram_softmax_v", "J", skipgram),
    ("skipgram_softmax_u", "J", lambda U, V, o, c, W, D: skipgram(U, V, o, c, W, D)),
    ("negative_sampling_array", "J", lambda U, V, o, c, n, K, D: negatives(U, V, o, c, n, K, D)),
    ("common_mistakes", "E", skipgram),
    ("common_mistakes", "F", lambda U, V, o, c, n, K, D: negatives(U, V, o, c, n, K, D)),
    ("common_mistakes", "G", lambda U, V, q, c, n, K, C, D: S(negatives(U, V, q[k], c, n, K, D), (k, C))),
    ("skipgram_window_negative_sampling", "J", lambda U, V, o, c, n, K, C, D:
        S(negatives(U, V, o[k], c, n, K, D, (k,)), (k, C))),
    ("skipgram_window_negative_sampling", "\\tilde J", lambda U, V, o, c, s, K, C, D:
        S(negatives(U, V, o[k], c, s, K, D), (k, C))),
    ("skipgram_window_softmax", "J", lambda U, V, w, c, m, W, D: -sp.Sum(
        (1 - sp.KroneckerDelta(k, 0)) * log(share(lambda x: S(U[x, j] * V[j, w[c]], (j, D)), w[c + k], W)),
        (k, -m, m))),
    ("cbow_softmax", "J", lambda U, V, x, o, C, W, D:
        -log(share(lambda w: S(U[w, j] * cbow(V, x, C)(j), (j, D)), o, W))),
    ("cbow_softmax", "\\bar J", lambda U, V, x, o, C, W, D:
        -log(share(lambda w: S(U[w, j] * cbow(V, x, C)(j) / C, (j, D)), o, W))),
    ("cbow_negative_sampling", "J", lambda U, V, x, o, n, C, K, D:
        -log(sigma(S(U[o, j] * cbow(V, x, C)(j), (j, D))))
        - S(log(sigma(-S(U[n[l], j] * cbow(V, x, C)(j), (j, D)))), (l, K))),
    ("common_mistakes", "B", lambda U, V, q, c, C, W, D:
        -log(share(lambda w: S(U[w, j] * cbow(V, q, C)(j), (j, D)), c, W))),
    ("noise_contrastive_estimation", "J", lambda U, h, b, q, o, n, K, D: (
        lambda s: -log(sigma(s(o))) - S(log(1 - sigma(s(n[l]))), (l, K)))(
        lambda w: S(U[w, j] * h[j], (j, D)) + b[w] - log(K * q[w]))),
    ("hierarchical_softmax", "J", lambda A, V, d, n, c, L, D:
        -S(log(sigma(d[l] * S(A[n[l], k] * V[k, c], (k, D)))), (l, L))),
    ("glove", "J", lambda F, U, U_tilde, b, b_tilde, X, W, D:
        S(scored_pair(U, U_tilde, b, b_tilde, X, F, i, j, D), (i, W), (j, W))),
    ("glove", "\\ell", lambda F, U, U_tilde, b, b_tilde, X, p, q, D:
        scored_pair(U, U_tilde, b, b_tilde, X, F, p, q, D)),
    # others of derivations/
    ("common_mistakes", "H", lambda omega, s, N: -S(omega[a] * log(share(lambda r: s[r], a, N)), (a, N))),
    ("softmax_cross_entropy", "H", lambda p, s, N: -S(p[a] * log(share(lambda r: s[r], a, N)), (a, N))),
    ("softmax_cross_entropy", "J", lambda s, t, N:
        -S(sp.KroneckerDelta(a, t) * log(share(lambda r: s[r], a, N)), (a, N))),
    ("bayesian_personalised_ranking", "J", lambda P, Q, b, lambda_, u, i, j, D:
        -log(sigma(S(P[u, k] * Q[i, k], (k, D)) + b[i] - S(P[u, k] * Q[j, k], (k, D)) - b[j]))
        + lambda_ / 2 * S(P[u, k] ** 2 + Q[i, k] ** 2 + Q[j, k] ** 2, (k, D))),
    ("focal_loss", "J", lambda y, x, gamma, N:
        -S((1 - sigma(y[n] * x[n])) ** gamma * log(sigma(y[n] * x[n])), (n, N))),
    ("focal_loss", "F", lambda s, t, gamma, C: (lambda p: -((1 - p) ** gamma) * log(p))(share(lambda r: s[r], t, C))),
    ("gaussian_kl", "K", gauss),
    ("gaussian_kl", "\\tilde K", unit),
    ("gaussian_kl", "J", lambda A, mu, s, epsilon, x, M, D: half * S(
        (S(A[k, j] * (mu[j] + exp(s[j] / 2) * epsilon[j]), (j, D)) - x[k]) ** 2, (k, M)) + unit(mu, s, D)),
    ("info_nce", "\\ell", lambda q, Z, tau, t, N, D: -log(share(lambda r: S(q[k] * Z[r, k], (k, D)) / tau, t, N))),
    ("info_nce", "J", lambda A, C, tau, B, D:
        -S(log(share(lambda r: S(A[n, j] * C[r, j], (j, D)) / tau, n, B)), (n, B)) / B),
    ("label_smoothing", "J", lambda epsilon, s, t, C: -S(
        ((1 - epsilon) * sp.KroneckerDelta(k, t) + epsilon / C) * log(share(lambda r: s[r], k, C)), (k, C))),
    ("layer_norm", "J", lambda gamma, x, epsilon, beta, t, D:
        half * S((gamma[k] * normed(lambda i: x[i], D, epsilon, k) + beta[k] - t[k]) ** 2, (k, D))),
    ("batch_norm", "J", lambda gamma, X, epsilon, beta, T, N, D: S(
        (gamma[j] * normed(lambda i: X[i, j], N, epsilon, k) + beta[j] - T[k, j]) ** 2, (j, D), (k, N)) / (2 * N)),
    ("rms_norm", "J", lambda gamma, X, epsilon, T, N, D: S(
        (gamma[j] * X[k, j] / sqrt(S(X[k, i] ** 2, (i, D)) / D + epsilon) - T[k, j]) ** 2, (j, D), (k, N)) / (2 * N)),
    ("logistic_regression", "J", lambda y, X, w, b, N, D: -S(cross(y[n], S(X[n, j] * w[j], (j, D)) + b), (n, N))),
    ("matrix_factorisation", "J", lambda K, R, P, Q, lambda_, M, N, D:
        half * S(K[n, i] * (R[n, i] - S(P[n, j] * Q[i, j], (j, D))) ** 2, (i, N), (n, M))
        + lambda_ / 2 * (squares(P[n, j], (j, D), (n, M)) + squares(Q[n, j], (j, D), (n, N)))),
    ("matrix_factorisation", "F", lambda R, P, Q, M, N, D:
        half * S((R[n, i] - S(P[n, j] * Q[i, j], (j, D))) ** 2, (i, N), (n, M))),
    ("ridge_regression", "J", lambda X, w, t, lambda_, N, D:
        half * S((S(X[n, j] * w[j], (j, D)) - t[n]) ** 2, (n, N)) + lambda_ / 2 * squares(w[j], (j, D))),
    ("temperature_distillation", "J", lambda alpha, s, v, tau, t, C:
        -(1 - alpha) * log(share(lambda r: s[r], t, C)) - alpha * tau**2
        * S(share(lambda r: v[r] / tau, k, C) * log(share(lambda r: s[r] / tau, k, C)), (k, C))),
    ("temperature_distillation", "H", lambda s, v, tau, C:
        -S(share(lambda r: v[r] / tau, k, C) * log(share(lambda r: s[r] / tau, k, C)), (k, C))),
    ("two_layer_relu", "J", lambda X, A, a, B, b, T, N, D, K, M: S((S(
        sp.Max(0, S(X[n, i] * A[i, j], (i, D)) + a[j]) * B[j, m], (j, K)) + b[m] - T[n, m]) ** 2,
        (m, M), (n, N)) / (2 * N)),
    ("two_layer_sigmoid", "J", lambda X, A, a, B, b, T, N, D, K, M: -S(cross(T[n, m], S(
        sigma(S(X[n, i] * A[i, j], (i, D)) + a[j]) * B[j, m], (j, K)) + b[m]), (m, M), (n, N)) / N),
    ("two_layer_sigmoid", "F", lambda X, A, a, B, b, T, N, D, K, M: S((sigma(S(
        sigma(S(X[n, i] * A[i, j], (i, D)) + a[j]) * B[j, m], (j, K)) + b[m]) - T[n, m]) ** 2,
        (m, M), (n, N)) / (2 * N)),
    ("two_layer_tanh", "J", lambda A, a, B, b, x, t, C, H, D:
        -log(share(lambda r: S(B[r, j] * tanh(S(A[j, k] * x[k], (k, D)) + a[j]), (j, H)) + b[r], t, C))),
    ("attention_one_query", "J", lambda V, b, K, q, t, N, D, M: half * S((S(
        V[j, k] * b[j] * exp(S(K[j, l] * q[l], (l, D)) / sqrt(D)), (j, N))
        / S(b[m] * exp(S(K[m, l] * q[l], (l, D)) / sqrt(D)), (m, N)) - t[k]) ** 2, (k, M))),
    # of the corpus
    ("corpus/bilinear", "s", lambda x, W, y, m, n: S(x[k] * W[k, j] * y[j], (j, n), (k, m))),
    ("corpus/bpr", "J", lambda P, Q, lambda_, u, i, j, D:
        -log(sigma(S(P[u, k] * Q[i, k], (k, D)) - S(P[u, k] * Q[j, k], (k, D))))
        + lambda_ / 2 * S(P[u, k] ** 2 + Q[i, k] ** 2 + Q[j, k] ** 2, (k, D))),
    ("corpus/cbow_mean", "E", lambda A, B, w, o, V, C, D:
        -log(share(lambda r: S(B[r, j] * S(A[w[k], j], (k, C)) / C, (j, D)), o, V))),
    ("corpus/chain_rule_sums", "J", lambda x, N:
        (S(x[i], (i, N)) / N) ** 2 + (S(x[i], (i, N)) * S(x[i] ** 2, (i, N)) / N) ** 3),
    ("corpus/conditions", "\\ell", lambda z, t, C: -log(share(lambda r: z[r], t, C))),
    ("corpus/crf_pair", "\\ell", lambda u, v, T, s, t, K, M:
        u[s] + v[t] + T[s, t] - log(S(exp(u[i] + v[j] + T[i, j]), (i, K), (j, M)))),
    ("corpus/gaussian_likelihood", "g", lambda sigma, x, mu, N:
        -N * log(sigma) - S((x[n] - mu) ** 2, (n, N)) / (2 * sigma**2)),
    ("corpus/gaussian_mixture", "\\ell", lambda a, v, X, M, N, K, D: S(log(S(
        share(lambda r: a[r], k, K) * exp(-S((X[n, j] - M[k, j]) ** 2, (j, D)) / (2 * v)), (k, K))), (n, N))),
    ("corpus/hierarchical_softmax_signs", "J", lambda d, V, h, n, L, D:
        -S(log(sigma(d[j] * S(V[n[j], k] * h[k], (k, D)))), (j, L))),
    ("corpus/hopfield", "E", lambda W, s, b, n:
        -half * S(W[i, j] * s[i] * s[j], (i, n), (j, n)) + S(b[i] * s[i], (i, n))),
    ("corpus/hopfield", "M", lambda beta, xi, s, P, n:
        -log(S(exp(beta * S(xi[m, i] * s[i], (i, n))), (m, P))) / beta + half * S(s[i] ** 2, (i, n))),
    ("corpus/implied_sums", "F", lambda U, V, c, W, D: log(S(exp(S(U[k, j] * V[j, c], (j, D))), (k, W)))),
    ("corpus/item_response", "\\ell", lambda y, a, theta, b, N, M:
        S(cross(y[i, j], a[j] * (theta[i] - b[j])), (i, N), (j, M))),
    ("corpus/linear_autoencoder", "J", lambda X, A, B, N, D, K: half * S(
        (X[k, j] - S(B[l, j] * S(X[k, m] * A[m, l], (m, D)), (l, K))) ** 2, (j, D), (k, N))),
    ("corpus/linear_regression_course", "J", lambda theta, x, y, m, n:
        S((S(theta[k] * x[i, k], (k, n)) - y[i]) ** 2, (i, m)) / (2 * m)),
    ("corpus/metric_learning", "d", lambda x, y, M, n:
        S((x[j] - y[j]) * M[k, j] * (x[k] - y[k]), (j, n), (k, n))),
    ("corpus/multinomial_lagrange", "\\Lambda", lambda n, theta, lambda_, K:
        S(n[k] * log(theta[k]), (k, K)) + lambda_ * (1 - S(theta[k], (k, K)))),
    ("corpus/poisson_regression", "\\ell", lambda y, X, beta, N, P:
        S(y[n] * X[n, j] * beta[j], (n, N), (j, P)) - S(exp(S(X[n, j] * beta[j], (j, P))), (n, N))),
    ("corpus/rayleigh_pca", "R", lambda w, A, n:
        S(w[j] * w[k] * (A[k, j] + A[j, k]) / 2, (j, n), (k, n)) / S(w[k] ** 2, (k, n))),
    ("corpus/rayleigh_pca", "v", lambda X, w, N, n: S(S(X[k, j] * w[j], (j, n)) ** 2, (k, N)) / N),
]  # fmt: skip
