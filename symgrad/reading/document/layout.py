"""The layout of a document: code, comments, headings and paragraphs, found before any mathematics.

``Layout.visible`` is the text with all opaque parts (code, comments, preamble) blanked character by character, so
that offsets are kept; delimiters are searched there, contents are read from the source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from symgrad.reading.document.blocks import Directive, Display, Heading
from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Source, Span


@dataclass(slots=True)
class Layout:
    """The parts of a document that are known before its mathematics is read."""

    source: Source
    tex: bool
    visible: str
    headings: list[Heading] = field(default_factory=list)
    directives: list[Directive] = field(default_factory=list)
    fences: list[Display] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    paragraphs: list[int] = field(default_factory=list)
    """Offsets at which a paragraph ends, ascending."""
    walls: list[int] = field(default_factory=list)
    """Offsets of fenced blocks and of cells, ascending: no other display extends across one."""
    stops: list[int] = field(default_factory=list)
    """Offsets that inline mathematics can't extend across: those, and the starts of list items."""

    def span(self, start: int, end: int) -> Span:
        return Span(self.source, start, end)

    def report(self, code: str, message: str, start: int, end: int, remedy: str) -> None:
        self.diagnostics.append(Diagnostic(code, message, self.span(start, end), remedy))

    def directive(self, body: str, start: int, end: int) -> None:
        """A comment: a directive if it addresses symgrad, otherwise ignored."""
        m = re.match(r"\s*symgrad\b\s*(:?)\s*([A-Za-z-]*)\s*(.*?)\s*$", body, re.DOTALL)
        if m is None:
            return
        name, argument = m[2], " ".join(m[3].split())
        fits = (
            name == "skip"
            or (name == "inline" and not argument)
            or (name == "expect" and re.fullmatch(r"refuted( [0-9]{1,6})?", argument) is not None)
        )
        if m[1] and fits:
            self.directives.append(Directive(name, argument, self.span(start, end)))
        elif m[1] or fits:
            said = " ".join(f"symgrad{m[1]} {name} {argument}".split())
            self.report(
                "SG004",
                f"`{said}` is not a directive",
                start,
                end,
                "write `symgrad: expect refuted`, `symgrad: skip WHY` or `symgrad: inline`",
            )


def blank(text: str) -> str:
    """The text with every character but line breaks replaced by a space."""
    return re.sub(r"[^\n]", " ", text)
