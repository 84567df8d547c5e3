"""Parentheses, bars and norms, and the scripts behind them."""

from __future__ import annotations

from dataclasses import replace

from symgrad.core.nodes import Cond, Func, Size, Sum, num
from symgrad.core.ranges import Affine, Index
from symgrad.reading.meaning.known_functions import squares, total
from symgrad.reading.meaning.rules import Reading, reads
from symgrad.reading.meaning.slots import element
from symgrad.reading.meaning.superscripts import raised
from symgrad.reading.meaning.values import ReadValue, ShapeMismatch, multiply, parenthesized
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import error
from symgrad.reading.tree.syntax import Call, Paren, Scripted, Sym

NORMS = ("1", "2", "F")


@reads(Paren)
def paren(el: Reading, node: Paren) -> ReadValue:
    """``(x)``, ``|x|``, ``\\lVert x \\rVert``, ``\\langle x, y \\rangle``"""
    if len(node.items) != 1 and node.kind != "<":
        raise error("SG101", "a list of values is not understood here", node.span)
    if node.kind in ("(", "[", "{"):
        return parenthesized(el.value(node.items[0]))
    if node.kind == "<":
        if len(node.items) != 2:
            raise error("SG115", "an inner product takes two vectors", node.span)
        left, right = (el.value(x) for x in node.items)
        if len(left.axes) != 1 or len(right.axes) != 1:
            raise ShapeMismatch("an inner product takes two vectors", left, right, node.span)
        return multiply(replace(left, row=True), replace(right, row=False), node.span)[0]
    return bars(el, node)


@reads(Scripted)
def scripted(el: Reading, node: Scripted) -> ReadValue:
    """``[x]_i``, ``(AB)^\\top``, ``\\lVert x \\rVert_2^2``"""
    inner = node.base
    if isinstance(inner, Paren) and inner.kind == "|" and [t.text for t in node.sup] == ["2"] and not node.sub:
        value = el.value(inner.items[0])
        if len(value.axes) == 1:
            return parenthesized(ReadValue(squares(value)))
    if isinstance(inner, Paren) and inner.kind == "||":
        value, sup = norm(el, inner, node)
    elif isinstance(inner, Call) and not node.sub:
        value, sup = el.value(inner), node.sup
    else:
        value, sup = element(el, el.value(inner), node.sub, node.span), node.sup
    if node.primes:
        raise error("SG101", "a prime must stand on a function's name", node.span, "write `f'(x)`")
    return raised(el, value, sup, node.span) if sup else value


def bars(el: Reading, node: Paren) -> ReadValue:
    """``|x|``, ``|S|`` of a subset, and ``\\lVert x \\rVert``."""
    inner = node.items[0]
    if node.kind == "|" and isinstance(inner, Sym):
        name = f"|{inner.key}|"
        if name in el.scope.sizes:
            return ReadValue(Size(Affine.of(name)))
        subset = el.scope.subsets.get(inner.key)
        if subset is not None and not (inner.sub or inner.sup):
            member = Index("k", subset.range, "bound")
            return ReadValue(Sum(member, num(1), (Cond("in", member, subset),)))
    value = el.value(inner)
    if node.kind == "|" or not value.axes:
        if len(value.axes) == 1:
            return ReadValue(Func("sqrt", squares(value)))  # the length of a vector
        if value.axes:
            raise error("SG113", "`|A|` of a matrix is not read", node.span, "write `\\lVert A \\rVert_F` for a norm")
        return ReadValue(Func("abs", value.body))
    if len(value.axes) != 1:
        raise error("SG113", "which norm of a matrix is meant?", node.span, "write `\\lVert A \\rVert_F`")
    return ReadValue(Func("sqrt", squares(value)))


def norm(el: Reading, bracket: Paren, node: Scripted) -> tuple[ReadValue, tuple[Token, ...]]:
    """``\\lVert x \\rVert_2``, and the superscript that is left; a square is read as the sum of squares."""
    sup = node.sup
    which = node.sub[0].text if node.sub else "2"
    if which not in NORMS or len(node.sub) > 1:
        raise error("SG101", "this norm is not known", node.span, "known are `_2`, `_1` and `_F`")
    value = el.value(bracket.items[0])
    if len(value.axes) > 1 and which != "F":
        raise error("SG113", "which norm of a matrix is meant?", node.span, "write `\\lVert A \\rVert_F`")
    if which == "1":
        return ReadValue(total(replace(value, body=Func("abs", value.body)))), sup
    if len(sup) == 1 and sup[0].text == "2":
        return parenthesized(ReadValue(squares(value))), ()
    return ReadValue(Func("sqrt", squares(value))), sup
