"""The last layers of a network, as unknown functions of the layers that its formulas are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from symgrad.core.nodes import Tensor
from symgrad.reading.inference.undeclared import UndeclaredNames
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.names.upstream_costs import last_of
from symgrad.reading.tree.syntax import Derivative, Paren, Sym
from symgrad.reading.tree.used_names import subnodes


def last_layers(names: UndeclaredNames, scope: Scope, arrays: Mapping[NameKey, Tensor]) -> dict[NameKey, Defined]:
    """``z^L`` as an unknown function of ``z^{l+1}``, where ``z^l`` is defined and ``z^L`` is no more than an array.

    scope: the one after reading with open ranges.
    """
    errors = _derivatives(names)
    defined = (k for k, e in scope.values.items() if isinstance(e, Defined) and k.letter not in errors)
    computed = {k for k in defined if scope.layers.has(k.above)}
    roots = {
        key: array
        for key, array in arrays.items()
        if scope.layers.is_last(key.above) and any(k._replace(above=key.above) == key for k in computed)
    }
    written = [n for tree in names.trees for n in subnodes(tree) if isinstance(n, Sym)] if roots else []
    places = {key: replace(n, sub=()) for n in written if (key := scope.value_key(n)[0]) in computed}
    made = tuple(places[key] for key in last_of(scope, [k for k in places if k is not None]))
    if not made:
        return {}
    body = Paren(made[0].span, "(", made)
    return {key: Defined(key, body, body.span, declared=array, unknown=True) for key, array in roots.items()}


def _derivatives(names: UndeclaredNames) -> set[str]:
    """The letters of names that stand alone on a side of a chain with a derivative, the error ``\\delta^l``."""
    out: set[str] = set()
    for sides in names.chains:
        if any(isinstance(n, Derivative) for side in sides for n in subnodes(side)):
            out |= {side.key for side in sides if isinstance(side, Sym)}
    return out
