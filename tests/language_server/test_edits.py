"""A document that is edited at random has the report of a fresh check, byte for byte, whatever was remembered."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from symgrad.checking.documents import check_text as fresh
from symgrad.checking.rulings import RecentRulings
from symgrad.checking.verdict import Report
from symgrad.language_server.checked_document import check_text
from symgrad.language_server.wanted_work import wanted_work
from symgrad.report.json_format import JSON
from symgrad.report.report_format import PLAIN
from tests.samples import EXHAUSTIVE
from tests.test_kinds import FENCE

KINDS = Path(__file__).parents[1] / "kinds"
LOOKING_BACK = (
    "grounds_behind",
    "named_behind",
    "explained_behind",
    "anew_in_a_part",
    "stationary",
    "turns_of_the_text",
)
"""Kinds in which the text behind a display changes what was read of it, or ends what was assumed before."""

TEXT = r"""Let $x, y \in \mathbb{R}^{N}$, $A \in \mathbb{R}^{N \times N}$, $t \in \mathbb{R}$.

$$ p_a = \frac{\exp(x_a)}{\sum_b \exp(x_b)}, \qquad J = -\sum_a y_a \log p_a $$

Assume $\sum_a y_a = 1$.

$$ \frac{\partial J}{\partial x_i} = p_i - y_i $$

$$ q = x^\top A y, \qquad \frac{\partial q}{\partial x} = A y $$

# Another

$$ \frac{d}{dt} t \sigma(t) = \sigma(t) + t \sigma(t) \sigma(-t) = u_i v_i $$

$$ \frac{\partial}{\partial x_k} \sum_i w_i x_i^2 = 2 w_k x_k $$
"""
EDITS = (
    "-",
    "+",
    "2",
    "x",
    "y",
    "= ",
    " ",
    "\n\n",
    "$",
    "_i",
    "^\\top",
    "\\sigma(t)",
    "\\sum_i",
    "Assume $t > 0$.\n\n",
)


def edited(start: str, count: int, chosen: random.Random) -> Iterator[str]:
    """A document after one edit after the other; sometimes all of them are taken back."""
    text = start
    for _ in range(count):
        at = chosen.randrange(len(text))
        gone = chosen.choice((0, 0, 1, 4))
        text = text[:at] + chosen.choice(EDITS) * chosen.randrange(2) + text[at + gone :]
        text = text if chosen.random() > 0.3 else start
        yield text


def assert_as_fresh(text: str, rulings: RecentRulings) -> None:
    told = check_text("notes.md", text, "", rulings).report
    assert JSON.check is not None
    assert JSON.check(Report((told,)), PLAIN) == JSON.check(Report((fresh(text, "notes.md"),)), PLAIN), text


def test_random_edits() -> None:
    rulings = RecentRulings()
    for text in edited(TEXT, 60 if EXHAUSTIVE else 8, random.Random(5)):
        assert_as_fresh(text, rulings)


def test_random_edits_of_kinds_that_look_back() -> None:
    """One memory for all of them: what it holds of one document is of no harm to another."""
    chosen, rulings = random.Random(7), RecentRulings()
    for kind in LOOKING_BACK:
        inputs = [text for *_, text in FENCE.findall((KINDS / f"{kind}.md").read_text(encoding="utf-8"))]
        for start in inputs if EXHAUSTIVE else chosen.sample(inputs, 2):
            for text in (start, *edited(start, 10 if EXHAUSTIVE else 2, chosen)):
                assert_as_fresh(text, rulings)


def test_a_check_that_is_not_wanted_any_more_ends_and_leaves_nothing_wrong() -> None:
    rulings = RecentRulings()
    for stop in (0, 1, 5, 20):
        asked: list[int] = []

        def wanted(asked: list[int] = asked, stop: int = stop) -> bool:
            asked.append(stop)
            return len(asked) <= stop

        assert wanted_work(lambda: check_text("notes.md", TEXT, "", rulings), wanted)() is None
        assert len(asked) == stop + 1
    told = wanted_work(lambda: check_text("notes.md", TEXT, "", rulings).report, lambda: True)()
    assert told is not None
    assert JSON.check is not None
    assert JSON.check(Report((told,)), PLAIN) == JSON.check(Report((fresh(TEXT, "notes.md"),)), PLAIN)
