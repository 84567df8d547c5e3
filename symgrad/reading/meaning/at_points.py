"""Values at points: ``\\frac{\\partial f}{\\partial x} |_{x = a}``.

The name is read as a defined quantity that has the value of the point: a derivative by it takes it for independent,
and all else has its value. What is defined through the name is defined anew with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from symgrad.core.nodes import Add, Definition, Entry, Expr, Ref, Tensor, free_indices, reach
from symgrad.core.ranges import Index
from symgrad.core.substitute import mapped_through, substitute
from symgrad.reading.meaning.implied_sums import occurrences
from symgrad.reading.meaning.open_index import OpenIndex, closed, same_range
from symgrad.reading.meaning.open_range import OpenRange
from symgrad.reading.meaning.raw_trees import expression
from symgrad.reading.meaning.rules import Reading, reads
from symgrad.reading.meaning.values import ReadValue, ShapeMismatch, aligned
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.tree.scripts import error
from symgrad.reading.tree.syntax import AtPoint, Sym, SyntaxNode
from symgrad.reading.tree.used_names import subnodes
from symgrad.text.source import Span

POINT = "\\point"
"""The name of a point that has none; no document can write it."""


@reads(AtPoint)
def value_at_point(el: Reading, node: AtPoint) -> ReadValue:
    """``body |_{x = a, t = 0}``"""
    given: dict[str, ReadValue] = {}
    moved: dict[Tensor, Definition] = {}
    for name, written in zip(node.names, node.values, strict=True):
        array = _declared(el, name)
        _require_one_name(el, node.body, name)
        point = named_value(el, name.key, el.value(written), written, array)
        if array is not None:
            moved[array] = point
        given[name.key] = whole(point)
    with parameters(el, given):
        value = el.value(node.body)
    return replace(value, body=with_points(value.body, moved), jacobian=None) if moved else value


def whole(point: Definition) -> ReadValue:
    """A defined array over axes of its own."""
    axes = tuple(OpenIndex(p.letter, p.range, "free") for p in point.params)
    return ReadValue(Ref(point, axes), axes, point.row)


@contextmanager
def parameters(el: Reading, given: dict[str, ReadValue]) -> Iterator[None]:
    """Names that stand for other values while a part of a tree is read."""
    outer, el.parameters = el.parameters, {**el.parameters, **given}
    try:
        yield
    finally:
        el.parameters = outer


def named_value(
    el: Reading, name: str, value: ReadValue, written: SyntaxNode, array: Tensor | None = None
) -> Definition:
    """A defined quantity with this value; one number may stand for all entries of the array."""
    if array is not None and value.axes:
        own = ReadValue(value.body, tuple(OpenIndex("k", r, "free") for r in array.ranges), array.row)
        fits = len(value.axes) == len(own.axes) and all(map(same_range, value.axes, own.axes))
        if not fits or (len(value.axes) == 1 and value.row != array.row):
            raise ShapeMismatch("a point of another shape", own, value, written.span)
    over = [closed(a).range for a in value.axes] if value.axes else array.ranges if array is not None else ()
    params = tuple(Index(letter, r, "free") for letter, r in zip("klmn", over, strict=False))
    body = expression(aligned(value, params) if value.axes else value.body)
    if any(i.kind != "fixed" for i in free_indices(body) - {*params}) or None in over:
        raise error("SG101", "a point with an open index is not read", written.span, "give the point a name")
    if array is not None and array in reach(body):
        raise error("SG101", "this point is built on the name that it stands for", written.span, "give it a name")
    return Definition(name, params, body, value.row)


def point(value: ReadValue, span: Span) -> Ref:
    """The number ``g(x_i)`` as a defined quantity of its own, with its open letters: the point of ``f'(g(x_i))``.

    A letter that stands twice may be summed over there, and is refused.
    """
    own = [i for i in free_indices(value.body) if isinstance(i, OpenIndex)]
    params = tuple(Index(i.letter, i.range, "free") for i in own)
    terms = value.body.terms if isinstance(value.body, Add) else (value.body,)
    twice = any(occurrences(term, i) > 1 for i in own for term in terms)
    if twice or any(i.range is None or isinstance(i.range, OpenRange) for i in own):
        raise error("SG101", "a point with an open index is not read", span, "give the point a name")
    body = substitute(expression(value.body), {closed(i): p for i, p in zip(own, params, strict=True)})
    return Ref(Definition(POINT, params, body), tuple(own))


def _declared(el: Reading, name: Sym) -> Tensor | None:
    """The array of this name; None for a name that stands for nothing else."""
    key = el.scope.value_key(name)[0]
    entry = el.scope.values.get(key) if key is not None else None
    if entry is None or (key is not None and el.scope.is_provisional(key)):
        return None
    if not isinstance(entry, Tensor):
        message = f"`{name.span.text}` has a definition, and no other value"
        raise error("SG101", message, name.span, "define a function, `f(x) = …`, and write `f(a)`")
    return entry


def _require_one_name(el: Reading, body: SyntaxNode, name: Sym) -> None:
    """Refuse ``x_0`` with a value of its own below the bar of ``|_{x = a}``."""
    for n in subnodes(body):
        if isinstance(n, Sym) and n.key == name.key and (n.sub or n.sup or n.primes):
            key = el.scope.value_key(n)[0]
            if key is not None and key not in (NameKey(n.key), NameKey(n.key, True)):
                raise error("SG101", f"`{n.span.text}` has a value of its own here", n.span, "write the value out")


def with_points(body: Expr, moved: dict[Tensor, Definition]) -> Expr:
    """The body with the points in place of the arrays, in definitions too."""

    def at(node: Expr, below: Callable[[Expr], Expr]) -> Expr | None:
        if isinstance(node, Entry) and node.tensor in moved:
            return Ref(moved[node.tensor], node.indices)
        return node if isinstance(node, Ref) and node.definition in moved.values() else None

    return mapped_through(body, at)


def with_points_written(expr: Expr) -> Expr:
    """The expression with the values of points that have no name."""

    def at(node: Expr, below: Callable[[Expr], Expr]) -> Expr | None:
        if isinstance(node, Ref) and node.definition.name == POINT:
            return substitute(node.definition.body, dict(zip(node.definition.params, node.indices, strict=True)))
        return None

    return mapped_through(expr, at)
