"""Abstract functions: ``f(x)`` entry by entry, ``L(Y)`` of arrays, and costs given only by their upstream gradient."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.core.nodes import AbstractFunction, Apply, Definition, Entry, Lam, Ref, Tensor
from symgrad.core.ranges import Index, Range
from symgrad.reading.meaning.definitions import define
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.superscripts import raised
from symgrad.reading.meaning.values import ReadValue
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined
from symgrad.reading.tree.scripts import error
from symgrad.reading.tree.syntax import Call, Sym
from symgrad.reading.tree.used_names import subnodes


def abstract(el: Reading, function: AbstractFunction, node: Call) -> ReadValue:
    """``f(x)`` elementwise for ``f : R -> R``; ``L(Y)`` of whole arrays; primes differentiate."""
    if len(node.args) != len(function.shapes):
        message = f"`{function.name}` takes {len(function.shapes)} arguments, here are {len(node.args)}"
        raise error("SG115", message, node.span)
    values = [el.value(a) for a in node.args]
    sym = node.function
    if sym.sub:
        raise error("SG101", "a subscript on an abstract function is not read", sym.span)
    out = _of_arrays(el, function, node, values) if any(function.shapes) else _of_numbers(function, node, values)
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
    for v, shape, arg in zip(values, function.shapes, node.args, strict=True):
        if len(v.axes) != len(shape):
            raise error("SG113", f"`{function.name}` takes an array of {len(shape)} axes here", arg.span)
        for axis, wanted in zip(v.axes, shape, strict=True):
            el.letters.demand(axis, wanted, arg.span)
        lams.append(Lam(v.axes, v.body))
    return ReadValue(Apply(function, tuple(lams), ()))


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
