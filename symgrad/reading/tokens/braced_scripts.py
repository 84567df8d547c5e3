"""Scripts in braces of their own, ``\\theta{_k}``: those of the name in front of them."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.reading.tokens.tokens import Token

SCRIPTS = ("sub", "sup")


def with_scripts_outside(tokens: Sequence[Token]) -> list[Token]:
    """``\\theta_k`` for ``\\theta{_k}``."""
    opened: list[bool] = []
    out: list[Token] = []
    for k, t in enumerate(tokens):
        if t.kind == "open":
            behind = tokens[k - 1].kind in ("letter", "command", "word") if k else False
            opened.append(behind and k + 1 < len(tokens) and tokens[k + 1].kind in SCRIPTS)
            dropped = opened[-1]
        else:
            dropped = t.kind == "close" and bool(opened) and opened.pop()
        if not dropped:
            out.append(t)
    return out
