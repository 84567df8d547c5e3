"""Forward and backward functions of arrays, with the upstream gradient as an argument."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symgrad
from symgrad.exporting.costs import export_document
from symgrad.reading.document_names import Quantity
from symgrad.text.diagnostic import SymgradError
from symgrad.text.python_names import spelled
from tests.cases import each
from tests.exporting.worlds import ROOT, World, loaded, vocabulary
from tests.samples import EXHAUSTIVE

NORM = r"""
Let $X \in \mathbb{R}^{N \times D}$ and $\gamma, \beta \in \mathbb{R}^{D}$.

$$ \mu_n = \frac1D \sum_d X_{nd}, \qquad v_n = \frac1D \sum_d (X_{nd} - \mu_n)^2 $$

$$ Y_{nd} = \gamma_d \frac{X_{nd} - \mu_n}{\sqrt{v_n}} + \beta_d $$
"""


@cache
def arrays() -> tuple[tuple[Path, str], ...]:
    return tuple(_arrays())


def _arrays() -> Iterator[tuple[Path, str]]:
    """The last array of every third published cost; in exhaustive runs all arrays, those of the derivations too."""
    published = sorted((ROOT / "tests/benchmarks/published").glob("*.md"))
    for path in (*published, *sorted((ROOT / "derivations").glob("*.md"))) if EXHAUSTIVE else published[::3]:
        names = [q.name for q in vocabulary(path).quantities() if not q.is_scalar]
        for name in dict.fromkeys(names if EXHAUSTIVE else names[-1:]):
            yield path, name


def name_of(case: tuple[Path, str]) -> str:
    return f"{case[0].stem}-{case[1]}"


@cache
def exported(path: Path, name: str) -> tuple[Any, World, Quantity] | None:
    v = vocabulary(path)
    try:
        module = loaded(export_document(v.document, (name,)).text)
    except SymgradError:
        return None
    return module, World(v), next(q for q in reversed(list(v.quantities())) if q.name == name)


@pytest.mark.parametrize(
    ("of", "why"), [("L", "only by its name"), ("m", "no real numbers")], ids=["abstract function", "counts"]
)
def test_arrays_without_functions(of: str, why: str) -> None:
    text = NORM + r"With $L : \mathbb{R} \to \mathbb{R}$ and $o \in [N]$: $$ L_n = L(\mu_n), \quad m_n = \delta_{no} $$"
    with pytest.raises(SymgradError, match=why):
        symgrad.export(symgrad.read(text=text), of=[of])


@each("case", arrays, ids=name_of)
def test_the_backward_function_is_the_slope_of_the_array(case: tuple[Path, str]) -> None:
    found = exported(*case)
    if found is None:
        return
    module, world, q = found
    name = spelled(q.name)
    value, forward, backward = (getattr(module, f"{name}{kind}") for kind in ("", "_forward", "_backward"))
    given = world.arguments(value, q)
    Y, kept = forward(**given)
    np.testing.assert_array_equal(Y, value(**given))
    assert Y.shape == world.env.shape(tuple(x.range for x in q.value.axes))
    rng = np.random.default_rng(0)
    upstream = rng.standard_normal(Y.shape)
    grads = backward(kept, upstream, dense=True)
    for argument, got in grads.items():
        assert got.shape == np.shape(given[argument])
        way = rng.standard_normal(np.shape(got))
        if world.tensors()[argument] in world.symmetric:
            way = way + way.T
        slopes = [np.vdot(upstream, _change(value, given, argument, h * way)) / h for h in (1e-4, 2e-4)]
        want = (4 * slopes[0] - slopes[1]) / 3
        assert abs(np.vdot(got, way) - want) <= 1e-6 * max(1, abs(want), np.linalg.norm(got)), argument
    again = backward(kept, upstream, dense=True)
    for argument, got in grads.items():
        np.testing.assert_array_equal(again[argument], got)


def _change(function: Any, given: dict[str, Any], argument: str, step: Any) -> Any:
    ahead, behind = (function(**{**given, argument: given[argument] + s}) for s in (step, -step))
    return (ahead - behind) / 2


def test_a_document_without_a_cost_exports_its_last_arrays() -> None:
    module = symgrad.load(symgrad.read(text=NORM))
    X, gamma, beta = np.random.default_rng(0).standard_normal((5, 4)), np.arange(4.0), np.ones(4)
    Y, kept = module.Y_forward(X=X, gamma=gamma, beta=beta)
    np.testing.assert_array_equal(module.Y_backward(kept, Y)["beta"], Y.sum(0))
    assert not hasattr(module, "mu_forward")
