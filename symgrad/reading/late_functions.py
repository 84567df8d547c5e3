"""Functions that the text explains behind their use: ``where $p(x; \\beta) = …$``."""

from __future__ import annotations

import re

from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined
from symgrad.reading.read_document import ReadDocument
from symgrad.reading.tree.syntax import Call
from symgrad.reading.tree.used_names import subnodes
from symgrad.text.source import Span

LateFunctions = dict[tuple[NameKey, int], Defined]
MAX_BETWEEN = 300
"""Characters between the end of a use and the words that explain it."""
_EXPLAINS = re.compile(r"\b(?:where|in which|with|here|denotes?)\b[^.]*$", re.IGNORECASE)


def late_functions(out: ReadDocument) -> LateFunctions:
    """The functions whose first definition stands in the sentence behind their first use, by name and arguments."""
    scope, first = out.scope, dict[tuple[NameKey, int], Span]()
    for side in (side for sides in out.chains for side in sides):
        for n in subnodes(side):
            if isinstance(n, Call):
                first.setdefault((NameKey.function(n.function), len(n.args)), n.span)
    return {
        key: entry
        for key, entry in scope.first_calls.items()
        if key in first and _explains(out, first[key], entry.span) and scope.is_ahead(first[key], entry.span)
    }


def _explains(out: ReadDocument, use: Span, definition: Span) -> bool:
    """True if a definition stands in the sentence that explains a display."""
    if use.source is not out.source or definition.source is not out.source:
        return False
    between = out.source.text[use.end : definition.start]
    behind = use.end <= definition.start and len(between) <= MAX_BETWEEN
    return behind and "$" in between and _EXPLAINS.search(between) is not None
