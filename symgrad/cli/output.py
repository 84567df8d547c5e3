"""What the commands share: the option ``--format``, writing a result, and errors of use."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from symgrad.report.formats import FORMATS, formats_of
from symgrad.report.report_format import Kind, ReportStyle

UNREADABLE = 3
"""Exit status: something could not be read."""
BUG = "  This is a bug of symgrad, not of your document: please report it with the document that shows it."


class UsageError(Exception):
    """An error that the user can correct: reported in one line, with exit status 2."""


def add_format(command: argparse.ArgumentParser, kind: Kind) -> None:
    """The option ``--format`` of a command that reports this kind of thing."""

    def named(name: str) -> str:
        if name not in FORMATS:
            raise argparse.ArgumentTypeError(f"there is no format {name!r}; there are {', '.join(formats_of(kind))}")
        if name not in formats_of(kind):
            raise argparse.ArgumentTypeError(f"{name} has no form for {kind}: use {' or '.join(formats_of(kind))}")
        return name

    choices = f"{{{','.join(formats_of(kind))}}}"
    command.add_argument("--format", type=named, default="text", metavar=choices, help="default: %(default)s")


def add_stdin_name(command: argparse.ArgumentParser) -> None:
    """The option ``--stdin-filename`` of a command that takes documents."""
    command.add_argument(
        "--stdin-filename",
        dest="stdin_name",
        default="",
        metavar="NAME",
        help="the path that standard input has in reports, and whose ending gives its kind",
    )


def rendered(kind: Kind, report: Any, options: argparse.Namespace) -> str:
    """A report in the format that was chosen with ``--format``."""
    text: str = getattr(FORMATS[options.format], kind)(report, style_of(options))
    return text


def style_of(options: argparse.Namespace) -> ReportStyle:
    """How a report is shown, by the options and the terminal."""
    return ReportStyle(getattr(options, "read", False), _colour(), getattr(options, "strict", False))


def _colour() -> bool:
    """True on a terminal that shows colours, and where FORCE_COLOR is set; never if NO_COLOR is."""
    if os.environ.get("FORCE_COLOR") and not os.environ.get("NO_COLOR"):
        return True
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def show(text: str) -> None:
    """Write a result. A reader that stops early, as ``head`` does, does not change the exit status."""
    try:
        sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # the rest of the buffer would raise again when Python closes the stream
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
