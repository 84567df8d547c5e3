"""Where mathematics stands in a document: displays, inline mathematics, headings and directives, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Source, Span


@dataclass(frozen=True, slots=True)
class Display:
    """A display. ``content`` is what stands between its marks, ``full`` includes them."""

    content: Span
    environment: str | None
    full: Span

    @property
    def span(self) -> Span:
        return self.full


@dataclass(frozen=True, slots=True)
class Inline:
    """Inline mathematics; ``paragraph`` counts the paragraphs of the document."""

    content: Span
    paragraph: int

    @property
    def span(self) -> Span:
        return self.content


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading with its level, 1 the highest (in TeX ``\\section`` is 1)."""

    level: int
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Directive:
    """``<!-- symgrad: name argument -->`` or ``% symgrad: name argument``."""

    name: str
    argument: str
    span: Span


Block = Display | Inline | Heading | Directive


@dataclass(frozen=True, slots=True)
class Blocks:
    """The blocks of a document in order, and what could not be read.

    The spans' source has the document's text, save that the marks of block quotes are blanks.
    """

    source: Source
    items: tuple[Block, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def lines(self) -> tuple[tuple[int, str], ...]:
        """Offset and stripped text of every line."""
        out, at = [], 0
        for line in self.source.text.split("\n"):
            out.append((at, line.strip()))
            at += len(line) + 1
        return tuple(out)

    def __iter__(self) -> Iterator[Block]:
        return iter(self.items)
