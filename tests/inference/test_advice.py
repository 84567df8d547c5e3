"""Where two meanings of an undeclared name are possible, both are offered as declarations, and each of them works."""

from __future__ import annotations

import re

from symgrad.checking.documents import check_text
from symgrad.checking.verdict import Step
from tests.cases import each

DOUBTFUL = [
    (
        "positive or not",
        r"$$ \sqrt{s^2} = s $$",
        (r"$s > 0$", r"$s \in \mathbb{R}$"),
        ("proved", "refuted"),
    ),
    (
        "a vector of positive numbers or not",
        r"$$ J = \sum_i \log(x_i^2) $$" "\n\n" r"$$ J = 2 \sum_i \log x_i $$" "\n\n" r"$$ \sqrt{x_i^2} = x_i $$",
        (r"$x \in \mathbb{R}_{>0}^{n_{i}}$", r"$x \in \mathbb{R}^{n_{i}}$"),
        ("proved", "refuted"),
    ),
    (
        "two positive numbers or not",
        r"$$ \sqrt{a^2} + \sqrt{b^2} = a + b $$",
        (r"$a, b > 0$", r"$a \in \mathbb{R}$ $b \in \mathbb{R}$"),
        ("proved", "refuted"),
    ),
    (
        "explained elsewhere",
        r"$$ J = \sum_i w_i^2 $$" "\n\n" r"$$ \frac{\partial J}{\partial w_i} = g_i $$",
        (r"$g \in \mathbb{R}^{n_{i}}$",),
        ("refuted",),
    ),
]


def last(text: str, declarations: str = "") -> Step:
    return check_text(text, with_texts=[declarations] if declarations else []).steps[-1]


@each(("text", "offered", "verdicts"), [row[1:] for row in DOUBTFUL], ids=[row[0] for row in DOUBTFUL])
def test_advice_that_is_followed_gives_a_verdict(
    text: str, offered: tuple[str, ...], verdicts: tuple[str, ...]
) -> None:
    step = last(text)
    assert step.verdict == "unreadable"
    assert step.diagnostic is not None
    parts = step.diagnostic.remedy.split(", or ")
    ready = [" ".join(re.findall(r"`(\$[^`]*\$)`", part)) for part in parts]
    assert tuple(filter(None, ready)) == offered
    assert tuple(last(text, declarations).verdict for declarations in offered) == verdicts
