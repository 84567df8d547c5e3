"""Matrix notation as a small closed tree. Every node is an array with zero, one (a column) or two ``axes``.

``Trace``, ``Inner`` and ``SquaredNorm`` are numbers; ``Explicit`` is a written sum over arrays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from symgrad.core.nodes import Cond, Entry, Expr, Num
from symgrad.core.ranges import Index, IndexExpr

Axes = tuple[Index, ...]


@dataclass(frozen=True, slots=True)
class Array:
    """Base of all nodes."""

    axes: Axes


@dataclass(frozen=True, slots=True)
class Named(Array):
    """``U``, ``U_{o:}``, ``U_{n:}``: an entry whose axes are its free indices, in slot order.

    row: written as a row vector; symmetric: its own transpose.
    """

    expr: Expr
    row: bool = False
    symmetric: bool = False


@dataclass(frozen=True, slots=True)
class Scalar(Array):
    """A number that needs no matrix notation."""

    expr: Expr


@dataclass(frozen=True, slots=True)
class Basis(Array):
    """``e_o``"""

    position: IndexExpr


@dataclass(frozen=True, slots=True)
class OnesVector(Array):
    """``\\mathbf 1``"""


@dataclass(frozen=True, slots=True)
class Identity(Array):
    """``I``"""


@dataclass(frozen=True, slots=True)
class Transposed(Array):
    """``A^\\top``"""

    body: Array


@dataclass(frozen=True, slots=True)
class Inverse(Array):
    """``A^{-1}``; symmetric: its own transpose"""

    body: Array
    symmetric: bool = False


@dataclass(frozen=True, slots=True)
class Exponential(Array):
    """``e^A``; symmetric: its own transpose"""

    body: Array
    symmetric: bool = False


@dataclass(frozen=True, slots=True)
class SlopeAlong(Array):
    """``Df(A)[D]`` of a function by its name in the table"""

    name: str
    body: Array
    direction: Array


@dataclass(frozen=True, slots=True)
class SquareRoot(Array):
    """``A^{1/2}``; symmetric: its own transpose"""

    body: Array
    symmetric: bool = False


@dataclass(frozen=True, slots=True)
class CholeskyFactor(Array):
    """``\\operatorname{chol}(A)``"""

    body: Array


@dataclass(frozen=True, slots=True)
class Determinant(Array):
    """``\\det(A)``"""

    body: Array


@dataclass(frozen=True, slots=True)
class MatrixProduct(Array):
    """``A B``: sums over the last axis of ``A`` and the first axis of ``B``."""

    left: Array
    right: Array


@dataclass(frozen=True, slots=True)
class Inner(Array):
    """``x^\\top y``"""

    left: Array
    right: Array


@dataclass(frozen=True, slots=True)
class OuterProduct(Array):
    """``x y^\\top``"""

    left: Array
    right: Array


@dataclass(frozen=True, slots=True)
class SquaredNorm(Array):
    """``\\lVert x \\rVert^2``; for a matrix the Frobenius norm"""

    body: Array


@dataclass(frozen=True, slots=True)
class Trace(Array):
    """``\\operatorname{tr}(A)``"""

    body: Array


@dataclass(frozen=True, slots=True)
class Diagonal(Array):
    """``\\operatorname{diag}(x)``: turns a column into a matrix, and a matrix into a column"""

    body: Array


@dataclass(frozen=True, slots=True)
class Hadamard(Array):
    """``x \\odot y``"""

    factors: tuple[Array, ...]


@dataclass(frozen=True, slots=True)
class EntrywiseQuotient(Array):
    """``\\frac{x}{y}`` entry by entry; either part may be a number."""

    above: Array
    below: Array


@dataclass(frozen=True, slots=True)
class ScaledMatrix(Array):
    """A rational number times scalars times an array (None: 1)."""

    number: Fraction
    scalars: tuple[Array, ...]
    body: Array | None


@dataclass(frozen=True, slots=True)
class Total(Array):
    """A sum of terms; a number is added to every entry."""

    terms: tuple[Array, ...]


@dataclass(frozen=True, slots=True)
class Mapped(Array):
    """An elementary function applied entry by entry."""

    function: str
    body: Array


@dataclass(frozen=True, slots=True)
class EntrywisePower(Array):
    """``x^p`` entry by entry, written ``A^{\\odot p}`` for a matrix; the exponent is a number."""

    body: Array
    exponent: Array


@dataclass(frozen=True, slots=True)
class SoftmaxVector(Array):
    """``\\operatorname{softmax}(x)``; for a matrix along its last axis"""

    body: Array


@dataclass(frozen=True, slots=True)
class Explicit(Array):
    """``\\sum_{index : where} body``"""

    index: Index
    where: tuple[Cond, ...]
    body: Array


def transposed(array: Array) -> Array:
    """``(A^T)^T = A``, ``(A B)^T = B^T A^T``, ``(x y^T)^T = y x^T``; entrywise operations transpose their operands
    where that writes no more transposes."""
    axes = array.axes[::-1]
    match array:
        case Transposed():
            return array.body
        case Identity():
            return Identity(axes)
        case Named(expr=Entry(tensor=tensor, indices=indices), symmetric=True):
            return Named(axes, Entry(tensor, indices[::-1]), array.row, True)
        case Inverse(symmetric=True) | Exponential(symmetric=True) | SquareRoot(symmetric=True):
            return replace(array, axes=axes)
        case Diagonal() if len(array.body.axes) == 1:
            return Diagonal(axes, array.body)
        case OuterProduct():
            return OuterProduct(axes, array.right, array.left)
        case MatrixProduct() if len(array.left.axes) == len(array.right.axes) == 2:
            return MatrixProduct(axes, transposed(array.right), transposed(array.left))
        case Hadamard(factors=factors):
            turned = tuple(map(transposed, factors))
            if sum(map(_written, turned)) <= sum(map(_written, factors)):
                return Hadamard(axes, turned)
        case ScaledMatrix(body=body) if body is not None:
            return ScaledMatrix(axes, array.number, array.scalars, transposed(body))
        case Mapped(body=body) if _written(transposed(body)) <= _written(body):
            return Mapped(axes, array.function, transposed(body))
        case Total():
            apart = sorted((transposed(t) if t.axes else t for t in array.terms), key=_transposes)
            if sum(map(_transposes, apart)) <= sum(map(_transposes, array.terms)):
                return Total(axes, tuple(apart))
    return Transposed(axes, array)


def _transposes(array: Array) -> int:
    """The number of transposes written in a product, outside of functions and parentheses."""
    if isinstance(array, Transposed):
        return 1
    if isinstance(array, ScaledMatrix) and array.body is not None:
        return _transposes(array.body)
    return _transposes(array.left) + _transposes(array.right) if isinstance(array, (MatrixProduct, OuterProduct)) else 0


def _written(array: Array) -> int:
    """The number of all transposes that are written."""
    return sum(isinstance(x, Transposed) for x in parts(array))


def is_row(array: Array) -> bool:
    """True if a one-axis array is shorter as a row, because a vector in it is declared as a row."""
    match array:
        case Named():
            return array.row
        case Total():
            return any(is_row(t) for t in array.terms if t.axes)
        case Hadamard():
            return any(map(is_row, array.factors))
        case MatrixProduct():
            return len(array.left.axes) == 2 and is_row(array.right)
        case ScaledMatrix(body=body):
            return body is not None and is_row(body)
        case Mapped() | EntrywisePower() | SoftmaxVector() | Explicit():
            return is_row(array.body)
        case EntrywiseQuotient():
            return any(is_row(x) for x in (array.above, array.below) if x.axes)
    return False


def as_row(array: Array) -> Array:
    """The vector as a row: ``x`` if ``x`` is a row already, else ``x^T``; ``x A^T`` for ``A x^T``."""
    if len(array.axes) != 1:
        return array
    match array:
        case Named():
            return replace(array, row=not array.row)
        case Transposed():
            return array.body
        case Total():
            return replace(array, terms=tuple(map(as_row, array.terms)))
        case Hadamard():
            return replace(array, factors=tuple(map(as_row, array.factors)))
        case MatrixProduct():
            return MatrixProduct(array.axes, as_row(array.right), transposed(array.left))
        case ScaledMatrix(body=body) if body is not None:
            return replace(array, body=as_row(body))
        case Mapped() | EntrywisePower() | SoftmaxVector() | Explicit():
            return replace(array, body=as_row(array.body))
        case EntrywiseQuotient():
            return replace(array, above=as_row(array.above), below=as_row(array.below))
    return Transposed(array.axes, array)


def without_number(array: Array) -> Array:
    """The array without the scalars in front of it."""
    return array.body if isinstance(array, ScaledMatrix) and array.body is not None else array


def times_number(number: Array, array: Array) -> Array:
    """The number times the array."""
    if isinstance(number, ScaledMatrix) and number.body is None:
        return ScaledMatrix(array.axes, number.number, number.scalars, array)
    if isinstance(number, Scalar) and isinstance(number.expr, Num):
        return array if number.expr.value == 1 else ScaledMatrix(array.axes, number.expr.value, (), array)
    return ScaledMatrix(array.axes, Fraction(1), (number,), array)


def split_sign(array: Array) -> tuple[bool, Array]:
    """True and ``-array`` if the array is written with a minus in front, else False and the array."""
    if isinstance(array, ScaledMatrix) and array.number < 0:
        rest = ScaledMatrix(array.axes, -array.number, array.scalars, array.body)
        if rest.number == 1 and not rest.scalars and rest.body is not None:
            return True, rest.body
        return True, rest
    if isinstance(array, Scalar) and isinstance(array.expr, Num) and array.expr.value < 0:
        return True, Scalar((), Num(-array.expr.value))
    return False, array


def entries(array: Array) -> list[Expr]:
    """The expressions of all entries and scalars in the array."""
    return [x.expr for x in parts(array) if isinstance(x, (Named, Scalar))]


def parts(array: Array) -> list[Array]:
    """All nodes of the array, with itself."""
    found: list[Array] = []
    stack: list[Any] = [array]
    while stack:
        x = stack.pop()
        if isinstance(x, Array):
            found.append(x)
            stack.extend(getattr(x, f) for f in x.__dataclass_fields__ if f != "axes")
        elif isinstance(x, tuple):
            stack.extend(x)
    return found
