"""Source text and spans: every node and diagnostic points to the author's characters.

The text of a document may be put together from several places: the cells of a notebook, the files that a TeX
document inputs, the docstrings of a module. Spans point into that text, and are shown where their characters stand.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

_BREAK = re.compile("\n")


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """The text of one document. ``path`` is as given on the command line; ``cell``: the number of a notebook's cell."""

    path: str
    text: str
    stretches: tuple[Stretch, ...] = ()
    """Where the text comes from, in order; empty for the text of one file."""
    cell: int | None = None
    beside: tuple[tuple[int, str], ...] = ()
    """What stands at an offset and is not read: the code cells of a notebook."""
    _starts: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        starts = [0, *(m.end() for m in _BREAK.finditer(self.text))]
        object.__setattr__(self, "_starts", tuple(starts))

    @property
    def name(self) -> str:
        """The path, with the cell of a notebook."""
        return self.path if self.cell is None else f"{self.path}:cell {self.cell}"

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character offset, both counted from 1, in code points."""
        line = bisect_right(self._starts, offset) - 1
        return line + 1, offset - self._starts[line] + 1

    def start(self, number: int) -> int:
        """The offset of a line (counted from 1)."""
        return self._starts[number - 1]

    def line(self, number: int) -> str:
        """The text of a line (counted from 1), without its line break."""
        start = self.start(number)
        end = self._starts[number] - 1 if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r")

    def rewritten(self, text: str) -> Source:
        """The source with other characters at the same offsets; its spans are shown as they stand here."""
        return Source(self.path, text, self.stretches or (Stretch(0, self, 0),), self.cell, self.beside)


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """From ``start`` on, the text of a source is that of ``origin`` from ``offset`` on."""

    start: int
    origin: Source
    offset: int


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start .. end`` (end exclusive) of a source."""

    source: Source
    start: int
    end: int

    @property
    def shown(self) -> Span:
        """The same characters where they stand: in the file, or the cell, that they were taken from."""
        stretches = self.source.stretches
        if not stretches:
            return self
        stretch = _stretch_at(stretches, self.start)
        last = _stretch_at(stretches, max(self.start, self.end - 1))
        start = self.start - stretch.start + stretch.offset
        size = len(stretch.origin.text)  # where a span over several origins ends
        end = self.end - last.start + last.offset if last.origin is stretch.origin else size
        return Span(stretch.origin, min(start, size), max(min(start, size), min(end, size)))

    @property
    def place(self) -> str:
        """Line and column, and before them the cell, or the file if it is not the document's own."""
        shown = self.shown
        line, column = shown.source.position(shown.start)
        elsewhere = [shown.source.path] if shown.source.path != self.source.path else []
        cell = [f"cell {shown.source.cell}"] if shown.source.cell is not None else []
        return ":".join([*elsewhere, *cell, str(line), str(column)])

    @property
    def line(self) -> int:
        shown = self.shown
        return shown.source.position(shown.start)[0]

    @property
    def column(self) -> int:
        shown = self.shown
        return shown.source.position(shown.start)[1]

    @property
    def end_line(self) -> int:
        shown = self.shown
        return shown.source.position(shown.end)[0]

    @property
    def end_column(self) -> int:
        shown = self.shown
        return shown.source.position(shown.end)[1]

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    def to(self, other: Span) -> Span:
        """The span from the start of this one to the end of the other."""
        return Span(self.source, min(self.start, other.start), max(self.end, other.end))


def _stretch_at(stretches: tuple[Stretch, ...], offset: int) -> Stretch:
    """The stretch that the character at an offset is in."""
    return stretches[max(0, bisect_right(stretches, offset, key=lambda stretch: stretch.start) - 1)]


def joined(path: str, parts: Iterable[tuple[Source, int, str]], between: str = "") -> Source:
    """One source from parts: a text, and the origin and the offset in it at which that text stands."""
    texts: list[str] = []
    stretches: list[Stretch] = []
    at = 0
    for origin, offset, text in parts:
        stretches.append(Stretch(at, origin, offset))
        texts.append(text)
        at += len(text) + len(between)
    return Source(path, between.join(texts), tuple(stretches))
