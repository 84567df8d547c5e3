"""The next line of a derivation that an author has begun, until there is none; each is proved."""

from __future__ import annotations

from symgrad.checking.rulings import RecentRulings
from symgrad.language_server.checked_document import check_text
from symgrad.reading.document.blocks import Display
from tests.cases import each

SOFTMAX = r"""Let $s, y \in \mathbb{R}^{N}$ with $\sum_a y_a = 1$.

$$ p_a = \frac{\exp(s_a)}{\sum_b \exp(s_b)}, \qquad J = -\sum_a y_a \log p_a $$

"""
SQUARES = "Let $w \\in \\mathbb{R}^{D}$.\n\n$$ E = \\sum_d \\sigma(w_d)^2 $$\n\n"
BEGUN = [
    (SOFTMAX + r"$$ \frac{\partial J}{\partial s_i} = $$", "p_i - y_i"),
    (SOFTMAX + "$$\\begin{aligned}\n\\frac{\\partial J}{\\partial s_i} &=\n\\end{aligned}$$", "p_i - y_i"),
    (SOFTMAX + r"$$ \frac{\partial J}{\partial s_i} = -\sum_a y_a \frac{\partial \log p_a}{\partial s_i}. $$", "p_i"),
    (
        SQUARES
        + "\\[ \\frac{\\partial E}{\\partial w_d} = 2 \\sigma(w_d) \\frac{\\partial \\sigma(w_d)}{\\partial w_d} \\]",
        "",
    ),
]


@each(("text", "end"), BEGUN)
def test_lines_are_added_until_the_derivation_is_complete(text: str, end: str) -> None:
    rulings = RecentRulings()
    added = 0
    while added < 12:
        found = check_text("notes.md", text, "", rulings)
        display = [b for b in found.blocks.items if isinstance(b, Display)][-1]
        edit = found.next_line(display)
        if edit is None:
            break
        text, added = text[: edit.span.start] + edit.text + text[edit.span.end :], added + 1
    assert added >= 1
    assert end in display.content.text.splitlines()[-1] + display.content.text.splitlines()[-2]
    steps = check_text("notes.md", text, "", rulings).report.steps
    assert len(steps) > added - 1
    assert {s.verdict for s in steps} == {"proved"}, text


def test_a_display_without_a_derivative_has_no_next_line() -> None:
    found = check_text("notes.md", SQUARES, "", RecentRulings())
    display = next(b for b in found.blocks.items if isinstance(b, Display))
    assert found.next_line(display) is None
