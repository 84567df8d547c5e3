"""The printed declarations say what was inferred: with them, a document gets the verdicts that it has without them.

The exceptions are what a verdict may not rest on as long as it is inferred, and may once it is declared.
"""

from __future__ import annotations

import re
from pathlib import Path

from symgrad.checking.documents import check_text
from symgrad.checking.verdict import DocumentReport, Step
from symgrad.reading.document.block_reader import Inline, read_blocks
from symgrad.text.source import Source
from tests.cases import each
from tests.docs_pages import blocks

HABITS = [b.text for b in blocks((Path(__file__).parent / "habits.md").read_text(encoding="utf-8"))]
OTHERWISE = {"recursion_vectors.md": "its recursion can't be read, and is read in parts once its names are declared"}
CORPUS = [p for p in sorted((Path(__file__).parents[1] / "corpus").iterdir()) if p.name not in OTHERWISE]
DECLARES = re.compile(r"\\in\b|\\subseteq|\\to\b|\\dots")
DOUBTED = ("SG105", "SG114", "SG118", "SG203")
"""Reasons why nothing is said of an undeclared name."""
OTHERWISE_MEANT = ("SG210", "SG223", "SG224")
"""The warnings that a name has another meaning here than elsewhere; a declared name has one meaning."""


def with_declarations(text: str, path: str, report: DocumentReport) -> DocumentReport:
    return check_text(text, path, ["\n".join(f"${line}$" for line in report.inferred)])


def may_change(step: Step) -> bool:
    reason = step.diagnostic or step.cause
    return (reason is not None and reason.code in DOUBTED) or any(w.code in OTHERWISE_MEANT for w in step.warnings)


def without_declarations(path: Path) -> str:
    """The text of a document without the inline formulas that declare."""
    text, out, at = path.read_text(encoding="utf-8"), [], 0
    for block in read_blocks(Source(path.name, text)).items:
        if isinstance(block, Inline) and DECLARES.search(block.content.text):
            mark = "$" if text[block.content.start - 1] == "$" else "\\("
            out.append(text[at : block.content.start - len(mark)])
            at = block.content.end + len(mark)
    return "".join(out) + text[at:]


def compare(text: str, path: str) -> None:
    plain = check_text(text, path)
    declared = with_declarations(text, path, plain)
    assert not [d for d in declared.diagnostics if d.span and d.span.source.path == "with.md"]
    after = {step.span.start: step for step in declared.steps}
    if not plain.diagnostics:  # what stands for a name that can't be read may be a step or a definition
        assert list(after) == [step.span.start for step in plain.steps]
    both = [(step, after[step.span.start]) for step in plain.steps if step.span.start in after]
    changed = [
        f"line {a.span.line}: {a.verdict}, then {b.verdict}: {a.span.text}"
        for a, b in both
        if a.verdict != b.verdict and not may_change(a)
    ]
    assert not changed, "\n".join((*changed, *plain.inferred))


@each("text", HABITS)
def test_habits_are_ruled_on_in_full(text: str) -> None:
    """The last step of each is wrong, and the others are right."""
    verdicts = [step.verdict for step in check_text(text).steps]
    assert verdicts == ["proved"] * (len(verdicts) - 1) + ["refuted"]


@each("text", HABITS)
def test_habits_with_what_was_inferred(text: str) -> None:
    compare(text, "text.md")


@each("path", CORPUS, shares=8)
def test_corpus_without_its_declarations(path: Path) -> None:
    compare(without_declarations(path), path.name)
