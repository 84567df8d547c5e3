"""Matrices of blocks: ``\\begin{pmatrix} A & B \\\\ C & D \\end{pmatrix}``.

Such a matrix has no entry at a position that one expression could give. It is kept as the grid of its blocks; products,
sums and transposes are taken block by block, and what can't be taken so is not read.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

from symgrad.core.nodes import ZERO, Add
from symgrad.core.ranges import Index
from symgrad.reading.meaning.open_index import OpenIndex, same_range
from symgrad.reading.meaning.values import (
    ReadValue,
    ShapeMismatch,
    elementwise,
    is_zero,
    multiply,
    parenthesized,
    refreshed,
    transpose,
)
from symgrad.reading.tree.scripts import error
from symgrad.text.source import Span

REMEDY = "write the equation for each block"
Grid = tuple[tuple[ReadValue, ...], ...]


class BlockMatrix(ReadValue):
    """A matrix by its blocks. It has no ``body`` and no ``axes``: what asks for them does not read blocks."""

    __slots__ = ("grid", "span")
    grid: Grid
    span: Span

    def __init__(self, grid: Grid, span: Span) -> None:
        for name, value in (("grid", grid), ("span", span), ("row", False), ("derivative", False)):
            object.__setattr__(self, name, value)
        for name, nothing in (("jacobian", None), ("listed", False), ("groups", ()), ("stacked", False)):
            object.__setattr__(self, name, nothing)

    @property
    def body(self) -> None:  # type: ignore[override]
        raise error("SG112", "a matrix of blocks is not read here", self.span, REMEDY)

    axes = body  # type: ignore[assignment]


def from_blocks(values: Sequence[Sequence[ReadValue]], span: Span) -> ReadValue:
    """The matrix of these blocks, in which a lone 0 stands for a block of zeros; a lone block is itself."""
    heights = [_length(row, 0, span) for row in values]
    widths = [_length(column, 1, span) for column in zip(*values, strict=True)]
    grid = tuple(
        tuple(_fitted(v, h, w, span) for v, w in zip(row, widths, strict=True))
        for row, h in zip(values, heights, strict=True)
    )
    return grid[0][0] if len(grid) == len(grid[0]) == 1 else BlockMatrix(grid, span)


def has_blocks(values: Sequence[Sequence[ReadValue]]) -> bool:
    """True if entries are matrices, columns below each other, or rows side by side."""
    if any(isinstance(v, BlockMatrix) for row in values for v in row):
        return False
    shapes = [(len(v.axes), v.row) for row in values for v in row]
    below, beside = len(values) > 1, len(values[0]) > 1
    return any(n == 2 or (n == 1 and (beside if row else below)) for n, row in shapes) and not any(
        v.groups for row in values for v in row
    )


def _length(blocks: Sequence[ReadValue], side: int, span: Span) -> Index | None:
    """The axis that the blocks of a row (side 0) or of a column (side 1) have in common; None for a single line."""
    shown = [v for v in blocks if v.axes or not is_zero(v)]
    axes = [v.axes[side] if len(v.axes) == 2 else v.axes[0] if v.axes and v.row == bool(side) else None for v in shown]
    if not axes:
        return OpenIndex("k", None, "free")  # what stands beside this matrix says how many zeros
    return max(axes, key=lambda a: (a is not None, a is not None and a.range is not None))


def is_unsized(value: ReadValue) -> bool:
    """True for zeros of which nothing says how many they are; a lone number 0 is one of them."""
    return is_zero(value) and any(a.range is None for a in value.axes)


def _fitted(value: ReadValue, height: Index | None, width: Index | None, span: Span) -> ReadValue:
    """A block of this height and width."""
    wanted = tuple(a for a in (height, width) if a is not None)
    row = height is None and width is not None
    if is_zero(value):
        axes = tuple(OpenIndex(a.letter, a.range, "free") for a in wanted)
        for axis, other in zip(axes, wanted, strict=True):
            same_range(axis, other)
        return ReadValue(ZERO, axes, row)
    like = ReadValue(value.body, wanted, row)
    fits = len(value.axes) == len(wanted) and (len(wanted) == 2 or value.row == row)
    if not fits or not all(map(same_range, value.axes, wanted)):
        raise ShapeMismatch("a block that does not fit its row and column", like, value, span)
    return value


def transposed(value: BlockMatrix, span: Span) -> ReadValue:
    """``M^\\top``: the transposes of the blocks, rows and columns exchanged."""
    turned = tuple(tuple(transpose(v, span) for v in column) for column in zip(*value.grid, strict=True))
    return BlockMatrix(turned, value.span)


def each(value: ReadValue, f: Callable[[ReadValue], ReadValue]) -> ReadValue:
    """The value with a function of values applied to it, to all blocks if it has some."""
    if not isinstance(value, BlockMatrix):
        return f(value)
    return BlockMatrix(tuple(tuple(map(f, row)) for row in value.grid), value.span)


def times(left: ReadValue, right: ReadValue, span: Span) -> ReadValue:
    """The product of two matrices of blocks, or of one and a number. ``A [B, C]`` has an undivided factor."""
    if isinstance(left, BlockMatrix) and not isinstance(right, BlockMatrix) and right.axes and len(left.grid[0]) == 1:
        right = BlockMatrix(((right,),), span)
    if isinstance(right, BlockMatrix) and not isinstance(left, BlockMatrix) and left.axes and len(right.grid) == 1:
        left = BlockMatrix(((left,),), span)
    if not isinstance(left, BlockMatrix) or not isinstance(right, BlockMatrix):
        scalar, matrix = (right, left) if isinstance(left, BlockMatrix) else (left, right)
        if scalar.axes:
            raise error("SG112", "a product with a matrix of blocks takes blocks", span, REMEDY)
        return each(matrix, lambda v: multiply(refreshed(scalar), v, span)[0])
    if len(left.grid[0]) != len(right.grid):
        raise error("SG112", "these matrices are not divided alike", span, REMEDY)
    columns = list(zip(*right.grid, strict=True))
    rows = [[_inner(row, column, span) for column in columns] for row in left.grid]
    return from_blocks(rows, span)


def _inner(row: Sequence[ReadValue], column: Sequence[ReadValue], span: Span) -> ReadValue:
    """``A_1 B_1 + A_2 B_2``"""
    for a, b in zip(row, column, strict=True):
        if is_unsized(a) or is_unsized(b):
            continue
        inner, outer = a.axes[-1:] if len(a.axes) == 2 or a.row else (), b.axes[:1] if not b.row else ()
        if len(inner) != len(outer) or not all(map(same_range, inner, outer)):
            raise ShapeMismatch("a product of blocks that do not conform", a, b, span)
    terms = [
        multiply(parenthesized(refreshed(a)), parenthesized(refreshed(b)), span)[0]
        for a, b in zip(row, column, strict=True)
        if not is_zero(a) and not is_zero(b)
    ]
    if not terms:
        return _zero_product(row[0], column[0])
    return terms[0] if len(terms) == 1 else elementwise(Add, terms, span, "a sum of blocks")


def _zero_product(left: ReadValue, right: ReadValue) -> ReadValue:
    """The block of zeros that a product with zeros is."""
    rows = left.axes[:1] if not left.row else ()
    columns = right.axes[-1:] if len(right.axes) == 2 or right.row else ()
    axes = tuple(a.fresh() for a in (*rows, *columns))
    return ReadValue(ZERO, axes, not rows and bool(columns))


def plus(values: Sequence[ReadValue], span: Span) -> ReadValue:
    """The sum of matrices that are divided alike."""
    grids = [v.grid for v in values if isinstance(v, BlockMatrix)]
    shapes = {(len(g), len(g[0])) for g in grids}
    if len(grids) != len(values) or len(shapes) != 1:
        raise error("SG112", "these matrices are not divided alike", span, REMEDY)
    ((height, width),) = shapes
    return from_blocks([[_sum([g[r][c] for g in grids], span) for c in range(width)] for r in range(height)], span)


def _sum(blocks: Sequence[ReadValue], span: Span) -> ReadValue:
    """``A_1 + A_2``; zeros have the shape of what they are added to."""
    shown = [b for b in blocks if not is_zero(b)] or blocks[:1]
    return elementwise(Add, shown, span, "a sum of blocks") if len(shown) > 1 else shown[0]


def positions(value: BlockMatrix) -> list[tuple[int, int]]:
    """The places of the blocks, row by row."""
    return list(product(range(len(value.grid)), range(len(value.grid[0]))))
