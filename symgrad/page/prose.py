"""The prose of a document as HTML, with its mathematics put in where symgrad found it.

Whatever the reader takes for mathematics is replaced by a number before the text is laid out, and by what it renders
to afterwards: what a page shows as a formula is what was checked. HTML of the author is reduced to line breaks and
scripts, so that a page runs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it.token import Token

OPEN, CLOSE = "\ue010", "\ue011"
"""Private characters around the number of a formula in the text."""
_HELD = re.compile(f"{OPEN}([0-9]+){CLOSE}")
HEAD, TAIL = "\ue012", "\ue013"
"""Private characters around the number of a heading, at its beginning."""
_HEADING = re.compile(rf"<h([1-6])>\s*{HEAD}([0-9]+){TAIL}\s*")
_PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_SAFE_TAG = re.compile(r"</?(?:br|sub|sup|wbr)\s*/?>", re.IGNORECASE)
_DROPPED = re.compile(r"(?is)<(script|style|iframe|object)\b.*?(?:</\1>|\Z)")


def held(number: int) -> str:
    """What stands in the text in place of a formula."""
    return f"{OPEN}{number}{CLOSE}"


def headed(number: int) -> str:
    """What stands before the words of a heading, which gets the address ``h<number>``."""
    return f"{HEAD}{number}{TAIL}"


def as_code(text: str) -> str:
    """Code as a block of Markdown, in a fence that is longer than any in it."""
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 0)
    return f"\n\n{fence}\n{text.rstrip()}\n{fence}\n\n"


def laid_out(text: str, formulas: Mapping[int, str], displays: Sequence[int]) -> str:
    """Markdown as HTML. formulas: what each number is replaced by; displays: the numbers of those that are blocks."""
    html = _HEADING.sub(r'<h\1 id="h\2">', _markdown(_without_comments(text)))
    html = re.sub(f"{HEAD}[0-9]+{TAIL}", "", html)
    block = frozenset(displays)

    def put(m: re.Match[str]) -> str:
        return formulas.get(int(m[1]), "")

    def paragraph(m: re.Match[str]) -> str:
        """A paragraph, ended before a display and begun again behind it."""
        broken = _HELD.sub(lambda h: f"</p>{h[0]}<p>" if int(h[1]) in block else h[0], m[0])
        return re.sub(r"<p>\s*</p>", "", broken)

    html = re.sub(rf"<pre><code>\s*({_HELD.pattern})\s*</code></pre>", r"\1", html)
    return _HELD.sub(put, _PARAGRAPH.sub(paragraph, html))


def title_of(text: str) -> str:
    """The title in the front matter of a document, or nothing."""
    m = _FRONT_MATTER.match(text)
    found = re.search(r"(?m)^title:\s*[\"']?(.+?)[\"']?\s*$", m[1]) if m is not None else None
    return found[1] if found is not None else ""


def _without_comments(text: str) -> str:
    return _COMMENT.sub("", _FRONT_MATTER.sub("", text))


def _markdown(text: str) -> str:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.add_render_rule("html_inline", _html_inline)
    parser.add_render_rule("html_block", _html_block)
    parser.add_render_rule("image", _image)
    html: str = parser.render(text)
    return html.replace("<table>", '<div class="wide"><table>').replace("</table>", "</table></div>")


def _html_inline(_: Any, tokens: Sequence[Token], at: int, *__: Any) -> str:
    return tokens[at].content if _SAFE_TAG.fullmatch(tokens[at].content) else ""


def _html_block(_: Any, tokens: Sequence[Token], at: int, *__: Any) -> str:
    text = re.sub(r"</?[A-Za-z][^<>]*>", " ", _DROPPED.sub("", tokens[at].content)).strip()
    return f"<p>{escape(text, quote=False)}</p>\n" if text else ""


def _image(_: Any, tokens: Sequence[Token], at: int, *__: Any) -> str:
    """A picture by its words: a page loads nothing."""
    return f'<span class="picture">{escape(tokens[at].content or "picture")}</span>'
