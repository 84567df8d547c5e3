"""Documents written from the notation alone, by hands that had not seen the checker, with the verdicts they expect."""

from __future__ import annotations

import json
from pathlib import Path

from symgrad.checking.documents import check_text
from tests.cases import each

FOLDER = Path(__file__).parent / "unseen"
DOCUMENTS = sorted(p for p in FOLDER.iterdir() if p.suffix in (".md", ".tex"))


@each("path", DOCUMENTS)
def test_every_step_is_ruled_on_as_its_author_expects(path: Path) -> None:
    expected = json.loads(path.with_name(f"{path.stem}.expected.json").read_text())
    report = check_text(path.read_text(), path.name)
    assert not report.diagnostics
    assert len(report.steps) == len(expected)
    wrong = [
        f"{path.name}:{step.span.line}: {step.verdict}, expected {want['verdict']}: {want['right']}"
        for step, want in zip(report.steps, expected, strict=True)
        if step.verdict != want["verdict"] and (step.verdict, want["verdict"]) != ("agrees", "proved")
    ]
    assert not wrong, "\n".join(wrong)
    agreeing = sum(step.verdict == "agrees" for step in report.steps)
    assert agreeing <= max(2, len(expected) // 4)
