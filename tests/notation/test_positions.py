"""Positions: letters of slots and sums as numbers, arithmetic on them, and what is said where they are not read."""

from __future__ import annotations

import pytest

from symgrad.checking import check_text

ARRAY = "Let $x \\in \\mathbb{R}^N$ and $a \\in \\mathbb{R}$.\n\n"


@pytest.mark.parametrize(
    ("declared", "display"),
    [
        ("", "a + \\sum_n n (2 (x_n+1) x_n + x_n^2) = a + \\sum_n (3 n x_n^2 + 2 n x_n)"),
        ("", "a + \\sum_{n=2}^N n (x_n + 1)^2 = a + \\sum_{n=2}^N (x_n + 1) \\cdot n (x_n + 1)"),
        ("With $n = 1, \\dots, N$:\n\n", "2 n x_n + 2 n = 2 n (x_n + 1)"),
        ("$$ J = \\sum_n n x_n^2 $$\n\n", "\\frac{\\partial J}{\\partial x_i} = i (3 x_i - x_i)"),
        # a function of the same letter stays one
        ("Let $f(n) = 2 n$.\n\n", "a + \\sum_n f(n) x_n = a + 2 \\sum_n n x_n"),
    ],
)
def test_a_position_before_a_bracket_is_a_factor(declared: str, display: str) -> None:
    (step,) = check_text(f"{ARRAY}{declared}$$ {display} $$\n").steps
    assert step.verdict == "proved", step.diagnostic
