"""Names of two signs, ``\\delta h_t`` for ``\\partial L/\\partial h_t`` and ``\\Delta W`` for a change of ``W``.

``\\delta`` before a letter is part of a name where the two stand alone on the left of an equation somewhere, and
``\\delta`` has no value of its own. ``\\Delta`` is hardly ever a factor: it need not stand on the left.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from symgrad.reading.tokens.spellings import words
from symgrad.reading.tokens.tokens import Token

Pairs = frozenset[tuple[str, str]]

_LETTER = (
    r"(?:\\[!,;]\s*)?(?:\\(?:mathbf|boldsymbol|bm|vec|mathrm|mathit)\s*)?\{?\s*(\\[A-Za-z]+|[A-Za-z](?![A-Za-z]))\s*\}?"
)
_SCRIPTS = r"(?:\s*[_^]\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|\\?\w+))*"
_SAYS = r"\s*(?:&\s*)?(?::?=|\\(?:in|equiv|triangleq|coloneqq|leftarrow)(?![A-Za-z])|∈)"
_HEAD = re.compile(rf"(?:^|[$\[(&,;}}]|\\\\)\s*(\\[dD]elta)(?![A-Za-z])\s*{_LETTER}{_SCRIPTS}{_SAYS}", re.MULTILINE)
_ANYWHERE = re.compile(rf"(\\Delta)(?![A-Za-z])\s*{_LETTER}")
_ALONE = re.compile(rf"(\\[dD]elta)(?![A-Za-z])(?:{_SAYS}|\s*\$)")
_NUMBER = re.compile(r"(\\Delta)(?![A-Za-z])\s*(?:[-+)=^_$]|\\(?:cdot|times|right|,|;|quad|\\))")
_NO_NAMES = words("\\odot \\cdot \\times \\otimes \\in \\to \\frac \\sum \\partial \\left")


def prefixed_names(text: str) -> Pairs:
    """The prefixes and letters that are one name in a document."""
    if "elta" not in text:
        return frozenset()
    alone = {m[1] for m in _ALONE.finditer(text)}
    found = {(m[1], m[2]) for m in _HEAD.finditer(text) if m[1] not in alone}
    if "\\Delta" not in alone and not _NUMBER.search(text):
        found |= {(m[1], m[2]) for m in _ANYWHERE.finditer(text)}
    return frozenset(pair for pair in found if pair[1] not in _NO_NAMES)


def joined(tokens: Sequence[Token], pairs: Pairs) -> list[Token]:
    """Tokens with each pair that is one name as one token, ``\\delta h``."""
    out: list[Token] = []
    for t in tokens:
        before = out[-1] if out else None
        if before is not None and (before.text, t.text) in pairs and before.kind == "command":
            out[-1] = replace(t, kind="command", text=f"{before.text} {t.text}", span=before.span.to(t.span))
        else:
            out.append(t)
    return out
