"""The script of a refutation computes what its witness says, on Python's numbers and without symgrad."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from symgrad.checking.documents import check_text
from symgrad.checking.verdict import Step, Witness
from symgrad.core.functions import ROWS
from tests.cases import each
from tests.samples import sample
from tests.test_kinds import FENCE, KINDS

pytestmark = pytest.mark.sampled

TESTS = Path(__file__).parents[1]
MISTAKES = [TESTS.parent / "derivations" / "common_mistakes.md", TESTS / "corpus" / "known_mistakes.md"]
EVERY = sample(30, 1)
BEYOND_DOUBLES = "exact_numbers.md"
"""Its differences are too small for doubles, and so for a script."""


def refuted(text: str) -> Iterator[tuple[Step, Witness]]:
    for step in check_text(text).steps:
        if step.verdict == "refuted" and step.witness is not None and step.witness.shapes is None:
            yield step, step.witness


def printed(script: str) -> list[float]:
    """What the script prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), np.errstate(all="ignore"):
        exec(compile(script, "script", "exec"), {})
    return [float(word) for word in out.getvalue().split()]


def reproduces(witness: Witness) -> bool:
    assert witness.left is not None
    assert witness.right is not None
    left, right, difference = printed(witness.script)
    near = [abs(a - b) <= 1e-6 * (1 + abs(b)) for a, b in ((left, witness.left), (right, witness.right))]
    return all(near) and difference == left - right != 0


def documents() -> Iterator[tuple[str, str]]:
    for path in MISTAKES[: sample(1, 2)]:
        yield path.name, path.read_text(encoding="utf-8")
    wrong = [
        (f"{kind.name}, input {number}", text)
        for kind in KINDS
        if kind.name != BEYOND_DOUBLES
        for number, (_, _, labels, text) in enumerate(FENCE.findall(kind.read_text(encoding="utf-8")), 1)
        if "F" in labels
    ]
    yield from wrong[::EVERY]


@each("name, text", documents)
def test_each_script_reproduces_its_witness(name: str, text: str) -> None:
    for step, witness in refuted(text):
        assert witness.script, f"{step.left} = {step.right}"
        assert reproduces(witness), witness.script


FORMS = [
    *(rf"\sum_i {row.latex[0]}(x_i) = 1 + \sum_i {row.latex[0]}(x_i)" for row in ROWS if row.name != "sqrt"),
    r"\sqrt{x_i} = x_i",
    r"\sum_i [x_i > 0] \log x_i = 1",
    r"\sum_{i=2}^N (x_i - x_{i-1})^2 = 1",
    r"\mathbb{1}[i \ge 2] x_{i-1} = x_i",
    r"\sum_{i \in S} x_i = \sum_{i \notin S} x_i",
    r"\sum_k A_{n_k n_k} = x_{n_k}",
    r"\prod_{i \ne j} A_{ij} = \frac{1}{N} \delta_{ij} - e^{-\pi}",
    r"(A^{-1})_{ij} = \det A - x_i^{-3/2}",
    r"\frac{\partial^2 L(A)}{\partial A_{ij} \partial A_{kl}} = f'(x_i)",
    r"\frac{\partial}{\partial x_i} \sum_j f(x_j) = f(x_i) + f''(x_i)",
    r"\begin{cases} x_i & i = j \\ A_{ij} & i < j \\ 1 & \text{otherwise} \end{cases} = A_{ij}",
    r"q_i = \sum_i q_i",
]


def test_every_kind_of_expression_has_a_script() -> None:
    """Among them letters that are names as well, and a sum inside a sum over the same letter."""
    given = (
        r"Let $x \in \mathbb{R}^N$, $A \in \mathbb{R}^{N \times N}$, $S \subseteq [N]$, $n \in [N]^K$, "
        r"$f : \mathbb{R} \to \mathbb{R}$ and $L : \mathbb{R}^{N \times N} \to \mathbb{R}$."
        "\n\n$$ q_i = \\frac{\\exp(x_i)}{\\sum_i \\exp(x_i)} $$\n\n"
    )
    steps = check_text(given + "\n\n".join(f"$$ {form} $$" for form in FORMS)).steps
    assert [s.verdict for s in steps] == ["refuted"] * len(FORMS), [s.diagnostic for s in steps if s.diagnostic]
    wrong = [s.left for s in steps if s.witness is None or not reproduces(s.witness)]
    assert not wrong


def test_a_difference_that_doubles_do_not_show_has_none() -> None:
    ((_, witness),) = refuted(r"$a \in \mathbb{R}$" + "\n\n" + r"$$ 3.14159265358979 a = \pi a $$")
    assert not re.search(r"\S", witness.script)
