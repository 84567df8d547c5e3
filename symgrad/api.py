"""The Python interface: documents, their reports, and their gradient functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING

from symgrad.checking.checker import check_source
from symgrad.checking.verdict import DocumentReport
from symgrad.gradients.gradient import Form, Gradient, gradient
from symgrad.gradients.requests import GradientRequests, Independent, split_targets
from symgrad.reading.document_reader import read_document as read_source
from symgrad.text.diagnostic import Diagnostic, NotationError, SymgradError
from symgrad.text.files import load_source
from symgrad.text.source import Source

if TYPE_CHECKING:
    from symgrad.exporting.costs import Exported


@dataclass(frozen=True)
class Document:
    """A document to be checked, with the declarations that hold for it. Made by ``symgrad.read``."""

    source: Source
    declarations: tuple[Source, ...] = ()

    @property
    def path(self) -> str:
        return self.source.path

    @cached_property
    def requests(self) -> GradientRequests:
        """The document as it is asked for derivatives: read once, whatever is asked of it."""
        return GradientRequests(read_source(self.source, self.declarations))


def load(path: str) -> Source:
    try:
        found = load_source(path)
    except OSError as e:
        raise SymgradError(f"can't open {path}: {(e.strerror or str(e)).lower()}") from e
    if isinstance(found, Diagnostic):
        raise SymgradError(f"{found.message}: {found.remedy}")
    return found


def read_document(path: str | None, text: str | None, declarations: tuple[str, ...]) -> Document:
    if (path is None) == (text is None):
        raise SymgradError("give either a path or a text: `symgrad.read('x.md')` or `symgrad.read(text='…')`")
    source = Source("text.md", text) if text is not None else load(str(path))
    return Document(source, tuple(load(d) for d in declarations))


def check_document(document: Document, seed: int) -> DocumentReport:
    return check_source(document.source, document.declarations, seed)


def gradient_of(document: Document, of: str, wrt: str | Sequence[str]) -> Gradient:
    return gradient(document.requests, of, [wrt] if isinstance(wrt, str) else list(wrt))


@dataclass(slots=True)
class Derivations:
    """What ``symgrad latex`` prints: displays, notes on them, and what of the document could not be read."""

    displays: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def derivations(
    path: str, with_files: Sequence[str], of: str | None, wrt: Sequence[str], form: Form | None, steps: bool
) -> Derivations:
    """All gradients that are asked for. Of every cost, one that does not depend on a target is only noted."""
    requests = read_document(path, None, tuple(with_files)).requests
    out = Derivations()
    for name in [of] if of is not None else requests.costs():
        for by in dict.fromkeys(wrt) if wrt else requests.parameters(requests.quantity(name)):
            try:
                found = gradient(requests, name, split_targets(by))
            except Independent:
                if of is not None:
                    raise
                out.notes.append(f"{name} does not depend on {by}")
                continue
            if form != "index" and found.no_matrix_form:
                out.notes.append(f"{name} by {by} has no matrix form: {found.no_matrix_form}")
            if steps:
                out.displays.append(found.steps())
            else:
                out.displays.append(f"$$\n{found.latex('index' if found.no_matrix_form else form)}\n$$")
    if of is None:
        out.problems = [str(NotationError(d)) for d in requests.problems()]
    return out


def exported(
    document: Document, of: Sequence[str] = (), wrt: Sequence[str] | None = None, target: str = "numpy"
) -> Exported:
    """A module and what of the document is not in it."""
    from symgrad.exporting.costs import export_document as export

    return export(read_source(document.source, document.declarations), of, wrt, target)


def export_document(
    document: Document, of: Sequence[str] = (), wrt: Sequence[str] | None = None, target: str = "numpy"
) -> str:
    return exported(document, of, wrt, target).text


def load_document(document: Document, of: Sequence[str] = (), wrt: Sequence[str] | None = None) -> ModuleType:
    from symgrad.exporting.loading import load_text

    return load_text(export_document(document, of, wrt))
