"""Numbers, sums of terms, products and quotients."""

from __future__ import annotations

from symgrad.core.nodes import Add, Mul, Num
from symgrad.reading.meaning.derivatives import contract, held_in
from symgrad.reading.meaning.misfits import named
from symgrad.reading.meaning.rules import Reading, reads
from symgrad.reading.meaning.values import (
    ReadValue,
    ShapeMismatch,
    elementwise,
    inverse,
    multiply,
    negative,
    outer,
    parenthesized_sum,
    quotient,
    scalar,
)
from symgrad.reading.tree.scripts import error
from symgrad.reading.tree.syntax import Derivative, Dots, NumberNode, ProductNode, QuotientNode, Terms
from symgrad.text.source import Span


@reads(NumberNode)
def number(el: Reading, node: NumberNode) -> ReadValue:
    """``3``, ``0.5``"""
    return scalar(Num(node.value))


@reads(QuotientNode)
def fraction(el: Reading, node: QuotientNode) -> ReadValue:
    """``\\frac{a}{b}``"""
    return quotient(el.value(node.num), el.value(node.den), node.span)


@reads(Terms)
def terms(el: Reading, node: Terms) -> ReadValue:
    """``a - b + c``. The terms of a chain rule hold each other's intermediates constant."""
    outside = el.held, el.held_alone
    held, alone = held_in(el, node)
    values = []
    for sign, term in node.items:
        el.held, el.held_alone = outside[0] | held, alone if isinstance(term, Derivative) else frozenset()
        values.append(negative(el.value(term)) if sign < 0 else el.value(term))
    el.held, el.held_alone = outside
    try:
        return values[0] if len(values) == 1 else elementwise(Add, values, node.span, "a sum")
    except ShapeMismatch as e:
        left, right = (node.items[next(k for k, v in enumerate(values) if v is part)][1] for part in (e.left, e.right))
        raise named(e, left.span, right.span) from e


@reads(ProductNode)
def product(el: Reading, node: ProductNode) -> ReadValue:
    """``a b``, ``a \\odot b``, ``a \\otimes b``, ``a / b``, from left to right."""
    values = [(op, el.value(f), f) for op, f in node.factors]
    chained = contract(el, values, node.span)
    if chained is not None:
        return chained
    out = values[0][1]
    columns = sum(_are_alike(v, w) for _, v, _ in values for _, w, _ in values[:1])
    entrywise = el.entrywise == "all" or (el.entrywise == "rows of factors" and columns > 2)
    for k, (op, right, written) in enumerate(values[1:]):
        span = node.factors[0][1].span.to(written.span)
        try:
            out = _multiplied(el, op, out, right, span, entrywise)
        except ShapeMismatch as e:
            first = next(f for _, value, f in values if value.axes)  # without the numbers in front
            before = first.span.to(node.factors[k][1].span)
            raise named(e, before, written.span, product=op in ("", ".")) from e
    return out


def _multiplied(el: Reading, op: str, out: ReadValue, right: ReadValue, span: Span, entrywise: bool) -> ReadValue:
    """One product of two factors."""
    if op == "o" or ((op == "*" or (entrywise and op in ("", "."))) and _are_alike(out, right)):
        return elementwise(Mul, (parenthesized_sum(out), parenthesized_sum(right)), span, "an elementwise product")
    if op == "@" and out.axes and right.axes:
        return outer(out, right, span)
    if op == "/":
        return quotient(out, right, span) if right.axes else multiply(out, inverse(right), span)[0]
    product, guessed = multiply(out, right, span)
    if guessed and op != "@":
        el.warn(
            "SG202",
            "missing transpose: two columns in a row are read as their inner product",
            span,
            "write `^\\top` on the first",
        )
    return product


def _are_alike(left: ReadValue, right: ReadValue) -> bool:
    """True for two columns, or two rows, over one range."""
    if len(left.axes) != 1 or len(right.axes) != 1 or left.row != right.row:
        return False
    a, b = left.axes[0].range, right.axes[0].range
    return a is None or b is None or a == b


@reads(Dots)
def ellipsis(el: Reading, node: Dots) -> ReadValue:
    """An ellipsis that was not expanded before."""
    raise error("SG112", "an ellipsis is not read here", node.span, "write the sum with `\\sum`")
