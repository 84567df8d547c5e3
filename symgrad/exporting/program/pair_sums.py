"""Squared differences of all pairs without an array of all differences.

sum_d (x_id - y_jd)^2 = |x_i|^2 - 2 x_i . y_j + |y_j|^2, which is a product of matrices. Digits that its terms would
lose are kept twice over: both arrays are shifted by the mean of the first, and the support computes distances that are
small beside their terms from the differences.

Where the pairs are summed too, sum_ij (x_i - x_j)^2 = 2 n sum_i (x_i - mean x)^2, and a sum over i < j is half of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symgrad.core.ranges import Affine
from symgrad.exporting.graph.array_graph import Graph, ordered
from symgrad.exporting.graph.array_kinds import (
    ArrayNode,
    Compare,
    Einsum,
    Linear,
    LiteralArray,
    Operand,
    PositionArray,
    PowerArray,
    SquaredDistances,
    Where,
)
from symgrad.exporting.graph.array_properties import positive
from symgrad.exporting.graph.constructors import centred, einsum, factors_of, linear, opened, size_of
from symgrad.exporting.graph.entries import where
from symgrad.exporting.graph.labelled_array import Label, LabelledArray, from_operand, numbered
from symgrad.exporting.graph.stable_forms import power
from symgrad.exporting.program.sharing import in_order, rebuilt


@dataclass(frozen=True, slots=True)
class SquaredDifference:
    """``(x - y)^2`` where a mask holds, else 0; ``i`` is an axis that y lacks, ``j`` one that x lacks."""

    x: LabelledArray
    y: LabelledArray
    i: Label
    j: Label
    mask: LabelledArray | None


def without_pairs(g: Graph, root: ArrayNode) -> ArrayNode:
    """The same array, in which sums of squared differences are computed without the differences."""
    order = ordered([root])
    new: dict[ArrayNode, ArrayNode] = {}
    for node in order:
        if isinstance(node, Einsum) and any(k >= node.rank for o in node.operands for k in o.labels):
            made = _rewritten(g, node)
            if made is not None:
                new[node] = made
    return rebuilt(g, order, new)[root] if new else root


def _rewritten(g: Graph, node: Einsum) -> ArrayNode | None:
    keep = tuple(range(node.rank))
    itself = LabelledArray(node, keep)
    coefficient, factors = opened(itself)
    whole = _without(g, factors, keep, coefficient)
    return None if whole is None else in_order(g, whole, keep)


def _without(
    g: Graph, factors: list[LabelledArray], keep: tuple[int, ...], coefficient: Fraction
) -> LabelledArray | None:
    """The sum of a product, without pairs; None where there are none."""
    for k, factor in enumerate(factors):
        others = [f for n, f in enumerate(factors) if n != k]
        if isinstance(factor.node, Linear):  # sum_d (w (x - y)^2 + z) = sum_d w (x - y)^2 + sum_d z
            terms = [(c, factor.operand(o)) for c, o in factor.node.terms]
            parts = [(c, t, _without(g, [*others, *factors_of(t)[1]], keep, factors_of(t)[0])) for c, t in terms]
            if all(set(keep) <= set(f.labels) for *_, f in parts if f) and any(f for *_, f in parts):
                done = [(c, f or einsum(g, [*others, t], keep)) for c, t, f in parts]
                return linear(g, [(coefficient * c, f) for c, f in done])
        for c, square, more in _squares(g, factor):
            rest = [*others, *more]
            made = _collapsed(g, square, rest, keep) or _distances(g, square, rest, keep)
            if made is not None:
                return linear(g, [(1, einsum(g, fs, keep, coefficient * c * a)) for a, fs in made])
    return None


Sum = list[tuple[Fraction, list[LabelledArray]]]
"""Products with the numbers in front of them, to be summed over all axes but those that stay."""


def _squares(g: Graph, f: LabelledArray) -> Iterator[tuple[Fraction, SquaredDifference, list[LabelledArray]]]:
    """The ways to see a factor as a squared difference, a number in front, and more factors."""
    mask: LabelledArray | None = None
    node = f.node
    if isinstance(node, Where) and isinstance(node.y.node, LiteralArray) and node.y.node.value == 0:
        mask, f = f.operand(node.mask), f.operand(node.x)
    sums = isinstance(f.node, Einsum) and any(k >= f.node.rank for o in f.node.operands for k in o.labels)
    c, inside = opened(f) if sums else factors_of(f)
    for p in inside:
        if not (isinstance(p.node, PowerArray) and p.node.exponent == 2 and isinstance(p.node.x, Linear)):
            continue
        more = [x for x in inside if x is not p]
        terms = [(a, LabelledArray(o.node, tuple(p.labels[k] for k in o.labels))) for a, o in p.node.x.terms]
        for i in p.labels:
            for j in p.labels:
                split = _split(g, terms, i, j)
                if split is not None and (mask is None or set(mask.labels) <= {i, j}):
                    yield c, SquaredDifference(*split, i, j, mask), more


def _split(
    g: Graph, terms: Sequence[tuple[Fraction, LabelledArray]], i: Label, j: Label
) -> tuple[LabelledArray, LabelledArray] | None:
    """The terms without ``j``, and minus those with ``j``; None where one has ``i`` and ``j``, or a part is empty."""
    if i is j or any(i in t.labels and j in t.labels for _, t in terms):
        return None
    x = [(c, t) for c, t in terms if j not in t.labels]
    y = [(-c, t) for c, t in terms if j in t.labels]
    if not y or not any(i in t.labels for _, t in x):
        return None
    return linear(g, x), linear(g, y)


# --- distances ------------------------------------------------------------------------------------


def _distances(g: Graph, s: SquaredDifference, rest: list[LabelledArray], keep: tuple[int, ...]) -> Sum | None:
    """sum_d w_jd (x_id - y_jd)^2 as the distances of all pairs"""
    along = [d for d in s.x.labels if d is not s.i]
    if len(along) != 1 or along[0] in keep or set(s.x.labels) != {s.i, *along} or set(s.y.labels) != {s.j, *along}:
        return None
    (d,) = along
    weights = [f for f in rest if d in f.labels]
    if any(not set(f.labels) <= {s.j, d} or not positive(g, f.node) for f in weights):
        return None
    given: dict[Label, int] = {s.i: 0, s.j: 1, d: 2}
    sizes = s.x.dims() | s.y.dims()
    mean = _mean(g, s.x, s.i)
    near = [linear(g, [(1, v), (-1, mean)]) for v in (s.x, s.y)]
    w = (einsum(g, weights),) if weights else ()
    args = [Operand(v.node, numbered(v.labels, given)) for v in (s.x, s.y, *w, *near)]
    made = g.make(SquaredDistances, (sizes[s.i], sizes[s.j]), args[0], args[1], tuple(args[2:-2]), tuple(args[-2:]))
    found = LabelledArray(made, (s.i, s.j))
    if s.mask is not None:
        found = where(g, s.mask, found, LabelledArray(g.number(0)))
    return [(Fraction(1), [*(f for f in rest if f not in weights), found])]


# --- sums over all pairs --------------------------------------------------------------------------


def _collapsed(g: Graph, s: SquaredDifference, rest: list[LabelledArray], keep: tuple[int, ...]) -> Sum | None:
    """sum_ij a_i b_j (x_i - y_j)^2 = B sum_i a_i x_i^2 + A sum_j b_j y_j^2 - 2 (sum_i a_i x_i) (sum_j b_j y_j), with x
    and y less the mean of x, A = sum_i a_i and B = sum_j b_j"""
    if s.i in keep or s.j in keep or any(s.i in f.labels and s.j in f.labels for f in rest):
        return None
    sizes = s.x.dims() | s.y.dims()
    same = s.y == _renamed(s.x, s.i, s.j)
    a, b = ([f for f in rest if along in f.labels] for along in (s.i, s.j))
    others = [f for f in rest if f not in a and f not in b]
    if s.mask is not None and not (same and not a and not b and _apart(s.mask.node)):
        return None
    if same and not a and not b:
        middle = _centred(g, s.x, s.i)
        halves = 1 if s.mask is None or s.mask.node.op == "!=" else Fraction(1, 2)  # type: ignore[attr-defined]  # a Compare
        return [(2 * halves * Fraction(1), [*others, size_of(g, sizes[s.i]), power(g, middle, Fraction(2))])]
    mean = _mean(g, s.x, s.i)
    x, y = (linear(g, [(1, v), (-1, mean)]) for v in (s.x, s.y))
    total = [_total(g, f, along, sizes) for f, along in ((a, s.i), (b, s.j))]
    if any(set(f.labels) - {s.i} - set(keep) - set(x.labels) for f in a) or any(
        set(f.labels) - {s.j} - set(keep) - set(x.labels) for f in b
    ):
        return None
    return [
        (Fraction(1), [*others, *a, power(g, x, Fraction(2)), *total[1]]),
        (Fraction(1), [*others, *b, power(g, y, Fraction(2)), *total[0]]),
        (Fraction(-2), [*others, *a, x, *b, y]),
    ]


def _total(g: Graph, factors: list[LabelledArray], along: Label, sizes: dict[Label, Affine]) -> list[LabelledArray]:
    """The sum of a product along one axis; of no factors, its length."""
    if not factors:
        return [size_of(g, sizes[along])]
    every = dict.fromkeys(x for f in factors for x in f.labels if x is not along)
    return [einsum(g, factors, tuple(every))]


def _centred(g: Graph, x: LabelledArray, along: Label) -> LabelledArray:
    return centred(g, x, along, _mean(g, x, along))


def _mean(g: Graph, x: LabelledArray, along: Label) -> LabelledArray:
    one_over = power(g, size_of(g, x.dims()[along]), Fraction(-1))
    return einsum(g, [x, one_over], [k for k in x.labels if k is not along])


def _renamed(x: LabelledArray, i: Label, j: Label) -> LabelledArray:
    return LabelledArray(x.node, tuple(j if k is i else k for k in x.labels))


def _apart(mask: ArrayNode) -> bool:
    """True for i < j, i > j, i != j and i <= j along equal runs of positions: of two pairs (i, j) and (j, i) one holds,
    or both, and the pairs (i, i) do not matter."""
    if not isinstance(mask, Compare) or mask.op == "==":
        return False
    x, y = (from_operand(o) for o in (mask.left, mask.right))
    return isinstance(x.node, PositionArray) and x.node is y.node and x.labels != y.labels
