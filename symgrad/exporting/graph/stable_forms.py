"""Stable forms: rules that rewrite products and sums so that nothing overflows and no digits are lost.

Each rule is an identity that holds wherever both sides are defined. Rules look at structure alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from symgrad.exporting.graph.array_graph import Graph
from symgrad.exporting.graph.array_kinds import Einsum, Linear, LiteralArray, Map, PowerArray, SoftmaxArray
from symgrad.exporting.graph.array_properties import argument_of, exponential, is_map, negated, plain, positive
from symgrad.exporting.graph.constructors import einsum, is_number, linear, opened, scalar
from symgrad.exporting.graph.entries import both, extremum
from symgrad.exporting.graph.labelled_array import LabelledArray
from symgrad.exporting.graph.logarithms import logarithm
from symgrad.exporting.graph.masks import masked_exponentials


def mapped(g: Graph, name: str, x: LabelledArray) -> LabelledArray:
    """F(x), with log, exp and square roots in their stable forms."""
    if name == "log":
        return logarithm(g, x)
    if name == "sqrt":
        return power(g, x, Fraction(1, 2))
    if name == "exp":
        if is_map(x, "log"):
            return argument_of(x)
        if isinstance(x.node, LiteralArray) and x.node.value == 0:
            return scalar(g, 1)
    return plain(g, name, x)


def power(g: Graph, x: LabelledArray, q: Fraction) -> LabelledArray:
    """x^q, with exp(y)^q = exp(q y), (y^r)^q = y^(r q) and (1 + exp(y))^-q = sigma(-y)^q."""
    node = x.node
    whole = q.denominator == 1
    if q == 1:
        return x
    if q == 0:
        return scalar(g, 1)
    if isinstance(node, LiteralArray) and whole and node.value:
        return scalar(g, node.value ** int(q))
    if is_map(x, "exp"):
        return mapped(g, "exp", einsum(g, [argument_of(x)], None, q))
    if isinstance(node, PowerArray) and (whole or positive(g, node.x)):
        return power(g, LabelledArray(node.x, x.labels), node.exponent * q)
    if isinstance(node, Linear) and whole and q < 0:
        shifted = _one_plus_exp(g, x)
        if shifted is not None:
            return power(g, plain(g, "sigma", negated(g, shifted)), -q)
    if isinstance(node, Einsum) and all(k < node.rank for o in node.operands for k in o.labels):
        c = node.coefficient
        if whole or (c > 0 and all(positive(g, o.node) for o in node.operands)):
            factors = [power(g, x.operand(o), q) for o in node.operands]
            front = scalar(g, c ** int(q)) if whole else _power_of_number(g, c, q)
            return einsum(g, [front, *factors], x.labels)
    return LabelledArray(g.make(PowerArray, node.dims, node, q), x.labels)


def _power_of_number(g: Graph, c: Fraction, q: Fraction) -> LabelledArray:
    if c == 1:
        return scalar(g, 1)
    base = g.number(c)
    return LabelledArray(g.make(PowerArray, (), base, q))


def _one_plus_exp(g: Graph, x: LabelledArray) -> LabelledArray | None:
    """y, of 1 + exp(y)"""
    node = x.node
    if not (isinstance(node, Linear) and len(node.terms) == 2 and all(c == 1 for c, _ in node.terms)):
        return None
    for (_, a), (_, b) in (node.terms, node.terms[::-1]):
        if isinstance(a.node, LiteralArray) and isinstance(b.node, Map) and b.node.name == "exp":
            return LabelledArray(b.node.x, tuple(x.labels[k] for k in b.labels))
    return None


def _powers(g: Graph, flat: list[LabelledArray]) -> list[LabelledArray] | None:
    """x^p x^q = x^(p + q)"""
    seen: dict[LabelledArray, tuple[int, Fraction]] = {}
    for k, f in enumerate(flat):
        base, q = (
            (LabelledArray(f.node.x, f.labels), f.node.exponent) if isinstance(f.node, PowerArray) else (f, Fraction(1))
        )
        if base in seen and not (q > 0 and seen[base][1] > 0):
            j, p = seen[base]
            return [*(h for i, h in enumerate(flat) if i not in (j, k)), power(g, base, p + q)]
        seen.setdefault(base, (k, q))
    return None


def _softmax(g: Graph, flat: list[LabelledArray]) -> list[LabelledArray] | None:
    """exp(x_a) / sum_b exp(x_b) = softmax(x)_a"""
    for n, d in _pairs(flat):
        if not (is_map(n, "exp") and isinstance(d.node, PowerArray) and d.node.exponent == -1):
            continue
        total = LabelledArray(d.node.x, d.labels)
        if not isinstance(total.node, Einsum):
            continue
        c, inner = opened(total)
        if c != 1 or len(inner) != 1 or inner[0].node is not n.node:
            continue
        axes = tuple(k for k, label in enumerate(inner[0].labels) if label not in d.labels)
        if axes and all(inner[0].labels[k] == n.labels[k] for k in range(n.node.rank) if k not in axes):
            x = argument_of(n)
            made = LabelledArray(g.make(SoftmaxArray, x.node.dims, x.node, axes), n.labels)
            return [*(f for f in flat if f is not n and f is not d), made]
    return None


def _quotient(g: Graph, flat: list[LabelledArray]) -> list[LabelledArray] | None:
    """exp(x) Z^q = exp(x + q log Z), where Z is a sum of exponentials"""
    for n, d in _pairs(flat):
        if is_map(n, "exp") and isinstance(d.node, PowerArray) and d.node.exponent < 0:
            z = LabelledArray(d.node.x, d.labels)
            if exponential(z):
                log = logarithm(g, z)
                if not is_map(log, "log") and set(log.labels) <= set(n.labels):
                    made = mapped(g, "exp", linear(g, [(1, argument_of(n)), (d.node.exponent, log)]))
                    return [*(f for f in flat if f is not n and f is not d), made]
    return None


def _of_sums(g: Graph, flat: list[LabelledArray]) -> list[LabelledArray] | None:
    """(sum_k v_k exp(x_k)) Z^q = sum_k v_k (exp(x_k) Z^q), where Z is a sum of exponentials: 0 / 0 far out else"""
    for n, d in _pairs(flat):
        if not (
            isinstance(d.node, PowerArray) and d.node.exponent < 0 and exponential(LabelledArray(d.node.x, d.labels))
        ):
            continue
        made = None
        if isinstance(n.node, Einsum):
            c, inner = opened(n)
            within = _softmax(g, [*inner, d]) or _quotient(g, [*inner, d])
            made = einsum(g, within, n.labels, c) if within is not None else None
        elif isinstance(n.node, Linear):
            terms = [(c, n.operand(o)) for c, o in n.node.terms]
            if all(exponential(t) for _, t in terms):
                made = linear(g, [(c, einsum(g, [t, d])) for c, t in terms])
        if made is not None:
            return [*(f for f in flat if f is not n and f is not d), made]
    return None


def _complement(g: Graph, flat: list[LabelledArray]) -> list[LabelledArray] | None:
    """exp(x) sigma(-x) = sigma(x)"""
    for n, d in _pairs(flat):
        if is_map(n, "exp") and is_map(d, "sigma") and argument_of(d) == negated(g, argument_of(n)):
            return [*(f for f in flat if f is not n and f is not d), plain(g, "sigma", argument_of(n))]
    return None


def _exponentials(g: Graph, flat: list[LabelledArray]) -> list[LabelledArray] | None:
    """exp(x) exp(y) = exp(x + y)"""
    found = [f for f in flat if is_map(f, "exp")]
    if len(found) < 2:
        return None
    made = mapped(g, "exp", linear(g, [(1, argument_of(f)) for f in found]))
    return [*(f for f in flat if f not in found), made]


def _indicators(g: Graph, flat: list[LabelledArray]) -> list[LabelledArray] | None:
    """[a] [b] = [a and b], of conditions on the same axes"""
    for n, d in _pairs(flat):
        if is_map(n, "indicator") and is_map(d, "indicator") and set(n.labels) == set(d.labels):
            joined = plain(g, "indicator", both(g, [argument_of(n), argument_of(d)]))
            return [*(f for f in flat if f is not n and f is not d), joined]
    return None


def _pairs(flat: list[LabelledArray]) -> list[tuple[LabelledArray, LabelledArray]]:
    return [(a, b) for a in flat for b in flat if a is not b]


def _difference(g: Graph, terms: list[tuple[Fraction, LabelledArray]]) -> LabelledArray | None:
    """c - c sigma(x) = c sigma(-x); exp(x) - 1 = expm1(x)"""
    if len(terms) != 2:
        return None
    for (c, one), (d, x) in (terms, terms[::-1]):
        if isinstance(one.node, LiteralArray) and c == -d:
            if is_map(x, "sigma"):
                return einsum(g, [plain(g, "sigma", negated(g, argument_of(x)))], None, c)
            if is_map(x, "exp"):
                return einsum(g, [plain(g, "expm1", argument_of(x))], None, d)
    return None


def _extremum(g: Graph, terms: list[tuple[Fraction, LabelledArray]]) -> LabelledArray | None:
    """y + relu(x - y) = max(x, y), y - relu(y - x) = min(x, y), where x is shorter than x - y"""
    for c, f in terms:
        if not is_map(f, "relu") or abs(c) != 1:
            continue
        gap = argument_of(f)
        if isinstance(gap.node, Linear):
            inside = [(d, gap.operand(o)) for d, o in gap.node.terms]
            others = [t for t in terms if t[1] is not f]
            for lower in ([(d, t) for d, t in others if (-c * d, t) in inside], others):
                x = linear(g, [*lower, (c, gap)])
                if lower and not is_number(x, 0) and _length(x) < len(inside):
                    rest = [t for t in others if t not in lower]
                    return linear(g, [*rest, (1, extremum(g, c > 0, x, linear(g, lower)))])
    return None


def _length(v: LabelledArray) -> int:
    """The number of terms."""
    return len(v.node.terms) if isinstance(v.node, Linear) else 1


def stable_graph(functions: Iterable[str]) -> Graph:
    """An empty graph for code that can call some functions.

    It applies these rules to every product and sum made in it; of several, the first that fits.
    """
    products = (_powers, masked_exponentials, _softmax, _quotient, _of_sums, _complement, _exponentials, _indicators)
    return Graph(frozenset(functions), products, (_difference, _extremum))
