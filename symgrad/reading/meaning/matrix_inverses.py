"""Inverses, determinants, exponentials, square roots and Cholesky factors of square matrices."""

from __future__ import annotations

from symgrad.core.nodes import Lam, MatrixFunction
from symgrad.core.substitute import substitute
from symgrad.reading.meaning.block_matrices import BlockMatrix, transposed
from symgrad.reading.meaning.open_index import same_range
from symgrad.reading.meaning.raw_trees import Parenthesis, reciprocal
from symgrad.reading.meaning.schur_complements import block_determinant, block_inverse
from symgrad.reading.meaning.values import ReadValue, ShapeMismatch, transpose
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import error
from symgrad.text.source import Span


def matrix_inverse(value: ReadValue, span: Span) -> ReadValue:
    """``A^{-1}`` of a square matrix: its rows run over the columns of ``A``."""
    if isinstance(value, BlockMatrix):
        return block_inverse(value, _inverse_of_block, span)
    matrix = _square(value, "only a square matrix has an inverse", span)
    half = len(matrix.axes) // 2
    axes = tuple(axis.fresh("free") for axis in (*matrix.axes[half:], *matrix.axes[:half]))
    return ReadValue(MatrixFunction("inverse", matrix, axes), axes, groups=value.groups)


def function_of_matrix(name: str, what: str, value: ReadValue, span: Span) -> ReadValue:
    """A function whose value has the shape of the matrix: ``e^A``, ``A^{1/2}``"""
    if isinstance(value, BlockMatrix) or value.groups:
        raise error("SG112", f"{what} of a matrix of blocks or of a Kronecker product is not read", span)
    matrix = _square(value, f"only a square matrix has {what}", span)
    axes = tuple(axis.fresh("free") for axis in matrix.axes)
    return ReadValue(MatrixFunction(name, matrix, axes), axes)


def exponential(value: ReadValue, span: Span) -> ReadValue:
    """``e^A`` of a square matrix"""
    return function_of_matrix("exponential", "an exponential", value, span)


def square_root(value: ReadValue, span: Span) -> ReadValue:
    """``A^{1/2}``, the principal root of a square matrix"""
    return function_of_matrix("root", "a root", value, span)


def cholesky_factor(value: ReadValue, span: Span) -> ReadValue:
    """``\\operatorname{chol}(A)``, lower triangular"""
    return function_of_matrix("cholesky", "a Cholesky factor", value, span)


def determinant(value: ReadValue, span: Span) -> ReadValue:
    """``\\det A``, ``|A|``; a number is its own determinant."""
    if isinstance(value, BlockMatrix):
        return block_determinant(value, determinant, _inverse_of_block, span)
    if not value.axes:
        return value
    return ReadValue(MatrixFunction("determinant", _square(value, "only a square matrix has a determinant", span), ()))


def transpose_of(value: ReadValue, span: Span) -> ReadValue:
    """``A^\\top``"""
    return transposed(value, span) if isinstance(value, BlockMatrix) else transpose(value, span)


def _inverse_of_block(value: ReadValue, span: Span) -> ReadValue:
    """The inverse of a block, the reciprocal of a number."""
    return matrix_inverse(value, span) if value.axes else ReadValue(reciprocal(value.body))


def inverse_power(tokens: tuple[Token, ...]) -> tuple[int, bool] | None:
    """``-1``, ``-2`` and ``-\\top`` above a matrix: the power of the inverse, and whether it is transposed."""
    texts = [t.text for t in tokens]
    transposed = texts[-1:] in (["\\top"], ["T"]) and len(texts) > 1
    rest = texts[:-1] if transposed else texts
    if rest[:1] != ["-"] or len(rest) > 2 or (len(rest) == 2 and not rest[1].isdigit()):
        return None
    power = int(rest[1]) if len(rest) == 2 else 1
    return (power, transposed) if power and (transposed or len(rest) == 2) else None


def inverse_or_transpose(value: ReadValue, turned: bool, span: Span) -> ReadValue:
    """``A^{-1}``, or ``A^{-\\top}``"""
    inverse = matrix_inverse(value, span)
    return transpose_of(inverse, span) if turned else inverse


def _square(value: ReadValue, message: str, span: Span) -> Lam:
    """The matrix over axes of its own."""
    halves = value.grouped
    if len(halves) != 2 or len(halves[0]) != len(halves[1]) or not all(map(same_range, *halves)):
        raise ShapeMismatch(message, value, value, span)
    axes = tuple(a.fresh("bound") for a in value.axes)
    return Lam(axes, Parenthesis(substitute(value.body, dict(zip(value.axes, axes, strict=True)))))
