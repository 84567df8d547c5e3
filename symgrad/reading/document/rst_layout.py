"""The layout of reStructuredText: ``.. math::`` blocks and ``:math:`` roles; code and comments are opaque."""

from __future__ import annotations

import re

from symgrad.reading.document.blocks import Display, Heading
from symgrad.reading.document.layout import Layout, blank
from symgrad.text.source import Source

_ROLE = re.compile(r":math:`(?P<content>[^`]+)`")
_CODE = re.compile(r"``.+?``|(?<![:`])`[^`\n]+`_{0,2}")
_MATH = re.compile(r"(?P<indent>[ \t]*)\.\. math::(?P<argument>.*)$")
_OPTION = re.compile(r"[ \t]+:[a-z-]+:")
_COMMENT = re.compile(r"(?P<indent>[ \t]*)\.\.(?:[ \t]+(?P<words>.*))?$")
_OPAQUE = re.compile(
    r"(?:code|code-block|sourcecode|literalinclude|raw|parsed-literal|doctest|highlight|plot)::|[^:]*$"
)
_LITERAL = re.compile(r"(?P<indent>[ \t]*)\S.*::[ \t]*$")
_UNDERLINE = re.compile(r"(?P<mark>[=\-~^\"'`#*+.:_<>])(?P=mark){2,}[ \t]*$")


def rst_layout(source: Source) -> Layout:
    """The layout of a reStructuredText document, or of docstrings. ``$ … $`` is mathematics there too."""
    source = source.rewritten(_ROLE.sub(_dollars, source.text))
    lines = _RstLines(source)
    lines.read()
    layout = lines.layout
    layout.visible = _CODE.sub(lambda m: blank(m.group()), "".join(lines.visible))
    layout.paragraphs.sort()
    layout.stops = layout.paragraphs
    return layout


def _dollars(role: re.Match[str]) -> str:
    """The same characters of a role as inline mathematics in dollars."""
    if "$" in role["content"]:
        return role.group()
    content = role["content"]
    inner = content.strip()
    at = len(content) - len(content.lstrip())
    return " " * (6 + at) + f"${inner}$" + " " * (len(content) - at - len(inner))


class _RstLines:
    """The line structure of reStructuredText, read line by line."""

    def __init__(self, source: Source) -> None:
        self.layout = Layout(source, False, source.text)
        self.lines = source.text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.visible = [line + "\n" for line in self.lines]
        self.visible[-1] = self.lines[-1]
        self.marks: list[str] = []
        """The characters that underline headings, those of the highest level first."""

    def read(self) -> None:
        k = 0
        while k < len(self.lines):
            k = self._line(k)

    def _line(self, k: int) -> int:
        """Read what starts at a line; returns the next line to read."""
        line = self.lines[k]
        if not line.strip():
            self._end_paragraph(k)
            return k + 1
        math = _MATH.match(line)
        if math is not None:
            return self._math(k, math)
        comment = _COMMENT.match(line)
        if comment is not None:
            words = comment["words"] or ""
            last = self._block_end(k, len(comment["indent"]))
            self.layout.directive(words, self.starts[k], self.starts[k] + len(line))
            return self._hide(k, last if _OPAQUE.match(words) else k + 1)
        literal = _LITERAL.match(line)
        if literal is not None and ".." not in line:
            return self._hide(k + 1, self._block_end(k, len(literal["indent"])))
        self._heading(k)
        return k + 1

    def _block_end(self, k: int, indent: int) -> int:
        """The line behind the block that belongs to line ``k``: its lines are blank or indented further."""
        last = k + 1
        for j in range(k + 1, len(self.lines)):
            line = self.lines[j]
            if line.strip():
                if len(line) - len(line.lstrip()) <= indent:
                    break
                last = j + 1
        return last

    def _math(self, k: int, math: re.Match[str]) -> int:
        """A ``.. math::`` block: each of its paragraphs is a display."""
        last = self._block_end(k, len(math["indent"]))
        first = k + 1
        while first < last and _OPTION.match(self.lines[first]):
            first += 1
        begin = self.starts[k] + math.start("argument") if first == k + 1 else self.starts[first]
        if first > k + 1 and math["argument"].strip():
            self._displays(self.starts[k] + math.start("argument"), self.starts[k] + len(self.lines[k]))
        self._displays(begin, self.starts[last - 1] + len(self.lines[last - 1]))
        return self._hide(k, last)

    def _displays(self, start: int, end: int) -> None:
        """The displays of a stretch of text: blank lines outside of environments part them."""
        text = self.layout.source.text
        at, depth = start, 0
        for m in re.finditer(r"\\(?P<verb>begin|end)\{|\n[ \t]*(?=\n)|\Z", text[start:end]):
            if m["verb"]:
                depth += 1 if m["verb"] == "begin" else -1
            elif depth <= 0 or m.start() == end - start:
                content = text[at : start + m.start()]
                if content.strip():
                    first = at + len(content) - len(content.lstrip())
                    span = self.layout.span(first, at + len(content.rstrip()))
                    self.layout.fences.append(Display(span, None, span))
                at = start + m.end()

    def _heading(self, k: int) -> None:
        """A line of text with a line of one mark below it."""
        below = _UNDERLINE.match(self.lines[k + 1]) if k + 1 < len(self.lines) else None
        line = self.lines[k]
        if below is None or _UNDERLINE.match(line) or len(below.group().rstrip()) < len(line.rstrip()):
            return
        mark = below["mark"]
        if mark not in self.marks:
            self.marks.append(mark)
        self._end_paragraph(k)
        span = self.layout.span(self.starts[k], self.starts[k + 1] + len(self.lines[k + 1]))
        self.layout.headings.append(Heading(self.marks.index(mark) + 1, line.strip(), span))
        self._end_paragraph(k + 2)

    def _hide(self, first: int, last: int) -> int:
        """Make lines opaque; returns the line behind them."""
        for k in range(first, last):
            self.visible[k] = blank(self.visible[k])
        self._end_paragraph(first)
        return last

    def _end_paragraph(self, k: int) -> None:
        self.layout.paragraphs.append(self.starts[min(k, len(self.lines))])
