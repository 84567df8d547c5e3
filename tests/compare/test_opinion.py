"""Finite differences in random directions: what they see, and what they leave alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symgrad.comparing.finite_differences import directional, second_opinion
from tests.cases import each, facts

RNG = np.random.default_rng(1)
X = RNG.normal(size=(4, 3))


def cost(x: Any) -> Any:
    return np.log(np.exp(x).sum())


def gradient(x: Any) -> Any:
    return np.exp(x) / np.exp(x).sum()


def only_real(x: Any) -> Any:
    return cost(np.asarray(x, dtype=float))


test_steps_of_a_cost = facts()


@test_steps_of_a_cost.fact
def a_right_gradient_agrees_by_complex_step() -> None:
    found = second_opinion(cost, [X], [gradient(X)])
    assert (found.method, found.agrees) == ("complex step", True)
    assert found.error < 1e-14


@test_steps_of_a_cost.fact
def code_that_takes_no_complex_arrays_is_differenced() -> None:
    def refuses(x: Any) -> Any:
        if np.iscomplexobj(x):
            raise TypeError
        return cost(x)

    found = second_opinion(refuses, [X], [gradient(X)])
    assert (found.method, found.agrees) == ("Richardson", True)


@test_steps_of_a_cost.fact
def code_that_drops_what_is_imaginary_is_differenced() -> None:
    found = second_opinion(only_real, [X], [gradient(X)])
    assert (found.method, found.agrees) == ("Richardson", True)


@test_steps_of_a_cost.fact
@each(("error", "function"), [(1e-8, cost), (1e-6, only_real)])
def an_error_in_one_entry_is_seen(error: float, function: Any) -> None:
    g = gradient(X)
    g[2, 1] *= 1 + error
    assert second_opinion(function, [X], [g]).agrees is False


@test_steps_of_a_cost.fact
def a_complex_step_that_does_not_pass_through_is_not_believed() -> None:
    """The real part of |x + ih| does not move."""
    x = np.array([1.0, -2.0, 3.0])
    found = second_opinion(lambda x: np.abs(x).sum() + (x**2).sum(), [x], [np.sign(x) + 2 * x])
    assert found.agrees is True
    assert found.method == "Richardson"


@test_steps_of_a_cost.fact
def a_maximum_passes() -> None:
    x = np.array([1.0, -2.0, 3.0])
    assert second_opinion(lambda x: np.maximum(x, 0).sum(), [x], [(x > 0).astype(float)]).agrees is True


test_no_opinion_and_no_difference = facts()


@test_no_opinion_and_no_difference.fact
def a_gradient_that_is_not_finite_gets_no_opinion() -> None:
    assert second_opinion(cost, [X], [np.full_like(X, np.nan)]).agrees is None


@test_no_opinion_and_no_difference.fact
def a_cost_that_is_not_finite_beside_the_point_gets_no_opinion() -> None:
    found = second_opinion(lambda x: np.log(np.asarray(x, dtype=float)).sum(), [np.array([1e-9])], [np.array([1e9])])
    assert found.agrees is None


@test_no_opinion_and_no_difference.fact
def digits_lost_inside_of_the_cost_are_no_difference() -> None:
    """1 - p has some ten digits less than p where the score is 12."""
    s = np.array([12.0])
    found = second_opinion(lambda s: -np.log(1 - 1 / (1 + np.exp(-s))).sum(), [s], [1 / (1 + np.exp(-s))])
    assert found.agrees is True


@test_no_opinion_and_no_difference.fact
def a_directional_derivative_comes_with_its_error_bar() -> None:
    x = np.array([0.3])
    found = directional(lambda x: np.sin(x).sum(), [x], [np.array([1.0])])
    assert found is not None
    value, bar, _ = found
    assert abs(value - np.cos(0.3)) <= bar <= 1e-9


@test_no_opinion_and_no_difference.fact
def the_same_seed_asks_the_same_directions() -> None:
    g = gradient(X) * (1 + 1e-9)
    assert second_opinion(cost, [X], [g], seed=3) == second_opinion(cost, [X], [g], seed=3)


@test_no_opinion_and_no_difference.fact
def the_public_function_wants_matching_shapes() -> None:
    import symgrad

    x = np.ones(3)
    assert symgrad.testing.second_opinion(lambda x: (x**2).sum(), [x], [2 * x]).agrees is True
    assert symgrad.testing.second_opinion(lambda x: (x**2).sum(), [x], [x]).agrees is False
    with pytest.raises(symgrad.SymgradError, match="there must be one gradient per array"):
        symgrad.testing.second_opinion(lambda x: (x**2).sum(), [x], [np.ones(2)])
