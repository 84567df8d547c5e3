"""The cache of ``--cache DIR``: reports by the text of their document, and rulings by what their claims say.

Whatever could change a result is part of the key: the text with what it inputs, declarations, seed, limit of time, and
the program with what it computes with. So it may be deleted at any time, and an older one is of no harm. A document of
which a clock decided something is not kept whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from symgrad.api import Document, check_document
from symgrad.batch.report_text import as_text, from_text, source_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.checking.verdict import DocumentReport

FILE = "symgrad.sqlite"
CLOCKED = "SG117"
"""The code of what was given up: on another day there may be time for it."""
TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# A cache of symgrad: it may be deleted.\n"


class KeptReports:
    """Texts by key, in one file. Where it can't be used, it holds nothing, and a check works everything out."""

    def __init__(self, folder: str) -> None:
        self.path = Path(folder) / FILE
        self.version = program()
        self.connection: sqlite3.Connection | None = None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            for name, text in (("CACHEDIR.TAG", TAG), (".gitignore", "*\n")):
                (self.path.parent / name).write_text(text, encoding="utf-8")
            self.connection = self._opened()
        except sqlite3.DatabaseError:  # no such file of ours, or a broken one
            with suppress(OSError, sqlite3.Error):
                self.path.unlink(missing_ok=True)
                self.connection = self._opened()

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=30, check_same_thread=False)
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID")
        return connection

    def get(self, key: str, /) -> str | None:
        if self.connection is None:
            return None
        try:
            found = self.connection.execute("SELECT value FROM kept WHERE key = ?", (self.version + key,)).fetchone()
        except sqlite3.Error:
            return None
        return str(found[0]) if found else None

    def __setitem__(self, key: str, value: str, /) -> None:
        if self.connection is not None:
            with suppress(sqlite3.Error):
                self.connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (self.version + key, value))

    def save(self) -> None:
        """Write what was added."""
        if self.connection is not None:
            with suppress(sqlite3.Error):
                self.connection.commit()


@cache
def kept_reports(folder: str, process: int) -> KeptReports:
    """The cache in a folder, opened once in a process."""
    return KeptReports(folder)


def checked_with_cache(
    document: Document, seed: int, steps: Callable[[int, int], None] | None, timeout: float | None, folder: str
) -> DocumentReport:
    """The report on a document: as it was kept, or worked out where it has changed. Raises OSError for the folder."""
    kept = kept_reports(folder, os.getpid())
    key = _key(document, seed, timeout)
    text = kept.get(key)
    if text is not None:
        with suppress(ValueError, KeyError, TypeError, IndexError):
            return from_text(text)
    report = check_document(document, seed, steps, timeout, kept)
    if not _clocked(report):
        kept[key] = as_text(report)
    kept.save()
    return report


def _clocked(report: DocumentReport) -> bool:
    found = [one.code for one in report.diagnostics]
    for step in report.steps:
        found += [warning.code for warning in step.warnings]
        found += [step.diagnostic.code] if step.diagnostic else []
    return CLOCKED in found or "SG900" in found


def _key(document: Document, seed: int, timeout: float | None) -> str:
    asked = [source_text(source) for source in (document.source, *document.declarations)]
    asked += [repr((one.code, one.message)) for one in document.problems]
    asked += [str(seed), str(timeout)]
    return hashlib.sha256(json.dumps(asked).encode("utf-8", "surrogatepass")).hexdigest()


@cache
def program() -> str:
    """This program, by the sizes and times of its files, and what it computes with."""
    from importlib.metadata import version

    package = Path(__file__).parents[1]
    files = sorted(path for path in package.rglob("*.py"))
    found = [(path.relative_to(package).as_posix(), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    libraries = [version(name) for name in ("numpy", "sympy", "mpmath")]
    return hashlib.sha256(json.dumps([found, libraries, sys.version]).encode()).hexdigest()[:16]
