"""Which changes the notation calls none, told from the text alone."""

from __future__ import annotations

from tests.cases import each, facts
from tests.soundness.equivalent import an_offset, beside_a_delta, first_side, implied
from tests.soundness.mutants import Mutant, Side


def one(display: str, old: str, new: str) -> tuple[str, Side, Mutant]:
    """The last side of the display, and the change of what is marked by ``<…>`` in it."""
    text = f"$$\n{display}\n$$"
    start = text.index("<")
    text = text.replace("<", "").replace(">", "")
    assert text.startswith(old, start)
    side = Side(text.rindex("= ", 0, start) + 2, len(text) - 3, 0, 1)
    return text, side, Mutant("", start, start + len(old), new)


test_deltas = facts()


@test_deltas.fact
@each(
    "side",
    [
        r"x_c = \delta_{kc} x_<k>",
        r"x_c = \sum_k \delta_{kc} x_<k>",
        r"x_c = \sum_k \log(x_<k>) \delta_{kc}",
        r"x_c = \sum_k [ y_k - x_<k> ] \delta_{ck}",
        r"x_c = \delta_{kc} \sum_j x_{j<k>}",
    ],
)
def a_delta_of_both_letters_beside_it_makes_them_one(side: str) -> None:
    assert beside_a_delta(*one(side, "k", "c"))


@test_deltas.fact
@each(
    "side",
    [
        r"x_c = \delta_{kj} x_<k>",
        r"x_c = \delta_{kc} + x_<k>",
        r"x_c = \delta_{kc} \sum_k x_<k>",
        r"x_c = \frac{\delta_{kc}}{x_<k>}",
        r"x_c = \delta_{<k>c} x_k",
        r"x_c = x_<k>",
    ],
)
def elsewhere_they_are_two(side: str) -> None:
    assert not beside_a_delta(*one(side, "k", "c"))


test_sums_and_offsets = facts()


@test_sums_and_offsets.fact
@each(
    "side",
    [
        r"x_c = <\sum_k> A_{ck} y_k",
        r"x_c = y_c - <\sum_k> A_{ck} y_k z_k",
        r"x_c = <\sum_{k=1}^{K}> [ y_k - 1 ] A_{ck} y_k",
        r"x_c = <\sum_k> \sum_j A_{jk} B_{kj}",
        r"x_c = <\sum_k> A_{ck} (1 - y_k) z_{n_k}",
        r"x_c = <\sum_k> \frac{\partial J}{\partial y_k} \frac{\partial y_k}{\partial x_c}",
        r"x_c = <\sum_k> (A_{ck} - y_k) (y_k - z_k)",
        r"x = <\sum_k> y_k - z",
        r"x_c = <\sum_k> A_{ck} + y_k",
        r"x = \frac{1}{2} <\sum_k> (y_k - z_k)^2",
        r"z_k = 1, \qquad x_c = <\sum_k> A_{ck} y_k",
    ],
)
def the_sum_over_a_letter_that_a_product_repeats_is_implied(side: str) -> None:
    sign = side[side.index("<") + 1 : side.index(">")]
    assert implied(*one(side, sign, ""))


@test_sums_and_offsets.fact
@each(
    "side",
    [
        r"x_k = <\sum_k> A_{ck} y_k",
        r"x_c = <\sum_k> [ A_{ck} y_k - 1 ]",
        r"x_c = <\sum_k> (y_k - 1)^2",
        r"x_c = <\sum_k> \log(y_k)",
        r"x_c = <\sum_{k=2}^{K}> A_{ck} y_k",
        r"x_c = <\sum_{k \neq c}> A_{ck} y_k",
        r"x_c = <\sum_k> (y_k y_k) (z_k y_k)",
        r"x_c = <\sum_k> (A_{ck} y_k)^2",
    ],
)
def elsewhere_the_sign_is_needed(side: str) -> None:
    sign = side[side.index("<") + 1 : side.index(">")]
    assert not implied(*one(side, sign, ""))


@test_sums_and_offsets.fact
def a_first_side_has_none_before_it() -> None:
    text = "$$\na = b = c\n$$"
    assert first_side(text, Side(3, 5, 0, 2)) is None
    assert (first_side(text, Side(11, 12, 0, 2)) or "").strip() == "a"


@test_sums_and_offsets.fact
def a_change_of_an_offset_for_the_sum_that_it_stands_in() -> None:
    def found(definition: str) -> bool:
        text = f"$$\n{definition}\n$$\n\n$$\n\\frac{{\\partial L}}{{\\partial a}} = g\n$$\n"
        at = text.rindex("a}")
        return an_offset(text, Mutant("", at, at + 1, "b"))

    assert found("a = W x + b")
    assert not found("a = W x + c")
    assert not found("a = W x + b, \\qquad h = b")
    assert not found("a = b x")
