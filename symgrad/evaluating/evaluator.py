"""The evaluator: names and derivatives, on top of the meaning of the other nodes (``meaning``).

A definition is evaluated at all its positions, then its entries are looked up. A derivative is the ``eps`` part of its
body when the target entry is ``value + eps``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symgrad.core import nodes as n
from symgrad.core.ranges import IndexExpr
from symgrad.core.substitute import substitute
from symgrad.evaluating.arithmetic import (
    ZERO,
    Arr,
    Axes,
    Dual,
    Numbers,
    const,
    derivative_of,
    each,
    perturb,
    plus,
    primal,
    product,
    times,
    total,
    undefined_where,
)
from symgrad.evaluating.array_functions import functions
from symgrad.evaluating.array_positions import in_serial_order
from symgrad.evaluating.budget import BUDGET
from symgrad.evaluating.discrete import is_whole
from symgrad.evaluating.environment import Environment, EvaluationError
from symgrad.evaluating.matrix_axes import MatrixAxes
from symgrad.evaluating.matrix_meanings import MATRIX_MEANINGS
from symgrad.evaluating.meaning import Meaning, Perturbation, Perturbations


class Evaluator(Meaning):
    """Values of expressions in one environment. Each is computed once.

    ``shake`` is relative noise put on all results, to tell rounding errors from differences.
    """

    def __init__(self, env: Environment, shake: float = 0.0) -> None:
        super().__init__(env, shake)
        self.kept = 0
        """How many numbers are remembered."""
        self._values: dict[tuple[n.Expr, Perturbations], Numbers] = {}
        self._defined: dict[tuple[n.Definition, Perturbations], tuple[Axes, Numbers]] = {}
        self._perturbed: dict[tuple[Any, ...], Perturbation] = {}
        self._open: set[n.Definition] = set()

    def value(self, node: n.Expr, perturbations: Perturbations = ()) -> Numbers:
        """The value of a node with these entries perturbed."""
        if perturbations:
            reach = n.reach(node)
            perturbations = tuple(p for p in perturbations if p.what in reach)
        key = (node, perturbations)
        found = self._values.get(key)
        if found is None:
            rule = _RULES.get(type(node))
            if rule is None:
                raise EvaluationError(f"unknown node kind {type(node).__name__}")
            found = rule(self, node, perturbations)
            if self.shake and isinstance(node, _ROUNDED) and not is_whole(node):
                found = each(self._with_noise, found)
            size = primal(found).a.size
            BUDGET.spend(size)
            self.kept += size
            self._values[key] = found
        return found

    def forget(self) -> None:
        """Drop the values computed so far; they are computed again where they are needed."""
        self._values.clear()
        self._defined.clear()
        self.kept = 0

    def number(self, node: n.Expr) -> Arr:
        """The value of a node without perturbations."""
        with np.errstate(all="ignore"):
            return primal(self.value(node))

    def _entry(self, node: n.Entry, perturbations: Perturbations) -> Numbers:
        t = node.tensor
        values = self.env.tensor(t)
        result = self.entry(Arr(values, ()), None, t.ranges, node.indices)
        for p in perturbations:
            result = perturb(result, p.tag, self._is_varied(node.indices, p))
        return result

    def _is_varied(self, indices: tuple[IndexExpr, ...], p: Perturbation) -> Numbers:
        return product([self.coincide(self.positions(e), q) for e, q in zip(indices, p.positions, strict=True)])

    def _apply(self, node: n.Apply, perturbations: Perturbations) -> Numbers:
        """``offset + sum_r a_r sin(c_r + sum_k b_rk . Y_k)``. Each partial derivative adds a factor ``b`` and a
        quarter turn to the phase."""
        f = self.env.function(node.function)
        arguments: list[tuple[Axes, Numbers]] = []
        for lam in node.arguments:
            axes, body = self._with_own_axes(lam.axes, lam.body, perturbations)
            arguments.append((axes, self.value(body, perturbations)))
        result: Numbers = ZERO if node.derivs else const(f.offset)
        for r, amplitude in enumerate(f.amplitude):
            angle: Numbers = const(f.phase[r])
            for (axes, y), slope in zip(arguments, f.slopes[r], strict=True):
                named, order = in_serial_order(axes)
                part = times(Arr(slope[None].transpose(order), named), y)
                for i in axes:
                    part = total(part, i, self.env.count(i))
                angle = plus(angle, part)
            if self.shake:
                angle = each(self._with_noise, angle)
            outer: list[Numbers] = [const(amplitude)]
            for k, indices in node.derivs:
                outer.append(self.entry(Arr(f.slopes[r][k][None], ()), None, node.function.shapes[k], indices))
            turn = len(node.derivs) % 4
            wave = functions.cos(angle) if turn % 2 else functions.sin(angle)
            result = plus(result, product([*outer, -wave if turn > 1 else wave]))
        return result

    def _matrix_function(self, node: n.MatrixFunction, perturbations: Perturbations) -> Numbers:
        """The function of the whole matrix, then its entry."""
        axes, body = self._with_own_axes(node.matrix.axes, node.matrix.body, perturbations)
        value = self.value(body, perturbations)
        rows, columns = axes[: len(axes) // 2], axes[len(axes) // 2 :]
        found = MATRIX_MEANINGS[node.name](value, MatrixAxes(rows, columns, tuple(map(self.env.count, rows))))
        if self.shake:
            found = each(self._with_noise, found)
        if not node.indices:
            return found
        return self.entry(found, axes, tuple(self.env.range_of(i) for i in axes), node.indices)

    def _ref(self, node: n.Ref, perturbations: Perturbations) -> Numbers:
        """Evaluate the definition at all its positions, then look up the entry."""
        d = node.definition
        inner = tuple(p for p in perturbations if p.what is not d and d not in p.held)
        slots, values = self._definition(d, inner)
        ranges = tuple(self.env.range_of(i) for i in d.params)
        result = self.entry(values, slots, ranges, node.indices)
        for p in perturbations:
            if p.what is d:
                result = perturb(result, p.tag, self._is_varied(node.indices, p))
        return result

    def _definition(self, d: n.Definition, perturbations: Perturbations) -> tuple[Axes, Numbers]:
        if perturbations:
            reach = n.reach(d.body)
            perturbations = tuple(p for p in perturbations if p.what in reach)
        key = (d, perturbations)
        found = self._defined.get(key)
        if found is None:
            if d in self._open:
                raise EvaluationError(f"{d.name} is defined through itself")
            self._open.add(d)
            try:
                slots, body = self._with_own_axes(d.params, d.body, perturbations)
                found = self._defined[key] = (slots, self.value(body, perturbations))
            finally:
                self._open.discard(d)
        return found

    def _deriv(self, node: n.Deriv, perturbations: Perturbations) -> Numbers:
        target = node.target
        what = target.tensor if isinstance(target, n.Entry) else target.definition
        key = (target, node.held, perturbations)
        p = self._perturbed.get(key)
        if p is None:
            tag = 1 + max((q.tag for q in perturbations), default=0)
            p = Perturbation(tag, what, tuple(self.positions(e) for e in target.indices), node.held)
            self._perturbed[key] = p
        value = self.value(node.body, (*perturbations, p))
        if not (isinstance(value, Dual) and value.tag == p.tag):
            dot: Numbers = ZERO
        else:
            dot, value = value.dot, value.value
        dot = derivative_of(value, dot)
        ranges = what.ranges if isinstance(what, n.Tensor) else tuple(self.env.range_of(i) for i in what.params)
        for q, r in zip(p.positions, ranges, strict=True):
            out = self.outside(q, r)
            dot = dot if out is None else undefined_where(out, dot)
        return dot

    def _with_own_axes(self, bound: Axes, body: n.Expr, perturbations: Perturbations) -> tuple[Axes, n.Expr]:
        """Rename parameters of a definition, or axes of an argument, that are also axes of a perturbation."""
        if not any(i in p.axes for p in perturbations for i in bound):
            return bound, body
        renamed = tuple(i.fresh("bound") for i in bound)
        return renamed, substitute(body, dict(zip(bound, renamed, strict=True)))


_ROUNDED = (n.Sum, n.Prod, n.Add, n.Mul, n.Pow, n.Func, n.Apply)
_RULES: dict[type[n.Expr], Callable[[Evaluator, Any, Perturbations], Numbers]] = {
    n.Num: Evaluator._num,
    n.Const: Evaluator._const,
    n.Size: Evaluator._size,
    n.Entry: Evaluator._entry,
    n.Delta: Evaluator._delta,
    n.Iverson: Evaluator._iverson,
    n.Sum: Evaluator._sum,
    n.Prod: Evaluator._prod,
    n.Add: Evaluator._add,
    n.Mul: Evaluator._mul,
    n.Pow: Evaluator._pow,
    n.Func: Evaluator._func,
    n.Apply: Evaluator._apply,
    n.MatrixFunction: Evaluator._matrix_function,
    n.Deriv: Evaluator._deriv,
    n.Ref: Evaluator._ref,
    n.Cases: Evaluator._cases,
}

__all__ = ["Evaluator"]
