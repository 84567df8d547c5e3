"""Quantities that stand above and below in chains of derivatives and that nothing defines.

The ``y`` of ``\\frac{\\partial L}{\\partial y} \\frac{\\partial y}{\\partial x}`` is an unknown function of ``x``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from symgrad.core.nodes import Tensor
from symgrad.reading.inference.undeclared import UndeclaredNames
from symgrad.reading.meaning.time_derivatives import is_moving, is_time
from symgrad.reading.names.name_keys import NameKey, pattern_letters
from symgrad.reading.names.scope import Defined
from symgrad.reading.tree.scripts import letters_in
from symgrad.reading.tree.syntax import Call, Derivative, Paren, Sym
from symgrad.reading.tree.used_names import subnodes


@dataclass(frozen=True, slots=True)
class Link:
    """A derivative ``\\partial a_j/\\partial w_{ji}`` of one name by another: keys, written names, letters of slots."""

    of: NameKey
    by: NameKey
    written_of: Sym
    written_by: Sym
    slots_of: tuple[str, ...]
    slots_by: tuple[str, ...]


def links(names: UndeclaredNames) -> Iterator[Link]:
    """The derivatives of names by names, in written order. Those by the time of moving names are no links."""
    moving = any(is_moving(n) for tree in names.trees for n in subnodes(tree))
    for side in (side for sides in names.chains for side in sides):
        for n in subnodes(side):
            if isinstance(n, Derivative) and isinstance(n.body, Sym):
                for target in (t for t in n.targets if isinstance(t, Sym) and not (moving and is_time(t))):
                    (of, slots_of), (by, slots_by) = _place(names, n.body), _place(names, target)
                    yield Link(of, by, n.body, target, slots_of, slots_by)


def _place(names: UndeclaredNames, sym: Sym) -> tuple[NameKey, tuple[str, ...]]:
    """The key of a name, and the letters of its slots; none if they hold anything but letters."""
    key, rest, _ = names.scope.value_key(sym)
    if key is not None:
        return key, (pattern_letters(rest) or ()) if rest else ()
    use = names.use(sym)
    label = not use.slots
    return use.key, () if label else (pattern_letters(sym.sub) or ()) if sym.sub else ()


def linked(names: UndeclaredNames) -> set[NameKey]:
    """The undeclared names that chains of derivatives go through, what these are differentiated by, and parameters."""
    made = list(links(names))
    ahead = _ahead(made)
    between = {key for key in ahead if key in names.found and key not in _reached(ahead, key)} & {x.by for x in made}
    calls = [n.function for tree in names.trees for n in subnodes(tree) if isinstance(n, Call)]
    below = {x for f in calls for x in letters_in((*f.sub, *f.sup))}
    parameters = {
        key for key in names.found if key.letter in below and key.is_letter
    }  # the `\\theta` of `\\pi_\\theta(a)`
    return between | parameters | {x.by for x in made if x.of in between} & names.found.keys()


def unknown_functions(
    names: UndeclaredNames, arrays: Mapping[NameKey, Tensor], unread: Collection[NameKey]
) -> dict[NameKey, Defined]:
    """The names that chains of derivatives go through, as functions of what they are differentiated by.

    Of these a function has those that none of the others depends on. A name that depends on itself is left out.
    """
    made = list(links(names))
    between = {x.of for x in made} & {x.by for x in made} & arrays.keys() - {*unread}
    ahead = _ahead(made)
    reached = {key: _reached(ahead, key) for key in ahead}
    out: dict[NameKey, Defined] = {}
    for key in between:
        own = [x for x in made if x.of == key]
        below = {y for x in own for y in reached.get(x.by, ())}
        last = [x for x in own if x.by not in below]
        if key not in reached[key] and last:
            out[key] = _function(key, arrays[key], last)
    return out


def _ahead(made: Sequence[Link]) -> dict[NameKey, set[NameKey]]:
    """What each name is differentiated by."""
    out: dict[NameKey, set[NameKey]] = {}
    for x in made:
        out.setdefault(x.of, set()).add(x.by)
    return out


def _reached(ahead: Mapping[NameKey, Collection[NameKey]], key: NameKey) -> set[NameKey]:
    """What a name is differentiated by, directly or by way of others."""
    out: set[NameKey] = set()
    todo = [*ahead.get(key, ())]
    while todo:
        x = todo.pop()
        if x not in out:
            out.add(x)
            todo += ahead.get(x, ())
    return out


def _function(key: NameKey, array: Tensor, own: Sequence[Link]) -> Defined:
    """``a_j`` as a function of the entries ``w_{ji}`` at the same ``j``, if all derivatives are written so."""
    first = own[0].written_of
    patterns = own[0].slots_of if len(own[0].slots_of) == len(array.ranges) else ()
    arguments: dict[NameKey, Sym] = {}
    for x in own:
        before = arguments.get(x.by, x.written_by)
        kept = x.slots_of == patterns and [t.text for t in before.sub] == [t.text for t in x.written_by.sub]
        arguments[x.by] = x.written_by if kept or not x.slots_by else replace(x.written_by, sub=())
    body = Paren(first.span, "(", tuple(arguments.values()))
    return Defined(key, body, first.span, patterns, declared=array, unknown=True)
