"""The table of functions of square matrices: one row each, with the derivative by an entry of the argument.

Rows and columns have one axis each, or several in a Kronecker product.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from symgrad.core.kinds import Add, Cond, Delta, Expr, Iverson, Lam, MatrixFunction, Mul, Sum
from symgrad.core.nodes import add, delta, free_indices, mul, neg, num
from symgrad.core.ranges import Affine, Index, IndexExpr, Range
from symgrad.core.substitute import substitute

Axes = tuple[Index, ...]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A function of a square matrix.

    slope: the derivative of an entry by the entry ``M_ab`` of the matrix, where all entries count as independent.
    slope_of_number: of a function that has a power series, ``f'``, which commutes with the matrix; its derivative in a
    direction is a block of ``f`` of a matrix of blocks. symmetric: symmetric matrices have symmetric values.
    """

    name: str
    slope: Callable[[MatrixFunction, Axes, Axes], Expr] | None = None
    slope_of_number: Callable[[MatrixFunction], Expr] | None = None
    symmetric: bool = True


def halves(matrix: Lam) -> tuple[Axes, Axes]:
    """The axes of the rows and of the columns."""
    half = len(matrix.axes) // 2
    return matrix.axes[:half], matrix.axes[half:]


def _slope_of_inverse(node: MatrixFunction, a: Axes, b: Axes) -> Expr:
    """``d (M^{-1})_{kl} / d M_{ab} = -(M^{-1})_{ka} (M^{-1})_{bl}``"""
    half = len(a)
    k, l = node.indices[:half], node.indices[half:]  # noqa: E741  # as in the formula
    left, right = MatrixFunction("inverse", node.matrix, (*k, *a)), MatrixFunction("inverse", node.matrix, (*b, *l))
    return neg(mul(left, right))


def _slope_of_determinant(node: MatrixFunction, a: Axes, b: Axes) -> Expr:
    """``d det(M) / d M_{ab} = det(M) (M^{-1})_{ba}``"""
    return mul(node, MatrixFunction("inverse", node.matrix, (*b, *a)))


def _slope_of_cholesky_factor(node: MatrixFunction, a: Axes, b: Axes) -> Expr:
    """``d L_{kl} / d M_{ab}``, the symmetric part of ``sum_p L_{kp} ([p > l] + [p = l] / 2) V_{pa} V_{lb}`` for
    ``V = L^{-1}``"""
    k, l = node.indices  # noqa: E741  # as in the formula
    axes = tuple(axis.fresh("bound") for axis in node.matrix.axes)
    factor = Lam(axes, MatrixFunction("cholesky", node.matrix, axes))

    def undone(i: IndexExpr, j: IndexExpr) -> Expr:
        return MatrixFunction("inverse", factor, (i, j))

    p = node.matrix.axes[0].fresh("bound")
    half = num(Fraction(1, 2))
    lower = add(Iverson(Cond("lt", l, p)), mul(half, delta(p, l)))
    both = add(mul(undone(p, *a), undone(l, *b)), mul(undone(p, *b), undone(l, *a)))
    return Sum(p, mul(half, MatrixFunction("cholesky", node.matrix, (k, p)), lower, both))


def _half_of_inverse_root(node: MatrixFunction) -> Expr:
    """``(x^{1/2})' = x^{-1/2} / 2``"""
    axes = tuple(axis.fresh("bound") for axis in node.matrix.axes)
    root = MatrixFunction("root", node.matrix, axes)
    return mul(num(Fraction(1, 2)), MatrixFunction("inverse", Lam(axes, root), node.indices))


def derivative_along(node: MatrixFunction, direction: Lam) -> Expr:
    """``Df(M)[D]``, the block in the corner of ``f([[M, D], [0, M]])``

    direction: has the axes of the matrix.
    """
    half = len(direction.axes) // 2
    rows, columns = direction.axes[:half], direction.axes[half:]
    s, t = (Index(letter, Range.of_size(2)) for letter in "st")
    first, second = Affine.of(1), Affine.of(2)
    there = substitute(node.matrix.body, dict(zip(node.matrix.axes, direction.axes, strict=True)))
    body = add(mul(delta(s, t), there), mul(delta(s, first), delta(t, second), direction.body))
    blocks = Lam((s, *rows, t, *columns), body)
    return MatrixFunction(node.name, blocks, (first, *node.indices[:half], second, *node.indices[half:]))


def slope_along(node: MatrixFunction) -> tuple[MatrixFunction, Lam] | None:
    """``f(M)_{kl}`` and ``D`` of what ``derivative_along`` made, with the axes of ``D``; None for other functions."""
    if not is_block_of_slope(node) or len(node.matrix.axes) != 4:
        return None
    s, row, t, column = node.matrix.axes
    matrix: list[Expr] = []
    direction: list[Expr] = []
    for term in node.matrix.body.terms if isinstance(node.matrix.body, Add) else (node.matrix.body,):
        factors = term.factors if isinstance(term, Mul) else (term,)
        blocks = [f for f in factors if isinstance(f, Delta) and {f.left, f.right} & {s, t}]
        rest = mul(*(f for f in factors if f not in blocks))
        if not 1 <= len(blocks) <= 2 or free_indices(rest) & {s, t}:
            return None  # it was rewritten
        (matrix if len(blocks) == 1 else direction).append(rest)
    function = MatrixFunction(node.name, Lam((row, column), add(*matrix)), (node.indices[1], node.indices[3]))
    return function, Lam((row, column), add(*direction))


def is_block_of_slope(node: MatrixFunction) -> bool:
    """True for the derivative in a direction, which is a block of a function of a matrix of blocks."""
    return MATRIX_FUNCTIONS[node.name].slope_of_number is not None and len(node.matrix.axes) > 2


MATRIX_FUNCTIONS = {
    row.name: row
    for row in (
        MatrixRow("inverse", _slope_of_inverse),
        MatrixRow("determinant", _slope_of_determinant),
        MatrixRow("exponential", slope_of_number=lambda node: node),
        MatrixRow("root", slope_of_number=_half_of_inverse_root),
        MatrixRow("cholesky", _slope_of_cholesky_factor, symmetric=False),
    )
}
