"""Exponentials, square roots and Cholesky factors of matrices as parts.

The part of an entry of ``f(M)`` holds the matrix as a template, as that of an inverse does: ``f(M)_{kl}`` joins ``k``
to the row of ``M`` and ``l`` to its column. The canonical labelling does not tell the ends apart, so that
``f(M^\\top)`` is the transpose of ``f(M)``. The ends of a Cholesky factor are told apart.
"""

from __future__ import annotations

from fractions import Fraction

from symgrad.proving.attempt import Attempt, Mono, Part, Poly, Slots
from symgrad.proving.closed_forms import is_positive
from symgrad.proving.common_factors import primitive_part
from symgrad.proving.elementary_laws import exp
from symgrad.proving.indicators import delta
from symgrad.proving.interner import Head, Number
from symgrad.proving.matrix_parts import Matrix, at, diagonal_of, holds, lone, on_diagonal, opened_inverse
from symgrad.proving.poly import accumulate, divide, mul, open_template, replace_throughout, scale, single
from symgrad.proving.powers import power
from symgrad.proving.sum_laws import sum_over
from symgrad.proving.templates import poly_terms, to_template

ANALYTIC = ("exponential", "root")
"""Functions with a power series: what commutes with a matrix commutes with these of it."""


def function_of_matrix(ctx: Attempt, name: str, matrix: Matrix, k: int, l: int) -> Poly:  # noqa: E741
    """An entry of a function by its name in the table."""
    return _FUNCTIONS[name](ctx, matrix, k, l)


def exponential(ctx: Attempt, matrix: Matrix, k: int, l: int) -> Poly:  # noqa: E741  # rows and columns of formulas
    """``(e^M)_{kl}``; of a diagonal matrix that of its diagonal, and ``e^{M + c I} = e^c e^M``."""
    ctx.budget.tick()
    diagonal = diagonal_of(ctx, matrix) if matrix.entry else {}
    if diagonal is not None:
        here = replace_throughout(ctx, diagonal, matrix.row, k)
        return mul(ctx, delta(ctx, k, l), exp(ctx, here))
    rest: Poly = {}
    multiple: Poly = {}
    for mono, c in matrix.entry.items():
        loose = tuple(x for x in mono if ctx.heads[x[0]].kind != "delta")
        one = diagonal_of(ctx, Matrix({mono: c}, matrix.row, matrix.column)) is not None
        if one and not any(holds(ctx, x, i) for x in loose for i in (matrix.row, matrix.column)):
            accumulate(multiple, {loose: c})
        else:
            accumulate(rest, {mono: c})
    found = _part(ctx, "exponential", Matrix(rest, matrix.row, matrix.column), k, l)
    if multiple:
        ctx.note("e^{M + c I} = e^c e^M")
        return mul(ctx, exp(ctx, multiple), found)
    return found


def square_root(ctx: Attempt, matrix: Matrix, k: int, l: int) -> Poly:  # noqa: E741
    """``(M^{1/2})_{kl}``, without the positive numbers in front of ``M``"""
    ctx.budget.tick()
    diagonal = diagonal_of(ctx, matrix) if matrix.entry else {}
    if diagonal is not None:
        here = replace_throughout(ctx, diagonal, matrix.row, k)
        return mul(ctx, delta(ctx, k, l), power(ctx, here, Fraction(1, 2)) if here else {})
    if lone(ctx, matrix, "inverse") is not None:
        return _root_of_inverse(ctx, matrix, k, l)
    content, number, _ = primitive_part(ctx, matrix.entry, True)
    ends = (matrix.row, matrix.column)
    outside = tuple(
        x for x in content if not any(holds(ctx, x, i) for i in ends) and is_positive(ctx, {((x[0], x[1], 1),): 1})
    )
    size = number if number > 0 else -number
    taken: Poly = {tuple((h, s, -e) for h, s, e in outside): divide(1, size)}
    core = Matrix(mul(ctx, matrix.entry, taken), *ends)
    return mul(ctx, power(ctx, {outside: size}, Fraction(1, 2)), _part(ctx, "root", core, k, l))


def _root_of_inverse(ctx: Attempt, matrix: Matrix, k: int, l: int) -> Poly:  # noqa: E741
    """``(M^{-1})^{1/2} = M^{-1} M^{1/2}``"""
    part = lone(ctx, matrix, "inverse")
    assert part is not None  # the caller has looked
    inside, first, _ = opened_inverse(ctx, part)
    between = ctx.positions.fresh(ctx.positions.ranges.get(matrix.row))
    ends = (between, l) if first == matrix.row else (l, between)
    ctx.note("(A^{-1})^{1/2} = A^{-1} A^{1/2}")
    return sum_over(ctx, mul(ctx, at(ctx, matrix, k, between), square_root(ctx, inside, *ends)), between)


def cholesky_factor(ctx: Attempt, matrix: Matrix, k: int, l: int) -> Poly:  # noqa: E741
    """``\\operatorname{chol}(M)_{kl}``; ``M`` is symmetric wherever this is defined."""
    ctx.budget.tick()
    diagonal = diagonal_of(ctx, matrix)
    if matrix.entry and diagonal is not None:
        here = replace_throughout(ctx, diagonal, matrix.row, k)
        return mul(ctx, delta(ctx, k, l), power(ctx, here, Fraction(1, 2)))
    ctx.met_analytic = True
    row = ctx.interner.leaf("end", "lower row", 1, "lower row").id
    column = ctx.interner.leaf("end", "lower column", 1, "lower column").id
    ends: Mono = tuple(sorted(((row, (k,), 1), (column, (l,), 1))))
    axes = (matrix.row, matrix.column)
    return single(ctx, *to_template(ctx, "cholesky", "", [*poly_terms(matrix.entry), ((1, 1), ends)], axes))


def _part(ctx: Attempt, kind: str, matrix: Matrix, k: int, l: int) -> Poly:  # noqa: E741
    ctx.met_analytic = True
    end = ctx.interner.leaf("end", "end", 2, "end").id
    ends: Mono = tuple(sorted(((end, (k, matrix.row), 1), (end, (l, matrix.column), 1))))
    axes = (matrix.row, matrix.column)
    made = min(
        to_template(ctx, kind, "", [*poly_terms(entry), ((1, 1), ends)], axes) for entry in on_diagonal(ctx, matrix)
    )
    return single(ctx, *made)


def opened_function(ctx: Attempt, part: Part) -> tuple[Matrix, int, int]:
    """The matrix of a part that is an entry of a function, and the positions ``k``, ``l`` of ``f(M)_{kl}``."""
    head = ctx.heads[part[0]]
    (first, second), polys = open_template(ctx, head, part[1])
    ((ends, _),) = polys[1].items()
    if head.kind == "cholesky":
        where = {ctx.heads[h].of: slots[0] for h, slots, _ in ends}
        return Matrix(polys[0], first, second), where["lower row"], where["lower column"]
    joined = {slots[1]: slots[0] for _, slots, _ in ends}
    return Matrix(polys[0], first, second), joined[first], joined[second]


def negative(matrix: Matrix) -> Matrix:
    return Matrix(scale(matrix.entry, -1), matrix.row, matrix.column)


def rebuild_function(ctx: Attempt, head: Head, slots: Slots, e: Number) -> Poly:
    matrix, k, l = opened_function(ctx, (head.id, slots, 1))  # noqa: E741
    return power(ctx, function_of_matrix(ctx, head.kind, matrix, k, l), e)


_FUNCTIONS = {"exponential": exponential, "root": square_root, "cholesky": cholesky_factor}
