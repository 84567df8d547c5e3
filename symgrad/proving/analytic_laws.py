"""Laws of exponentials, roots and Cholesky factors inside of sums.

``e^A e^B = e^{A + B}`` if ``A`` and ``B`` commute, ``A^{1/2} A^{1/2} = A``, ``L L^\\top = A``. A function of a matrix
commutes with what its matrix commutes with: of all places that it may take in a product, it takes the one whose
canonical form is the smallest.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from symgrad.proving.analytic_heads import ANALYTIC, function_of_matrix, opened_function
from symgrad.proving.attempt import Attempt, Mono, Part, Poly, normal_slots
from symgrad.proving.elementary_laws import argument, log
from symgrad.proving.inverse_laws import Summand, cancelled
from symgrad.proving.matrix_heads import determinant, inverse
from symgrad.proving.matrix_parts import Matrix, at, fresh_axes, lone, opened_inverse
from symgrad.proving.poly import accumulate, mul, replace_throughout, scale
from symgrad.proving.position_ids import COMPOUND
from symgrad.proving.sum_laws import sum_over
from symgrad.proving.templates import to_template

LONGEST = 3
"""The most neighbours that are tried as one product that commutes, as ``X^\\top X`` with ``e^{X^\\top X}``."""
MOST_PLACES = 12


class Window(NamedTuple):
    """Neighbours in a product of matrices, from the position ``near`` to ``far``, whose product commutes with one."""

    factors: tuple[Part, ...]
    near: int
    far: int


def simplified(ctx: Attempt, bound: tuple[int, ...], factors: Mono) -> list[Summand] | None:
    """The sums that a sum of products is after one law; None if none applies."""
    found = cancelled(ctx, bound, factors)
    if found is not None or not ctx.met_analytic:
        return found
    found = _product_of_cholesky_factors(ctx, bound, factors) or _sum_of_logarithms(ctx, bound, factors)
    if found is not None:
        return found
    for part in factors:
        if part[2] == 1 and ctx.heads[part[0]].kind in ANALYTIC:
            found = _moved(ctx, bound, factors, part)
            if found is not None:
                return found
    return None


def _product_of_cholesky_factors(ctx: Attempt, bound: tuple[int, ...], factors: Mono) -> list[Summand] | None:
    """``sum_m L_{km} L_{lm} = A_{kl}``, and ``sum_m V_{mk} V_{ml} = (A^{-1})_{kl}`` for ``V = L^{-1}``"""
    lower = [(x, found) for x in factors if x[2] == 1 and (found := _opened_factor(ctx, x)) is not None]
    for n, (x, (undone, matrix, m, k)) in enumerate(lower):
        for y, (also_undone, other, met, l) in lower[n + 1 :]:  # noqa: E741
            if undone != also_undone or m != met or m in (k, l) or m not in bound or _count(ctx, factors, m) != 2:
                continue
            if _mentions(ctx, matrix, m) or fresh_entry(ctx, other) != fresh_entry(ctx, matrix):
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


def fresh_entry(ctx: Attempt, matrix: Matrix) -> Poly:
    """The entry of a matrix at two positions that are always the same, for comparison."""
    range_ = ctx.positions.ranges.get(matrix.row)
    key = ("compared", range_)
    if key not in ctx.compared:
        ctx.compared[key] = ctx.positions.fresh(range_), ctx.positions.fresh(range_)
    return at(ctx, matrix, *ctx.compared[key])


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
    if k != l or k != bound[0] or _mentions(ctx, matrix, k):
        return None
    ctx.note("log det A = 2 sum_k log L_kk")
    return [((), scale(log(ctx, determinant(ctx, matrix)), Fraction(1, 2)))]


# --- products with what commutes ------------------------------------------------------------------------


def _moved(ctx: Attempt, bound: tuple[int, ...], factors: Mono, part: Part) -> list[Summand] | None:
    """A function of a matrix joined with another one in its product, or at the smallest of the places it may take."""
    matrix, k, l = opened_function(ctx, part)  # noqa: E741
    if k == l or _mentions(ctx, matrix, k, l):
        return None
    left = _neighbours(ctx, bound, factors, part, matrix, k, True)
    used = {x for w in left for x in w.factors}
    right = _neighbours(ctx, bound, tuple(x for x in factors if x not in used), part, matrix, l, False)
    for windows, near, far in ((left, k, l), (right, l, k)):
        for w in windows:
            joined = _joined(ctx, part, matrix, w, windows is left)
            if joined is not None:
                rest: Poly = {tuple(x for x in factors if x is not part and x not in w.factors): 1}
                ends = (w.far, w.near) if windows is left else (w.near, w.far)
                made = mul(
                    ctx, rest, function_of_matrix(ctx, *joined, *ends) if joined[0] else at(ctx, joined[1], *ends)
                )
                return [(tuple(b for b in bound if b != near), replace_throughout(ctx, made, near, far))]
    places = [factors]
    for windows, near, far in ((left, k, l), (right, l, k)):
        for n, w in enumerate(windows[:MOST_PLACES]):
            passed = [x for v in windows[: n + 1] for x in v.factors]
            places.append(_passed(ctx, factors, part, passed, w, (near, far)))
    best = min(places, key=lambda mono: to_template(ctx, "sum", "", [((0, 1), mono)], bound))
    return None if best is factors else [(bound, {best: 1})]


def _passed(ctx: Attempt, factors: Mono, part: Part, passed: list[Part], last: Window, ends: tuple[int, int]) -> Mono:
    """The product with a function moved past its neighbours: ``f_{kl}`` behind ``C_{xk}`` becomes ``f_{xk} C_{kl}``."""
    near, far = ends
    made: list[Part] = [x for x in factors if x is not part and x not in passed]
    for x in passed:
        slots = tuple(far if s == near else s for s in x[1])
        if x in last.factors:
            slots = tuple(near if s == last.far else s for s in slots)
        made.append(_at(ctx, x, slots))
    moved = tuple(near if s == far else last.far if s == near else s for s in part[1])
    return tuple(sorted([*made, _at(ctx, part, moved)]))


def _at(ctx: Attempt, part: Part, slots: tuple[int, ...]) -> Part:
    return part[0], normal_slots(ctx.heads[part[0]], slots), part[2]


def _neighbours(
    ctx: Attempt, bound: tuple[int, ...], factors: Mono, part: Part, matrix: Matrix, start: int, before: bool
) -> list[Window]:
    """The products next to a function that commute with its matrix, the nearest first."""
    windows: list[Window] = []
    used: list[Part] = [part]
    near = start
    while True:
        chain: list[Part] = []
        here = near
        found = None
        while len(chain) < LONGEST:
            if here not in bound or _count(ctx, factors, here) != 2:
                break
            after = [x for x in factors if x not in used and x not in chain and here in x[1]]
            ends = _ends(ctx, after[0]) if len(after) == 1 else None
            if ends is None or here not in ends:
                break
            chain.append(after[0])
            here = ends[0] if ends[1] == here else ends[1]
            window = Window(tuple(chain), near, here)
            if _commutes(ctx, bound, matrix, window, before):
                found = window
                break
        if found is None:
            return windows
        windows.append(found)
        used += found.factors
        near = found.far


def _ends(ctx: Attempt, x: Part) -> tuple[int, int] | None:
    """The row and the column of a factor that is an entry of a matrix; None for other factors."""
    kind = ctx.heads[x[0]].kind
    ends = x[1]
    if kind == "inverse" or kind in ANALYTIC:
        matrix, *found = opened_inverse(ctx, x) if kind == "inverse" else opened_function(ctx, x)
        ends = tuple(found)
        if _mentions(ctx, matrix, *ends):
            return None
    if x[2] != 1 or len(ends) != 2 or ends[0] == ends[1] or any(s >= COMPOUND for s in ends):
        return None
    return ends[0], ends[1]


def _count(ctx: Attempt, factors: Mono, index: int) -> int:
    return sum(1 for x in factors for s in x[1] if ctx.positions.contains(s, index))


def _commutes(ctx: Attempt, bound: tuple[int, ...], matrix: Matrix, window: Window, before: bool) -> bool:
    """True if ``C M = M C`` is seen for the product of a window as a matrix ``C``."""
    ranges = ctx.positions.ranges
    if window.near == window.far or ranges.get(window.near) != ranges.get(window.far):
        return False
    row, column = (window.far, window.near) if before else (window.near, window.far)
    inner = _inner_matrix(ctx, window.factors[0], row, column) if len(window.factors) == 1 else None
    if inner is None:
        ends = {window.near, window.far}
        inside = {s for x in window.factors for s in _ends(ctx, x) or ()} - ends
        if not inside <= set(bound):
            return False
        entry: Poly = {tuple(sorted(window.factors)): 1}
        entry = sum_over(ctx, entry, *inside) if inside else entry
        inner = fresh_axes(ctx, Matrix(entry, row, column))
    return commute(ctx, inner, matrix)


def _inner_matrix(ctx: Attempt, x: Part, row: int, column: int) -> Matrix | None:
    """The matrix ``P`` of a function ``f(P)`` or an inverse with this row and column: what commutes with it commutes
    with them."""
    kind = ctx.heads[x[0]].kind
    if kind != "inverse" and kind not in ANALYTIC:
        return None
    matrix, k, l = opened_inverse(ctx, x) if kind == "inverse" else opened_function(ctx, x)  # noqa: E741
    if {k, l} != {row, column} or _mentions(ctx, matrix, row, column):
        return None
    return matrix if k == row else Matrix(matrix.entry, matrix.column, matrix.row)


def _mentions(ctx: Attempt, matrix: Matrix, *indices: int) -> bool:
    """True if the matrix is one of a family over one of these positions."""
    return any(ctx.positions.contains(s, i) for m in matrix.entry for x in m for s in x[1] for i in indices)


def commute(ctx: Attempt, one: Matrix, other: Matrix) -> bool:
    """True if ``A B = B A`` is seen."""
    range_ = ctx.positions.ranges.get(one.row)
    if range_ != ctx.positions.ranges.get(other.row):
        return False
    row, middle, column = (ctx.positions.fresh(range_) for _ in range(3))
    product = mul(ctx, at(ctx, one, row, middle), at(ctx, other, middle, column))
    turned = mul(ctx, at(ctx, other, row, middle), at(ctx, one, middle, column))
    difference: Poly = {}
    accumulate(difference, product)
    accumulate(difference, turned, -1)
    return not difference or not sum_over(ctx, difference, middle)


def _joined(ctx: Attempt, part: Part, matrix: Matrix, window: Window, before: bool) -> tuple[str, Matrix] | None:
    """What a function and another one in its product are: ``e^A e^B`` an exponential, ``A^{1/2} A^{1/2}`` the matrix,
    which has no name."""
    x = window.factors[0]
    if len(window.factors) != 1 or ctx.heads[x[0]].kind != ctx.heads[part[0]].kind:
        return None
    other = _inner_matrix(ctx, x, *((window.far, window.near) if before else (window.near, window.far)))
    if other is None:
        return None
    here, there = fresh_entry(ctx, matrix), fresh_entry(ctx, other)
    axes = ctx.compared["compared", ctx.positions.ranges.get(matrix.row)]
    if ctx.heads[part[0]].kind == "root":
        if here != there:
            return None
        ctx.note("A^{1/2} A^{1/2} = A")
        return "", fresh_axes(ctx, Matrix(here, *axes))
    both = dict(here)
    accumulate(both, there)
    if not commute(ctx, Matrix(here, *axes), Matrix(there, *axes)):
        return None
    ctx.note("e^A e^B = e^{A + B} of matrices that commute")
    return "exponential", fresh_axes(ctx, Matrix(both, *axes))
