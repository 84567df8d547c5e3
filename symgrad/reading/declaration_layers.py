"""Declarations in files given by ``--with``: a section holds from the line of the document with its heading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from symgrad.reading.document.block_reader import Heading, Inline, read_blocks
from symgrad.reading.names.scope import Assumed, Scope
from symgrad.reading.tokens.macros import Macros, collect_macros
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Source, Span


@dataclass(slots=True, eq=False)
class DeclarationLayer:
    """The declarations of one section, and the entries of the scope that they replace."""

    title: str
    level: int
    macros: Macros
    span: Span | None = None
    paragraphs: list[list[Inline]] = field(default_factory=list)
    covered: list[tuple[str, Any, Any, Any]] = field(default_factory=list)
    assumed: list[Assumed] = field(default_factory=list)
    dropped: list[Assumed] = field(default_factory=list)
    matched: bool = False

    def remember(self, scope: Scope, before: dict[str, dict[Any, Any]], assumed: list[Assumed]) -> None:
        """Note the changes to the scope that entering this layer made."""
        for table, old in before.items():
            for key, entry in getattr(scope, table).items():
                if old.get(key) is not entry:
                    self.covered.append((table, key, old.get(key), entry))
        self.assumed = [a for a in scope.assumed if a not in assumed]
        self.dropped = [a for a in assumed if a not in scope.assumed]

    def restore(self, scope: Scope) -> None:
        """Undo those changes, except for names that the document has defined since."""
        for table, key, old, mine in self.covered:
            current = getattr(scope, table)
            if current.get(key) is mine:
                if old is None:
                    del current[key]
                else:
                    current[key] = old
        scope.assumed = [a for a in scope.assumed if a not in self.assumed] + self.dropped
        scope.version += 1


def plain_title(text: str) -> str:
    return " ".join(text.strip().lstrip("#").strip().rstrip("#").split())


class Sections:
    """The sections of all ``--with`` files, matched to the lines of the document being read."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.everywhere: list[DeclarationLayer] = []
        """The text before the first heading of each file, with the macros of that file."""
        self.layers: list[DeclarationLayer] = []
        self.active: list[DeclarationLayer] = []
        for source in sources:
            self._collect(source)

    def _collect(self, source: Source) -> None:
        macros = collect_macros(source)
        layer = DeclarationLayer("", 0, macros)
        self.everywhere.append(layer)
        number = None
        for block in read_blocks(source).items:
            if isinstance(block, Heading):
                layer = DeclarationLayer(plain_title(block.text), block.level, macros, block.span)
                self.layers.append(layer)
                number = None
            elif isinstance(block, Inline):
                if block.paragraph != number:
                    layer.paragraphs.append([])
                    number = block.paragraph
                layer.paragraphs[-1].append(block)

    def places(self, lines: Sequence[tuple[int, str]]) -> list[tuple[int, DeclarationLayer]]:
        """The offsets where sections start: at the first line equal to their heading, after the section before."""
        out: list[tuple[int, DeclarationLayer]] = []
        for offset, text in lines:
            title = plain_title(text)
            for layer in self.layers:
                if layer.title == title and not layer.matched:
                    layer.matched = True
                    out.append((offset, layer))
        return out

    def leave(self, layer: DeclarationLayer) -> list[DeclarationLayer]:
        """The sections that end where this one starts, innermost first; this one becomes active."""
        ended = [a for a in self.active if a.level >= layer.level and a.title != layer.title]
        self.active = [a for a in self.active if a not in ended] + [layer]
        return ended[::-1]

    def unmatched(self) -> list[Diagnostic]:
        return [
            Diagnostic(
                "SG109",
                f"no line of the document has the text `{layer.title}`",
                layer.span,
                "use the text of a heading or of a plain line",
            )
            for layer in self.layers
            if not layer.matched
        ]
