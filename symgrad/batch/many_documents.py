"""Check many documents, on the processors of this machine or wherever an executor has its workers."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING

from symgrad.batch.work_items import Item, WorkItem, work_item, worked
from symgrad.batch.worker_processes import in_processes, processors

if TYPE_CHECKING:
    from symgrad.checking.verdict import DocumentReport

WINDOW = 256
"""How many documents are handed to an executor ahead of the one whose report is due."""


def check_many(
    items: Iterable[Item],
    executor: Executor | None = None,
    *,
    declarations: Sequence[str] = (),
    seed: int = 0,
    jobs: int | None = None,
    timeout: float | None = None,
    cache: str = "",
) -> Iterator[DocumentReport]:
    """See ``symgrad.check_many``."""
    work = (work_item(item, declarations, seed, timeout, cache) for item in items)
    return in_processes(work, jobs or processors()) if executor is None else in_executor(work, executor)


def in_executor(work: Iterable[WorkItem], executor: Executor) -> Iterator[DocumentReport]:
    """The reports in the order of the work, which an executor does. What it fails at is tried in a process apart."""
    pending: deque[tuple[WorkItem, Future[DocumentReport] | None]] = deque()
    try:
        for item in work:
            pending.append((item, _submitted(executor, item)))
            if len(pending) >= WINDOW:
                yield _result(*pending.popleft())
        while pending:
            yield _result(*pending.popleft())
    finally:
        for _, future in pending:
            if future is not None:
                future.cancel()


def _submitted(executor: Executor, item: WorkItem) -> Future[DocumentReport] | None:
    """The future of an item; None where the executor takes no more, as one does whose worker has crashed."""
    try:
        return executor.submit(worked, item)
    except RuntimeError:
        return None


def _result(item: WorkItem, future: Future[DocumentReport] | None) -> DocumentReport:
    if future is not None:
        try:
            return future.result()
        except Exception:  # of the executor: ``worked`` itself reports what goes wrong
            pass
    (report,) = in_processes([item], 1)
    return report
