"""The prose of a TeX document as Markdown: a plain layout of sections, lists, emphasis, theorems and footnotes."""

from __future__ import annotations

import re
from collections.abc import Callable

from symgrad.reading.tokens.spellings import words

_LEVELS = {
    "part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5, "subparagraph": 6,
}  # fmt: skip
_BODY = re.compile(r"\\begin\{document\}(.*?)(?:\\end\{document\}|\Z)", re.DOTALL)
_COMMENT = re.compile(r"(?<!\\)%[^\n]*\n?")
_BRACED = r"\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}"
_HEADING = re.compile(rf"\\({'|'.join(_LEVELS)})\*?(?:\[[^\]]*\])?{_BRACED}")
_THEOREMS = words("theorem lemma proposition corollary definition remark example claim proof exercise problem solution")
_ENVIRONMENT = re.compile(r"\\(begin|end)\{([A-Za-z]+)\*?\}(?:\[([^\]\n]*)\])?")
_VERBATIM = re.compile(r"\\begin\{(verbatim|lstlisting|minted)\}(?:\{[^}]*\}|\[[^\]]*\])*(.*?)\\end\{\1\}", re.DOTALL)
_COMMANDS: tuple[tuple[str, str], ...] = (
    (rf"\\(?:emph|textit|textsl){_BRACED}", r"*\1*"),
    (rf"\\textbf{_BRACED}", r"**\1**"),
    (rf"\\texttt{_BRACED}", r"`\1`"),
    (rf"\\footnote{_BRACED}", r" (\1)"),
    (rf"\\href\{{[^{{}}]*\}}{_BRACED}", r"\1"),
    (rf"\\caption{_BRACED}", r"*\1*"),
    (r"\\(?:cite[a-z]*)\*?(?:\[[^\]]*\])*\{([^{}]*)\}", r"\\[\1\\]"),
    (r"\\(?:eqref|autoref|cref|Cref|ref|pageref)\{([^{}]*)\}", r"(\1)"),
    (r"\\(?:label|vspace|hspace|input|include|bibliography|bibliographystyle|pagestyle|includegraphics|setlength)"
     r"\*?(?:\[[^\]]*\])?\{[^{}]*\}(?:\{[^{}]*\})?", ""),
    (rf"\\(?:title|author|date|thanks){_BRACED}", ""),
    (rf"\\(?:textrm|text|textsc|textsf|mbox|url|underline){_BRACED}", r"\1"),
    (r"\\(?:maketitle|tableofcontents|noindent|centering|newpage|clearpage|bigskip|medskip|smallskip|par|qed|hfill)"
     r"(?![A-Za-z])\s*", "\n\n"),
    (r"\\(?:ldots|dots)(?![A-Za-z])\s*", "…"),
    (r"\\(?:LaTeX|TeX)(?![A-Za-z])\s*(?:\{\})?", "TeX"),
    (r"(?<!-)---(?!-)", "—"),
    (r"(?<!-)--(?!-)", "–"),
    (r"(?<!\\)~", "\u00a0"),
    (r"\\\\(?:\[[^\]]*\])?", "<br>"),
    (r"\\([%&#$])", r"\1"),
)  # fmt: skip
"""What stands for a command outside of mathematics. Marks of Markdown in the text are escaped before."""


def as_markdown(text: str) -> str:
    """The text of a TeX document, its formulas already replaced, as Markdown."""
    title = re.search(rf"\\title\s*{_BRACED}", text)
    body = _BODY.search(text)
    kept: list[str] = []

    def keep(m: re.Match[str]) -> str:
        kept.append(m[2].strip("\n"))
        return f"\ue020{len(kept) - 1}\ue021"

    inside = _VERBATIM.sub(keep, body[1] if body is not None else text)
    inside = _COMMENT.sub("", inside)
    inside = re.sub(r"(?m)^[ \t]+", "", inside).replace("``", "“").replace("''", "”")
    inside = re.sub(r"\\_", "_", inside)
    inside = re.sub(r"([*_`<>])", r"\\\1", re.sub(r"(\\[A-Za-z]+)\*(?=[\[{])", r"\1", inside))
    inside = _repeated(lambda t: _HEADING.sub(_heading, t), inside)
    inside = _lists(inside)
    for pattern, replacement in _COMMANDS:
        inside = _repeated(lambda t, p=pattern, r=replacement: re.sub(p, r, t), inside)  # type: ignore[misc]
    inside = re.sub(r"\\[A-Za-z]+(?:\[[^\]]*\])?\s?", "", inside)
    inside = re.sub(r"(?<!\\)[{}]|\\(?=[{}])", "", inside)
    inside = re.sub("\ue020([0-9]+)\ue021", lambda m: f"\n\n```\n{kept[int(m[1])]}\n```\n\n", inside)
    head = f"# {title[1]}\n\n" if title is not None else ""
    return re.sub(r"\n{3,}", "\n\n", head + inside)


def _repeated(change: Callable[[str], str], text: str) -> str:
    """The text, changed until nothing nested is left: at most a few levels."""
    for _ in range(4):
        changed = change(text)
        if changed == text:
            break
        text = changed
    return text


def _heading(m: re.Match[str]) -> str:
    return f"\n\n{'#' * _LEVELS[m[1]]} {' '.join(m[2].split())}\n\n"


def _lists(text: str) -> str:
    """Items as those of Markdown, indented by the lists that they are in; theorems with their names in bold."""
    out: list[str] = []
    lists: list[str] = []
    at = 0
    tokens = re.compile(rf"{_ENVIRONMENT.pattern}|\\(item)(?![A-Za-z])\s*(?:\[([^\]]*)\])?\s*")
    for m in tokens.finditer(text):
        out.append(_indented(text[at : m.start()], len(lists)))
        at = m.end()
        name = m[2] or ""
        if m[4]:
            bullet = "1." if lists and lists[-1] == "enumerate" else "-"
            label = f"**{m[5]}** " if m[5] else ""
            out.append(f"\n\n{'   ' * (len(lists) - 1)}{bullet} {label}")
        elif name in ("itemize", "enumerate", "description"):
            if m[1] == "begin":
                lists.append(name)
            elif lists:
                lists.pop()
            out.append("\n\n")
        elif name == "abstract" and m[1] == "begin":
            out.append("\n\n**Abstract.** ")
        elif name in _THEOREMS and m[1] == "begin":
            out.append(f"\n\n**{name.capitalize()}{f' ({m[3]})' if m[3] else ''}.** ")
        else:
            out.append("\n\n")
    out.append(_indented(text[at:], len(lists)))
    return "".join(out)


def _indented(text: str, depth: int) -> str:
    return text.replace("\n", "\n" + "   " * depth) if depth else text
