"""Products of a cost's Hessian with a direction are the changes of its gradients along it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symgrad
from symgrad.exporting.costs import export_document
from symgrad.text.diagnostic import SymgradError
from tests.cases import each
from tests.exporting.worlds import ROOT, World, loaded, vocabulary
from tests.samples import EXHAUSTIVE

PAIR = r"Let $U, V \in \mathbb{R}^{W \times D}$ and $o, c \in [W]$: $$ J = -\log \sigma(U_{oj} V_{cj}) $$"


def documents() -> list[Path]:
    """Every fifth published cost; in exhaustive runs all of them."""
    published = sorted((ROOT / "tests/benchmarks/published").glob("*.md"))
    return published if EXHAUSTIVE else published[2::5]


@each("path", documents, ids=lambda path: path.stem)
def test_products_are_changes_of_gradients(path: Path) -> None:
    v = vocabulary(path)
    module = loaded(export_document(v.document, ("J",), hvp=True).text)
    world = World(v)
    q = next(q for q in reversed(list(v.quantities())) if q.name == "J")
    given = world.arguments(module.J_value_and_grad, q)
    _, grads = module.J_value_and_grad(**given)
    rng = np.random.default_rng(0)
    ways = {name: 0.1 * rng.standard_normal(np.shape(g)) for name, g in grads.items()}
    tensors = world.tensors()
    ways = {name: way + way.T if tensors[name] in world.symmetric else way for name, way in ways.items()}
    products = module.J_hvp(**given, **{f"v_{name}": way for name, way in ways.items()}, dense=True)
    narrow, wide = (_changes(module, given, ways, h) for h in (1e-4, 2e-4))
    for name, got in products.items():
        want = (4 * narrow[name] - wide[name]) / 3
        assert got.shape == want.shape
        assert np.max(np.abs(got - want)) <= 1e-6 * max(1, np.max(np.abs(want))), name


def _changes(module: Any, given: dict[str, Any], ways: dict[str, Any], h: float) -> dict[str, Any]:
    ahead, behind = (
        module.J_value_and_grad(**{**given, **{k: given[k] + s * way for k, way in ways.items()}}, dense=True)[1]
        for s in (h, -h)
    )
    return {k: (ahead[k] - behind[k]) / (2 * h) for k in ways}


def test_what_is_left_out_of_a_direction_is_zero() -> None:
    module = loaded(symgrad.export(symgrad.read(text=PAIR), hvp=True))
    rng = np.random.default_rng(0)
    U, V, way = rng.standard_normal((3, 4, 2))
    given = {"U": U, "V": V, "o": 1, "c": 3}
    some = module.J_hvp(**given, v_U=way, dense=True)
    whole = module.J_hvp(**given, v_U=way, v_V=np.zeros_like(V), dense=True)
    for name, got in some.items():
        np.testing.assert_array_equal(got, whole[name])
    with pytest.raises(ValueError, match="v_U"):
        module.J_hvp(**given, v_U=way[:2])
    with pytest.raises(ValueError, match="v_U"):
        module.J_hvp(**given, v_U=way.astype(np.float32))


def test_other_targets_have_second_derivatives_themselves() -> None:
    with pytest.raises(SymgradError, match="NumPy"):
        symgrad.export(symgrad.read(text=PAIR), of=["J"], target="jax", hvp=True)
