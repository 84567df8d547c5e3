"""Gradients of random costs are those that SymPy takes with sizes as numbers."""

from __future__ import annotations

from tests.samples import EXHAUSTIVE
from tests.sympy_door.random_costs import check


def test_gradients_of_random_costs() -> None:
    results = {seed: check(seed) for seed in range(300 if EXHAUSTIVE else 6)}
    assert not {seed: result for seed, result in results.items() if result.startswith("DIFFERENT")}
    assert sum(result == "same" for result in results.values()) > len(results) / 2
