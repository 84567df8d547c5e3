"""How long exported Gaussian likelihoods take, beside NumPy written by hand with one Cholesky factor.

    python -m tests.benchmarks.exported_matrices [--size 1000]

Both compute the value and all gradients; they are run in turns, and the ratio of their medians is what counts.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

from tests.benchmarks.exported_work import Row, load, medians, shown

LIKELIHOOD = r"""
Let $x, \mu \in \mathbb{R}^{D}$, and let $\Sigma \in \mathbb{R}^{D \times D}$ be symmetric positive definite.

$$ J = -\frac12 \log\det \Sigma - \frac12 (x - \mu)^\top \Sigma^{-1} (x - \mu) $$
"""
PROCESS = r"""
Let $Q \in \mathbb{R}^{N \times N}$, $Q = Q^\top$, $y \in \mathbb{R}^{N}$ and $l, a, s > 0$.

$$ K_{nm} = a \exp(-l Q_{nm}) + s \delta_{nm} $$

$$ J = \frac12 y^\top K^{-1} y + \frac12 \log\det K $$
"""


def solved(L: Any, b: Any) -> Any:
    return np.linalg.solve(L.T, np.linalg.solve(L, b))


def likelihood_by_hand(x: Any, mu: Any, Sigma: Any) -> Any:
    L = np.linalg.cholesky(Sigma)
    t = x - mu
    v = solved(L, t)
    half = np.linalg.solve(L, np.eye(t.size))
    return -np.log(np.diag(L)).sum() - t @ v / 2, -v, v, 0.5 * (np.outer(v, v) - half.T @ half)


def process_by_hand(Q: Any, y: Any, l: float, a: float, s: float) -> Any:  # noqa: E741  # the name in the document
    e = np.exp(-l * Q)
    K = a * e
    K[np.diag_indices(y.size)] += s
    L = np.linalg.cholesky(K)
    v = solved(L, y)
    half = np.linalg.solve(L, np.eye(y.size))
    d = 0.5 * (half.T @ half - np.outer(v, v))
    d_e = d * e
    d_l = -a * np.vdot(d_e, Q)
    return y @ v / 2 + np.log(np.diag(L)).sum(), (-a * l) * d_e, v, d_l, d_e.sum(), np.trace(d)


def rows(n: int) -> tuple[Row, Row]:
    rng = np.random.default_rng(0)
    a = rng.normal(size=(n, n))
    x, mu = rng.normal(size=(2, n))
    gaussian = {"x": x, "mu": mu, "Sigma": a @ a.T / n + np.eye(n)}
    points = rng.normal(size=(n, 2))
    q = ((points[:, None] - points) ** 2).sum(2)
    process = {"Q": q, "y": x, "l": 0.5, "a": 1.2, "s": 0.1}
    one, other = load(LIKELIHOOD), load(PROCESS)
    return (
        Row("Gaussian log-likelihood", n, lambda: one.J_value_and_grad(**gaussian),
            lambda: likelihood_by_hand(**gaussian), 9, 1.1),
        Row("Gaussian process", n, lambda: other.J_value_and_grad(**process),
            lambda: process_by_hand(**process), 9, 1.1),
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, nargs="+", default=[1000])
    print("| work | n | exported | by hand | ratio | target |\n|---|--:|--:|--:|--:|--:|")
    for n in parser.parse_args().size:
        for row in rows(n):
            (value, grads), by_hand = row.exported(), row.other()
            assert np.isclose(value, by_hand[0], rtol=1e-10)
            for got, want in zip(grads.values(), by_hand[1:], strict=True):
                np.testing.assert_allclose(got, want, rtol=1e-7, atol=1e-8)
            exported, other = medians(row)
            print(
                f"| {row.name} | {n:,} | {shown(exported)} | {shown(other)} | {exported / other:.2f} | ≤ {row.target} |"
            )


if __name__ == "__main__":
    main()
