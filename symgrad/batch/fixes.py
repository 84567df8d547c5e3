"""Sure repairs of a document: each is tried, and kept only if the document has fewer problems with it.

Tried are the text that a diagnostic would have in place of what stands there, ``:=`` for a name that is defined anew,
and the declarations that were inferred.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from symgrad.api import Document, check_document, inferred_declarations
from symgrad.report.problems import problems_of
from symgrad.text.source import Source

if TYPE_CHECKING:
    from symgrad.checking.verdict import DocumentReport

MAX_FIXES = 50
SEPARATE = (".ipynb", ".py")
"""Files whose text is not that of the document."""
Badness = tuple[int, int]


def fixed(document: Document, seed: int = 0) -> tuple[str, int]:
    """The mended text, and the number of repairs. A document that is put together from several files stays as it is."""
    text, number = document.source.text, 0
    if document.source.stretches or os.path.splitext(document.path)[1].lower() in SEPARATE:
        return text, 0
    report = check_document(document, seed)
    tried: set[str] = set()
    while number < MAX_FIXES:
        for candidate in _candidates(_with(document, text), report):
            if candidate in tried:
                continue
            tried.add(candidate)
            after = check_document(_with(document, candidate), seed)
            if _badness(after) < _badness(report):
                text, report, number = candidate, after, number + 1
                break
        else:
            return text, number
    return text, number


def _with(document: Document, text: str) -> Document:
    return replace(document, source=Source(document.path, text))


def _badness(report: DocumentReport) -> Badness:
    """The number of errors, and that of the steps that rest on what nobody declared."""
    errors = sum(one.severity == "error" for one in problems_of(report))
    waiting = sum(step.cause is not None for step in report.steps)
    return errors + waiting, sum(bool(step.inferred) for step in report.steps)


def _candidates(document: Document, report: DocumentReport) -> Iterator[str]:
    text = document.source.text
    for one in problems_of(report):
        if one.edit is not None:
            at = one.edit.span.shown
            yield text[: at.start] + one.edit.text + text[at.end :]
    if report.inferred:
        yield _declared(document)


def _declared(document: Document) -> str:
    """The text with the inferred declarations in a paragraph before the first display."""
    from symgrad.reading.document.block_reader import Display, read_blocks

    text = document.source.text
    written = ":math:`{}`" if document.path.lower().endswith(".rst") else "${}$"
    said = ", ".join(written.format(one) for one in inferred_declarations(document))
    first = next((block for block in read_blocks(document.source) if isinstance(block, Display)), None)
    if first is None or not said:
        return text
    line = text.rfind("\n", 0, first.span.shown.start) + 1
    return f"{text[:line]}Let {said}.\n\n{text[line:]}"
