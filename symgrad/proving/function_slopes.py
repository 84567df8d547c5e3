"""Derivatives of exponentials and roots of matrices, as parts with four positions.

``f(M) = sum_p c_p M^p`` changes by ``Df(M)[D] = sum_{yz} S_{xyzw} D_{yz}`` with ``S_{xyzw} = sum_{ij} c_{i+j+1}
(M^i)_{xy} (M^j)_{zw}``. The part of ``S`` holds ``M`` as a template, and two pairs of ends, which may be exchanged:
``S_{xyzw} = S_{zwxy}``. Those of ``M^\\top`` are ``S_{yxwz}``. That makes ``Df(M)[D]`` linear in ``D`` by itself.
"""

from __future__ import annotations

from fractions import Fraction

from symgrad.proving.analytic_heads import exponential, square_root
from symgrad.proving.attempt import Attempt, Mono, Part, Poly, Slots
from symgrad.proving.function_places import LONGEST, commute, ends_of
from symgrad.proving.interner import Head, Number
from symgrad.proving.inverse_laws import Summand
from symgrad.proving.limits import Unsupported
from symgrad.proving.matrix_heads import inverse
from symgrad.proving.matrix_parts import Matrix, at, fresh_axes, holds
from symgrad.proving.poly import accumulate, mul, open_template, scale, single
from symgrad.proving.powers import power
from symgrad.proving.sum_laws import sum_over
from symgrad.proving.templates import poly_terms, to_template

SLOPES = {"exponential": "slope of an exponential", "root": "slope of a root"}
_FUNCTIONS = {kind: name for name, kind in SLOPES.items()}


def block_of_function(
    ctx: Attempt, name: str, blocks: Poly, rows: tuple[int, int], columns: tuple[int, int], at_rows: tuple[int, int]
) -> Poly:
    """``Df(M)[D]_{kl}`` as the block in the corner of a function of ``[[M, D], [0, M]]``, which has an axis of blocks
    in front of its rows and of its columns; ``at_rows``: ``k`` and ``l``"""
    matrix, direction = _taken_apart(ctx, blocks, rows, columns)
    k, l = at_rows  # noqa: E741  # rows and columns of formulas
    range_ = ctx.positions.ranges.get(matrix.row)
    y, z = ctx.positions.fresh(range_), ctx.positions.fresh(range_)
    slope = slope_part(ctx, SLOPES[name], matrix, ((k, y), (z, l)))
    return sum_over(ctx, mul(ctx, slope, at(ctx, direction, y, z)), y, z)


def _taken_apart(ctx: Attempt, blocks: Poly, rows: tuple[int, int], columns: tuple[int, int]) -> tuple[Matrix, Matrix]:
    """``M`` and ``D`` of ``[[M, D], [0, M]]``"""
    (s, row), (t, column) = rows, columns
    matrix: Poly = {}
    direction: Poly = {}
    for mono, c in blocks.items():
        deltas = [x for x in mono if ctx.heads[x[0]].kind == "delta" and (holds(ctx, x, s) or holds(ctx, x, t))]
        rest: Mono = tuple(x for x in mono if x not in deltas)
        if any(holds(ctx, x, i) for x in rest for i in (s, t)):
            raise Unsupported("a function of a matrix of blocks")
        if len(deltas) == 1 and set(deltas[0][1]) == {s, t}:
            accumulate(matrix, {rest: c})
        elif len(deltas) == 2:  # one of the row of blocks, one of the column
            accumulate(direction, {rest: c})
        else:
            raise Unsupported("a function of a matrix of blocks")
    return fresh_axes(ctx, Matrix(matrix, row, column)), fresh_axes(ctx, Matrix(direction, row, column))


def slope_part(ctx: Attempt, kind: str, matrix: Matrix, pairs: tuple[tuple[int, int], tuple[int, int]]) -> Poly:
    """``S_{xyzw}`` of a matrix that is not zero, for the pairs ``xy`` and ``zw``"""
    if not matrix.entry:
        raise Unsupported("the slope of a function at zero")
    ctx.met_analytic = True
    end = ctx.interner.leaf("end", "end", 2, "end").id
    ends: list[Mono] = [tuple(sorted(((end, (x, matrix.row), 1), (end, (y, matrix.column), 1)))) for x, y in pairs]
    terms = [*poly_terms(matrix.entry), *(((1, 1), pair) for pair in ends)]
    return single(ctx, *to_template(ctx, kind, "", terms, (matrix.row, matrix.column)))


def opened_slope(ctx: Attempt, part: Part) -> tuple[Matrix, tuple[tuple[int, int], tuple[int, int]]]:
    """The matrix and the pairs of a part that is a slope."""
    (first, second), polys = open_template(ctx, ctx.heads[part[0]], part[1])
    found = [{slots[1]: slots[0] for _, slots, _ in ends} for ends in polys[1]]
    one, other = (found[0], found[-1])
    return Matrix(polys[0], first, second), ((one[first], one[second]), (other[first], other[second]))


def closed_slope(ctx: Attempt, bound: tuple[int, ...], factors: Mono) -> list[Summand] | None:
    """``sum_{yz} S_{xyzw} C_{yz} = (C f'(M))_{xw}`` for a matrix that commutes with ``M``, the identity among them"""
    for part in factors:
        if ctx.heads[part[0]].kind not in _FUNCTIONS or part[2] != 1:
            continue
        matrix, pairs = opened_slope(ctx, part)
        rest: Mono = tuple(x for x in factors if x is not part)
        for (x, y), (z, w) in (pairs, pairs[::-1]):
            chain = _between(ctx, bound, rest, (y, z)) if y not in (x, w) and z not in (x, w) else None
            if chain is None:
                continue
            inside = {i for c in chain for i in ends_of(ctx, c) or ()} - {y, z}
            left: Mono = tuple(c for c in rest if c not in chain)
            direction = _product(ctx, chain, (y, z), inside)
            if direction is not None and not commute(ctx, direction, matrix):
                continue
            ctx.note("Df(M)[C] = C f'(M) for a C that commutes with M")
            between = x if direction is None else ctx.positions.fresh(ctx.positions.ranges.get(matrix.row))
            made = _first_derivative(ctx, _FUNCTIONS[ctx.heads[part[0]].kind], matrix, between, w)
            if direction is not None:
                made = sum_over(ctx, mul(ctx, at(ctx, direction, x, between), made), between)
            return [(tuple(b for b in bound if b not in (y, z, *inside)), mul(ctx, {left: 1}, made))]
    return None


def _between(ctx: Attempt, bound: tuple[int, ...], rest: Mono, ends: tuple[int, int]) -> list[Part] | None:
    """The factors that lead from one bound index to another and hold nothing else; no factors if both are one."""
    here, end = ends
    chain: list[Part] = []
    while here in bound and (here == end or len(chain) < LONGEST):
        after = [x for x in rest if x not in chain and holds(ctx, x, here)]
        if here == end:
            return chain if not after else None
        found = ends_of(ctx, after[0]) if len(after) == 1 else None
        if found is None or here not in found:
            return None
        chain.append(after[0])
        here = found[0] if found[1] == here else found[1]
    return None


def _product(ctx: Attempt, chain: list[Part], ends: tuple[int, int], inside: set[int]) -> Matrix | None:
    """The product of a chain as a matrix; None for an empty one."""
    if not chain:
        return None
    entry: Poly = {tuple(sorted(chain)): 1}
    return fresh_axes(ctx, Matrix(sum_over(ctx, entry, *inside) if inside else entry, *ends))


def _first_derivative(ctx: Attempt, name: str, matrix: Matrix, k: int, l: int) -> Poly:  # noqa: E741
    """``(e^x)' = e^x``, ``(x^{1/2})' = x^{-1} x^{1/2} / 2``"""
    if name == "exponential":
        return exponential(ctx, matrix, k, l)
    between = ctx.positions.fresh(ctx.positions.ranges.get(matrix.row))
    undone = inverse(ctx, fresh_axes(ctx, matrix), k, between)
    found = sum_over(ctx, mul(ctx, undone, square_root(ctx, matrix, between, l)), between)
    return scale(found, Fraction(1, 2))


def rebuild_slope(ctx: Attempt, head: Head, slots: Slots, e: Number) -> Poly:
    matrix, pairs = opened_slope(ctx, (head.id, slots, 1))
    return power(ctx, slope_part(ctx, head.kind, matrix, pairs), e)
