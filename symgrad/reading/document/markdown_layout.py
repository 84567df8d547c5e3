"""The layout of a Markdown document: front matter, code and comments are opaque, block quotes are transparent."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from symgrad.reading.document.blocks import Display, Heading
from symgrad.reading.document.layout import Layout, blank
from symgrad.reading.tokens.spellings import words
from symgrad.text.source import Source

CODE = "\ufffc"
"""Replaces the characters of inline code: neither a space nor a letter."""


_FENCE = re.compile(r"(`{3,}|~{3,}|:{3,})[ \t]*([^\n]*)$")
_OPTION = re.compile(r"[ \t]*:[a-z-]+:")
_PROSE = words(
    "note warning tip hint important attention caution danger error seealso admonition dropdown margin sidebar topic "
    "card tab-item example exercise solution definition theorem lemma corollary proposition remark proof"
)
"""Directives of MyST whose blocks hold Markdown; so do those that begin with ``prf:``."""
_ITEM = re.compile(r"(?:[-*+]|[0-9]{1,9}[.)])(?:[ \t]+|$)")
_ATX = re.compile(r"(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r"(=+|-+)[ \t]*$")
_QUOTE = re.compile(r"(?: {0,3}>[ ]?)+")
_INLINE_OPAQUE = re.compile(r"\\[\\`<$]|(?P<ticks>`+)|<!--|<(?P<tag>pre|code|script|style|textarea)\b[^<>]{0,400}>")
_MATH_SCRIPT = re.compile(r"<script\s[^<>]*\btype\s*=\s*[\"']?math/tex\b")


def markdown_layout(source: Source) -> Layout:
    """The layout of a Markdown document."""
    source = _without_quote_marks(source)
    layout = Layout(source, False, source.text)
    lines = _Lines(layout)
    lines.read()
    layout.visible = _hide_inline(layout, "".join(lines.visible))
    layout.paragraphs.sort()
    layout.stops.sort()
    return layout


def _without_quote_marks(source: Source) -> Source:
    """The source with the markers of block quotes blanked, which would be read as relations in a display."""
    if not re.search(r"^ {0,3}>", source.text, re.MULTILINE):
        return source
    out: list[str] = []
    quoted, before_blank = False, True
    for line in source.text.split("\n"):
        m = _QUOTE.match(line)
        quoted = m is not None and (quoted or before_blank)
        out.append(" " * m.end() + line[m.end() :] if m is not None and quoted else line)
        before_blank = not line.strip() or line.lstrip().startswith("#")
    return source.rewritten("\n".join(out))


class _Lines:
    """The line structure of Markdown, read line by line."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.lines = layout.source.text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.visible = [line + "\n" for line in self.lines]
        if self.visible:
            self.visible[-1] = self.lines[-1]
        self.paragraph_start: int | None = None
        self.in_list = False
        self.in_item = False
        """True if the paragraph starts as a list item."""
        self.comment = False
        """True if the line before ended inside a comment."""
        self.unfenced: dict[str, int] = {}
        """Fence characters, each with the least length of a fence that no later line of its part closes."""
        self.end = len(self.lines)
        """The line behind the part that is being read: a cell of a notebook, else the document."""
        self.closing: set[int] = set()
        """Lines that close blocks of Markdown."""

    def read(self) -> None:
        origins = [p.start for p in self.layout.source.stretches if p.origin.cell is not None]
        firsts = [bisect_left(self.starts, start) for start in origins[1:]]
        self.layout.walls += origins
        k = self._front_matter()
        for end in (*firsts, len(self.lines)):
            self.end = end
            self.unfenced.clear()
            self.in_list = self.comment = False
            while k < self.end:
                k = self._line(k)
        self.layout.walls.sort()

    def hide(self, first: int, last: int) -> None:
        for k in range(first, min(last, len(self.lines))):
            self.visible[k] = blank(self.visible[k])

    def end_paragraph(self, k: int) -> None:
        self.paragraph_start = None
        offset = self.starts[min(k, len(self.lines))]
        self.layout.paragraphs.append(offset)
        self.layout.stops.append(offset)

    def _front_matter(self) -> int:
        if not self.lines or self.lines[0].strip("\ufeff \t\r") != "---":
            return 0
        for k in range(1, min(len(self.lines), 400)):
            if self.lines[k].rstrip() in ("---", "..."):
                self.hide(0, k + 1)
                return k + 1
        return 0

    def _line(self, k: int) -> int:
        """Read the block that starts at line ``k``; returns the next line to read."""
        line = self.lines[k]
        stripped = line.strip()
        indent = len(line) - len(line.lstrip(" ")) + (4 if line.lstrip(" ").startswith("\t") else 0)
        if not stripped:
            self.end_paragraph(k)
            return k + 1
        after_blank = self.paragraph_start is None
        if k in self.closing:
            return self._pass_over(k)
        if self._in_comment(line):
            self.paragraph_start = k if after_blank else self.paragraph_start
            return k + 1
        if indent >= 4 and after_blank and not self.in_list:
            self.hide(k, k + 1)  # an indented code block
            return k + 1
        fence = _FENCE.match(line.strip())
        if fence is not None and not (fence[1][0] == "`" and "`" in fence[2]):
            return self._fence(k, fence[1], fence[2])
        if indent < 4 and (atx := _ATX.match(stripped)) is not None:
            start = self.starts[k] + indent
            self.end_paragraph(k)
            self.layout.headings.append(
                Heading(len(atx[1]), atx[2] or "", self.layout.span(start, self.starts[k] + len(line.rstrip())))
            )
            self.end_paragraph(k + 1)
            self.in_list = False
            return k + 1
        if indent < 4 and not after_blank and not self.in_item and (setext := _SETEXT.match(stripped)) is not None:
            first = self.paragraph_start or 0
            title = " ".join(" ".join(self.lines[first:k]).split())
            span = self.layout.span(self.starts[first], self.starts[k] + len(line.rstrip()))
            self.layout.headings.append(Heading(1 if setext[1][0] == "=" else 2, title, span))
            self.end_paragraph(k + 1)
            return k + 1
        item = _ITEM.match(stripped) is not None and (indent < 4 or self.in_list)
        if item:
            self.in_list = True
            self.layout.stops.append(self.starts[k])
        elif after_blank and indent == 0:
            self.in_list = False
        if after_blank:
            self.paragraph_start = k
        self.in_item = item
        return k + 1

    def _in_comment(self, line: str) -> bool:
        """True if a line begins inside a comment that an earlier line opened."""
        began = self.comment
        plain = re.sub(r"`[^`]*`", "", line)
        opened = plain.rfind("<!--")
        self.comment = (began and "-->" not in plain) or opened > plain.rfind("-->")
        return began

    def _pass_over(self, k: int) -> int:
        """A line that belongs to the layout alone."""
        self.hide(k, k + 1)
        self.end_paragraph(k + 1)
        return k + 1

    def _closing(self, k: int, mark: str) -> int | None:
        """The line that closes the fence which opens at line ``k``."""
        closing = re.compile(rf"[ \t]*{re.escape(mark[0])}{{{len(mark)},}}[ \t]*$")
        if len(mark) >= self.unfenced.get(mark[0], len(mark) + 1):
            return None
        return next((j for j in range(k + 1, self.end) if closing.match(self.lines[j].rstrip())), None)

    def _fence(self, k: int, mark: str, info: str) -> int:
        """A fenced block: code, a display if its language is ``math``, or Markdown in a directive of MyST."""
        layout = self.layout
        language = info.strip().partition(" ")[0].partition("}")[0].strip("{.}").lower()
        if mark[0] == ":" and language != "math":
            return self._pass_over(k)
        end = self._closing(k, mark)
        start = self.starts[k] + len(self.lines[k]) - len(self.lines[k].lstrip())
        self.end_paragraph(k)
        if end is None:
            layout.walls.append(start)
            return self._unclosed(k, mark, info, language)
        if info.startswith("{") and (language in _PROSE or language.startswith("prf:")):
            self.closing.add(end)
            return self._pass_over(k)
        layout.walls.append(start)
        if language == "math":
            layout.fences += self._displays(k, end, start)
        self.hide(k, end + 1)
        self.end_paragraph(end + 1)
        return end + 1

    def _unclosed(self, k: int, mark: str, info: str, language: str) -> int:
        """Report a block that is not closed, if it seems to hold mathematics; code extends to the end."""
        self.unfenced[mark[0]] = len(mark)
        rest = "\n".join(self.lines[k + 1 : self.end])
        if language == "math" or re.search(r"\$\$|\\\[|\\begin\{|symgrad:", rest):
            opened = f"{mark}{info}".strip()
            start = self.starts[k] + len(self.lines[k]) - len(self.lines[k].lstrip())
            remedy = f"close the block with a line `{mark}`"
            self.layout.report("SG003", f"`{opened}` is not closed", start, start + len(opened), remedy)
        if language == "math":
            self.hide(k, k + 1)
            return k + 1
        self.hide(k, self.end)
        return self.end

    def _behind_options(self, first: int, end: int) -> int:
        """The first line of a fence that is no option: ``:label: x``, or lines between two ``---``."""
        if self.lines[first].strip() == "---":
            last = next((j for j in range(first + 1, end) if self.lines[j].strip() == "---"), None)
            first = first if last is None else last + 1
        while first < end and _OPTION.match(self.lines[first]):
            first += 1
        return first

    def _displays(self, k: int, end: int, start: int) -> Iterator[Display]:
        """The mathematics of a fence: what stands behind the name of a directive, and below its options."""
        argument = self.lines[k].find("{math}")
        full = self.layout.span(start, self.starts[end] + len(self.lines[end].rstrip()))
        first = self._behind_options(k + 1, end)
        begin = self.starts[first]
        if argument >= 0 and self.lines[k][argument + 6 :].strip():
            begin_of_argument = self.starts[k] + argument + 6
            if first == k + 1:
                begin = begin_of_argument
            else:
                yield Display(self.layout.span(begin_of_argument, self.starts[k] + len(self.lines[k])), None, full)
        yield Display(self.layout.span(begin, max(begin, self.starts[end] - 1)), None, full)


def _hide_inline(layout: Layout, text: str) -> str:
    """The text with inline code, comments and preformatted HTML hidden; directives in comments are collected."""
    parts: list[str] = []
    copied = at = 0
    hopeless: dict[str, int] = {}
    while (m := _INLINE_OPAQUE.search(text, at)) is not None:
        at = m.end()
        if m["ticks"]:
            end = _closing_ticks(text, m, layout, hopeless)
            if end is None:
                continue
            if len(m["ticks"]) == 1 and text[m.start() - 1 : m.start()] == "$" and text[end : end + 1] == "$":
                at = end  # GitHub's $`…`$
                continue
            filler = re.sub(r"[^\n]", CODE, text[m.start() : end])
        elif m.group() == "<!--" or m["tag"]:
            closing = "-->" if m["tag"] is None else f"</{m['tag']}>"
            close = text.find(closing, at) if at < hopeless.get(closing, len(text) + 1) else -1
            if close < 0:
                if hopeless.setdefault(closing, at) == at and m["tag"] is None:
                    layout.report("SG003", "`<!--` is not closed", m.start(), m.end(), "add the missing `-->`")
                continue
            end = close + len(closing)
            if m["tag"] is None:
                layout.directive(text[at:close], m.start(), end)
            filler = _as_mathematics(m.group(), text[at:close], closing) or blank(text[m.start() : end])
        else:
            continue
        parts += (text[copied : m.start()], filler)
        copied = at = end
    return "".join((*parts, text[copied:]))


def _as_mathematics(opening: str, content: str, closing: str) -> str:
    """``<script type="math/tex; mode=display">`` as kramdown writes it, with dollars in the place of its tags."""
    if not _MATH_SCRIPT.match(opening):
        return ""
    dollars = "$$" if "mode=display" in opening else "$"
    return dollars.rjust(len(opening)) + content + dollars.ljust(len(closing))


def _closing_ticks(text: str, m: re.Match[str], layout: Layout, hopeless: dict[str, int]) -> int | None:
    """The end, within its paragraph, of the code span that opens at a match."""
    ticks = m["ticks"]
    if m.end() < hopeless.get(ticks, -1):
        return None
    stop = re.compile(r"\n[ \t\r]*\n|\Z").search(text, m.end())
    limit = stop.start() if stop is not None else len(text)
    for other in re.compile(r"`+").finditer(text, m.end(), limit):
        if other.group() == ticks:
            return other.end()
    hopeless[ticks] = limit
    return None
