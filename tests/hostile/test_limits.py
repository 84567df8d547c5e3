"""Limits on time and memory: what is cut says so, and the rest goes on."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import symgrad
from symgrad.checking import checker
from symgrad.checking.documents import check_text
from symgrad.cli import main
from tests.cases import each

DECLARED = "Let $x, y, z \\in \\mathbb{R}$, $v \\in \\mathbb{R}^{D}$, $A \\in \\mathbb{R}^{D \\times D}$.\n\n"
SLOW = {
    "eight-fold sums": "\\sum_{a,b,c,d,e,f,g,h} \\sin(v_a v_b v_c v_d v_e v_f v_g A_{gh}) = # \\sum_a v_a",
    "powers of 40": "(\\sum_i v_i + \\sum_j A_{jj} + #)^{40} = x",
    "derivatives": "\\frac{\\partial^4}{\\partial v_i \\partial v_j \\partial v_k \\partial v_l}"
    " \\sum_m \\exp(\\sin(x y v_m) \\tanh(x + \\sum_n A_{mn} v_n)) = # x",
}


def document(claim: str, times: int) -> str:
    slow = "".join(f"$$ {claim.replace('#', str(k))} $$\n\n" for k in range(times))
    return f"{DECLARED}$$ 2 x = x + x $$\n\n{slow}$$ 3 x = x + 2 x $$\n"


@each("name", list(SLOW))
def test_a_document_ends_within_its_time(name: str) -> None:
    before = time.thread_time()
    report = symgrad.check(symgrad.read(text=document(SLOW[name], 40)), timeout=0.5)
    assert time.thread_time() - before < 3
    cut = [s for s in report.steps if s.diagnostic is not None]
    assert len(report.steps) == 42
    assert report.steps[0].verdict == "proved"
    assert cut
    assert all(s.verdict == "unreadable" for s in cut)
    assert all("processor time of the document" in s.diagnostic.message for s in cut if s.diagnostic)
    assert report.diagnostics == (cut[0].diagnostic,)  # one for all of them


def test_a_step_that_takes_too_long_costs_itself_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker, "STEP_SECONDS", 0.02)
    report = check_text(document(SLOW["derivatives"], 2))
    assert [s.verdict for s in report.steps] == ["proved", "unreadable", "unreadable", "proved"]
    assert {s.diagnostic.message for s in report.steps if s.diagnostic} == {
        "not decided within 0.02 s of processor time"
    }


def test_the_time_of_a_document_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "slow.md").write_text(document(SLOW["powers of 40"], 60), encoding="utf-8")
    (tmp_path / "quick.md").write_text("$x \\in \\mathbb{R}$\n\n$$ 2 x = x + x $$\n", encoding="utf-8")
    assert main(["check", str(tmp_path / "slow.md"), str(tmp_path / "quick.md"), "--timeout", "0.3"]) in (1, 3)
    shown = capsys.readouterr().out
    assert shown.count("the processor time of the document is used up") == 1
    assert "2 proved" in shown
    assert main(["check", str(tmp_path / "quick.md"), "--timeout", "0"]) == 2


@each(
    ("claim", "verdict"),
    [
        ("\\sum_{i=1}^{N} i = N(N+1)/2", "proved"),
        ("\\sum_{i=1}^{N} i = N(N-1)/2", "refuted"),
        ("\\sum_{i=1}^{N} i^2 = N(N+1)(2N+1)/6", "proved"),
        ("\\sum_{i=0}^{N} i^3 = N^2 (N+1)^2 / 4", "proved"),
        ("\\sum_{i=3}^{N} i = N(N+1)/2 - 3", "proved"),
        ("\\sum_{i=3}^{N} i = N(N+1)/2 - 2", "refuted"),
        ("\\sum_{i=1}^{N} (2 i - 1) = N^2", "proved"),
        ("\\sum_{i=1}^{100000000} i = 5000000050000000", "proved"),
        ("\\sum_{i=1}^{100000000} i = 5000000050000001", "unreadable"),
        ("\\sum_{i=1}^{100000000} x = 100000000 x", "proved"),
        ("\\sum_{i=1}^{100000000} x = 100000001 x", "refuted"),
        ("\\sum_{i=1}^{100000000} \\sin(i) = x", "unreadable"),
        ("\\prod_{i=1}^{5} (1 + i) = 720", "proved"),
        ("\\prod_{i=1}^{5} (1 + i) = 721", "refuted"),
        ("\\prod_{i=1}^{10000000} (1 + i) = x", "unreadable"),
    ],
)
def test_literal_sums_are_not_enumerated(claim: str, verdict: str) -> None:
    before = time.thread_time()
    report = check_text(f"Let $x \\in \\mathbb{{R}}$, $s \\in \\mathbb{{R}}^N$.\n\n$$ {claim} $$\n")
    assert [s.verdict for s in report.steps] == [verdict]
    assert time.thread_time() - before < 3
