"""Processes of our own, one document at a time each: one that crashes or hangs costs that document alone."""

from __future__ import annotations

import gc
import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any

from symgrad.batch.work_items import WorkItem, lost, worked

if TYPE_CHECKING:
    from symgrad.checking.verdict import DocumentReport

AHEAD = 16
"""How many documents a process may be ahead of the one whose report is due."""
PATIENCE = 60.0, 5.0
"""Seconds that a document may take on the clock: so many, and so many times its limit on processor time."""
TELLING = 0.2
"""Seconds between two messages about the steps that are done."""

StepsDone = Callable[[int, int], None]


@dataclass(slots=True)
class Worker:
    """One process: the document that it works on, and until when it may."""

    process: BaseProcess
    connection: Connection
    number: int | None = None
    item: WorkItem | None = None
    until: float = 0.0


def in_processes(
    items: Iterable[WorkItem], jobs: int, patience: float | None = None, steps: StepsDone | None = None
) -> Iterator[DocumentReport]:
    """The reports in the order of the items, from ``jobs`` processes.

    patience: seconds on the clock for a document, by default a multiple of its limit on processor time.
    """
    context = multiprocessing.get_context("spawn")
    waiting = enumerate(items)
    done: dict[int, DocumentReport] = {}
    workers: list[Worker] = []
    due, more = 0, True
    try:
        while True:
            while due in done:
                yield done.pop(due)
                due += 1
            while more and _idle(workers, jobs) and len(done) < AHEAD * jobs:
                number, item = next(waiting, (-1, None))
                more = item is not None
                if item is not None:
                    _start(_free(workers, context), number, item, patience)
            busy = [worker for worker in workers if worker.item is not None]
            if not busy and due not in done:
                return
            for worker in _heard(busy):
                _hear(worker, workers, done, steps)
    finally:
        for worker in workers:
            _end(worker)


def processors() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _idle(workers: list[Worker], jobs: int) -> bool:
    return len(workers) < jobs or any(worker.item is None for worker in workers)


def _free(workers: list[Worker], context: Any) -> Worker:
    """A process without work, a new one if there is none."""
    for worker in workers:
        if worker.item is None:
            return worker
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there,), daemon=True)
    process.start()
    there.close()
    workers.append(Worker(process, here))
    return workers[-1]


def _start(worker: Worker, number: int, item: WorkItem, patience: float | None) -> None:
    base, times = PATIENCE
    given = patience if patience is not None else base + times * (item.timeout or base)
    worker.number, worker.item, worker.until = number, item, time.monotonic() + given
    with suppress(OSError):  # the process is gone already: that is heard as its end
        worker.connection.send(item)


def _heard(busy: list[Worker]) -> list[Worker]:
    """The workers that have something to say, or whose time is over."""
    left = min(worker.until for worker in busy) - time.monotonic()
    ready = set(wait([worker.connection for worker in busy], max(0.0, left)))
    return [worker for worker in busy if worker.connection in ready or worker.until <= time.monotonic()]


def _hear(worker: Worker, workers: list[Worker], done: dict[int, DocumentReport], steps: StepsDone | None) -> None:
    assert worker.item is not None
    assert worker.number is not None
    try:
        told = worker.connection.recv() if worker.connection.poll() else None
    except (EOFError, OSError):
        worker.process.join(5)
        done[worker.number] = lost(worker.item.path, f"ended (exit code {worker.process.exitcode})")
        workers.remove(worker)
        return
    if told is None:
        done[worker.number] = lost(worker.item.path, "gave no answer in time")
        workers.remove(worker)
        _end(worker)
    elif isinstance(told, tuple):
        if steps is not None:
            steps(*told)
    else:
        done[worker.number] = told
        worker.item = worker.number = None


def _end(worker: Worker) -> None:
    worker.connection.close()
    worker.process.kill()
    worker.process.join()


def _serve(connection: Connection) -> None:
    """What a process does: check what it is sent, until the other end is closed."""
    gc.set_threshold(200_000, 50, 50)
    told = 0.0

    def tell(done: int, of: int) -> None:
        nonlocal told
        if time.monotonic() - told > TELLING:
            told = time.monotonic()
            connection.send((done, of))

    while True:
        try:
            item = connection.recv()
        except (EOFError, OSError, KeyboardInterrupt):
            return
        connection.send(worked(item, tell))
