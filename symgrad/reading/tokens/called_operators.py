"""Operators that a document calls elementwise, ``where $\\otimes$ is the Hadamard product``: read as ``\\odot``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symgrad.reading.tokens.tokens import Token


def with_elementwise(tokens: Sequence[Token], operators: frozenset[str]) -> list[Token]:
    """Tokens with these operators as ``\\odot``; not a star above a name, nor one behind a number."""
    out: list[Token] = []
    for t in tokens:
        raised = bool(out) and out[-1].kind in ("sub", "sup", "open", "number")
        if t.text in operators and t.kind in ("command", "symbol") and not raised:
            t = replace(t, kind="command", text="\\odot")
        out.append(t)
    return out
