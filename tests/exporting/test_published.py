"""Loss and gradient tables that a course has published for years, reproduced to their printed digits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from tests.cases import each
from tests.exporting.worlds import ROOT, exported

DATA = json.loads((Path(__file__).parent / "data/published_values.json").read_text(encoding="utf-8"))
V, U = (np.array(DATA["inputs"][name]) for name in ("V", "U"))


def function(document: str, name: str) -> Any:
    module = next(e[2] for e in exported(ROOT / "derivations" / f"{document}.md") if e[0] == "J")
    return getattr(module, name)


def softmax_by_pairs(case: dict[str, Any]) -> Any:
    """A window as a batch of pairs of words."""
    outside = np.array(case["context"])
    batch = function("skipgram_softmax_v", "J_batch_value_and_grad")
    return batch(U=U, V=V.T, o=outside, c=np.full(outside.size, case["center"]), dense=True)


def softmax_by_window(case: dict[str, Any]) -> Any:
    """The same words as a text, with the centre in the middle of it."""
    words = case["context"]
    m = len(words) // 2
    text = np.array([*words[:m], case["center"], *words[m:]])
    return function("skipgram_window_softmax", "J_value_and_grad")(U=U, V=V.T, w=text, c=m, m=m, dense=True)


def negative_sampling(case: dict[str, Any]) -> Any:
    window = function("skipgram_window_negative_sampling", "J_value_and_grad")
    return window(U=U, V=V.T, o=np.array(case["context"]), n=np.array(case["negatives"]), c=case["center"], dense=True)


def cases(cost: str) -> list[Any]:
    return [c for c in DATA["cases"] if c["cost"] == cost]


def agrees(case: dict[str, Any], result: Any) -> None:
    value, grads = result
    tolerance = case["tolerance"]
    if case["loss"] is not None:
        assert abs(value - case["loss"]) <= tolerance["loss"]
    np.testing.assert_allclose(grads["V"].T, case["grad_V"], rtol=0, atol=tolerance["grad"])
    np.testing.assert_allclose(grads["U"], case["grad_U"], rtol=0, atol=tolerance["grad"])


def id_of(case: dict[str, Any]) -> str:
    return str(case["id"])


@each("case", cases("softmax"), ids=id_of)
def test_softmax_by_pairs(case: dict[str, Any]) -> None:
    agrees(case, softmax_by_pairs(case))


@each("case", [c for c in cases("softmax") if len(c["context"]) % 2 == 0], ids=id_of)
def test_softmax_by_window(case: dict[str, Any]) -> None:
    """A window has as many words to either side."""
    agrees(case, softmax_by_window(case))


@each("case", cases("negative sampling"), ids=id_of)
def test_negative_sampling(case: dict[str, Any]) -> None:
    agrees(case, negative_sampling(case))
