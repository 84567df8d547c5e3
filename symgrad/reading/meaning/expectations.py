"""Means, variances and covariances of random quantities.

A random quantity has a value for each outcome, and ``\\mathbb{E}[f(x)] = \\sum_\\omega p_\\omega f(x_\\omega)`` over an
arbitrary finite number of outcomes with positive weights that add up to 1. What holds for all of them is linear in
the mean, and uses the moments that the text states. Every other quantity is constant.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from symgrad.core.claims import Assumption
from symgrad.core.nodes import (
    MINUS_ONE,
    ONE,
    Add,
    Definition,
    Entry,
    Expr,
    Mul,
    Ref,
    Sum,
    Tensor,
    reach,
)
from symgrad.core.ranges import Index, Range
from symgrad.core.substitute import instantiate, mapped
from symgrad.reading.meaning.open_index import OpenIndex
from symgrad.reading.meaning.raw_trees import Parenthesis
from symgrad.reading.meaning.rules import Reading, reads
from symgrad.reading.meaning.values import (
    ReadValue,
    ShapeMismatch,
    elementwise,
    multiply,
    refreshed,
    transpose,
)
from symgrad.reading.tree.scripts import error
from symgrad.reading.tree.syntax import Expectation
from symgrad.text.source import Span

OUTCOMES = Range.of_size("\\Omega")
WEIGHTS = Tensor("P", (OUTCOMES,), "positive")


@dataclass(slots=True)
class Outcomes:
    """The random quantities of a document, with their values for all outcomes."""

    values: dict[Tensor, Tensor] = field(default_factory=dict)

    def of(self, tensor: Tensor) -> Tensor:
        found = self.values.get(tensor)
        if found is None:
            found = Tensor(tensor.name, (OUTCOMES, *tensor.ranges), tensor.domain)
            self.values[tensor] = found
        return found


def total_probability() -> Assumption:
    """``\\sum_\\omega P_\\omega = 1``"""
    index = Index("k", OUTCOMES, "bound")
    return Assumption("equation", "\\sum_{k=1}^{\\Omega} P_k = 1", Sum(index, Entry(WEIGHTS, (index,))), ONE)


def without_other_moments(facts: tuple[Assumption, ...], *sides: Expr) -> tuple[Assumption, ...]:
    """The assumptions without the moments of random quantities that a claim does not mention."""
    used = [{t for side in (a.left, a.right) if side is not None for t in reach(side).tensors} for a in facts]
    if not any(WEIGHTS in tensors for tensors in used):
        return facts
    mentioned = {t for side in sides for t in reach(side).tensors}

    def concerns(tensors: set[Tensor]) -> bool:
        return WEIGHTS not in tensors or bool((tensors - {WEIGHTS} or tensors) & mentioned)

    return tuple(a for a, tensors in zip(facts, used, strict=True) if concerns(tensors))


@reads(Expectation)
def expectation(el: Reading, node: Expectation) -> ReadValue:
    """``\\mathbb{E}[A x + b]``, ``\\operatorname{Cov}(A x)``, ``\\operatorname{Var}(a^\\top x)``"""
    values = [el.value(a) for a in node.arguments]
    if node.kind == "mean":
        if len(values) != 1:
            raise error("SG115", "a mean takes one argument", node.span)
        return mean(el, values[0], node.span)
    if len(values) > 2 or (node.kind == "variance" and (len(values) > 1 or values[0].axes)):
        raise error("SG115", "a variance takes one number, a covariance one or two arguments", node.span)
    return covariance(el, values[0], values[-1], node.span)


def mean(el: Reading, value: ReadValue, span: Span) -> ReadValue:
    """``\\sum_\\omega P_\\omega f(x_\\omega)``"""
    random = _random(el)
    index = OpenIndex("k", OUTCOMES, "bound")
    body = _at_outcome(el, value.body, random, index)
    if body is value.body:
        raise error("SG105", "nothing in this mean is known to be random", span, "state the mean of what is random")
    return replace(value, body=Sum(index, Mul((Entry(WEIGHTS, (index,)), Parenthesis(body)))), jacobian=None)


def covariance(el: Reading, left: ReadValue, right: ReadValue, span: Span) -> ReadValue:
    """``\\mathbb{E}[(x - \\mathbb{E}[x]) (y - \\mathbb{E}[y])^\\top]``"""
    if len(left.axes) > 1 or len(right.axes) > 1:
        raise ShapeMismatch("a covariance is that of vectors", left, right, span)
    parts = []
    for value in (left, refreshed(right)):
        off = mean(el, value, span)
        gap = elementwise(Add, (value, replace(off, body=Mul((MINUS_ONE, off.body)))), span, "a difference")
        parts.append(replace(gap, body=Parenthesis(gap.body), row=False))
    product = multiply(parts[0], transpose(parts[1], span), span)[0]
    return mean(el, product, span)


def _random(el: Reading) -> frozenset[Tensor]:
    return frozenset(t for key, t in el.scope.values.items() if isinstance(t, Tensor) and key.letter in el.scope.random)


def _at_outcome(el: Reading, node: Expr, random: frozenset[Tensor], index: Index) -> Expr:
    """The expression for one outcome; definitions that hold random quantities are written out."""
    outcomes: Outcomes = el.scope.outcomes

    def at_outcome(n: Expr) -> Expr | None:
        if isinstance(n, Entry) and n.tensor in random:
            return Entry(outcomes.of(n.tensor), (index, *n.indices))
        if isinstance(n, Ref) and _holds(n.definition, random):
            return mapped(instantiate(n.definition, n.indices), at_outcome)
        return None

    return mapped(node, at_outcome)


def _holds(definition: Definition, random: frozenset[Tensor]) -> bool:
    mentioned = reach(definition.body)
    return any(t in mentioned for t in random)


__all__ = ["Outcomes", "total_probability"]
