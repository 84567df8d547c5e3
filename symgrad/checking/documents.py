"""Check documents given as text or as paths, in one process or several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from symgrad.text.diagnostic import Diagnostic, SymgradError
from symgrad.text.files import load_source
from symgrad.text.source import Source

if TYPE_CHECKING:
    from symgrad.checking.verdict import DocumentReport, Report


def check_text(text: str, path: str = "text.md", with_texts: Sequence[str] = (), seed: int = 0) -> DocumentReport:
    """Rule on a document given as text."""
    from symgrad.checking.checker import check_source

    return check_source(Source(path, text), [Source("with.md", t) for t in with_texts], seed)


def check_paths(
    paths: Sequence[str],
    with_files: Sequence[str] = (),
    seed: int = 0,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Rule on files, in the order given; ``jobs`` processes share the files. ``progress(done, of)`` after each file."""
    from symgrad.checking.verdict import Report

    tasks = [(path, tuple(with_files), seed) for path in paths]
    documents: list[DocumentReport] = []

    def gather(done: Iterable[DocumentReport]) -> None:
        for document in done:
            documents.append(document)
            if progress is not None:
                progress(len(documents), len(tasks))

    if jobs > 1 and len(tasks) > 1:
        import multiprocessing  # only now: it is slow to load

        with multiprocessing.get_context("spawn").Pool(min(jobs, len(tasks))) as pool:
            gather(pool.imap(_check_file, tasks))
    else:
        gather(map(_check_file, tasks))
    return Report(tuple(documents))


def _check_file(task: tuple[str, tuple[str, ...], int]) -> DocumentReport:
    from symgrad.checking.checker import check_source
    from symgrad.checking.verdict import DocumentReport

    path, with_files, seed = task
    source = load_source(path)
    if isinstance(source, Diagnostic):
        return DocumentReport(path, (), (source,))
    beside = []
    for file in with_files:
        found = load_source(file)
        if isinstance(found, Diagnostic):
            raise SymgradError(found.message)
        beside.append(found)
    return check_source(source, beside, seed)
