"""A document of an editor with its report, and what the answers to the editor are made from.

Everything that needs the engines is worked out when the document is checked; answers only look it up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from symgrad.api import Document, inferred_declarations
from symgrad.checking.checker import Checker, check_in_time
from symgrad.checking.rulings import RulingStore
from symgrad.checking.verdict import DocumentReport, Step
from symgrad.core.nodes import Expr, Sum, walk
from symgrad.gradients.document_gradients import document_gradients
from symgrad.language_server.next_line import next_line
from symgrad.page.relation_signs import sign_of
from symgrad.reading.document.block_reader import read_blocks
from symgrad.reading.document.blocks import Blocks, Display, Inline
from symgrad.reading.document.kinds_of_files import kind_of
from symgrad.reading.document.opened import Opened
from symgrad.reading.names.name_keys import NameKey
from symgrad.report.problems import TextEdit
from symgrad.text.diagnostic import Diagnostic, SymgradError
from symgrad.text.source import Source, Span, joined

MAX_GRADIENTS = 12
"""The most gradients that are offered for one document."""


@dataclass(frozen=True, slots=True)
class ImpliedSums:
    """The letters that are summed on a side without a sign of summation; ``at``: where that side begins."""

    at: int
    letters: tuple[str, ...]


@dataclass(slots=True)
class CheckedDocument:
    """A document as it was last checked. ``places``: the address in the editor of each file, or cell, of it."""

    source: Source
    document: Document
    report: DocumentReport
    blocks: Blocks
    places: dict[tuple[str, int | None], str]
    whole: str = ""
    """The address of the document; that of a notebook is of none of its cells."""
    hints: list[ImpliedSums] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    """What is declared or defined, as LaTeX, with a word on each."""
    inferred: tuple[str, ...] = ()

    def address(self, span: Span) -> str | None:
        """The address of the text that a span is shown in, if the editor has it."""
        shown = span.shown.source
        return self.places.get((shown.path, shown.cell))

    def offset(self, address: str, offset: int) -> int | None:
        """The offset in the whole document of one in the text at an address."""
        place = next((key for key, value in self.places.items() if value == address), None)
        if place is None or not self.source.stretches:
            return offset if place is not None else None
        own = [s for s in self.source.stretches if (s.origin.path, s.origin.cell) == place and s.offset <= offset]
        return own[-1].start + offset - own[-1].offset if own else None

    def steps_at(self, offset: int) -> list[Step]:
        """The steps at an offset, and the chain or display that it is in if it is in none."""
        inside = [s for s in self.report.steps if s.span.start <= offset <= s.span.end]
        return inside[-1:] if inside else []

    def display_at(self, offset: int) -> Display | None:
        """The display around an offset."""
        found = (b for b in self.blocks.items if isinstance(b, Display) and b.full.start <= offset <= b.full.end)
        return next(found, None)

    def in_mathematics(self, offset: int) -> bool:
        """True between the delimiters of a display or of inline mathematics."""
        spans = (b.span for b in self.blocks.items if isinstance(b, Display | Inline))
        return any(span.start <= offset <= span.end for span in spans)

    def gradients(self) -> Iterator[tuple[str, str]]:
        """The costs of the document, each with an array to differentiate it by."""
        try:
            requests = self.document.requests
            pairs = [(j, by) for j in requests.costs() for by in requests.parameters(requests.quantity(j))]
        except SymgradError:
            return
        yield from pairs[:MAX_GRADIENTS]

    def gradient(self, of: str, wrt: str, steps: bool = False) -> str:
        """The display of a gradient, or of its whole derivation. Empty where there is none."""
        try:
            found = document_gradients(self.document.requests, of, [wrt], None, steps)
        except SymgradError:
            return ""
        return "\n\n".join(found.displays)

    def next_line(self, display: Display) -> TextEdit | None:
        """What continues the derivation that a display has begun."""
        try:
            return next_line(self.document.requests, display)
        except SymgradError:
            return None


def check_text(path: str, text: str, address: str, rulings: RulingStore) -> CheckedDocument:
    """Check the text of one file; what it inputs is read from the disk."""
    opened = kind_of(path).open(Source(path, text))
    if isinstance(opened, Diagnostic):
        opened = Opened(Source(path, ""), (opened,))
    return _checked(opened, {(path, None): address}, address, rulings)


def check_cells(
    path: str, cells: Sequence[tuple[int, str, str]], address: str, rulings: RulingStore
) -> CheckedDocument:
    """Check the Markdown cells of a notebook: each with its number, its text and its address."""
    sources = [(Source(path, text, cell=number), 0, text) for number, text, _ in cells]
    whole = joined(path, sources, between="\n\n") if sources else Source(path, "")
    return _checked(Opened(whole), {(path, number): cell for number, _, cell in cells}, address, rulings)


def _checked(
    opened: Opened, places: dict[tuple[str, int | None], str], whole: str, rulings: RulingStore
) -> CheckedDocument:
    document = Document(opened.source, (), opened.problems)
    report = check_in_time(opened.source, lambda: document.reading, checker=Checker(store=rulings))
    blocks = read_blocks(opened.source)
    found = CheckedDocument(opened.source, document, report, blocks, places, whole)
    found.hints = _hints(document, report)
    found.names = _names(document)
    found.inferred = inferred_declarations(document)
    return found


# --- implied sums and names ---------------------------------------------------------------------------------


def _hints(document: Document, report: DocumentReport) -> list[ImpliedSums]:
    claims = {step.span: step.outcome.claim for step in document.reading.steps}
    macros = document.reading.macros
    found = []
    for step in report.steps:
        claim = claims.get(step.span)
        if claim is None or step.verdict == "unreadable":
            continue
        left, right = _implied(claim.left), _implied(claim.right)
        if not (left or right):
            continue
        sign = sign_of(step, macros)
        if sign > step.span.start:
            found.append(ImpliedSums(step.span.start, left))
        found.append(ImpliedSums(sign + 1, right))
    return [hint for hint in found if hint.letters]


def _implied(side: Expr) -> tuple[str, ...]:
    """The letters of the sums that a side leaves out; those of its definitions are not its own."""
    sums = (node.index for node in walk(side) if isinstance(node, Sum) and node.index.implied)
    return tuple(dict.fromkeys(index.letter for index in sums))


def _names(document: Document) -> dict[str, str]:
    scope = document.reading.scope
    tables = (
        (scope.values, "array or quantity"),
        (scope.functions, "function"),
        (scope.indices, "position"),
        (scope.index_arrays, "positions"),
        (scope.subsets, "subset"),
        (scope.letters, "letter of a range"),
        (scope.sizes, "size"),
    )
    found: dict[str, str] = {}
    for table, word in tables:
        for key in table:
            found.setdefault(_spelled(key), word)
    return {name: word for name, word in sorted(found.items()) if name}


def _spelled(key: NameKey | str) -> str:
    if isinstance(key, str):
        return key
    letter = f"\\mathbf{{{key.letter}}}" if key.bold else key.letter
    below = f"_{{{key.below}}}" if key.below else ""
    above = f"^{{{key.above}}}" if key.above else ""
    return letter + "'" * key.primes + below + above
