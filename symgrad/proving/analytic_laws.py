"""Laws of exponentials, roots and Cholesky factors inside of sums: ``L L^\\top = A``, ``log det A = 2 sum_k log L_kk``,
and those of ``function_places``."""

from __future__ import annotations

from fractions import Fraction

from symgrad.proving.analytic_heads import ANALYTIC, opened_function
from symgrad.proving.attempt import Attempt, Mono, Part, Poly
from symgrad.proving.elementary_laws import argument, log
from symgrad.proving.function_places import moved
from symgrad.proving.function_slopes import closed_slope
from symgrad.proving.inverse_laws import Summand, cancelled
from symgrad.proving.matrix_heads import determinant, inverse
from symgrad.proving.matrix_parts import (
    Matrix,
    at,
    count,
    fresh_axes,
    fresh_entry,
    lone,
    mentions,
    opened_inverse,
)
from symgrad.proving.poly import mul, scale


def simplified(ctx: Attempt, bound: tuple[int, ...], factors: Mono) -> list[Summand] | None:
    """The sums that a sum of products is after one law; None if none applies."""
    found = cancelled(ctx, bound, factors)
    if found is not None or not ctx.met_analytic:
        return found
    found = (
        _product_of_cholesky_factors(ctx, bound, factors)
        or _sum_of_logarithms(ctx, bound, factors)
        or closed_slope(ctx, bound, factors)
    )
    if found is not None:
        return found
    for part in factors:
        if part[2] == 1 and ctx.heads[part[0]].kind in ANALYTIC:
            found = moved(ctx, bound, factors, part)
            if found is not None:
                return found
    return None


def _product_of_cholesky_factors(ctx: Attempt, bound: tuple[int, ...], factors: Mono) -> list[Summand] | None:
    """``sum_m L_{km} L_{lm} = A_{kl}``, and ``sum_m V_{mk} V_{ml} = (A^{-1})_{kl}`` for ``V = L^{-1}``"""
    lower = [(x, found) for x in factors if x[2] == 1 and (found := _opened_factor(ctx, x)) is not None]
    for n, (x, (undone, matrix, m, k)) in enumerate(lower):
        for y, (also_undone, other, met, l) in lower[n + 1 :]:  # noqa: E741
            if undone != also_undone or m != met or m in (k, l) or m not in bound or count(ctx, factors, m) != 2:
                continue
            if mentions(ctx, matrix, m) or fresh_entry(ctx, other) != fresh_entry(ctx, matrix):
                continue
            ctx.note("L L^T = A")
            rest: Poly = {tuple(z for z in factors if z is not x and z is not y): 1}
            product = inverse(ctx, fresh_axes(ctx, matrix), k, l) if undone else at(ctx, matrix, k, l)
            return [(tuple(b for b in bound if b != m), mul(ctx, rest, product))]
    return None


def _opened_factor(ctx: Attempt, x: Part) -> tuple[bool, Matrix, int, int] | None:
    """For an entry ``L_{km}`` of a Cholesky factor, or ``V_{mk}`` of its inverse: whether it is the inverse, ``A``, and
    the positions ``m`` and ``k``."""
    kind = ctx.heads[x[0]].kind
    if kind == "cholesky":
        matrix, k, m = opened_function(ctx, x)
        return False, matrix, m, k
    if kind != "inverse":
        return None
    of, first, second = opened_inverse(ctx, x)
    part = lone(ctx, of, "cholesky")
    if part is None:
        return None
    matrix, row, _ = opened_function(ctx, part)
    return (True, matrix, first, second) if row == of.row else (True, matrix, second, first)


def _sum_of_logarithms(ctx: Attempt, bound: tuple[int, ...], factors: Mono) -> list[Summand] | None:
    """``sum_k log L_{kk} = log(det A) / 2``"""
    if len(factors) != 1 or len(bound) != 1 or factors[0][2] != 1 or ctx.heads[factors[0][0]].kind != "log":
        return None
    inside = argument(ctx, factors[0])
    if len(inside) != 1:
        return None
    ((mono, c),) = inside.items()
    if c != 1 or len(mono) != 1 or mono[0][2] != 1 or ctx.heads[mono[0][0]].kind != "cholesky":
        return None
    matrix, k, l = opened_function(ctx, mono[0])  # noqa: E741
    if k != l or k != bound[0] or mentions(ctx, matrix, k):
        return None
    ctx.note("log det A = 2 sum_k log L_kk")
    return [((), scale(log(ctx, determinant(ctx, matrix)), Fraction(1, 2)))]
