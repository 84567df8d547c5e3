"""The density of the normal distribution, ``\\mathcal{N}(x; \\mu, \\sigma^2)``, of numbers."""

from __future__ import annotations

from fractions import Fraction

from symgrad.core.nodes import MINUS_ONE, Add, Const, Func, Mul, Num, Pow, num
from symgrad.reading.meaning.raw_trees import Parenthesis, reciprocal
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.values import ReadValue
from symgrad.reading.tree.scripts import error
from symgrad.reading.tree.syntax import Call, Sym

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
        raise error("SG113", "the density of a vector is not read", node.span, "write it out, or use entries")
    x, mean, variance = (Parenthesis(v.body) for v in values)
    gap = Parenthesis(Add((x, Mul((MINUS_ONE, mean)))))
    power = Mul((Num(Fraction(-1, 2)), Pow(gap, num(2)), reciprocal(variance)))
    scale = Func("sqrt", Mul((num(2), Const("\\pi"), variance)))
    return ReadValue(Mul((reciprocal(scale), Func("exp", power))))
