"""Hand-coded gradients as people write them: the right ones pass, every wrong one is found and named."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from symgrad.comparing.comparer import compare
from symgrad.comparing.problem import Problem, problem_of
from symgrad.reading.document_reader import read_document
from symgrad.text.source import Source
from tests.cases import each
from tests.handcoded import batched, cbow, negative_sampling, networks, softmax
from tests.handcoded.hand import HANDS, Hand
from tests.samples import sample

MODULES = (batched, cbow, negative_sampling, networks, softmax)
RIGHT = [h for h in HANDS if not h.wrong]
WRONG = [h for h in HANDS if h.wrong]
SEEDS = sample(2, 3)


@cache
def problem_in(document: Path, of: str | None) -> Problem:
    return problem_of(read_document(Source(document.name, document.read_text(encoding="utf-8"))), of)


def problem(hand: Hand) -> Problem:
    return problem_in(hand.document, hand.of)


@pytest.mark.sampled
@each("hand", RIGHT, ids=lambda h: h.name, shares=2)
def test_right_gradients_pass(hand: Hand) -> None:
    document = problem(hand)
    for seed in range(SEEDS):
        found = compare(hand.function, document, maps=hand.maps, seed=seed)
        assert found.right, (seed, [f for f in found.findings if f.verdict != "right"])
        assert len(found.gradients) >= 2
        assert found.opinion is None or found.opinion.agrees is not False


@each("hand", WRONG, ids=lambda h: h.name, shares=3)
def test_wrong_gradients_are_found_and_named(hand: Hand) -> None:
    found = compare(hand.function, problem(hand), maps=hand.maps)
    wrong = {f.argument: f for f in found.findings if f.verdict == "differs"}
    assert set(wrong) == set(hand.wrong)
    for f in wrong.values():
        assert f.causes, f
        missing = [word for word in hand.named if word not in f.causes[0]]
        assert not missing, f"{f.argument}: {f.causes}"


def test_the_collection_is_large_enough() -> None:
    assert len(WRONG) >= 20
    assert len({h.named for h in WRONG}) >= 20
