"""What the commands share: writing a result, and errors that the caller can mend."""

from __future__ import annotations

import os
import sys

UNREADABLE = 3
"""Exit status: something could not be read."""
BUG = "  This is a bug of symgrad, not of your document: please report it with the document that shows it."


class UsageError(Exception):
    """What the caller can mend: said in one line, exit status 2."""


def colour() -> bool:
    """Colours only on a terminal that shows them, and never against NO_COLOR."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def show(text: str) -> None:
    """Write a result. A reader who stops early, as ``head`` does, changes nothing about the verdict."""
    try:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # what is left in the buffer would raise again when Python closes the stream
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
