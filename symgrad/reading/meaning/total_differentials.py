"""Differentials: ``d(A X B) = A\\, dX\\, B``.

``dX`` is an arbitrary array of the shape of ``X``, and ``d f = \\sum \\partial f / \\partial X_{ij}\\, dX_{ij}`` over
the names that stand behind a ``d`` in the chain. All other names are constant. A defined name that depends on another
of these names changes with it, ``dL`` by ``dX``.
"""

from __future__ import annotations

from dataclasses import replace

from symgrad.core.nodes import Add, Definition, Deriv, Entry, Expr, Mul, Ref, Sum, Tensor, reach
from symgrad.core.ranges import Range
from symgrad.reading.meaning.open_index import OpenIndex
from symgrad.reading.meaning.raw_trees import Parenthesis, ungrouped
from symgrad.reading.meaning.rules import Reading, reads
from symgrad.reading.meaning.values import ReadValue
from symgrad.reading.tree.scripts import error
from symgrad.reading.tree.syntax import TotalDifferential

Variable = Tensor | Definition


@reads(TotalDifferential)
def total_differential(el: Reading, node: TotalDifferential) -> ReadValue:
    """``dX``, ``d(A X B)``, ``d \\log \\det K``"""
    variables = _variables(el)
    if not variables:
        raise error("SG132", "this differential is by no name that has a `d`", node.span, "write the derivatives")
    value = el.value(node.body)
    alone = ungrouped(value.body)
    if isinstance(alone, (Entry, Ref)) and alone.args[0] in variables:
        changed: Expr = Entry(_change(el, alone.args[0]), alone.indices)
    else:
        terms = tuple(_by(el, value.body, v) for v in variables)
        changed = Parenthesis(Add(terms)) if len(terms) > 1 else terms[0]
    return replace(value, body=changed, jacobian=None, derivative=False)


def _variables(el: Reading) -> list[Variable]:
    """The declared and defined quantities that stand behind a ``d``, without those that depend on others."""
    found: dict[Variable, None] = {}
    for name in el.varied:
        body = ungrouped(el.value(replace(name, sup=())).body)
        if isinstance(body, (Entry, Ref)):
            found[body.args[0]] = None
    return [v for v in found if isinstance(v, Tensor) or not any(w in reach(v.body) for w in found if w is not v)]


def _ranges(variable: Variable) -> tuple[Range | None, ...]:
    return variable.ranges if isinstance(variable, Tensor) else tuple(p.range for p in variable.params)


def _change(el: Reading, variable: Variable) -> Tensor:
    """The array ``dX``, the same in the whole document."""
    found = el.scope.differentials.get(variable)
    if found is None:
        ranges = tuple(r for r in _ranges(variable) if r is not None)
        found = el.scope.differentials[variable] = Tensor(f"d {variable.name}", ranges)
    return found


def _by(el: Reading, body: Expr, variable: Variable) -> Expr:
    """``\\sum_{ij} \\partial f / \\partial X_{ij}\\, dX_{ij}``"""
    axes = tuple(OpenIndex("klmnp"[k % 5], r, "bound") for k, r in enumerate(_ranges(variable)))
    target: Entry | Ref = Entry(variable, axes) if isinstance(variable, Tensor) else Ref(variable, axes)
    term: Expr = Mul((Deriv(body, target), Entry(_change(el, variable), axes)))
    for axis in reversed(axes):
        term = Sum(axis, term)
    return term
