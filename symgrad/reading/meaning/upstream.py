"""Abstract functions: ``f(x)`` entry by entry, ``L(Y)`` of arrays, and costs given only by their upstream gradient."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.core.nodes import AbstractFunction, Apply, Definition, Entry, Lam, Ref, Size, Tensor
from symgrad.core.ranges import Affine, Index, Range
from symgrad.reading.meaning.definitions import define
from symgrad.reading.meaning.open_index import OpenIndex
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.slots import element
from symgrad.reading.meaning.superscripts import raised
from symgrad.reading.meaning.values import ReadValue
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined
from symgrad.reading.tree.scripts import error
from symgrad.reading.tree.syntax import Call, Sym
from symgrad.reading.tree.used_names import subnodes


def abstract(el: Reading, function: AbstractFunction, node: Call) -> ReadValue:
    """``f(x)`` elementwise for ``f : R -> R``; ``L(Y)`` of whole arrays; primes differentiate."""
    count = len(function.shapes) - len(function.values)
    if len(node.args) != count:
        message = f"`{function.name}` takes {count} arguments, here are {len(node.args)}"
        raise error("SG115", message, node.span)
    values = [el.value(a) for a in node.args]
    sym = node.function
    of_numbers = not any(function.shapes) and not function.values
    if sym.sub and of_numbers:
        raise error("SG101", "a subscript on an abstract function is not read", sym.span)
    out = _of_numbers(function, node, values) if of_numbers else _of_arrays(el, function, node, values)
    out = element(el, out, sym.sub, node.span)
    return raised(el, out, sym.sup, sym.span) if sym.sup else out


def _of_numbers(function: AbstractFunction, node: Call, values: list[ReadValue]) -> ReadValue:
    """``f'(x)``, entry by entry."""
    lead = next((v for v in values if v.axes), values[0])
    if len(values) > 1 and lead.axes:
        raise error("SG113", "a function of several numbers takes numbers", node.span)
    derivs = tuple((0, ()) for _ in range(node.function.primes))
    return ReadValue(Apply(function, tuple(Lam((), v.body) for v in values), derivs), lead.axes, lead.row)


def _of_arrays(el: Reading, function: AbstractFunction, node: Call, values: list[ReadValue]) -> ReadValue:
    """``L(Y)``"""
    if node.function.primes:
        message, remedy = "a prime of a function of arrays is not read", "write `\\frac{\\partial L}{\\partial Y}`"
        raise error("SG101", message, node.function.span, remedy)
    lams = []
    for v, shape, arg in zip(values, function.shapes, node.args, strict=False):  # the positions of values are left
        if len(v.axes) != len(shape):
            raise error("SG113", f"`{function.name}` takes an array of {len(shape)} axes here", arg.span)
        for axis, wanted in zip(v.axes, shape, strict=True):
            el.letters.demand(axis, wanted, arg.span)
        lams.append(Lam(v.axes, v.body))
    return with_positions(function, lams)


def with_positions(function: AbstractFunction, arguments: Sequence[Lam]) -> ReadValue:
    """A function at its arguments; each axis of its values is one more argument, the position in it."""
    axes = tuple(OpenIndex("kjlm"[k % 4], r, "free") for k, r in enumerate(function.values))
    places = tuple(Lam((), Size(Affine.of(axis))) for axis in axes)
    return ReadValue(Apply(function, (*arguments, *places), ()), axes)


def upstream(el: Reading, function: AbstractFunction, sym: Sym) -> ReadValue:
    """A cost written without its argument: that is the last defined quantity of the argument's shape."""
    lams = []
    for shape in function.shapes:
        found = _of_shape(el, shape, sym.key)
        if found is None:
            raise error(
                "SG105",
                f"nothing of the shape of `{function.name}`'s argument is defined",
                sym.span,
                f"define it, or write `{function.name}(Y)`",
            )
        axes = tuple(Index("kjlm"[k % 4], r, "bound") for k, r in enumerate(shape))
        body = Ref(found, axes) if isinstance(found, Definition) else Entry(found, axes)
        lams.append(Lam(axes, body))
    return ReadValue(Apply(function, tuple(lams), ()))


def _of_shape(el: Reading, shape: Sequence[Range], cost: str) -> Definition | Tensor | None:
    """The last defined quantity of a shape that does not depend on the cost itself."""
    current = [
        d for d in el.scope.values.values() if isinstance(d, Defined) and not d.alias and d not in el.definitions.active
    ]
    through = {NameKey(cost)}
    for entry in sorted(current, key=lambda d: d.serial):
        named = {el.scope.value_key(n)[0] or NameKey(n.key) for n in subnodes(entry.body) if isinstance(n, Sym)}
        if named & through:
            through.add(entry.key)
    for entry in sorted(current, key=lambda d: -d.serial):
        if entry.key not in through:
            definition = define(el, entry)
            if tuple(p.range for p in definition.params) == tuple(shape):
                return definition
    tensors = [t for t in el.scope.values.values() if isinstance(t, Tensor) and t.ranges == tuple(shape)]
    return tensors[-1] if tensors else None
