"""Mathematics in prose: ``$$``, ``\\[``, ``\\(``, ``$`` and environments; unclosed ones are reported.

An unclosed delimiter is reported at its position, and reading continues right after it, so that no later text is
lost.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from symgrad.reading.document.blocks import Block, Blocks, Directive, Display, Heading, Inline
from symgrad.reading.document.layout import Layout
from symgrad.reading.tokens.spellings import words

ENVIRONMENTS = words(
    "equation align gather eqnarray multline alignat flalign displaymath math dmath IEEEeqnarray xalignat"
)
NESTED_ENVIRONMENTS = words("aligned gathered split multlined alignedat cases dcases rcases array")
KEPT = words("cases dcases rcases")
"""Environments with a meaning of their own: the content of such a display includes their ``\\begin`` and ``\\end``."""
WITH_COLUMNS = words("alignat alignedat xalignat IEEEeqnarray array")
BRACKETS = {"\\[": "\\]", "\\(": "\\)", "\\\\[": "\\\\]", "\\\\(": "\\\\)"}
"""Brackets of mathematics; with two backslashes, as Markdown without mathematics needs them."""

_MARK = re.compile(r"\\begin\{([A-Za-z]+)(\*?)\}|\\\\[\[(]|\\[\[(]|\\(?:[^A-Za-z]|$)|\$\$|\$", re.DOTALL)
_ARRANGED = re.compile(rf"\s*\\begin\{{({'|'.join(sorted(NESTED_ENVIRONMENTS | ENVIRONMENTS))})(\*?)\}}")
"""An environment at the beginning of inline mathematics."""
_CLOSE_DOLLARS = re.compile(r"\\.|\$\$", re.DOTALL)
_NO_SPACE = re.compile(r"\S")
_DOUBLED = re.compile(r"\\\\(?!\[[0-9.]+[a-z]{2}\])[\])\[(]")
_ESCAPE = re.compile(r"\\.", re.DOTALL)
_DOLLAR = re.compile(r"\\.|\$", re.DOTALL)
_SPACED = re.compile(r"\$[ \t]+([A-Za-z]'?|(?=[^$\n]*[=_^\\])[A-Za-z\\(\[{|-][^$\n]*?\S)[ \t]+\$(?![A-Za-z0-9])")
"""``$ W x $``: a formula with white space around it that can't be two prices."""
_FRAMED = re.compile(r"\$[ \t]*\n((?:[ \t]*[^\s$][^$\n]*\n)*[ \t]*[^\s$][^$\n]*)\n[ \t]*\$(?=[ \t.,;]*(?:\n|$))")
"""Dollars on lines of their own, around a display."""
_DOUBLE = re.compile(r"\$\$[^$\n]*\$\$")
_AMID = re.compile(r"[^\W\d_][ ,:(]{0,2}\$\$([^$\n]{1,80})\$\$[ ,.;:)]{0,2}[^\W\d_]")
"""A formula in two dollars between two words of a line."""
_BLANK_LINE = re.compile(r"\n[ \t\r]*\n")
_WORDS = re.compile(r"(?<![A-Za-z\\])[A-Za-z]{2,}[,.:]? +[A-Za-z]{2,}[,.:]? +[A-Za-z]{2,}(?![A-Za-z{(_^])")
_TEXT_COMMANDS = re.compile(
    r"\\(?:text[a-z]*|mbox|intertext|shortintertext|tag|label|mathrm|operatorname\*?|hbox)\s*\{[^{}]*\}|\\[A-Za-z]+"
)


def find_mathematics(layout: Layout) -> Blocks:
    """All blocks of a document."""
    finder = _Finder(layout)
    finder.read()
    displays = sorted((d for d in finder.found if isinstance(d, Display)), key=lambda d: d.full.start)
    starts = [d.full.start for d in displays]

    def inside(block: Heading | Directive) -> bool:
        """True if the line lies inside a display, so that a ``#`` there is not a heading."""
        k = bisect_right(starts, block.span.start) - 1
        later = k + 1 < len(displays) and displays[k + 1].full.start < block.span.end
        return later or (k >= 0 and block.span.start < displays[k].full.end)

    for directive in layout.directives:
        if inside(directive):
            span = directive.span
            layout.report(
                "SG004", "this directive is inside a display", span.start, span.end, "write it before the display"
            )
    headings = [h for h in layout.headings if not inside(h)]
    directives = [d for d in layout.directives if not inside(d)]
    items: list[Block] = [*finder.found, *layout.fences, *headings, *directives]
    items.sort(key=lambda b: (b.span.start, isinstance(b, Inline)))
    diagnostics = sorted(layout.diagnostics, key=lambda d: d.span.start if d.span is not None else -1)
    return Blocks(layout.source, tuple(items), tuple(diagnostics))


class _Finder:
    """One pass over the visible text."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.text = layout.visible
        self.found: list[Block] = []
        self.hopeless: dict[str, tuple[int, int]] = {}
        """Closing delimiters, each with two offsets between which it does not occur, to search only once."""
        self.pairs: dict[str, dict[int, int]] = {}
        amid = [m for m in _AMID.finditer(self.text) if "=" not in m[1]] if not layout.tex else []
        self.doubles = len(amid) > 1 and re.search(r"(?<![$\\])\$[^$\s]", self.text) is None
        """True if the document writes formulas in its lines as ``$$x$$``, and none as ``$x$``."""

    def read(self) -> None:
        at = 0
        while (m := _MARK.search(self.text, at)) is not None:
            text = m.group()
            if m[1] is not None:
                at = self.environment(m)
            elif text == "$$":
                at = self.dollars(m)
            elif text == "$":
                at = self.dollar(m.start())
            elif text in BRACKETS and not (self.layout.tex and len(text) == 3):
                at = self.bracket(m, BRACKETS[text])
            else:
                at = m.end()

    # --- displays ---------------------------------------------------------------------------

    def display(self, start: int, end: int, full_start: int, full_end: int, environment: str | None = None) -> int:
        span = self.layout.span
        if self.text[start:end].strip():
            self.found.append(Display(span(start, end), environment, span(full_start, full_end)))
        return full_end

    def unclosed(self, m: re.Match[str], closing: str, note: str = "") -> int:
        self.layout.report(
            "SG003", f"`{m.group()}` is not closed", m.start(), m.end(), f"add the missing `{closing}`{note}"
        )
        return m.end()

    def dollars(self, m: re.Match[str]) -> int:
        close = self.search(_CLOSE_DOLLARS, "$$", m.end(), len(self.text))
        if close is None or self.is_prose(m.end(), close):
            return self.unclosed(m, "$$", "" if self.layout.tex else ", or write `\\$\\$` for dollars")
        if self.doubles and self.is_in_line(m.end(), close):
            self.inline(m.end(), close)
            return close + 2
        return self.display(m.end(), close, m.start(), close + 2)

    def is_in_line(self, start: int, end: int) -> bool:
        """True for ``$$…$$`` amid the words of a line, in a document whose inline formulas stand in two dollars.

        A relation with words on one side of it alone, ``The gradient: $$…$$``, is a display there too.
        """
        text = self.text
        line = text.rfind("\n", 0, start) + 1, text.find("\n", end) % (len(text) + 1)
        parts = (text[line[0] : start - 2], text[end + 2 : line[1]])
        before, behind = (re.search(r"[^\W\d_]", _DOUBLE.sub("", part)) is not None for part in parts)
        if "\n" in text[start:end] or not (before or behind):
            return False
        return (before and behind) or "=" not in text[start:end]

    def bracket(self, m: re.Match[str], closing: str) -> int:
        shown = closing.endswith("]")
        limit = len(self.text) if shown else self.stop(m.end())
        close = self.search(_ESCAPE if len(closing) == 2 else _DOUBLED, closing, m.end(), limit, m.group())
        if close is None or self.is_prose(m.end(), close):
            # in Markdown, \[ and \( are escaped brackets too: only those that look like mathematics are reported
            piece = _BLANK_LINE.split(self.text[m.end() : m.end() + 2000], maxsplit=1)[0]
            if self.layout.tex or (shown and re.search(r"[=^]|\\[A-Za-z]", piece)):
                return self.unclosed(m, closing)
            return m.end()
        after = close + len(closing)
        if shown or self.arranged(m.end()) == close:
            return self.display(m.end(), close, m.start(), after)
        if self.text[m.end() : close].strip():
            self.inline(m.end(), close)
        return after

    def arranged(self, start: int) -> int | None:
        """Where an environment that lays out a display ends, and the white space behind it, if one begins here."""
        m = _ARRANGED.match(self.text, start)
        if m is None:
            return None
        name = m[1] + m[2]
        end = self.ends(name, m[1] in NESTED_ENVIRONMENTS).get(m.end() - len(f"\\begin{{{name}}}"))
        if end is None or self.walled(start, end):
            return None
        after = end + len(f"\\end{{{name}}}")
        behind = _NO_SPACE.search(self.text, after)
        return behind.start() if behind is not None else len(self.text)

    def environment(self, m: re.Match[str]) -> int:
        name, starred = m[1], m[1] + m[2]
        if name not in ENVIRONMENTS and (name not in NESTED_ENVIRONMENTS):
            return m.end()
        closing = f"\\end{{{starred}}}"
        end = self.ends(starred, name in NESTED_ENVIRONMENTS).get(m.start())
        if end is None or self.walled(m.start(), end):
            return self.unclosed(m, closing)
        after = end + len(closing)
        if name in KEPT:
            return self.display(m.start(), after, m.start(), after, starred)
        start = m.end()
        if name in WITH_COLUMNS and (columns := re.compile(r"\s*\{[^{}]*\}").match(self.text, start)):
            start = columns.end()
        elif placed := re.compile(r"\[[tbc]\]").match(self.text, start):
            start = placed.end()
        return self.display(start, end, m.start(), after, starred)

    def ends(self, name: str, nests: bool) -> dict[int, int]:
        """The offsets where the environments that begin at an offset end, found for all of them at once."""
        if name not in self.pairs:
            open_at: list[int] = []
            found: dict[int, int] = {}
            for m in re.finditer(rf"\\(begin|end)\{{{re.escape(name)}\}}", self.text):
                if m[1] == "begin":
                    if not nests:
                        open_at.clear()
                    open_at.append(m.start())
                elif open_at:
                    found[open_at.pop()] = m.start()
            self.pairs[name] = found
        return self.pairs[name]

    def search(self, pattern: re.Pattern[str], closing: str, start: int, limit: int, opening: str = "") -> int | None:
        """The next closing delimiter before a limit and before another opening one; escaped ones do not count."""
        known = self.hopeless.get(closing)
        if known is not None and known[0] <= start and limit <= known[1]:
            return None
        for m in pattern.finditer(self.text, start, limit):
            if m.group() == closing:
                return m.start()
            if m.group() == opening:
                return None
        self.hopeless[closing] = (start, limit)
        return None

    def is_prose(self, start: int, end: int) -> bool:
        """True if the text between two delimiters is a paragraph of prose, so that the first one was never closed.

        Prose has three plain words in a row on one line, outside ``\\text``.
        """
        if self.walled(start, end):
            return True
        piece = self.text[start:end]
        if "\n" not in piece:
            return False
        _, _, later = _TEXT_COMMANDS.sub(" 0 ", piece).partition("\n")
        return _WORDS.search(later) is not None or re.search(r"\n[ \t\r]*\n {0,3}#{1,6} ", piece) is not None

    def walled(self, start: int, end: int) -> bool:
        """True if there is a fenced block, or the start of a notebook's cell, between two offsets."""
        k = bisect_right(self.layout.walls, start)
        return k < len(self.layout.walls) and self.layout.walls[k] <= end

    # --- inline mathematics -----------------------------------------------------------------

    def inline(self, start: int, end: int) -> None:
        paragraph = bisect_right(self.layout.paragraphs, start)
        self.found.append(Inline(self.layout.span(start, end), paragraph))

    def stop(self, at: int) -> int:
        """The offset before which inline mathematics that opens at an offset must close."""
        k = bisect_right(self.layout.stops, at)
        return self.layout.stops[k] if k < len(self.layout.stops) else len(self.text)

    def dollar(self, at: int) -> int:
        """Inline mathematics that opens with a dollar at an offset; returns where to continue.

        Dollars around an environment that lays out rows are those of a display.
        """
        text, start, limit = self.text, at + 1, self.stop(at)
        close = self.arranged(start)
        if close is not None and text.startswith("$", close):
            return self.display(start, close, at, close + 1)
        if text.startswith("`", start):
            close = text.find("`$", start + 1, limit)
            if close > start + 1:
                self.inline(start + 1, close)
                return close + 2
            return start
        tex = self.layout.tex
        if not tex and (spaced := _SPACED.match(text, at, limit)) is not None:
            self.inline(*spaced.span(1))
            return spaced.end()
        framed = _FRAMED.match(text, at, limit)
        if framed is not None and not text[text.rfind("\n", 0, at) + 1 : at].strip(" \t>"):
            return self.display(*framed.span(1), at, framed.end())
        if (
            start >= min(limit, len(text))
            or (not tex and text[start].isspace())
            or self.hopeless.get("$") == (0, limit)
        ):
            return start
        for m in _DOLLAR.finditer(text, start, limit):
            if m.group() != "$" or m.start() == start:
                continue
            if not tex and text[m.start() - 1].isspace():
                return start  # another one opens here
            if tex or not text[m.end() : m.end() + 1].isdigit():
                self.inline(start, m.start())
                return m.end()
        self.hopeless["$"] = (0, limit)
        if tex:
            self.layout.report(
                "SG003", "`$` is not closed", at, start, "add the missing `$`, or write `\\$` for a dollar"
            )
        return start
