"""The gradients that a document takes, as ``symgrad latex`` derives them, below the document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symgrad.core.nodes import Deriv, Entry, Ref, walk
from symgrad.gradients.gradient import gradient
from symgrad.gradients.requests import GradientRequests, split_targets
from symgrad.page.contraction_pictures import contraction_pictures
from symgrad.page.mathml import MathmlWriter
from symgrad.reading.document_reader import read_document
from symgrad.reading.read_document import ReadDocument
from symgrad.text.diagnostic import SymgradError
from symgrad.text.source import Source
from symgrad.writing.letters import name

MAX_GRADIENTS = 6
"""The most gradients that are shown of one document."""
MAX_TEXT = 60_000
"""Characters of a document up to which they are derived: a page is to be there within a second."""


def shown_gradients(source: Source, with_sources: Sequence[Source], formulas: MathmlWriter) -> str:
    """A section with them, folded up; empty where the document differentiates no cost."""
    if len(source.text) > MAX_TEXT:
        return ""
    read = read_document(source, with_sources)
    requests = GradientRequests(read)
    found: list[str] = []
    pictured = set[str]()
    for of, wrt in list(dict.fromkeys(_taken(read)))[:MAX_GRADIENTS]:
        try:
            found.append(_shown(requests, of, wrt, formulas, of not in pictured))
        except SymgradError:
            continue
        pictured.add(of)
    if not found:
        return ""
    summary = f"{len(found)} gradient{'s' * (len(found) != 1)} derived from the costs of this document"
    return f'<section id="gradients"><details><summary>{summary}</summary>{"".join(found)}</details></section>'


def _shown(requests: GradientRequests, of: str, wrt: str, formulas: MathmlWriter, with_cost: bool) -> str:
    """A gradient with the diagrams of its terms, behind that of its cost."""
    found = gradient(requests, of, split_targets(wrt))
    display = formulas.display(found.latex(), {})
    cost = found.of.body
    before = ""
    if with_cost and isinstance(cost, Ref) and not cost.indices:
        before = "".join(contraction_pictures(cost.definition.body, requests.naming, formulas.inline, name(of)))
    pictures = "".join(contraction_pictures(found.entry, requests.naming, formulas.inline))
    return f'{before}<div class="display">{display}</div>{pictures}'


def _taken(read: ReadDocument) -> Iterator[tuple[str, str]]:
    """The costs that are differentiated, each with the array that it is differentiated by."""
    claims = [step.outcome.claim for step in read.steps if step.outcome.claim is not None]
    sides = (side for claim in claims for side in (claim.left, claim.right))
    for node in (n for side in sides for n in walk(side) if isinstance(n, Deriv)):
        body, target = node.body, node.target
        if isinstance(body, Ref) and not body.indices and isinstance(target, Entry):
            yield body.definition.name, target.tensor.name
