"""A gradient beside its own entry: ``∂f/∂X = ∂f/∂X_{kl} = A_{lk} = A^\\top`` says each of it at the entry ``kl``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from symgrad.core.nodes import free_indices
from symgrad.reading.meaning.chain_sides import RawValue, Side, Unreadable
from symgrad.reading.meaning.rules import Reading
from symgrad.reading.meaning.slots import element
from symgrad.reading.tree.scripts import read_slots
from symgrad.reading.tree.syntax import Derivative, Position, Sym, SyntaxNode
from symgrad.reading.tree.used_names import subnodes
from symgrad.text.diagnostic import NotationError


def with_entries(el: Reading, sides: Sequence[Side]) -> list[Side]:
    """The sides, where an author writes a whole gradient and then its entry: the arrays at that entry."""
    entry = _entry(sides)
    if entry is None:
        return list(sides)
    return [_at(el, side, entry) for side in sides]


def _entry(sides: Sequence[Side]) -> Sym | None:
    """``X_{kl}``, if the first side is the derivative by the whole ``X``, and another the number that is the one by
    ``X_{kl}``."""
    first = sides[0]
    if not isinstance(first, RawValue) or not isinstance(first.node, Derivative) or len(first.node.targets) != 1:
        return None
    whole = first.node.targets[0]
    if (
        not isinstance(whole, Sym)
        or whole.sub
        or len(first.raw.axes) != 2
        or free_indices(first.raw.body) - set(first.raw.axes)
    ):
        return None
    for side in sides[1:]:
        if isinstance(side, RawValue) and not side.raw.axes:
            for node in subnodes(side.node):
                if isinstance(node, Derivative) and len(node.targets) == 1 and _is_entry(node.targets[0], whole):
                    return node.targets[0]  # type: ignore[return-value]  # an entry is a name
    return None


def _is_entry(target: SyntaxNode, whole: Sym) -> bool:
    """True for ``X_{kl}`` of ``X`` with two different letters."""
    if not isinstance(target, Sym) or target.key != whole.key or not target.sub or target.sup != whole.sup:
        return False
    slots = read_slots(target.sub)
    letters = [s.terms[0][1] for s in slots if isinstance(s, Position) and len(s.terms) == 1 and s.const == 0]
    return len(slots) == len(letters) == len({x.key for x in letters}) == 2 and not any(x.sub for x in letters)


def _at(el: Reading, side: Side, entry: Sym) -> Side:
    """The side, at the entry if it is a matrix."""
    if not isinstance(side, RawValue) or len(side.raw.axes) != 2:
        return side
    try:
        return replace(side, raw=element(el, side.raw, entry.sub, side.span))
    except NotationError as e:
        return Unreadable(side.span, side.text, e.diagnostic)
