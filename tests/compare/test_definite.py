"""Symmetric matrices under inverses and determinants are drawn positive definite, others as they come."""

from __future__ import annotations

from typing import Any

import numpy as np

from symgrad.comparing.comparer import compare
from symgrad.comparing.points import Fixed, draw_points
from symgrad.comparing.problem import Problem, problem_of
from symgrad.reading.document_reader import read_document
from symgrad.text.source import Source
from tests.cases import each

GAUSSIAN = r"""$x \in \mathbb{R}^{D}$, $S \in \mathbb{R}^{D \times D}$, $S = S^\top$.

$$ J = \frac{1}{2} x^\top S^{-1} x + \frac{1}{2} \log \det S $$
"""
SUM = r"""$x \in \mathbb{R}^{D}$, $S \in \mathbb{R}^{D \times D}$, $S = S^\top$, $t > 0$.

$$ C = S + t I $$

$$ J = x^\top C^{-1} x + \log \det C $$
"""
QUADRATIC = r"""$x \in \mathbb{R}^{D}$, $S \in \mathbb{R}^{D \times D}$, $S = S^\top$.

$$ J = x^\top S x $$
"""
NEVER_DEFINITE = r"""$S \in \mathbb{R}^{2 \times 2}$, $S = S^\top$.

$$ J = \log(-\det S) $$
"""


def problem(text: str) -> Problem:
    return problem_of(read_document(Source("d.md", text)))


def least_eigenvalues(text: str) -> list[float]:
    return [
        float(np.linalg.eigvalsh(v[b]).min())
        for g in draw_points(problem(text), [], 0, Fixed())
        for t, v in g.env.tensors.items()
        if t.name == "S"
        for b in g.samples
    ]


@each("text", (GAUSSIAN, SUM))
def test_symmetric_matrices_of_an_inverse_or_a_determinant_are_definite(text: str) -> None:
    found = least_eigenvalues(text)
    assert found
    assert min(found) > 0.4


@each("text", (QUADRATIC, NEVER_DEFINITE))
def test_other_matrices_are_drawn_as_they_come(text: str) -> None:
    assert min(least_eigenvalues(text)) < 0


def gaussian(x: Any, S: Any, slip: float = 1.0) -> Any:
    factor = np.linalg.cholesky(S)
    a = np.linalg.solve(S, x)
    value = x @ a / 2 + np.log(np.diag(factor)).sum()
    return value, {"x": a, "S": slip * np.linalg.inv(S) / 2 - np.outer(a, a) / 2}


def test_code_with_a_cholesky_factor_is_right() -> None:
    assert compare(gaussian, problem(GAUSSIAN)).right


def test_a_wrong_factor_is_found() -> None:
    found = compare(lambda x, S: gaussian(x, S, 2.0), problem(GAUSSIAN))
    assert [f.verdict for f in found.findings if f.name == "S"] == ["differs"]
