"""Single-error mutants of every claim of ``derivations/``: none is proved, none agrees, unless it is no error.

A sample runs by default; ``SYMGRAD_MUTANTS=all`` runs every mutant, ``SYMGRAD_MUTANTS=2000`` so many of each document.
``pytest -s`` shows the confusion table.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.cases import each
from tests.samples import sample
from tests.soundness.equivalent import PASSING, changed_side, verdict
from tests.soundness.mutants import judge_of

pytestmark = pytest.mark.sampled

DOCUMENTS = sorted((Path(__file__).resolve().parents[2] / "derivations").glob("*.md"))
SAMPLE = sample(10, 16, "SYMGRAD_MUTANTS")

table: dict[str, Counter[str]] = defaultdict(Counter)


@each("path", DOCUMENTS, shares=8)
def test_no_mutant_passes(path: Path) -> None:
    judge = judge_of(path)
    mutants = [(side, mutant) for side in judge.sides for mutant in judge.mutants(side)]
    random.Random(path.name).shuffle(mutants)
    mutants.sort(key=lambda pair: pair[1].operator == "character dropped")  # these are seldom more than unreadable
    found = []
    for side, mutant in mutants[:SAMPLE]:
        rulings = judge.rule(side, mutant)
        word = verdict(judge, side, mutant, rulings)
        table[mutant.operator][word] += 1
        if word in PASSING:
            found.append(f"{path.name}:{side.line} {mutant.operator}: {word}: {changed_side(judge, side, mutant)}")
    assert not found, "\n".join(found)


def test_mutants_are_made_of_every_kind() -> None:
    path = next(path for path in DOCUMENTS if path.stem == "cbow_negative_sampling")
    judge = judge_of(path)
    kinds = {mutant.operator for side in judge.sides for mutant in judge.mutants(side)}
    assert {"sign", "index replaced", "indices swapped", "operand replaced", "factor dropped", "delta dropped"} <= kinds
    assert {"term dropped", "transpose dropped", "sum dropped", "argument's sign", "index shifted", "bound"} <= kinds


def test_most_mutants_are_refuted() -> None:
    """The confusion table, by operator, of the tests above."""
    total: Counter[str] = Counter()
    for operator, counts in sorted(table.items()):
        total += counts
        print(f"{operator:24} " + "  ".join(f"{word} {count}" for word, count in sorted(counts.items())))
    print(f"{'all':24} " + "  ".join(f"{word} {count}" for word, count in sorted(total.items())))
    if total.total() >= 100:
        assert total["refuted"] >= 0.4 * total.total()
