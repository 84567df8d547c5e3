"""The places that a function of a matrix may take in a product, and what it is joined with there.

A function with a power series commutes with what its matrix commutes with, and ``f(A B) A = A f(B A)``: of all its
places in a product it takes the one where its matrix has the fewest factors, and of these the one whose canonical form
is the smallest. ``e^A e^B = e^{A + B}`` if ``A`` and ``B`` commute, and ``A^{1/2} A^{1/2} = A``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from symgrad.proving.analytic_heads import ANALYTIC, function_of_matrix, opened_function
from symgrad.proving.attempt import Attempt, Mono, Part, Poly, normal_slots
from symgrad.proving.indicators import delta
from symgrad.proving.inverse_laws import Summand, matches
from symgrad.proving.matrix_heads import connects, flattened
from symgrad.proving.matrix_parts import (
    Matrix,
    at,
    count,
    fresh_axes,
    fresh_entry,
    holds,
    mentions,
    opened_inverse,
)
from symgrad.proving.poly import accumulate, merge, mul, part_at, replace_throughout
from symgrad.proving.position_ids import COMPOUND
from symgrad.proving.sum_laws import sum_over
from symgrad.proving.templates import to_template

LONGEST = 3
"""The most neighbours that are tried as one product that commutes, as ``X^\\top X`` with ``e^{X^\\top X}``."""
MOST_PLACES = 12


class Window(NamedTuple):
    """Neighbours in a product of matrices, from the position ``near`` to ``far``, that a function of ``before`` may be
    moved past, as one of ``beyond``: if their product is ``C`` with ``M C = C M'``, then ``f(M) C = C f(M')``."""

    factors: tuple[Part, ...]
    near: int
    far: int
    before: Matrix
    beyond: Matrix


Place = tuple[tuple[int, ...], Mono]
"""Bound indices and a product."""


def moved(ctx: Attempt, bound: tuple[int, ...], factors: Mono, part: Part) -> list[Summand] | None:
    """A function of a matrix joined with another one in its product, or at the smallest of the places it may take."""
    matrix, k, l = opened_function(ctx, part)  # noqa: E741
    if k == l:
        return _turned_trace(ctx, bound, factors, part, matrix)
    if mentions(ctx, matrix, k, l):
        return None
    left = _neighbours(ctx, bound, factors, part, matrix, True)
    used = {x for w in left for x in w.factors}
    right = _neighbours(ctx, bound, tuple(x for x in factors if x not in used), part, matrix, False)
    for windows, near, far in ((left, k, l), (right, l, k)):
        for w in windows:
            joined = _joined(ctx, part, w, windows is left)
            if joined is not None:
                rest: Poly = {tuple(x for x in factors if x is not part and x not in w.factors): 1}
                ends = (w.far, w.near) if windows is left else (w.near, w.far)
                made = mul(
                    ctx, rest, function_of_matrix(ctx, *joined, *ends) if joined[0] else at(ctx, joined[1], *ends)
                )
                return [(tuple(b for b in bound if b != near), replace_throughout(ctx, made, near, far))]
    start: Place = (bound, factors)
    places = {start: _weight(ctx, matrix)}
    for windows in (left, right):
        for n, w in enumerate(windows[:MOST_PLACES]):
            passed = [x for v in windows[: n + 1] for x in v.factors]
            place = _passed(ctx, start, part, passed, w, windows is left)
            if place is not None:
                places[place] = _weight(ctx, w.beyond)
    best = min(places, key=lambda p: (places[p], to_template(ctx, "sum", "", [((0, 1), p[1])], p[0])))
    if best is start:
        return None
    if any(w.beyond is not matrix for w in (*left, *right)):
        ctx.note("f(A B) A = A f(B A)")
    return [(best[0], {best[1]: 1})]


def _passed(ctx: Attempt, start: Place, part: Part, passed: list[Part], last: Window, before: bool) -> Place | None:
    """The product with a function moved past its neighbours: ``C_{xk} f(M)_{kl}`` becomes ``f(M')_{xj} C_{jl}``."""
    bound, factors = start
    _, k, l = opened_function(ctx, part)  # noqa: E741
    near, far = (k, l) if before else (l, k)
    between = ctx.positions.fresh(ctx.positions.ranges.get(last.far))
    ends = (last.far, between) if before else (between, last.far)
    moved = function_of_matrix(ctx, ctx.heads[part[0]].kind, fresh_axes(ctx, last.beyond), *ends)
    if len(moved) != 1 or next(iter(moved.values())) != 1:
        return None
    made: list[Part] = [x for x in factors if x is not part and x not in passed]
    for x in passed:
        slots = tuple(far if s == near else s for s in x[1])
        if x in last.factors:
            slots = tuple(between if s == last.far else s for s in slots)
        made.append((x[0], normal_slots(ctx.heads[x[0]], slots), x[2]))
    inner = (*(b for b in bound if b != near), between)
    return inner, merge(tuple(sorted(made)), next(iter(moved)))


def _weight(ctx: Attempt, matrix: Matrix) -> int:
    """How many factors a matrix has: of the forms of a product the one whose functions have the smallest arguments."""
    terms = (flattened(ctx, mono, (matrix.row, matrix.column)) for mono in matrix.entry)
    return sum(len(term[0]) if term is not None else len(matrix.entry) for term in terms)


def _turned_trace(
    ctx: Attempt, bound: tuple[int, ...], factors: Mono, part: Part, matrix: Matrix
) -> list[Summand] | None:
    """``tr f(A B) = tr f(B A)`` of square factors: of all ways to cut the cycle, the smallest."""
    _, k, _ = opened_function(ctx, part)
    if k not in bound or count(ctx, factors, k) != len(part[1]) or mentions(ctx, matrix, k):
        return None
    rest = tuple(x for x in factors if x is not part)
    start: Place = (bound, factors)
    places = {start: _weight(ctx, matrix)}
    for turned in _turned(ctx, matrix):
        made = function_of_matrix(ctx, ctx.heads[part[0]].kind, turned, k, k)
        if len(made) == 1 and next(iter(made.values())) == 1:
            places[bound, merge(rest, next(iter(made)))] = _weight(ctx, turned)
    best = min(places, key=lambda p: (places[p], to_template(ctx, "sum", "", [((0, 1), p[1])], p[0])))
    if best is start:
        return None
    ctx.note("tr f(A B) = tr f(B A)")
    return [(best[0], {best[1]: 1})]


def _turned(ctx: Attempt, matrix: Matrix) -> Iterator[Matrix]:
    """``B A`` of a matrix ``A B`` with square factors, but for multiples of the identity."""
    ends = (matrix.row, matrix.column)
    identity = {m: c for m, c in matrix.entry.items() if _multiple_of_identity(ctx, m, ends) is not None}
    others = [(m, c) for m, c in matrix.entry.items() if m not in identity]
    if len(others) != 1:
        return
    term = flattened(ctx, others[0][0], ends)
    if term is None or not connects(ctx, term[0], term[1], ends):
        return
    product, inner, scalars = term
    closed = replace_throughout(ctx, {product: 1}, matrix.column, matrix.row)
    if len(closed) != 1 or next(iter(closed.values())) != 1:
        return
    cycle = next(iter(closed))
    range_ = ctx.positions.ranges.get(matrix.row)
    for index in inner:
        places = [(n, m) for n, x in enumerate(cycle) for m, s in enumerate(x[1]) if s == index]
        if ctx.positions.ranges.get(index) != range_ or len(places) != 2 or any(x[2] != 1 for x in cycle):
            continue
        other = ctx.positions.fresh(range_)
        n, slot = places[1]
        hid, slots, _ = cycle[n]
        opened = part_at(ctx, hid, tuple(other if m == slot else s for m, s in enumerate(slots)), 1)
        around = mul(ctx, opened, {(*cycle[:n], *cycle[n + 1 :]): 1})
        around = sum_over(ctx, around, *(i for i in inner if i != index), matrix.row)
        entry = dict(mul(ctx, {scalars: others[0][1]}, around))
        accumulate(entry, at(ctx, Matrix(identity, *ends), index, other))
        yield fresh_axes(ctx, Matrix(entry, index, other))


def _multiple_of_identity(ctx: Attempt, mono: Mono, ends: tuple[int, int]) -> Mono | None:
    """The scalars of a term that is a multiple of the identity."""
    deltas = [x for x in mono if ctx.heads[x[0]].kind == "delta" and set(x[1]) == set(ends)]
    rest = tuple(x for x in mono if x not in deltas)
    return rest if len(deltas) == 1 and not any(holds(ctx, x, i) for x in rest for i in ends) else None


def _neighbours(
    ctx: Attempt, bound: tuple[int, ...], factors: Mono, part: Part, matrix: Matrix, before: bool
) -> list[Window]:
    """The products next to a function that it may be moved past, the nearest first."""
    windows: list[Window] = []
    used: list[Part] = [part]
    _, k, l = opened_function(ctx, part)  # noqa: E741
    near, end = (k, l) if before else (l, k)
    while True:
        chain: list[Part] = []
        here = near
        beyond = None
        while beyond is None and len(chain) < LONGEST:
            if here not in bound or count(ctx, factors, here) != 2:
                break
            after = [x for x in factors if x not in used and x not in chain and here in x[1]]
            ends = ends_of(ctx, after[0]) if len(after) == 1 else None
            if ends is None or here not in ends:
                break
            chain.append(after[0])
            here = ends[0] if ends[1] == here else ends[1]
            if here == end:  # the product is a trace, and has no other place
                break
            beyond = _beyond(ctx, bound, matrix, tuple(chain), (near, here), before)
        if beyond is None:
            return windows
        windows.append(Window(tuple(chain), near, here, matrix, beyond))
        used += chain
        near, matrix = here, beyond


def ends_of(ctx: Attempt, x: Part) -> tuple[int, int] | None:
    """The row and the column of a factor that is an entry of a matrix; None for other factors."""
    kind = ctx.heads[x[0]].kind
    ends = x[1]
    if kind == "inverse" or kind in ANALYTIC:
        matrix, *found = opened_inverse(ctx, x) if kind == "inverse" else opened_function(ctx, x)
        ends = tuple(found)
        if mentions(ctx, matrix, *ends):
            return None
    if x[2] != 1 or len(ends) != 2 or ends[0] == ends[1] or any(s >= COMPOUND for s in ends):
        return None
    return ends[0], ends[1]


def _beyond(
    ctx: Attempt, bound: tuple[int, ...], matrix: Matrix, chain: tuple[Part, ...], ends: tuple[int, int], before: bool
) -> Matrix | None:
    """``M'`` for the product ``C`` of a chain with ``M C = C M'``, or ``C M = M' C`` for one before the function."""
    near, far = ends
    if near == far:
        return None
    inside = {s for x in chain for s in ends_of(ctx, x) or ()} - {near, far}
    if not inside <= set(bound):
        return None
    if ctx.positions.ranges.get(near) == ctx.positions.ranges.get(far):
        row, column = (far, near) if before else (near, far)
        inner = _inner_matrix(ctx, chain[0], row, column) if len(chain) == 1 else None
        if inner is None:
            entry: Poly = {tuple(sorted(chain)): 1}
            entry = sum_over(ctx, entry, *inside) if inside else entry
            inner = fresh_axes(ctx, Matrix(entry, row, column))
        if commute(ctx, inner, matrix):
            return matrix
    return _intertwined(ctx, matrix, chain, ends, before)


def _intertwined(
    ctx: Attempt, matrix: Matrix, chain: tuple[Part, ...], ends: tuple[int, int], before: bool
) -> Matrix | None:
    """``Y C`` for a matrix ``M = C Y``, or ``C Y`` for ``M = Y C``; a multiple of the identity stays one."""
    near, far = ends
    axis, other_axis = (matrix.column, matrix.row) if before else (matrix.row, matrix.column)
    range_ = ctx.positions.ranges.get(far)
    at_rest, at_chain = ctx.positions.fresh(range_), ctx.positions.fresh(range_)
    made: Poly = {}
    for mono, c in matrix.entry.items():
        scalars = _multiple_of_identity(ctx, mono, (matrix.row, matrix.column))
        if scalars is not None:
            accumulate(made, mul(ctx, {scalars: c}, delta(ctx, at_rest, at_chain)))
            continue
        term = flattened(ctx, mono, (matrix.row, matrix.column))
        found = _starting_with(ctx, term[0], term[1], chain, {near: axis}, far) if term is not None else None
        if term is None or found is None:
            return None
        met, used = found
        between = ctx.positions.fresh(ctx.positions.ranges.get(axis))
        rest: Poly = {tuple(x for x in term[0] if x not in used): 1}
        rest = replace_throughout(ctx, replace_throughout(ctx, rest, other_axis, between), met, at_rest)
        first: Poly = {tuple(sorted(used)): 1}
        first = replace_throughout(ctx, replace_throughout(ctx, first, axis, between), met, at_chain)
        product = sum_over(ctx, mul(ctx, rest, first), *(i for i in term[1] if i != met), between)
        accumulate(made, mul(ctx, {term[2]: c}, product))
    return Matrix(made, *((at_chain, at_rest) if before else (at_rest, at_chain)))


def _starting_with(
    ctx: Attempt, factors: Mono, inner: tuple[int, ...], chain: tuple[Part, ...], start: dict[int, int], far: int
) -> tuple[int, list[Part]] | None:
    """Where a chain stands at one end of a product: the index at its other end, and its factors there."""
    variables = {s for x in chain for s in x[1]} - start.keys()
    for found, used in matches(ctx, tuple(sorted(chain)), variables, factors, start, []):
        met = found[far]
        closed = [found[v] for v in variables if v != far]
        left = [x for x in factors if x not in used]
        apart = len({met, *closed}) == 1 + len(closed) and {met, *closed} <= set(inner)
        if apart and left and not any(ctx.positions.contains(s, i) for x in left for s in x[1] for i in closed):
            return met, used
    return None


def _inner_matrix(ctx: Attempt, x: Part, row: int, column: int) -> Matrix | None:
    """The matrix ``P`` of a function ``f(P)`` or an inverse with this row and column: what commutes with it commutes
    with them."""
    kind = ctx.heads[x[0]].kind
    if kind != "inverse" and kind not in ANALYTIC:
        return None
    matrix, k, l = opened_inverse(ctx, x) if kind == "inverse" else opened_function(ctx, x)  # noqa: E741
    if {k, l} != {row, column} or mentions(ctx, matrix, row, column):
        return None
    return matrix if k == row else Matrix(matrix.entry, matrix.column, matrix.row)


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


def _joined(ctx: Attempt, part: Part, window: Window, before: bool) -> tuple[str, Matrix] | None:
    """What a function and another one in its product are: ``e^A e^B`` an exponential, ``A^{1/2} A^{1/2}`` the matrix,
    which has no name."""
    x, matrix = window.factors[0], window.before
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
