"""Positions at one point: a whole number for every index expression, or none."""

from __future__ import annotations

from typing import Any, NamedTuple

from symgrad.core import nodes as n
from symgrad.core.ranges import Affine, Index, IndexExpr, Range
from symgrad.evaluating.digits import UndefinedValue
from symgrad.evaluating.environment import Environment, EvaluationError
from symgrad.evaluating.tables import Assignment


class Shift(NamedTuple):
    """One entry of a tensor or a definition, moved by ``amount``."""

    what: n.Tensor | n.Definition
    position: tuple[int, ...]
    amount: Any
    held: frozenset[n.Definition]
    level: int


class PointPositions:
    """The positions in sample 0 of an environment."""

    def __init__(self, env: Environment) -> None:
        self.env = env

    def span(self, r: Range) -> range:
        return range(self.env.number(r.lo), self.env.number(r.hi) + 1)

    def span_of(self, i: Index) -> range:
        return self.span(self.env.range_of(i))

    def position(self, e: IndexExpr, at: Assignment) -> int:
        if isinstance(e, Index):
            if e in at:
                return at[e]
            fixed = self.env.position(e)
            if fixed is None:
                raise EvaluationError(f"the index {e.letter} has no position")
            return int(fixed[0])
        if isinstance(e, Affine):
            total = e.const
            for symbol, c in e.terms:
                total += c * (self.env.size(symbol) if isinstance(symbol, str) else self.position(symbol, at))
            return total
        key = self.positions(e.array.ranges, e.indices, at)
        return int(self.env.index_array(e.array)[(0, *self.offsets(e.array.ranges, key))])

    def positions(self, ranges: tuple[Range, ...], indices: tuple[IndexExpr, ...], at: Assignment) -> tuple[int, ...]:
        """The positions of an entry; undefined if one is outside its slot."""
        key = tuple(self.position(e, at) for e in indices)
        if any(p not in self.span(r) for p, r in zip(key, ranges, strict=True)):
            raise UndefinedValue("a position outside its range")
        return key

    def offsets(self, ranges: tuple[Range, ...], key: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(p - self.env.number(r.lo) for p, r in zip(key, ranges, strict=True))
