"""What the members of a batch share is computed once: one softmax for each centre that differs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import symgrad
from tests.cases import each
from tests.exporting.worlds import ROOT

PAIR = (ROOT / "derivations/skipgram_softmax_u.md").read_text(encoding="utf-8")
SMOOTHED = r"""
With $U \in \mathbb{R}^{W \times D}$, $V \in \mathbb{R}^{W \times D}$, $c, o \in [W]$, $Y \in \mathbb{R}^{W \times W}$:
$$ p_w = \frac{\exp(U_{wj} V_{cj})}{\sum_a \exp(U_{aj} V_{cj})}, \qquad J = - \sum_w Y_{ow} \log p_w $$
"""


def pairs(text: str, c: list[int], layout: str = "DW") -> tuple[Any, dict[str, Any]]:
    rng = np.random.default_rng(0)
    W, D = 9, 4
    given = {"U": rng.normal(size=(W, D)), "V": rng.normal(size=(D, W) if layout == "DW" else (W, D))}
    given |= {"c": np.array(c, int), "o": np.arange(len(c)) % W}
    if "Y" in text.split("$$")[0]:
        given["Y"] = rng.normal(size=(W, W))
    return symgrad.load(symgrad.read(text=text)), given


@each("c", [[3], [3, 3, 3, 3], [8, 0, 8, 1, 0, 8, 4], [0, 1, 2, 3, 4, 5, 6, 7, 8], []])
@each(("text", "layout"), [(PAIR, "DW"), (SMOOTHED, "WD")], ids=["pair", "smoothed"])
def test_a_batch_that_shares_centres_is_the_sum_of_its_members(text: str, layout: str, c: list[int]) -> None:
    module, given = pairs(text, c, layout)
    value, grads = module.J_batch_value_and_grad(**given, dense=True)
    members = [
        module.J_value_and_grad(**{**given, "c": int(i), "o": int(j)}, dense=True)
        for i, j in zip(given["c"], given["o"], strict=True)
    ]
    assert value == pytest.approx(sum(v for v, _ in members), rel=1e-13)
    for name, got in grads.items():
        want = sum((g[name] for _, g in members), np.zeros_like(given[name]))
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-13)


def test_the_scores_of_a_centre_are_computed_once() -> None:
    text = symgrad.export(symgrad.read(text=PAIR))
    batch = text[text.index("def J_batch_value_and_grad") :]
    assert "c_distinct = np.unique(c)" in batch
    assert "IndexedSlices(c_distinct, " in batch


def test_rows_that_members_weigh_by_themselves_are_not_copied_for_each() -> None:
    assert "np.unique" not in symgrad.export(symgrad.read(text=SMOOTHED.replace(r"\log p_w", "p_w")))


def test_jax_whose_shapes_are_static_keeps_every_member() -> None:
    assert "unique" not in symgrad.export(symgrad.read(text=PAIR), target="jax")
