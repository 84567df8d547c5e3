"""``cases``: letters in their conditions are slots, as those of the branches are."""

from __future__ import annotations

from symgrad.checking.documents import check_text
from tests.cases import each

DECLARED = (
    "Let $x, y \\in \\mathbb{R}^N$, $d \\in \\{0, 1\\}^N$, $c \\in \\{1, \\dots, N\\}$, "
    "$\\mathcal{N} \\subseteq \\{1, \\dots, N\\}$.\n\n"
)


def verdicts(*displays: str) -> list[str]:
    text = DECLARED + "".join(f"$$ {d} $$\n\n" for d in displays)
    return [c.verdict for c in check_text(text).steps]


@each("condition", ["y_n > 0", "d_n = 1", "n \\in \\mathcal{N}", "n \\neq c", "n = c"])
def test_a_letter_of_a_condition_alone_is_a_pattern_and_no_label(condition: str) -> None:
    cases = f"g_n = \\begin{{cases}} 1 & \\text{{if }} {condition} \\\\ 2 & \\text{{otherwise}} \\end{{cases}}"
    assert verdicts(
        cases,
        "J = \\sum_n g_n x_n^2",
        "\\frac{\\partial J}{\\partial x_i} = 2 g_i x_i",
        "\\frac{\\partial J}{\\partial x_i} = 2 g_n x_i",
        "\\sum_n g_n x_n = g_n \\sum_n x_n",
    ) == ["proved", "refuted", "refuted"]


def test_cases_inside_of_a_branch() -> None:
    inner = "\\begin{{cases}} {} & x_n > {} \\\\ {} & \\text{{else}} \\end{{cases}}"
    outer = "\\begin{{cases}} {} & x_n > 0 \\\\ {} & \\text{{otherwise}} \\end{{cases}}"

    def slope(end: int) -> str:
        return outer.format("2 x_n", inner.format("3", end, "0"))

    assert verdicts(
        "h_n = " + outer.format("x_n^2", inner.format("3 x_n", -1, "1")),
        "J = \\sum_n h_n",
        "\\frac{\\partial J}{\\partial x_n} = " + slope(-1),
        "\\frac{\\partial J}{\\partial x_n} = " + slope(-2),
    ) == ["proved", "refuted"]
