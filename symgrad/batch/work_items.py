"""One document of many: what is sent to a worker, and the report that comes back whatever happens there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from typing import TYPE_CHECKING

from symgrad.api import Document, check_document, load
from symgrad.reading.document.kinds_of_files import open_document
from symgrad.reading.document.opened import Opened
from symgrad.text.diagnostic import Diagnostic, SymgradError
from symgrad.text.files import STDIN
from symgrad.text.source import Source, Span

if TYPE_CHECKING:
    from symgrad.checking.verdict import DocumentReport

Item = str | PathLike[str] | Document
"""A path, or a document."""
Steps = Callable[[int, int], None]
"""Called with the number of steps that are done, and of all."""

ONE_AT_A_TIME = threading.Lock()
"""Expressions are one object where they are equal, in a table of the process; threads take turns."""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A document to check, opened or by its path, and how. ``cache``: the folder of the cache, if there is one."""

    given: str | Document | Opened | Diagnostic
    with_files: tuple[str, ...] = ()
    seed: int = 0
    timeout: float | None = None
    cache: str = ""

    @property
    def path(self) -> str:
        """The path that its report has."""
        if isinstance(self.given, Opened):
            return self.given.source.path
        if isinstance(self.given, Diagnostic):
            return self.given.span.source.path if self.given.span else STDIN
        return self.given if isinstance(self.given, str) else self.given.path


def work_item(
    item: Item, with_files: Sequence[str], seed: int, timeout: float | None = None, cache: str = ""
) -> WorkItem:
    """The work for an item. Raises ``SymgradError`` for what is neither a path nor a document."""
    if not isinstance(item, (str, PathLike, Document)):
        kind = type(item).__name__
        raise SymgradError(f"symgrad.check_many takes paths and documents, not {kind}: use `symgrad.read(text=…)`")
    given = item if isinstance(item, Document) else fspath(item)
    return WorkItem(given, tuple(with_files), seed, timeout, cache)


def worked(item: WorkItem, steps: Steps | None = None) -> DocumentReport:
    """The report on one document. A file that can't be opened, or is not text, has a report with that diagnostic."""
    with ONE_AT_A_TIME:
        document = _document(item)
        if isinstance(document, Diagnostic):
            return failed(item.path, document)
        if item.cache:
            from symgrad.batch.kept_reports import checked_with_cache

            return checked_with_cache(document, item.seed, steps, item.timeout, item.cache)
        return check_document(document, item.seed, steps, item.timeout)


def _document(item: WorkItem) -> Document | Diagnostic:
    if isinstance(item.given, Document):
        return item.given
    try:
        opened = open_document(item.given) if isinstance(item.given, str) else item.given
    except OSError as e:
        why = f"can't open {item.path}: {(e.strerror or str(e)).lower()}"
        return Diagnostic("SG001", why, None, "check the path and its permissions")
    if isinstance(opened, Diagnostic):
        return opened
    others = tuple(load(file).source for file in item.with_files)
    return Document(opened.source, others, opened.problems)


def failed(path: str, why: Diagnostic) -> DocumentReport:
    """The report on a document that could not be checked."""
    from symgrad.checking.verdict import DocumentReport

    return DocumentReport(path, (), (why,))


def lost(path: str, how: str) -> DocumentReport:
    """The report on a document whose worker ended or had to be ended. ``how``: in words."""
    source = Source(path, "")
    message = f"not decided: the process that checked {path} {how}"
    return failed(path, Diagnostic("SG117", message, Span(source, 0, 0), "split the document"))
