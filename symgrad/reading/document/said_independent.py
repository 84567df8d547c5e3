"""Functions of which a document says that they do not depend on a variable: *$f(x)$ does not depend on $\\theta$*."""

from __future__ import annotations

import re

_NAME = r"\\?[A-Za-z]+(?:[_^](?:\\?[A-Za-z0-9]+|\{[^{}$]*\}))*"
_SAYS = re.compile(
    r"\b(?:does not depend (?:up)?on|doesn't depend (?:up)?on|is independent of|is constant with respect to)"
    rf"\s{{1,4}}(?:the (?:policy )?parameters? )?\$?({_NAME})(?=[\s$.,;:)])"
    r"(?!\$?\s{0,4}(?:only|except|directly|explicitly))"
)
_OF = re.compile(rf"(?<![\\A-Za-z])({_NAME})\s{{0,4}}(?:\([^()$]{{1,20}}\))?\$?\s{{1,4}}$")
MAX_BEFORE = 120
"""Characters before these words that are looked at."""
_OPENS = re.compile(r"\b(?:if|when|where|whether|unless|suppose|assume|assuming|case)\b[^.$]*\$?$", re.IGNORECASE)


def said_independent(text: str) -> frozenset[tuple[str, str]]:
    """The functions and what they do not depend on, ``("f", "\\\\theta")``, where no *if* stands before."""
    found = set()
    for said in _SAYS.finditer(text):
        before = text[max(0, said.start() - MAX_BEFORE) : said.start()]
        of = _OF.search(before)
        if of is not None and not _OPENS.search(before[: of.start()]):
            found.add((of.group(1), said.group(1)))
    return frozenset(found)
