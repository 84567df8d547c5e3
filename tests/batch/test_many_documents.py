"""Many documents: the order and the bytes of their reports, whoever works them out, and what a bad document costs."""

from __future__ import annotations

import os
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import symgrad
from symgrad.api import Document
from symgrad.batch.kept_reports import FILE, checked_with_cache
from symgrad.batch.report_text import as_text, from_text
from symgrad.batch.work_items import work_item
from symgrad.batch.worker_processes import in_processes
from symgrad.checking import checker
from symgrad.checking.verdict import DocumentReport, Report
from symgrad.report.formats import FORMATS
from symgrad.report.report_format import ReportStyle
from tests.cases import each

DERIVATIONS = Path(__file__).parents[2] / "derivations"
PATHS = [str(DERIVATIONS / name) for name in ("softmax_cross_entropy.md", "ridge_regression.md")]
PLAIN = symgrad.read(text="With $x \\in \\mathbb{R}^N$:\n\n$$ x_i + x_i = 2 x_i = x_i $$\n")
ITEMS = [PATHS[0], PLAIN, "no/such/file.md", PATHS[1]]


class Crash(Document):
    """A document that ends the process in which it is unpacked."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (3,)


class Hang(Document):
    """A document that keeps it busy for ever."""

    def __reduce__(self) -> tuple[Any, ...]:
        return time.sleep, (1000,)


class Broken(Executor):
    """An executor that has lost its workers."""

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        raise RuntimeError("broken")


def shown(report: DocumentReport, name: str = "json") -> str:
    render = FORMATS[name].check
    assert render is not None
    return render(Report((report,)), ReportStyle(read=True))


def test_bytes_and_order_are_the_same_in_threads_and_alone() -> None:
    with ThreadPoolExecutor(2) as threads:
        found = [shown(report) for report in symgrad.check_many(ITEMS, threads)]
    alone = [shown(symgrad.check(item)) for item in (PATHS[0], PLAIN, PATHS[1])]
    assert [found[0], found[1], found[3]] == alone
    assert '"SG001"' in found[2]
    assert "can't open no/such/file.md" in found[2]


def test_a_document_that_crashes_or_hangs_costs_itself_only() -> None:
    documents = [PLAIN, Crash(PLAIN.source), PLAIN, Hang(PLAIN.source), PLAIN]
    found = list(in_processes([work_item(one, (), 0) for one in documents], 2, patience=12))
    assert [shown(report) for report in found[::2]] == [shown(symgrad.check(PLAIN))] * 3
    assert "ended (exit code 3)" in found[1].diagnostics[0].message
    assert "gave no answer in time" in found[3].diagnostics[0].message


def test_an_executor_that_breaks_is_gone_without() -> None:
    (report,) = symgrad.check_many([PLAIN], Broken())
    assert shown(report) == shown(symgrad.check(PLAIN))


def test_items_are_taken_as_they_are_needed() -> None:
    taken = []

    def items() -> Any:
        for k in range(1000):
            taken.append(k)
            yield PLAIN

    with ThreadPoolExecutor(1) as threads:
        next(symgrad.check_many(items(), threads))
    assert len(taken) < 300


def test_other_items_are_refused() -> None:
    with pytest.raises(symgrad.SymgradError, match="takes paths and documents, not int"):
        list(symgrad.check_many([3]))  # type: ignore[list-item]  # that is the point


@pytest.mark.dask
def test_a_cluster_gives_the_same_bytes() -> None:
    from dask.distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        found = [shown(report) for report in symgrad.check_many([PLAIN, PATHS[1]], client.get_executor())]
    assert found == [shown(symgrad.check(item)) for item in (PLAIN, PATHS[1])]


# --- the cache ----------------------------------------------------------------------------------------------


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The claims that the engines work on."""
    seen: list[int] = []
    refute = checker.refute

    def counting(*args: Any, **more: Any) -> Any:
        seen.append(1)
        return refute(*args, **more)

    monkeypatch.setattr(checker, "refute", counting)
    return seen


def test_an_unchanged_document_is_not_worked_twice(tmp_path: Path, counted: list[int]) -> None:
    folder = str(tmp_path / "cache")
    document = symgrad.read(PATHS[1])
    first = checked_with_cache(document, 0, None, None, folder)
    worked = len(counted)
    assert worked
    again = checked_with_cache(symgrad.read(document.path), 0, None, None, folder)
    assert len(counted) == worked
    assert [shown(again, name) for name in FORMATS] == [shown(first, name) for name in FORMATS]
    checked_with_cache(PLAIN, 0, None, None, folder)
    checked_with_cache(PLAIN, 1, None, None, folder)
    assert len(counted) == worked + 4, "another seed is another question"


def test_only_a_changed_step_is_worked_again(tmp_path: Path, counted: list[int]) -> None:
    text = "With $x \\in \\mathbb{R}^N$:\n\n$$ x_i + x_i = 2 x_i $$\n\n$$ x_i^2 = x_i x_i $$\n"
    for old, new, worked in (("", "", 2), ("With", "A line more.\n\nWith", 0), ("2 x_i", "3 x_i - x_i", 1)):
        counted.clear()
        checked_with_cache(symgrad.read(text=text.replace(old, new, 1)), 0, None, None, str(tmp_path))
        assert len(counted) == worked, (old, new)


def test_a_cache_may_be_broken_or_unwritable(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / FILE).write_bytes(b"no database at all" * 100)
    assert shown(checked_with_cache(PLAIN, 0, None, None, str(tmp_path / "a"))) == shown(symgrad.check(PLAIN))


@each("item", [PATHS[0], PLAIN])
def test_a_report_is_the_same_behind_its_text(item: Any) -> None:
    report = symgrad.check(item)
    again = from_text(as_text(report))
    assert [shown(again, name) for name in FORMATS] == [shown(report, name) for name in FORMATS]
