"""A diagnostic as text: what is wrong, the author's own line with the place underlined, one remedy."""

from __future__ import annotations

import unicodedata

from symgrad.text.diagnostic import Diagnostic
from symgrad.text.source import Span

MAX_WIDTH = 100
"""Columns of the author's line that are shown; a longer line is cut around the span."""
TAB = 4

_COLOURS = {"error": "1;31", "warning": "1;33", "note": "1;36", "label": "1;34", "bold": "1"}


def render(diagnostic: Diagnostic, colour: bool = False) -> str:
    """The diagnostic in lines, without a line break at the end."""

    def paint(kind: str, text: str) -> str:
        return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m" if colour else text

    severity = diagnostic.severity
    out = [paint(severity, f"{severity}[{diagnostic.code}]") + paint("bold", f": {printable(diagnostic.message)}")]
    places = [(diagnostic.span.shown, "", "^")] if diagnostic.span is not None else []
    places += [(span.shown, text, "-") for span, text in diagnostic.labels]
    margin = max((len(str(span.line)) for span, _, _ in places), default=1)
    shown: tuple[str, int] | None = None
    for span, text, mark in places:
        line = (span.source.name, span.line)
        if shown is None or line[0] != shown[0]:
            arrow = "-->" if mark == "^" else ":::"
            out.append(f"{' ' * margin}{paint('label', arrow)} {printable(span.source.name)}:{span.line}:{span.column}")
        underline, source_line = _excerpt(span)
        if shown != line:
            out.append(paint("label", f"{' ' * margin} |"))
            out.append(f"{paint('label', f'{span.line:>{margin}} |')} {source_line}".rstrip())
        kind = severity if mark == "^" else "label"
        remark = f" {printable(text)}" if text else ""
        out.append(paint("label", f"{' ' * margin} |") + " " + underline[0] + paint(kind, mark * underline[1] + remark))
        shown = line
    if diagnostic.remedy:
        out.append(f"{' ' * margin} {paint('label', '=')} {paint('bold', 'help')}: {printable(diagnostic.remedy)}")
    return "\n".join(out)


def _excerpt(span: Span) -> tuple[tuple[str, int], str]:
    """The blanks before the marks and their number, and the line as shown: a window around the span."""
    line = span.source.line(span.line)
    start = min(span.column - 1, len(line))
    end = min(span.end_column - 1, len(line)) if span.end_line == span.line else len(line.rstrip())
    end = max(end, start)
    widths = [_width(ch) for ch in line]
    first, last = _window(widths, start, end)
    shown = "".join(" " * TAB if ch == "\t" else printable(ch) for ch in line[first:last])
    head = "…" if first else ""
    tail = "…" if last < len(line) else ""
    before = len(head) + sum(widths[first:start])
    marks = max(1, sum(widths[start : min(end, last)]))
    return (" " * before, marks), head + shown + tail


def _window(widths: list[int], start: int, end: int) -> tuple[int, int]:
    """Which characters of a line are shown: all, or as many as fit, a third of them before the span."""
    if sum(widths) <= MAX_WIDTH:
        return 0, len(widths)
    span = sum(widths[start:end])
    room = max(MAX_WIDTH - 2 - span, MAX_WIDTH // 3)
    first, used = start, 0
    limit = room if sum(widths[end:]) == 0 else max(room // 3, room - sum(widths[end:]))
    while first > 0 and used + widths[first - 1] <= limit:
        first -= 1
        used += widths[first]
    last = first
    used = 0
    while last < len(widths) and used + widths[last] <= MAX_WIDTH - 2:
        used += widths[last]
        last += 1
    return first, max(last, min(start + 1, len(widths)))


def _width(ch: str) -> int:
    """Columns that a character takes on a terminal."""
    if ch == "\t":
        return TAB
    if ch.isascii():
        return 1
    if unicodedata.combining(ch) or unicodedata.category(ch) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(ch) in ("W", "F") else 1


def printable(text: str) -> str:
    """Text without characters that would steer a terminal: each is shown as �."""
    return text if text.isprintable() else "".join(_safe(ch) for ch in text)


def _safe(ch: str) -> str:
    if ch.isprintable():
        return ch
    return " " if ch.isspace() else "\ufffd"
