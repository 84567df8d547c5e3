"""The cell magic ``%%symgrad``: shows a derivation as it is typeset, and below it the verdict of each step."""

from __future__ import annotations

import argparse
import shlex
from typing import Any, NoReturn

from symgrad.api import Document, check_document, load
from symgrad.text.diagnostic import SymgradError
from symgrad.text.source import Source


class _Options(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise SymgradError(f"%%symgrad: {message}; use `%%symgrad [NAME] [--with FILE] [--hide]`")


def _options() -> _Options:
    options = _Options(prog="%%symgrad", add_help=False)
    options.add_argument("name", nargs="?", default="")
    options.add_argument("--with", dest="with_files", action="append", default=[])
    options.add_argument("--hide", action="store_true")
    return options


def load_extension(ipython: Any) -> None:
    """Adds the magic to a running IPython."""

    def symgrad(line: str, cell: str) -> Any:
        """Check a derivation: ``%%symgrad [NAME] [--with FILE] [--hide]``.

        NAME: keeps the report under this name, and the document under ``NAME_document``; --with: declarations;
        --hide: shows the verdicts alone.
        """
        return check_cell(ipython, line, cell)

    ipython.register_magic_function(symgrad, "cell", "symgrad")


def check_cell(ipython: Any, line: str, cell: str) -> Any:
    """The report on the text of a cell, after the text itself was shown."""
    given = _options().parse_args(shlex.split(line))
    declared = tuple(load(file).source for file in given.with_files)
    document = Document(Source("cell.md", cell), declared)
    report = check_document(document)
    if given.name:
        if not given.name.isidentifier():
            raise SymgradError(f"{given.name!r} is no name of Python")
        ipython.push({given.name: report, f"{given.name}_document": document})
    if not given.hide:
        from IPython.display import Markdown, display

        display(Markdown(cell))
    return report
