"""Functions of JAX and PyTorch, where these are installed."""

from __future__ import annotations

from typing import Any

import pytest

from symgrad.comparing.comparer import compare
from symgrad.comparing.problem import problem_of
from symgrad.reading.document_reader import read_document
from symgrad.text.source import Source
from tests.cases import each
from tests.handcoded.hand import ROOT

DOCUMENT = ROOT / "derivations" / "negative_sampling_array.md"
MAPS = ("v_c=v",)


def held(function: Any) -> Any:
    return compare(
        function, problem_of(read_document(Source(DOCUMENT.name, DOCUMENT.read_text(encoding="utf-8")))), maps=MAPS
    )


@pytest.mark.torch
def test_functions_of_torch_are_given_tensors() -> None:
    import torch

    def hand(v: Any, o: int, U: Any, n: Any) -> Any:
        p, q = torch.sigmoid(U[o] @ v), torch.sigmoid(U[n] @ v)
        dU = torch.zeros_like(U)
        dU[o] += (p - 1) * v
        dU.index_add_(0, n, torch.outer(q, v))
        return -torch.log(p) - torch.log(1 - q).sum(), {"v": (p - 1) * U[o] + q @ U[n], "U": dU}

    def buffered(v: Any, o: int, U: Any, n: Any) -> Any:
        cost, found = hand(v, o, U, n)
        q = torch.sigmoid(U[n] @ v)
        dU = torch.zeros_like(U)
        dU[o] += (torch.sigmoid(U[o] @ v) - 1) * v
        dU[n] += torch.outer(q, v)
        return cost, {**found, "U": dU}

    assert held(hand).right
    found = held(buffered)
    assert [f.verdict for f in found.findings] == ["right", "right", "differs"]
    assert "repeated positions" in found.findings[2].causes[0]


@pytest.mark.jax
@each("x64", [False, True])
def test_functions_of_jax_are_compared_in_their_own_precision(x64: bool) -> None:
    import jax
    import jax.numpy as jnp

    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", x64)

    @jax.jit
    def hand(v: Any, o: int, U: Any, n: Any) -> Any:
        p, q = jax.nn.sigmoid(U[o] @ v), jax.nn.sigmoid(U[n] @ v)
        dU = jnp.zeros_like(U).at[o].add((p - 1) * v).at[n].add(jnp.outer(q, v))
        cost = jnp.logaddexp(0, -U[o] @ v) + jnp.logaddexp(0, U[n] @ v).sum()
        return cost, {"v": (p - 1) * U[o] + q @ U[n], "U": dU}

    try:
        found = held(hand)
    finally:
        jax.config.update("jax_enable_x64", before)
    assert found.right
    assert found.tolerance == (1e-10 if x64 else 1e-4)
