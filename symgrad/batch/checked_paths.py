"""Check the documents at paths, in one process or in several."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from symgrad.batch.work_items import WorkItem, worked
from symgrad.batch.worker_processes import in_processes
from symgrad.reading.document.kinds_of_files import open_document
from symgrad.text.files import STDIN

if TYPE_CHECKING:
    from symgrad.checking.verdict import DocumentReport, Report


def check_paths(
    paths: Sequence[str],
    with_files: Sequence[str] = (),
    seed: int = 0,
    jobs: int = 1,
    progress: Callable[[int, int, tuple[int, int]], None] | None = None,
    stdin_name: str = "",
    timeout: float | None = None,
    cache: str = "",
    each: Callable[[DocumentReport], None] | None = None,
) -> Report:
    """Check files, in the order given, in ``jobs`` processes. ``progress(done, of, steps)`` is called after each file.

    timeout: the seconds of processor time that each document is given; cache: the folder of the cache.
    each: is given every report, in order, and none is kept: the result has no documents.
    ``progress`` is called after steps too; ``steps``: how many of one of the next files are done, and of how many.
    """
    from symgrad.checking.verdict import Report

    items = [
        WorkItem(open_document(path, stdin_name) if path == STDIN else path, tuple(with_files), seed, timeout, cache)
        for path in paths
    ]
    documents: list[DocumentReport] = []
    told = 0

    def one_more(done: int, of: int) -> None:
        if progress is not None:
            progress(told, len(items), (done, of))

    found: Iterator[DocumentReport]
    if jobs > 1 and len(items) > 1:
        found = in_processes(items, min(jobs, len(items)), steps=one_more)
    else:
        found = (worked(item, one_more) for item in items)
    for report in found:
        told += 1
        if each is not None:
            each(report)
        else:
            documents.append(report)
        if progress is not None:
            progress(told, len(items), (0, 0))
    return Report(tuple(documents))
