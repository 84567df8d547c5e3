"""A document's text as blocks: displays, inline mathematics, headings and directives, in order."""

from __future__ import annotations

from symgrad.notation.blocks import Block, Blocks, Directive, Display, Heading, Inline
from symgrad.notation.delimiters import find_mathematics
from symgrad.notation.layout_markdown import markdown_layout
from symgrad.notation.layout_tex import tex_layout
from symgrad.notation.source import Source

__all__ = ["Block", "Blocks", "Directive", "Display", "Heading", "Inline", "read_blocks"]


def read_blocks(source: Source, *, tex: bool | None = None) -> Blocks:
    """The blocks of a document. It is read as TeX if its path ends in ``.tex``, else as Markdown."""
    as_tex = source.path.endswith(".tex") if tex is None else tex
    return find_mathematics(tex_layout(source) if as_tex else markdown_layout(source))
