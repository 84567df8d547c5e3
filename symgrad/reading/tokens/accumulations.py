"""``+=`` and ``-=``, which add to a value: one relation sign, that is no equality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symgrad.reading.tokens.tokens import Token

SIGNS = ("+", "-")


def with_accumulations(tokens: Sequence[Token]) -> list[Token]:
    """``+=`` as one sign, also written ``\\mathrel{+}=``."""
    out: list[Token] = []
    for t in tokens:
        if t.text == "=" and t.kind == "symbol" and not t.spaced:
            length = 3 if out and out[-1].kind == "close" else 1
            sign = (out[-1] if length == 1 else out[-2]) if len(out) >= length else t
            ahead = out[-length - 1].kind if len(out) > length else ""
            opens = length == 1 or out[-length].kind == "open"
            if sign.text in SIGNS and sign.kind == "symbol" and opens and ahead not in ("sub", "sup", ""):
                first = out[-length]
                del out[-length:]
                t = replace(t, text=f"{sign.text}=", span=first.span.to(t.span))
        out.append(t)
    return out
