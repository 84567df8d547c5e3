"""Logarithms in forms that do not overflow, chosen by the structure of the argument."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symgrad.core.ranges import Affine
from symgrad.exporting.graph.array_graph import Graph
from symgrad.exporting.graph.array_kinds import (
    Einsum,
    InputArray,
    Linear,
    LiteralArray,
    LogDeterminant,
    LogSumExp,
    MatrixDeterminant,
    PositionArray,
    PowerArray,
    PowerOf,
    ProductOver,
    SizeOf,
    SoftmaxArray,
    Take,
)
from symgrad.exporting.graph.array_properties import argument_of, exponential, is_map, negated, plain, positive
from symgrad.exporting.graph.constructors import einsum, linear, opened, scalar
from symgrad.exporting.graph.entries import compare, take, where
from symgrad.exporting.graph.labelled_array import Label, LabelledArray, SummedAxis, merge
from symgrad.exporting.graph.masks import masked_exponentials, nothing


def logarithm(g: Graph, x: LabelledArray) -> LabelledArray:
    """log x: log exp y = y, log sigma(y) = -softplus(-y), log softmax(y) = y - logsumexp(y)"""
    node = x.node
    if is_map(x, "exp"):
        return argument_of(x)
    if is_map(x, "sigma"):
        return negated(g, plain(g, "softplus", negated(g, argument_of(x))))
    if isinstance(node, LiteralArray) and node.value == 1:
        return scalar(g, 0)
    inner, absolute = (node.x, True) if is_map(x, "abs") else (node, False)  # type: ignore[attr-defined]  # a Map
    if isinstance(inner, MatrixDeterminant):
        return LabelledArray(g.make(LogDeterminant, inner.dims, inner.x, absolute), x.labels)
    if isinstance(node, SoftmaxArray):
        y = LabelledArray(node.x, x.labels)
        return linear(g, [(1, y), (-1, logsumexp(g, y, [x.labels[k] for k in node.axes]))])
    if isinstance(node, Take):
        inside = _log_of_entries(g, node, x)
        if inside is not None:
            return inside
    if isinstance(node, PowerArray) and (positive(g, node.x) or node.exponent.numerator % 2):
        return einsum(g, [logarithm(g, LabelledArray(node.x, x.labels))], x.labels, node.exponent)
    if isinstance(node, PowerOf) and positive(g, node.base.node):
        base, exponent = (x.operand(o) for o in (node.base, node.exponent))
        return einsum(g, [exponent, logarithm(g, base)], x.labels)
    if isinstance(node, ProductOver) and positive(g, node.x):
        axis = SummedAxis()
        return einsum(
            g, [logarithm(g, LabelledArray(node.x, (*x.labels[: node.axis], axis, *x.labels[node.axis :])))], x.labels
        )
    if is_map(x, "cosh"):
        return _log_cosh(g, argument_of(x))
    if isinstance(node, Einsum):
        done = _log_of_the_rest(g, x) or _log_of_product(g, x)
        if done is not None:
            return done
    if isinstance(node, Linear):
        done = _log_of_sum(g, x)
        if done is not None:
            return done
    return plain(g, "log", x)


def _log_cosh(g: Graph, y: LabelledArray) -> LabelledArray:
    """log cosh y = y + log(1 + e^{-2 y}) - log 2"""
    far = plain(g, "softplus", einsum(g, [y], None, -2))
    return linear(g, [(1, y), (1, far), (-1, plain(g, "log", scalar(g, 2)))])


def _log_of_entries(g: Graph, node: Take, x: LabelledArray) -> LabelledArray | None:
    """log(y[i]) = (log y)[i], if log y has a stable form"""
    base = LabelledArray(node.base, tuple(range(node.base.rank)))
    inside = logarithm(g, base)
    if is_map(inside, "log"):
        return None
    return entries(g, inside, node, x)


def entries(g: Graph, inside: LabelledArray, node: Take, x: LabelledArray) -> LabelledArray:
    """The entries of an array at the slots of ``node``; its labels are axes of ``node.base``."""
    places = []
    for k in inside.labels:
        slot = node.slots[k]  # type: ignore[call-overload]  # labels are axes of the base
        if isinstance(slot, int):
            places.append(x.labels[slot])
        else:
            places.append(x.operand(slot))
    return take(g, inside.node, places)


def _log_of_the_rest(g: Graph, x: LabelledArray) -> LabelledArray | None:
    """log(1 - p_t) = log sum_{k != t} exp(s_k) - log sum_k exp(s_k), for a p that is the softmax of s

    1 - p_t arrives as -expm1(s_t - logsumexp(s)), which has lost its digits where p_t is close to 1.
    """
    c, factors = opened(x)
    if c != -1 or len(factors) != 1 or not is_map(factors[0], "expm1"):
        return None
    y = argument_of(factors[0])
    if not isinstance(y.node, Linear) or len(y.node.terms) != 2:
        return None
    terms = [(q, y.operand(o)) for q, o in y.node.terms]
    for (q, score), (r, total) in (terms, terms[::-1]):
        if q != 1 or r != -1 or not isinstance(score.node, Take) or not isinstance(total.node, LogSumExp):
            continue
        s, axes = total.node.x, total.node.axes
        if score.node.base is not s or len(axes) != 1:
            continue
        slot, axis = score.node.slots[axes[0]], SummedAxis()
        others = [p for k, p in enumerate(score.node.slots) if k not in axes]
        if isinstance(slot, int) or not all(isinstance(p, int) for p in others):
            continue
        at = score.operand(slot)
        own: list[Label] = [score.labels[p] for p in others if isinstance(p, int)]
        if set(at.labels) <= set(own) and tuple(own) == total.labels:
            own.insert(axes[0], axis)
            run = LabelledArray(g.make(PositionArray, (s.dims[axes[0]],), Affine()), (axis,))
            rest = where(g, compare(g, "!=", run, at), LabelledArray(s, tuple(own)), nothing(g))
            return linear(g, [(1, logsumexp(g, rest, [axis])), (-1, total)])
    return None


def _log_of_product(g: Graph, x: LabelledArray) -> LabelledArray | None:
    """log(c f h) = log c + log f + log h for positive factors; log sum_i w_i exp(y_i) is a logsumexp."""
    c, factors = opened(x)
    every = merge(factors)
    summed = [label for label in every if label not in x.labels]
    if c <= 0:
        return None
    front = [(Fraction(1), plain(g, "log", scalar(g, c)))] if c != 1 else []
    if not summed:
        good = [f for f in factors if positive(g, f.node)]
        rest = [f for f in factors if f not in good]
        if len(factors) < 2 and not front:
            return None
        if len(rest) > 1:
            if not good and not front:
                return None
            rest = [einsum(g, rest)]
        return linear(g, [*front, *((Fraction(1), logarithm(g, f)) for f in (*good, *rest))])
    while (fewer := masked_exponentials(g, factors, spread=True)) is not None:
        factors = fewer
    weights = [f for f in factors if not is_map(f, "exp")]
    if len(weights) == len(factors) or not all(positive(g, f.node) for f in weights):
        return None
    y = linear(g, [(1, logarithm(g, f)) for f in factors])
    if any(label not in y.labels for label in summed):
        return None
    return linear(g, [*front, (Fraction(1), logsumexp(g, y, summed))])


def logsumexp(g: Graph, y: LabelledArray, summed: Sequence[Label]) -> LabelledArray:
    """log sum exp(y) over some labels; terms that are constant along them are taken out."""
    node = y.node
    if isinstance(node, Linear):
        terms = [(c, y.operand(o)) for c, o in node.terms]
        outside = [(c, t) for c, t in terms if not any(label in t.labels for label in summed)]
        if outside:
            inside = linear(g, [(c, t) for c, t in terms if (c, t) not in outside])
            if all(label in inside.labels for label in summed):
                return linear(g, [*outside, (1, logsumexp(g, inside, summed))])
    axes = tuple(sorted(y.labels.index(label) for label in summed))
    kept = [k for k in range(node.rank) if k not in axes]
    made = g.make(LogSumExp, tuple(node.dims[k] for k in kept), node, axes)
    return LabelledArray(made, tuple(y.labels[k] for k in kept))


def _log_of_sum(g: Graph, x: LabelledArray) -> LabelledArray | None:
    """log(e^a + e^b) = b + softplus(a - b), for positive terms of which one is a sum of exponentials"""
    node = x.node
    assert isinstance(node, Linear)  # the caller has checked
    terms = [(c, x.operand(o)) for c, o in node.terms]
    tanh = _log_of_tanh(g, terms)
    if tanh is not None:
        return tanh
    if not all(c > 0 and positive(g, t.node) for c, t in terms) or not any(exponential(t) for _, t in terms):
        return None
    logs = [logarithm(g, einsum(g, [t], None, c)) for c, t in terms]
    if any(is_map(y, "log") and not isinstance(argument_of(y).node, (LiteralArray, SizeOf, InputArray)) for y in logs):
        return None
    total, *rest = sorted(logs, key=lambda v: isinstance(v.node, LiteralArray), reverse=True)
    for y in rest:
        total = linear(g, [(1, total), (1, plain(g, "softplus", linear(g, [(1, y), (-1, total)])))])
    return total


def _log_of_tanh(g: Graph, terms: list[tuple[Fraction, LabelledArray]]) -> LabelledArray | None:
    """log(c + c tanh y) = log 2 c + log sigma(2 y); log(1 - tanh^2 y) = -2 log cosh y"""
    if len(terms) != 2:
        return None
    for (c, one), (d, t) in (terms, terms[::-1]):
        if not isinstance(one.node, LiteralArray) or c <= 0:
            continue
        if is_map(t, "tanh") and abs(d) == c:
            far = plain(g, "softplus", einsum(g, [argument_of(t)], None, -2 if d > 0 else 2))
            return linear(g, [(1, logarithm(g, scalar(g, 2 * c * one.node.value))), (-1, far)])
        squared = LabelledArray(t.node.x, t.labels) if isinstance(t.node, PowerArray) and t.node.exponent == 2 else None
        if squared is not None and is_map(squared, "tanh") and d == -c * one.node.value:
            front = [(Fraction(1), logarithm(g, scalar(g, c * one.node.value)))]
            return linear(g, [*front, (-2, _log_cosh(g, argument_of(squared)))])
    return None
