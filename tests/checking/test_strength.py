"""Signs, kinks, turns and products taken apart: what is right is proved, what is wrong is refuted."""

from __future__ import annotations

from symgrad.checking.documents import check_text
from tests.cases import each

DECLARED = "With $x, y, z \\in \\mathbb{R}$, $v, w \\in \\mathbb{R}^{D}$ and $p, q \\in [D]$.\n\n"


@each(
    ("claim", "verdict"),
    [
        ("\\lvert x y \\rvert = \\lvert x \\rvert \\lvert y \\rvert", "proved"),
        ("\\lvert x y \\rvert = \\lvert x \\rvert y", "refuted"),
        ("\\lvert \\frac{x}{y} \\rvert = \\frac{\\lvert x \\rvert}{\\lvert y \\rvert}", "proved"),
        ("\\lvert x + y \\rvert = \\lvert x \\rvert + \\lvert y \\rvert", "refuted"),
        ("\\mathbb{1}[x > 0] = 1 - \\mathbb{1}[-x \\ge 0]", "proved"),
        ("\\mathbb{1}[x > 0] = \\mathbb{1}[-x \\ge 0]", "refuted"),
        ("\\mathbb{1}[x^2 y > 0] = \\mathbb{1}[x > 0] \\mathbb{1}[y > 0]", "refuted"),
        ("\\mathbb{1}[x^2 y > 0] = \\mathbb{1}[y > 0]", "proved"),
        ("\\mathbb{1}[-2 x^2 y > 0] = 1 - \\mathbb{1}[y > 0]", "proved"),
        ("\\mathbb{1}[-2 x^2 y > 0] = \\mathbb{1}[y > 0]", "refuted"),
        ("\\mathbb{1}[x^3 y > 0] = \\mathbb{1}[x y > 0]", "proved"),
        ("\\mathbb{1}[x^3 y > 0] = \\mathbb{1}[y > 0]", "refuted"),
        ("\\mathbb{1}[\\sqrt{x} y > 0] = \\mathbb{1}[y > 0]", "proved"),
        ("\\log \\lvert x y \\rvert = \\log \\lvert x \\rvert + \\log \\lvert y \\rvert", "proved"),
        ("\\log \\lvert x y \\rvert = \\log \\lvert x \\rvert - \\log \\lvert y \\rvert", "refuted"),
        ("\\log \\lvert x / y \\rvert = \\log \\lvert x \\rvert - \\log \\lvert y \\rvert", "proved"),
        ("\\log(x^3 y) = 3 \\log \\lvert x \\rvert + \\log \\lvert y \\rvert", "proved"),
        ("\\log(x^3 y) = 3 \\log \\lvert x \\rvert + 2 \\log \\lvert y \\rvert", "refuted"),
        (
            "\\log \\lvert x (1 - y) \\rvert = \\log \\lvert x \\rvert + \\log \\lvert y - 1 \\rvert",
            "proved",
        ),
        (
            "\\log \\lvert x (1 - y) \\rvert = \\log \\lvert x \\rvert + \\log \\lvert y + 1 \\rvert",
            "refuted",
        ),
        ("\\log \\lvert \\prod_i v_i \\rvert = \\sum_i \\log \\lvert v_i \\rvert", "proved"),
        ("\\log \\lvert \\prod_i v_i \\rvert = \\sum_i \\log v_i^2", "refuted"),
        ("\\log(x^2) = 2 \\log \\lvert x \\rvert", "proved"),
        ("\\log(x^2) = 2 \\log \\lvert y \\rvert", "refuted"),
        ("\\sqrt{x^2} = \\lvert x \\rvert", "proved"),
        ("\\sqrt{x^2} = x", "refuted"),
        ("\\log(1 + e^x) = \\max(0, x) + \\log(1 + e^{-\\lvert x \\rvert})", "proved"),
        ("\\log(1 + e^x) = \\max(0, x) + \\log(1 + e^{\\lvert x \\rvert})", "refuted"),
        ("\\max(0, x y) = \\max(0, x) \\max(0, y) + \\max(0, -x) \\max(0, -y)", "proved"),
        ("\\max(0, x y) = \\max(0, x) \\max(0, y)", "refuted"),
        ("\\cos \\pi = -1", "proved"),
        ("\\cos \\pi = 1", "refuted"),
        ("\\sin(x + \\frac{\\pi}{2}) = \\cos(x)", "proved"),
        ("\\sin(x + \\frac{\\pi}{2}) = -\\cos(x)", "refuted"),
        ("\\cos(\\pi - x) = -\\cos(x)", "proved"),
        ("\\sin(\\pi - x) = -\\sin(x)", "refuted"),
        ("\\sum_i (-1)^{2 i} v_i = \\sum_i v_i", "proved"),
        ("\\sum_i (-1)^{2 i + 1} v_i = -\\sum_i v_i", "proved"),
        ("\\sum_i (-1)^{2 i + 1} v_i = \\sum_i v_i", "refuted"),
        ("\\sum_i (-1)^{3 i} v_i = \\sum_i v_i", "refuted"),
        ("\\sum_i (-1)^i (-1)^i v_i = \\sum_i v_i", "proved"),
        ("\\prod_i v_i = v_1 \\prod_{i=2}^D v_i", "proved"),
        ("\\prod_i v_i = v_1 \\prod_{i=2}^D v_i^2", "refuted"),
        ("\\prod_i v_i = v_q \\prod_{i \\neq q} v_i", "proved"),
        ("\\prod_i v_i = v_p \\prod_{i \\neq q} v_i", "refuted"),
        ("\\prod_{i \\neq p} v_i = v_q \\prod_{i \\neq p, i \\neq q} v_i", "refuted"),
        (
            "(1 - \\delta_{pq}) \\prod_{i \\neq p} v_i = (1 - \\delta_{pq}) v_q \\prod_{i \\neq p, i \\neq q} v_i",
            "proved",
        ),
        ("\\prod_{i=1}^{3} v_i = v_1 v_2 v_3", "proved"),
        ("\\prod_{i=1}^{3} v_i = v_1 v_2 v_2", "refuted"),
        ("\\prod_i v_i w_i = \\prod_i v_i \\prod_i w_i", "proved"),
        ("\\prod_i (v_i + w_i) = \\prod_i v_i + \\prod_i w_i", "refuted"),
        ("\\log \\prod_i \\lvert v_i \\rvert = \\sum_i \\log \\lvert v_i \\rvert", "proved"),
        ("\\log \\prod_i \\lvert v_i \\rvert = -\\sum_i \\log \\lvert v_i \\rvert", "refuted"),
        (
            "\\log \\prod_i \\lvert v_i w_i \\rvert = \\sum_i (\\log \\lvert v_i \\rvert + \\log \\lvert w_i \\rvert)",
            "proved",
        ),
        ("\\lvert \\prod_i v_i \\rvert = \\prod_i \\lvert v_i \\rvert", "proved"),
        ("\\lvert \\prod_i v_i^3 \\rvert = \\prod_i v_i^2 \\lvert v_i \\rvert", "proved"),
        ("\\lvert \\prod_i v_i^3 \\rvert = \\prod_i v_i \\lvert v_i \\rvert", "refuted"),
        ("\\prod_i \\lvert v_i \\rvert = \\prod_i v_i", "refuted"),
        ("\\operatorname{sign}(\\prod_i v_i) = \\prod_i \\operatorname{sign}(v_i)", "proved"),
        ("\\operatorname{sign}(\\prod_i v_i) = \\sum_i \\operatorname{sign}(v_i)", "refuted"),
        ("\\sum_i v_i = v_1 + \\sum_{i=2}^D v_i", "proved"),
        ("\\sum_i v_i = v_1 + \\sum_{i=3}^D v_i", "refuted"),
    ],
)
def test_what_is_right_is_proved(claim: str, verdict: str) -> None:
    report = check_text(f"{DECLARED}$$ {claim} $$\n")
    assert [s.verdict for s in report.steps] == [verdict]


NEIGHBOURS = "\\frac{\\partial}{\\partial v_i} \\sum_{t=1}^{D-1} v_t v_{t+1}"


@each(
    ("claim", "verdict", "conditions"),
    [
        ("\\lvert x^2 y \\rvert = x^2 \\lvert y \\rvert", "proved", []),
        ("\\operatorname{ReLU}(x^2 y) = x^2 \\operatorname{ReLU}(y)", "proved", []),
        ("\\mathbb{1}[x^2 y > 0] = \\mathbb{1}[y > 0]", "proved", ["x \\neq 0"]),
        (
            "\\lvert x^2 y \\rvert + \\mathbb{1}[x^2 y > 0] = x^2 \\lvert y \\rvert + \\mathbb{1}[y > 0]",
            "proved",
            ["x \\neq 0"],
        ),
        ("\\lvert x^2 y \\rvert = x \\lvert y \\rvert", "refuted", []),
        ("\\sum_i \\delta_{i3} v_i = v_3", "proved", ["D \\ge 3"]),
        ("v_1 + v_1 = 2 v_1", "proved", []),
        (f"{NEIGHBOURS} = \\mathbb{{1}}[i \\le D] v_{{i+1}} + \\mathbb{{1}}[i > 1] v_{{i-1}}", "proved", ["i \\neq D"]),
        (f"{NEIGHBOURS} = \\mathbb{{1}}[i \\le D] v_{{i+1}} - \\mathbb{{1}}[i > 1] v_{{i-1}}", "refuted", []),
        ("\\mathbb{1}[i < D] v_{i+2} = \\mathbb{1}[i \\le D - 2] v_{i+2}", "proved", ["D \\neq i+1"]),
        ("\\mathbb{1}[i < D] v_{i+2} = \\mathbb{1}[i \\le D - 3] v_{i+2}", "refuted", []),
        ("\\begin{cases} x & x > 0 \\end{cases} = \\lvert x \\rvert", "proved", ["x > 0"]),
        ("\\begin{cases} x & x > 0 \\end{cases} = x", "proved", []),
        ("\\begin{cases} x & x > 0 \\end{cases} = -\\lvert x \\rvert", "refuted", []),
        ("\\begin{cases} x & x > 0 \\\\ -x & x < 0 \\end{cases} = \\lvert x \\rvert", "proved", []),
        ("\\begin{cases} x & x > 0 \\\\ -x & x < 0 \\end{cases} = x", "refuted", []),
        ("\\begin{cases} v_i & i > 2 \\end{cases} = v_i \\mathbb{1}[i > 2]", "proved", ["2 < i"]),
        ("\\begin{cases} v_i & i > 2 \\end{cases} = v_i \\mathbb{1}[i > 3]", "refuted", []),
        ("y + \\begin{cases} x & x > z \\end{cases} = y + x \\mathbb{1}[x > z]", "proved", ["x > z"]),
        ("y + \\begin{cases} x & x > z \\end{cases} = y + x \\mathbb{1}[x < z]", "refuted", []),
        (
            f"{NEIGHBOURS} = \\begin{{cases}} v_{{i+1}} & i = 1 \\\\ v_{{i-1}} + v_{{i+1}} & 1 < i < D \\\\ "
            "v_{D-1} & i = D \\end{cases}",
            "proved",
            ["\\neg (i = D, D = 1)"],
        ),
    ],
)
def test_a_proof_says_apart_from_which_points_it_holds(claim: str, verdict: str, conditions: list[str]) -> None:
    (step,) = check_text(f"{DECLARED}$$ {claim} $$\n").steps
    assert step.verdict == verdict
    assert list(step.conditions) == conditions
