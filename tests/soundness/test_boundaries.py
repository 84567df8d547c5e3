"""Positions at which an entry does not exist: what a bracket that is 0 leaves out there is not asked for."""

from __future__ import annotations

from symgrad.checking.documents import check_text
from tests.cases import each

DIFFERENCES = "Let $x \\in \\mathbb{R}^N$.\n\n$$ q = \\sum_{n=2}^N (x_n - x_{n-1})^2 $$\n\n"
FAR = "Let $x \\in \\mathbb{R}^N$.\n\n$$ q = \\sum_{n=4}^N (x_n - x_{n-3})^2 $$\n\n"
NUMBERS = "Let $y \\in \\mathbb{R}^N$, $u, v, w \\in \\mathbb{R}$ and $o, c \\in [N]$.\n\n"
INNER = "2 \\mathbb{1}[i \\ge 2] (x_i - x_{i-1}) + 2 \\mathbb{1}[i \\le N-1] (x_i - x_{i+1})"
MADE = "2 (1 - \\delta_{i1}) (x_i - x_{i-1}) + 2 (1 - \\delta_{iN}) (x_i - x_{i+1})"
NAMED = (
    "With $i = 1, \\dots, N$:\n\n$$ m_i = \\mathbb{1}[i \\ge 2] $$\n\n"
    "$$ k_i = \\begin{cases} 2 & i < N \\\\ 0 & \\text{otherwise} \\end{cases} $$\n\n"
)
GRADIENT = "\\frac{\\partial q}{\\partial x_i} = "


@each(
    ("declared", "claim", "right"),
    [
        (DIFFERENCES, GRADIENT + INNER, "proved"),
        (DIFFERENCES, f"{GRADIENT}{INNER} + 7 \\delta_{{1,i}}", "refuted"),
        (DIFFERENCES, f"{GRADIENT}{INNER} + 7 \\delta_{{N,i}}", "refuted"),
        (DIFFERENCES, f"{GRADIENT}{INNER} + 7 \\delta_{{i,N}} x_{{i-1}}^2", "refuted"),
        (
            FAR,
            GRADIENT + "2 \\mathbb{1}[i \\ge 4] (x_i - x_{i-3}) - 2 \\mathbb{1}[i \\le N-3] (x_{i+3} - x_i)",
            "proved",
        ),
        # made of brackets and numbers, by itself, by name or as cases
        (DIFFERENCES, f"{GRADIENT}{MADE}", "proved"),
        (DIFFERENCES, f"{GRADIENT}{MADE} + 3 \\delta_{{iN}}", "refuted"),
        (DIFFERENCES + NAMED, f"{GRADIENT}2 m_i (x_i - x_{{i-1}}) + k_i (x_i - x_{{i+1}})", "proved"),
        (DIFFERENCES + NAMED, f"{GRADIENT}2 m_i (x_i - x_{{i-1}}) + k_i (x_i - x_{{i+1}}) + \\delta_{{1i}}", "refuted"),
        # a bracket is no excuse for a denominator that it stands in itself: both engines cancel it, or neither
        (
            NUMBERS,
            "\\frac{\\mathbb{1}[u > 0] v}{\\mathbb{1}[u > 0] w} + 0 = \\frac{v}{w}",
            "proved agrees",
        ),
        (NUMBERS, "\\mathbb{1}[u > 0] \\frac{v}{\\operatorname{ReLU}(u)} = \\frac{v}{u}", "proved agrees"),
        (NUMBERS, "\\mathbb{1}[u > 0] (\\frac{v}{u} + 1) = \\frac{v}{u} + \\mathbb{1}[u > 0]", "refuted"),
        (NUMBERS, "\\mathbb{1}[u > 0] \\sqrt{u} \\sqrt{u} = \\operatorname{ReLU}(u)", "proved agrees"),
        (NUMBERS, "\\mathbb{1}[u > 0] \\sqrt{u} \\sqrt{u} = u", "refuted"),
        # undefined wherever the bracket is 1: that says nothing, as with a branch of cases
        (NUMBERS, "u + \\mathbb{1}[o \\neq c] \\log(-1 - u^2) = u", "unreadable refuted"),
        (NUMBERS, "u + \\delta_{oc} \\log(-1 - u^2) = u", "unreadable refuted"),
        # the terms of a sum, and of one over many letters
        (NUMBERS, "\\sum_{i,j} \\mathbb{1}[i \\neq j] \\frac{1}{y_i - y_j} = 0", "proved agrees"),
        (NUMBERS, "\\sum_{i,j,k} \\mathbb{1}[i \\neq j] \\frac{1}{y_i - y_j} y_k = 1", "refuted"),
        (NUMBERS, "\\sum_{i,j,k} \\mathbb{1}[i \\ge 2] (y_{i-1} - y_i) y_j y_k = 0", "refuted"),
    ],
)
def test_what_a_bracket_leaves_out_is_not_asked_for(declared: str, claim: str, right: str) -> None:
    (step,) = check_text(f"{declared}$$ {claim} $$\n").steps
    assert step.verdict in right.split(), (step.verdict, step.diagnostic)


FAR_AWAY = "Let $x \\in \\mathbb{R}$, $N \\in \\mathbb{N}$ and $v, w \\in \\mathbb{R}^{N}$.\n\n"


@each(
    "claim",
    [
        "\\sum_i \\mathbb{1}[i > 5000] v_i = 0",
        "\\sum_i \\mathbb{1}[i \\ge 500] v_i = \\sum_i \\mathbb{1}[i > 500] v_i",
        "\\prod_i (1 + \\mathbb{1}[i > 40] v_i) = 1",
        "\\sum_i \\mathbb{1}[i < N - 50] v_i = 0",
        "\\sum_{i,j} \\mathbb{1}[i + 30 < j] v_i w_j = 0",
        "\\prod_{k=1}^{30} (N - k) x = 0",
        "\\prod_{k=1}^{90} (N - k) x = 0",
    ],
)
def test_what_begins_at_large_sizes_is_found(claim: str) -> None:
    (step,) = check_text(f"{FAR_AWAY}$$ {claim} $$\n").steps
    assert step.verdict == "refuted", (step.verdict, step.evidence)
