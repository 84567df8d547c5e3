"""The kinds of files that documents are, by the ending of their names: how each is opened, and its layout."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from symgrad.reading.document.docstrings import docstrings
from symgrad.reading.document.layout import Layout
from symgrad.reading.document.markdown_layout import markdown_layout
from symgrad.reading.document.notebook_cells import markdown_cells
from symgrad.reading.document.opened import Opened, as_it_stands
from symgrad.reading.document.rst_layout import rst_layout
from symgrad.reading.document.tex_inputs import with_inputs
from symgrad.reading.document.tex_layout import tex_layout
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.files import STDIN, load_source, standard_input
from symgrad.text.source import Source


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file. ``open``: its text from the text of the file; ``layout``: its parts other than mathematics."""

    open: Callable[[Source], Opened | Diagnostic]
    layout: Callable[[Source], Layout]


MARKDOWN = FileKind(as_it_stands, markdown_layout)
"""Every file of another ending is read as Markdown."""

KINDS = {
    ".md": MARKDOWN,
    ".tex": FileKind(with_inputs, tex_layout),
    ".ipynb": FileKind(markdown_cells, markdown_layout),
    ".qmd": MARKDOWN,
    ".rmd": MARKDOWN,
    ".rst": FileKind(as_it_stands, rst_layout),
    ".py": FileKind(docstrings, rst_layout),
}
"""Kinds of files by their endings in small letters."""

ON_REQUEST = (".py",)
"""Endings that a folder does not mean unless it is said."""


def kind_of(path: str) -> FileKind:
    """The kind of the file at a path."""
    return KINDS.get(os.path.splitext(path)[1].lower(), MARKDOWN)


def open_document(path: str, stdin_name: str = "") -> Opened | Diagnostic:
    """The document at a path, or on standard input, which has the path ``stdin_name`` where it is shown.

    Raises OSError if the file can't be opened.
    """
    source = standard_input(stdin_name) if path == STDIN else load_source(path)
    return source if isinstance(source, Diagnostic) else kind_of(source.path).open(source)
