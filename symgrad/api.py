"""The Python interface: documents, their reports, their gradients and the functions exported from them.

Everything that reads a document goes through `Document`, the command line too. The engines are imported by the
functions that need them, so that a check loads no more than it uses.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike, fspath
from typing import TYPE_CHECKING

from symgrad.reading.document.kinds_of_files import open_document
from symgrad.reading.document.opened import Opened
from symgrad.text.diagnostic import Diagnostic, SymgradError
from symgrad.text.html_table import Formula, html_table
from symgrad.text.source import Source

if TYPE_CHECKING:
    from types import ModuleType

    from symgrad.checking.rulings import RulingStore
    from symgrad.checking.verdict import DocumentReport
    from symgrad.comparing.problem import Problem
    from symgrad.exporting.costs import Exported
    from symgrad.gradients.gradient import Gradient
    from symgrad.gradients.requests import GradientRequests
    from symgrad.reading.read_document import ReadDocument
    from symgrad.sympy_costs.sympy_cost import SympyCost


@dataclass(frozen=True, repr=False)
class Document:
    """A document and the declarations that hold for it. Made by ``symgrad.read``; read once, on first use."""

    source: Source
    declarations: tuple[Source, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    """What could not be opened of the files that the document inputs."""

    def __repr__(self) -> str:
        return f"<Document {self.path!r}>"

    def _repr_html_(self) -> str:
        """What the document defines and leaves undeclared, for notebooks."""
        reading = self.reading
        costs = [(Formula(name), "cost") for name in self.requests.costs()]
        inferred = [(Formula(one), "inferred") for one in inferred_declarations(self)]
        said = f"{self.path}: {len(reading.steps)} steps, {reading.definitions} definitions"
        return html_table(said, ("name", ""), [*costs, *inferred])

    def __reduce__(self) -> tuple[object, ...]:
        """For other processes: what was read is read there again."""
        return Document, (self.source, self.declarations, self.problems)

    @property
    def path(self) -> str:
        return self.source.path

    @cached_property
    def reading(self) -> ReadDocument:
        """The steps, definitions and diagnostics of the document. Nothing that uses them changes them."""
        from symgrad.reading.document_reader import read_document as read

        found = read(self.source, self.declarations)
        found.diagnostics[:0] = self.problems
        return found

    @cached_property
    def requests(self) -> GradientRequests:
        """Derives gradients in the names of the document."""
        from symgrad.gradients.requests import GradientRequests

        return GradientRequests(self.reading)

    def problem(self, of: str | None = None) -> Problem:
        """The cost ``of`` that code is compared with; without a name, the document's only one."""
        from symgrad.comparing.problem import problem_of

        return problem_of(self.reading, of)

    def cost(self, of: str | None = None) -> SympyCost:
        """The cost ``of``, with the methods of ``symgrad.Cost``; without a name, the document's only one."""
        from symgrad.sympy_costs.sympy_cost import SympyCost

        return SympyCost(self.reading, self.problem(of).cost.name)


DocumentOrPath = Document | str | PathLike[str]


def read_document(
    path: str | PathLike[str] | None = None,
    text: str | None = None,
    declarations: Sequence[str | PathLike[str]] = (),
    stdin_name: str = "",
) -> Document:
    """``stdin_name``: the path that a document on standard input has, which is at the path ``-``."""
    if (path is None) == (text is None):
        raise SymgradError("give either a path or a text: `symgrad.read('x.md')` or `symgrad.read(text='…')`")
    opened = Opened(Source("text.md", text)) if text is not None else load(_path(path, "symgrad.read"), stdin_name)
    others = tuple(load(_path(d, "declarations")).source for d in declarations)
    return Document(opened.source, others, opened.problems)


def as_document(given: object, function: str) -> Document:
    """A document, or the document at a path. ``function`` is the name of the caller's function, for messages."""
    if isinstance(given, Document):
        return given
    opened = load(_path(given, function))
    return Document(opened.source, (), opened.problems)


def _path(given: object, function: str) -> str:
    """A path as a string. Raises ``SymgradError`` for anything else, the text of a document among it."""
    if isinstance(given, (str, PathLike)):
        path = fspath(given)
        if isinstance(path, str) and "\n" not in path and "$" not in path:
            return path
        if isinstance(path, str):
            raise SymgradError(f"{function} takes a document or a path, not a text: use `symgrad.read(text=…)`")
    kind = type(given).__name__
    raise SymgradError(f"{function} takes a document or a path, not {kind}: use `symgrad.read(path)`")


def load(path: str, stdin_name: str = "") -> Opened:
    """The text of a document. Raises ``SymgradError`` where it can't be opened or is not text."""
    try:
        found = open_document(path, stdin_name)
    except OSError as e:
        raise SymgradError(f"can't open {path}: {(e.strerror or str(e)).lower()}") from e
    if isinstance(found, Diagnostic):
        raise SymgradError(f"{found.message}: {found.remedy}")
    return found


# --- checking ---------------------------------------------------------------------------------------------


def check_document(
    document: Document,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
    timeout: float | None = None,
    store: RulingStore | None = None,
) -> DocumentReport:
    """``store``: where rulings are kept; a claim that did not change is not worked twice. A dictionary does for it."""
    from symgrad.checking.checker import Checker, check_in_time

    return check_in_time(document.source, lambda: document.reading, seed, progress, timeout, Checker(seed, store))


# --- undeclared names ---------------------------------------------------------------------------------------


def inferred_declarations(document: Document) -> tuple[str, ...]:
    """What a document leaves undeclared, as declarations in LaTeX."""
    return document.reading.inferred.declarations(document.reading.scope.unread)


# --- gradients --------------------------------------------------------------------------------------------


def is_sympy(given: object) -> bool:
    """True for an object of SymPy, which is not imported for this: without it there is none."""
    sympy = sys.modules.get("sympy")
    return sympy is not None and isinstance(given, sympy.Basic)


def as_cost(given: object, function: str, of: str | None = None) -> SympyCost:
    """The cost of a SymPy expression, of a document or of the document at a path.

    ``function`` is the name of the caller's function, for messages.
    """
    from symgrad.sympy_costs.sympy_cost import SympyCost, cost_of

    if isinstance(given, SympyCost):
        return given
    if is_sympy(given):
        return cost_of(given)
    if not isinstance(given, (Document, str, PathLike)):
        kind = type(given).__name__
        raise SymgradError(f"{function} takes a SymPy expression, a cost, a document or a path, not {kind}")
    return as_document(given, function).cost(of)


def is_cost(given: object) -> bool:
    """True for a SymPy expression and for a cost."""
    if is_sympy(given):
        return True
    module = sys.modules.get("symgrad.sympy_costs.sympy_cost")
    return module is not None and isinstance(given, module.SympyCost)


def gradient_of(document: Document, of: str, wrt: str | Sequence[str]) -> Gradient:
    from symgrad.gradients.gradient import gradient

    return gradient(document.requests, of, [wrt] if isinstance(wrt, str) else list(wrt))


# --- exported functions -----------------------------------------------------------------------------------


def export_document(
    document: Document,
    of: Sequence[str] = (),
    wrt: Sequence[str] | None = None,
    target: str = "numpy",
    hvp: bool = False,
) -> Exported:
    """A module, and the costs that are not in it."""
    from symgrad.exporting.costs import export_document as export

    return export(document.reading, of, wrt, target, hvp)


def load_document(document: Document, of: Sequence[str] = (), wrt: Sequence[str] | None = None) -> ModuleType:
    from symgrad.exporting.loading import load_text

    return load_text(export_document(document, of, wrt).text)
