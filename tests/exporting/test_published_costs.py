"""Forty published costs that nobody tuned to: all are read and exported, values and gradients are right."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.published_formulas import FORMULAS
from tests.cases import each
from tests.exporting.worlds import ROOT, World, exported

FOLDER = ROOT / "tests/benchmarks/published"


def names() -> list[str]:
    return sorted(p.stem for p in FOLDER.glob("*.md"))


@cache
def computed(name: str) -> Any:
    """The arguments, and what the module computes."""
    _, q, module, v = next(e for e in exported(Path(FOLDER / f"{name}.md")) if e[0] == "J")
    given = World(v).arguments(module.J_value_and_grad, q)
    return given, module.J_value_and_grad(**given, dense=True)


def test_every_cost_has_its_plain_formula() -> None:
    assert names() == sorted(FORMULAS)


@each("name", names)
def test_values_are_those_of_the_plain_formula(name: str) -> None:
    given, (value, _) = computed(name)
    want = FORMULAS[name](np, **given)
    assert abs(value - want) <= 1e-11 * max(1, abs(want))


@each("name", names)
def test_slopes_are_those_of_the_plain_formula(name: str) -> None:
    """Along one direction for each argument, by central differences of two widths."""
    given, (_, grads) = computed(name)
    rng = np.random.default_rng(0)
    for tensor, got in grads.items():
        way = rng.standard_normal(np.shape(got))
        narrow, wide = (_slope(FORMULAS[name], given, tensor, h * way) / h for h in (1e-4, 2e-4))
        want = (4 * narrow - wide) / 3
        assert abs(np.vdot(got, way) - want) <= 1e-7 * max(1, abs(want), np.linalg.norm(got)), tensor


def _slope(formula: Any, given: dict[str, Any], tensor: str, step: Any) -> Any:
    ahead, behind = (formula(np, **{**given, tensor: given[tensor] + s}) for s in (step, -step))
    return (ahead - behind) / 2
