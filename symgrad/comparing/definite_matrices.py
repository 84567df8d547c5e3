"""Symmetric matrices whose inverse or determinant a cost has: covariances, precisions, kernels.

Code may use the Cholesky factor of such a matrix, and the logarithm of its determinant must be defined near a point as
well as at it. So these matrices are drawn positive definite, with eigenvalues not far from 1 whatever the magnitude of
the other arrays, as positive numbers are.
"""

from __future__ import annotations

import numpy as np

from symgrad.checking import assumption_holds
from symgrad.checking.construct import mirrored
from symgrad.core import nodes as n
from symgrad.core.claims import Assumption
from symgrad.evaluating.environment import Environment
from symgrad.evaluating.evaluator import Evaluator

LEAST = 0.5
"""The least eigenvalue that is drawn."""
Matrices = dict[n.Tensor, tuple[int, int]]
"""Arrays that hold symmetric matrices, each with the axes of their rows and columns."""


def definite_matrices(cost: n.Expr, assumptions: tuple[Assumption, ...]) -> Matrices:
    """The arrays that are assumed to be symmetric and occur in a matrix of which the cost has a function."""
    functions = [f for f in n.all_nodes(cost) if isinstance(f, n.MatrixFunction)]
    used = {t for f in functions for t in n.reach(f).tensors}
    found: Matrices = {}
    for a in assumptions:
        if a.kind != "equation" or a.unless:
            continue
        left, right = assumption_holds.sides_of(a)
        mirror = mirrored(left, right)
        if mirror is None or mirror[0] not in used or mirror[2] < 0:
            continue
        tensor, order, _ = mirror
        moved = [k for k, place in enumerate(order) if k != place]
        if len(moved) == 2:
            found[tensor] = (moved[0], moved[1])
    return found


def make_definite(env: Environment, matrices: Matrices, assumptions: tuple[Assumption, ...]) -> None:
    """Replace each symmetric ``S`` of an environment by ``S S^T / n + I / 2``, in the samples that then still meet the
    assumptions."""
    before = {t: env.tensor(t) for t in matrices}
    for t, (row, column) in matrices.items():
        s = np.moveaxis(before[t], (row + 1, column + 1), (-2, -1))
        size = max(1, s.shape[-1])
        square = s @ np.swapaxes(s, -1, -2) / size
        square = (square + np.swapaxes(square, -1, -2)) / 2 + LEAST * np.eye(s.shape[-1])
        env.tensors[t] = np.ascontiguousarray(np.moveaxis(square, (-2, -1), (row + 1, column + 1)))
    met = assumption_holds.met(Evaluator(env), assumptions)
    for t, old in before.items():
        kept = met.reshape(-1, *(1,) * (old.ndim - 1))
        env.tensors[t] = np.where(kept, env.tensors[t], old)
