"""Every NumPy module agrees with itself; ``test_targets`` holds those of all targets against the evaluator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cases import each
from tests.differences import worst
from tests.exporting.worlds import World, batched, costs, documents, exported

SHARES = 4


def relative(got: Any, want: Any) -> float:
    want = np.asarray(want)
    return float(np.max(np.abs(np.asarray(got) - want), initial=0.0) / max(1.0, np.max(np.abs(want), initial=0.0)))


@each(("path", "name"), costs, shares=SHARES)
def test_dense_gradients_and_values_are_the_same(path: Path, name: str) -> None:
    _, q, module, v = next(e for e in exported(path) if e[0] == name)
    function = getattr(module, f"{name}_value_and_grad")
    given = World(v).arguments(function, q)
    with np.errstate(all="ignore"):
        value, grads = function(**given)
        same, dense = function(**given, dense=True)
        alone = getattr(module, name)(**given)
    assert same == pytest.approx(value, rel=1e-13, nan_ok=True)
    assert alone == pytest.approx(value, rel=1e-13, nan_ok=True)
    for tensor, got in grads.items():
        assert type(dense[tensor]) is np.ndarray
        assert dense[tensor].dtype == got.dtype
        np.testing.assert_allclose(dense[tensor], np.asarray(got), rtol=1e-13, atol=1e-14)


def test_every_derivation_has_a_module() -> None:
    assert {p.stem for p, _ in costs()} >= {p.stem for p in documents() if p.parent.name == "derivations"}


@each(("path", "name"), batched)
def test_a_batch_is_the_sum_of_its_members(path: Path, name: str) -> None:
    _, q, module, v = next(e for e in exported(path) if e[0] == name)
    single, batch = (getattr(module, f"{name}{kind}_value_and_grad") for kind in ("", "_batch"))
    worlds = [World(v, seed) for seed in range(3)]
    given = [w.arguments(single, q) for w in worlds]
    sizes = worlds[0].sizes
    whole = {a: np.asarray(x) for a, x in given[0].items() if np.asarray(x).dtype.kind == "i"}
    indices = [a for a, x in whole.items() if x.ndim or a not in sizes]
    for other in given[1:]:
        other.update({a: x for a, x in given[0].items() if a not in indices})
    together = {a: np.stack([g[a] for g in given]) if a in indices else x for a, x in given[0].items()}
    value, grads = batch(**together, dense=True)
    parts = [single(**g, dense=True) for g in given]
    assert relative(value, sum(part[0] for part in parts)) < 1e-12
    for tensor, got in grads.items():
        assert relative(got, sum(part[1][tensor] for part in parts)) < 1e-12, tensor


@pytest.mark.sampled
@each(("path", "name"), costs, shares=SHARES)
def test_gradients_are_those_of_differences(path: Path, name: str) -> None:
    _, q, module, v = next(e for e in exported(path) if e[0] == name)
    function = getattr(module, f"{name}_value_and_grad")
    world = World(v)
    given = world.arguments(function, q)
    with np.errstate(all="ignore"):
        _, grads = function(**given, dense=True)
    tensors = world.tensors()
    for tensor, got in grads.items():
        if np.isfinite(got).all():
            assert worst(got, q.value.body, tensors[tensor], world.env) < 1e-10, tensor
