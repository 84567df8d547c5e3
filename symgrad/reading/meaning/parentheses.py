"""Parentheses, bars and norms, and the scripts behind them."""

from __future__ import annotations

from dataclasses import replace

from symgrad.core.nodes import Add, Cond, Expr, Func, Mul, Num, Pow, Size, Sum, num
from symgrad.core.ranges import Affine, Index
from symgrad.reading.meaning.block_matrices import BlockMatrix, each
from symgrad.reading.meaning.known_functions import squares, total
from symgrad.reading.meaning.matrix_inverses import determinant
from symgrad.reading.meaning.raw_trees import Parenthesis, reciprocal
from symgrad.reading.meaning.rules import Reading, reads
from symgrad.reading.meaning.slots import element, is_whole_entry
from symgrad.reading.meaning.superscripts import raised
from symgrad.reading.meaning.values import ReadValue, ShapeMismatch, elementwise, is_zero, multiply, parenthesized
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import error, spelled, split_superscript
from symgrad.reading.tree.syntax import Call, Derivative, Paren, Scripted, Sym, SyntaxNode, Terms
from symgrad.reading.tree.used_names import subnodes
from symgrad.text.source import Span

FROBENIUS = ("F", "2,2", "\\text{F}", "\\text{Fro}", "\\text{fro}")


def whole_bracket(node: SyntaxNode) -> SyntaxNode | None:
    """``[\\frac{d}{dx} a x + b]`` with the derivative of the whole bracket; None where no derivative begins it, or
    where another term has one of its own.
    """
    inner = node.items[0] if isinstance(node, Paren) and node.kind in "([{" and len(node.items) == 1 else None
    if not isinstance(inner, Terms) or len(inner.items) < 2:
        return None
    (sign, head), *rest = inner.items
    other = any(isinstance(n, Derivative) for _, term in rest for n in subnodes(term))
    if not isinstance(head, Derivative) or not head.operator or sign < 0 or other:
        return None
    return replace(head, body=replace(inner, items=((1, head.body), *rest)), span=inner.span)


@reads(Paren)
def paren(el: Reading, node: Paren) -> ReadValue:
    """``(x)``, ``|x|``, ``\\lVert x \\rVert``, ``\\langle x, y \\rangle``"""
    if len(node.items) != 1 and node.kind != "<":
        raise error("SG101", "a list of values is not understood here", node.span)
    if node.kind in ("(", "[", "{"):
        return each(el.value((whole_bracket(node) if el.wide else None) or node.items[0]), parenthesized)
    if node.kind == "<":
        if len(node.items) != 2:
            raise error("SG115", "an inner product takes two arrays", node.span)
        left, right = (el.value(x) for x in node.items)
        return inner_product(left, right, node.span)
    return bars(el, node)


def _carries_no_slots(inner: SyntaxNode, node: Scripted) -> bool:
    """True for ``f(x)^2`` and ``\\langle A, B \\rangle_F``."""
    if isinstance(inner, Paren):
        return inner.kind == "<" and spelled(node.sub) in FROBENIUS
    return isinstance(inner, Call) and not node.sub


def inner_product(left: ReadValue, right: ReadValue, span: Span) -> ReadValue:
    """``\\langle x, y \\rangle = \\sum_i x_i y_i``, ``\\langle A, B \\rangle = A : B = \\sum_{ij} A_{ij} B_{ij}``"""
    if len(left.axes) != len(right.axes) or not left.axes:
        raise ShapeMismatch("an inner product takes two arrays of one shape", left, right, span)
    if len(left.axes) == 1:
        return multiply(replace(left, row=True), replace(right, row=False), span)[0]
    return ReadValue(total(elementwise(Mul, (parenthesized(left), parenthesized(right)), span, "an inner product")))


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
    elif _carries_no_slots(inner, node):
        value, sup = el.value(inner), node.sup
    else:
        value, sup = el.value(inner), node.sup
        if _transposes_entry(el, value, node):
            value, sup = raised(el, value, sup, node.span), ()
        value = element(el, value, node.sub, node.span)
    if node.primes:
        raise error("SG101", "a prime must stand on a function's name", node.span, "write `f'(x)`")
    return raised(el, value, sup, node.span) if sup else value


def _transposes_entry(el: Reading, value: ReadValue, node: Scripted) -> bool:
    """True for ``(AB)_{pq}^\\top``, which is ``(AB)_{qp}``, as ``X_{pq}^\\top`` of a name is ``X_{qp}``."""
    if isinstance(value, BlockMatrix) or len(value.axes) != 2 or not node.sub or not node.sup:
        return False
    said = split_superscript(node.sup, transpose_letter=not el.scope.is_value("T"))
    return said.transpose and not said.power and not said.labels and is_whole_entry(node.sub)


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
    if node.kind == "|" and isinstance(value, BlockMatrix):
        return determinant(value, node.span)
    if isinstance(value, BlockMatrix):
        return ReadValue(Func("sqrt", _squares(el, value, node.span)))
    if node.kind == "|" or not value.axes:
        if len(value.grouped) == 1:
            return ReadValue(Func("sqrt", squares(value)))  # the length of a vector
        if value.axes:
            return determinant(value, node.span)
        return ReadValue(Func("abs", value.body))
    return ReadValue(Func("sqrt", _squares(el, value, node.span)))


def _squares(el: Reading, value: ReadValue, span: Span, which: str = "") -> Expr:
    """The sum of squares below a norm without a subscript; that of a matrix is likely the Frobenius norm."""
    if isinstance(value, BlockMatrix):
        blocks = [b for row in value.grid for b in row if not is_zero(b)]
        if any(len(b.grouped) > 1 for b in blocks) and which not in FROBENIUS:
            raise error("SG112", "a norm of these blocks is not read", span, "write `\\lVert A \\rVert_F`")
        return Add(tuple(map(squares, blocks)))
    if len(value.grouped) > 1:
        el.warn("SG211", f"`{span.text}` is read as the Frobenius norm", span, "write `\\lVert A \\rVert_F`")
    return squares(value)


def norm(el: Reading, bracket: Paren, node: Scripted) -> tuple[ReadValue, tuple[Token, ...]]:
    """``\\lVert x \\rVert_2``, and the superscript that is left; a square is read as the sum of squares."""
    sup, which = node.sup, spelled(node.sub)
    value = el.value(bracket.items[0])
    if isinstance(value, BlockMatrix) and which in ("", "2", *FROBENIUS):
        body = _squares(el, value, node.span, which)
        return (parenthesized(ReadValue(body)), ()) if spelled(sup) == "2" else (ReadValue(Func("sqrt", body)), sup)
    if len(value.grouped) > 1 and which and which not in FROBENIUS:
        remedy = "the Frobenius norm is `\\lVert A \\rVert_F`"
        raise error("SG113", f"`{node.span.text}` is not the norm of the entries of this matrix", node.span, remedy)
    if which == "\\infty":
        raise error("SG101", "the largest entry of an array is not read", node.span, "known are `_1`, `_p`, `_F`")
    if which not in ("", "2", *FROBENIUS):
        return _norm_of_order(el, value, node), sup
    body = squares(value) if which else _squares(el, value, node.span)
    if len(sup) == 1 and sup[0].text == "2":
        return parenthesized(ReadValue(body)), ()
    return ReadValue(Func("sqrt", body)), sup


def _norm_of_order(el: Reading, value: ReadValue, node: Scripted) -> ReadValue:
    """``\\lVert x \\rVert_1 = \\sum_i |x_i|``, ``\\lVert x \\rVert_p = (\\sum_i |x_i|^p)^{1/p}``"""
    order = el.scalar(el.parse(node.sub, node.span), "the order of a norm")
    if isinstance(order, Num) and order.value < 1:
        raise error("SG101", "the order of a norm is at least 1", node.span)
    size = Func("abs", value.body)
    if order == num(1):
        return ReadValue(total(replace(value, body=size)))
    body = total(replace(value, body=Pow(size, order)))
    return ReadValue(Pow(Parenthesis(body), reciprocal(order)))
