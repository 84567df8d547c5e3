"""Open intervals in the notation with turned brackets, ``]0, 1[``, as ``(0, 1)``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symgrad.reading.tokens.tokens import Token


def with_usual_brackets(tokens: Sequence[Token]) -> list[Token]:
    """``x \\in (0, 1)`` for ``x \\in ]0, 1[``, ``x \\in [0, 1)`` for ``x \\in [0, 1[``."""
    out = list(tokens)
    for start in (k + 1 for k, t in enumerate(tokens[:-1]) if t.text == "\\in" and tokens[k + 1].text in ("[", "]")):
        end = next((k for k in range(start + 1, len(out)) if out[k].text in ("[", "]")), None)
        if end is None or not any(t.text == "," for t in out[start:end]):
            continue
        opening, closing = out[start].text, out[end].text
        out[start] = replace(out[start], text="(" if opening == "]" else "[")
        out[end] = replace(out[end], text=")" if closing == "[" else "]")
    return out
