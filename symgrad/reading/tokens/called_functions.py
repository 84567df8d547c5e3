"""Letters that a document calls a known function, ``where $\\sigma$ is the softmax function``: read as that function.

Only where they are applied: ``s`` may be a score elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from symgrad.reading.tokens.tokens import Token

OPENING = ("(", "[", "\\{")


@dataclass(frozen=True, slots=True)
class CalledFunction:
    """What is called so, from which place of a document on. letter: ``g``, ``\\sigma``; function: ``softmax``."""

    path: str
    start: int
    letter: str
    function: str


def with_called(tokens: Sequence[Token], called: Sequence[CalledFunction]) -> list[Token]:
    """Tokens with applied letters as the functions that they are called: by the last words before, else the first."""
    letters = {c.letter for c in called}
    out = list(tokens)
    for k, t in enumerate(out):
        if t.text not in letters or t.kind not in ("letter", "command") or not _is_applied(out, k + 1):
            continue
        own = [c for c in called if c.letter == t.text and c.path == t.span.source.path]
        before = [c for c in own if c.start <= t.span.start]
        if own:
            out[k] = replace(t, kind="word", text=(before[-1] if before else own[0]).function, style="")
    return out


def _is_applied(tokens: Sequence[Token], at: int) -> bool:
    """True if brackets follow, behind primes and scripts."""
    while at < len(tokens) and tokens[at].kind in ("prime", "sub", "sup"):
        at += 1
        if tokens[at - 1].kind == "prime":
            continue
        depth = 0
        while at < len(tokens):
            depth += (tokens[at].kind == "open") - (tokens[at].kind == "close")
            at += 1
            if not depth:
                break
    return at < len(tokens) and tokens[at].text in OPENING
