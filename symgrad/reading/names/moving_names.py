"""Names with a dot above whose letter is built on names with dots: ``\\dot V`` of ``V = x^2`` beside ``\\dot x``."""

from __future__ import annotations

from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.tree.syntax import Sym
from symgrad.reading.tree.used_names import value_names

DOT = "\\dot "


def moves(scope: Scope, sym: Sym) -> bool:
    """True for a whole name with a dot that has no value of its own, and follows from what its letter stands for."""
    own, root = NameKey(sym.key), NameKey(sym.key.removeprefix(DOT))
    if own == root or sym.sub or sym.sup or sym.primes or (own in scope.values and not scope.is_provisional(own)):
        return False
    meanings = [scope.values.get(root), *(scope.calls[k] for k in scope.calls.named(root))]
    names = {name for d in meanings if isinstance(d, Defined) for name in value_names(scope, d.body)}
    return any(NameKey(f"{DOT}{name}") in scope.values for name in names)
