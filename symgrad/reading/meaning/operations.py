"""Numbers, sums of terms, products and quotients."""

from __future__ import annotations

from symgrad.core.nodes import Add, Mul, Num
from symgrad.reading.meaning.derivatives import contract, held_in
from symgrad.reading.meaning.rules import Reading, reads
from symgrad.reading.meaning.values import (
    ReadValue,
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
from symgrad.reading.tree.syntax import Dots, NumberNode, ProductNode, QuotientNode, Terms


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
    outer_held = el.held
    el.held = outer_held | held_in(el, node)
    values = [negative(el.value(t)) if sign < 0 else el.value(t) for sign, t in node.items]
    el.held = outer_held
    return values[0] if len(values) == 1 else elementwise(Add, values, node.span, "a sum")


@reads(ProductNode)
def product(el: Reading, node: ProductNode) -> ReadValue:
    """``a b``, ``a \\odot b``, ``a \\otimes b``, ``a / b``, from left to right."""
    values = [(op, el.value(f), f) for op, f in node.factors]
    chained = contract(el, values, node.span)
    if chained is not None:
        return chained
    out = values[0][1]
    for op, right, written in values[1:]:
        span = node.factors[0][1].span.to(written.span)
        if op == "o":
            out = elementwise(Mul, (parenthesized_sum(out), parenthesized_sum(right)), span, "an elementwise product")
        elif op == "@":
            out = outer(out, right, span) if out.axes and right.axes else multiply(out, right, span)[0]
        elif op == "/":
            out = quotient(out, right, span) if right.axes else multiply(out, inverse(right), span)[0]
        else:
            out, guessed = multiply(out, right, span)
            if guessed:
                el.warn(
                    "SG202",
                    "missing transpose: two columns in a row are read as their inner product",
                    span,
                    "write `^\\top` on the first",
                )
    return out


@reads(Dots)
def ellipsis(el: Reading, node: Dots) -> ReadValue:
    """An ellipsis that was not expanded before."""
    raise error("SG112", "an ellipsis is not read here", node.span, "write the sum with `\\sum`")
