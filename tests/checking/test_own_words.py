"""The difference of a refuted step is told in the names of the document, and a term that is missing is offered."""

from __future__ import annotations

from symgrad.checking.documents import check_text
from tests.cases import each

SOFTMAX = r"""Let $s, y \in \mathbb{R}^{N}$ with $\sum_a y_a = 1$.

$$ p_a = \frac{\exp(s_a)}{\sum_b \exp(s_b)}, \qquad J = -\sum_a y_a \log p_a $$

"""
NUMBERS = "Let $t, u \\in \\mathbb{R}$.\n\n"
TOLD = [
    (SOFTMAX + r"$$ \frac{\partial J}{\partial s_i} = y_i - p_i $$", "2 p_i - 2 y_i", "turn the right side round"),
    (SOFTMAX + r"$$ \frac{\partial p_a}{\partial s_i} = -p_a p_i $$", r"\delta_{ai} p_i", "assume"),
    (NUMBERS + r"$$ \tanh'(t) = 1 - \tanh(t) $$", r"(1 - \tanh(t)) \tanh(t)", "multiply the term"),
    (NUMBERS + r"$$ (t + u)^2 = t^2 + u^2 $$", "2 u t", "add $2 u t$ to the right side"),
    (NUMBERS + r"$$ \sqrt{t^2} = t $$", r"\sqrt{t^2} - t", ""),
]


@each(("text", "difference", "repair"), TOLD)
def test_a_difference_is_in_the_names_of_the_document(text: str, difference: str, repair: str) -> None:
    step = check_text(f"{text}\n").steps[-1]
    assert step.verdict == "refuted"
    assert step.difference == difference
    assert bool(step.repairs) == bool(repair)
    assert not repair or step.repairs[0].startswith(repair)
