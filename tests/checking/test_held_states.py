"""Derivatives in one cell of a recursion by a parameter, which the state before depends on too."""

from __future__ import annotations

from symgrad.checking.documents import check_text
from tests.cases import each

CELLS = {
    "at every position": r"$$ h_t = \tanh(w h_{t-1} + u x_t) $$",
    "single names": r"With $x_t, h_t, w, u \in \mathbb{R}$: $$ h_t = \tanh(w h_{t-1} + u x_t) $$",
}


@each("cell", CELLS.values())
def test_a_warning_says_that_the_state_before_is_held(cell: str) -> None:
    steps = [
        r"\frac{\partial h_t}{\partial w} = (1 - h_t^2) h_{t-1}",
        r"\frac{\partial h_t}{\partial x_t} = (1 - h_t^2) u",
    ]
    report = check_text("\n\n".join((cell, *(f"$$ {step} $$" for step in steps))))
    assert [s.verdict for s in report.steps] == ["proved", "proved"]
    assert [[w.code for w in s.warnings] for s in report.steps] == [["SG208"], []]
