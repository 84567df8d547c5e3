"""The table of codes: one lesson each, and its page."""

from __future__ import annotations

from textwrap import wrap

from symgrad.diagnostics.lesson import Lesson
from symgrad.diagnostics.lessons_files import FILES
from symgrad.diagnostics.lessons_reading import READING
from symgrad.diagnostics.lessons_ruling import RULING
from symgrad.diagnostics.model import SymgradError

WIDTH = 100

CODES: dict[str, Lesson] = {lesson.code: lesson for lesson in (*FILES, *READING, *RULING)}


def explain(code: str) -> str:
    """The lesson of a code as text, with its wrong and its right example."""
    lesson = CODES.get(code.upper())
    if lesson is None:
        raise SymgradError(f"no diagnostic has the code {code!r}; there are {', '.join(sorted(CODES))}")
    out = [f"{lesson.code}: {lesson.title}", "", *wrap(lesson.explanation, WIDTH, break_on_hyphens=False)]
    for head, example in (("Wrong", lesson.wrong), ("Right", lesson.right)):
        if example:
            out += ["", f"{head}:", ""]
            out += [f"    {line}".rstrip() for line in example.strip("\n").split("\n")]
    return "\n".join(out) + "\n"
