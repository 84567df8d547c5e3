"""A new name that the next side of a chain writes out: ``(\\hat y_i - y_i)^2 = (w^\\top x_i - y_i)^2``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from symgrad.reading.names.abbreviations import differences, names_above
from symgrad.reading.names.name_keys import pattern_letters
from symgrad.reading.names.scope import Scope
from symgrad.reading.names.upstream_costs import is_unused
from symgrad.reading.tree.syntax import NumberNode, Paren, Sym, SyntaxNode, Terms, parts_of
from symgrad.reading.tree.used_names import outside_letters, subnodes

Part = tuple[Any, Any]


def written_out(scope: Scope, left: SyntaxNode, right: SyntaxNode, head: str) -> tuple[Sym, SyntaxNode] | None:
    """The new name on the left and what stands for it on the right, if both sides differ in that alone.

    head: the name that the chain defines, by the left side.
    """
    parts = list(_parts(left, right))
    if not parts or any(any(differences(parts[0], part)) for part in parts[1:]):
        return None
    name, whole = parts[0]
    if name is left or not isinstance(name, Sym) or name.sup or name.primes or isinstance(whole, Sym | NumberNode):
        return None
    slots, key = (pattern_letters(name.sub) if name.sub else ()), scope.value_key(name)[0]
    if slots is None or not isinstance(whole, SyntaxNode) or not is_unused(scope, name, head):
        return None
    if key is not None and not scope.is_provisional(key):
        return None
    if any(isinstance(n, Sym) and n.key == name.key for n in subnodes(whole)):
        return None
    letters = outside_letters([whole]) - names_above(whole) - {"T"}
    free = {x for x in letters if x not in scope.indices and x not in scope.sizes}
    if not free <= {*slots}:
        return None
    if scope.costs is None:
        scope.spelled_out.add(name.key)  # the document may define it further down
    return (name, whole) if scope.costs is not None and name.key in scope.spelled_out else None


def _parts(left: Any, right: Any) -> Iterator[Part]:
    """The parts in which two trees differ, outermost first; of sums of terms, a term and those in its place."""
    if isinstance(left, Terms):
        found = _terms(left, right if isinstance(right, Terms) else Terms(right.span, ((1, right),)))
        yield from [found] if found is not None else differences(left, right)
    elif isinstance(left, SyntaxNode) and type(left) is type(right):
        for name in parts_of(left):
            if name not in ("span", "head"):
                yield from _parts(getattr(left, name), getattr(right, name))
    elif isinstance(left, tuple) and isinstance(right, tuple) and len(left) == len(right):
        for a, b in zip(left, right, strict=True):
            yield from _parts(a, b)
    else:
        yield from differences(left, right)


def _terms(left: Terms, right: Terms) -> Part | None:
    """The one term of the left that the right does not have, and the rest of the right with its sign taken off."""
    others = list(right.items)
    own: list[tuple[int, SyntaxNode]] = []
    for sign, term in left.items:
        same = next((o for o in others if o[0] == sign and not any(differences(term, o[1]))), None)
        if same is None:
            own.append((sign, term))
        else:
            others.remove(same)
    if len(own) != 1 or not others or len(others) == len(right.items):
        return None
    sign, term = own[0]
    if len(others) == 1 and others[0][0] == sign:
        return term, others[0][1]
    return term, Paren(right.span, "(", (Terms(right.span, tuple((sign * s, t) for s, t in others)),))
