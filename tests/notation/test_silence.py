"""Nothing is passed over in silence, and no letter loses its prime."""

from __future__ import annotations

import pytest

from symgrad.checking import check_text

DECLARED = "Let $x \\in \\mathbb{R}^{N}$, $\\mathcal{N} \\subseteq [N]$.\n\n"


@pytest.mark.parametrize("limits", ["i' \\in \\mathcal{N}", "j \\in \\mathcal{N}"])
def test_a_letter_keeps_its_prime_in_a_subset(limits: str) -> None:
    letter = limits.split()[0]
    (step,) = check_text(
        f"{DECLARED}$$ 0 + \\sum_{{{limits}}} x_{{{letter}}} = \\sum_{{i \\in \\mathcal{{N}}}} x_i $$"
    ).steps
    assert step.verdict == "proved"


def test_a_set_of_positions_holds_commas() -> None:
    text = f"{DECLARED}$$ 0 + \\sum_{{i \\in \\{{1, \\dots, N\\}}}} x_i = \\sum_i x_i $$"
    (step,) = check_text(text).steps
    assert step.verdict == "proved"


@pytest.mark.parametrize("written", ["x_i (1 = x_i", "[x_i = x_i", "x_i + \\left( 1 = 2"])
def test_a_bracket_that_nothing_closes_is_reported(written: str) -> None:
    (step,) = check_text(f"{DECLARED}$$ {written} $$").steps
    assert step.diagnostic is not None
    assert step.diagnostic.code == "SG102"
