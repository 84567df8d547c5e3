"""Functions of which a document says that they do not depend on a variable: *$f(x)$ does not depend on $\\theta$*."""

from __future__ import annotations

import re

_NAME = r"\\?[A-Za-z]+(?:[_^](?:\\?[A-Za-z0-9]+|\{[^{}$]*\}))*"
_SAID = re.compile(
    rf"(?<![\\A-Za-z])({_NAME})\s*(?:\([^()$]{{1,20}}\))?\$?\s+"
    rf"(?:does not depend (?:up)?on|doesn't depend (?:up)?on|is independent of|is constant with respect to)"
    rf"\s+(?:the (?:policy )?parameters? )?\$?({_NAME})(?=[\s$.,;:)])(?!\$?\s*(?:only|except|directly|explicitly))"
)
_OPENS = re.compile(r"\b(?:if|when|where|whether|unless|suppose|assume|assuming|case)\b[^.$]*\$?$", re.IGNORECASE)


def said_independent(text: str) -> frozenset[tuple[str, str]]:
    """The functions and what they do not depend on, ``("f", "\\\\theta")``, where no *if* stands before."""
    return frozenset(
        (m.group(1), m.group(2))
        for m in _SAID.finditer(text)
        if not _OPENS.search(text[max(0, m.start() - 80) : m.start()])
    )
