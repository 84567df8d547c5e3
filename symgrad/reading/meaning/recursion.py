"""Recursions over a written range, ``h_t = \\tanh(w h_{t-1}), t = 1, \\dots, 4``, as one definition per position.

``h_1``, ``h_2``, … become names of their own, and ``h_t`` selects the one at ``t``. Equations that use each other, as
those of an LSTM do, are one system. Without a range they are one cell: the names at ``t``, and the earlier
state as given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from symgrad.core.ranges import Range
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import ACCENTS, group_end, is_name

MAX_POSITIONS = 32
"""Recursions over longer ranges are not unrolled."""
MAX_EQUATIONS = 40
"""Larger systems are not read."""

Sides = tuple[tuple[Token, ...], tuple[Token, ...]]
Name = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Equation:
    """``f_t = right``: a definition with one letter in its subscript, by which it may be part of a recursion."""

    name: tuple[Token, ...]
    letter: Token
    right: tuple[Token, ...]
    over: Range | None

    @property
    def key(self) -> Name:
        return tuple((t.text, t.style) for t in self.name)

    def shifts(self, other: Equation) -> set[int]:
        """The positions, less its own, at which this equation uses the name of another: -1 for ``h_{t-1}``."""
        found = (_shift(script, self.letter.text) for script in _scripts_of(self.right, other.name))
        return {s for s in found if s is not None}

    def at(self, position: int | None) -> Sides:
        """The equation at a position, ``h_3 = \\tanh(w h_2)``; without one, as it is written."""
        if position is None:
            return (*self.name, *_script(self.letter, None)), self.right
        return (*self.name, *_script(self.letter, position)), _placed(self.right, self.letter.text, position)


@dataclass(frozen=True, slots=True)
class Recursion:
    """A system of equations, in an order in which they can be defined at one position. ``steps``: their shifts."""

    equations: tuple[Equation, ...]
    steps: frozenset[int]

    def over(self, ranges: Mapping[str, Range]) -> Range | None:
        """The range of the system, if it is written and short enough."""
        written = [e.over or ranges.get(e.letter.text) for e in self.equations]
        for over in written:
            if over is not None and not (over.lo.terms or over.hi.terms):
                return over if 0 < over.hi.const - over.lo.const + 1 <= MAX_POSITIONS else None
        return None

    def positions(self, over: Range) -> list[int]:
        """The positions of a range in the order in which they can be defined."""
        upwards = list(range(over.lo.const, over.hi.const + 1))
        return upwards if min(self.steps) < 0 else upwards[::-1]

    def earlier(self, over: Range) -> list[tuple[Equation, int]]:
        """The states before the first position that the equations use: ``h_0``."""
        return [
            (used, p + s)
            for used in self.equations
            for p in self.positions(over)
            for s in sorted({s for e in self.equations for s in e.shifts(used)})
            if not over.lo.const <= p + s <= over.hi.const
        ]

    def family(self, equation: Equation, positions: Sequence[int]) -> Sides:
        """``h_t = 1[t = 1] h_1 + 1[t = 2] h_2 + …``"""
        letter = equation.letter
        right: list[Token] = []
        for k, p in enumerate(positions):
            if k:
                right.append(replace(letter, kind="symbol", text="+", style=""))
            right += _chosen(letter, p)
            right += equation.at(p)[0]
        return equation.at(None)[0], tuple(right)


def equation(left: Sequence[Token], right: Sequence[Token], over: Mapping[str, Range]) -> Equation | None:
    """A relation as an equation of a possible recursion: on its left is a name with one letter below."""
    at = next((k for k, t in enumerate(left) if t.kind == "sub"), None)
    if at is None or at == 0:
        return None
    inner, end = _argument(left, at + 1)
    if len(inner) != 1 or not is_name(inner[0]) or end != len(left):
        return None
    return Equation(tuple(left[:at]), inner[0], tuple(right), over.get(inner[0].text))


def recursion(last: Equation, earlier: Sequence[Equation]) -> Recursion | None:
    """The equations that use each other with the last one, if one of them does so at a shifted position."""
    known = [*(e for e in earlier if e.key != last.key), last][-MAX_EQUATIONS:]
    uses = {e.key: {o.key: e.shifts(o) for o in known if e.shifts(o)} for e in known}
    inside = [e for e in known if last.key in _reached(uses, e.key) and e.key in _reached(uses, last.key)]
    steps = {s for e in inside for o in inside for s in uses[e.key].get(o.key, ()) if s}
    ordered = _ordered(inside, uses)
    if not steps or ordered is None or min(steps) < 0 < max(steps):
        return None
    return Recursion(tuple(ordered), frozenset(steps))


def _reached(uses: Mapping[Name, Mapping[Name, set[int]]], start: Name) -> set[Name]:
    """What an equation uses, directly or through others."""
    found: set[Name] = set()
    ahead = list(uses[start])
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += uses[name]
    return found


def _ordered(inside: Sequence[Equation], uses: Mapping[Name, Mapping[Name, set[int]]]) -> list[Equation] | None:
    """Equations after those that they use at the same position; None if these use each other."""
    left, out = list(inside), []
    while left:
        waiting = {e.key for e in left}
        free = next((e for e in left if not any(0 in s and o in waiting for o, s in uses[e.key].items())), None)
        if free is None:
            return None
        left.remove(free)
        out.append(free)
    return out


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
        accented = k > 0 and tokens[k - 1].text in ACCENTS
        if not accented and [(t.text, t.style) for t in here] == wanted and tokens[k + len(name)].kind == "sub":
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
