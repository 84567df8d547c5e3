"""A second evaluator, for one point and with many digits, which certifies refutations.

It computes one number at a time by recursion over positions, and derivatives by central differences. It shares
nothing with the array evaluator but the ``meaning`` column of the table of functions. mpmath is imported when the
first point is evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, NamedTuple

from symgrad.core import nodes as n
from symgrad.core.functions import TABLE, Row
from symgrad.core.guards import factors, guards
from symgrad.core.ranges import Affine, Index, IndexExpr, Range, Subset, range_of
from symgrad.core.time_limit import TIME
from symgrad.evaluating.digits import Digits, OutOfSteps, UndefinedValue
from symgrad.evaluating.discrete import is_discrete, presence
from symgrad.evaluating.environment import Environment, EvaluationError
from symgrad.evaluating.matrix_digits import MATRIX_DIGITS
from symgrad.evaluating.tables import EXCLUDED, Assignment, Table, contracted, rows

LONGEST = 100_000
"""The most positions of a range that are met one by one."""


class Shift(NamedTuple):
    """One entry of a tensor or definition, changed by ``amount``."""

    what: n.Tensor | n.Definition
    position: tuple[int, ...]
    amount: Any
    held: frozenset[n.Definition]
    level: int


class Point:
    """Values at sample 0 of an environment. Derivatives are central differences of step ``h``."""

    def __init__(self, env: Environment, h: Any, steps: int) -> None:
        self.env = env
        self.h = h
        self.steps = steps
        self.m = Digits()
        self._memo: dict[tuple[Any, ...], Any] = {}

    def value(self, node: n.Expr, at: Assignment, shifts: tuple[Shift, ...] = ()) -> Any:
        if shifts:
            reach = n.reach(node)
            shifts = tuple(s for s in shifts if s.what in reach)
        open_ = sorted(n.free_indices(node), key=lambda i: i.serial)
        key = (node, tuple(at.get(i) for i in open_), shifts)
        found = self._memo.get(key)
        if found is None:
            self._spend()
            rule = _RULES.get(type(node))
            if rule is None:
                raise EvaluationError(f"unknown node kind {type(node).__name__}")
            found = self._memo[key] = self.m.note(rule(self, node, at, shifts))
        return found

    def _spend(self) -> None:
        self.steps -= 1
        if self.steps < 0:
            raise OutOfSteps("the evaluation takes too long")
        if not self.steps & 63:
            TIME.check()

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
        """The positions of an entry; raises ``UndefinedValue`` if one is outside of its slot."""
        key = tuple(self.position(e, at) for e in indices)
        if any(p not in self.span(r) for p, r in zip(key, ranges, strict=True)):
            raise UndefinedValue("a position outside its range")
        return key

    def offsets(self, ranges: tuple[Range, ...], key: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(p - self.env.number(r.lo) for p, r in zip(key, ranges, strict=True))

    def holds(self, c: n.Cond, at: Assignment, shifts: tuple[Shift, ...]) -> bool:
        if c.op == "pos":
            assert isinstance(c.left, n.Expr)  # by its op
            x = self.value(c.left, at, shifts)
            near = abs(x) < 1e-9 and (shifts or self.env.strict) and not is_discrete(c.left)
            if near and (x or self.value(presence(c.left), at)):
                raise UndefinedValue("at a jump")
            return bool(x > 0) ^ c.negated
        left = self.position(c.left, at)  # type: ignore[arg-type]  # by its op
        if c.op == "in":
            assert isinstance(c.right, Subset)  # by its op
            if left not in self.span(c.right.range):
                raise UndefinedValue("a position outside its range")
            member = bool(self.env.subset(c.right)[0, left - self.env.number(c.right.range.lo)])
            return member ^ c.negated
        right = self.position(c.right, at)  # type: ignore[arg-type]  # by its op
        return (left == right if c.op == "eq" else left < right) ^ c.negated

    def assignments(self, node: Any, at: Assignment, shifts: tuple[Shift, ...]) -> Iterator[Assignment]:
        """The assignments of a bound index that satisfy the conditions of its sum or product."""
        span = self.span(self.env.range_of(node.index))
        if len(span) > LONGEST:
            raise OutOfSteps("a range is too long")
        for p in span:
            here = {**at, node.index: p}
            if all(self.holds(c, here, shifts) for c in node.where):
                yield here

    # --- nodes --------------------------------------------------------------------------------------

    def _num(self, node: n.Num, at: Assignment, shifts: tuple[Shift, ...]) -> Any:
        return self.m.mp.mpf(node.value.numerator) / node.value.denominator

    def _const(self, node: n.Const, at: Assignment, shifts: tuple[Shift, ...]) -> Any:
        if node.name not in ("\\pi", "e"):
            raise EvaluationError(f"the constant {node.name} has no value")
        return +(self.m.mp.pi if node.name == "\\pi" else self.m.mp.e)

    def _size(self, node: n.Size, at: Assignment, shifts: tuple[Shift, ...]) -> Any:
        return self.m.mp.mpf(self.position(node.affine, at))

    def _shifted(self, x: Any, what: Any, key: tuple[int, ...], shifts: tuple[Shift, ...]) -> Any:
        for s in shifts:
            if s.what is what and s.position == key:
                x = x + s.amount
        return x

    def _entry(self, node: n.Entry, at: Assignment, shifts: tuple[Shift, ...]) -> Any:
        t = node.tensor
        key = self.positions(t.ranges, node.indices, at)
        x = self.m.mp.mpf(float(self.env.tensor(t)[(0, *self.offsets(t.ranges, key))]))
        return self._shifted(x, t, key, shifts)

    def _delta(self, node: n.Delta, at: Assignment, shifts: tuple[Shift, ...]) -> Any:
        left, right = self.position(node.left, at), self.position(node.right, at)
        for e, p, other in ((node.left, left, node.right), (node.right, right, node.left)):
            r = range_of(other)
            if isinstance(e, Affine) and e.terms and r is not None and p not in self.span(r):
                raise UndefinedValue("a position outside its range")
        return self.m.mp.mpf(left == right)

    def _iverson(self, node: n.Iverson, at: Assignment, shifts: tuple[Shift, ...]) -> Any:
        return self.m.mp.mpf(self.holds(node.cond, at, shifts))

    def _sum(self, node: n.Sum, at: Assignment, shifts: tuple[Shift, ...]) -> Any:
        """Position by position. Three and more nested sums of a product use the distributive law."""
        indices: list[Index] = []
        conds: list[n.Cond] = []
        body: Any = node
        while isinstance(body, n.Sum) and body.index not in indices:
            indices.append(body.index)
            conds.extend(body.where)
            body = body.body
        if len(indices) > 2 and isinstance(body, n.Mul):
            outer = {i: p for i, p in at.items() if i not in indices}
            beside = guards(body)
            tables = [self._table(f, indices, outer, shifts, f in beside) for f in factors(body)]
            masks = [self._mask(c, indices, outer, shifts) for c in conds]
            result = contracted(indices, [*masks, *tables], self.span_of, self.m.mp.mpf(1), self._spend)
            if result is None:
                raise UndefinedValue("a summand is undefined")
            return result
        if node.index not in n.free_indices(node.body) and not node.where:
            return len(self.span_of(node.index)) * self.value(node.body, at, shifts)
        return sum(
            (self.value(node.body, here, shifts) for here in self.assignments(node, at, shifts)), self.m.mp.mpf(0)
        )

    def _table(
        self, f: n.Expr, indices: list[Index], outer: Assignment, shifts: tuple[Shift, ...], guard: bool
    ) -> Table:
        """A factor at all positions of its indices: None where it is undefined, ``EXCLUDED`` where a guard is 0."""
        axes = tuple(i for i in indices if i in n.free_indices(f))
        values: dict[tuple[int, ...], Any] = {}
        for key, here in rows(axes, self.span_of, outer):
            try:
                x = self.value(f, here, shifts)
                values[key] = EXCLUDED if guard and x == 0 else x
            except UndefinedValue:
                values[key] = None
        return axes, values

    def _mask(self, c: n.Cond, indices: list[Index], outer: Assignment, shifts: tuple[Shift, ...]) -> Table:
        """1 where a condition holds, else ``EXCLUDED``."""
        axes = tuple(i for i in indices if i in n.free_indices(n.Iverson(c)))
        one = self.m.mp.mpf(1)
        return axes, {
            key: one if self.holds(c, here, shifts) else EXCLUDED for key, here in rows(axes, self.span_of, outer)
        }

    def _prod(self, node: n.Prod, at: Assignment, shifts: tuple[Shift, ...]) -> Any:
        result = self.m.mp.mpf(1)
        for here in self.assignments(node, at, shifts):
            result *= self.value(node.body, here, shifts)
        return result

    def _add(self, node: n.Add, at: Assignment, shifts: tuple[Shift, ...]) -> Any:
        return sum((self.value(t, at, shifts) for t in node.terms), self.m.mp.mpf(0))

    def _mul(self, node: n.Mul, at: Assignment, shifts: tuple[Shift, ...]) -> Any:
        result = self.m.mp.mpf(1)
        if any(self._is_zero(g, at, shifts) for g in guards(node)):
            return 0 * result
        for f in factors(node):
            result *= self.value(f, at, shifts)
        return result

    def _is_zero(self, guard: n.Expr, at: Assignment, shifts: tuple[Shift, ...]) -> bool:
        try:
            return bool(self.value(guard, at, shifts) == 0)
        except UndefinedValue:
            return False

    def _pow(self, node: n.Pow, at: Assignment, shifts: tuple[Shift, ...]) -> Any:
        base, e = self.value(node.base, at, shifts), self.value(node.exponent, at, shifts)
        if base == 0 and e < 0:
            raise UndefinedValue("division by zero")
        if base < 0 and e != self.m.mp.floor(e):
            raise UndefinedValue("a fractional power of a negative number")
        if e and base and abs(e * self.m.mp.log(abs(base))) > 10_000:
            raise UndefinedValue("a power overflows")
        return base**e

    def _func(self, node: n.Func, at: Assignment, shifts: tuple[Shift, ...]) -> Any:
        base = node.name.rstrip("'")
        row = TABLE.get(base)
        if row is None:
            raise EvaluationError(f"unknown function {node.name}")
        x = self.value(node.arg, at, shifts)
        order = len(node.name) - len(base)
        strict = self.env.strict and not is_discrete(node.arg)
        if row.kink and abs(x) < 1e-9 and (x or order or strict or self._jumps(row)):
            raise UndefinedValue("at a kink")

        def primed(order: int, z: Any) -> Any:
            """The derivative of the given order by central differences."""
            if not order:
                return row.meaning(self.m, z)
            return (primed(order - 1, z + self.h) - primed(order - 1, z - self.h)) / (2 * self.h)

        return primed(order, x)

    def _jumps(self, row: Row) -> bool:
        tiny = self.m.mp.mpf(10) ** -9
        return bool(abs(row.meaning(self.m, tiny) - row.meaning(self.m, -tiny)) > 1e-3)

    def _apply(self, node: n.Apply, at: Assignment, shifts: tuple[Shift, ...]) -> Any:
        f = self.env.function(node.function)
        mp = self.m.mp
        keys = [
            (k, self.offsets(node.function.shapes[k], self.positions(node.function.shapes[k], indices, at)))
            for k, indices in node.derivs
        ]
        result = mp.mpf(0 if keys else f.offset)
        for r, amplitude in enumerate(f.amplitude):
            angle = mp.mpf(f.phase[r]) + len(keys) * mp.pi / 2
            for lam, slope in zip(node.arguments, f.slopes[r], strict=True):
                spans = [self.span(self.env.range_of(i)) for i in lam.axes]
                for key in product(*spans):
                    offset = tuple(p - s.start for p, s in zip(key, spans, strict=True))
                    here = {**at, **dict(zip(lam.axes, key, strict=True))}
                    angle += mp.mpf(float(slope[offset])) * self.value(lam.body, here, shifts)
            outer = mp.mpf(amplitude)
            for k, offset in keys:
                outer *= mp.mpf(float(f.slopes[r][k][offset]))
            result += outer * mp.sin(angle)
        return result

    def _matrix_function(self, node: n.MatrixFunction, at: Assignment, shifts: tuple[Shift, ...]) -> Any:
        """By elimination on the matrix of numbers; the inverse is computed once for all of its entries."""
        axes = node.matrix.axes
        half = len(axes) // 2
        spans = [self.span_of(i) for i in axes]
        places = [list(product(*spans[:half])), list(product(*spans[half:]))]
        own = sorted(n.free_indices(node.matrix.body).difference(axes), key=lambda i: i.serial)
        memo = (node.name, node.matrix, tuple(at.get(i) for i in own), shifts)
        found = self._memo.get(memo)
        if found is None:
            here = [[{**at, **dict(zip(axes, (*a, *b), strict=True))} for b in places[1]] for a in places[0]]
            entries = [[self.value(node.matrix.body, place, shifts) for place in row] for row in here]
            found = self._memo[memo] = MATRIX_DIGITS[node.name](self.m.mp, entries)
        if found is None:
            raise UndefinedValue("a matrix without an inverse")
        if not node.indices:
            return found
        where = tuple(self.position(e, at) for e in node.indices)
        if where[:half] not in places[0] or where[half:] not in places[1]:
            raise UndefinedValue("a position outside its range")
        return found[places[0].index(where[:half])][places[1].index(where[half:])]

    def _ref(self, node: n.Ref, at: Assignment, shifts: tuple[Shift, ...]) -> Any:
        d = node.definition
        key = self.positions(tuple(self.env.range_of(i) for i in d.params), node.indices, at)
        inner = tuple(s for s in shifts if s.what is not d and d not in s.held)
        x = self.value(d.body, {**at, **dict(zip(d.params, key, strict=True))}, inner)
        return self._shifted(x, d, key, shifts)

    def _deriv(self, node: n.Deriv, at: Assignment, shifts: tuple[Shift, ...]) -> Any:
        """``(f(x + h) - f(x - h)) / 2h``; undefined if ``f(x)`` is"""
        target = node.target
        what = target.tensor if isinstance(target, n.Entry) else target.definition
        ranges = what.ranges if isinstance(what, n.Tensor) else tuple(self.env.range_of(i) for i in what.params)
        key = self.positions(ranges, target.indices, at)
        self.value(node.body, at, shifts)
        if what not in n.reach(node.body):
            return self.m.mp.mpf(0)
        up, down = (
            self.value(node.body, at, (*shifts, Shift(what, key, sign * self.h, node.held, len(shifts))))
            for sign in (1, -1)
        )
        return (up - down) / (2 * self.h)

    def _cases(self, node: n.Cases, at: Assignment, shifts: tuple[Shift, ...]) -> Any:
        for conds, branch in node.branches:
            if all(self.holds(c, at, shifts) for c in conds):
                return self.value(branch, at, shifts)
        raise UndefinedValue("no case applies")


_RULES: dict[type[n.Expr], Callable[[Point, Any, Assignment, tuple[Shift, ...]], Any]] = {
    n.Num: Point._num,
    n.Const: Point._const,
    n.Size: Point._size,
    n.Entry: Point._entry,
    n.Delta: Point._delta,
    n.Iverson: Point._iverson,
    n.Sum: Point._sum,
    n.Prod: Point._prod,
    n.Add: Point._add,
    n.Mul: Point._mul,
    n.Pow: Point._pow,
    n.Func: Point._func,
    n.Apply: Point._apply,
    n.MatrixFunction: Point._matrix_function,
    n.Deriv: Point._deriv,
    n.Ref: Point._ref,
    n.Cases: Point._cases,
}

__all__ = ["OutOfSteps", "Point", "UndefinedValue"]
