"""Which ``d`` of a chain is the sign of a differential: that of ``d(A X B) = A\\, dX\\, B``.

The sign becomes the token ``\\differential``. A ``d`` that is a name keeps its meaning, and a display has differentials
only if it begins with one and another side has one too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tokens.relations import Relation

DIFFERENTIAL = "\\differential"
OPENS = ("(", "[", "\\|", "\\lVert", "\\Vert", "\\lvert", "|")


def with_differentials(chain: Sequence[Relation], is_function: Callable[[str], bool]) -> list[Relation]:
    """The relations of a chain with its differentials marked, if it has any."""
    sides = [tuple(chain[0].left), *(tuple(r.right) for r in chain)]
    found = [_places(side, is_function) for side in sides]
    first = next((k for k, t in enumerate(sides[0]) if t.text not in ("+", "-")), None)
    if first is None or first not in found[0] or not any(found[1:]):
        return list(chain)
    marked = [tuple(_mark(t) if k in at else t for k, t in enumerate(s)) for s, at in zip(sides, found, strict=True)]
    return [
        replace(r, left=marked[n] if n == 0 or r.left == sides[n] else r.left, right=list(marked[n + 1]))
        for n, r in enumerate(chain)
    ]


def _mark(token: Token) -> Token:
    return replace(token, kind="command", text=DIFFERENTIAL, style="")


def _places(side: Sequence[Token], is_function: Callable[[str], bool]) -> set[int]:
    """The places of a ``d`` before a name, a bracket or a function, outside of quotients of differentials."""
    places: set[int] = set()
    k = 0
    while k < len(side):
        t = side[k]
        if t.text == "\\frac":
            below = _behind(side, k + 1)
            behind = _behind(side, below)
            if not _places(side[below:behind], is_function):  # no `\\frac{dy}{dx}`
                places |= {k + 1 + n for n in _places(side[k + 1 : below], is_function)}
            k = behind
            continue
        if t.text == "d" and t.kind in ("letter", "word") and k + 1 < len(side):
            after = side[k + 1]
            named = after.kind in ("letter", "word") or (after.kind == "command" and _is_greek(after.text))
            if named or after.text in OPENS or is_function(after.text):
                places.add(k)
        k += 1
    return places


def _is_greek(text: str) -> bool:
    return text[:1] == "\\" and text[1:].isalpha() and text not in ("\\odot", "\\cdot", "\\times", "\\otimes", "\\mid")


def _behind(side: Sequence[Token], at: int) -> int:
    """The place behind a group, or behind one token."""
    if at >= len(side) or side[at].kind != "open":
        return at + 1
    depth = 0
    for k in range(at, len(side)):
        depth += (side[k].kind == "open") - (side[k].kind == "close")
        if depth == 0:
            return k + 1
    return len(side)


__all__ = ["DIFFERENTIAL", "with_differentials"]
