"""Derivatives along directions: ``D f(X)[H] = \\sum_{ij} \\partial f / \\partial X_{ij}\\, H_{ij}``."""

from __future__ import annotations

from dataclasses import replace

from symgrad.core.nodes import Deriv, Entry, Expr, Mul, Ref, Sum, Tensor
from symgrad.core.substitute import substitute
from symgrad.reading.meaning.at_points import named_value, parameters, whole, with_points
from symgrad.reading.meaning.open_index import OpenIndex, same_range
from symgrad.reading.meaning.raw_trees import ungrouped
from symgrad.reading.meaning.rules import Reading, reads
from symgrad.reading.meaning.values import ReadValue, ShapeMismatch, aligned
from symgrad.reading.tree.scripts import error
from symgrad.reading.tree.syntax import Directional, Sym, SyntaxNode

POINT = "\\point"
"""The name of an argument that has none."""


@reads(Directional)
def directional(el: Reading, node: Directional) -> ReadValue:
    """``D f(X)[H]``, ``D^2 f(X)[H, K]``; ``D f(x)`` is the matrix of all derivatives, of a number a row."""
    argument = node.call.args[0]
    at = el.value(argument)
    body = ungrouped(at.body)
    if isinstance(body, (Entry, Ref)) and body.indices == at.axes:
        return _along(el, el.value(node.call), at, node)
    # the function is differentiated, and not what it is applied to
    point = named_value(el, POINT, at, argument)
    variable = Tensor(POINT, tuple(p.range for p in point.params if p.range is not None))
    axes = whole(point).axes
    at = ReadValue(Entry(variable, axes), axes, at.row)
    with parameters(el, {POINT: at}):
        value = el.value(replace(node.call, args=(Sym(argument.span, POINT),)))
    out = _along(el, value, at, node)
    return replace(out, body=with_points(out.body, {variable: point}))


def _along(el: Reading, value: ReadValue, at: ReadValue, node: Directional) -> ReadValue:
    """The derivative of a value by a named array."""
    if not node.directions:
        return _all_derivatives(value, at, node)
    target = ungrouped(at.body)
    out, along = value.body, list[tuple[OpenIndex, ...]]()
    for _ in node.directions:
        axes = tuple(OpenIndex(a.letter, a.range, "bound") for a in at.axes)
        out, along = Deriv(out, substitute(target, dict(zip(at.axes, axes, strict=True)))), [*along, axes]
    for written, axes in zip(node.directions, along, strict=True):
        out = _contracted(el, out, axes, at, written)
    return replace(value, body=out, jacobian=None, derivative=False)


def _contracted(el: Reading, slope: Expr, axes: tuple[OpenIndex, ...], at: ReadValue, written: SyntaxNode) -> Expr:
    """The slopes, multiplied by the entries of a direction and added up."""
    direction = el.value(written)
    fits = len(direction.axes) == len(axes) and all(map(same_range, direction.axes, axes))
    if not fits or (len(axes) == 1 and direction.row != at.row):
        raise ShapeMismatch("a direction of another shape than the argument", at, direction, written.span)
    out: Expr = Mul((slope, aligned(direction, axes)))
    for axis in reversed(axes):
        out = Sum(axis, out)
    return out


def _all_derivatives(value: ReadValue, at: ReadValue, node: Directional) -> ReadValue:
    """``D f(x)``: the Jacobian matrix of a vector by a vector; of a number by a vector, a row."""
    if len(at.axes) > 1 or len(value.axes) > 1:
        raise error("SG113", "this derivative has no matrix", node.span, "write it along a direction, `D f(X)[H]`")
    axes = tuple(OpenIndex(a.letter, a.range, "free") for a in at.axes)
    body = Deriv(value.body, substitute(ungrouped(at.body), dict(zip(at.axes, axes, strict=True))))
    return ReadValue(body, (*value.axes, *axes), not value.axes, True)
