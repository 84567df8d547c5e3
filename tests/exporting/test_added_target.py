"""A new target costs one file and its row: a module that calls the library by another name, and has fewer functions."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

import symgrad
from symgrad.cli import main
from symgrad.exporting.code.function import Tools
from symgrad.exporting.code.writer import ExpressionWriter
from symgrad.exporting.costs import TARGETS
from symgrad.exporting.loading import load_text
from symgrad.exporting.targets.differentiable import DifferentiableModule
from symgrad.exporting.targets.numpy_target import NumpyModule


class ToyWriter(ExpressionWriter):
    library = "toy"
    functions: ClassVar[dict[str, str]] = {
        name: call for name, call in ExpressionWriter.functions.items() if name not in ("sinh", "arcsinh", "elu")
    }


class ToyModule(NumpyModule):
    tools = Tools(ToyWriter)

    def imports(self) -> list[str]:
        return [*super().imports()[:-1], "import numpy as toy", "", "Array = NDArray[Any]"]


TEXT = r"""
With $x \in \mathbb{R}^{N}$ and $w \in \mathbb{R}^{N}$:
$$ J = \sum_i \sinh(x_i w_i) + \sum_i \operatorname{arcsinh}(x_i) + \sum_i \operatorname{ELU}(w_i) $$
"""


def test_a_target_is_one_file_and_its_row(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(TARGETS, "toy", ToyModule)
    path = tmp_path / "d.md"
    path.write_text(TEXT, encoding="utf-8")
    assert main(["export", "--target", "toy", str(path)]) == 0
    text = capsys.readouterr().out
    assert "toy.exp(" in text
    assert "sinh" not in "".join(line.partition("#")[0] for line in text.splitlines() if "=" in line)
    module = load_text(text)
    x, w = np.array([0.5, -0.3]), np.array([-0.25, 2.0])
    value, grads = module.J_value_and_grad(x=x, w=w)
    assert value == pytest.approx(np.sinh(x * w).sum() + np.arcsinh(x).sum() + np.where(w > 0, w, np.expm1(w)).sum())
    np.testing.assert_allclose(grads["x"], np.cosh(x * w) * w + 1 / np.sqrt(1 + x**2))
    np.testing.assert_allclose(grads["w"], np.cosh(x * w) * x + np.where(w > 0, 1, np.exp(w)))


def test_a_target_without_a_function_of_its_own_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    class Incomplete(DifferentiableModule):
        def imports(self) -> list[str]:
            return []

    monkeypatch.setitem(TARGETS, "toy", Incomplete)
    with pytest.raises(TypeError, match=r"call.*derived.*gradient_call"):
        symgrad.export(symgrad.read(text=TEXT), target="toy")
