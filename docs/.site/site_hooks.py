"""What MkDocs is helped with: formulas as MathML, fences of examples, and links out of the documentation.

Formulas are made when the site is built: no script draws them, and none is loaded.
"""

import os
import re
from html import unescape
from typing import Any

from symgrad.page.mathml import MathmlWriter
from symgrad.reading.tokens.macros import Macros

WRITER = MathmlWriter(Macros())
INLINE = re.compile(r'<span class="arithmatex">\\\((.*?)\\\)</span>', re.DOTALL)
DISPLAY = re.compile(r'<div class="arithmatex">\s*\\\[(.*?)\\\]\s*</div>', re.DOTALL)
FENCE = re.compile(r"^([ ]*)(`{3,})([a-z]+)[ ]+(\S.*)$", re.MULTILINE)
LINK = re.compile(r"\[([^\]\n]+)\]\(((?:\.\./)+[^)\s#]+)(?:#[^)\s]*)?\)")


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Fences keep their language and the name of their file; links to files of the repository become their names."""
    folder = os.path.dirname(page.file.src_uri)

    def named(m: re.Match[str]) -> str:
        file = re.search(r"(?:file|append)=(\S+)", m[4])
        title = f' title="{file[1]}"' if file else ""
        return f"{m[1]}{m[2]}{m[3]}{title}"

    def inside(m: re.Match[str]) -> str:
        path = os.path.normpath(os.path.join(folder, m[2]))
        return f"{m[1]} (`{path.removeprefix('../')}`)" if path.startswith("..") else m[0]

    return LINK.sub(inside, FENCE.sub(named, markdown))


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """Formulas in the place of the LaTeX that MkDocs leaves."""
    todo = list(page.toc)
    while todo:
        item = todo.pop()
        item.title = re.sub(r"\\[()]", "", item.title)
        todo += item.children
    html = DISPLAY.sub(lambda m: f'<div class="formula">{WRITER.display(unescape(m[1]), {})}</div>', html)
    return INLINE.sub(lambda m: WRITER.inline(unescape(m[1])), html)
