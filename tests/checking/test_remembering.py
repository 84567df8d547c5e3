"""Rulings that are remembered are those that would be worked out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from symgrad.checking.checker import Checker
from symgrad.checking.rulings import RecentRulings
from symgrad.checking.verdict import Report
from symgrad.reading.document_reader import read_document
from symgrad.report.json_format import JSON
from symgrad.text.source import Source
from tests.cases import each

ROOT = Path(__file__).parents[2]
HEAD = "Let $A \\in \\mathbb{R}^{N \\times N}$, $x, y \\in \\mathbb{R}^{N}$.\n\n"
TWO = f"{HEAD}$$ z_i = \\sum_j A_{{ij}} x_j $$\n\n$$ z = A x $$\n\n$$ \\sum_i x_i y_i = y^\\top x $$\n"


def told(text: str, rulings: RecentRulings | None = None) -> str:
    """All that JSON says of a document, with a new checker or one that remembers."""
    checker = Checker(store=rulings)
    report = checker.document(read_document(Source("a.md", text)))
    assert JSON.check is not None
    return JSON.check(Report((replace(report, path="a.md"),)))


EDITS = {
    "a line before": lambda text: f"Text.\n\n{text}",
    "another cost": lambda text: text.replace("A_{ij} x_j", "2 A_{ij} x_j"),
    "another shape": lambda text: text.replace("N \\times N", "N \\times M").replace("x, y", "y"),
    "positive entries": lambda text: text.replace("\\mathbb{R}^{N}$.", "\\mathbb{R}_{>0}^{N}$."),
    "an assumption": lambda text: text.replace("$.\n", "$. Assume $\\sum_i x_i = 1$.\n"),
    "another letter": lambda text: text.replace("y", "w"),
    "expect refuted": lambda text: text.replace("$$ z = A x", "<!-- symgrad: expect refuted -->\n$$ z = A x"),
}


@each("name", list(EDITS))
def test_an_edited_document_is_ruled_on_as_a_new_one(name: str) -> None:
    rulings = RecentRulings()
    told(TWO, rulings)
    edited = EDITS[name](TWO)
    assert told(edited, rulings) == told(edited)
    assert told(TWO, rulings) == told(TWO)


def test_a_document_with_mistakes_is_told_again_as_it_was() -> None:
    text = (ROOT / "derivations" / "common_mistakes.md").read_text(encoding="utf-8")[:4000]
    rulings = RecentRulings()
    first = told(text, rulings)
    worked = len(rulings)
    assert told(text, rulings) == first == told(text)
    assert len(rulings) == worked


def test_only_what_depends_on_an_edit_is_worked_out() -> None:
    rulings = RecentRulings()
    told(TWO, rulings)
    worked = len(rulings)
    told(TWO.replace("y^\\top x", "x^\\top y"), rulings)
    assert len(rulings) == worked + 1
    told(TWO.replace("A_{ij} x_j", "x_j A_{ij}"), rulings)
    assert len(rulings) == worked + 2, "the definition that one step rests on"
