"""Points where a side is undefined beside the factors and branches that choose when its parts count.

``[i <= N] x_{i+1}`` is undefined at ``i = N``, and ``cases`` without an otherwise branch where no condition holds. A
claim says nothing there, so a difference that is 0 at all other points is enough, and the proof says which these are.
"""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.core.guards import factors, is_indicator
from symgrad.core.nodes import (
    ONE,
    ZERO,
    Apply,
    Cases,
    Cond,
    Deriv,
    Entry,
    Expr,
    Iverson,
    MatrixFunction,
    Mul,
    Pow,
    Prod,
    Ref,
    Sum,
    free_indices,
    mul,
    parts,
    sub,
)
from symgrad.core.ranges import Affine, Index
from symgrad.core.substitute import instantiate
from symgrad.proving.attempt import Attempt, Poly
from symgrad.proving.definedness import has_positions
from symgrad.proving.express import to_expr
from symgrad.proving.normal_form import normal_form
from symgrad.proving.poly import ONE as UNIT
from symgrad.proving.poly import minus
from symgrad.proving.poly import mul as times
from symgrad.proving.zero import is_zero

MAX_NODES = 2_000
MAX_POINTS = 6
"""The most nodes that are visited, and the most products of indicators that are multiplied by."""


def undefined_points(*sides: Expr) -> tuple[Expr, ...]:
    """Products of indicators, each of which is 0 wherever all these sides are defined."""
    found: dict[Expr, None] = {}
    seen: set[tuple[Expr, Expr]] = set()
    waiting: list[tuple[Expr, Expr, frozenset[Index]]] = [(side, ONE, frozenset()) for side in reversed(sides)]
    while waiting and len(seen) < MAX_NODES:
        node, guard, bound = waiting.pop()
        if (node, guard) in seen or isinstance(node, Iverson | Apply | MatrixFunction):
            continue
        seen.add((node, guard))
        for where in _undefined_here(node):
            point = mul(guard, where)
            if not free_indices(point) & bound:
                found[point] = None
        if isinstance(node, Sum | Prod):
            if not node.where and has_positions(node.index.range):
                waiting.append((node.body, guard, bound | {node.index}))
        else:
            waiting.extend((child, mul(guard, more), bound) for child, more in _evaluated(node))
    return tuple(found)


def _undefined_here(node: Expr) -> Iterator[Expr]:
    """Where the node itself is undefined, whatever its parts are: a position outside of its range, no branch taken."""
    if isinstance(node, Entry):
        for e, range_ in zip(node.indices, node.tensor.ranges, strict=True):
            if isinstance(e, Affine):
                yield Iverson(Cond("lt", range_.hi, e))
                yield Iverson(Cond("lt", e, range_.lo))
    elif isinstance(node, Cases):
        yield mul(*(sub(ONE, _all(conds)) for conds, _ in node.branches))


def _evaluated(node: Expr) -> Iterator[tuple[Expr, Expr]]:
    """The parts of a node, each with the indicators that are not 0 where it counts."""
    if isinstance(node, Cases):
        otherwise: Expr = ONE
        for conds, value in node.branches:
            yield value, mul(otherwise, _all(conds))
            otherwise = mul(otherwise, sub(ONE, _all(conds)))
    elif isinstance(node, Mul):
        chosen = [f for f in factors(node) if is_indicator(f)]
        yield from ((f, mul(*chosen)) for f in factors(node) if f not in chosen)
    elif isinstance(node, Ref):
        yield instantiate(node.definition, node.indices), ONE
    elif isinstance(node, Deriv):
        yield node.body, ONE
    elif not (isinstance(node, Pow) and node.exponent is ZERO):
        yield from ((child, ONE) for child in parts(node)[1])


def _all(conds: tuple[Cond, ...]) -> Expr:
    return mul(*map(Iverson, conds))


def is_zero_where_defined(ctx: Attempt, difference: Poly, points: tuple[Expr, ...]) -> tuple[Expr, ...] | None:
    """The points, as few as possible, apart from which the difference is known to be 0; None if it is not."""
    used: dict[Expr, Poly] = {}
    rest = difference
    for point in points:
        where = normal_form(ctx, point)
        if where and where != {UNIT: 1} and len(used) < MAX_POINTS:
            used[point] = where
            rest = times(ctx, rest, minus({UNIT: 1}, where))
            if is_zero(ctx, rest):
                return tuple(_told(ctx, point, used[point]) for point in _fewest(ctx, difference, used))
    return None


def _fewest(ctx: Attempt, difference: Poly, used: dict[Expr, Poly]) -> dict[Expr, Poly]:
    kept = dict(used)
    for point in used:
        rest = difference
        for other, where in kept.items():
            if other is not point:
                rest = times(ctx, rest, minus({UNIT: 1}, where))
        if is_zero(ctx, rest):
            del kept[point]
    return kept


def _told(ctx: Attempt, point: Expr, where: Poly) -> Expr:
    """The point in its shorter form: as the side has it, or as one product that is known to be the same."""
    return to_expr(ctx, where) if len(where) == 1 and isinstance(point, Mul) else point
