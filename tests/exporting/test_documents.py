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


def test_every_derivation_has_a_module() -> None:
    assert {p.stem for p, _ in CASES} >= {p.stem for p in documents() if p.parent.name == "derivations"}
