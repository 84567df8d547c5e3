"""Diagnostics: the author's own line, underlined; every code with its lesson."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import unicodedata
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

import symgrad
from symgrad.text.codes import FAMILIES, codes, explain, folder, lesson, overview
from symgrad.text.diagnostic import Diagnostic, NotationError, SymgradError
from symgrad.text.lesson import Lesson, parse
from symgrad.text.rendering import render
from symgrad.text.source import Source, Span
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


test_lessons = facts()


@test_lessons.fact
def an_error_says_where() -> None:
    error = NotationError(Diagnostic("SG101", "m", Span(Source("d.md", "a\nb"), 2, 3), "r"))
    assert str(error) == "d.md:2:1: SG101 m (r)"
    assert isinstance(error, SymgradError)


ROOT = Path(symgrad.__file__).parents[1]
PAGE = """# SG123: a title

Severity: warning

What it means.

In two paragraphs.

## Remedy

What to do.

## Wrong

```markdown
# One

$$ 1 = 2 $$
```

## Right

```markdown
$$ 1 = 1 $$
```
"""


@test_lessons.fact
def a_lesson_is_read_from_its_document() -> None:
    assert parse(PAGE, "SG123.md") == Lesson(
        "SG123",
        "a title",
        "warning",
        "What it means.\n\nIn two paragraphs.",
        "What to do.",
        "# One\n\n$$ 1 = 2 $$\n",
        "$$ 1 = 1 $$\n",
    )
    without = parse(PAGE[: PAGE.index("\n## Wrong")], "SG123.md")
    assert (without.remedy, without.wrong, without.right) == ("What to do.", "", "")


@test_lessons.fact
def the_how_to_shows_a_document_of_this_form() -> None:
    page = (ROOT / "docs/how-to/add-a-diagnostic.md").read_text(encoding="utf-8")
    found = re.search(r"^ *````markdown\n(.*?)^ *````$", page, re.MULTILINE | re.DOTALL)
    assert found
    shown = parse(dedent(found[1]), "SG119.md")
    assert shown.code not in codes()
    assert shown.right


@test_lessons.fact
@each(
    ("old", "new", "said"),
    [
        ("# SG123: a title", "# A title", "SG123.md: the first lines must be"),
        ("# SG123: a title", "# SG123: ", "the first lines must be"),
        ("# SG123: a title", "# SG124: a title", "SG123.md: the title has the code SG124"),
        ("Severity: warning", "Severity: fatal", "the first lines must be"),
        ("Severity: warning\n\n", "", "the first lines must be"),
        ("What it means.\n\nIn two paragraphs.\n", "", "the explanation is empty"),
        ("In two", "- In two", "the explanation must consist of paragraphs alone"),
        ("In two", "## More\n\nIn two", "the explanation must consist of paragraphs alone"),
        ("What to do.", "", "the remedy is empty"),
        ("What to do.", "```\nWhat\n```", "the remedy must consist of paragraphs alone"),
        ("## Remedy", "## Help", "the sections must be"),
        ("## Right", "## Wrong", "the sections must be"),
        ("\n## Right\n\n```markdown\n$$ 1 = 1 $$\n```\n", "", "the sections must be"),
        ("```markdown\n$$ 1 = 1 $$\n```\n", "", "Right must hold one block"),
        ("$$ 1 = 1 $$\n```", "$$ 1 = 1 $$\n```\n\nMore.", "Right must hold one block"),
        ("$$ 1 = 1 $$\n```", "$$ 1 = 1 $$\n```\n\n```markdown\n$$ 1 = 1 $$\n```", "Right must hold one block"),
        ("```markdown\n# One", "```\n# One", "Wrong must hold one block"),
    ],
)
def a_document_of_another_form_is_an_error(old: str, new: str, said: str) -> None:
    assert old in PAGE
    with pytest.raises(ValueError, match=re.escape(said)):
        parse(PAGE.replace(old, new, 1), "SG123.md")


test_codes = facts()


@test_codes.fact
def codes_are_in_order_and_complete() -> None:
    assert codes() == sorted(codes())
    assert {path.name for path in folder().glob("*.md")} == {f"{code}.md" for code in codes()} | {"index.md"}
    assert {code[:3] for code in codes()} == set(FAMILIES)
    for code in codes():
        found = lesson(code)
        assert code == found.code
        assert re.fullmatch(r"SG[0-9]{3}", code)
        assert found.explanation.endswith(".")
        assert found.remedy.endswith(".")
        assert bool(found.wrong) == bool(found.right)


@test_codes.fact
@each("code", codes())
def every_code_explains_itself(code: str) -> None:
    text = explain(code)
    assert text.startswith(f"{code}: ")
    assert "Remedy: " in text
    assert ".md" not in text, "of a link, the words alone"
    assert max(map(len, text.split("\n"))) <= 120
    assert explain(code.lower()) == text


@test_codes.fact
def the_overview_names_every_code_with_its_title() -> None:
    text = overview()
    assert re.findall(r"^  (SG[0-9]{3})  (.+)$", text, re.MULTILINE) == [(c, lesson(c).title) for c in codes()]
    assert all(f"{title}\n" in text for title, _ in FAMILIES.values())


@test_codes.fact
@each("code", ["SG999", "", "index", "../diagnostics/SG105", "SG105.md"])
def an_unknown_code_is_an_error_of_use(code: str) -> None:
    with pytest.raises(SymgradError, match="symgrad explain"):
        explain(code)


@test_codes.fact
def explain_loads_neither_sympy_nor_numpy() -> None:
    program = (
        "import sys; from symgrad.text.codes import explain; explain('SG101');"
        " print({'sympy', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_an_installed_package_holds_the_documents(tmp_path: Path) -> None:
    """The layout that the wheel has: the documents inside the package, and no checkout around it."""
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    ((source, target),) = wheel["wheel"]["force-include"].items()
    assert (ROOT / source).samefile(folder())
    shutil.copytree(ROOT / "symgrad", tmp_path / "symgrad", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / source, tmp_path / target)
    program = (
        "import symgrad; from symgrad.text.codes import explain, folder;"
        "print(symgrad.__file__, folder(), explain('SG105'), sep='\\n')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
        check=True,
    )
    module, documents, text = done.stdout.split("\n", 2)
    assert (Path(module).parent, Path(documents)) == (tmp_path / "symgrad", tmp_path / target)
    assert text.strip() == explain("SG105").strip()


@test_codes.fact
def every_code_in_the_source_has_a_lesson_and_every_lesson_is_used() -> None:
    used = {
        code
        for path in (ROOT / "symgrad").rglob("*.py")
        for code in re.findall(r'"(SG[0-9]{3})"', path.read_text(encoding="utf-8"))
    }
    assert used == set(codes())
