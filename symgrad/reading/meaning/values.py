"""The values of syntax nodes: a scalar, or an array given by its entry, with its orientation.

Bodies are raw trees, see ``raw_trees``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

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
    """

    body: Expr
    axes: tuple[Index, ...] = ()
    row: bool = False
    derivative: bool = False
    jacobian: Jacobian | None = None
    listed: bool = False

    @property
    def shape(self) -> tuple[str, ...]:
        """The shape for messages: ``("W", "D")``, a column ``("D",)``, a row ``("1", "D")``."""
        names = tuple(a.range.name if a.range else "?" for a in self.axes)
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
        if not fits or (len(lead.axes) == 1 and lead.row != other.row):
            raise ShapeMismatch(f"{what} of shapes that differ", lead, other, span)
    bodies = tuple(aligned(v, lead.axes) if v.axes else v.body for v in values)
    return ReadValue(op(bodies), lead.axes, lead.row, derivative)


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
        return ReadValue(flat_product(left.body, right.body), lead.axes, lead.row, derivative), False
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
    """``left \\otimes right``"""
    if len(left.axes) != 1 or len(right.axes) != 1:
        raise ShapeMismatch("an outer product takes two vectors", left, right, span)
    return ReadValue(
        flat_product(left.body, right.body), (*left.axes, *right.axes), False, left.derivative or right.derivative
    )


def parenthesized_sum(value: ReadValue) -> ReadValue:
    """``(value)`` if it is a sum of terms, so that it is one factor."""
    return replace(value, body=Parenthesis(value.body)) if isinstance(value.body, Add) else value


def fresh_axes(value: ReadValue) -> ReadValue:
    axes = tuple(a.fresh() for a in value.axes)
    return replace(value, axes=axes, body=aligned(value, axes))


def shape_text(value: ReadValue) -> str:
    return " x ".join(value.shape) if value.axes else "a number"
