"""Show one finding: its head, the author's own lines with the place underlined, and facts below.

refuted[SG301]: the two sides differ
 --> logistic.md:8:5
  |
8 |  &= \\sum_n (y_n - p_n) x_{ni}
  |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = left - right: 2 \\sum_n (y_n - p_n) x_{ni}
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from symgrad.text.diagnostic import Diagnostic
from symgrad.text.rendering import printable, render
from symgrad.text.source import Span

if TYPE_CHECKING:
    from symgrad.text.diagnostic import Severity

LINES = 8
"""The most lines of a quotation; the middle of a longer one is left out."""
STYLES = {"red": "1;31", "green": "32", "yellow": "1;33", "blue": "1;34", "bold": "1", "dim": "2"}

Fact = tuple[str, Sequence[str]]
"""A label and the lines that follow it."""


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours text, if colours are on."""

    on: bool

    def __call__(self, style: str, text: str) -> str:
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self.on and style else text


def frame(head: str, span: Span, severity: Severity, facts: Sequence[Fact], paint: Paint) -> str:
    """The lines of a step below its head. ``severity`` determines the colour of the underline."""
    first, *others = _lines(span.shown)
    place = Diagnostic("", "", first, severity=severity, labels=tuple((line, "") for line in others))
    quotation = render(place, paint.on).split("\n")[1:]
    return "\n".join([head, *quotation, *footnotes(facts, max(line.line for line in (first, *others)), paint)])


def footnotes(facts: Sequence[Fact], last_line: int, paint: Paint) -> Iterator[str]:
    """The facts, aligned below a quotation that ends at line ``last_line``."""
    margin = " " * len(str(last_line))
    width = max((len(label) for label, _ in facts), default=0) + 1
    for label, texts in facts:
        name = paint("bold", label) + ":".ljust(width - len(label))
        for nth, text in enumerate(texts):
            start = f"{margin} {paint('blue', '=')} {name}" if not nth else f"{margin}   {' ' * width}"
            yield f"{start} {printable(text)}".rstrip()


def _lines(span: Span) -> list[Span]:
    """The part of a span in each of its lines, without blanks around it."""
    parts: list[Span] = []
    start = span.start
    for piece in span.text.splitlines(keepends=True):
        inner = piece.strip()
        if inner:
            at = start + piece.index(inner)
            parts.append(Span(span.source, at, at + len(inner)))
        start += len(piece)
    if len(parts) > LINES:
        parts = [*parts[: LINES // 2], *parts[-LINES // 2 :]]
    return parts or [span]
