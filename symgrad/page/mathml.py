"""LaTeX as MathML, which browsers draw themselves, with verdicts at the relation signs and in the margin of their row.

What the converter does not know is shown as it was typed: a page never fails for a formula.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape, unescape
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from symgrad.page.marks import Mark
from symgrad.reading.tokens.macros import Macros

if TYPE_CHECKING:
    from math_core import LatexToMathML

OPEN, CLOSE = "\ue000", "\ue001"
"""Private characters around the number of a step, in front of its relation sign."""
_MARKED = re.compile(f"{OPEN}([0-9]+){CLOSE}")
_ARRANGED = {
    "align": "aligned",
    "flalign": "aligned",
    "xalignat": "aligned",
    "alignat": "aligned",
    "alignedat": "aligned",
    "split": "aligned",
    "dmath": "aligned",
    "IEEEeqnarray": "aligned",
    "eqnarray": "aligned",
    "gather": "gathered",
    "multline": "gathered",
    "multlined": "gathered",
    "smallmatrix": "matrix",
}
"""Environments that arrange rows, by the one that the converter is given."""
_UNWRAPPED = ("equation", "displaymath", "math", "subequations")
_WITH_COLUMNS = r"(?:alignat|alignedat|xalignat|IEEEeqnarray)\*?"
_TEXT = re.compile(r"\\(?:text|textrm|textnormal|mbox|hbox|textit|textbf)\s*\{([^{}]*\$[^{}]*)\}")
_REPLACED: tuple[tuple[str, str], ...] = (
    (r"\\(?:label|cref|eqref)\s*\{[^{}]*\}", ""),
    (r"\\(?:nonumber|notag|displaylimits|allowbreak|hfill|relax|left\.(?=\s*\\right\.))(?![A-Za-z])", ""),
    (r"\\tag\*?\s*\{([^{}]*)\}", r"\\qquad\\text{(\1)}"),
    (r"\\(?:mbox|hbox|textnormal)(?=\s*\{)", r"\\text"),
    (r"\\(?:bm|pmb)(?![A-Za-z])", r"\\boldsymbol"),
    (r"\\(?:widetilde)(?![A-Za-z])", r"\\tilde"),
    (r"\\(?:color)\s*\{[^{}]*\}", ""),
    (r"\\ensuremath(?![A-Za-z])", ""),
    (r"(\\(?!operatorname|tag|hspace|vspace|DeclareMathOperator)[A-Za-z]+)\*", r"\1 *"),
    (r"\\(?:short)?intertext\s*\{([^{}]*)\}", r"\\text{\1} \\\\"),
    (r"\\(?:text)?color(?:box)?\s*\{[^{}]*\}(?=\s*\{)", ""),
    (rf"(\\begin\{{{_WITH_COLUMNS}\}})\s*\{{[^{{}}]*\}}", r"\1"),
    (r"\\\\\s*\*?\s*\[-?[0-9.]+\s*[a-z]{2}\]", r"\\\\"),
    (r"%[^\n]*(?=\n|$)", ""),
)
_BRACED = r"\{(?:[^{}]|\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\})*\}"
_DEFINITION = re.compile(
    rf"\\(?:(?:re|provide)?newcommand|DeclareMathOperator)\*?\s*(?:\{{\s*\\[A-Za-z]+\s*\}}|\\[A-Za-z]+)"
    rf"\s*(?:\[[^\]]*\])*\s*{_BRACED}|\\def\s*\\[A-Za-z]+(?:#[0-9])*\s*{_BRACED}"
)
"""A macro of the author's inside a formula; the converter is given all of them before."""
_SUBSTACK = re.compile(r"\\substack\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_ESCAPED_PERCENT = "\ue002"


class MathmlWriter:
    """Renders the formulas of one document, with its author's macros."""

    def __init__(self, macros: Macros) -> None:
        self.macros = _macros(macros)
        self.converter = _converter(self.macros)

    def inline(self, latex: str) -> str:
        """Mathematics in a line of text."""
        found = self._convert(_normal(latex), display=False)
        return found if found is not None else f"<code>{escape(latex.strip())}</code>"

    def display(self, latex: str, links: Mapping[int, tuple[Mark, str]]) -> str:
        """A display whose relation signs are marked by numbers, as a table that has the marks before each row.

        links: a mark and the address of its explanation by the number of a step.
        """
        found = self._convert(_as_table(_normal(latex)), display=True)
        tree = _parsed(found) if found is not None else None
        if tree is None:
            plain = re.sub(rf"\\text\{{{_MARKED.pattern}\}}", "", latex).strip()
            numbers = [int(n) for n in _MARKED.findall(latex)]
            return f'<div class="typed">{margin(numbers, links)}<pre class="tex">{escape(plain)}</pre></div>'
        return _as_rows(tree, links)

    def _convert(self, latex: str, display: bool) -> str | None:
        from math_core import LatexError

        try:
            return self.converter.convert_with_local_state(latex, displaystyle=display)
        except LatexError:
            return None


def _converter(macros: Mapping[str, str]) -> LatexToMathML:
    """A converter that knows the macros which it can read."""
    from math_core import LatexError, LatexToMathML

    options = {"ignore_unknown_commands": True, "fancy_error": False, "allow_unreliable_rendering": True}
    try:
        return LatexToMathML(macros=dict(macros), **options)  # type: ignore[arg-type]
    except (LatexError, ValueError):
        kept = {}
        for name, body in macros.items():
            try:
                LatexToMathML(macros={name: body}, **options)  # type: ignore[arg-type]
            except (LatexError, ValueError):
                continue
            kept[name] = body
        return LatexToMathML(macros=kept, **options)  # type: ignore[arg-type]


def _macros(macros: Macros) -> dict[str, str]:
    """The author's macros as the converter takes them: bodies by names without a backslash."""
    found: dict[str, str] = {}
    for name, rows in macros.table.items():
        macro = rows[-1][1]
        if macro.delimited or macro.default is not None or not macro.body:
            continue
        parts = [raw[0] for raw in macro.body]
        spaced = [p + " " if re.fullmatch(r"\\[A-Za-z]+", p) else p for p in parts]
        found[name.removeprefix("\\")] = _normal("".join(spaced).strip())
    return found


def _normal(latex: str) -> str:
    """The LaTeX with what the converter has no word for replaced by what it has."""
    text = _DEFINITION.sub("", latex).replace("\\%", _ESCAPED_PERCENT)
    for pattern, replacement in _REPLACED:
        text = re.sub(pattern, replacement, text)
    text = _SUBSTACK.sub(r"{\\begin{gathered}\1\\end{gathered}}", text)
    text = _TEXT.sub(lambda m: _text_with_mathematics(m[1]), text)
    text = text.replace(_ESCAPED_PERCENT, "\\%")
    for name in _UNWRAPPED:
        text = re.sub(rf"\\(?:begin|end)\{{{name}\*?\}}", "", text)
    for name, other in _ARRANGED.items():
        if name == "eqnarray":
            text = re.sub(r"(?s)\\begin\{eqnarray\*?\}.*?\\end\{eqnarray\*?\}", lambda m: _two_columns(m[0]), text)
        text = re.sub(rf"\\(begin|end)\{{{name}\*?\}}", rf"\\\1{{{other}}}", text)
    return re.sub(r"\n\s*\n", "\n", text).strip()


def _text_with_mathematics(content: str) -> str:
    """``\\text{if $x > 0$ only}`` as text, mathematics and text."""
    pieces = content.split("$")
    return "".join(f"\\text{{{p}}}" if k % 2 == 0 and p else p for k, p in enumerate(pieces))


def _two_columns(environment: str) -> str:
    """The rows of ``eqnarray``, which has a column for the relation sign, with one mark of alignment."""
    return re.sub(rf"&\s*((?:{OPEN}|{CLOSE}|[^&\\]|\\[A-Za-z]+)*?)\s*&", r"&\1 ", environment)


def _as_table(latex: str) -> str:
    """The display as one environment of rows."""
    m = re.match(r"\\begin\{(aligned|gathered)\}", latex)
    if m is not None and _closes(latex, m[1]) == len(latex):
        return latex
    return f"\\begin{{aligned}}{'' if _has_columns(latex) else '&'}{latex}\\end{{aligned}}"


def _closes(latex: str, name: str) -> int:
    """Where the environment that a text begins with ends."""
    depth = 0
    for m in re.finditer(rf"\\(begin|end)\{{{name}\}}", latex):
        depth += 1 if m[1] == "begin" else -1
        if depth == 0:
            return m.end()
    return -1


def _has_columns(latex: str) -> bool:
    """True if a mark of alignment stands outside of all environments."""
    bare = re.sub(r"(?s)\\begin\{([a-zA-Z*]+)\}.*\\end\{\1\}", "", latex)
    return re.search(r"(?<!\\)&", bare) is not None


# --- marks -----------------------------------------------------------------------------------------------


def marked(text: str, signs: Sequence[tuple[int, int]]) -> str:
    """The text with the number of a step in front of its sign. signs: pairs of an offset and a number, ascending."""
    out, at = [], 0
    for offset, number in signs:
        out += [text[at:offset], f"\\text{{{OPEN}{number}{CLOSE}}}"]
        at = offset
    return "".join((*out, text[at:]))


def margin(numbers: Sequence[int], links: Mapping[int, tuple[Mark, str]]) -> str:
    """The marks of a row as links to what explains them; equal neighbours share their word."""
    out: list[str] = []
    for k, number in enumerate(numbers):
        mark, address = links[number]
        last = k + 1 == len(numbers) or links[numbers[k + 1]][0] != mark
        word = f"<span>{escape(mark.word)}</span>" if last else ""
        said = escape(f"step {number}: {mark.word}")
        shape = f'<i aria-hidden="true">{mark.shape}</i>'
        link = f'href="#{address}" title="{said}" aria-label="{said}"'
        out.append(f'<a class="mark {mark.kind}" {link}>{shape}{word}</a>')
    return f'<span class="marks">{"".join(out)}</span>'


def _parsed(mathml: str) -> ElementTree.Element | None:
    """The tree of what the converter wrote; None where it is not a table."""
    named = re.sub(r"&(?!amp;|lt;|gt;|quot;|apos;|#)[A-Za-z]+;", lambda m: unescape(m[0]), mathml)
    try:
        tree = ElementTree.fromstring(named)
    except ElementTree.ParseError:
        return None
    return tree if tree.find("mtable") is not None else None


def _as_rows(tree: ElementTree.Element, links: Mapping[int, tuple[Mark, str]]) -> str:
    """The rows of a display, each with its marks before it and its cells as formulas of their own.

    A link must not stand inside a formula: a screen reader reads that as one.
    """
    rows = []
    for row in tree.findall("mtable/mtr"):
        numbers: list[int] = []
        _take_marks(row, numbers, links)
        cells = [f'<td class="margin">{margin(numbers, links) if numbers else ""}</td>']
        for cell in row.findall("mtd"):
            formula = ElementTree.Element("math", {"displaystyle": "true"})
            formula.extend(list(cell))
            drawn = ElementTree.tostring(formula, encoding="unicode", short_empty_elements=False)
            right = "text-align: right" in cell.get("style", "")
            cells.append(f'<td class="right">{drawn}</td>' if right else f"<td>{drawn if len(formula) else ''}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f'<table role="presentation" class="rows">{"".join(rows)}</table>'


def _take_marks(element: ElementTree.Element, numbers: list[int], links: Mapping[int, tuple[Mark, str]]) -> None:
    """Remove the numbers below an element, and give the sign behind each the class of its verdict."""
    waiting: int | None = None
    for child in list(element):
        m = _MARKED.fullmatch(child.text.strip()) if child.tag == "mtext" and child.text else None
        if m is not None:
            waiting = int(m[1])
            numbers.append(waiting)
            element.remove(child)
            continue
        if waiting is not None and waiting in links:
            mark, address = links[waiting]
            child.set("class", f"sign {mark.kind}")
            child.set("id", f"at-{address}")
            waiting = None
        _take_marks(child, numbers, links)
