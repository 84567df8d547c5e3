"""A slice of the generated steps; ``python -m tests.soundness`` runs as many as one likes."""

from __future__ import annotations

import json
import random
from pathlib import Path

from tests.soundness.generated import derived, value
from tests.soundness.run import block, summary

RECORD = Path(__file__).with_name("generated.jsonl")


def test_no_verdict_on_a_generated_step_is_wrong() -> None:
    found = block(20_001, 60)
    assert not found["wrong"]
    true = {key: n for key, n in found["table"].items() if key.startswith("true")}
    proved = sum(n for key, n in true.items() if key.endswith("proved"))
    assert proved >= 0.95 * sum(true.values()), summary([found])


def test_the_record_holds_no_wrong_verdict() -> None:
    blocks = [json.loads(line) for line in RECORD.read_text(encoding="utf-8").splitlines()]
    assert len({b["seed"] for b in blocks}) == len(blocks)
    assert not [w for b in blocks for w in b["wrong"]]


def test_derivatives_are_those_of_the_values() -> None:
    rng = random.Random(1)
    tree = ("function", "tanh", ("sum", "i", ("mul", (("entry", "u", ("i",)), ("power", ("entry", "v", ("i",)), 3)))))
    given = {"D": 3, "u": [rng.random() for _ in range(3)], "v": [rng.random() for _ in range(3)]}
    exact = value(derived(tree, "v", ("k",)), given, {"k": 1})
    ends = []
    for h in (1e-6, -1e-6):
        moved = {**given, "v": [x + h * (n == 1) for n, x in enumerate(given["v"])]}
        ends.append(value(tree, moved, {}))
    assert abs((ends[0] - ends[1]) / 2e-6 - exact) < 1e-8
