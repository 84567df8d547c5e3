"""Forty published costs that nobody tuned to: all are read and exported, values and gradients are right."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

import symgrad
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


PAIRS = r"""
Let $X \in \mathbb{R}^{N \times D}$, $V \in \mathbb{R}^{D \times K}$, $w \in \mathbb{R}^{D}$.

$$ J = \sum_n \sum_{i < j} """


def test_products_over_pairs_are_contracted() -> None:
    text = symgrad.export(symgrad.read(text=PAIRS + r"\sum_k V_{ik} V_{jk} X_{ni} X_{nj} $$"))
    assert "[:, :, None]" not in text


def test_an_excluded_infinity_is_no_factor() -> None:
    module = symgrad.load(symgrad.read(text=PAIRS + r"\frac{w_j}{w_i} X_{ni} $$"))
    w = np.array([1.0, 2.0, 0.0])  # the last is no denominator
    with np.errstate(divide="ignore", invalid="ignore"):
        value = module.J(X=np.ones((2, 3)), w=w)
    assert value == 2 * (2 / 1 + 0 / 1 + 0 / 2)
