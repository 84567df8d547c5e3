"""The density of the normal distribution, ``\\mathcal{N}(x; \\mu, \\sigma^2)``, ``\\mathcal{N}(x; \\mu, \\Sigma)``."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from symgrad.core.nodes import MINUS_ONE, ONE, Add, Const, Func, Mul, Num, Pow, Size, Sum, num
from symgrad.reading.meaning.matrix_inverses import determinant, matrix_inverse
from symgrad.reading.meaning.raw_trees import Parenthesis, reciprocal
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.values import (
    ReadValue,
    elementwise,
    is_zero,
    multiply,
    negative,
    parenthesized,
    refreshed,
    transpose,
)
from symgrad.reading.tree.scripts import error
from symgrad.reading.tree.syntax import Call, Sym
from symgrad.text.source import Span

DEVIATIONS = ("\\sigma", "s", "\\varsigma")
"""Letters of standard deviations: as a third argument, one of them may be meant as it is or as the variance."""


def normal_density(el: Reading, node: Call) -> ReadValue:
    """``\\exp(-(x - \\mu)^2 / (2 v)) / \\sqrt{2 \\pi v}``"""
    if len(node.args) != 3:
        remedy = "write its value at a point, `\\mathcal{N}(x; \\mu, \\sigma^2)`"
        raise error("SG115", "this is a distribution, not its density", node.span, remedy)
    last = node.args[2]
    if isinstance(last, Sym) and last.key in DEVIATIONS and not last.sup:
        message = f"`{last.span.text}` may be the standard deviation or the variance"
        raise error("SG101", message, last.span, f"write `{last.span.text}^2` for the variance")
    values = [el.value(a) for a in node.args]
    if any(v.axes for v in values):
        return _of_a_vector(el, values[0], values[1], values[2], node.span)
    x, mean, variance = (Parenthesis(v.body) for v in values)
    gap = Parenthesis(Add((x, Mul((MINUS_ONE, mean)))))
    power = Mul((Num(Fraction(-1, 2)), Pow(gap, num(2)), reciprocal(variance)))
    scale = Func("sqrt", Mul((num(2), Const("\\pi"), variance)))
    return ReadValue(Mul((reciprocal(scale), Func("exp", power))))


def _of_a_vector(el: Reading, x: ReadValue, mean: ReadValue, covariance: ReadValue, span: Span) -> ReadValue:
    """``\\exp(-(x - \\mu)^\\top \\Sigma^{-1} (x - \\mu) / 2) / \\sqrt{(2 \\pi)^D |\\Sigma|}``"""
    if len(x.axes) != 1 or len(mean.axes) > 1 or len(covariance.axes) != 2 or x.groups or covariance.groups:
        message = "the density of a vector takes the vector, its mean and a covariance matrix"
        raise error("SG113", message, span, "write `\\Sigma` for the matrix, `\\sigma^2 I` for equal variances")
    x, mean = (replace(v, row=False) for v in (x, mean))
    for axis in covariance.axes:  # of `\\sigma^2 I` too, whose size nothing else says
        el.letters.tie(axis, x.axes[0], span)
    gap = x if is_zero(mean) else elementwise(Add, (x, negative(mean)), span, "a difference")
    gap = parenthesized(gap)
    product, _ = multiply(transpose(gap, span), matrix_inverse(parenthesized(covariance), span), span)
    square, _ = multiply(product, refreshed(gap), span)
    over = x.axes[0].range
    dimension = Sum(x.axes[0].fresh("bound"), ONE) if over is None else Size(over.size)
    volume = Mul((Pow(Parenthesis(Mul((num(2), Const("\\pi")))), dimension), determinant(covariance, span).body))
    power = Mul((Num(Fraction(-1, 2)), Parenthesis(square.body)))
    return ReadValue(Mul((reciprocal(Func("sqrt", volume)), Func("exp", power))))
