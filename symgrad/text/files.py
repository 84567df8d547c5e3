"""Read documents from disk and from standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Source, Span

MAX_BYTES = 4_000_000
STDIN = "-"
"""The path that means standard input."""


def load_source(path: str, shown: str = "") -> Source | Diagnostic:
    """A file as a source, or a diagnostic if it is too large or not text. ``shown``: the path to show, if another."""
    with Path(path).open("rb") as file:
        return decoded(file.read(MAX_BYTES + 1), shown or path)


def standard_input(name: str) -> Source | Diagnostic:
    """What standard input holds, as a source with the path ``name``."""
    return decoded(sys.stdin.buffer.read(MAX_BYTES + 1), name or "<stdin>")


def decoded(data: bytes, path: str) -> Source | Diagnostic:
    """Bytes as a source without a byte-order mark, its lines ending in a line feed."""
    if len(data) > MAX_BYTES:
        return Diagnostic("SG002", f"{path} has more than {MAX_BYTES} bytes", None, "split the document")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        readable = data[: e.start].decode("utf-8")
        source = Source(path, readable + "\N{REPLACEMENT CHARACTER}")
        return Diagnostic(
            "SG001", f"{path} is no UTF-8 text", Span(source, len(readable), len(readable) + 1), "save it as UTF-8"
        )
    return Source(path, text.replace("\r\n", "\n").replace("\r", "\n"))
