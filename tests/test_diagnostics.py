"""Diagnostics: the author's own line, underlined; every code with its lesson."""

from __future__ import annotations

import re
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.diagnostics import CODES, Diagnostic, NotationError, SymgradError, explain, render
from symgrad.notation.source import Source, Span
from tests.cases import each, facts


def span_of(source: Source, text: str) -> Span:
    at = source.text.index(text)
    return Span(source, at, at + len(text))


test_pictures = facts()


@test_pictures.fact
def a_diagnostic_shows_the_line() -> None:
    source = Source("d.md", "text\n$$ J = q_i x_i $$\n")
    shown = render(Diagnostic("SG105", "`q` is not declared", span_of(source, "q_i"), "declare it"))
    assert shown == (
        "error[SG105]: `q` is not declared\n"
        " --> d.md:2:8\n"
        "  |\n"
        "2 | $$ J = q_i x_i $$\n"
        "  |        ^^^\n"
        "  = help: declare it"
    )


@test_pictures.fact
def labels_show_further_places() -> None:
    source = Source("d.md", "first a\nthen b and c\n")
    labels = ((span_of(source, "c"), "here over M"), (span_of(source, "a"), "here over N"))
    shown = render(Diagnostic("SG107", "two ranges", span_of(source, "b"), labels=labels))
    assert shown == (
        "error[SG107]: two ranges\n"
        " --> d.md:2:6\n"
        "  |\n"
        "2 | then b and c\n"
        "  |      ^\n"
        "  |            - here over M\n"
        "  |\n"
        "1 | first a\n"
        "  |       - here over N"
    )


@test_pictures.fact
def a_label_in_another_document_names_it() -> None:
    one, other = Source("d.md", "abc"), Source("with.md", "xyz")
    shown = render(Diagnostic("SG107", "m", span_of(one, "b"), labels=((span_of(other, "y"), "there"),)))
    assert "::: with.md:1:2" in shown


@test_pictures.fact
def tabs_and_wide_characters_are_counted_in_columns() -> None:
    source = Source("d.md", "\t漢字 q")
    lines = render(Diagnostic("SG105", "m", span_of(source, "q"))).split("\n")
    assert lines[3] == "1 |     漢字 q"
    assert lines[4] == "  |          ^"


@test_pictures.fact
def a_span_of_several_lines_shows_its_first() -> None:
    source = Source("d.md", "ab cd\nef")
    shown = render(Diagnostic("SG101", "m", Span(source, 3, 8)))
    assert shown.endswith("1 | ab cd\n  |    ^^")


@test_pictures.fact
def a_long_line_is_cut_around_the_span() -> None:
    source = Source("d.md", "a" * 500 + "BAD" + "b" * 500)
    lines = render(Diagnostic("SG101", "m", span_of(source, "BAD"))).split("\n")
    assert len(lines[3]) < 120
    assert lines[3][lines[4].index("^") :].startswith("BAD")


test_colours_and_places = facts()


@test_colours_and_places.fact
def no_document_steers_the_terminal() -> None:
    source = Source("d\x1b[2J.md", "a \x1b[31m b\u202e")
    shown = render(Diagnostic("SG101", "\x1b]0;m\x07", span_of(source, "b"), "\x9b"))
    assert all(ch.isprintable() or ch == "\n" for ch in shown)


@test_colours_and_places.fact
def colours_only_on_request() -> None:
    source = Source("d.md", "a b")
    diagnostic = Diagnostic("SG101", "m", span_of(source, "b"), "r", labels=((span_of(source, "a"), "x"),))
    coloured = render(diagnostic, colour=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render(diagnostic)


@test_colours_and_places.fact
def without_a_place() -> None:
    assert render(Diagnostic("SG001", "m", None, "r", "warning")) == "warning[SG001]: m\n  = help: r"


@given(st.text(max_size=150), st.integers(0, 150), st.integers(0, 150))
def test_any_place_is_underlined(text: str, one: int, other: int) -> None:
    start, end = sorted((min(one, len(text)), min(other, len(text))))
    source = Source("d.md", text)
    lines = render(Diagnostic("SG101", "m", Span(source, start, end))).split("\n")
    assert len(lines) == 5
    assert lines[4].count("^") >= 1
    line = source.line(source.position(start)[0])
    widths = sum(4 if ch == "\t" else 2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in line)
    assert len(lines[4]) <= len("1 | ") + min(widths, 101) + 3


test_codes = facts()


@test_codes.fact
def an_error_says_where() -> None:
    error = NotationError(Diagnostic("SG101", "m", Span(Source("d.md", "a\nb"), 2, 3), "r"))
    assert str(error) == "d.md:2:1: SG101 m (r)"
    assert isinstance(error, SymgradError)


@test_codes.fact
def codes_are_in_order_and_complete() -> None:
    assert list(CODES) == sorted(CODES)
    for code, lesson in CODES.items():
        assert code == lesson.code
        assert re.fullmatch(r"SG[0-9]{3}", code)
        assert lesson.title
        assert lesson.explanation.endswith(".")
        assert bool(lesson.wrong) == bool(lesson.right)


@test_codes.fact
@each("code", list(CODES))
def every_code_explains_itself(code: str) -> None:
    text = explain(code)
    assert text.startswith(f"{code}: ")
    assert max(map(len, text.split("\n"))) <= 120
    assert explain(code.lower()) == text


@test_codes.fact
def an_unknown_code_is_an_error_of_use() -> None:
    with pytest.raises(SymgradError, match="SG001"):
        explain("SG999")


@test_codes.fact
def explain_loads_neither_sympy_nor_numpy() -> None:
    program = (
        "import sys; from symgrad.diagnostics import explain; explain('SG101');"
        " print({'sympy', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


@test_codes.fact
def every_code_in_the_source_has_a_lesson() -> None:
    from pathlib import Path

    import symgrad

    root = Path(symgrad.__file__).parent
    used = {
        code for path in root.rglob("*.py") for code in re.findall(r'"(SG[0-9]{3})"', path.read_text(encoding="utf-8"))
    }
    assert used <= set(CODES)
