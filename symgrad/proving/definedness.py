"""What is implied by a claim being defined: entries under a log are positive, positions lie in their ranges.

Only subexpressions that are always evaluated count: none under a condition, none in a sum that may be empty, and none
multiplied by a delta, an indicator or a bit, which may be 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from symgrad.core.functions import TABLE
from symgrad.core.guards import factors, is_indicator
from symgrad.core.nodes import (
    ZERO,
    Add,
    Cases,
    Deriv,
    Entry,
    Expr,
    Func,
    Iverson,
    MatrixFunction,
    Mul,
    Pow,
    Prod,
    Ref,
    Sum,
    all_nodes,
    free_indices,
    parts,
)
from symgrad.core.ranges import Affine, Index, IndexExpr, Range, indices_of
from symgrad.core.substitute import instantiate
from symgrad.proving.attempt import Attempt, Pattern
from symgrad.proving.common_factors import primitive_part
from symgrad.proving.normal_form import normal_form

MAX_NODES = 4_000
"""The most nodes that are visited."""


@dataclass(frozen=True, slots=True)
class ImpliedByDefinedness:
    """``positive_entries``: entries, determinants and sums of terms under a log, with those of their indices that take
    all positions of their slots; ``in_range``: positions and the ranges of their slots. None of their indices is bound.
    """

    positive_entries: tuple[tuple[Expr, frozenset[Index]], ...] = ()
    in_range: tuple[tuple[IndexExpr, Range], ...] = ()


def implied_by_definedness(*sides: Expr) -> ImpliedByDefinedness:
    """What follows if all these sides are defined."""
    if not any(_says_something(node) for side in sides for node in all_nodes(side)):
        return ImpliedByDefinedness()
    positive_entries: dict[tuple[Expr, frozenset[Index]], None] = {}
    in_range: dict[tuple[IndexExpr, Range], None] = {}
    for node, bound in _unconditional(sides):
        if isinstance(node, Func) and _needs_positive(node) and isinstance(node.arg, Entry):
            found = _for_all(node.arg, bound)
            if found is not None:
                positive_entries[found] = None
        elif isinstance(node, Func) and _needs_positive(node) and isinstance(node.arg, (MatrixFunction, Add)):
            if not free_indices(node.arg) & bound:
                positive_entries[node.arg, frozenset()] = None
        elif isinstance(node, Entry):
            for e, range_ in zip(node.indices, node.tensor.ranges, strict=True):
                if isinstance(e, Affine) and not any(i in bound for i in e.indices()):
                    in_range[e, range_] = None
    return ImpliedByDefinedness(tuple(positive_entries), tuple(in_range))


def _says_something(node: Expr) -> bool:
    """True for a logarithm, and for an entry at a position that is no plain letter."""
    if isinstance(node, Entry):
        return any(isinstance(e, Affine) for e in node.indices)
    return isinstance(node, Func) and _needs_positive(node)


def _needs_positive(node: Func) -> bool:
    row = TABLE.get(node.name)
    return row is not None and row.domain == "positive"


def _unconditional(sides: tuple[Expr, ...]) -> Iterator[tuple[Expr, frozenset[Index]]]:
    """The nodes that are always evaluated, each with the indices bound by unconditional sums around it."""
    seen: set[tuple[Expr, frozenset[Index]]] = set()
    stack: list[tuple[Expr, frozenset[Index]]] = [(side, frozenset()) for side in reversed(sides)]
    while stack:
        node, bound = stack.pop()
        if len(seen) > MAX_NODES:
            return
        if (node, bound) in seen or isinstance(node, (Iverson, Cases)):
            continue
        seen.add((node, bound))
        yield node, bound
        if isinstance(node, (Sum, Prod)):
            if not node.where and has_positions(node.index.range):
                stack.append((node.body, bound | {node.index}))
        elif _may_be_left_out(node):
            continue
        elif isinstance(node, Ref):
            stack.append((instantiate(node.definition, node.indices), bound))
        elif isinstance(node, Deriv):
            stack.extend(((node.target, bound), (node.body, bound)))
        else:
            stack.extend((child, bound) for child in parts(node)[1])


def _may_be_left_out(node: Expr) -> bool:
    """True if parts of the node need not be evaluated: beside a factor that may be 0, and in a power of 0."""
    if isinstance(node, Mul):
        return any(isinstance(f, Cases) or is_indicator(f) for f in factors(node))
    return isinstance(node, Pow) and node.exponent is ZERO


def has_positions(range_: Range | None) -> bool:
    """True if the range has a position whatever the sizes, which are 1 at least: ``2 .. N`` may be empty."""
    if range_ is None:
        return False
    size = range_.size
    return all(c > 0 for _, c in size.terms) and size.const + sum(c for _, c in size.terms) > 0


def _for_all(entry: Entry, bound: frozenset[Index]) -> tuple[Entry, frozenset[Index]] | None:
    """The entry with its bound indices; None if one of them does not take all positions of its slot."""
    for e, range_ in zip(entry.indices, entry.tensor.ranges, strict=True):
        if isinstance(e, Index):
            if e in bound and e.range != range_:
                return None
        elif any(i in bound for i in indices_of(e)):
            return None
    return entry, frozenset(e for e in entry.indices if isinstance(e, Index) and e in bound)


def learn_positive(ctx: Attempt, entry: Expr, params: frozenset[Index]) -> None:
    """Learn that the entry is positive for all values of the parameters; a sum of terms is it as it stands."""
    found = normal_form(ctx, entry)
    if len(found) > 1:
        ctx.facts.positive_polys.append(frozenset(primitive_part(ctx, found, False)[2].items()))
        return
    for mono in found:
        if len(mono) == 1 and mono[0][2] == 1:
            pattern = Pattern(mono[0][1], frozenset(ctx.positions.of(i) for i in params))
            ctx.facts.positive.setdefault(mono[0][0], []).append(pattern)


def learn_in_range(ctx: Attempt, e: IndexExpr, range_: Range) -> None:
    """Learn that the position lies in the range: ``s + 1`` in ``1 .. T`` means ``s <= T - 1``, and ``2`` in ``1 .. T``
    means ``T >= 2``."""
    positions = ctx.positions
    a = positions.as_arithmetic(positions.of(e))
    if a is None:
        return
    lo, hi = positions.of(range_.lo), positions.of(range_.hi)
    if not a.terms and not a.sizes:
        if len(range_.hi.terms) == 1 and range_.hi.terms[0][1] == 1:
            size = str(range_.hi.terms[0][0])
            positions.least_sizes[size] = max(positions.least_sizes.get(size, 0), a.const - range_.hi.const)
        return
    if len(a.terms) != 1 or a.terms[0][1] not in (1, -1):
        return
    index, sign = a.terms[0]
    rest = positions.arithmetic(a.const, a.sizes, ())
    if sign == 1:
        positions.lower.setdefault(index, []).append(positions.plus(lo, rest, -1))
        positions.upper.setdefault(index, []).append(positions.plus(hi, rest, -1))
    else:
        positions.lower.setdefault(index, []).append(positions.plus(rest, hi, -1))
        positions.upper.setdefault(index, []).append(positions.plus(rest, lo, -1))
