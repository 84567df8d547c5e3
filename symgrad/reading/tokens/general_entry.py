"""Entries with dots between them: ``2 x_1, 2 x_2, \\dots, 2 x_N`` is ``2 x_i`` for ``i`` from 1 to ``N``.

The general entry is the first one with a letter for the number that changes. It must give every written entry, the
ones next to the dots and the last among them; else the dots are not understood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import cover, error, group_end, is_name

Cell = tuple[Token, ...]

DOTS = ("\\dots", "\\vdots", "\\ddots")
LETTERS = "ıȷɩʝ"
"""Letters for the positions: nobody writes them, so that they are neither names nor labels."""
OPENS, CLOSES = ("{", "(", "[", ","), ("}", ")", "]", ",")
"""What stands around a position of more than one symbol, ``N - 1``."""


@dataclass(frozen=True, slots=True)
class GeneralEntry:
    """An entry with its letter, and the letter's first and last position, which a constant entry does not have."""

    entry: Cell
    letter: Token
    first: Cell = ()
    last: Cell = ()

    @property
    def below(self) -> Cell:
        """``i = 1``, the letter with its first position, as below a sum; a constant one has the letter alone."""
        sign = replace(self.letter, kind="symbol", text="=")
        return (self.letter, sign, *self.first) if self.first else (self.letter,)

    @property
    def ends(self) -> str:
        """Its first and its last position."""
        return " ".join(t.text for t in (*self.first, *self.last))


def is_dots(cell: Sequence[Token]) -> bool:
    """True for a cell that holds dots and nothing else."""
    return len(cell) == 1 and cell[0].text in DOTS


def general_entry(cells: Sequence[Cell], number: int = 0) -> GeneralEntry:
    """The general entry of cells with dots between them. ``number``: of its letter, for arrays inside of arrays."""
    written = [_grouped(cell) for cell in cells]
    at = [k for k, cell in enumerate(cells) if is_dots(cell)]
    where = cover([t for cell in cells for t in cell])
    remedy = "write the first, the second and the last entry alike, or define the array by its entries, `A_{ij} = …`"
    unclear = error("SG112", "these dots are not understood: no one pattern gives all entries here", where, remedy)
    if len(at) != 1 or not all(written) or not 0 < at[0] < len(cells) - 1 or number >= len(LETTERS):
        raise unclear
    before, after = written[: at[0]], written[at[0] + 1 :]
    for first, *others in ([*before, *after], [*map(_digits_apart, (*before, *after))]):
        letter = replace(first[0], kind="letter", text=LETTERS[number], style="")
        if all(_same(first, other) for other in others):
            return GeneralEntry(first, letter)
        found = _places(first, others[-1])
        if found is None:
            continue
        places, low, last = found
        values = [_shifted((low,), k) for k in range(len(before))]
        values += [_shifted(last, k - len(after) + 1) for k in range(len(after))]
        if all(
            v is not None and _same(_filled(first, places, v), c) for v, c in zip(values, [first, *others], strict=True)
        ):
            return GeneralEntry(_filled(first, places, (letter,)), letter, (low,), last)
    raise unclear


def _same(a: Sequence[Token], b: Sequence[Token]) -> bool:
    return [(t.kind, t.text, t.style) for t in a] == [(t.kind, t.text, t.style) for t in b]


def _grouped(cell: Sequence[Token]) -> Cell:
    """The tokens with braces around every script."""
    out: list[Token] = []
    for k, t in enumerate(cell):
        out.append(t)
        lone = k and cell[k - 1].kind in ("sub", "sup") and t.kind not in ("open", "command")
        if lone:
            out[-1:] = [replace(t, kind="open", text="{"), t, replace(t, kind="close", text="}")]
    return tuple(out)


def _digits_apart(cell: Cell) -> Cell:
    """``x_{11}`` as ``x_{1 1}``: a number in a subscript may hold several positions."""
    out: list[Token] = []
    below = 0
    for k, t in enumerate(cell):
        if t.kind == "open" and k and cell[k - 1].kind == "sub":
            below = max(below, group_end(cell, k))
        whole = t.kind == "number" and t.text.isdigit() and k < below
        out += [replace(t, text=digit) for digit in t.text] if whole else [t]
    return tuple(out)


def _places(first: Cell, last: Cell) -> tuple[list[int], Token, Cell] | None:
    """Where two entries differ: the places in the first one, the number there, and what the last one has instead."""
    places: list[int] = []
    ends: Cell = ()
    at = 0
    for k, t in enumerate(first):
        if at < len(last) and _same((t,), (last[at],)):
            at += 1
            continue
        end = _position_end(last, at, first[k + 1] if k + 1 < len(first) else None)
        piece = last[at:end]
        if not (t.kind == "number" and t.text.isdigit() and len(t.text) < 7 and _is_position(last, at, end)):
            return None
        if places and (t.text != first[places[0]].text or not _same(piece, ends)):
            return None
        places.append(k)
        ends, at = piece, end
    return (places, first[places[0]], ends) if places and at == len(last) else None


def _position_end(tokens: Cell, start: int, following: Token | None) -> int:
    """The end of what stands at a place: before the token that follows it in the other entry, or where a group ends."""
    depth = 0
    for k in range(start, len(tokens)):
        t = tokens[k]
        if depth == 0 and (t.kind == "close" or (k > start and following is not None and _same((t,), (following,)))):
            return k
        depth += (t.kind == "open") - (t.kind == "close")
    return len(tokens)


def _is_position(tokens: Cell, start: int, end: int) -> bool:
    """True for ``N``, ``d_k``, ``5``, and between brackets for ``N - 1``."""
    signs = [k for k in range(start, end) if tokens[k].text in ("+", "-")]
    cuts = [start - 1, *signs, end]
    if not all(_is_term(tokens[a + 1 : b]) for a, b in pairwise(cuts)):
        return False
    opened = start == 0 or tokens[start - 1].text in OPENS
    closed = end == len(tokens) or tokens[end].text in CLOSES
    return not signs or (opened and closed)


def _is_term(piece: Cell) -> bool:
    """True for ``N``, ``d_k`` and ``5``."""
    if len(piece) == 1:
        return is_name(piece[0]) or (piece[0].kind == "number" and piece[0].text.isdigit())
    return len(piece) > 2 and is_name(piece[0]) and piece[1].kind == "sub" and group_end(piece, 2) == len(piece)


def _shifted(position: Cell, by: int) -> Cell | None:
    """A position some places further on: ``N`` by -1 is ``N - 1``."""
    if by == 0:
        return position
    t = position[-1]
    if len(position) == 1 and t.kind == "number":
        value = int(t.text) + by
        return (replace(t, text=str(value)),) if value >= 0 else None
    constant = 0
    if t.kind == "number" and t.text.isdigit() and position[-2].text in ("+", "-"):
        constant, position = int(position[-2].text + t.text), position[:-2]
    constant += by
    sign = replace(t, kind="symbol", text="-" if constant < 0 else "+")
    return (*position, sign, replace(t, kind="number", text=str(abs(constant)))) if constant else position


def _filled(entry: Cell, places: Sequence[int], value: Cell) -> Cell:
    """An entry with a position at its places."""
    out: list[Token] = []
    for k, t in enumerate(entry):
        out += value if k in places else (t,)
    return tuple(out)
