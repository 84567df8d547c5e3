"""Batches whose gradients are slices are computed in blocks, which nobody sees."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symgrad
from symgrad.exporting.targets.gradient_forms import IndexedSlices
from tests.cases import each
from tests.exporting.worlds import ROOT

W, D = 7, 3
SAMPLED = (ROOT / "derivations/negative_sampling_array.md").read_text(encoding="utf-8")
WITH_A_CONSTANT_PLACE = r"With $x \in \mathbb{R}^{N}$ and $o \in [N]$: $$ J = x_1^3 + \exp x_o $$"


def arguments(size: int) -> dict[str, Any]:
    rng = np.random.default_rng(3)
    at = {"n": rng.integers(0, W, (size, 4)), "o": rng.integers(0, W, size), "c": rng.integers(0, W, size)}
    return {"U": rng.normal(size=(W, D)), "V": rng.normal(size=(D, W)), **at}


@each("size", [0, 1, 127, 128, 129, 256, 700])
@each("dtype", [np.float32, np.float64])
def test_a_batch_is_the_sum_of_its_members(size: int, dtype: Any) -> None:
    module = symgrad.load(symgrad.read(text=SAMPLED))
    given = {k: x.astype(dtype) if k in "UV" else x for k, x in arguments(size).items()}
    value, grads = module.J_batch_value_and_grad(**given)
    want, dense = 0.0, {"U": np.zeros((W, D)), "V": np.zeros((D, W))}
    for k in range(size):
        one, single = module.J_value_and_grad(**{a: x[k] if a in "noc" else x for a, x in given.items()})
        want += float(one)
        for name, g in single.items():
            g.add_to(dense[name])
    digits = 1e-11 if dtype is np.float64 else 1e-4
    assert np.asarray(value).dtype == dtype
    assert float(value) == pytest.approx(want, rel=digits)
    for name, g in grads.items():
        assert type(g).__name__ == IndexedSlices.__name__
        assert g.dtype == dtype
        assert g.values.shape[g.axis] == g.indices.size
        np.testing.assert_allclose(np.asarray(g), dense[name], rtol=digits, atol=10 * digits)


def test_some_gradients_alone() -> None:
    module = symgrad.load(symgrad.read(text=SAMPLED))
    given = arguments(600)
    value, grads = module.J_batch_value_and_grad(**given, dense=True)
    alone, single = module.J_batch_value_and_grad(**given, wrt=("V",), dense=True)
    nothing, none = module.J_batch_value_and_grad(**given, wrt=())
    assert alone == pytest.approx(value, rel=1e-13)
    assert nothing == pytest.approx(value, rel=1e-13)
    assert none == {}
    np.testing.assert_allclose(single["V"], grads["V"], rtol=1e-12, atol=1e-13)


def test_slices_that_do_not_grow_with_a_block() -> None:
    module = symgrad.load(symgrad.read(text=WITH_A_CONSTANT_PLACE))
    x, o = np.linspace(-1, 1, 5), np.arange(600) % 4 + 1
    value, grads = module.J_batch_value_and_grad(x=x, o=o)
    assert value == pytest.approx(600 * x[0] ** 3 + np.exp(x[o]).sum())
    want = np.bincount(o, np.exp(x[o]), 5)
    want[0] += 600 * 3 * x[0] ** 2
    np.testing.assert_allclose(np.asarray(grads["x"]), want)
