"""Reverse mode: the derivative of a scalar with respect to every array it is computed from, as nodes of the graph.

The labels of an adjoint are the axes 0 .. rank - 1 of its array, without those along which the adjoint is constant.
One rule per kind; its docstring says what the operands receive from the adjoint ``a`` of the node.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from symgrad.core.functions import TABLE
from symgrad.core.ranges import Affine
from symgrad.exporting.graph.array_graph import operands, ordered
from symgrad.exporting.graph.array_kinds import (
    AppliedAdjoint,
    AppliedMatrix,
    ArrayNode,
    Centred,
    Einsum,
    Extremum,
    FactoredMatrix,
    InputArray,
    InverseMatrix,
    Linear,
    LogDeterminant,
    LogSumExp,
    Map,
    MatrixDeterminant,
    OnesArray,
    Operand,
    OrderedLogSumExp,
    OrderedShares,
    OrderedSum,
    Others,
    PositionArray,
    PowerArray,
    PowerOf,
    ProductOver,
    RootedMatrix,
    ScaledArray,
    Scatter,
    SoftmaxArray,
    SquaredDistances,
    Take,
    Where,
)
from symgrad.exporting.graph.constructors import einsum, is_number, linear, scalar, size_of
from symgrad.exporting.graph.entries import TURNED, compare, scatter, take, where
from symgrad.exporting.graph.labelled_array import Label, LabelledArray, Place, SummedAxis, from_operand
from symgrad.exporting.graph.logarithms import logarithm
from symgrad.exporting.graph.matrices import arranged
from symgrad.exporting.graph.stable_forms import mapped, power
from symgrad.exporting.graph.transposes import equals_transpose
from symgrad.exporting.program.lower import Lowering
from symgrad.exporting.program.sharing import in_order
from symgrad.text.diagnostic import SymgradError


def gradients(
    lowering: Lowering, cost: ArrayNode, upstream: LabelledArray | None = None
) -> dict[InputArray, list[LabelledArray]]:
    """The gradient of a scalar with respect to every real argument, as a list of terms.

    upstream: for an array in place of the scalar, the gradient of what comes after by that array.
    """
    g = lowering.graph
    order = ordered([cost])
    g.computed.update(order)
    found: dict[ArrayNode, list[LabelledArray]] = {cost: [scalar(g, 1) if upstream is None else upstream]}
    out: dict[InputArray, list[LabelledArray]] = {}
    rules = _Rules(lowering)
    varies = _varying(order)
    for node in reversed(order):
        terms = found.pop(node, None)
        if terms is None or node not in varies:
            continue
        if isinstance(node, InputArray):
            out[node] = terms
            continue
        adjoint = linear(g, [(1, t) for t in terms])
        if adjoint.labels == tuple(range(node.rank)):
            g.adjoint_of.setdefault(adjoint.node, node)
        for operand, given in rules(node, adjoint):
            found.setdefault(operand, []).append(given)
    return out


def along(lowering: Lowering, cost: ArrayNode, ways: Mapping[InputArray, InputArray]) -> ArrayNode:
    """The derivative of a scalar along one array for each argument: ``sum_x <dJ/dx, way(x)>``."""
    g = lowering.graph
    terms = []
    for x, parts in gradients(lowering, cost).items():
        if x in ways:
            way = LabelledArray(ways[x], tuple(range(x.rank)))
            terms += [einsum(g, [part, way], ()) for part in parts]
    return linear(g, [(1, t) for t in terms]).node if terms else scalar(g, 0).node


def _varying(order: list[ArrayNode]) -> set[ArrayNode]:
    """The arrays that depend on a real argument."""
    out: set[ArrayNode] = set()
    for node in order:
        if (isinstance(node, InputArray) and not node.whole) or any(o.node in out for o in operands(node)):
            out.add(node)
    return out


class _Rules:
    def __init__(self, lowering: Lowering) -> None:
        self.lowering = lowering
        self.g = lowering.graph

    def __call__(self, node: ArrayNode, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        rule = _RULES.get(type(node))
        if rule is None:
            if type(node) in _WORDS:
                raise SymgradError(f"{_WORDS[type(node)]} has no second derivative in exported code")
            raise TypeError(f"no rule differentiates a {type(node).__name__}")
        yield from rule(self, node, a)

    def received(
        self, factors: list[LabelledArray], operand: Operand, sizes: dict[Label, Affine], c: Fraction | int = 1
    ) -> LabelledArray:
        """``c sum prod factors`` over the operand's axes, which become 0 .. rank - 1.

        An axis of the node that neither the operand nor a factor has contributes its length as a factor.
        """
        g = self.g
        every = {x for f in factors for x in f.labels}
        lacking = [size_of(g, s) for x, s in sizes.items() if x not in every and x not in operand.labels]
        got = einsum(g, [*factors, *lacking], operand.labels, c)
        names: dict[Label, Label] = {x: k for k, x in enumerate(operand.labels)}
        return LabelledArray(got.node, tuple(names[x] for x in got.labels))

    def einsum(self, node: Einsum, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """f_k receives a prod_{l != k} f_l"""
        sizes = _sizes(node)
        for k, operand in enumerate(node.operands):
            others = [from_operand(o) for j, o in enumerate(node.operands) if j != k]
            yield operand.node, self.received([a, *others], operand, sizes, node.coefficient)

    def linear(self, node: Linear, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """x_t receives c_t a, summed along the axes that it lacks"""
        for c, operand in node.terms:
            yield operand.node, self.received([a], operand, _sizes(node), c)

    def map(self, node: Map, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """x receives a F'(x)"""
        if node.name not in TABLE:  # whole numbers and masks as real numbers
            return
        slope = self.slope(node.name, LabelledArray(node.x, tuple(range(node.rank))))
        if not is_number(slope, 0):
            yield node.x, einsum(self.g, [a, slope])

    def slope(self, name: str, x: LabelledArray) -> LabelledArray:
        """F'(x), from the table; softplus' = sigma, sigma' = sigma(x) sigma(-x)"""
        g = self.g
        if name in ("exp", "expm1"):
            return mapped(g, "exp", x)
        if name == "log":
            return power(g, x, Fraction(-1))
        return self.lowering.formula(TABLE[name].derivative, x)

    def scaled(self, node: ScaledArray, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """x receives a, scaled in the same places"""
        g = self.g
        if node.axis not in a.labels:
            a = einsum(g, [a, LabelledArray(g.make(OnesArray, (node.dims[node.axis],)), (node.axis,))])
        at = a.labels.index(node.axis)
        yield node.x, LabelledArray(g.make(ScaledArray, a.node.dims, a.node, at, node.count, node.factor), a.labels)

    def power(self, node: PowerArray, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """x receives a q x^(q - 1)"""
        x = LabelledArray(node.x, tuple(range(node.rank)))
        yield node.x, einsum(self.g, [a, power(self.g, x, node.exponent - 1)], None, node.exponent)

    def power_of(self, node: PowerOf, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """x receives a y x^(y - 1), y receives a x^y log x"""
        g = self.g
        sizes = _sizes(node)
        x, y = from_operand(node.base), from_operand(node.exponent)
        less = linear(g, [(1, y), (-1, scalar(g, 1))])
        lower = self.lowering.power_of(x, less)
        yield node.base.node, self.received([a, y, lower], node.base, sizes)
        yield (
            node.exponent.node,
            self.received([a, LabelledArray(node, tuple(range(node.rank))), logarithm(g, x)], node.exponent, sizes),
        )

    def softmax(self, node: SoftmaxArray, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """x receives p (a - sum p a)"""
        g = self.g
        p = LabelledArray(node, tuple(range(node.rank)))
        if not any(k in a.labels for k in node.axes):
            return
        mean = einsum(g, [p, a], [k for k in p.labels if k not in node.axes])
        yield node.x, einsum(g, [p, linear(g, [(1, a), (-1, mean)])], p.labels)

    def logsumexp(self, node: LogSumExp, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """x receives a softmax(x)"""
        kept = [k for k in range(node.x.rank) if k not in node.axes]
        p = LabelledArray(self.g.make(SoftmaxArray, node.x.dims, node.x, node.axes), tuple(range(node.x.rank)))
        here = LabelledArray(a.node, tuple(kept[k] for k in a.labels))  # type: ignore[call-overload]  # labels are axes
        yield node.x, einsum(self.g, [here, p], p.labels)

    def centred(self, node: Centred, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """x receives a less its mean"""
        if node.axis in a.labels:
            one_over = power(self.g, size_of(self.g, node.dims[node.axis]), Fraction(-1))
            mean = einsum(self.g, [a, one_over], [k for k in a.labels if k != node.axis])
            yield node.x, linear(self.g, [(1, a), (-1, mean)])

    def distances(self, node: SquaredDistances, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """x_i receives 2 sum_j a_ij w_j (x_i - y_j) = 2 (x_i sum_j a_ij w_j - sum_j a_ij w_j y_j), y_j likewise; w_j
        receives sum_i a_ij (x_i - y_j)^2"""
        g = self.g
        x, y = (from_operand(o) for o in node.shifted)
        w = [from_operand(o) for o in node.weights]
        sizes: dict[Label, Affine] = {**_sizes(node), **x.dims()}
        if node.x.node is node.y.node and not w and node.x.labels.index(0) == node.y.labels.index(1):
            twice = not a.labels or equals_transpose(g, a.node)
            if not twice:
                a = linear(g, [(1, a), (1, LabelledArray(a.node, tuple(_SWAPPED[k] for k in a.labels)))])  # type: ignore[index]  # labels are axes
            a = self._off_diagonal(a, node.dims[0])
            yield node.x.node, self._apart(a, x, y, [], node.x, sizes, Fraction(4 if twice else 2))
            return
        yield node.x.node, self._apart(a, x, y, w, node.x, sizes, Fraction(2))
        yield node.y.node, self._apart(a, y, x, w, node.y, sizes, Fraction(2))
        for o in node.weights:
            square = [(Fraction(1), [a, power(g, x, Fraction(2))]), (Fraction(-2), [a, x, y])]
            parts = [
                (1, self.received(f, o, sizes, c)) for c, f in (*square, (Fraction(1), [a, power(g, y, Fraction(2))]))
            ]
            yield o.node, linear(g, parts)

    def _off_diagonal(self, a: LabelledArray, size: Affine) -> LabelledArray:
        """a_ij [i != j]: x_i - x_i is 0, and a_ii, which may be the largest by far, takes no digits of the others"""
        if len(a.labels) != 2:
            return a
        g = self.g
        run = g.make(PositionArray, (size,), Affine())
        apart = compare(g, "!=", LabelledArray(run, (0,)), LabelledArray(run, (1,)))
        return where(g, apart, a, scalar(g, 0))

    def _apart(
        self,
        a: LabelledArray,
        x: LabelledArray,
        y: LabelledArray,
        w: list[LabelledArray],
        to: Operand,
        sizes: dict[Label, Affine],
        c: Fraction,
    ) -> LabelledArray:
        """``c sum a w (x - y)``, the two terms apart"""
        parts = ((c, self.received([a, *w, x], to, sizes)), (-c, self.received([a, *w, y], to, sizes)))
        return linear(self.g, parts)

    def ordered_sum(self, node: OrderedSum, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """x_k receives sum_{i: keys_k op bounds_i} a_i"""
        a = self._whole(node, a, [node.axis])
        dims = list(a.node.dims)
        at = a.labels.index(node.axis)
        dims[at] = node.x.dims[node.axis]
        op = TURNED[node.op]
        yield (
            node.x,
            LabelledArray(self.g.make(OrderedSum, tuple(dims), a.node, at, op, node.bounds, node.keys), a.labels),
        )

    def ordered_log(self, node: OrderedLogSumExp, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """x_k receives sum_{i: keys_k op bounds_i} a_i exp(x_k - log_i)"""
        every = tuple(range(node.rank))
        whole = in_order(self.g, self._whole(node, a, every), every)
        order = (node.axis, TURNED[node.op], node.bounds, node.keys)
        yield node.x, LabelledArray(self.g.make(OrderedShares, node.x.dims, node.x, node, whole, *order), every)

    def _whole(self, node: ArrayNode, a: LabelledArray, axes: Iterable[int]) -> LabelledArray:
        """The adjoint written out along axes along which it is constant."""
        g = self.g
        lacking = [LabelledArray(g.make(OnesArray, (node.dims[k],)), (k,)) for k in axes if k not in a.labels]
        return einsum(g, [a, *lacking]) if lacking else a

    def product(self, node: ProductOver, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """x_i receives a prod_{j != i} x_j"""
        kept = [k for k in range(node.x.rank) if k != node.axis]
        rest = LabelledArray(self.g.make(Others, node.x.dims, node.x, node.axis), tuple(range(node.x.rank)))
        here = LabelledArray(a.node, tuple(kept[k] for k in a.labels))  # type: ignore[call-overload]  # labels are axes
        yield node.x, einsum(self.g, [here, rest], rest.labels)

    def where(self, node: Where, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """x receives a where the mask holds, y where it does not"""
        g = self.g
        zero = scalar(g, 0)
        sizes = _sizes(node)
        mask = from_operand(node.mask)
        yield node.x.node, self.received([where(g, mask, a, zero)], node.x, sizes)
        yield node.y.node, self.received([where(g, mask, zero, a)], node.y, sizes)

    def extremum(self, node: Extremum, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """x receives a where it is beyond y, y where x is not"""
        g = self.g
        sizes = _sizes(node)
        for to, op in ((node.x, ">" if node.largest else "<"), (node.y, "<=" if node.largest else ">=")):
            mask = compare(g, op, from_operand(node.x), from_operand(node.y))
            taken = LabelledArray(g.make(Map, mask.node.dims, "indicator", mask.node), mask.labels)
            yield to.node, self.received([a, taken], to, sizes)

    def take(self, node: Take, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """the base receives a at the slots that were taken, and 0 elsewhere"""
        g = self.g
        places: list[Place] = [s if isinstance(s, int) else from_operand(s) for s in node.slots]
        made = scatter(g, a, places, node.base.dims)
        yield node.base, LabelledArray(made, tuple(range(node.base.rank)))

    def scatter(self, node: Scatter, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """the values receive a at the slots into which they were added"""
        places: list[Place] = [s if isinstance(s, int) else from_operand(s) for s in node.slots]
        sizes: dict[Label, Affine] = {}
        for place, size in zip(places, node.dims, strict=True):
            sizes.update(place.dims() if isinstance(place, LabelledArray) else {place: size})
        taken = take(self.g, a.node, [places[k] for k in a.labels])  # type: ignore[call-overload]  # labels are axes
        yield node.values.node, self.received([taken], node.values, sizes)

    def factored(
        self, node: FactoredMatrix | RootedMatrix, a: LabelledArray
    ) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """x receives a"""
        yield node.x, a

    def inverse(self, node: InverseMatrix, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """M_ab receives - sum_ij V_ia a_ij V_jb, where V is the inverse of M"""
        *rest, k, l = range(node.rank)  # noqa: E741  # rows and columns of formulas
        row, column = SummedAxis(), SummedAxis()
        names: dict[Label, Label] = {k: row, l: column}
        left, right = LabelledArray(node, (*rest, row, k)), LabelledArray(node, (*rest, l, column))
        middle = LabelledArray(a.node, tuple(names.get(x, x) for x in a.labels))
        yield node.x, einsum(self.g, [left, middle, right], range(node.rank), -1)

    def determinant(self, node: MatrixDeterminant, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """M_ab receives a det(M) V_ba, where V is the inverse of M"""
        itself = LabelledArray(node, tuple(range(node.rank)))
        yield node.x, einsum(self.g, [a, itself, self._transposed_inverse(node.x)], range(node.x.rank))

    def log_determinant(self, node: LogDeterminant, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """M_ab receives a V_ba, where V is the inverse of M"""
        yield node.x, einsum(self.g, [a, self._transposed_inverse(node.x)], range(node.x.rank))

    def applied(self, node: AppliedMatrix, a: LabelledArray) -> Iterator[tuple[ArrayNode, LabelledArray]]:
        """M_ij receives sum_kl a_kl d f(M)_kl / d M_ij"""
        axes = tuple(range(node.rank))
        whole = arranged(self.g, self._whole(node, a, axes), axes)
        yield node.x, LabelledArray(self.g.make(AppliedAdjoint, node.dims, node, whole), axes)

    def _transposed_inverse(self, x: FactoredMatrix) -> LabelledArray:
        *rest, k, l = range(x.rank)  # noqa: E741  # rows and columns of formulas
        return LabelledArray(self.g.make(InverseMatrix, x.dims, x), (*rest, k, l) if x.symmetric else (*rest, l, k))


_WORDS: dict[type[ArrayNode], str] = {
    Others: "a product over an index",
    OrderedShares: "a logarithm of sums in an order",
    AppliedAdjoint: "an exponential, a root or a Cholesky factor of a matrix",
}
_SWAPPED = {0: 1, 1: 0}


def _sizes(node: ArrayNode) -> dict[Label, Affine]:
    """The sizes of the axes of the node itself."""
    return dict(enumerate(node.dims))


_RULES: dict[type[ArrayNode], Callable[[_Rules, Any, LabelledArray], Iterator[tuple[ArrayNode, LabelledArray]]]] = {
    Einsum: _Rules.einsum,
    Linear: _Rules.linear,
    Map: _Rules.map,
    ScaledArray: _Rules.scaled,
    PowerArray: _Rules.power,
    PowerOf: _Rules.power_of,
    SoftmaxArray: _Rules.softmax,
    LogSumExp: _Rules.logsumexp,
    Centred: _Rules.centred,
    SquaredDistances: _Rules.distances,
    OrderedSum: _Rules.ordered_sum,
    OrderedLogSumExp: _Rules.ordered_log,
    ProductOver: _Rules.product,
    Where: _Rules.where,
    Extremum: _Rules.extremum,
    Take: _Rules.take,
    Scatter: _Rules.scatter,
    FactoredMatrix: _Rules.factored,
    RootedMatrix: _Rules.factored,
    AppliedMatrix: _Rules.applied,
    InverseMatrix: _Rules.inverse,
    MatrixDeterminant: _Rules.determinant,
    LogDeterminant: _Rules.log_determinant,
}
