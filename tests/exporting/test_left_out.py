"""A cost that can't be exported is left out; the module still has all others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import symgrad
from symgrad.exporting.costs import TARGETS, export_document
from symgrad.exporting.loading import load_text
from symgrad.exporting.targets.numpy_target import NumpyModule
from symgrad.reading.document_reader import read_document
from symgrad.text.diagnostic import SymgradError
from symgrad.text.source import Source
from tests.cases import each

TWO = r"""
With $x \in \mathbb{R}^{N}$, $n \in [N]$:

$$ K = \sum_{i=1}^N \frac{1}{i} $$

$$ J = \sum_i x_i^2 $$

$$ L = x_n $$
"""


def left_out(target: str) -> tuple[str, dict[str, str]]:
    found = export_document(read_document(Source("d.md", TWO)), target=target)
    return found.text, dict(found.left_out)


@each("target", TARGETS)
def test_a_cost_without_real_arguments_is_left_out(target: str) -> None:
    text, reasons = left_out(target)
    assert reasons == {"K": "a cost is computed from no real numbers"}
    assert "Not exported: K (a cost is computed from no real numbers)." in text
    assert "def J_value_and_grad" in text
    assert "def L_value_and_grad" in text


def test_what_is_raised_while_a_cost_is_written_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(NumpyModule):
        def functions(self, plain: Any, batch: Any) -> Iterator[str]:
            if plain.name == "J":
                self.helpers.add("_softplus")
                raise SymgradError("this target has no squares")
            yield from super().functions(plain, batch)
            if batch is not None:
                raise SymgradError("this target has no batches")

    monkeypatch.setitem(TARGETS, "failing", Failing)
    text, reasons = left_out("failing")
    assert reasons == {"K": "a cost is computed from no real numbers", "J": "this target has no squares"}
    assert "_softplus" not in text
    module = load_text(text)
    assert module.L(x=np.array([1.0, 2.0]), n=1) == 2
    assert not hasattr(module, "L_batch")


def test_a_cost_that_is_asked_for_by_name_raises(tmp_path: Path) -> None:
    with pytest.raises(SymgradError, match="computed from no real numbers"):
        symgrad.export(symgrad.read(text=TWO), of=["K"])
