"""What means the same is judged the same: rewritten sides of ``derivations/`` stay proved.

A sample runs by default; ``SYMGRAD_REWRITES=all`` runs every rewrite of every side.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest

from tests.cases import each, facts
from tests.samples import sample
from tests.soundness.mutants import judge_of
from tests.soundness.rewrites import rewrites_of

pytestmark = pytest.mark.sampled

DOCUMENTS = sorted((Path(__file__).resolve().parents[2] / "derivations").glob("*.md"))
SAMPLE = sample(10, 15, "SYMGRAD_REWRITES")
LEAST_PROVED = 0.98


@cache
def rulings(path: Path) -> tuple[dict[str, Counter[str]], list[str]]:
    """Verdicts by kind of rewrite, and the claims that were not proved."""
    judge = judge_of(path)
    found = [(side, rewrite) for side in judge.sides for rewrite in rewrites_of(judge.text, side)]
    random.Random(path.name).shuffle(found)
    table: dict[str, Counter[str]] = defaultdict(Counter)
    other = []
    for side, rewrite in found[:SAMPLE]:
        for ruling in judge.rule(side, rewrite):
            table[rewrite.operator][ruling.verdict] += 1
            if ruling.verdict != "proved":
                other.append(
                    f"{path.name}:{side.line} {rewrite.operator}: {ruling.verdict}: {ruling.left} = {ruling.right}"
                )
    return table, other


test_rewritten_sides = facts()


@test_rewritten_sides.fact
@each("path", DOCUMENTS)
def nothing_that_means_the_same_is_refuted(path: Path) -> None:
    table, other = rulings(path)
    assert sum(sum(c.values()) for c in table.values()) >= min(SAMPLE, 12)  # short documents have few
    assert not [line for line in other if ": refuted:" in line or ": unreadable:" in line]


@test_rewritten_sides.fact
def nearly_all_are_proved() -> None:
    total: Counter[str] = Counter()
    other = []
    for path in DOCUMENTS:
        table, lines = rulings(path)
        other += lines
        for counts in table.values():
            total += counts
    assert total["proved"] >= LEAST_PROVED * total.total(), "\n".join(other)
