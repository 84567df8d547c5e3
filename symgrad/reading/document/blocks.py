"""The blocks of a document: displays, inline mathematics, headings and directives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Source, Span


@dataclass(frozen=True, slots=True)
class Display:
    """A display. ``content`` is the text between its delimiters, ``full`` includes them."""

    content: Span
    environment: str | None
    full: Span
    cases: tuple[Span, ...] = ()
    """Conditions that the line around it states, ``$y = x$ if $i = j$``."""

    @property
    def span(self) -> Span:
        return self.full


@dataclass(frozen=True, slots=True)
class Inline:
    """Inline mathematics; ``paragraph`` is the number of its paragraph in the document."""

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
    """The blocks of a document in order, and its layout errors.

    The spans point into a source in which the markers of block quotes are replaced by spaces.
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
