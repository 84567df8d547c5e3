"""The meaning in NumPy of all nodes but names and derivatives.

The value of an expression is an array with one named axis per free index (see ``arithmetic``). A pole or the logarithm
of a negative number is nan, and so is every value computed from it.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symgrad.core import nodes as n
from symgrad.core.functions import TABLE, Row
from symgrad.core.guards import factors, guards
from symgrad.core.ranges import Affine, Index, Subset, range_of
from symgrad.core.substitute import rename_bound
from symgrad.evaluating.arithmetic import (
    ONE,
    ZERO,
    Arr,
    Axes,
    Dual,
    Numbers,
    align,
    at_position,
    axes_of,
    const,
    derivative_of,
    each,
    is_finite,
    merge,
    plus,
    primal,
    product,
    select,
    split,
    total,
    undefined_where,
)
from symgrad.evaluating.array_functions import functions, integer_power, real_power
from symgrad.evaluating.array_positions import ArrayPositions, PositionValues, union_of_masks
from symgrad.evaluating.budget import BUDGET, NODE
from symgrad.evaluating.discrete import is_discrete, presence
from symgrad.evaluating.environment import Environment, EvaluationError

KINK = 1e-9
"""The distance from a kink below which an argument counts as at the kink."""
OFF = 1e-6
"""A factor that guards a product counts as 0 below this. It leaves room for the noise put on results."""
CONSTANTS = {"\\pi": math.pi, "e": math.e}


class Perturbation:
    """The entry of ``what`` that is perturbed: the one at ``positions``, whose arrays have these ``axes``."""

    __slots__ = ("axes", "held", "positions", "tag", "what")

    def __init__(
        self,
        tag: int,
        what: n.Tensor | n.Definition,
        positions: tuple[PositionValues, ...],
        held: frozenset[n.Definition],
    ) -> None:
        self.tag = tag
        self.what = what
        self.positions = positions
        self.axes = merge(*(p.axes for p in positions))
        self.held = held


Perturbations = tuple[Perturbation, ...]


@lru_cache(maxsize=256)
def _jumps(row: Row) -> bool:
    """True if a function with a kink at 0 is discontinuous there."""
    low, high = (primal(row.meaning(functions, const(x))).a[0] for x in (-KINK, KINK))
    return bool(abs(high - low) > 1e-3)


class Meaning(ArrayPositions, ABC):
    """One rule per node kind. The evaluator adds the rules for names and derivatives."""

    def __init__(self, env: Environment, shake: float) -> None:
        super().__init__(env)
        self.shake = shake
        self._noise = np.random.default_rng(1) if shake else None

    @abstractmethod
    def value(self, node: n.Expr, perturbations: Perturbations = ()) -> Numbers:
        """The value of a node with these entries perturbed."""

    def _with_own_index(self, node: Any, perturbations: Perturbations) -> Any:
        """Rename the index of a sum or product if it is also an axis of a perturbation."""
        if any(node.index in p.axes for p in perturbations):
            return rename_bound(node, {node.index: node.index.fresh()})
        return node

    def _with_noise(self, a: NDArray[Any]) -> NDArray[Any]:
        if self._noise is None:
            return a
        return np.asarray(a * (1 + self.shake * self._noise.uniform(-1, 1, a.shape)))

    def condition(self, c: n.Cond) -> tuple[Arr, Arr | None]:
        """Masks of where a condition holds and of where it is undefined."""
        if c.op == "pos":
            assert isinstance(c.left, n.Expr)  # by its op
            x = primal(self.value(c.left))
            jumps = self.env.strict and not is_discrete(c.left)
            unknown = Arr(~(np.abs(x.a) > KINK) if jumps else np.isnan(x.a), x.axes)
            if jumps and (x.a == 0).any():
                present = primal(self.value(presence(c.left)))
                there, near, axes = align(present, unknown)
                unknown = Arr(near & (there != 0), axes)
            return Arr((x.a > 0) ^ c.negated, x.axes), unknown if unknown.a.any() else None
        left = self.positions(c.left)  # type: ignore[arg-type]  # by its op
        if c.op == "in":
            assert isinstance(c.right, Subset)  # by its op
            held, undefined = self.gather(Arr(self.env.subset(c.right), ()), (c.right.range,), (c.left,))  # type: ignore[arg-type]  # by its op
            return Arr(held.a ^ c.negated, held.axes), undefined
        right = self.positions(c.right)  # type: ignore[arg-type]  # by its op
        a, b, axes = align(left, right)
        return Arr(((a == b) if c.op == "eq" else (a < b)) ^ c.negated, axes), union_of_masks(
            left.missing, right.missing
        )

    def conditions(self, conds: Iterable[n.Cond]) -> tuple[list[Arr], Arr | None]:
        masks: list[Arr] = []
        undefined: Arr | None = None
        for c in conds:
            mask, unknown = self.condition(c)
            masks.append(mask)
            undefined = union_of_masks(undefined, unknown)
        return masks, undefined

    def _num(self, node: n.Num, perturbations: Perturbations) -> Numbers:
        return const(float(node.value))

    def _const(self, node: n.Const, perturbations: Perturbations) -> Numbers:
        if node.name not in CONSTANTS:
            raise EvaluationError(f"the constant {node.name} has no value")
        return const(CONSTANTS[node.name])

    def _size(self, node: n.Size, perturbations: Perturbations) -> Numbers:
        at = self.positions(node.affine)
        return Arr(at.a.astype(float), at.axes)

    def _delta(self, node: n.Delta, perturbations: Perturbations) -> Numbers:
        """Undefined where arithmetic on one side leaves the range of the other side; 0 where a literal lies beyond."""
        left, right = self.positions(node.left), self.positions(node.right)
        result = self.coincide(left, right)
        for e, at, other in ((node.left, left, node.right), (node.right, right, node.left)):
            r = range_of(other)
            if isinstance(e, Affine) and e.terms and r is not None:
                out = self.outside(at, r)
                result = result if out is None else undefined_where(out, result)
        return result

    def _iverson(self, node: n.Iverson, perturbations: Perturbations) -> Numbers:
        mask, undefined = self.condition(node.cond)
        result = Arr(mask.a.astype(float), mask.axes)
        return result if undefined is None else undefined_where(undefined, result)

    def _sum(self, node: n.Sum, perturbations: Perturbations) -> Numbers:
        """Nested sums of products by the distributive law: one index is summed at a time."""
        indices: list[Index] = []
        conds: list[n.Cond] = []
        body: Any = node
        while isinstance(body, n.Sum) and body.index not in indices:
            body = self._with_own_index(body, perturbations)
            indices.append(body.index)
            conds.extend(body.where)
            body = body.body
        masks, undefined = self.conditions(conds)
        terms = body.terms if isinstance(body, n.Add) else (body,)
        result: Numbers | None = None
        for term in terms:
            value = self._contract(indices, masks, self._factors(term, perturbations))
            result = value if result is None else plus(result, value)
        if undefined is not None:
            result = plus(result or ZERO, self._contract(indices, [], [undefined_where(undefined, ZERO)]))
        return result or ZERO

    def _contract(self, indices: list[Index], masks: list[Arr], factors: list[Numbers]) -> Numbers:
        """``sum_indices [masks] prod factors``, without the summands where a mask is false, be they undefined.

        A factor without a summed index counts only where there is a summand: a subset may be empty.
        """
        if any(self.env.count(i) == 0 for i in indices):
            return ZERO
        if masks and not all(map(is_finite, factors)):
            masks = [*masks, self._any(indices, masks)]
        left = list(indices)
        known = {id(f): axes_of(f) for f in (*masks, *factors)}
        while left:
            index = left[0] if len(left) == 1 else min(left, key=lambda i: self._joint_size(known.values(), i))
            left.remove(index)
            used = [m for m in masks if index in m.axes]
            masks = [m for m in masks if index not in m.axes]
            held = [f for f in factors if index in known[id(f)]]
            factors = [f for f in factors if index not in known[id(f)]]
            part = product(held)
            for mask in used:
                part = select(mask, part, ZERO)
            if self.shake:
                part = each(self._with_noise, part)
            part = total(part, index, self.env.count(index))
            known = {id(f): known[id(f)] for f in (*masks, *factors)}
            known[id(part)] = axes_of(part)
            factors.append(part)
        result = product(factors)
        for mask in masks:
            result = select(mask, result, ZERO)
        return result

    def _any(self, indices: list[Index], masks: list[Arr]) -> Arr:
        """Where all masks hold at some positions of the indices."""
        found: Numbers = product([Arr(m.a.astype(float), m.axes) for m in masks])
        for index in indices:
            found = total(found, index, self.env.count(index))
        return Arr(primal(found).a > 0, primal(found).axes)

    def _joint_size(self, lists: Iterable[Axes], index: Index) -> int:
        """The size of the product of all arrays that have the index."""
        axes = {i for axes in lists if index in axes for i in axes}
        return math.prod(self.env.count(i) for i in axes)

    def _prod(self, node: n.Prod, perturbations: Perturbations) -> Numbers:
        node = self._with_own_index(node, perturbations)
        masks, undefined = self.conditions(node.where)
        body = self.value(node.body, perturbations)
        for mask in masks:
            body = select(mask, body, ONE)
        if undefined is not None:
            body = undefined_where(undefined, body)
        count = self.env.count(node.index)
        BUDGET.spend(count * NODE)
        return product([at_position(body, node.index, k) for k in range(count)])

    def _add(self, node: n.Add, perturbations: Perturbations) -> Numbers:
        result = self.value(node.terms[0], perturbations)
        for t in node.terms[1:]:
            result = plus(result, self.value(t, perturbations))
        return result

    def _mul(self, node: n.Mul, perturbations: Perturbations) -> Numbers:
        return product(self._factors(node, perturbations))

    def _factors(self, node: n.Expr, perturbations: Perturbations) -> list[Numbers]:
        """The factors of a product. An undefined factor counts as 0 where an indicator in the product is 0."""
        values = [self.value(f, perturbations) for f in factors(node)]
        beside = guards(node)
        undefined = [k for k, v in enumerate(values) if not is_finite(v)] if beside else []
        for g in beside if undefined else ():
            guard = primal(self.value(g))
            off = Arr(np.abs(guard.a) < OFF, guard.axes)
            if off.a.any():
                for k in undefined:
                    align(off, primal(values[k]))  # raises if both together are too large
                    values[k] = select(off, ZERO, values[k])
        return values

    def _pow(self, node: n.Pow, perturbations: Perturbations) -> Numbers:
        base = self.value(node.base, perturbations)
        e = node.exponent
        if isinstance(e, n.Num) and e.value.denominator == 1:
            return integer_power(base, int(e.value))
        return real_power(base, self.value(e, perturbations))

    def _func(self, node: n.Func, perturbations: Perturbations) -> Numbers:
        base = node.name.rstrip("'")
        row = TABLE.get(base)
        if row is None:
            raise EvaluationError(f"unknown function {node.name}")
        x = self.value(node.arg, perturbations)
        # f'(x) is the eps part of f(x + eps); one eps per prime
        first = 1 + max((q.tag for q in perturbations), default=0)
        tags = range(first, first + len(node.name) - len(base))
        for tag in tags:
            x = Dual(tag, x, ONE)
        y: Numbers = row.meaning(functions, x)
        if row.kink:
            strict = self.env.strict and not is_discrete(node.arg)
            y = self._undefined_at_kink(row, x, y, strict)
        for tag in reversed(tags):
            here, moved = split(y, tag)
            y = derivative_of(here, ZERO if moved is None else moved)
        return y

    def _undefined_at_kink(self, row: Row, x: Numbers, y: Numbers, strict: bool) -> Numbers:
        """Make a jump undefined, and at a kink the derivative, unless the argument is constant; also the value there,
        if it is to be avoided."""
        at = primal(x)
        near = Arr(np.abs(at.a) <= KINK, at.axes)
        if not near.a.any():
            return y
        if strict or _jumps(row):
            return undefined_where(near, y)
        while isinstance(x, Dual) and isinstance(y, Dual):
            moving = primal(x.dot)
            a, b, axes = align(near, moving)
            y = Dual(y.tag, y.value, undefined_where(Arr(a & (b != 0), axes), y.dot))
            x = x.value
        return y

    def _cases(self, node: n.Cases, perturbations: Perturbations) -> Numbers:
        result: Numbers = const(math.nan)
        for conds, branch in reversed(node.branches):
            value = self.value(branch, perturbations)
            masks, undefined = self.conditions(conds)
            if undefined is not None:
                value = undefined_where(undefined, value)
                masks = [Arr(m.a, m.axes) for m in masks]
            if not masks:
                result = value
                continue
            holds = masks[0]
            for m in masks[1:]:
                a, b, axes = align(holds, m)
                holds = Arr(a & b, axes)
            holds = holds if undefined is None else union_of_masks(holds, undefined) or holds
            result = select(holds, value, result)
        return result
