"""The bar of a condition, typed as one half of an absolute value: ``p(t \\lvert x)``, ``\\Cov(e \\rvert X)``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from symgrad.reading.tokens.tokens import Token

HALVES = ("\\lvert", "\\rvert")
OPENING, CLOSING = ("(", "[", "\\{"), (")", "]", "\\}")


@dataclass(slots=True)
class _Bracket:
    """A bracket or a group: where it begins, and the halves in it that have no other half."""

    start: int
    rounded: bool
    lonely: list[int] = field(default_factory=list)


def with_condition_bars(tokens: Sequence[Token]) -> list[Token]:
    """Tokens with ``\\mid`` for the only half of an absolute value in brackets that has no other half there.

    ``f(x) \\rvert_{x = a}`` is a value at a point and keeps its bar.
    """
    out = list(tokens)
    opened = [_Bracket(0, False)]
    for k, t in enumerate(tokens):
        if t.kind in ("open", "begin") or t.text in OPENING:
            opened.append(_Bracket(k, t.text in ("(", "[")))
        elif (t.kind in ("close", "end") or t.text in CLOSING) and len(opened) > 1:
            done = opened.pop()
            if done.rounded and len(done.lonely) == 1 and done.start + 1 < done.lonely[0] < k - 1:
                out[done.lonely[0]] = replace(tokens[done.lonely[0]], kind="command", text="\\mid")
        elif t.text == "\\lvert":
            opened[-1].lonely.append(k)
        elif t.text == "\\rvert":
            halves = opened[-1].lonely
            if halves and tokens[halves[-1]].text == "\\lvert":
                halves.pop()
            elif [n.kind for n in tokens[k + 1 : k + 2]] != ["sub"]:
                halves.append(k)
    return out
