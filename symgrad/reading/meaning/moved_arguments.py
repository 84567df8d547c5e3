"""A function at other arguments: ``J(\\phi)`` after ``J(\\theta) = \\sum_i r_i^2`` with ``r_i = \\theta_i - y_i``.

The quantities in the body that are defined through the argument move with it. They are written out, with the new
argument in place of the old one; all others stay references.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from symgrad.core.nodes import Definition, Deriv, Entry, Expr, Ref, Tensor, reach, walk
from symgrad.core.ranges import Index, IndexExpr
from symgrad.core.substitute import mapped, substitute
from symgrad.reading.meaning.raw_trees import ungrouped
from symgrad.reading.meaning.values import ReadValue
from symgrad.reading.tree.scripts import error
from symgrad.text.source import Span

Named = Tensor | Definition


class MovedArguments:
    """What the arguments of a function were, arrays and positions, and what they are in a call."""

    def __init__(self, arrays: Mapping[Named, ReadValue], positions: Mapping[Index, IndexExpr], span: Span) -> None:
        self.arrays = arrays
        self.positions = {i: e for i, e in positions.items() if i != e}
        self.span = span
        self._moved: dict[Definition, Expr] = {}

    def depends(self, node: Expr) -> bool:
        """True for a quantity that is defined through an argument."""
        if not isinstance(node, Ref) or node.definition in self.arrays:
            return False
        found = reach(node.definition.body)
        return any(x in found for x in (*self.arrays, *self.positions))

    def __call__(self, body: Expr) -> Expr:
        """The body of the function, in which the arguments have their new values already."""
        return mapped(body, self._of_ref)

    def _of_ref(self, node: Expr) -> Expr | None:
        if not isinstance(node, Ref) or not self.depends(node):
            return None
        d = node.definition
        if d not in self._moved:
            self._moved[d] = mapped(substitute(d.body, self.positions), self._of_name)
        return substitute(self._moved[d], dict(zip(d.params, node.indices, strict=True)))

    def _of_name(self, node: Expr) -> Expr | None:
        if isinstance(node, Deriv) and _symbol(node.target) in self.arrays:
            message = "the function is built on a derivative by its own argument"
            raise error("SG115", message, self.span, "write the value out")
        value = self.arrays.get(_symbol(node)) if isinstance(node, (Entry, Ref)) else None  # type: ignore[arg-type]
        if value is not None and isinstance(node, (Entry, Ref)):
            return substitute(value.body, dict(zip(value.axes, node.indices, strict=True)))
        return self._of_ref(node)


def _symbol(node: Expr) -> Named | None:
    return node.tensor if isinstance(node, Entry) else node.definition if isinstance(node, Ref) else None


def named_in_definitions(body: Expr, name: str) -> Iterator[Named]:
    """The arrays of a name that quantities in a body are defined through."""
    seen: dict[Named, None] = {}
    for node in walk(body):
        if isinstance(node, Ref):
            seen |= dict.fromkeys(x for x in reach(node.definition.body) if isinstance(x, Tensor | Definition))
    yield from (x for x in seen if str(x.name) == name)


def is_itself(value: ReadValue, named: Named) -> bool:
    """True for the array of that name as it stands."""
    body = ungrouped(value.body)
    return isinstance(body, (Entry, Ref)) and _symbol(body) is named and body.indices == value.axes


def fits(value: ReadValue, named: Named) -> bool:
    """True for a value that may stand where the array did; a letter for something else has another shape."""
    ranges = named.ranges if isinstance(named, Tensor) else tuple(i.range for i in named.params)
    return len(ranges) == len(value.axes)
