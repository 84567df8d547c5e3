"""A recursion over a written range, ``h_t = \\tanh(w h_{t-1}), t = 1, \\dots, 4``, as one definition per position.

``h_1``, ``h_2``, … become names of their own, and ``h_t`` selects the one at ``t``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from symgrad.core.ranges import Range
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import group_end, is_name

MAX_POSITIONS = 32
"""Recursions over longer ranges are not unrolled."""

Sides = tuple[tuple[Token, ...], tuple[Token, ...]]


@dataclass(frozen=True, slots=True)
class Recursion:
    """``left = right`` for each position of the letter, in the order in which they can be defined."""

    name: tuple[Token, ...]
    letter: Token
    right: tuple[Token, ...]
    over: Range
    positions: tuple[int, ...]

    def written(self) -> Iterator[Sides]:
        """The relation at each position: ``h_3 = \\tanh(w h_2)``."""
        for p in self.positions:
            yield (*self.name, *_script(self.letter, p)), _placed(self.right, self.letter.text, p)

    def family(self) -> Sides:
        """``h_t = 1[t = 1] h_1 + 1[t = 2] h_2 + …``"""
        right: list[Token] = []
        for k, p in enumerate(self.positions):
            if k:
                right.append(replace(self.letter, kind="symbol", text="+", style=""))
            right += _chosen(self.letter, p)
            right += [*self.name, *_script(self.letter, p)]
        return (*self.name, *_script(self.letter, None)), tuple(right)


def recursion(left: Sequence[Token], right: Sequence[Token], ranges: Mapping[str, Range]) -> Recursion | None:
    """A relation as a recursion, if its right side uses the name on its left at a shifted position."""
    at = next((k for k, t in enumerate(left) if t.kind == "sub"), None)
    if at is None or at == 0:
        return None
    inner, end = _argument(left, at + 1)
    if len(inner) != 1 or not is_name(inner[0]) or end != len(left):
        return None
    letter, name = inner[0], tuple(left[:at])
    over = ranges.get(letter.text)
    if over is None or over.lo.terms or over.hi.terms or not 0 < over.hi.const - over.lo.const + 1 <= MAX_POSITIONS:
        return None
    steps = {_shift(script, letter.text) for script in _scripts_of(right, name)}
    shifts = {s for s in steps if s}
    if not shifts or 0 in steps or (min(shifts) < 0 < max(shifts)):
        return None
    positions = range(over.lo.const, over.hi.const + 1)
    return Recursion(name, letter, tuple(right), over, tuple(positions if max(shifts) < 0 else reversed(positions)))


def _argument(tokens: Sequence[Token], at: int) -> tuple[tuple[Token, ...], int]:
    """The tokens of the script that starts at ``at``, and the position after it."""
    if at < len(tokens) and tokens[at].kind == "open":
        end = group_end(tokens, at)
        return tuple(tokens[at + 1 : end - 1]), end
    return tuple(tokens[at : at + 1]), at + 1


def _scripts_of(tokens: Sequence[Token], name: tuple[Token, ...]) -> Iterator[tuple[Token, ...]]:
    """The subscripts of a name in an expression."""
    wanted = [(t.text, t.style) for t in name]
    for k in range(len(tokens) - len(name)):
        here = tokens[k : k + len(name)]
        if [(t.text, t.style) for t in here] == wanted and tokens[k + len(name)].kind == "sub":
            yield _argument(tokens, k + len(name) + 1)[0]


def _shift(script: Sequence[Token], letter: str) -> int | None:
    """``-1`` for ``t-1``, 0 for ``t``; None for anything else."""
    texts = [t.text for t in script]
    if texts == [letter]:
        return 0
    if len(texts) == 3 and texts[0] == letter and texts[1] in "+-" and texts[2].isdigit():
        return int(texts[2]) * (1 if texts[1] == "+" else -1)
    return None


def _placed(tokens: Sequence[Token], letter: str, position: int) -> tuple[Token, ...]:
    """The tokens with a number for the letter; ``t-1`` in a script becomes one number."""
    out: list[Token] = []
    k = 0
    while k < len(tokens):
        t = tokens[k]
        if t.kind == "sub":
            script, end = _argument(tokens, k + 1)
            shift = _shift(script, letter)
            if shift is not None:
                out += _script(script[0], position + shift)
                k = end
                continue
        if is_name(t) and t.text == letter:
            out += _number(t, position)
        else:
            out.append(t)
        k += 1
    return tuple(out)


def _number(like: Token, value: int) -> list[Token]:
    made = replace(like, kind="number", text=str(abs(value)), style="")
    return [made] if value >= 0 else [replace(like, kind="symbol", text="-", style=""), made]


def _script(like: Token, value: int | None) -> list[Token]:
    """``_3``, or ``_t`` without a value; all tokens have the span of the letter."""

    def mark(kind: str, text: str) -> Token:
        return replace(like, kind=kind, text=text, style="")  # type: ignore[arg-type]  # one of the kinds

    inner = [like] if value is None else _number(like, value)
    return [mark("sub", "_"), mark("open", "{"), *inner, mark("close", "}")]


def _chosen(letter: Token, position: int) -> list[Token]:
    """``1[t = 3]``"""

    def symbol(text: str) -> Token:
        return replace(letter, kind="symbol", text=text, style="")

    one = [replace(letter, kind="command", text="\\indicator", style="")]
    return [*one, symbol("["), letter, symbol("="), *_number(letter, position), symbol("]")]
