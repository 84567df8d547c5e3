"""Kinds of writing that are easily misread: several inputs of each kind, right and wrong ones, with labels per step.

Each file of ``tests/kinds/`` is one kind. Each document in it stands in a fence whose info string labels the steps in
order: ``T`` true, so proved or agreeing; ``F`` false, so refuted; ``X`` nothing may be ruled on, so unreadable;
``t`` not refuted, ``f`` neither proved nor agreeing. ``!`` in front marks what is not yet read as its author meant it:
the labels are not reached today, and the mark goes when they are.
"""

from __future__ import annotations

import re
from pathlib import Path

from symgrad.checking.documents import check_text
from tests.cases import each
from tests.witness_scripts import refuted, reproduces

KINDS = sorted((Path(__file__).parent / "kinds").glob("*.md"))
FENCE = re.compile(r"^(`{3,})markdown (!?)([TFXtf]+)\n(.*?)^\1$", re.DOTALL | re.MULTILINE)
ALLOWED = {
    "T": {"proved", "agrees"},
    "F": {"refuted"},
    "X": {"unreadable"},
    "t": {"proved", "agrees", "unreadable"},
    "f": {"refuted", "unreadable"},
}
BEYOND_DOUBLES = "exact_numbers.md"
"""Its differences are too small for doubles, and so for the script of a witness."""


def meets(labels: str, verdicts: list[str]) -> bool:
    return len(labels) == len(verdicts) and all(v in ALLOWED[label] for label, v in zip(labels, verdicts, strict=True))


@each("kind", KINDS, shares=12)
def test_every_input_is_ruled_on_as_labelled(kind: Path) -> None:
    failures = []
    inputs = FENCE.findall(kind.read_text(encoding="utf-8"))
    assert len(inputs) >= 5, "five inputs of every kind"
    for number, (_, open_question, labels, text) in enumerate(inputs, 1):
        steps = check_text(text).steps
        verdicts = [step.verdict for step in steps]
        if meets(labels, verdicts) == bool(open_question):
            failures.append(f"{kind.name}, input {number}: labelled {open_question}{labels}, ruled {verdicts}")
        if kind.name != BEYOND_DOUBLES and not all(w.script and reproduces(w) for _, w in refuted(steps)):
            failures.append(f"{kind.name}, input {number}: the script of a witness does not show the difference")
    assert not failures, "\n".join(failures)
