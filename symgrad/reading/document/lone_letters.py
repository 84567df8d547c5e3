"""The letters that stand by themselves in a document's formulas: side by side, ``Sw``, they are a product."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"\\(?:text|mathrm|operatorname|mathit|textit|textbf|mbox|label|ref|begin|end)\s*\*?\s*\{[^{}]*\}")
_LONE = re.compile(r"(?<![A-Za-z\\_^])(?<!_\{)(?<!\^\{)[A-Za-z](?![A-Za-z])")
_COMMAND = re.compile(r"\\[A-Za-z]+")


def lone_letters(formulas: Iterable[str]) -> frozenset[str]:
    """The S and the w of ``w^\\top S w``; not the letters of words, of commands and of subscripts."""
    return frozenset(x for f in formulas for x in _LONE.findall(_COMMAND.sub(" ", _WORD.sub(" ", f))))
