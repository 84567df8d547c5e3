"""What a code means, with a wrong and a right example."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lesson:
    """``wrong`` and ``right`` are Markdown documents: the first gives this code, the second passes.

    Both are empty where no document can show the code.
    """

    code: str
    title: str
    explanation: str
    wrong: str = ""
    right: str = ""
