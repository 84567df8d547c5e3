"""Superscripts and roots: transposes and powers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symgrad.core.nodes import Expr, Func, Num, Pow
from symgrad.reading.meaning.block_matrices import REMEDY, BlockMatrix, each, times
from symgrad.reading.meaning.matrix_inverses import (
    inverse_or_transpose,
    inverse_power,
    matrix_inverse,
    square_root,
    transpose_of,
)
from symgrad.reading.meaning.pseudo_inverses import is_pseudo_inverse, pseudo_inverse
from symgrad.reading.meaning.raw_trees import Parenthesis, tidy
from symgrad.reading.meaning.rules import Reading, reads
from symgrad.reading.meaning.values import ReadValue, fresh_axes, multiply, refreshed
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.scripts import cover, error, split_superscript
from symgrad.reading.tree.syntax import Root
from symgrad.text.source import Span

MAX_POWER = 1000
MAX_MATRIX_POWER = 8


def power(el: Reading, value: ReadValue, tokens: tuple[Token, ...], span: Span) -> ReadValue:
    """``x^2`` of a number or vector, entry by entry; ``A^2``, a repeated product; ``A^{1/2}``, the principal root;
    ``A^{\\odot 2}``, entry by entry."""
    if len(tokens) == 2 and tokens[0].text in ("\\odot", "\\circ"):
        return replace(value, body=Pow(value.body, el.scalar(el.parse(tokens[1:], span), "an exponent")), jacobian=None)
    exponent = tidy(el.scalar(el.parse(tokens, span), "an exponent"))
    if isinstance(exponent, Num) and (abs(exponent.value) > MAX_POWER or exponent.value.denominator > MAX_POWER):
        raise error("SG002", f"powers beyond {MAX_POWER} are not expanded", span)
    if isinstance(value, BlockMatrix):
        return _power_of_blocks(value, exponent, span)
    if len(value.axes) < 2:
        # the powers of a vector are taken entry by entry
        return replace(value, body=Pow(value.body, exponent), jacobian=None)
    if isinstance(exponent, Num) and abs(exponent.value) == Fraction(1, 2):
        found = square_root(value, span)
        return found if exponent.value > 0 else matrix_inverse(found, span)
    if not isinstance(exponent, Num) or exponent.value.denominator != 1 or exponent.value < 1 or len(value.axes) != 2:
        raise error(
            "SG113",
            "only a square matrix has powers: whole and positive ones, `1/2` and `-1/2`",
            span,
            "write entries with indices, or `\\odot`",
        )
    over = [axis.range for axis in value.axes]
    if None not in over and over[0] != over[1]:
        el.warn("SG209", "a matrix that is not square is raised entry by entry here", span, "write `A^{\\odot 2}`")
        return replace(value, body=Pow(value.body, exponent), jacobian=None)
    if exponent.value > MAX_MATRIX_POWER:
        raise error("SG002", f"matrix powers beyond {MAX_MATRIX_POWER} are not expanded", span)
    out = value
    for _ in range(int(exponent.value) - 1):
        out = multiply(out, fresh_axes(value), span)[0]
    return out


def _power_of_blocks(value: BlockMatrix, exponent: Expr, span: Span) -> ReadValue:
    """``M^2``, a repeated product."""
    if not isinstance(exponent, Num) or exponent.value not in range(1, MAX_MATRIX_POWER + 1):
        raise error("SG112", "this power of a matrix of blocks is not read", span, REMEDY)
    out: ReadValue = value
    for _ in range(int(exponent.value) - 1):
        out = times(out, each(value, refreshed), span)
    return out


def raised(el: Reading, value: ReadValue, sup: tuple[Token, ...], span: Span) -> ReadValue:
    """A transpose, a power, or both."""
    if not isinstance(value, BlockMatrix) and is_pseudo_inverse(value, sup):
        found = pseudo_inverse(el, value, span)
        return transpose_of(found, span) if len(sup) > 1 else found
    is_array = isinstance(value, BlockMatrix) or bool(value.axes)
    said = split_superscript(sup, transpose_letter=is_array or not el.scope.is_value("T"))
    if said.labels:
        tokens = said.labels[0]
        if not is_array and tokens[0].text in "([" and len(tokens) > 2:
            exponent = el.scalar(el.parse(tokens[1:-1], span), "an exponent")
            return replace(value, body=Pow(value.body, exponent), jacobian=None)
        raise error("SG105", f"`{cover(tokens).text}` is not declared as a label of this name", cover(tokens))
    inverse = inverse_power(said.power) if isinstance(value, BlockMatrix) or len(value.grouped) == 2 else None
    if inverse is not None:
        whole, transposed = inverse
        value = inverse_or_transpose(value, transposed, span)
        if whole > 1:
            value = power(el, value, (replace(said.power[1], text=str(whole)),), span)
    elif said.power:
        value = power(el, value, said.power, span)
    return transpose_of(value, span) if said.transpose else value


@reads(Root)
def root(el: Reading, node: Root) -> ReadValue:
    """``\\sqrt[n]{x} = x^{1/n}``"""
    value = el.value(node.arg)
    degree = Num(Fraction(2)) if node.degree is None else tidy(el.scalar(node.degree, "the degree of a root"))
    if not isinstance(degree, Num) or degree.value.denominator != 1 or not 2 <= degree.value <= MAX_POWER:
        raise error("SG101", "the degree of a root is a whole number from 2 on", node.span)
    if degree.value == 2:
        return replace(value, body=Func("sqrt", value.body), jacobian=None)
    return replace(value, body=Pow(Parenthesis(value.body), Num(1 / degree.value)), jacobian=None)
