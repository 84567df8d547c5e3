"""Documents that are watched: their reports, made again when a file changes."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from symgrad.api import Document, load
from symgrad.checking.checker import Checker, check_in_time
from symgrad.checking.rulings import RecentRulings
from symgrad.checking.verdict import DocumentReport
from symgrad.text.diagnostic import Diagnostic, SymgradError
from symgrad.text.source import Source

INTERVAL = 0.2
"""Seconds between two looks at the files."""
Stamp = tuple[int, int]


@dataclass(slots=True)
class WatchedDocuments:
    """Reports by path, each at the version of its files. ``find`` lists the documents, which may come and go."""

    find: Callable[[], list[str]]
    with_files: tuple[str, ...] = ()
    reports: dict[str, tuple[DocumentReport, Source]] = field(default_factory=dict)
    version: int = 0
    """Counts the changes; what waits for one is told by ``changed``."""
    changed: threading.Condition = field(default_factory=threading.Condition)
    rulings: RecentRulings = field(default_factory=RecentRulings)
    declarations: tuple[Source, ...] = ()
    """The text of the files with declarations, as they were last read."""
    _stamps: dict[str, dict[str, Stamp]] = field(default_factory=dict)

    def look(self) -> list[str]:
        """Check the documents whose files changed since the last look, and forget those that are gone. Their paths."""
        found = self.find()
        gone = [path for path in self.reports if path not in found]
        for path in gone:
            del self.reports[path], self._stamps[path]
        stale = [path for path in found if self._stamps.get(path) != self._now(path)]
        for path in stale:
            self.reports[path] = self._checked(path)
            self._stamps[path] = self._now(path)
        if gone or stale:
            with self.changed:
                self.version += 1
                self.changed.notify_all()
        return [*gone, *stale]

    def watch(self, stop: threading.Event) -> None:
        """Look again and again until told to stop."""
        while not stop.wait(INTERVAL):
            self.look()

    def wait(self, version: int, seconds: float) -> int:
        """The version, as soon as it is another one, or after so many seconds."""
        end = time.monotonic() + seconds
        with self.changed:
            while self.version == version and (left := end - time.monotonic()) > 0:
                self.changed.wait(left)
            return self.version

    def _files(self, path: str) -> set[str]:
        """The files that a report depends on: those of its document, and of declarations."""
        files = {path, *self.with_files}
        if path in self.reports:
            files |= {stretch.origin.path for stretch in self.reports[path][1].stretches}
        return files

    def _now(self, path: str) -> dict[str, Stamp]:
        return {file: _stamp(file) for file in sorted(self._files(path))}

    def _checked(self, path: str) -> tuple[DocumentReport, Source]:
        try:
            opened = load(path)
            self.declarations = tuple(load(file).source for file in self.with_files)
        except SymgradError as error:
            problem = Diagnostic("SG001", str(error), None)
            return DocumentReport(path, (), (problem,)), Source(path, "")
        document = Document(opened.source, self.declarations, opened.problems)
        checker = Checker(store=self.rulings)
        return check_in_time(opened.source, lambda: document.reading, checker=checker), opened.source


def _stamp(file: str) -> Stamp:
    """Time and size of a file; zeros where there is none."""
    try:
        found = os.stat(file)
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
