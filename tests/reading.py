"""Documents of the repository, each read once in a process: nothing that uses what was read changes it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from symgrad.reading.document_reader import read_document
from symgrad.reading.read_document import ReadDocument
from symgrad.text.source import Source


@cache
def read(path: Path) -> ReadDocument:
    return read_document(Source(path.name, path.read_text(encoding="utf-8")))
