"""Inverses and determinants of matrices of blocks, by a block on the diagonal and its Schur complement.

With an invertible block ``A``, ``S = D - C A^{-1} B``: ``det M = det A det S``, and the inverse consists of
``A^{-1} + A^{-1} B S^{-1} C A^{-1}``, ``-A^{-1} B S^{-1}``, ``-S^{-1} C A^{-1}`` and ``S^{-1}``. That ``A`` and ``S``
are invertible is a condition of what is found so. Where a block on the diagonal is zero, rows of blocks change places
if that leaves square blocks other than zero there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import permutations
from typing import NamedTuple

from symgrad.core.nodes import ONE, Add, Delta, Expr, Sum
from symgrad.core.substitute import substitute
from symgrad.reading.meaning.block_matrices import REMEDY, BlockMatrix, each, from_blocks, plus, times
from symgrad.reading.meaning.open_index import same_range
from symgrad.reading.meaning.values import (
    ReadValue,
    ShapeMismatch,
    elementwise,
    flat_product,
    is_zero,
    negative,
    parenthesized,
    refreshed,
)
from symgrad.reading.tree.scripts import error
from symgrad.text.source import Span

MOST_ROWS = 5
"""The most rows of blocks of which all orders are looked at."""
Rows = Sequence[Sequence[ReadValue]]
OfOne = Callable[[ReadValue, Span], ReadValue]
"""The inverse or the determinant of a single block, a number among them."""


def block_inverse(value: BlockMatrix, invert: OfOne, span: Span) -> ReadValue:
    """``M^{-1}``"""
    rows = _rows_in_place(value, span)
    if rows is not None:
        # the columns of the inverse change places as the rows did
        turned = _inverse([value.grid[r] for r in rows], invert, span)
        return from_blocks([[row[rows.index(k)] for k in range(len(rows))] for row in turned], span)
    order = _pivot_first(value, span)
    grid = [[value.grid[r][c] for c in order] for r in order]
    found = _inverse(grid, invert, span)
    back = [order.index(k) for k in range(len(order))]
    return from_blocks([[found[r][c] for c in back] for r in back], span)


def block_determinant(value: BlockMatrix, of_one: OfOne, invert: OfOne, span: Span) -> ReadValue:
    """``\\det M``"""
    rows = _rows_in_place(value, span)
    if rows is not None:
        grid: Rows = [value.grid[r] for r in rows]
        body = flat_product(_sign(value, rows, of_one, span), of_one(refreshed(grid[0][0]), span).body)
    else:
        order = _pivot_first(value, span)
        grid = [[value.grid[r][c] for c in order] for r in order]
        body = of_one(refreshed(grid[0][0]), span).body
    while len(grid) > 1:
        grid = _parts(grid, invert, span).complement
        body = flat_product(body, of_one(refreshed(grid[0][0]), span).body)
    return ReadValue(body)


def block_trace(value: BlockMatrix, span: Span) -> ReadValue:
    """``\\operatorname{tr} M``: the sum of the traces of the blocks on the diagonal."""
    _require_square(value, span)
    traces = []
    for block in (value.grid[k][k] for k in range(len(value.grid))):
        body = block.body
        if block.axes:
            k = block.axes[0].fresh("bound")
            body = Sum(k, substitute(body, dict.fromkeys(block.axes, k)))
        traces.append(ReadValue(body))
    return elementwise(Add, traces, span, "a trace")


def _require_square(value: BlockMatrix, span: Span) -> None:
    """Refuse a matrix whose rows and columns are not divided alike."""
    if len(value.grid) != len(value.grid[0]):
        raise error("SG112", "the rows and columns of this matrix are not divided alike", span, REMEDY)
    for k in range(len(value.grid)):
        axes = value.grid[k][k].axes
        if len(axes) == 1 or (axes and not same_range(*axes)):
            raise ShapeMismatch("a block on the diagonal that is not square", value.grid[k][k], value.grid[k][k], span)


def _rows_in_place(value: BlockMatrix, span: Span) -> tuple[int, ...] | None:
    """The order of the rows in which no block on the diagonal is zero; None if it is theirs, or if there is none."""
    _require_square(value, span)
    count = len(value.grid)
    if count > MOST_ROWS or not any(is_zero(value.grid[k][k]) for k in range(count)):
        return None
    orders = sorted(permutations(range(count)), key=lambda rows: sum(r != k for k, r in enumerate(rows)))
    return next((o for o in orders if all(_is_pivot(value.grid[r][k]) for k, r in enumerate(o))), None)


def _is_pivot(block: ReadValue) -> bool:
    """True for a square block other than zero, and for a number."""
    square = not block.axes or (len(block.axes) == 2 and same_range(*block.axes))
    return square and not is_zero(block)


def _sign(value: BlockMatrix, rows: tuple[int, ...], of_one: OfOne, span: Span) -> Expr:
    """The sign of an order of rows: each cycle of an even number of blocks, which all have ``n`` rows, gives
    ``(-1)^{n} = \\det(-I)``."""
    body: Expr = ONE
    left = set(range(len(rows)))
    while left:
        start = here = left.pop()
        length = 1
        while rows[here] != start:
            here = rows[here]
            left.discard(here)
            length += 1
        if length % 2 == 0:
            block = refreshed(value.grid[rows[start]][start])
            unit = ReadValue(Delta(*block.axes), block.axes) if block.axes else ReadValue(ONE)
            body = flat_product(body, of_one(_negative(unit), span).body)
    return body


def _pivot_first(value: BlockMatrix, span: Span) -> list[int]:
    """The places on the diagonal, those of zeros last."""
    _require_square(value, span)
    order = sorted(range(len(value.grid)), key=lambda k: is_zero(value.grid[k][k]))
    if is_zero(value.grid[order[0]][order[0]]):
        message = "a matrix of blocks with nothing but zeros on its diagonal has no Schur complement"
        raise error("SG112", message, span, REMEDY)
    return order


class _Parts(NamedTuple):
    """The inverse of the first block ``A``, ``B`` and ``C`` beside it, and the Schur complement ``D - C A^{-1} B``."""

    inverse: ReadValue
    above: ReadValue
    beside: ReadValue
    complement: Rows


def _parts(grid: Rows, invert: OfOne, span: Span) -> _Parts:
    inverse = BlockMatrix(((invert(refreshed(grid[0][0]), span),),), span)
    above = BlockMatrix((tuple(grid[0][1:]),), span)
    beside = BlockMatrix(tuple((row[0],) for row in grid[1:]), span)
    rest = BlockMatrix(tuple(tuple(row[1:]) for row in grid[1:]), span)
    taken = each(_joined(span, beside, inverse, above), _negative)
    return _Parts(inverse, above, beside, _grid(plus([_copied(rest), _as_grid(taken, span)], span)))


def _joined(span: Span, *parts: ReadValue) -> ReadValue:
    """The product of these matrices."""
    out = _as_grid(_copied(parts[0]), span)
    for p in parts[1:]:
        out = _as_grid(times(out, _as_grid(_copied(p), span), span), span)
    return out


def _inverse(grid: Rows, invert: OfOne, span: Span) -> Rows:
    """The blocks of the inverse."""
    if len(grid) == 1:
        return [[invert(refreshed(grid[0][0]), span)]]
    p = _parts(grid, invert, span)
    below = BlockMatrix(tuple(map(tuple, _inverse(p.complement, invert, span))), span)
    last = _joined(span, p.inverse, p.above, below)
    first = plus([_as_grid(_copied(p.inverse), span), _as_grid(_joined(span, last, p.beside, p.inverse), span)], span)
    top = [_grid(first)[0][0], *_grid(each(last, _negative))[0]]
    left = _grid(each(_joined(span, below, p.beside, p.inverse), _negative))
    return [top, *([left[k][0], *below.grid[k]] for k in range(len(below.grid)))]


def _negative(value: ReadValue) -> ReadValue:
    return value if is_zero(value) else negative(parenthesized(value))


def _copied(value: ReadValue) -> ReadValue:
    """The value over axes of its own."""
    return each(value, refreshed)


def _grid(value: ReadValue) -> Rows:
    return value.grid if isinstance(value, BlockMatrix) else ((value,),)


def _as_grid(value: ReadValue, span: Span) -> ReadValue:
    return value if isinstance(value, BlockMatrix) else BlockMatrix(((value,),), span)
