"""Numbers, sums of terms, products and quotients."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from symgrad.core.nodes import ZERO, Add, Mul, Num, Sum
from symgrad.core.ranges import Range
from symgrad.reading.meaning.block_matrices import REMEDY, BlockMatrix, each, plus, times
from symgrad.reading.meaning.derivatives import contract, held_in
from symgrad.reading.meaning.misfits import named
from symgrad.reading.meaning.open_index import same_range
from symgrad.reading.meaning.rules import Reading, reads
from symgrad.reading.meaning.values import (
    ReadValue,
    ShapeMismatch,
    aligned,
    elementwise,
    flat_product,
    inverse,
    multiply,
    negative,
    outer,
    parenthesized_sum,
    quotient,
    scalar,
)
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.tree.scripts import error
from symgrad.reading.tree.syntax import (
    Derivative,
    Dots,
    NumberNode,
    Paren,
    ProductNode,
    QuotientNode,
    Sym,
    SyntaxNode,
    Terms,
)
from symgrad.text.source import Span


@reads(NumberNode)
def number(el: Reading, node: NumberNode) -> ReadValue:
    """``3``, ``0.5``"""
    return scalar(Num(node.value))


@reads(QuotientNode)
def fraction(el: Reading, node: QuotientNode) -> ReadValue:
    """``\\frac{a}{b}``"""
    num, den = spread(el, (el.value(node.num), el.value(node.den)), node.span)
    return quotient(num, den, node.span)


@reads(Terms)
def terms(el: Reading, node: Terms) -> ReadValue:
    """``a - b + c``. The terms of a chain rule hold each other's intermediates constant."""
    outside = el.held, el.held_alone
    held, alone = held_in(el, node)
    values = []
    for sign, term in node.items:
        el.held, el.held_alone = outside[0] | held, alone if isinstance(term, Derivative) else frozenset()
        values.append(each(el.value(term), negative) if sign < 0 else el.value(term))
    el.held, el.held_alone = outside
    lead = next((v for v in values if isinstance(v, BlockMatrix)), None)
    if lead is not None:
        parts = zip(values, node.items, strict=True)
        return plus([_divided(el, v, sign, t, lead) for v, (sign, t) in parts], node.span)
    values = list(spread(el, values, node.span))
    try:
        return values[0] if len(values) == 1 else elementwise(Add, values, node.span, "a sum")
    except ShapeMismatch as e:
        left, right = (node.items[next(k for k, v in enumerate(values) if v is part)][1] for part in (e.left, e.right))
        raise named(e, left.span, right.span) from e


def _divided(el: Reading, value: ReadValue, sign: int, term: SyntaxNode, like: BlockMatrix) -> ReadValue:
    """``s I`` divided as the matrix of blocks beside it is; any other value as it is."""
    if isinstance(value, BlockMatrix) or len(value.axes) != 2 or any(a.range is not None for a in value.axes):
        return value
    grid = [[ReadValue(ZERO) for _ in row] for row in like.grid]
    for k in range(min(len(grid), len(grid[0]))):
        own = el.value(term)
        grid[k][k] = negative(own) if sign < 0 else own
    return BlockMatrix(tuple(map(tuple, grid)), like.span)


def spread(el: Reading, values: Sequence[ReadValue], span: Span) -> Sequence[ReadValue]:
    """The values, vectors beside a matrix spread over its rows or columns: ``X W + b``, ``\\gamma \\odot X``."""
    matrix = next((v for v in values if len(v.axes) == 2 and not v.groups), None)
    if matrix is None:
        return values
    return [_spread(el, v, matrix, span) if len(v.axes) == 1 else v for v in values]


def _spread(el: Reading, vector: ReadValue, matrix: ReadValue, span: Span) -> ReadValue:
    """A vector as a matrix, along the one axis of the other matrix that has its range."""
    over = vector.axes[0].range
    fits = [
        k for k, a in enumerate(matrix.axes) if over is not None and a.range == over and not (vector.row and k == 0)
    ]
    if len(fits) > 1:
        message = (
            f"a vector of length {over.size if over else 'N'} beside a square matrix fits its rows and its columns"
        )
        remedy = "multiply the matrix by the vector that it lacks, or write the sum or product by entries"
        raise error("SG113", message, span, remedy)
    if not fits:
        return vector
    axes = tuple(a.fresh() for a in matrix.axes)
    written = "row" if fits[0] == 1 else "column"
    el.warn("SG220", f"a vector beside a matrix is read as each of its {written}s", span, "write it by entries")
    return ReadValue(aligned(vector, (axes[fits[0]],)), axes, derivative=vector.derivative)


@reads(ProductNode)
def product(el: Reading, node: ProductNode) -> ReadValue:
    """``a b``, ``a \\odot b``, ``a \\otimes b``, ``a / b``, from left to right."""
    values = [(op, el.value(f), f) for op, f in node.factors]
    for (_, name), (op, bracket) in pairwise(node.factors):
        if op == "" and isinstance(name, Sym) and is_lone_argument(bracket) and is_defined(el.scope, name):
            message = f"`{name.span.text}` is a number, and is multiplied here by what stands in brackets behind it"
            el.warn("SG225", message, bracket.span, f"define it for its argument, or write `{name.span.text} \\cdot`")
    if any(isinstance(v, BlockMatrix) for _, v, _ in values):
        return _with_blocks([(op, v) for op, v, _ in values], node.span)
    chained = contract(el, values, node.span)
    if chained is not None:
        return chained
    out = values[0][1]
    columns = sum(_are_alike(v, w) for _, v, _ in values for _, w, _ in values[:1])
    entrywise = el.entrywise == "all" or (el.entrywise == "rows of factors" and columns > 2)
    for k, (op, right, written) in enumerate(values[1:]):
        span = node.factors[0][1].span.to(written.span)
        if op == "o" and not any(_is_outer_product(el, f) for _, f in node.factors):
            out, right = spread(el, (out, right), span)
        try:
            out = _multiplied(el, op, out, right, span, entrywise)
        except ShapeMismatch as e:
            first = next(f for _, value, f in values if value.axes)  # without the numbers in front
            before = first.span.to(node.factors[k][1].span)
            raise named(e, before, written.span, product=op in ("", ".")) from e
    return out


def _with_blocks(values: Sequence[tuple[str, ReadValue]], span: Span) -> ReadValue:
    """The product of matrices of blocks and numbers, from left to right."""
    out = values[0][1]
    for op, right in values[1:]:
        if op not in ("", "."):
            raise error("SG112", "this product of matrices of blocks is not read", span, REMEDY)
        blocks = isinstance(out, BlockMatrix) or isinstance(right, BlockMatrix)
        out = times(out, right, span) if blocks else multiply(out, right, span)[0]
    return out


def _is_outer_product(el: Reading, node: SyntaxNode) -> bool:
    """True for ``u v^\\top`` without brackets: in ``h \\odot u v^\\top`` it is not plain what belongs together."""
    return isinstance(node, ProductNode) and all(len(el.value(f).axes) < 2 for _, f in node.factors)


def _multiplied(el: Reading, op: str, out: ReadValue, right: ReadValue, span: Span, entrywise: bool) -> ReadValue:
    """One product of two factors."""
    if op == "x" and _are_alike(out, right) and not out.row and out.axes[0].range == Range.of_size(3):
        raise error("SG101", "a vector product is not read", span, "write its entries")
    if op == "o" or ((op == "*" or (entrywise and op in ("", "."))) and _are_alike(out, right)):
        return elementwise(Mul, (parenthesized_sum(out), parenthesized_sum(right)), span, "an elementwise product")
    if op == "@" and out.axes and right.axes:
        return outer(out, right, span)
    if op == "/":
        return quotient(out, right, span) if right.axes else multiply(out, inverse(right), span)[0]
    joined = _contracted(el, out, right, span) if op in ("", ".") else None
    if joined is not None:
        return joined
    product, guessed = multiply(out, right, span)
    if guessed and op != "@":
        el.warn(
            "SG202",
            "missing transpose: two columns in a row are read as their inner product",
            span,
            "write `^\\top` on the first",
        )
    return product


def _contracted(el: Reading, vector: ReadValue, derivative: ReadValue, span: Span) -> ReadValue | None:
    """A vector times a derivative of a vector by a matrix, summed over the axis that they share; else None.

    ``(\\hat y - y) \\frac{\\partial U^\\top v}{\\partial U}``: a matrix product has no such factor.
    """
    j = derivative.jacobian
    if j is None or len(vector.axes) != 1 or len(j.of_axes) != 1 or len(derivative.axes) < 3:
        return None
    k = derivative.axes[0]
    if not same_range(vector.axes[0], k):
        return None
    el.warn("SG206", "a vector times this derivative is summed over the axis that they share", span, "write the sum")
    body = Sum(k, flat_product(aligned(vector, (k,)), derivative.body))
    return ReadValue(body, derivative.axes[1:], derivative=True)


def is_lone_argument(node: SyntaxNode) -> bool:
    """True for ``(x)`` and ``(0)``"""
    if not isinstance(node, Paren) or node.kind != "(" or len(node.items) != 1:
        return False
    return isinstance(node.items[0], (Sym, NumberNode))


def is_defined(scope: Scope, sym: Sym) -> bool:
    key = scope.value_key(sym)[0]
    return key is not None and isinstance(scope.values[key], Defined)


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
