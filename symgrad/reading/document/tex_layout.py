"""The layout of a TeX document: comments, verbatim text and the preamble are opaque."""

from __future__ import annotations

import re

from symgrad.reading.document.blocks import Heading
from symgrad.reading.document.layout import Layout, blank
from symgrad.text.source import Source

_TEX_LEVELS = {
    "part": -1, "chapter": 0, "section": 1, "subsection": 2, "subsubsection": 3, "paragraph": 4, "subparagraph": 5,
}  # fmt: skip
_TEX_OPAQUE = re.compile(
    r"(?P<escape>\\[\\%])"
    r"|%(?P<comment>[^\n]*)"
    r"|\\begin\{(?P<verbatim>verbatim\*?|Verbatim|lstlisting|minted|comment|alltt)\}"
    r"|\\(?:verb\*?|lstinline)(?P<mark>[^A-Za-z\s*\\{])"
    r"|(?P<off>\\iffalse(?![A-Za-z]))"
    r"|(?P<body>\\begin\{document\})"
    r"|(?P<end>\\end\{document\})"
    r"|\\(?P<section>part|chapter|section|subsection|subsubsection|paragraph|subparagraph)\*?(?=[\[{])"
)


def tex_layout(source: Source) -> Layout:
    """The layout of a TeX document."""
    text = source.text
    layout = Layout(source, True, text)
    parts: list[str] = []
    copied = at = 0
    in_body = False

    def hide(start: int, end: int) -> None:
        nonlocal copied, at
        parts.append(text[copied:start])
        parts.append(blank(text[start:end]))
        copied = at = end

    while (m := _TEX_OPAQUE.search(text, at)) is not None:
        at = m.end()
        if m["comment"] is not None:
            layout.directive(m["comment"], m.start(), m.end())
            hide(m.start(), m.end())
        elif m["verbatim"]:
            closing = f"\\end{{{m['verbatim']}}}"
            end = text.find(closing, at)
            if end < 0:
                layout.report("SG003", f"`{m.group()}` is not closed", m.start(), m.end(), f"add `{closing}`")
            else:
                hide(m.start(), end + len(closing))
        elif m["mark"]:
            end = text.find(m["mark"], at)
            if end >= 0 and "\n" not in text[at:end]:
                hide(m.start(), end + 1)
        elif m["off"]:
            end = text.find("\\fi", at)
            if end >= 0:
                hide(m.start(), end + 3)
        elif m["body"] and not in_body:
            in_body = True
            parts, copied = [blank(text[:at])], at
            layout.headings.clear()
            layout.directives.clear()
        elif m["end"]:
            hide(m.start(), len(text))
        elif m["section"]:
            _tex_heading(layout, m["section"], m.start(), at)
    layout.visible = "".join((*parts, text[copied:]))
    breaks = [b.start() for b in re.finditer(r"\n[ \t\r]*(?=\n)|\\par(?![A-Za-z])", layout.visible)]
    marks = [offset for h in layout.headings for offset in (h.span.start, h.span.end)]
    layout.paragraphs = sorted([*breaks, *marks])
    layout.stops = layout.paragraphs
    return layout


def _tex_heading(layout: Layout, name: str, start: int, at: int) -> None:
    """``\\section[short]{title}``"""
    text = layout.source.text[at : at + 2000]
    opened = re.match(r"(?:\[[^\]\n]*\])?\{", text)
    if opened is None:
        return
    depth, end = 1, opened.end()
    while end < len(text) and depth:
        depth += (text[end] == "{") - (text[end] == "}")
        end += 1
    if not depth:
        title = " ".join(text[opened.end() : end - 1].split())
        layout.headings.append(Heading(_TEX_LEVELS[name], title, layout.span(start, at + end)))
