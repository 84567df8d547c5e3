"""A document's text as blocks: displays, inline mathematics, headings and directives, in order."""

from __future__ import annotations

from symgrad.reading.document.blocks import Block, Blocks, Directive, Display, Heading, Inline
from symgrad.reading.document.delimiters import find_mathematics
from symgrad.reading.document.formula_lines import with_formula_lines
from symgrad.reading.document.kinds_of_files import kind_of
from symgrad.text.source import Source

__all__ = ["Block", "Blocks", "Directive", "Display", "Heading", "Inline", "read_blocks"]


def read_blocks(source: Source) -> Blocks:
    """The blocks of a document, laid out as the ending of its path says."""
    return with_formula_lines(find_mathematics(kind_of(source.path).layout(source)))
