"""The table of codes: one lesson each, and its page."""

from __future__ import annotations

from textwrap import wrap

from symgrad.text.diagnostic import SymgradError
from symgrad.text.lesson import Lesson
from symgrad.text.lessons_files import FILES
from symgrad.text.lessons_reading import READING
from symgrad.text.lessons_ruling import RULING

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
