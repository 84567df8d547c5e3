"""Derivations as people write them, right and wrong: each step is judged as its author's arithmetic deserves.

``corpus/`` holds one document a derivation. Before every display that claims something stands, one word a step,
``<!-- verdicts: proved refuted -->`` (in TeX ``% verdicts: …``). Definitions are no steps. The words were settled by
evaluating both sides of every step in NumPy, not by running symgrad.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from symgrad.checking.documents import check_text
from symgrad.checking.verdict import DocumentReport, Step
from tests.cases import each

CORPUS = Path(__file__).parent / "corpus"
DOCUMENTS = sorted(path for path in CORPUS.iterdir() if path.suffix in {".md", ".tex"})
WORDS = {"proved", "refuted", "unreadable", "agrees"}
REMARK = re.compile(r"^[ \t]*(?:<!--|%)[ \t]*verdicts:([a-z \t]*)", re.MULTILINE)


@dataclass(frozen=True)
class Remark:
    """The verdicts that the display after ``line`` should get."""

    line: int
    words: tuple[str, ...]


def remarks(text: str) -> list[Remark]:
    return [
        Remark(text.count("\n", 0, match.start()) + 1, tuple(match.group(1).split())) for match in REMARK.finditer(text)
    ]


def show(step: Step | None) -> str:
    if step is None:
        return "no such step"
    why = f" ({step.diagnostic.message})" if step.diagnostic is not None else ""
    return f"{step.verdict}{why}\n        {step.left}  =  {step.right}"


def differences(text: str, report: DocumentReport) -> list[str]:
    """One entry a step that was judged otherwise, was not expected, or is missing; and one an unreadable definition."""
    found = [
        f"line {d.span.line if d.span else 0}: not read: {d.message}"
        for d in report.diagnostics
        if d.severity == "error"
    ]
    expected = remarks(text)
    first = expected[0].line if expected else text.count("\n") + 2
    found += [f"line {s.span.line}: unexpected step: {show(s)}" for s in report.steps if s.span.line < first]
    ends = [remark.line for remark in expected[1:]] + [text.count("\n") + 2]
    for remark, end in zip(expected, ends, strict=True):
        steps = [step for step in report.steps if remark.line < step.span.line < end]
        for number in range(max(len(steps), len(remark.words))):
            step = steps[number] if number < len(steps) else None
            word = remark.words[number] if number < len(remark.words) else "no step"
            if step is None or step.verdict != word:
                line = step.span.line if step else remark.line
                found.append(f"line {line}, step {number + 1}: expected {word}, got {show(step)}")
    return found


def test_the_remarks_are_well_formed() -> None:
    for path in DOCUMENTS:
        for remark in remarks(path.read_text(encoding="utf-8")):
            assert remark.words, f"{path.name}:{remark.line}: a remark without words"
            assert set(remark.words) <= WORDS, f"{path.name}:{remark.line}: {remark.words}"


def test_there_are_right_and_wrong_derivations_enough() -> None:
    wrong = [path for path in DOCUMENTS if any("refuted" in r.words for r in remarks(path.read_text(encoding="utf-8")))]
    assert len(DOCUMENTS) >= 40
    assert len(wrong) >= 20


@each("path", DOCUMENTS, shares=3)
def test_corpus(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    found = differences(text, check_text(text, path=path.name))
    assert not found, f"{path.name}\n  " + "\n  ".join(found)
