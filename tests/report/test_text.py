"""What the terminal shows. The pictures are golden files, refreshed by SYMGRAD_GOLDEN=write, reviewed in the diff."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from symgrad.checking.documents import check_text
from symgrad.checking.verdict import DocumentReport, Report, Step, Witness
from symgrad.report.check_text import render
from symgrad.report.frame import Paint, frame
from symgrad.report.report_format import ReportStyle
from symgrad.report.witness_values import results, shortened, wrapped, written
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Source, Span
from tests.cases import each, facts
from tests.report import samples

GOLDEN = Path(__file__).parent / "golden"

PICTURES = {
    "all_proved": Report(
        (
            DocumentReport("derivations/softmax.md", (samples.PROVED, samples.marked(samples.REFUTED)), definitions=2),
            DocumentReport("derivations/ridge.md", (samples.PROVED,), skipped=1),
        )
    ),
    "refuted": samples.report(samples.PROVED, samples.REFUTED, definitions=2),
    "refuted_by_shape": samples.report(samples.SHAPES),
    "agrees": samples.report(samples.AGREES),
    "unreadable": samples.report(samples.UNREADABLE, not_checked=(samples.NOT_CHECKED,)),
    "unreadable_definition": samples.report(samples.PROVED, diagnostics=(samples.NO_NAME,)),
    "expectation_failed": samples.report(samples.marked(samples.PROVED)),
    "proved_with_warning": samples.report(
        replace(samples.PROVED, warnings=samples.AGREES.warnings), path="derivations/x.md"
    ),
    "no_steps": Report((DocumentReport("notes.md", ()),)),
    "no_documents": Report(()),
}


def compare(name: str, text: str) -> None:
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("SYMGRAD_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


test_pictures = pytest.mark.golden(facts())


@test_pictures.fact
@each("name", PICTURES)
def golden_picture(name: str) -> None:
    compare(name, render(PICTURES[name]))


@test_pictures.fact
def picture_with_every_step_as_read() -> None:
    report = samples.report(samples.PROVED, samples.marked(samples.REFUTED), samples.REFUTED)
    compare("read", render(report, ReportStyle(read=True)))


CASCADE = r"""With $w \in \mathbb{R}^{D}$:

$$ J = \half \lVert w \rVert^2 $$

$$ \frac{\partial J}{\partial w} = w = \vect w $$

$$ 2 J = \vect w = \sum_d w_d^2 $$
"""


@test_pictures.fact
@each("read", [False, True])
def picture_of_steps_by_cause(read: bool) -> None:
    report = Report((check_text(CASCADE, "ridge.md"),))
    compare(f"causes{'_read' * read}", render(report, ReportStyle(read=read)))


test_frames = facts()


@test_frames.fact
def colours_change_nothing_else() -> None:
    report = samples.report(samples.PROVED, samples.REFUTED, samples.AGREES, samples.UNREADABLE)
    coloured = render(report, ReportStyle(colour=True))
    assert "\x1b[" in coloured
    assert "\x1b[" not in render(report)
    parts = coloured.split("\x1b[")
    assert parts[0] + "".join(part.partition("m")[2] for part in parts[1:]) == render(report)


@test_frames.fact
def all_counts_are_always_shown() -> None:
    text = render(Report(()))
    for name in ("proved", "agrees", "refuted", "unreadable", "expected", "skipped", "definitions"):
        assert f"0 {name}" in text


def picture(text: str, start: int, end: int) -> list[str]:
    return frame("head", Span(Source("a.md", text), start, end), "error", [], Paint(False)).splitlines()


@test_frames.fact
def underline_stands_under_the_place() -> None:
    quoted, under = picture("$$ a = b $$", 3, 8)[-2:]
    assert quoted == "1 | $$ a = b $$"
    assert under == "  |    ^^^^^"


@test_frames.fact
def place_over_several_lines_is_underlined_in_all() -> None:
    text = "  a &= b \\\\\n\n    &= c"
    quoted = [line for line in picture(text, 2, len(text)) if line[:1].isdigit()]
    under = [line for line in picture(text, 2, len(text)) if "^" in line or line.endswith("--")]
    assert quoted == ["1 |   a &= b \\\\", "3 |     &= c"]
    assert under == ["  |   ^^^^^^^^^", "  |     ----"]


test_long_and_strange_texts = facts()


@test_long_and_strange_texts.fact
def many_lines_are_cut_in_the_middle() -> None:
    text = "\n".join(f"a_{n}" for n in range(50))
    lines = picture(text, 0, len(text))
    assert len(lines) < 30
    assert any("a_49" in line for line in lines)


@test_long_and_strange_texts.fact
def control_characters_do_not_reach_the_terminal() -> None:
    step = replace(samples.REFUTED, difference="a\x1b[2J", repairs=("\x07",))
    assert "\x1b" not in "\n".join(picture("$$ a\x1b[2J = b\x07 $$", 3, 8))
    assert not set("\x1b\x07") & set(render(samples.report(step)))


@test_long_and_strange_texts.fact
def place_at_the_end_of_the_text() -> None:
    assert picture("$$ a = ", 7, 7)[-1].endswith("^")
    assert picture("", 0, 0)[-1].endswith("^")


@test_long_and_strange_texts.fact
def finding_without_a_place() -> None:
    report = samples.report(diagnostics=(Diagnostic("SG900", "no text at all", None),))
    assert "error[SG900]: no text at all" in render(report)


test_values = facts()


@test_values.fact
@each(
    ("value", "text"),
    [(1.0, "1"), (-0.5, "-0.5"), (0.1, "0.1"), ([[1.0, 2]], "[[1, 2]]"), ({3, 1}, "{1, 3}"), (True, "True")],
)
def values_of_a_witness(value: object, text: str) -> None:
    assert written(value) == text


@test_values.fact
def values_of_a_witness_can_be_had_back() -> None:
    assert float(written(1 / 3)) == 1 / 3


@test_values.fact
def results_are_short_but_never_look_equal() -> None:
    assert results(1 / 3, 2 / 3) == ("0.333333", "0.666667")
    left, right = results(1.0, 1.0 + 1e-9)
    assert left != right


@test_values.fact
def left_side_that_stands_elsewhere_is_shortened() -> None:
    assert shortened("a\n  = b") == "a = b"
    long = shortened("x + " * 100 + "y")
    assert len(long) <= 90
    assert long.startswith("x + x")
    assert long.endswith("+ y")


@test_values.fact
def witness_breaks_between_values_only() -> None:
    lines = wrapped([f"x_{n} = [1, 2, 3]" for n in range(20)], 60)
    assert all(len(line) <= 61 for line in lines)
    assert all(line.count("[") == line.count("]") for line in lines)


@test_values.fact
def arrays_of_numpy_are_written_as_lists() -> None:
    numpy = pytest.importorskip("numpy")
    step: Step = replace(samples.REFUTED, witness=Witness({}, {"x": numpy.array([[1.0, 0.5]])}, {}, 1.0, 2.0))
    assert "x = [[1, 0.5]]" in render(samples.report(step))


test_misfits = facts()


@test_misfits.fact
def operands_that_do_not_conform_are_underlined_and_named() -> None:
    text = "$W \\in \\mathbb{R}^{k \\times h}$, $u \\in \\mathbb{R}^k$:\n$$ W^\\top u = 3 (2 W u) $$\n"
    shown = render(Report((check_text(text, "a.md"),))).split("\n")
    assert shown[2] == "refuted[SG302]: a product of shapes that do not conform: `W` is k × h, `u` is k"
    assert shown[5][shown[6].index("^") :].startswith("2 W u)")
    assert shown[7] == "  = perhaps: write `W^\\top u`"
