"""All codes: a document each, read when somebody asks for it."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path
from textwrap import fill, indent

from symgrad.text.diagnostic import SymgradError
from symgrad.text.lesson import Lesson, parse

WIDTH = 100

FAMILIES = {
    "SG0": ("Files and directives", "These concern the document as a whole."),
    "SG1": ("Reading", "These say what could not be read. A step with one of them is `unreadable`."),
    "SG2": (
        "Warnings",
        "These say how a step was read where its author might not expect it. They change no verdict.",
    ),
    "SG3": ("Verdicts", "These belong to the verdicts other than `proved`."),
    "SG4": ("Not checked", "These say what is shown and not checked."),
    "SG5": (
        "Costs from SymPy",
        "These say what an expression, or a call, from SymPy lacks. They are raised in Python.",
    ),
    "SG9": ("Errors of symgrad", "These are never errors of the document."),
}
"""By the first digit of a code: a title, and a sentence about its codes."""

LINK = re.compile(r"\[([^\]]+)\]\(\S+?\.md(?:#\S+?)?\)")


def folder() -> Path:
    """Where the documents are: inside the package once it is installed, below ``docs/`` in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "lessons"
    return installed if installed.is_dir() else package.parent / "docs" / "reference" / "diagnostics"


def codes() -> list[str]:
    """Every code that has a document, in order."""
    return sorted(path.stem for path in folder().iterdir() if re.fullmatch(r"SG[0-9]{3}\.md", path.name))


def lesson(code: str) -> Lesson:
    """The lesson of a code. Small letters are accepted."""
    known = codes()
    if code.upper() not in known:
        raise SymgradError(f"no diagnostic has the code {code!r}; `symgrad explain` lists them")
    path = folder() / f"{code.upper()}.md"
    return parse(path.read_text(encoding="utf-8"), path.name)


def explain(code: str) -> str:
    """The lesson of a code as text, with its wrong and its right example."""
    found = lesson(code)
    parts = [f"{found.code}: {found.title}", _wrapped(found.explanation), _wrapped(f"Remedy: {found.remedy}")]
    for head, example in (("Wrong", found.wrong), ("Right", found.right)):
        if example:
            parts += [f"{head}:", indent(example.rstrip(), "    ")]
    return "\n\n".join(parts) + "\n"


def overview() -> str:
    """All codes with their titles, by family."""
    out = []
    for family, members in groupby(codes(), key=lambda code: code[:3]):
        out.append(f"{FAMILIES[family][0]}\n")
        out += [f"  {code}  {lesson(code).title}\n" for code in members]
        out.append("\n")
    return "".join(out) + "`symgrad explain CODE` says what a code means.\n"


def _wrapped(text: str) -> str:
    """Paragraphs in lines of at most WIDTH characters; of a link to another page, the words."""
    paragraphs = [without_links(paragraph) for paragraph in text.split("\n\n")]
    return "\n\n".join(fill(paragraph, WIDTH, break_on_hyphens=False) for paragraph in paragraphs)


def without_links(text: str) -> str:
    """A text on one line; of a link to another page, the words."""
    return LINK.sub(r"\1", " ".join(text.split()))
