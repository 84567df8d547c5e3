"""Equations of matrices of blocks: one claim for each block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symgrad.core.nodes import ZERO
from symgrad.reading.meaning.block_matrices import REMEDY, BlockMatrix, is_unsized, positions
from symgrad.reading.meaning.chain_sides import RawValue, Side, Unreadable
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.values import ReadValue, is_zero
from symgrad.reading.tree.syntax import Sym
from symgrad.text.diagnostic import Diagnostic


def by_blocks(el: Reading, sides: Sequence[Side]) -> list[tuple[str, list[Side]]]:
    """The sides of a chain at each block, with its place; the sides themselves where none has blocks."""
    lead = next((s.raw for s in sides if isinstance(s, RawValue) and isinstance(s.raw, BlockMatrix)), None)
    if lead is None:
        return [("", list(sides))]
    places = positions(lead)
    return [(f"{r + 1}, {c + 1}", [_at(el, s, r, c, places) for s in sides]) for r, c in places]


def _at(el: Reading, side: Side, row: int, column: int, places: list[tuple[int, int]]) -> Side:
    """One block of a side; ``I`` and 0 are divided as the other sides are."""
    if not isinstance(side, RawValue):
        return side
    raw = side.raw
    if isinstance(raw, BlockMatrix):
        if positions(raw) == places:
            block = raw.grid[row][column]
            return replace(side, raw=ReadValue(ZERO) if is_unsized(block) else block)
    elif is_zero(raw) or (isinstance(side.node, Sym) and side.node.key == "I"):
        return replace(side, raw=el.value(side.node) if row == column else ReadValue(ZERO))
    problem = Diagnostic("SG112", "the sides of this equation are not divided alike", side.span, REMEDY)
    return Unreadable(side.span, side.text, problem)
