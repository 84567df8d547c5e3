"""Every document's exported costs and gradients are those of the evaluator, at sizes that all differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.exporting.worlds import World, documents, exported

CASES = [(path, name) for path in documents() for name, *_ in exported(path)]


def relative(got: Any, want: Any) -> float:
    want = np.asarray(want)
    return float(np.max(np.abs(np.asarray(got) - want), initial=0.0) / max(1.0, np.max(np.abs(want), initial=0.0)))


@pytest.mark.parametrize(("path", "name"), CASES, ids=[f"{p.stem}-{n}" for p, n in CASES])
def test_value_and_gradients(path: Path, name: str) -> None:
    _, q, module, v = next(e for e in exported(path) if e[0] == name)
    world = World(v)
    function = getattr(module, f"{name}_value_and_grad")
    given = world.arguments(function, q)
    with np.errstate(all="ignore"):
        value, grads = function(**given)
        dense = function(**given, dense=True)[1]
        alone = getattr(module, name)(**given)
    assert relative(value, world.value(q.value.body)) < 1e-10
    assert alone == value
    for tensor, got in grads.items():
        want = world.gradient(q.value.body, world.tensors()[tensor])
        assert got.shape == want.shape
        assert relative(got, want) < 1e-10, tensor
        assert relative(dense[tensor], want) < 1e-10, tensor
        with np.errstate(all="ignore"):
            same, single = function(**given, wrt=(tensor,))
        assert same == value
        assert list(single) == [tensor]
        assert relative(single[tensor], np.asarray(got)) < 1e-14, tensor


def test_every_derivation_has_a_module() -> None:
    assert {p.stem for p, _ in CASES} >= {p.stem for p in documents() if p.parent.name == "derivations"}


BATCHED = [
    (p, n) for p, n in CASES if any(e[0] == n and hasattr(e[2], f"{n}_batch_value_and_grad") for e in exported(p))
]


@pytest.mark.parametrize(("path", "name"), BATCHED, ids=[f"{p.stem}-{n}" for p, n in BATCHED])
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


@pytest.mark.parametrize(("path", "name"), CASES, ids=[f"{p.stem}-{n}" for p, n in CASES])
def test_single_precision_stays_single(path: Path, name: str) -> None:
    _, q, module, v = next(e for e in exported(path) if e[0] == name)
    world = World(v)
    function = getattr(module, f"{name}_value_and_grad")
    given = world.arguments(function, q)
    single = {a: np.float32(x) if np.asarray(x).dtype.kind == "f" else x for a, x in given.items()}
    with np.errstate(all="ignore"):
        exact, want = function(**given)
        value, grads = function(**single)
    assert np.asarray(value).dtype == np.float32
    assert relative(value, exact) < 1e-3
    for tensor, got in grads.items():
        assert got.dtype == np.float32, tensor
        assert relative(got, np.asarray(want[tensor])) < 2e-3, tensor
