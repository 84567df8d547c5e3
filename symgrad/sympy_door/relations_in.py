"""SymPy's relations read as conditions: on positions where both sides are positions, else on numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from symgrad.core.nodes import Cond, add, neg
from symgrad.core.ranges import Index
from symgrad.sympy_door.bridge import BridgeError

if TYPE_CHECKING:
    from symgrad.sympy_door.from_sympy import FromSympy

Scope = dict[str, Index]


def kind_of(e: Any) -> str:
    """The name of a SymPy node's class; those of undefined functions are all ``AppliedUndef``."""
    return "AppliedUndef" if any(c.__name__ == "AppliedUndef" for c in type(e).__mro__) else type(e).__name__


def subtrees(e: Any) -> Iterator[Any]:
    yield e
    for child in e.args:
        yield from subtrees(child)


def conditions(reader: FromSympy, c: Any, scope: Scope) -> tuple[Cond, ...]:
    """A condition as ours, to hold together."""
    kind = kind_of(c)
    if kind == "And":
        return tuple(x for a in sorted(c.args, key=str) for x in conditions(reader, a, scope))
    if kind == "Not":
        (inner,) = conditions(reader, c.args[0], scope)
        return (inner.negate(),)
    if kind not in ("Equality", "Unequality", "StrictLessThan", "StrictGreaterThan", "LessThan", "GreaterThan"):
        raise BridgeError(f"the condition {c} has no counterpart")
    left, right = c.args
    if is_position(reader, left, scope) and is_position(reader, right, scope):
        a, b = reader.position(left, scope, None), reader.position(right, scope, None)
        return (
            {
                "Equality": Cond("eq", a, b),
                "Unequality": Cond("eq", a, b, True),
                "StrictLessThan": Cond("lt", a, b),
                "StrictGreaterThan": Cond("lt", b, a),
                "LessThan": Cond("lt", b, a, True),
                "GreaterThan": Cond("lt", a, b, True),
            }[kind],
        )
    x, y = reader.expr(left, scope), reader.expr(right, scope)
    if kind in ("StrictGreaterThan", "StrictLessThan"):
        return (Cond("pos", add(x, neg(y)) if kind == "StrictGreaterThan" else add(y, neg(x))),)
    if kind in ("LessThan", "GreaterThan"):
        return (Cond("pos", add(x, neg(y)) if kind == "LessThan" else add(y, neg(x)), None, True),)
    raise BridgeError(f"the condition {c} compares numbers for equality")


def is_position(reader: FromSympy, e: Any, scope: Scope) -> bool:
    """Whether a side of a relation is made of indices, sizes and whole numbers."""
    if any(kind_of(a) == "Indexed" and str(a.base) not in reader.bridge.arrays for a in subtrees(e)):
        return False
    symbols = [s for s in e.free_symbols if kind_of(s) in ("Symbol", "Dummy", "Idx")]
    known = reader.letters | reader.sizes | scope.keys() | reader.bridge.arrays.keys()
    return all(str(s) in known or s.is_integer for s in symbols)
