"""Abstract functions: ``f(x)`` entry by entry, ``L(Y)`` of arrays, and costs given only by their upstream gradient."""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.core.nodes import AbstractFunction, Apply, Definition, Entry, Expr, Lam, Ref, Size, Tensor
from symgrad.core.ranges import Affine, Index, Range
from symgrad.reading.meaning.definitions import define
from symgrad.reading.meaning.open_index import OpenIndex
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.slots import element
from symgrad.reading.meaning.superscripts import raised
from symgrad.reading.meaning.values import ReadValue
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined
from symgrad.reading.names.upstream_costs import UNNAMED, reached
from symgrad.reading.tree.scripts import error
from symgrad.reading.tree.syntax import Call, Sym
from symgrad.reading.tree.used_names import subnodes
from symgrad.text.source import Span


def abstract(el: Reading, function: AbstractFunction, node: Call) -> ReadValue:
    """``f(x)`` elementwise for ``f : R -> R``; ``L(Y)`` of whole arrays; primes differentiate."""
    count = len(function.shapes) - len(function.values)
    if len(node.args) != count:
        message = f"`{function.name}` takes {count} arguments, here are {len(node.args)}"
        raise error("SG115", message, node.span)
    values = [el.value(a) for a in node.args]
    sym = node.function
    of_numbers = not any(function.shapes) and not function.values
    if function.form is not None and not function.form.activation:  # inferred
        if any(v.axes for v in values) and sym.key not in el.scope.entrywise:
            remedy = f"write `${function.name} : \\mathbb{{R}} \\to \\mathbb{{R}}$` if it acts entry by entry"
            raise error("SG105", f"`{function.name}` is not declared, and is applied to an array", sym.span, remedy)
        message = f"`{function.name}` is not declared: read as an arbitrary function of one number"
        el.warn("SG212", message, node.span, f"define it, `{function.name}(…) = …`", once=True)
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


def implied(el: Reading, cost: NameKey) -> ReadValue:
    """A cost that the document never defines: an abstract function of what it is differentiated by."""
    lams = []
    for key in el.scope.arguments_of_cost(cost):
        entry = el.scope.values.get(key)
        if isinstance(entry, Tensor):
            lams.append(_as_argument(entry, entry.ranges))
        elif isinstance(entry, Defined):
            found = define(el, entry)
            lams.append(_as_argument(found, [p.range for p in found.params]))
    name, shapes = "L" if cost == UNNAMED else cost.latex, tuple(_ranges(lam.axes) for lam in lams)
    function = el.scope.implied.setdefault((name, shapes), AbstractFunction(name, shapes))
    return ReadValue(Apply(function, tuple(lams), ()))


def _ranges(axes: Sequence[Index]) -> tuple[Range, ...]:
    return tuple(a.range for a in axes if a.range is not None)


def _as_argument(found: Definition | Tensor, shape: Sequence[Range | None]) -> Lam:
    """A whole quantity as the argument of a function."""
    axes = tuple(Index("kjlm"[k % 4], r, "bound") for k, r in enumerate(shape))
    return Lam(axes, Ref(found, axes) if isinstance(found, Definition) else Entry(found, axes))


def cost_of_gradients(el: Reading, by: Tensor | Definition, span: Span) -> Expr:
    """The cost of ``dX``: a declared one, the last number defined that is built on all of them, or an unknown one."""
    scope = el.scope
    if scope.gradients not in (None, UNNAMED):
        return el.scalar(Sym(span, scope.gradients.letter), "a cost")
    abstract_costs = [f for f in scope.functions.values() if any(f.shapes)]
    if abstract_costs:
        return upstream(el, abstract_costs[-1], Sym(span, abstract_costs[-1].name)).body
    entries = sorted(
        (d for d in scope.values.values() if isinstance(d, Defined) and not d.alias), key=lambda d: -d.serial
    )
    wanted = set(scope.arguments_of_cost(UNNAMED))
    below = reached(scope, [d.key for d in entries])
    for entry in entries:
        if entry.key not in below and not entry.patterns and wanted <= {entry.key} | reached(scope, [entry.key]):
            found = define(el, entry)
            if not found.params:
                return Ref(found, ())
    if wanted:
        return implied(el, UNNAMED).body
    raise error("SG131", f"nothing says of which cost `{span.text}` is the gradient", span, "define the cost")


def upstream(el: Reading, function: AbstractFunction, sym: Sym) -> ReadValue:
    """A cost written without its argument: the last quantity of the argument's shape that it is differentiated by, or
    the last one that is defined."""
    lams = []
    for shape in function.shapes[: len(function.shapes) - len(function.values)]:
        found = _of_shape(el, shape, sym.key)
        if found is None:
            raise error(
                "SG105",
                f"nothing of the shape of `{function.name}`'s argument is defined",
                sym.span,
                f"define it, or write `{function.name}(Y)`",
            )
        lams.append(_as_argument(found, shape))
    value = with_positions(function, lams)
    return element(el, value, sym.sub, sym.span) if function.values else value


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
    named_first = el.scope.arguments_of_cost(NameKey(cost))
    for entry in sorted(current, key=lambda d: (d.key not in named_first, -d.serial)):
        if entry.key not in through:
            definition = define(el, entry)
            if tuple(p.range for p in definition.params) == tuple(shape):
                return definition
    tensors = [t for t in el.scope.values.values() if isinstance(t, Tensor) and t.ranges == tuple(shape)]
    return tensors[-1] if tensors else None
