"""Matrices as polynomials with a row and a column position, and what is seen of them at once."""

from __future__ import annotations

from typing import NamedTuple

from symgrad.proving.attempt import Attempt, Mono, Part, Poly
from symgrad.proving.poly import accumulate, merge, open_template, replace_throughout


class Matrix(NamedTuple):
    """A matrix: its entry at the positions ``row`` and ``column``, which are indices of their own."""

    entry: Poly
    row: int
    column: int


def at(ctx: Attempt, matrix: Matrix, row: int, column: int) -> Poly:
    """The entry of a matrix at other positions."""
    middle = ctx.positions.fresh(ctx.positions.ranges.get(matrix.row))
    moved = replace_throughout(ctx, matrix.entry, matrix.row, middle)
    moved = replace_throughout(ctx, moved, matrix.column, column)
    return replace_throughout(ctx, moved, middle, row)


def fresh_axes(ctx: Attempt, matrix: Matrix) -> Matrix:
    """The matrix over indices of its own."""
    range_ = ctx.positions.ranges.get(matrix.row)
    row, column = ctx.positions.fresh(range_), ctx.positions.fresh(range_)
    return Matrix(at(ctx, matrix, row, column), row, column)


def opened_inverse(ctx: Attempt, part: Part) -> tuple[Matrix, int, int]:
    """The matrix of a part that is an entry of an inverse, and the positions ``k``, ``l`` of ``(M^{-1})_{kl}``."""
    (first, second), polys = open_template(ctx, ctx.heads[part[0]], part[1])
    ((ends, _),) = polys[1].items()
    joined = {slots[1]: slots[0] for _, slots, _ in ends}
    return Matrix(polys[0], first, second), joined[second], joined[first]


def on_diagonal(ctx: Attempt, matrix: Matrix) -> list[Poly]:
    """The entry of a matrix, and the same with its terms on the diagonal at the other axis."""
    wanted = {matrix.row, matrix.column}
    moved: Poly = {}
    for mono, c in matrix.entry.items():
        deltas = tuple(x for x in mono if ctx.heads[x[0]].kind == "delta" and set(x[1]) == wanted)
        rest: Poly = {tuple(x for x in mono if x not in deltas): c}
        if deltas:
            here = matrix.row if any(holds(ctx, x, matrix.row) for m in rest for x in m) else matrix.column
            rest = replace_throughout(ctx, rest, here, matrix.column if here == matrix.row else matrix.row)
        for m, k in rest.items():
            accumulate(moved, {merge(m, deltas): k})
    return [matrix.entry] if moved == matrix.entry else [matrix.entry, moved]


def holds(ctx: Attempt, part: Part, index: int) -> bool:
    return any(ctx.positions.contains(s, index) for s in part[1])


def diagonal_of(ctx: Attempt, matrix: Matrix) -> Poly | None:
    """The diagonal of ``delta_{ij} f(i)``, at the row; None for other matrices."""
    wanted = tuple(sorted((matrix.row, matrix.column)))
    rest: Poly = {}
    for mono, c in matrix.entry.items():
        deltas = [x for x in mono if ctx.heads[x[0]].kind == "delta" and tuple(sorted(x[1])) == wanted]
        if len(deltas) != 1:
            return None
        accumulate(rest, {tuple(x for x in mono if x is not deltas[0]): c})
    return replace_throughout(ctx, rest, matrix.column, matrix.row)


def lone(ctx: Attempt, matrix: Matrix, kind: str) -> Part | None:
    """The only factor of the only term of a matrix, if it is of this kind."""
    if len(matrix.entry) != 1:
        return None
    ((mono, c),) = matrix.entry.items()
    return mono[0] if len(mono) == 1 and c == 1 and mono[0][2] == 1 and ctx.heads[mono[0][0]].kind == kind else None


def fresh_entry(ctx: Attempt, matrix: Matrix) -> Poly:
    """The entry of a matrix at two positions that are always the same, for comparison."""
    range_ = ctx.positions.ranges.get(matrix.row)
    key = ("compared", range_)
    if key not in ctx.compared:
        ctx.compared[key] = ctx.positions.fresh(range_), ctx.positions.fresh(range_)
    return at(ctx, matrix, *ctx.compared[key])


def mentions(ctx: Attempt, matrix: Matrix, *indices: int) -> bool:
    """True if the matrix is one of a family over one of these positions."""
    return any(ctx.positions.contains(s, i) for m in matrix.entry for x in m for s in x[1] for i in indices)


def count(ctx: Attempt, factors: Mono, index: int) -> int:
    """How often an index stands in the positions of some factors."""
    return sum(1 for x in factors for s in x[1] if ctx.positions.contains(s, index))
