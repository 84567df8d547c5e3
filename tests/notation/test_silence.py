"""Nothing is passed over in silence, and no letter loses its prime."""

from __future__ import annotations

from symgrad.checking.documents import check_text
from tests.cases import each, facts

DECLARED = "Let $x \\in \\mathbb{R}^{N}$, $\\mathcal{N} \\subseteq [N]$.\n\n"


test_nothing_is_passed_over = facts()


@test_nothing_is_passed_over.fact
@each("limits", ["i' \\in \\mathcal{N}", "j \\in \\mathcal{N}"])
def a_letter_keeps_its_prime_in_a_subset(limits: str) -> None:
    letter = limits.split()[0]
    (step,) = check_text(
        f"{DECLARED}$$ 0 + \\sum_{{{limits}}} x_{{{letter}}} = \\sum_{{i \\in \\mathcal{{N}}}} x_i $$"
    ).steps
    assert step.verdict == "proved"


@test_nothing_is_passed_over.fact
def a_set_of_positions_holds_commas() -> None:
    text = f"{DECLARED}$$ 0 + \\sum_{{i \\in \\{{1, \\dots, N\\}}}} x_i = \\sum_i x_i $$"
    (step,) = check_text(text).steps
    assert step.verdict == "proved"


@test_nothing_is_passed_over.fact
@each("written", ["x_i (1 = x_i", "[x_i = x_i", "x_i + \\left( 1 = 2"])
def a_bracket_that_nothing_closes_is_reported(written: str) -> None:
    (step,) = check_text(f"{DECLARED}$$ {written} $$").steps
    assert step.diagnostic is not None
    assert step.diagnostic.code == "SG102"


@test_nothing_is_passed_over.fact
@each("summand", ["(i+1) x_i", "(-1)^i x_i", "x_i^i", "\\frac{x_i}{i+1}", "\\mathbb{1}[i > 1] x_i", "x_i x_{i+1}"])
def a_letter_that_counts_from_0_is_no_number_where_slots_count_from_1(summand: str) -> None:
    report = check_text(f"{DECLARED}$$ J = \\sum_{{i=0}}^{{N-1}} {summand} $$")
    assert [d.code for d in report.diagnostics] == ["SG107"]


@test_nothing_is_passed_over.fact
@each("summand", ["x_i", "x_i \\sum_{j > i} x_j", "\\mathbb{1}[i \\neq j] x_i", "x_{i+1}"])
def a_letter_that_counts_from_0_may_stand_in_slots(summand: str) -> None:
    sign = "\\sum_{i=0}^{N-1}"
    (step,) = check_text(f"{DECLARED}$$ 0 + {sign} {summand} = {sign} ({summand} + 0) $$").steps
    assert step.verdict == "proved"


@test_nothing_is_passed_over.fact
def what_follows_a_name_that_is_defined_anew_is_named() -> None:
    report = check_text(f"{DECLARED}$$ a_n = x_n^2, \\qquad J = \\sum_n a_n $$\n\n$$ a_n := x_n^3 $$")
    (note,) = report.not_checked
    assert note.code == "SG207"
    assert note.message.endswith("and what uses it follows from here on: `J`")
