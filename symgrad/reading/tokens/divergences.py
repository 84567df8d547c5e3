"""The bars of a divergence, ``D_{KL}(p \\| q)``, part its two arguments like a comma."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symgrad.reading.tokens.tokens import Token

BARS = ("\\Vert", "\\parallel")
CLOSING = {"(": ")", "[": "]", "\\{": "\\}"}


def with_commas(tokens: Sequence[Token]) -> list[Token]:
    """Tokens with a comma for the only pair of bars in round or square brackets; norms have two such pairs."""
    out = list(tokens)
    opened: list[tuple[int, list[int]]] = []
    for k, t in enumerate(tokens):
        if t.text in CLOSING and t.kind in ("symbol", "command"):
            opened.append((k, []))
        elif opened and t.text in BARS:
            opened[-1][1].append(k)
        elif opened and t.text == CLOSING[tokens[opened[-1][0]].text]:
            start, bars = opened.pop()
            if len(bars) == 1 and start + 1 < bars[0] < k - 1:
                out[bars[0]] = replace(tokens[bars[0]], kind="symbol", text=",")
                out[start], out[k] = replace(tokens[start], text="("), replace(t, text=")")
    return out
