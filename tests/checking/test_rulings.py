"""What is remembered of a claim: an unchanged one is not worked twice, and a changed one is never taken for another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from symgrad.checking import checker
from symgrad.checking.checker import Checker
from symgrad.checking.claim_digest import claim_digest
from symgrad.checking.verdict import Report
from symgrad.reading.document_reader import read_document
from symgrad.report.json_format import check as as_json
from symgrad.text.source import Source
from tests.cases import each

DERIVATIONS = Path(__file__).parents[2] / "derivations"
DOCUMENTS = [DERIVATIONS / name for name in ("common_mistakes.md", "negative_sampling_set.md")]
TEXT = r"""
With $x, y \in \mathbb{R}^{N}$ and $W \in \mathbb{R}^{M \times N}$:

$$ J = \sum_n x_n^2 y_n $$

$$ \frac{\partial J}{\partial x_i} = 2 x_i y_i $$

$$ \frac{\partial J}{\partial y_i} = x_i $$

$$ \sum_n W_{mn} x_n = (W x)_m $$
"""


def checked(text: str, memory: dict[str, str] | None = None, path: str = "text.md") -> str:
    return as_json(Report((Checker(0, memory).document(read_document(Source(path, text))),)))


class Work:
    """Counts the claims that the engines evaluate."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.claims = 0
        refute = checker.refute

        def counted(*args: Any, **more: Any) -> Any:
            self.claims += 1
            return refute(*args, **more)

        monkeypatch.setattr(checker, "refute", counted)

    def of(self, text: str, memory: dict[str, str]) -> int:
        before = self.claims
        assert checked(text, memory) == checked(text)
        return (self.claims - before) - self.alone(text)

    def alone(self, text: str) -> int:
        before = self.claims
        checked(text)
        found, self.claims = self.claims - before, before
        return found


@each("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_report_from_memory_is_the_same(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    memory: dict[str, str] = {}
    first = checked(text, memory)
    assert memory
    kept = dict(memory)
    assert checked(text, memory) == first == checked(text)
    assert memory == kept


@each(
    ("old", "new", "worked"),
    [
        ("", "", 0),
        ("With $x", "A line more.\n\nWith $x", 0),
        ("= 2 x_i y_i", "= x_i y_i + y_i x_i", 1),
        ("= x_i $$", "= x_i^2 $$", 1),
        ("x_n^2 y_n $$", "x_n^3 y_n $$", 2),
        ("$x, y \\in \\mathbb{R}^{N}$", "$x, y \\in \\mathbb{R}^{N}$, $x_n > 0$", 3),
        ("\\mathbb{R}^{M \\times N}", "\\mathbb{R}^{M \\times N}$, $z \\in \\mathbb{R}^{K}", 0),
        ("J}{\\partial y_i}", "J}{\\partial y_k}", 1),
    ],
)
def test_only_what_changed_is_worked_again(old: str, new: str, worked: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        work = Work(patch)
        memory: dict[str, str] = {}
        assert work.of(TEXT, memory) == 3
        assert work.of(TEXT.replace(old, new, 1) if old else TEXT, memory) == worked


@each(
    ("one", "other"),
    [
        ("x_i y_j = y_j x_i", "x_i y_i = y_i x_i"),
        ("x_i y_j = y_j x_i", "x_i y_j = y_i x_j"),
        ("\\sum_n x_n y_n = 1", "\\sum_n x_n x_n = 1"),
        ("\\sum_{n=1}^N x_n = 1", "\\sum_{n=2}^N x_n = 1"),
        ("x_i^2 = x_i", "x_i^3 = x_i"),
        ("1 = W_{ij} y_i", "1 = W_{ji} y_i"),
        ("\\exp(x_i) = 1", "\\log(x_i) = 1"),
        ("\\sum_n \\sum_m W_{mn} x_n = 1", "\\sum_n \\sum_m W_{mn} y_n = 1"),
        ("x_i + y_i = 1", "x_k + y_k = 1"),
    ],
)
def test_different_claims_have_different_digests(one: str, other: str) -> None:
    declared = "With $x, y \\in \\mathbb{R}^{N}$ and $W \\in \\mathbb{R}^{N \\times N}$:\n\n"
    digests = [digest(f"{declared}$$ {text} $$\n") for text in (one, other)]
    assert None not in digests
    assert digests[0] != digests[1]
    assert [digest(f"{declared}$$ {text} $$\n") for text in (one, other)] == digests


def test_declarations_belong_to_a_claim() -> None:
    plain, positive = (
        digest(f"With $x \\in \\mathbb{{R}}^{{N}}{more}$:\n\n$$ |x_i| = x_i $$\n") for more in ("", "$, $x_i > 0")
    )
    assert plain != positive


def digest(text: str) -> str | None:
    (step,) = read_document(Source("text.md", text)).steps
    assert step.outcome.claim is not None, step.outcome
    return claim_digest(step.outcome.claim)
