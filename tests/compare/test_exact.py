"""Exact gradients, the points, and the steps of a document that a code computes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symgrad.comparing.comparer import compare
from symgrad.comparing.exact import GradientTerm, exact, gradient
from symgrad.comparing.points import Fixed, draw_points
from symgrad.comparing.problem import Problem, problem_of
from symgrad.core import nodes as n
from symgrad.evaluating.arithmetic import expand
from symgrad.evaluating.evaluator import Evaluator
from symgrad.reading.document_reader import read_document
from symgrad.text.source import Source
from tests.cases import each
from tests.reading import read

ROOT = Path(__file__).parents[2]
DERIVATIONS = sorted(p for p in (ROOT / "derivations").glob("*.md") if p.stem != "common_mistakes")
COSTS = {"gaussian_log_likelihood": "ell", "principal_components": "E", "weighted_least_squares": "L"}
"""The cost that is taken of a derivation with more than one."""


def problem(path: Path) -> Problem:
    return problem_of(read(path), COSTS.get(path.stem))


@each("path", DERIVATIONS, shares=3)
def test_gradients_are_those_of_the_evaluator(path: Path) -> None:
    """The rules of differentiation against dual numbers, at all points."""
    p = problem(path)
    targets = [a for a in p.arguments.values() if a.kind == "array" and a.is_real]
    terms = [gradient(p.value, a.target, a.axes) for a in targets if a.target is not None]
    for group in draw_points(p, terms, 0, Fixed()):
        for a, found in zip(targets, group.gradients, strict=True):
            assert a.target is not None
            order = sorted(a.axes, key=lambda i: i.serial)
            for b in group.samples:
                dual = Evaluator(group.env.sample(b)).number(n.Deriv(p.value, a.target))
                laid = expand(dual, tuple(order)).transpose(0, *(1 + order.index(i) for i in a.axes))[0]
                gap = np.abs(laid - found.value[b]) / np.where(found.scale[b] > 0, found.scale[b], 1.0)
                assert gap.max(initial=0.0) <= 1e-11


@each("path", DERIVATIONS)
def test_points_have_sizes_of_their_own_and_magnitudes(path: Path) -> None:
    groups = [g for g in draw_points(problem(path), [], 0, Fixed()) if g.samples]
    assert {g.magnitude for g in groups} == {1.0, 0.01, 2.5}
    for g in groups:
        lengths = list(g.env.sizes.values())
        assert len(set(lengths)) == len(lengths)
    assert len({tuple(sorted(g.env.sizes.items())) for g in groups}) >= 2


def test_positions_repeat_and_coincide_where_the_cost_allows_it() -> None:
    p = problem(ROOT / "derivations" / "negative_sampling_array.md")
    repeated = coincident = distinct = 0
    for g in draw_points(p, [], 0, Fixed()):
        (array,) = g.env.index_arrays
        o = next(i for i in g.env.at if i.letter == "o")
        for b in g.samples:
            row = g.env.index_arrays[array][b].tolist()
            repeated += len(set(row)) < len(row)
            coincident += int(g.env.at[o][b]) in row
            distinct += len(set(row)) == len(row) and int(g.env.at[o][b]) not in row
    assert repeated
    assert coincident
    assert distinct


def test_given_sizes_and_scalars_hold_at_every_point() -> None:
    text = r"With $x \in \mathbb{R}^{N}$, $a \in \mathbb{R}$: $$ J = a \sum_n x_n $$"

    def right(x: Any) -> Any:
        assert len(x) == 7
        return 0.5 * x.sum(), {"x": np.full(7, 0.5)}

    assert compare(right, problem_of(read_document(Source("d.md", text))), maps=["N=7", "a=0.5"]).right


def test_value_and_gradients_at_given_arrays() -> None:
    p = problem_of(read_document(Source("d.md", r"With $x \in \mathbb{R}^{N}$: $$ J = \sum_n x_n^2 $$")))
    x = p.arguments["x"]
    assert x.target is not None
    (group, *_) = draw_points(p, [], 0, Fixed())
    cost, g = exact(group.env, GradientTerm(p.value), gradient(p.value, x.target, x.axes))
    values = group.env.tensor(x.target.tensor)  # type: ignore[union-attr]
    np.testing.assert_allclose(cost.value, (values**2).sum(axis=1))
    np.testing.assert_allclose(g.value, 2 * values)


def test_cancellation_widens_the_magnitude_of_terms() -> None:
    """p - 1 at a score of 20 is a small difference of terms of size 1."""
    p = problem_of(read_document(Source("d.md", r"With $x \in \mathbb{R}$: $$ J = -\log \sigma(x) $$")))
    x = p.arguments["x"]
    assert x.target is not None
    (group, *_) = draw_points(p, [], 0, Fixed())
    env = group.env
    env.tensors[x.target.tensor] = np.full(env.batch, 20.0)  # type: ignore[union-attr]
    (g,) = exact(env, gradient(p.value, x.target, x.axes))
    assert (np.abs(g.value) < 1e-8).all()
    assert (g.scale > 1e-2).all()


STEPS = r"""
Rows of $U \in \mathbb{R}^{W \times D}$, a vector $v \in \mathbb{R}^{D}$, $n \in [W]^{K}$.

$$ J = \sum_k \sigma(U_{n_k j} v_j) $$

$$
\frac{\partial J}{\partial v_i} = \sum_k \sigma'(U_{n_k j} v_j) U_{n_k i}
$$

$$
\frac{\partial J}{\partial v_i} = \sum_k \sigma(U_{n_k j} v_j) U_{n_k i}
$$

Take one of them, $t \in [K]$, and let none repeat, $n_k \neq n_l$ for $k \neq l$:

$$
\frac{\partial J}{\partial U_{n_t i}} = \sigma'(U_{n_t j} v_j) v_i
$$
"""


def slope(U: Any, v: Any, n: Any) -> Any:
    s = 1 / (1 + np.exp(-U[n] @ v))
    return s, s * (1 - s)


def test_a_wrong_step_that_the_code_computes_is_found() -> None:
    def wrong(U: Any, v: Any, n: Any) -> Any:
        s, _ = slope(U, v, n)
        return s.sum(), {"v": s @ U[n]}

    found = compare(wrong, problem_of(read_document(Source("d.md", STEPS))))
    step = found.gradients[0].step
    assert step is not None
    assert step.line == 11
    assert step.latex == r"\sum_k \sigma(U_{n_k j} v_j) U_{n_k i}"


def test_a_step_under_an_assumption_is_found_for_the_slice_it_speaks_of() -> None:
    def buffered(U: Any, v: Any, n: Any) -> Any:
        s, d = slope(U, v, n)
        g = np.zeros_like(U)
        g[n] += np.outer(d, v)
        return s.sum(), {"U": g}

    (found,) = compare(buffered, problem_of(read_document(Source("d.md", STEPS)))).gradients
    assert found.step is not None
    assert found.step.line == 17
    assert found.step.assumptions == (r"n_k \neq n_l",)
    assert "repeated positions" in found.causes[0]


def test_a_right_gradient_has_no_causes() -> None:
    def right(U: Any, v: Any, n: Any) -> Any:
        s, d = slope(U, v, n)
        return s.sum(), {"v": d @ U[n]}

    (found,) = compare(right, problem_of(read_document(Source("d.md", STEPS)))).gradients
    assert (found.verdict, found.causes, found.step) == ("right", (), None)


def test_a_mistake_of_no_known_kind_is_given_no_cause() -> None:
    def wrong(U: Any, v: Any, n: Any) -> Any:
        s, d = slope(U, v, n)
        return s.sum(), {"v": d @ U[n] + 0.1234 * v**3}

    (found,) = compare(wrong, problem_of(read_document(Source("d.md", STEPS)))).gradients
    assert (found.verdict, found.causes, found.step) == ("differs", (), None)


@each("text", [r"With $x \in \mathbb{R}^{N}$: $$ y_n = x_n^2 $$", ""])
def test_a_document_without_a_cost_is_an_error(text: str) -> None:
    from symgrad import SymgradError

    with pytest.raises(SymgradError, match="defines no scalar that could be a cost"):
        problem_of(read_document(Source("d.md", text)))


SOFTPLUS = r"""
Rows of $U \in \mathbb{R}^{W \times D}$, $v \in \mathbb{R}^{D}$, $o \in [W]$, $n \in [W]^{K}$.

$$ J = \log(1 + \exp(-U_{od} v_d)) + \sum_k \log(1 + \exp(U_{n_k d} v_d)) $$
"""


@each("seed", range(8))
def test_honest_code_that_computes_one_minus_p_is_right(seed: int) -> None:
    """The document's own form loses no digits where the code's does."""

    def naive(U: Any, v: Any, o: int, n: Any) -> Any:
        p, q = (1 / (1 + np.exp(-x)) for x in (U[o] @ v, U[n] @ v))
        dU = np.zeros_like(U)
        dU[o] += (p - 1) * v
        np.add.at(dU, n, np.outer(q, v))
        return -np.log(p) - np.log(1 - q).sum(), {"U": dU, "v": (p - 1) * U[o] + q @ U[n]}

    found = compare(naive, problem_of(read_document(Source("d.md", SOFTPLUS))), seed=seed)
    assert found.right
    assert found.opinion is None or found.opinion.agrees is not False


def test_scores_are_nowhere_so_far_out_that_functions_saturate() -> None:
    p = problem_of(read_document(Source("d.md", SOFTPLUS)))
    for group in draw_points(p, [], 0, Fixed()):
        U, v = (group.env.tensor(a.target.tensor) for a in (p.arguments["U"], p.arguments["v"]))  # type: ignore[union-attr]
        scores = np.einsum("bwd,bd->bw", U, v)
        o = next(group.env.at[i] for i in group.env.at) - 1
        assert (np.abs(scores[np.arange(len(o)), o]) <= 12.5).all()


SIGNAL = r"""
A signal $x \in \mathbb{R}^{T}$, observed as $y \in \mathbb{R}^{T}$, and $\lambda \in \mathbb{R}_{>0}$.

$$ E = \frac{1}{2} \sum_{t=1}^{T} (x_t - y_t)^2 + \frac{\lambda}{2} \sum_{t=1}^{T-1} (x_{t+1} - x_t)^2 $$
"""


def smooth(x: Any, y: Any, lambda_: float) -> Any:
    d = np.diff(x)
    g = x - y
    g[1:] += lambda_ * d
    g[:-1] -= lambda_ * d
    return 0.5 * ((x - y) ** 2).sum() + 0.5 * lambda_ * (d**2).sum(), {"x": g}


def test_gradients_reach_to_the_ends_of_a_range() -> None:
    assert compare(smooth, problem_of(read_document(Source("d.md", SIGNAL)))).right


def test_a_cause_is_found_where_positions_are_shifted() -> None:
    def rough(x: Any, y: Any, lambda_: float) -> Any:
        return smooth(x, y, lambda_)[0], {"x": x - y}

    (found,) = compare(rough, problem_of(read_document(Source("d.md", SIGNAL)))).gradients
    assert found.verdict == "differs"
    assert "is missing" in found.causes[0]
