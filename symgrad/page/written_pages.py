"""Pages of a report, written to a file or a folder."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from symgrad.page.document_page import document_page, list_page, page_names
from symgrad.reading.document.kinds_of_files import open_document
from symgrad.reading.document.opened import Opened
from symgrad.text.source import Source

if TYPE_CHECKING:
    from symgrad.checking.verdict import DocumentReport, Report


def write_pages(report: Report, out: str, with_sources: Sequence[Source] = ()) -> None:
    """One page for one document; for several, or where ``out`` is a folder, a page each and a list of them.

    with_sources: the files with declarations and macros that the documents were checked with.

    Raises OSError if a file can't be written.
    """
    folder = Path(out)
    if len(report.documents) == 1 and not (folder.is_dir() or out.endswith(("/", os.sep))):
        one = report.documents[0]
        folder.write_text(document_page(one, source_of(one), with_sources=with_sources), encoding="utf-8")
        return
    folder.mkdir(parents=True, exist_ok=True)
    names = page_names([one.path for one in report.documents])
    for one, name in zip(report.documents, names, strict=True):
        page = document_page(one, source_of(one), back="index.html", with_sources=with_sources)
        (folder / name).write_text(page, encoding="utf-8")
    (folder / "index.html").write_text(list_page(report.documents, names), encoding="utf-8")


def source_of(report: DocumentReport) -> Source:
    """The text that was checked, with the cells and files that it was put together from."""
    spans = (step.span for step in report.steps)
    known = next((span.source for span in spans if span.source.text == report.text), None)
    if known is not None:
        return known
    try:
        opened = open_document(report.path)
    except OSError:
        return Source(report.path, report.text)
    if isinstance(opened, Opened) and opened.source.text == report.text:
        return opened.source
    return Source(report.path, report.text)
