"""Positions: letters of slots and sums as numbers, arithmetic on them, and what is said where they are not read."""

from __future__ import annotations

from symgrad.checking.documents import check_text
from tests.cases import each

ARRAY = "Let $x \\in \\mathbb{R}^N$ and $a \\in \\mathbb{R}$.\n\n"


@each(
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


FAMILIES = """
Let $x_1, \\dots, x_N \\in \\mathbb{R}^D$, $y_1, \\dots, y_N \\in \\{0, 1\\}$ and $w_1, \\dots, w_T \\in [N]$.

$$ J = \\sum_n y_n x_n^\\top x_n + \\sum_t \\lVert x_{w_t} \\rVert^2 $$

$$ \\frac{\\partial J}{\\partial x_i} = 2 y_i^2 x_i + 2 \\sum_t \\delta_{w_t i} x_i $$
"""


def test_names_with_dots_between_them_are_the_rows_of_one_array() -> None:
    assert [s.verdict for s in check_text(FAMILIES).steps] == ["proved"]


@each(
    ("text", "code", "said"),
    [
        ("Let $x, \\dots, z \\in \\mathbb{R}^D$.", "SG109", "x_1, \\dots, x_N"),
        ("Let $x_0, \\dots, x_N \\in \\mathbb{R}^D$.", "SG109", "X \\in \\mathbb{R}^{N \\times D}"),
        ("Let $x \\in \\mathbb{R}^{2M}$.\n\n$$ J = \\sum_{m=1}^M x_{2m-1}^2 $$", "SG106", "stride"),
        ("Let $x \\in \\mathbb{R}^N$.\n\n$$ w_n = \\frac1n $$\n\n$$ w_n = 2 $$", "SG105", "n = 1, \\dots, N"),
    ],
)
def test_what_is_not_read_says_what_is(text: str, code: str, said: str) -> None:
    report = check_text(text + "\n")
    found = [*report.diagnostics, *(s.diagnostic for s in report.steps if s.diagnostic is not None)]
    assert any(d.code == code and said in d.message + d.remedy for d in found), found
