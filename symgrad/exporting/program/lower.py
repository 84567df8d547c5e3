"""From index expressions to arrays: one rule per kind of node, with the formula as its docstring."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from symgrad.calculus.contract import summed
from symgrad.calculus.differentiate import primed_function, resolve
from symgrad.core import nodes as n
from symgrad.core.functions import TABLE
from symgrad.core.matrix_functions import halves
from symgrad.core.ranges import Affine, Index
from symgrad.core.substitute import instantiate
from symgrad.exporting.graph.array_kinds import (
    ConstantArray,
    OnesArray,
    Operand,
    PowerOf,
    ProductOver,
    SoftmaxArray,
)
from symgrad.exporting.graph.array_properties import is_map
from symgrad.exporting.graph.constructors import einsum, linear, scalar, size_of
from symgrad.exporting.graph.entries import argument, both, take, where
from symgrad.exporting.graph.labelled_array import Label, LabelledArray, Place, merge, numbered
from symgrad.exporting.graph.logarithms import logarithm
from symgrad.exporting.graph.masks import masked
from symgrad.exporting.graph.matrices import matrix_function
from symgrad.exporting.graph.stable_forms import mapped, power
from symgrad.exporting.program.by_meaning import by_meaning
from symgrad.exporting.program.position_arrays import BATCH, PositionRules, range_of
from symgrad.text.diagnostic import SymgradError


def prepare(node: n.Expr, memo: dict[n.Expr, n.Expr]) -> n.Expr:
    """Writes out one-hot vectors and sums over them: sum_a delta(a, o) f(a) = f(o)."""
    done = memo.get(node)
    if done is None:
        if isinstance(node, n.Ref) and _one_hot(node.definition.body):
            done = prepare(instantiate(node.definition, node.indices), memo)
        elif isinstance(node, n.Sum):
            done = summed(node.index, prepare(node.body, memo), node.where)
        elif isinstance(node, n.Mul):
            done = n.mul(*(prepare(f, memo) for f in node.factors))
        elif isinstance(node, n.Add):
            done = n.add(*(prepare(t, memo) for t in node.terms))
        else:
            done = n.rebuild(node, lambda e: e, lambda child: prepare(child, memo))
        memo[node] = done
    return done


def _one_hot(body: n.Expr) -> bool:
    return isinstance(body, n.Delta)


@dataclass
class Lowering(PositionRules):
    """Makes the arrays of one cost. ``batch``: index arguments have one more axis, in front; ``symmetric``: whether a
    matrix is known to equal its transpose."""

    symmetric: Callable[[n.Lam], bool] = lambda matrix: False

    _values: dict[tuple[n.Expr, bool], LabelledArray] = field(default_factory=dict)
    _defined: dict[n.Definition, LabelledArray] = field(default_factory=dict)
    _prepared: dict[n.Expr, n.Expr] = field(default_factory=dict)
    _open: set[n.Definition] = field(default_factory=set)

    def cost(self, ref: n.Expr) -> LabelledArray:
        """A scalar; over a batch, its sum."""
        value = self.value(prepare(resolve(ref), self._prepared))
        if self.batch and BATCH not in value.labels:
            value = einsum(self.graph, [value, size_of(self.graph, Affine.of("batch"))])
        return einsum(self.graph, [value], ()) if value.labels else value

    def array(self, ref: n.Expr, axes: Sequence[Index]) -> LabelledArray:
        """An array with these axes, in any order; along those that its value lacks it is constant."""
        value = self.value(prepare(resolve(ref), self._prepared))
        lacking = [x for x in axes if x not in value.labels]
        ones = [LabelledArray(self.graph.make(OnesArray, (range_of(x).size,)), (x,)) for x in lacking]
        return einsum(self.graph, [value, *ones], axes)

    def assume(self, node: n.Expr, value: LabelledArray) -> None:
        """From now on, that array is the value of the expression."""
        self._values[node, False] = self._values[node, True] = value

    def value(self, node: n.Expr) -> LabelledArray:
        done = self._values.get((node, self.guarded))
        if done is None:
            rule = _RULES.get(type(node))
            if rule is None:
                raise TypeError(f"no rule lowers a {type(node).__name__}")
            done = self._values[node, self.guarded] = rule(self, node)
        return done

    def under(self, guarded: bool, node: n.Expr) -> LabelledArray:
        """The value of a node; ``guarded``: it is used only where a condition holds."""
        before, self.guarded = self.guarded, guarded
        try:
            return self.value(node)
        finally:
            self.guarded = before

    # --- kinds --------------------------------------------------------------------------------

    def num(self, node: n.Num) -> LabelledArray:
        return scalar(self.graph, node.value)

    def const(self, node: n.Const) -> LabelledArray:
        return LabelledArray(self.graph.make(ConstantArray, (), node.name))

    def size(self, node: n.Size) -> LabelledArray:
        if not any(True for _ in node.affine.indices()):
            return size_of(self.graph, node.affine)
        return self.real(self.position(node.affine), "whole")

    def entry(self, node: n.Entry) -> LabelledArray:
        """U_ij: whole axes, slices and gathered rows"""
        name = self.inputs.tensor(node.tensor)
        dims = self.inputs.given[name].dims
        if node.tensor.domain == "positive":
            self.graph.positive.add(name)
        if node.tensor.domain == "bit":
            self.graph.bits.add(name)
        base = argument(self.graph, name, dims, False)
        return take(self.graph, base, self.places(node.indices, node.tensor.ranges))

    def delta(self, node: n.Delta) -> LabelledArray:
        """delta(i, j) = [i = j]"""
        return self.real(self.mask(n.Cond("eq", node.left, node.right)), "indicator")

    def iverson(self, node: n.Iverson) -> LabelledArray:
        return self.real(self.mask(node.cond), "indicator")

    def sum(self, node: n.Sum) -> LabelledArray:
        """sum_i f(i) over the axis of i, or over the positions that its conditions leave"""
        if node.where:
            node, left = self.bound(node)
        else:
            left = []
        body = self.under(self.guarded or bool(left), node.body)
        if left:
            body = masked(self.graph, both(self.graph, [self.mask(c) for c in left]), body)
        run = self.at.get(node.index)
        labels = run.labels if run is not None else (node.index,)
        gone = [x for x in labels if x is not BATCH]
        dims: dict[Label, Affine] = run.dims() if run is not None else {node.index: range_of(node.index).size}
        lacking = [size_of(self.graph, dims[x]) for x in gone if x not in body.labels]
        return einsum(self.graph, [body, *lacking], [x for x in body.labels if x not in gone])

    def prod(self, node: n.Prod) -> LabelledArray:
        """prod_i f(i)"""
        g = self.graph
        left: list[n.Cond] = []
        if node.where:
            node, left = self.bound(node)
        body = self.under(self.guarded or bool(left), node.body)
        if left:
            body = where(g, both(g, [self.mask(c) for c in left]), body, scalar(g, 1))
        run = self.at.get(node.index)
        label = next(x for x in run.labels if x is not BATCH) if run is not None else node.index
        if label not in body.labels:
            count = size_of(g, run.dims()[label] if run is not None else range_of(node.index).size)
            return self.power_of(body, count)
        axis = body.labels.index(label)
        dims = tuple(d for k, d in enumerate(body.node.dims) if k != axis)
        return LabelledArray(
            g.make(ProductOver, dims, body.node, axis), tuple(x for x in body.labels if x is not label)
        )

    def add(self, node: n.Add) -> LabelledArray:
        return linear(self.graph, [(1, self.value(t)) for t in node.terms])

    def mul(self, node: n.Mul) -> LabelledArray:
        guarded = self.guarded or any(isinstance(f, n.Iverson) for f in node.factors)
        factors = [self.under(guarded and not isinstance(f, n.Iverson), f) for f in node.factors]
        labels = merge(factors)
        # the batch axis goes first, so that the scores of one member are contiguous
        out = [x for x in labels if x is BATCH] + [x for x in labels if x is not BATCH]
        return einsum(self.graph, factors, out)

    def pow(self, node: n.Pow) -> LabelledArray:
        base = self.value(node.base)
        if isinstance(node.exponent, n.Num):
            return power(self.graph, base, node.exponent.value)
        return self.power_of(base, self.value(node.exponent))

    def power_of(self, base: LabelledArray, exponent: LabelledArray) -> LabelledArray:
        """x^y; exp(y log x), where log x has a form of its own"""
        if is_map(base, "exp") or is_map(base, "sigma") or isinstance(base.node, SoftmaxArray):
            return mapped(self.graph, "exp", einsum(self.graph, [exponent, logarithm(self.graph, base)]))
        every = merge((base, exponent))
        given = {x: k for k, x in enumerate(every)}
        x, y = (Operand(v.node, numbered(v.labels, given)) for v in (base, exponent))
        return LabelledArray(self.graph.make(PowerOf, tuple(every.values()), x, y), tuple(every))

    def func(self, node: n.Func) -> LabelledArray:
        if node.name.endswith("'"):
            written = primed_function(node.name, node.arg)
            if written is node:
                raise SymgradError("derivatives of log Gamma beyond the fourth are not exported")
            return self.value(written)
        x = self.value(node.arg)
        if node.name in self.graph.functions:
            return mapped(self.graph, node.name, x)
        row = TABLE[node.name]
        return by_meaning(self.graph, row, x) if row.computed is None else self.formula(row.computed, x)

    def formula(self, make: Callable[[n.Expr], n.Expr], x: LabelledArray) -> LabelledArray:
        """f(x), where ``make`` gives f as an expression."""
        at = n.Entry(n.Tensor("x"), ())
        inner = Lowering(self.graph, self.inputs, self.batch)
        inner.assume(at, x)
        return inner.value(make(at))

    def cases(self, node: n.Cases) -> LabelledArray:
        """The first branch whose conditions hold; the last if none does."""
        *first, (_, last) = node.branches
        out = self.under(True, last)
        for conds, value in reversed(first):
            out = where(self.graph, both(self.graph, [self.mask(c) for c in conds]), self.under(True, value), out)
        return out

    def apply(self, node: n.Apply) -> LabelledArray:
        raise SymgradError(f"{node.function.name} is known only by its name: define it by a formula to export it")

    def matrix_function(self, node: n.MatrixFunction) -> LabelledArray:
        """f(M)_{kl}, det M; over a family of matrices, for each of them"""
        rows, columns = halves(node.matrix)
        if len(rows) != 1:
            raise SymgradError("functions of Kronecker products are not exported")
        axes, size = (rows[0], columns[0]), range_of(rows[0])
        body = self.value(node.matrix.body)
        found = matrix_function(self.graph, node.name, body, axes, size.size, self.symmetric(node.matrix))
        if not node.indices:
            return found
        at: dict[Label, Place] = dict(zip(axes, self.places(node.indices, (size, size)), strict=True))
        return take(self.graph, found.node, [at.get(x, x) for x in found.labels])

    def deriv(self, node: n.Deriv) -> LabelledArray:
        return self.value(prepare(resolve(node), self._prepared))

    def ref(self, node: n.Ref) -> LabelledArray:
        """A defined array with other labels; at single positions, its formula there."""
        d = node.definition
        ranges = tuple(range_of(p) for p in d.params)
        places = self.places(node.indices, ranges)
        if all(isinstance(p, Index) for p in places) and len(set(places)) == len(places):
            whole = self.definition(d)
            names: dict[Any, Any] = dict(zip(d.params, places, strict=True))
            return LabelledArray(whole.node, tuple(names.get(x, x) for x in whole.labels))
        try:
            return self.value(prepare(resolve(instantiate(d, node.indices)), self._prepared))
        except ValueError:  # arithmetic on a gathered position: the array is needed as a whole
            whole = self.definition(d)
            at: dict[Any, Place] = dict(zip(d.params, places, strict=True))
            return take(self.graph, whole.node, [at.get(x, x) for x in whole.labels])

    def definition(self, d: n.Definition) -> LabelledArray:
        """The array of a definition; its labels are the indices of the definition."""
        if d in self._open:
            raise SymgradError(f"{d.name} is defined through itself")
        done = self._defined.get(d)
        if done is None:
            self._open.add(d)
            done = self._defined[d] = self.under(False, prepare(resolve(d.body), self._prepared))
            self._open.discard(d)
            self.inputs.called(self.graph, d, done)
        return done


_RULES: dict[type[n.Expr], Callable[[Lowering, Any], LabelledArray]] = {
    n.Num: Lowering.num,
    n.Const: Lowering.const,
    n.Size: Lowering.size,
    n.Entry: Lowering.entry,
    n.Delta: Lowering.delta,
    n.Iverson: Lowering.iverson,
    n.Sum: Lowering.sum,
    n.Prod: Lowering.prod,
    n.Add: Lowering.add,
    n.Mul: Lowering.mul,
    n.Pow: Lowering.pow,
    n.Func: Lowering.func,
    n.Apply: Lowering.apply,
    n.MatrixFunction: Lowering.matrix_function,
    n.Deriv: Lowering.deriv,
    n.Ref: Lowering.ref,
    n.Cases: Lowering.cases,
}
