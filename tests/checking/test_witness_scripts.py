"""The script of a refutation computes what its witness says, on Python's numbers and without symgrad."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from symgrad.checking.documents import check_text
from symgrad.core.functions import ROWS
from tests.cases import each
from tests.samples import sample
from tests.witness_scripts import refuted, reproduces

pytestmark = pytest.mark.sampled

TESTS = Path(__file__).parents[1]
MISTAKES = [TESTS.parent / "derivations" / "common_mistakes.md", TESTS / "corpus" / "known_mistakes.md"]


@each("path", MISTAKES[: sample(1, 2)])
def test_each_script_reproduces_its_witness(path: Path) -> None:
    """Those of ``tests/kinds/`` are tried where these are checked."""
    for step, witness in refuted(check_text(path.read_text(encoding="utf-8")).steps):
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
    steps = check_text(r"$a \in \mathbb{R}$" + "\n\n" + r"$$ 3.14159265358979 a = \pi a $$").steps
    ((_, witness),) = refuted(steps)
    assert not re.search(r"\S", witness.script)
