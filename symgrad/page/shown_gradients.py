"""The gradients that a document takes, as ``symgrad latex`` derives them, below the document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from symgrad.core.nodes import Deriv, Entry, Ref, walk
from symgrad.gradients.document_gradients import document_gradients
from symgrad.gradients.requests import GradientRequests
from symgrad.reading.document_reader import read_document
from symgrad.reading.read_document import ReadDocument
from symgrad.text.diagnostic import SymgradError
from symgrad.text.source import Source

MAX_GRADIENTS = 6
"""The most gradients that are shown of one document."""
MAX_TEXT = 60_000
"""Characters of a document up to which they are derived: a page is to be there within a second."""


def shown_gradients(source: Source, with_sources: Sequence[Source], display: Callable[[str], str]) -> str:
    """A section with them, folded up; empty where the document differentiates no cost. display: renders LaTeX."""
    if len(source.text) > MAX_TEXT:
        return ""
    read = read_document(source, with_sources)
    requests = GradientRequests(read)
    found = []
    for of, wrt in list(dict.fromkeys(_taken(read)))[:MAX_GRADIENTS]:
        try:
            found += document_gradients(requests, of, [wrt], None, False).displays
        except SymgradError:
            continue
    if not found:
        return ""
    shown = "".join(f'<div class="display">{display(one.strip("$"))}</div>' for one in found)
    summary = f"{len(found)} gradient{'s' * (len(found) != 1)} derived from the costs of this document"
    return f'<section id="gradients"><details><summary>{summary}</summary>{shown}</details></section>'


def _taken(read: ReadDocument) -> Iterator[tuple[str, str]]:
    """The costs that are differentiated, each with the array that it is differentiated by."""
    claims = [step.outcome.claim for step in read.steps if step.outcome.claim is not None]
    sides = (side for claim in claims for side in (claim.left, claim.right))
    for node in (n for side in sides for n in walk(side) if isinstance(n, Deriv)):
        body, target = node.body, node.target
        if isinstance(body, Ref) and not body.indices and isinstance(target, Entry):
            yield body.definition.name, target.tensor.name
