"""Where mathematics stands in Markdown and TeX, and what is never passed over."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from symgrad.reading.document.block_reader import Blocks, Directive, Display, Heading, Inline, read_blocks
from symgrad.text.source import Source
from tests.cases import each, facts
from tests.hostile.guard import PATIENCE, limit


def read(text: str, path: str = "a.md") -> Blocks:
    return read_blocks(Source(path, text))


def displays(text: str, path: str = "a.md") -> list[str]:
    return [b.content.text.strip() for b in read(text, path) if isinstance(b, Display)]


def inlines(text: str, path: str = "a.md") -> list[str]:
    return [b.content.text for b in read(text, path) if isinstance(b, Inline)]


def headings(text: str, path: str = "a.md") -> list[tuple[int, str]]:
    return [(b.level, b.text) for b in read(text, path) if isinstance(b, Heading)]


test_displays = facts()


@test_displays.fact
@each(
    "text",
    [
        "$$a = b$$",
        "text $$a = b$$ text",
        "$$\na = b\n$$",
        "\\[ a = b \\]",
        "```math\na = b\n```",
        "~~~ math\na = b\n~~~",
        "\\begin{equation}a = b\\end{equation}",
        "\\begin{align*}\na = b\n\\end{align*}",
        "\\begin{aligned}[t] a = b \\end{aligned}",
        "\\begin{alignat}{2} a = b \\end{alignat}",
        "> quoted\n>\n> $$\n> a = b\n> $$",
        "- item\n\n      $$a = b$$",
        "1. item\n   $$a = b$$",
        "$$\na = b\n\n$$",
        "$$\r\na = b\r\n$$\r\n",
        "```math\r\na = b\r\n```\r\n",
        "\\$5 $$a = b$$",
        "```{math}\na = b\n```",
        "```{math}\n:label: x\n:nowrap:\na = b\n```",
        "```{math}\n---\nlabel: x\n---\na = b\n```",
        "```{math} a = b\n```",
        ":::{math}\n:label: x\n\na = b\n:::",
        "::: {math}\na = b\n:::",
        "```{note} Title\n$$a = b$$\n```",
        "````{prf:proof}\n```{math}\na = b\n```\n````",
        "::: {.theorem}\n$$a = b$$\n:::",
        "\\\\[ a = b \\\\]",
        "$\na = b\n$",
        "\\begin{subequations}\\begin{align}a = b\\end{align}\\end{subequations}",
    ],
)
def a_display(text: str) -> None:
    assert displays(text) == ["a = b"]
    assert read(text).diagnostics == ()


@test_displays.fact
def an_environment_inside_dollars_is_one_display() -> None:
    (display,) = read(r"$$ \begin{aligned} a &= b \\ &= c \end{aligned} $$")
    assert isinstance(display, Display)
    assert display.environment is None
    assert display.content.text == r" \begin{aligned} a &= b \\ &= c \end{aligned} "
    assert display.full.start == 0


@test_displays.fact
@each(
    "text",
    [
        "$E$",
        "text $E$ text",
        "$ E $",
        "$\n E\n$",
        "\\(E\\)",
        "\\\\(E\\\\)",
    ],
)
def inline_mathematics_around_an_environment_is_a_display(text: str) -> None:
    environment = r"\begin{aligned} a &= b \\ &= c \end{aligned}"
    assert displays(text.replace("E", environment)) == [environment]
    assert inlines(text.replace("E", environment)) == []


@test_displays.fact
@each(
    "text",
    ["```{code-cell} python\n$$a = b$$\n```", "```{python}\n$$a = b$$\n```", "$\\begin{pmatrix} a \\end{pmatrix}$"],
)
def no_displays(text: str) -> None:
    assert displays(text) == []


@test_displays.fact
@each(
    ("text", "found"),
    [
        (".. math:: a = b", ["a = b"]),
        ("text\n\n.. math:: a = b\n   :label: x\n\nafter", ["a = b"]),
        ("   .. math:: a\n\n      = b\n\n   after", ["a", "= b"]),
        (".. math::\n   :label: x\n\n   a = b\n\n   c = d\n\n.. math:: e = f", ["a = b", "c = d", "e = f"]),
        (
            ".. math::\n\n   \\begin{aligned}\n\n   a &= b\n   \\end{aligned}",
            ["\\begin{aligned}\n\n   a &= b\n   \\end{aligned}"],
        ),
        (".. note::\n\n   .. math:: a = b", ["a = b"]),
        ("Code::\n\n   .. math:: a = b\n\ntext", []),
        (".. code-block:: rst\n\n   .. math:: a = b", []),
        (".. a comment\n\n   .. math:: a = b", []),
        ("``.. math:: a = b``", []),
        ("$$a = b$$", ["a = b"]),
    ],
)
def displays_of_restructured_text(text: str, found: list[str]) -> None:
    assert displays(text, "a.rst") == found


@test_displays.fact
def roles_of_restructured_text_are_inline() -> None:
    text = "Let :math:`x`, ``:math:`y```, `$z$`_ and :math:` w `.\n\nTitle\n=====\n\nPart\n----\n"
    assert inlines(text, "a.rst") == ["x", "w"]
    assert headings(text, "a.rst") == [(1, "Title"), (2, "Part")]


@test_displays.fact
def cases_belong_to_the_content() -> None:
    assert displays(r"\begin{cases} a & b \end{cases}") == [r"\begin{cases} a & b \end{cases}"]


@test_displays.fact
def an_environment_has_its_name() -> None:
    (display,) = read("\\begin{align*}a\\end{align*}")
    assert isinstance(display, Display)
    assert display.environment == "align*"


@test_displays.fact
@each(
    "text",
    [
        "`$$a = b$$`",
        "``a ` $$a = b$$``",
        "```\n$$a = b$$\n```",
        "````md\n```math\na = b\n```\n````",
        "text\n\n    $$a = b$$\n",
        "<!-- $$a = b$$ -->",
        "<!--\n# no heading\n$$a = b$$\n-->",
        "<pre>$$a = b$$</pre>",
        "---\ntitle: $$a = b$$\n---\n",
        "\\$\\$ a = b \\$\\$",
        "$$$$",
    ],
)
def code_and_comments_are_not_mathematics(text: str) -> None:
    assert list(read(text)) == []
    assert read(text).diagnostics == ()


test_inline_mathematics = facts()


@test_inline_mathematics.fact
@each(
    ("text", "found"),
    [
        ("with $x \\in W$ and \\(y\\).", ["x \\in W", "y"]),
        ("GitHub's $`a_b`$ too", ["a_b"]),
        ("over $a\n= b$ lines", ["a\n= b"]),
        ("it costs $5 and $6 today", []),
        ("it costs $5, $x$ does not", ["x"]),
        ("from $20,000 to USD$30", []),
        ("an escaped \\$x$ and $y$", ["y"]),
        ("$x\n\ny$", []),
        ("$ x$", []),
        ("with $ W_i $ and $ b $, from $ 5 to $ 6", ["W_i", "b"]),
        ("`$x$` and $y$", ["y"]),
        ("## On $x$\n", ["x"]),
        ("- $a\n- b$", []),
        ("$\\$5$", ["\\$5"]),
    ],
)
def inline(text: str, found: list[str]) -> None:
    assert inlines(text) == found


@test_inline_mathematics.fact
def paragraphs_are_counted() -> None:
    blocks = read("$a$ and\n$b$\n\n$c$\n# $d$\n$e$")
    numbers = [b.paragraph for b in blocks if isinstance(b, Inline)]
    assert numbers[0] == numbers[1] < numbers[2] < numbers[3] < numbers[4]


test_headings_and_directives = facts()


@test_headings_and_directives.fact
def a_directive_inside_a_display_is_said() -> None:
    blocks = read("\\begin{align}\n% symgrad: expect refuted\na = b\n\\end{align}", "a.tex")
    assert [type(b).__name__ for b in blocks] == ["Display"]
    assert [d.code for d in blocks.diagnostics] == ["SG004"]


@test_headings_and_directives.fact
def headings_of_markdown() -> None:
    text = "# One #\n\nTwo\n===\n\nThree\n---\n\n---\n\n#no\n####### no\n\n- item\n---\n"
    assert headings(text) == [(1, "One"), (1, "Two"), (2, "Three")]


@test_headings_and_directives.fact
def a_rule_inside_a_display_is_no_heading() -> None:
    assert headings("$$\na\n=\nb\n$$") == []
    assert displays("$$\na\n=\nb\n$$") == ["a\n=\nb"]


@test_headings_and_directives.fact
def blocks_stand_in_order() -> None:
    blocks = read("# H $x$\n\n<!-- symgrad: skip it -->\n$$a$$ $y$\n\n```math\nb\n```\n")
    assert [type(b).__name__ for b in blocks] == ["Heading", "Inline", "Directive", "Display", "Inline", "Display"]


@test_headings_and_directives.fact
@each(
    ("text", "path", "found"),
    [
        ("<!-- symgrad: expect refuted -->", "a.md", ("expect", "refuted")),
        ("<!--symgrad:expect   refuted 2-->", "a.md", ("expect", "refuted 2")),
        ("<!-- symgrad: skip a sketch\nonly -->", "a.md", ("skip", "a sketch only")),
        ("\\begin{document}\n% symgrad: expect refuted", "a.tex", ("expect", "refuted")),
    ],
)
def directives(text: str, path: str, found: tuple[str, str]) -> None:
    (block,) = read(text, path)
    assert isinstance(block, Directive)
    assert (block.name, block.argument) == found
    assert read(text, path).diagnostics == ()


@test_headings_and_directives.fact
@each("text", ["<!-- symgrad: expected -->", "<!-- symgrad: expect refuted x -->", "<!-- symgrad expect refuted -->"])
def a_directive_that_is_none_is_said(text: str) -> None:
    blocks = read(text)
    assert [d.code for d in blocks.diagnostics] == ["SG004"]
    assert list(blocks) == []


test_open_marks = facts()


@test_open_marks.fact
@each(
    ("text", "path", "mark"),
    [
        ("$$ a = b\n\nSome more words follow here.\n\n$$c = d$$", "a.md", "$$"),
        ("$$ a = b\nand then some words follow\n$$c = d$$", "a.md", "$$"),
        ("$$ a = b\n\n# Heading\n\n$$c = d$$", "a.md", "$$"),
        ("$$c = d$$ and $$ a = b", "a.md", "$$"),
        ("\\[ a = b\n\n\\[ c = d \\]", "a.md", "\\["),
        ("\\begin{align} a = b\n\n\\begin{align} c = d \\end{align}", "a.md", "\\begin{align}"),
        ("\\begin{equation} a = b\n\n$$c = d$$", "a.md", "\\begin{equation}"),
        ("```math\na = b\n\n$$c = d$$", "a.md", "```math"),
        ("<!-- a\n\n$$c = d$$", "a.md", "<!--"),
        ("$$c = d$$\n```\n$$e$$", "a.md", "```"),
        ("cost is $a\n\n$$c = d$$", "a.tex", "$"),
        ("\\[ a = b\n\n\\[ c = d \\]", "a.tex", "\\["),
        ("\\begin{verbatim} a\n$$c = d$$", "a.tex", "\\begin{verbatim}"),
    ],
)
def an_open_mark_is_said_where_it_stands_and_nothing_after_is_lost(text: str, path: str, mark: str) -> None:
    blocks = read(text, path)
    assert [d.code for d in blocks.diagnostics] == ["SG003"]
    (diagnostic,) = blocks.diagnostics
    assert diagnostic.span is not None
    assert diagnostic.span.text == mark
    assert "c = d" in displays(text, path)


@test_open_marks.fact
@each("text", ["see \\[1\\] there", "an escaped \\[bracket", "\\(not math"])
def escaped_brackets_of_markdown_are_no_error(text: str) -> None:
    assert read(text).diagnostics == ()


TEX = r"""\documentclass{article}
\newcommand{\x}{$$ no $$}
% symgrad: skip the preamble
\begin{document}
\section{One \emph{two}}
Text $a$ \verb|$b$| \(c\). % $d$
\subsection*{Under}
50\% of $e$.
% symgrad: skip it
\begin{align}
  a &= b \\[2pt] % $$
  &= c
\end{align}
\begin{verbatim}
$$ no $$
\end{verbatim}
\iffalse $$ no $$ \fi
\[ x \\[1em] y \]
\paragraph{Deep}
\end{document}
$$ no $$
"""


test_tex_and_text = facts()


@test_tex_and_text.fact
def tex() -> None:
    blocks = read(TEX, "a.tex")
    assert [type(b).__name__ for b in blocks] == [
        "Heading", "Inline", "Inline", "Heading", "Inline", "Directive", "Display", "Display", "Heading",
    ]  # fmt: skip
    assert inlines(TEX, "a.tex") == ["a", "c", "e"]
    assert headings(TEX, "a.tex") == [(1, r"One \emph{two}"), (2, "Under"), (4, "Deep")]
    assert len(displays(TEX, "a.tex")) == 2
    assert blocks.diagnostics == ()


@test_tex_and_text.fact
def text_of_a_tex_file_without_document_is_read() -> None:
    assert displays("$$a$$", "a.tex") == ["a"]


@test_tex_and_text.fact
def a_txt_file_is_read_as_markdown() -> None:
    assert inlines("if $\\delta_{oz} = 1$ then", "a.txt") == ["\\delta_{oz} = 1"]


@test_tex_and_text.fact
def lines() -> None:
    assert read("a\n  b \n").lines == ((0, "a"), (2, "b"), (7, ""))


@test_tex_and_text.fact
def quoted_spans_keep_their_place() -> None:
    text = "> $$\n> a\n> $$\n"
    (display,) = read(text)
    assert isinstance(display, Display)
    assert display.content.source.path == "a.md"
    assert ">" not in display.content.text
    assert text[display.content.start : display.content.end] == "\n> a\n> "


# --- laws -----------------------------------------------------------------------------------

PIECES = [
    *r"""
    $ $$ \[ \] \( \) \\ \$ ` `` ``` ~~~ <!-- --> <pre> </pre> % \begin{align} \end{align} \begin{cases} \end{cases}
    \begin{document} \end{document} \begin{verbatim} \end{verbatim} \verb| \iffalse \fi \section{ \section{a} ```math #
    --- === > - 1. a b = 5 { } \ symgrad: expect refuted
    """.split(),  # noqa: SIM905 (a list literal of it would take a screen)
    "\n", "\n\n", "    ", " ",
]  # fmt: skip


def check_laws(text: str, path: str) -> None:
    blocks = read(text, path)
    last = -1
    end = 0
    for block in blocks:
        assert last <= block.span.start <= block.span.end <= len(text)
        last = block.span.start
        if isinstance(block, Display):
            assert block.full.start >= end
            assert block.full.start <= block.content.start <= block.content.end <= block.full.end
            end = block.full.end
    assert len(blocks.source.text) == len(text)
    assert all(d.span is not None and d.code in ("SG003", "SG004") for d in blocks.diagnostics)


@settings(max_examples=400)
@given(st.lists(st.sampled_from(PIECES), max_size=25), st.sampled_from(["a.md", "a.tex"]))
def test_any_text_is_read(pieces: list[str], path: str) -> None:
    check_laws("".join(pieces), path)


@test_tex_and_text.fact
def mutations_are_read() -> None:
    random_ = random.Random(1)
    good = (
        "---\nt: 1\n---\n# H\n\n$$ a = b $$ and $x$ `c`\n\n```math\nd\n```\n\n"
        "\\begin{align}\ne\n\\end{align}\n<!-- f -->\n"
    )
    for _ in range(800):
        text = list(good)
        for _ in range(random_.randint(1, 6)):
            at = random_.randrange(len(text))
            text[at : at + random_.randint(0, 3)] = random_.choice(PIECES)
        check_laws("".join(text), random_.choice(["a.md", "a.tex"]))


@test_tex_and_text.fact
@each("piece", [*(p for p in PIECES if p.strip()), "$a ", "\\begin{cases} ", "\\section{{", "> $$\n", "` ``"])
@each("path", ["a.md", "a.tex"])
def repetition_takes_linear_time(piece: str, path: str) -> None:
    with limit(PATIENCE):
        read(piece * 3000, path)
        read((piece + "\n") * 3000, path)
