"""Inverses and determinants of matrices as parts.

A matrix is a polynomial with a row and a column position. The part of an entry of its inverse holds it as a template
whose two axes are bound, together with two ends: ``(M^{-1})_{kl}`` joins ``k`` to the column of ``M`` and ``l`` to its
row. The canonical labelling does not tell the ends apart, so that ``(M^\\top)^{-1}`` is the transpose of ``M^{-1}``,
and the inverse of a symmetric matrix is symmetric. Scalars, diagonal matrices and products of square matrices are
taken apart first.
"""

from __future__ import annotations

from fractions import Fraction

from symgrad.proving.analytic_heads import exponential, negative, opened_function, square_root
from symgrad.proving.attempt import Attempt, Mono, Part, Poly, Slots
from symgrad.proving.closed_forms import general_power, product_over
from symgrad.proving.common_factors import common_denominator, primitive_part
from symgrad.proving.elementary_laws import exp
from symgrad.proving.indicators import delta
from symgrad.proving.interner import Head, Number
from symgrad.proving.limits import UndefinedForm, Unsupported
from symgrad.proving.matrix_parts import Matrix, at, diagonal_of, fresh_axes, holds, lone, on_diagonal, opened_inverse
from symgrad.proving.poly import (
    ONE,
    accumulate,
    divide,
    merge,
    mul,
    open_template,
    part_at,
    replace_throughout,
    scale,
    single,
)
from symgrad.proving.powers import power
from symgrad.proving.size_polynomials import size_of
from symgrad.proving.sum_laws import sum_of_product, sum_over
from symgrad.proving.templates import poly_terms, to_template


def inverse(ctx: Attempt, matrix: Matrix, k: int, l: int) -> Poly:  # noqa: E741  # rows and columns of formulas
    """``(M^{-1})_{kl}``"""
    ctx.budget.tick()
    taken = _scalars_taken_out(ctx, matrix)
    if taken is None:
        raise UndefinedForm("the inverse of zero")
    number, content, core = taken
    outside: Poly = {ONE: divide(1, number)}
    for part in content:
        # rows of M are columns of its inverse
        there = _moved(ctx, part, {core.row: l, core.column: k})
        outside = mul(ctx, outside, power(ctx, there, -1))
    diagonal = diagonal_of(ctx, core)
    if diagonal is not None:
        here = replace_throughout(ctx, diagonal, core.row, k)
        return mul(ctx, outside, mul(ctx, delta(ctx, k, l), power(ctx, here, -1)))
    found = _taken_apart(ctx, core, k, l)
    return mul(ctx, outside, _inverse_part(ctx, core, k, l) if found is None else found)


def determinant(ctx: Attempt, matrix: Matrix) -> Poly:
    """``det M``"""
    ctx.budget.tick()
    range_ = ctx.positions.ranges.get(matrix.row)
    if range_ is not None:
        ctx.nonempty[ctx.interner.range_id(range_)] = None
    taken = _scalars_taken_out(ctx, matrix)
    if taken is None:
        return {}
    number, content, core = taken
    size = size_of(ctx, range_)
    result: Poly = {ONE: 1}
    if number != 1:
        result = _to_the_size(ctx, {ONE: number}, size)
    for part in content:
        inner: Poly = {(part,): 1}
        axis = next((a for a in (core.row, core.column) if holds(ctx, part, a)), None)
        factor = _to_the_size(ctx, inner, size) if axis is None else product_over(ctx, inner, axis)
        result = mul(ctx, result, factor)
    diagonal = diagonal_of(ctx, core)
    if diagonal is not None:
        return mul(ctx, result, product_over(ctx, diagonal, core.row))
    inner_inverse = lone(ctx, core, "inverse")
    if inner_inverse is not None:
        inside, _, _ = opened_inverse(ctx, inner_inverse)
        return mul(ctx, result, power(ctx, determinant(ctx, inside), -1))
    function = _determinant_of_function(ctx, core)
    if function is not None:
        return mul(ctx, result, function)
    halves = _halves(ctx, core)
    if halves is not None:
        ctx.note("det(A B) = det A det B")
        return mul(ctx, result, mul(ctx, determinant(ctx, halves[0]), determinant(ctx, halves[1])))
    updated = _updated(ctx, core)
    return mul(ctx, result, _determinant_part(ctx, core) if updated is None else updated)


def _determinant_of_function(ctx: Attempt, matrix: Matrix) -> Poly | None:
    """``det e^A = e^{tr A}``; ``det A^{1/2}`` and that of a Cholesky factor of ``A`` are ``(det A)^{1/2}``."""
    for kind in ("exponential", "root", "cholesky"):
        part = lone(ctx, matrix, kind)
        if part is None:
            continue
        inside, _, _ = opened_function(ctx, part)
        if kind == "exponential":
            ctx.note("det e^A = e^{tr A}")
            on_it = replace_throughout(ctx, inside.entry, inside.column, inside.row)
            return exp(ctx, sum_over(ctx, on_it, inside.row))
        ctx.note("det A^{1/2} = (det A)^{1/2}" if kind == "root" else "det L = (det A)^{1/2}")
        return power(ctx, determinant(ctx, inside), Fraction(1, 2))
    return None


def _determinant_part(ctx: Attempt, matrix: Matrix) -> Poly:
    return single(ctx, *to_template(ctx, "determinant", "", poly_terms(matrix.entry), (matrix.row, matrix.column)))


def flattened(ctx: Attempt, mono: Mono, ends: tuple[int, int]) -> tuple[Mono, tuple[int, ...], Mono] | None:
    """A term of a matrix: its factors with those of its sums, the indices of these sums, and its scalars."""
    factors: Mono = ()
    inner: tuple[int, ...] = ()
    scalars: list[Part] = []
    for x in mono:
        if not any(holds(ctx, x, i) for i in ends):
            scalars.append(x)
        elif ctx.heads[x[0]].kind == "sum" and x[2] == 1:
            bound, polys = open_template(ctx, ctx.heads[x[0]], x[1])
            if len(polys[0]) != 1 or next(iter(polys[0].values())) != 1:
                return None
            factors, inner = merge(factors, next(iter(polys[0]))), (*inner, *bound)
        else:
            factors = merge(factors, (x,))
    return factors, inner, tuple(scalars)


def connects(ctx: Attempt, factors: Mono, inner: tuple[int, ...], ends: tuple[int, int]) -> bool:
    """True if factors lead from the row of a matrix to its column: it is no outer product."""
    reached = {ends[0]}
    for _ in factors:
        for _, slots, _ in factors:
            here = {i for s in slots for i in ctx.positions.indices_in(s) if i in inner or i in ends}
            if here & reached:
                reached |= here
    return ends[1] in reached


def _updated(ctx: Attempt, matrix: Matrix) -> Poly | None:
    """``det(X + Y) = det X det(I + X^{-1} Y)`` for an update ``Y`` of the identity or of an array ``X``.

    ``det(I + U V) = det(I + V U)``: of all ways to cut the cycle of ``Y``, the one whose part has the smallest id is
    taken. An outer product leaves the number ``1 + v^\\top u``.
    """
    if len(matrix.entry) != 2:
        return None
    for base, c in matrix.entry.items():
        ((update, d),) = (t for t in matrix.entry.items() if t[0] != base)
        first = Matrix({base: c}, matrix.row, matrix.column)
        ends = (matrix.row, matrix.column)
        diagonal = diagonal_of(ctx, first)
        second: Poly = {update: d}
        if diagonal is not None:
            if any(holds(ctx, x, i) for m in diagonal for x in m for i in ends):
                continue
            second = mul(ctx, second, power(ctx, diagonal, -1))
        else:
            known = len(base) == 1 and base[0][2] == 1 and ctx.heads[base[0][0]].kind in ("entry", "inverse")
            term = flattened(ctx, update, ends)
            # an array may be singular if an equation is assumed about it
            if not known or ctx.facts.rules or term is None or (len(term[0]) == 1):
                continue
            between = ctx.positions.fresh(ctx.positions.ranges.get(matrix.row))
            moved: Poly = replace_throughout(ctx, second, matrix.row, between)
            second = sum_over(ctx, mul(ctx, inverse(ctx, fresh_axes(ctx, first), matrix.row, between), moved), between)
        cut = _smallest_cut(ctx, Matrix(second, *ends))
        if cut is not None:
            ctx.note("det(I + U V) = det(I + V U)")
            return mul(ctx, determinant(ctx, first), cut)
    return None


def _smallest_cut(ctx: Attempt, update: Matrix) -> Poly | None:
    """``det(I + Y)`` for a single term ``Y``."""
    if len(update.entry) != 1:
        return None
    ((mono, c),) = update.entry.items()
    ends = (update.row, update.column)
    term = flattened(ctx, mono, ends)
    if term is None:
        return None
    factors, inner, scalars = term
    outside: Poly = {scalars: c}
    whole: Poly = {factors: 1}
    closed = replace_throughout(ctx, whole, update.column, update.row)
    if len(closed) != 1 or next(iter(closed.values())) != 1:
        return None
    cycle = next(iter(closed))
    if not connects(ctx, factors, inner, ends):
        number = mul(ctx, outside, sum_of_product(ctx, (*inner, update.row), cycle))
        accumulate(number, {ONE: 1})
        return number
    found = []
    for index in (*inner, update.row):
        places = [(n, k) for n, x in enumerate(cycle) for k, s in enumerate(x[1]) if s == index]
        if len(places) != 2 or any(x[2] != 1 for x in cycle):
            continue
        other = ctx.positions.fresh(ctx.positions.ranges.get(index))
        n, k = places[1]
        hid, slots, _ = cycle[n]
        opened = part_at(ctx, hid, tuple(other if m == k else s for m, s in enumerate(slots)), 1)
        around = mul(ctx, opened, {(*cycle[:n], *cycle[n + 1 :]): 1})
        rest = tuple(i for i in (*inner, update.row) if i != index)
        entry = dict(mul(ctx, outside, sum_over(ctx, around, *rest)))
        accumulate(entry, delta(ctx, index, other))
        part = _determinant_part(ctx, Matrix(entry, index, other))
        if len(part) == 1:
            found.append((next(iter(part)), part))
    return min(found, key=lambda f: f[0])[1] if found else None


def kronecker_factors(ctx: Attempt, body: Poly, axes: list[tuple[int, int]]) -> list[Matrix]:
    """The matrices of which a matrix is the Kronecker product, one for each row and column axis."""
    if len(body) != 1:
        raise Unsupported("a sum of Kronecker products")
    ((mono, c),) = body.items()
    held: list[list[Part]] = [[] for _ in axes]
    for x in mono:
        where = [n for n, pair in enumerate(axes) if any(holds(ctx, x, i) for i in pair)] or [0]
        if len(where) > 1:
            raise Unsupported("no Kronecker product")
        held[where[0]].append(x)
    return [
        Matrix({tuple(parts): 1 if n else c}, *pair) for n, (parts, pair) in enumerate(zip(held, axes, strict=True))
    ]


def kronecker_determinant(ctx: Attempt, matrices: list[Matrix]) -> Poly:
    """``det(A \\otimes B) = det(A)^N det(B)^M`` for ``A`` with ``M`` rows and ``B`` with ``N`` rows"""
    result: Poly = {ONE: 1}
    for n, matrix in enumerate(matrices):
        factor = determinant(ctx, matrix)
        for other in (*matrices[:n], *matrices[n + 1 :]):
            factor = _to_the_size(ctx, factor, size_of(ctx, ctx.positions.ranges.get(other.row)))
        result = mul(ctx, result, factor)
    return result


def _to_the_size(ctx: Attempt, base: Poly, size: Poly) -> Poly:
    if len(size) == 1 and ONE in size:
        return power(ctx, base, size[ONE])
    return general_power(ctx, base, size)


def opened_determinant(ctx: Attempt, part: Part) -> Matrix:
    """The matrix of a part that is a determinant."""
    (row, column), polys = open_template(ctx, ctx.heads[part[0]], part[1])
    return Matrix(polys[0], row, column)


def _inverse_part(ctx: Attempt, matrix: Matrix, k: int, l: int) -> Poly:  # noqa: E741
    ctx.met_inverse = True
    end = ctx.interner.leaf("end", "end", 2, "end").id
    positive = sum(1 if c > 0 else -1 for c in matrix.entry.values())

    def made(sign: int) -> tuple[int, Slots]:
        ends: Mono = tuple(sorted(((end, (k, matrix.column), 1), (end, (l, matrix.row), 1))))
        # delta_{ij} f(i) = delta_{ij} f(j)
        return min(
            to_template(
                ctx, "inverse", "", [*poly_terms(scale(entry, sign)), ((1, 1), ends)], (matrix.row, matrix.column)
            )
            for entry in on_diagonal(ctx, matrix)
        )

    if positive < 0:
        return scale(single(ctx, *made(-1)), -1)
    if positive == 0 and made(-1)[0] < made(1)[0]:
        return scale(single(ctx, *made(-1)), -1)
    return single(ctx, *made(1))


def _scalars_taken_out(ctx: Attempt, matrix: Matrix) -> tuple[Number, list[Part], Matrix] | None:
    """A number and factors that hold at most one of row and column, taken out of all terms; None for a zero matrix.

    ``D_i A_{ij}`` is a diagonal matrix times another one.
    """
    row, column = matrix.row, matrix.column
    common, entry = common_denominator(ctx, matrix.entry)
    if not entry:
        return None
    content, number, _ = primitive_part(ctx, entry, True)
    loose = [x for x in (*common, *content) if not (holds(ctx, x, row) and holds(ctx, x, column))]
    kept: Poly = dict(matrix.entry)
    inverse_of_loose = tuple((h, s, -e) for h, s, e in loose)
    rest: Poly = {}
    for mono, c in kept.items() if not common else mul(ctx, entry, {common: 1}).items():
        accumulate(rest, {merge(mono, inverse_of_loose): divide(c, number)})
    return number, loose, Matrix(rest, row, column)


def _moved(ctx: Attempt, part: Part, to: dict[int, int]) -> Poly:
    slots = part[1]
    for old, new in to.items():
        slots = tuple(ctx.positions.replace(s, old, new) for s in slots)
    return part_at(ctx, part[0], slots, part[2])


def _taken_apart(ctx: Attempt, matrix: Matrix, k: int, l: int) -> Poly | None:  # noqa: E741
    """``((M^{-1})^{-1})_{kl} = M_{kl}``, ``(A B)^{-1} = B^{-1} A^{-1}`` of square matrices"""
    inner = lone(ctx, matrix, "inverse")
    if inner is not None:
        inside, first, _ = opened_inverse(ctx, inner)
        ctx.note("inverse of an inverse")
        return at(ctx, inside, *((k, l) if first == matrix.row else (l, k)))
    function = _inverse_of_function(ctx, matrix, k, l)
    if function is not None:
        return function
    halves = _halves(ctx, matrix)
    if halves is None:
        return None
    left, right = halves
    ctx.note("(A B)^{-1} = B^{-1} A^{-1}")
    between = ctx.positions.fresh(ctx.positions.ranges.get(matrix.row))
    return sum_over(ctx, mul(ctx, inverse(ctx, right, k, between), inverse(ctx, left, between, l)), between)


def _inverse_of_function(ctx: Attempt, matrix: Matrix, k: int, l: int) -> Poly | None:  # noqa: E741
    """``(e^A)^{-1} = e^{-A}``, ``(A^{1/2})^{-1} = A^{-1} A^{1/2}``"""
    part = lone(ctx, matrix, "exponential") or lone(ctx, matrix, "root")
    if part is None:
        return None
    inside, first, _ = opened_function(ctx, part)
    ends = (k, l) if first == matrix.row else (l, k)
    if ctx.heads[part[0]].kind == "exponential":
        ctx.note("(e^A)^{-1} = e^{-A}")
        return exponential(ctx, negative(inside), *ends)
    ctx.note("(A^{1/2})^{-1} = A^{-1} A^{1/2}")
    between = ctx.positions.fresh(ctx.positions.ranges.get(matrix.row))
    undone = inverse(ctx, fresh_axes(ctx, inside), ends[0], between)
    return sum_over(ctx, mul(ctx, undone, square_root(ctx, inside, between, ends[1])), between)


def _halves(ctx: Attempt, matrix: Matrix) -> tuple[Matrix, Matrix] | None:
    """``M_{ij} = sum_b A_{ib} B_{bj}`` with square factors; None if there is no such index ``b``."""
    part = lone(ctx, matrix, "sum")
    if part is None:
        return None
    bound, polys = open_template(ctx, ctx.heads[part[0]], part[1])
    if len(polys[0]) != 1:
        return None
    ((factors, c),) = polys[0].items()
    ranges = ctx.positions.ranges
    for b in bound:
        if ranges.get(b) != ranges.get(matrix.row) or c != 1:
            continue
        sides = _sides(ctx, factors, [i for i in bound if i != b], b, matrix)
        if sides is None:
            continue
        made = []
        for (parts, inner), axes in zip(sides, ((matrix.row, b), (b, matrix.column)), strict=True):
            entry: Poly = sum_of_product(ctx, tuple(inner), parts) if inner else {parts: 1}
            fresh = ctx.positions.fresh(ranges.get(b)), ctx.positions.fresh(ranges.get(b))
            for old, new in zip(axes, fresh, strict=True):
                entry = replace_throughout(ctx, entry, old, new)
            made.append(Matrix(entry, *fresh))
        return made[0], made[1]
    return None


def _sides(
    ctx: Attempt, factors: Mono, others: list[int], b: int, matrix: Matrix
) -> list[tuple[Mono, list[int]]] | None:
    """The factors and inner indices that hang together with the row, and those with the column, if ``b`` is cut."""
    inside = ctx.positions.indices_in
    nodes = {*others, matrix.row, matrix.column}
    held = [{i for s in x[1] for i in inside(s)} for x in factors]
    found = []
    for start in (matrix.row, matrix.column):
        reached, grows = {start}, True
        while grows:
            more = {i for h in held if h & reached for i in h & nodes} - reached
            reached |= more
            grows = bool(more)
        found.append(reached)
    if found[0] & found[1] or (found[0] | found[1]) != nodes:
        return None
    sides = []
    for reached in found:
        parts = tuple(x for x, h in zip(factors, held, strict=True) if h & reached)
        if not any(holds(ctx, x, b) for x in parts):
            return None
        sides.append((parts, [i for i in others if i in reached]))
    return sides if sum(len(parts) for parts, _ in sides) == len(factors) else None


def rebuild_inverse(ctx: Attempt, head: Head, slots: Slots, e: Number) -> Poly:
    matrix, k, l = opened_inverse(ctx, (head.id, slots, 1))  # noqa: E741
    return power(ctx, inverse(ctx, matrix, k, l), e)


def rebuild_determinant(ctx: Attempt, head: Head, slots: Slots, e: Number) -> Poly:
    return power(ctx, determinant(ctx, opened_determinant(ctx, (head.id, slots, 1))), e)
