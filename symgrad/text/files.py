"""Read documents from disk."""

from __future__ import annotations

from pathlib import Path

from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Source, Span

MAX_BYTES = 4_000_000


def load_source(path: str) -> Source | Diagnostic:
    """A file as a source, or a diagnostic if it is too large or not text."""
    data = Path(path).read_bytes()
    if len(data) > MAX_BYTES:
        return Diagnostic("SG002", f"{path} has {len(data)} bytes, more than {MAX_BYTES}", None, "split the document")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        readable = data[: e.start].decode("utf-8")
        source = Source(path, readable + "\N{REPLACEMENT CHARACTER}")
        return Diagnostic(
            "SG001", f"{path} is no UTF-8 text", Span(source, len(readable), len(readable) + 1), "save it as UTF-8"
        )
    return Source(path, text.replace("\r\n", "\n").replace("\r", "\n"))
