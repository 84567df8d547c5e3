"""A document's text as blocks: displays, inline mathematics, headings and directives, in order."""

from __future__ import annotations

from symgrad.reading.document.blocks import Block, Blocks, Directive, Display, Heading, Inline
from symgrad.reading.document.delimiters import find_mathematics
from symgrad.reading.document.markdown_layout import markdown_layout
from symgrad.reading.document.tex_layout import tex_layout
from symgrad.text.source import Source

__all__ = ["Block", "Blocks", "Directive", "Display", "Heading", "Inline", "read_blocks"]


def read_blocks(source: Source, *, tex: bool | None = None) -> Blocks:
    """The blocks of a document, read as TeX if its path ends in ``.tex``, else as Markdown."""
    as_tex = source.path.endswith(".tex") if tex is None else tex
    return find_mathematics(tex_layout(source) if as_tex else markdown_layout(source))
