"""What a function returns, where it is easily misread: complex numbers, keys twice, None, parts of the gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symgrad.comparing.comparer import compare
from symgrad.comparing.findings import Comparison
from symgrad.comparing.problem import problem_of
from symgrad.reading.document_reader import read_document
from symgrad.report import json_format
from symgrad.report.comparison_text import render
from symgrad.text.diagnostic import SymgradError
from symgrad.text.source import Source
from tests.cases import each, facts

TEXT = r"""$U, V \in \mathbb{R}^{W \times D}$, $\lambda \in \mathbb{R}$.

$$ J = \sum_{wd} U_{wd}^2 V_{wd} + \lambda \sum_{wd} U_{wd} V_{wd}^3 $$
"""


def held(form: Callable[..., Any], **options: Any) -> Comparison:
    """A function whose cost and gradients are right before they are returned in some form."""

    def function(U: Any, V: Any, lambda_: float) -> Any:
        gU, gV = 2 * U * V + lambda_ * V**3, U**2 + 3 * lambda_ * U * V**2
        return form((U**2 * V).sum() + lambda_ * (U * V**3).sum(), gU, gV, (U * V**3).sum())

    return compare(function, problem_of(read_document(Source("d.md", TEXT))), **options)


def verdicts(found: Comparison) -> dict[str, str]:
    return {f.argument: f.verdict for f in found.findings}


test_complex_numbers_and_keys = facts()


@test_complex_numbers_and_keys.fact
def an_imaginary_part_differs() -> None:
    found = held(lambda J, gU, gV, gl: (J, gU + 1e-6j, gV))
    assert verdicts(found) == {"": "right", "U": "differs", "V": "right"}
    assert "imaginary part" in found.gradients[0].causes[0]
    assert "+1e-06j" in render(found)
    assert '"code": "(' in json_format.comparison(found)
    assert verdicts(held(lambda J, gU, gV, gl: (J + 1e-6j, gU, gV)))[""] == "differs"


@test_complex_numbers_and_keys.fact
def a_complex_dtype_without_an_imaginary_part_is_right() -> None:
    assert held(lambda J, gU, gV, gl: (complex(J), gU.astype(complex), gV)).right
    assert held(lambda J, gU, gV, gl: (J, np.fft.ifft(np.fft.fft(gU)), gV)).right


@test_complex_numbers_and_keys.fact
@each(
    "form",
    [
        lambda J, gU, gV, gl: {"loss": J, "U": 3 * gU, "dU": gU, "V": gV},
        lambda J, gU, gV, gl: {"loss": J, "dU": gU, "U": 3 * gU, "V": gV},
    ],
)
def a_gradient_under_two_keys_is_no_result(form: Callable[..., Any]) -> None:
    with pytest.raises(SymgradError, match=r"gradient by U twice.*U' and 'd?U'"):
        held(form)


@test_complex_numbers_and_keys.fact
def a_cost_under_two_keys_is_no_result() -> None:
    with pytest.raises(SymgradError, match=r"cost twice.*'cost' and 'value'"):
        held(lambda J, gU, gV, gl: {"cost": J, "value": 1.0, "U": gU})


test_which_gradients = facts()


@test_which_gradients.fact
def none_stands_for_a_gradient_that_is_left_out() -> None:
    for form in (
        lambda J, gU, gV, gl: (J, None, gV),
        lambda J, gU, gV, gl: (None, None, gV, None),
        lambda J, gU, gV, gl: (J, [None, gV]),
        lambda J, gU, gV, gl: (J, {"U": None, "V": gV}),
    ):
        found = held(form)
        assert found.right
        assert [f.argument for f in found.gradients] == ["V"]
    assert set(verdicts(held(lambda J, gU, gV, gl: (J, gU, None, gl)))) == {"", "U", "lambda_"}


@test_which_gradients.fact
def a_key_may_be_a_keyword() -> None:
    found = held(lambda J, gU, gV, gl: (J, {"lambda": gl, "U": gU}))
    assert found.right
    assert set(verdicts(found)) == {"", "U", "lambda_"}


@test_which_gradients.fact
def some_of_the_gradients_in_one_vector_are_named_with_wrt() -> None:
    def flat(J: Any, gU: Any, gV: Any, gl: Any) -> Any:
        return J, np.concatenate([gU.ravel(), gV.ravel()])

    with pytest.raises(SymgradError, match=r"--wrt U V$"):
        held(flat)
    assert held(flat, wrt=("U", "V")).right


@test_which_gradients.fact
def shapes_that_fit_no_gradient_speak_of_wrt() -> None:
    with pytest.raises(SymgradError, match=r"some of them only.*--wrt"):
        held(lambda J, gU, gV, gl: (J, gU[:1], gV))


@test_which_gradients.fact
def an_array_of_objects_is_named_as_such() -> None:
    with pytest.raises(SymgradError, match=r"an array of dtype object"):
        held(lambda J, gU, gV, gl: (J, gU.astype(object), gV))


@test_which_gradients.fact
def gradients_in_the_order_of_the_arguments_come_first() -> None:
    """``x`` and ``b`` have one shape, and no gradient by ``x`` is returned."""
    text = r"$W \in \mathbb{R}^{H \times H}$, $x, b \in \mathbb{R}^{H}$. $$ J = \sum_i (\sum_j W_{ij} x_j + b_i)^2 $$"

    def layer(x: Any, W: Any, b: Any) -> Any:
        r = W @ x + b
        return r @ r, 2 * np.outer(r, x), 2 * r

    found = compare(layer, problem_of(read_document(Source("d.md", text))))
    assert verdicts(found) == {"": "right", "W": "right", "b": "right"}


@test_which_gradients.fact
def no_digit_of_rounding_is_printed() -> None:
    """What another processor rounds in another way, simulated by changes in the last digits."""

    def texts(gradients: Callable[[Any, Any, float], tuple[Any, Any]]) -> set[str]:
        out = []
        for noise in (1e-16, 3e-16, -1e-15, 5e-15):
            form = lambda J, gU, gV, gl: (J * (1 + noise), *gradients(gU, gV, noise))  # noqa: E731, B023
            out.append(render(held(form)))
        assert all("e-1" not in line.replace("1e-10", "") for text in out for line in text.splitlines()), out[-1]
        return set(out)

    (right,) = texts(lambda gU, gV, noise: (gU * (1 - noise), gV))
    assert right.count("largest relative error below 1e-10") == 3
    assert "the gradient is that of the code's own cost (below 1e-10)" in right
    (zero,) = texts(lambda gU, gV, noise: (gU * noise / 100, gV))
    assert "the code gives 0 but for rounding, the derivation" in zero
    (doubled,) = texts(lambda gU, gV, noise: (gU * (2 + noise), gV))
    assert "relative error 1.0e+00" in doubled
