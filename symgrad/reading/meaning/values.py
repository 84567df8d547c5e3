"""The values of syntax nodes: a scalar, or an array given by its entry, with its orientation.

Bodies are raw trees, see ``raw_trees``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from symgrad.core.nodes import MINUS_ONE, Add, Definition, Expr, Mul, Num, Sum, Tensor
from symgrad.core.ranges import Index
from symgrad.core.substitute import substitute
from symgrad.reading.meaning.open_index import mark_implied, same_range
from symgrad.reading.meaning.raw_trees import Parenthesis, is_quotient, reciprocal, ungrouped
from symgrad.text.source import Span


@dataclass(frozen=True, slots=True)
class Jacobian:
    """A derivative that is a factor of a chain: of what, by what, and the axes of both."""

    of: Tensor | Definition | None
    by: Tensor | Definition
    of_axes: tuple[Index, ...]
    by_axes: tuple[Index, ...]


@dataclass(frozen=True, slots=True)
class ReadValue:
    """``body`` is a scalar in its free letters and in ``axes``, one per array axis.

    row: a row vector; derivative: a result of differentiation, for which a transposed layout is only a warning;
    jacobian: see ``Jacobian``; listed: ``(a, b)``, which may stand for a row as well.
    groups: how many axes make one axis of a Kronecker product or ``vec``, () if each is one by itself;
    stacked: ``a \\otimes b`` of two columns, which beside a ``vec`` is the column of all products.
    """

    body: Expr
    axes: tuple[Index, ...] = ()
    row: bool = False
    derivative: bool = False
    jacobian: Jacobian | None = None
    listed: bool = False
    groups: tuple[int, ...] = ()
    stacked: bool = False

    @property
    def grouped(self) -> tuple[tuple[Index, ...], ...]:
        """The axes, those of each group together."""
        if not self.groups:
            return tuple((a,) for a in self.axes)
        ends = [sum(self.groups[:k]) for k in range(len(self.groups) + 1)]
        return tuple(self.axes[a:b] for a, b in pairwise(ends))

    @property
    def shape(self) -> tuple[str, ...]:
        """The shape for messages: ``("W", "D")``, a column ``("D",)``, a row ``("1", "D")``."""
        names = tuple("·".join(a.range.name if a.range else "?" for a in group) for group in self.grouped)
        return ("1", *names) if self.row and len(names) == 1 else names


class ShapeMismatch(Exception):
    """Two shapes inside one side do not fit. The step is refuted; it is not unreadable.

    parts: the two operands as they are written, if they are known; remedy: what would fit.
    """

    def __init__(self, message: str, left: ReadValue, right: ReadValue, span: Span) -> None:
        super().__init__(message)
        self.left, self.right, self.span = left, right, span
        self.parts: tuple[str, str] | None = None
        self.remedy = ""

    @property
    def shapes(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return self.left.shape, self.right.shape

    @property
    def said(self) -> str:
        """``a product of shapes that do not conform: `W` is k × h, `u` is k``"""
        left, right = (" × ".join(shape) or "a number" for shape in self.shapes)
        if self.parts is None:
            return f"{self}: {left} and {right}"
        return f"{self}: `{self.parts[0]}` is {left}, `{self.parts[1]}` is {right}"


def aligned(value: ReadValue, axes: Sequence[Index]) -> Expr:
    """The body with the axes of another value."""
    return substitute(value.body, dict(zip(value.axes, axes, strict=True)))


def scalar(body: Expr) -> ReadValue:
    return ReadValue(body)


def parenthesized(value: ReadValue) -> ReadValue:
    """``(value)``; a number needs no parenthesis."""
    return value if isinstance(value.body, Num) else replace(value, body=Parenthesis(value.body), jacobian=None)


def refreshed(value: ReadValue) -> ReadValue:
    """The value over axes of its own: an argument that is used twice must not share them, as in ``x x^\\top``."""
    axes = tuple(a.fresh() for a in value.axes)
    return replace(value, body=aligned(value, axes), axes=axes, jacobian=None) if axes else value


def is_zero(value: ReadValue) -> bool:
    body = ungrouped(value.body)
    return isinstance(body, Num) and body.value == 0


def elementwise(op: type[Add] | type[Mul], values: Sequence[ReadValue], span: Span, what: str) -> ReadValue:
    """Add or multiply entry by entry; scalars are constant along every axis."""
    arrays = [v for v in values if v.axes]
    derivative = any(v.derivative for v in values)
    if not arrays:
        return ReadValue(op(tuple(v.body for v in values)), derivative=derivative)
    lead = arrays[0]
    for other in arrays[1:]:
        fits = len(other.axes) == len(lead.axes) and all(
            same_range(a, b) for a, b in zip(lead.axes, other.axes, strict=True)
        )
        if not fits or (len(lead.grouped) == 1 and lead.row != other.row) or lead.groups != other.groups:
            raise ShapeMismatch(f"{what} of shapes that differ", lead, other, span)
    bodies = tuple(aligned(v, lead.axes) if v.axes else v.body for v in values)
    return ReadValue(op(bodies), lead.axes, lead.row, derivative, groups=lead.groups)


def negative(value: ReadValue) -> ReadValue:
    """``-value``"""
    if isinstance(value.body, Num):
        return replace(value, body=Num(-value.body.value))
    return replace(value, body=Mul((MINUS_ONE, value.body)))


def inverse(value: ReadValue) -> ReadValue:
    """1 / value, entry by entry."""
    return replace(value, body=reciprocal(value.body), jacobian=None)


def transpose(value: ReadValue, span: Span) -> ReadValue:
    """``value^\\top``; of a number, itself."""
    if value.groups and len(value.groups) < 3:
        axes = tuple(a for group in reversed(value.grouped) for a in group)
        row = len(value.groups) == 1 and not value.row
        return replace(value, axes=axes, row=row, groups=value.groups[::-1], jacobian=None)
    if len(value.axes) == 1:
        return replace(value, row=not value.row, jacobian=None)
    if len(value.axes) == 2:
        return replace(value, axes=value.axes[::-1], jacobian=None)
    if not value.axes:
        return value
    raise ShapeMismatch("an array of more than two axes has no transpose", value, value, span)


def multiply(left: ReadValue, right: ReadValue, span: Span) -> tuple[ReadValue, bool]:
    """The matrix product of two values; True if two columns were read as their inner product."""
    derivative = left.derivative or right.derivative
    if not left.axes or not right.axes:
        lead = left if left.axes else right
        body = flat_product(left.body, right.body)
        return ReadValue(body, lead.axes, lead.row, derivative, groups=lead.groups, stacked=lead.stacked), False
    if left.groups or right.groups:
        return _multiply_groups(left, right, span), False
    nl, nr = len(left.axes), len(right.axes)
    if nl > 2 or nr > 2:
        raise ShapeMismatch("a product of arrays with more than two axes", left, right, span)
    left_row = nl == 1 and left.row
    if nl == 1 and nr == 1 and not left_row and right.row:
        return ReadValue(flat_product(left.body, right.body), (left.axes[0], right.axes[0]), False, derivative), False
    if nl == 1 and nr == 1:
        if not same_range(left.axes[0], right.axes[0]) or (left.row and right.row):
            raise ShapeMismatch("a product of vectors that do not conform", left, right, span)
        k = left.axes[0]
        mark_implied(k)
        return ReadValue(Sum(k, flat_product(left.body, aligned(right, (k,)))), (), False, derivative), not left.row
    # summed over the last axis of the left and the first of the right; a column has no last axis
    if (nl == 1 and not left.row) or (nr == 1 and right.row):
        raise ShapeMismatch("a product of shapes that do not conform", left, right, span)
    k, m = left.axes[-1], right.axes[0]
    if not same_range(k, m):
        raise ShapeMismatch("a product of shapes that do not conform", left, right, span)
    mark_implied(k)
    body = Sum(k, flat_product(left.body, aligned(right, (k, *right.axes[1:]))))
    axes = (*left.axes[:-1], *right.axes[1:])
    row = len(axes) == 1 and nl == 1
    return ReadValue(body, axes, row, derivative), False


def _multiply_groups(left: ReadValue, right: ReadValue, span: Span) -> ReadValue:
    """The matrix product where an axis may consist of several."""
    left, right = as_column(left), as_column(right)
    rows = left.grouped if len(left.grouped) > 1 else ((), *left.grouped) if left.row else (*left.grouped, ())
    columns = right.grouped if len(right.grouped) > 1 else ((), *right.grouped) if right.row else (*right.grouped, ())
    fits = len(rows) == 2 == len(columns) and len(rows[1]) == len(columns[0])
    if not fits or not all(same_range(a, b) for a, b in zip(rows[1], columns[0], strict=True)):
        raise ShapeMismatch("a product of shapes that do not conform", left, right, span)
    body = flat_product(left.body, substitute(right.body, dict(zip(columns[0], rows[1], strict=True))))
    for k in rows[1]:
        mark_implied(k)
        body = Sum(k, body)
    kept = [g for g in (rows[0], columns[1]) if g]
    groups = tuple(map(len, kept)) if any(len(g) > 1 for g in kept) else ()
    axes = tuple(a for g in kept for a in g)
    row = len(kept) == 1 and not rows[0]
    return ReadValue(body, axes, row, left.derivative or right.derivative, groups=groups)


def as_column(value: ReadValue) -> ReadValue:
    """``a \\otimes b`` of two columns as the column of all products, ``a_1 b`` above ``a_2 b``."""
    return replace(value, groups=(2,), stacked=False) if value.stacked else value


def kronecker(left: ReadValue, right: ReadValue, span: Span) -> ReadValue:
    """``A \\otimes B``, whose rows are pairs of rows, and whose columns are pairs of columns."""
    halves: list[tuple[tuple[Index, ...], ...]] = []
    for value in (as_column(left), as_column(right)):
        own = value.grouped
        if len(own) > 2:
            raise ShapeMismatch("a Kronecker product takes matrices", left, right, span)
        halves.append(own if len(own) == 2 else ((), *own) if value.row else (*own, ()))
    kept = [g for g in (a + b for a, b in zip(*halves, strict=True)) if g]
    axes = tuple(a for g in kept for a in g)
    groups = tuple(map(len, kept)) if any(len(g) > 1 for g in kept) else ()
    body = flat_product(Parenthesis(left.body), Parenthesis(right.body))
    return ReadValue(body, axes, len(kept) == 1 and left.row, left.derivative or right.derivative, groups=groups)


def flat_product(left: Expr, right: Expr) -> Expr:
    """The product of two trees; a product on the left is extended, a parenthesis or a quotient is one factor."""
    head = left.factors if isinstance(left, Mul) and not is_quotient(left) else (left,)
    return Mul((*head, right))


def quotient(num: ReadValue, den: ReadValue, span: Span) -> ReadValue:
    """``num / den``, entry by entry where both are arrays of one shape."""
    below = ReadValue(reciprocal(den.body), den.axes, den.row)
    above = replace(num, body=Parenthesis(num.body))
    return replace(elementwise(Mul, (above, below), span, "a quotient"), derivative=num.derivative)


def outer(left: ReadValue, right: ReadValue, span: Span) -> ReadValue:
    """``left \\otimes right``: of two vectors their outer product, of matrices the Kronecker product."""
    if len(left.axes) != 1 or len(right.axes) != 1:
        return kronecker(left, right, span)
    derivative, stacked = left.derivative or right.derivative, not (left.row or right.row)
    axes = (*left.axes, *right.axes)
    return ReadValue(flat_product(left.body, right.body), axes, False, derivative, stacked=stacked)


def parenthesized_sum(value: ReadValue) -> ReadValue:
    """``(value)`` if it is a sum of terms, so that it is one factor."""
    return replace(value, body=Parenthesis(value.body)) if isinstance(value.body, Add) else value


def fresh_axes(value: ReadValue) -> ReadValue:
    axes = tuple(a.fresh() for a in value.axes)
    return replace(value, axes=axes, body=aligned(value, axes))


def shape_text(value: ReadValue) -> str:
    return " x ".join(value.shape) if value.axes else "a number"
