"""The gallery shows what the derivations prove. ``SYMGRAD_GOLDEN=write`` refreshes its pages; review the difference."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from tests.cases import each, facts
from tests.gallery import DERIVATIONS, GALLERY, Page, index, page

pytestmark = pytest.mark.golden
WRITE = os.environ.get("SYMGRAD_GOLDEN") == "write"
REFRESH = "refresh docs/gallery: SYMGRAD_GOLDEN=write"

read = cache(Page.of)


test_pages = facts()


@test_pages.fact
@each("path", DERIVATIONS)
def a_page_is_in_step_with_its_derivation(path: Path) -> None:
    target, made = GALLERY / path.name, page(read(path))
    if WRITE:
        target.parent.mkdir(exist_ok=True)
        target.write_text(made, encoding="utf-8")
    assert target.exists(), REFRESH
    assert target.read_text(encoding="utf-8") == made, REFRESH


@test_pages.fact
def the_index_lists_every_derivation() -> None:
    made = index([read(path) for path in DERIVATIONS])
    if WRITE:
        (GALLERY / "index.md").write_text(made, encoding="utf-8")
    assert (GALLERY / "index.md").read_text(encoding="utf-8") == made, REFRESH


@test_pages.fact
def no_page_is_left_over() -> None:
    assert {p.name for p in GALLERY.glob("*.md")} == {"index.md", *(p.name for p in DERIVATIONS)}


@test_pages.fact
@each("path", DERIVATIONS)
def every_step_is_proved_and_every_derivation_has_a_cost_with_a_derivative(path: Path) -> None:
    derivation = read(path)
    assert not [s for s in derivation.steps if s.verdict != "proved" and s.expected is None]
    assert derivation.formulas()


def test_a_formula_is_the_last_side_of_its_chain_with_what_was_assumed() -> None:
    text = r"""# Title

Opening.

With $y \in \mathbb{R}^{N}$ and $\sum_a y_a = 1$, and $s \in \mathbb{R}$:

$$ J = s \sum_a y_a $$

$$
\begin{aligned}
\frac{\partial J}{\partial s} &= \sum_a y_a \\
&= 1
\end{aligned}
$$
"""
    (formula,) = Page.read("text", text).formulas()
    assert (formula.cost, formula.left, formula.right) == ("J", r"\frac{\partial J}{\partial s}", "1")
    assert formula.assumptions == (r"\sum_a y_a = 1",)
    assert str(formula).endswith("= 1 \\qquad \\text{given } \\sum_a y_a = 1\n$$\n")


def test_a_scalar_that_another_definition_uses_is_no_cost() -> None:
    text = r"""# T

O.

$x \in \mathbb{R}^{N}$

$$ m = \sum_i x_i, \qquad J = m^2 $$
"""
    assert Page.read("text", text).costs() == ["J"]


def test_what_is_not_proved_is_not_shown() -> None:
    text = r"""# T

O.

$x \in \mathbb{R}^{N}$

$$ J = \sum_i x_i^2 $$

<!-- symgrad: expect refuted -->
$$ \frac{\partial J}{\partial x_i} = x_i $$
"""
    assert Page.read("text", text).formulas() == []
