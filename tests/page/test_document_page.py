"""The page of a document, without a browser: what stands where, and that nothing runs."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from symgrad.api import Document, check_document, load
from symgrad.cli import main
from symgrad.page.document_page import document_page
from symgrad.text.diagnostic import SymgradError
from symgrad.text.source import Source
from tests.cases import each

pytest.importorskip("markdown_it", reason="the extra html is not installed")
pytest.importorskip("math_core", reason="the extra html is not installed")

ROOT = Path(__file__).parents[2]
VOID = {"br", "hr", "img", "input", "link", "meta", "wbr"}


class Nesting(HTMLParser):
    """Collects tags that are closed in another order than they were opened, and identifiers."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.identifiers: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        named = dict(attrs)
        self.identifiers += [named["id"]] if named.get("id") else []  # type: ignore[list-item]
        href = named.get("href") or ""
        self.links += [href[1:]] if href.startswith("#") else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def page(text: str, path: str = "notes.md") -> str:
    document = Document(Source(path, text))
    return document_page(check_document(document), document.source)


def sound(html: str) -> Nesting:
    """The page, looked through: all tags are closed, all links inside it lead somewhere."""
    found = Nesting()
    found.feed(html)
    assert not found.wrong, found.wrong
    assert not found.open, found.open
    assert len(set(found.identifiers)) == len(found.identifiers), "an identifier twice"
    assert set(found.links) <= set(found.identifiers), set(found.links) - set(found.identifiers)
    return found


NOTES = """# A *short* note

Let $x, y \\in \\mathbb{R}^{N}$ and a <b>bold</b> word.

$$
\\begin{aligned}
\\sum_i (x_i + y_i)^2 &= \\sum_i x_i^2 + 2 \\sum_i x_i y_i + \\sum_i y_i^2 \\\\
&= \\sum_i x_i^2 + \\sum_i y_i^2
\\end{aligned}
$$

- an item with $$ \\sum_i x_i y_i = x^\\top y $$ in it
- and another

> a quotation
>
> $$
> \\sum_i x_i = \\sum_j x_j
> $$
"""


def test_every_relation_is_marked_at_its_place_and_in_the_margin() -> None:
    html = page(NOTES)
    sound(html)
    kinds = re.findall(r'class="sign (\w+)" id="at-s(\d)"', html)
    assert kinds == [("proved", "1"), ("refuted", "2"), ("proved", "3"), ("proved", "4")]
    marks = re.findall(r'class="mark (\w+)" href="#s(\d)"', html)
    assert marks == kinds
    assert "<blockquote>" in html
    assert "<em>short</em>" in html


def test_a_refutation_is_explained() -> None:
    html = page(NOTES)
    refuted = html[html.index('<section class="step refuted"') :]
    for part in ("the two sides differ", "<dt>differs</dt>", '<table class="array">', "<dt>read as</dt>"):
        assert part in refuted
    assert "<details open><summary>2 steps: 1 refuted, 1 proved</summary>" in html


HOSTILE = """# <script>alert(1)</script>

<script>alert(2)</script>

<img src=x onerror=alert(3)> [a](javascript:alert(4)) ![b](http://example.org/x.png) <a href="x" onclick="f()">c</a>

$x \\in \\mathbb{R}$ and $\\text{<script>alert(5)</script>}$ and $\\href{javascript:alert(6)}{x}$

$$
x = x + \\text{<img src=x>}
$$
"""


def test_nothing_of_the_document_runs() -> None:
    html = page(HOSTILE)
    assert not {"script", "img", "iframe"} & sound(html).tags
    assert not re.search(r'(?i)href="\s*javascript:|<[^>]*\son\w+=', html)
    assert "http://example.org" not in html


def test_links_to_headings_lead_there() -> None:
    html = page(
        "# The first part\n\nSee [below](#a-second-part) and [nothing](#elsewhere).\n\n## A *second* part\n\ntext"
    )
    sound(html)
    assert re.search(r"<a href=\"#h\d+\">below</a>", html)
    assert "<a>nothing</a>" in html


BROKEN = {
    "macros in a display": "$$ \\newcommand{\\R}[1]{\\mathbb{#1}} \\def\\T{\\top} x = x $$",
    "a star behind a command": "$$ x = x + 0 \\pi* $$",
    "substack": "$$ x = \\sum_{\\substack{i = 1 \\\\ i \\neq 2}}^3 x $$",
    "rules and breaks": "***\n\na  \nb\n\n---\n\n$$ x = x $$",
    "unknown macro": "$$ x = \\unknownmacro{x} $$",
    "unbalanced": "$$ x = \\frac{1}{ $$",
    "two dollars in a line": "a $$ x = x $$ b $$ y = y $$ c",
    "fence": "```math\nx = x\n```",
    "align": "\\begin{align}\nx &= x \\label{a}\\\\\n&= x \\tag{2} \\nonumber\n\\end{align}",
    "eqnarray": "\\begin{eqnarray*}\nx &=& x \\\\\n&=& x\n\\end{eqnarray*}",
    "cases": "$$ x = \\begin{cases} x & \\text{if $x > 0$} \\\\ x & \\text{else} \\end{cases} $$",
    "no rows": "$$ x = x \\\\ = x $$",
    "empty": "",
    "inline": "<!-- symgrad: inline -->\n\nthen $x = x$ holds",
    "strong around a display": "**bold $$ x = x $$ bold**",
    "table": "| a | b |\n|---|---|\n| $x$ | $x = x$ |\n",
    "front matter": "---\ntitle: Named\n---\n\n$$ x = x $$",
}


@each("name", list(BROKEN))
def test_no_formula_breaks_a_page(name: str) -> None:
    text = f"Let $x \\in \\mathbb{{R}}$.\n\n{BROKEN[name]}" if name != "front matter" else BROKEN[name]
    html = page(text)
    if name != "strong around a display":
        sound(html)
    assert "\ue000" not in html
    assert "\ue010" not in html


TEX = """\\documentclass{article}
\\newcommand{\\R}{\\mathbb{R}}
\\title{On sums}
\\begin{document}
\\maketitle
\\section{First \\emph{things}}
Let $x \\in \\R^{N}$. % a remark
We ``quote'' \\textbf{this} and cite \\cite{a}.
\\begin{itemize}
\\item one
\\item two with $x_i$
\\end{itemize}
\\begin{theorem}[Sum]
It holds.
\\end{theorem}
\\begin{align}
\\sum_i x_i &= \\sum_j x_j \\label{eq:a} \\\\
&= \\sum_k x_k
\\end{align}
\\begin{verbatim}
$not = mathematics$
\\end{verbatim}
\\end{document}
"""


def test_tex_has_a_plain_layout() -> None:
    html = page(TEX, "a.tex")
    sound(html)
    for part in (
        ">On sums</h1>",
        ">First <em>things</em></h2>",
        "“quote”",
        "<strong>this</strong>",
        "<strong>Theorem (Sum).</strong>",
        "<pre><code>$not = mathematics$",
    ):
        assert part in html, part
    assert html.count("<li>") >= 2
    assert not re.search(r"a remark|\\begin|\\item|documentclass", re.sub(r"<style>.*?</style>", "", html))
    assert len(re.findall(r'class="sign proved"', html)) == 2


@each("path", ["derivations/softmax_cross_entropy.md", "tests/unseen/4_matrix_notes.tex"])
def test_documents_of_the_library_are_drawn_throughout(path: str) -> None:
    opened = load(str(ROOT / path))
    report = check_document(Document(opened.source))
    html = document_page(report, opened.source)
    sound(html)
    assert 'class="typed"' not in html
    assert len(re.findall(r'<(?:mo|mover|mrow)[^>]* class="sign', html)) == len(report.steps)


def test_macros_and_declarations_of_other_files_hold_on_the_page(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("$$ \\loss = x^\\top x $$\n\n$$ \\by{x} = 2 x $$\n")
    (tmp_path / "d.md").write_text(
        "\\newcommand{\\loss}{L} \\newcommand{\\by}[1]{\\frac{\\partial L}{\\partial #1}} $x \\in \\mathbb{R}^N$\n"
    )
    out = tmp_path / "a.html"
    assert main(["check", str(tmp_path / "a.md"), "--with", str(tmp_path / "d.md"), "--html", str(out)]) == 0
    html = out.read_text()
    assert "loss" not in html
    assert "1 gradient derived" in html


def test_code_cells_stand_between_the_others(tmp_path: Path) -> None:
    cells = [("code", "a = '```'"), ("markdown", "Let $x \\in \\mathbb{R}$."), ("code", "x < 2  # $$ no formula $$"),
             ("markdown", "$$ x + x = 2 x $$"), ("code", ["print(x)\n"])]  # fmt: skip
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": [{"cell_type": k, "source": s} for k, s in cells]}))
    opened = load(str(tmp_path / "n.ipynb"))
    html = document_page(check_document(Document(opened.source)), opened.source)
    sound(html)
    shown = [html.index(part) for part in ("a = '```'", "Let", "x &lt; 2  # $$ no formula $$", "<math ", "print(x)")]
    assert shown[0] < shown[1] < shown[2] < shown[4]


def test_pages_are_written_with_a_list(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.md").write_text("$x \\in \\mathbb{R}$\n\n$$ x + x = 2 x $$\n")
    (tmp_path / "b.md").write_text("$x \\in \\mathbb{R}$\n\n$$ 2 x = x + 1 $$\n")
    assert main(["check", str(tmp_path / "a.md"), str(tmp_path / "b.md"), "--html", str(tmp_path / "out")]) == 1
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert len(names) == 3
    listed = (tmp_path / "out" / "index.html").read_text()
    assert listed.index("b.md") < listed.index("a.md"), "problems first"
    assert main(["check", str(tmp_path / "a.md"), "--html", str(tmp_path / "one.html")]) == 0
    assert (tmp_path / "one.html").read_text().startswith("<!DOCTYPE html>")


def test_a_missing_extra_names_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symgrad.text.extras.find_spec", lambda name: None)
    with pytest.raises(SymgradError, match="run `pip install markdown-it-py math-core`"):
        page("x")


def test_a_remedy_is_said_once() -> None:
    html = page(
        "Let $X \\in \\mathbb{R}^{N \\times D}$, $w \\in \\mathbb{R}^{D}$, $t \\in \\mathbb{R}^{N}$.\n\n"
        "$$ J = \\lVert X w - t \\rVert^2 $$\n\n$$ \\nabla_w J = 2 X (X w - t) $$\n"
    )
    assert "<dt>perhaps</dt>" in html
    assert "<dt>what to do</dt>" not in html


def test_the_gradients_that_a_document_takes_stand_at_its_end() -> None:
    cost = "Let $x, y \\in \\mathbb{R}^{N}$, $t \\in \\mathbb{R}$.\n\n$$ J = x^\\top y + t $$\n\n"
    html = page(cost + "$$ \\frac{\\partial J}{\\partial x_i} = 2 y_i $$\n")
    sound(html)
    (section,) = re.findall(r'<section id="gradients">.*?</section>', html, re.DOTALL)
    assert "1 gradient derived" in section
    assert "<mi>y</mi>" in section
    assert 'id="gradients"' not in page(cost)


ARRAYS = "Let $A, B \\in \\mathbb{R}^{N \\times N}$, $x, y, z \\in \\mathbb{R}^{N}$.\n\n"


def diagrams(cost: str, claim: str) -> list[tuple[str, str]]:
    """The factors and the letters of the lines of each diagram below the gradient of a document's cost."""
    html = page(f"{ARRAYS}$$ J = {cost} $$\n\n$$ {claim} $$\n")
    sound(html)
    found = []
    for svg in re.findall(r"<svg.*?</svg>", html, re.DOTALL):
        labels = [
            re.sub(r"<[^>]*>", "", one) for one in re.findall(r"<foreignObject.*?</foreignObject>", svg, re.DOTALL)
        ]
        count = svg.count("<rect")
        found.append(("".join(labels[-count:]), "".join(sorted(labels[:-count]))))
    return found


def test_a_cost_and_a_gradient_that_contract_arrays_have_diagrams() -> None:
    assert diagrams(r"x^\top A B y", r"\nabla_y J = B^\top A^\top x") == [("xABy", "jkl"), ("BAx", "ijk")]
    assert diagrams(r"x^\top A B y", r"\nabla_x J = A B y") == [("xABy", "jkl"), ("ABy", "ijk")]


def test_an_index_that_three_factors_share_meets_itself_in_a_dot() -> None:
    html = page(f"{ARRAYS}$$ J = \\sum_i x_i y_i z_i A_{{ij}} y_j $$\n\n$$ \\nabla_z J = x \\odot y \\odot A y $$\n")
    assert html.count('class="dot"') == 2, "one in the cost, one in the gradient"


def test_a_gradient_without_a_contraction_has_no_diagram() -> None:
    assert diagrams(r"x^\top y", r"\nabla_x J = y") == [("xy", "k")], "that of the cost alone"
    assert diagrams(r"\sum_i e^{x_i + y_i}", r"\nabla_x J = e^{x + y}") == []
