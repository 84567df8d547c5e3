"""Indices of raw trees. Their ranges may be found later in the chain, so they are kept in a union-find.

Raw trees have an ``OpenIndex`` for every letter and axis. Once the chain is read, ``closed`` replaces it by an
``Index`` with the range that was found.
"""

from __future__ import annotations

from dataclasses import dataclass

from symgrad.core.ranges import Index, IndexExpr, IndexKind, Range, indices_of, next_serial, substitute_index
from symgrad.reading.meaning.open_range import OpenRange, agree, resolved


@dataclass(slots=True, eq=False)
class RangeVariable:
    """The range of one or more indices, None until it is found. ``same_as``: the variable that it was united with."""

    known: Range | None = None
    same_as: RangeVariable | None = None

    def root(self) -> RangeVariable:
        variable = self
        while variable.same_as is not None:
            variable = variable.same_as
        return variable


@dataclass(slots=True, eq=False)
class ReadingState:
    """The part of an index that changes during reading."""

    range: RangeVariable
    implied: bool = False
    closed: Index | None = None


class OpenIndex(Index):
    """An index of a raw tree. Indices made by ``fresh`` share its range."""

    __slots__ = ("state",)
    state: ReadingState

    def __init__(self, letter: str, range: Range | None, kind: IndexKind) -> None:
        for name, value in (("letter", letter), ("kind", kind), ("serial", next_serial())):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "state", ReadingState(RangeVariable(range)))

    @property
    def range(self) -> Range | None:
        return resolved(self.state.range.root().known)

    @property
    def implied(self) -> bool:
        return self.state.implied

    def is_found(self, found: Range) -> bool:
        """True if the range is an open one of a name that is not declared, and may be this one."""
        known = self.state.range.root().known
        return isinstance(known, OpenRange) and agree(known, found)

    def fresh(self, kind: IndexKind | None = None) -> OpenIndex:
        other = OpenIndex(self.letter, None, kind or self.kind)
        other.state.range.same_as = self.state.range.root()
        other.state.implied = self.implied
        return other

    def closed(self) -> Index:
        """The index with the range that was found."""
        state, found = self.state, self.range
        if state.closed is None or (state.closed.range, state.closed.implied) != (found, self.implied):
            state.closed = Index(self.letter, found, self.kind, self.serial, self.implied)
        return state.closed


def give_range(index: Index, found: Range | None) -> None:
    """Set the range of an index that has none yet."""
    if isinstance(index, OpenIndex) and index.range is None:
        index.state.range.root().known = found


def same_range(a: Index, b: Index) -> bool:
    """True if two indices have the same range. If one range is not known, the two are united."""
    if a.range is None or b.range is None:
        unite(a, b)
    return a.range == b.range or (a.range is not None and b.range is not None and agree(a.range, b.range))


def unite(a: Index, b: Index) -> None:
    """Make two indices share one range; at most one of their ranges is known."""
    if isinstance(a, OpenIndex) and isinstance(b, OpenIndex):
        one, other = a.state.range.root(), b.state.range.root()
        if one is not other:
            one.same_as, other.known = other, other.known or one.known
    else:
        give_range(a, b.range)
        give_range(b, a.range)


def may_have_same_range(a: Index, b: Index) -> bool:
    """True unless two indices are known to have different ranges."""
    return any(r is None or isinstance(r, OpenRange) for r in (a.range, b.range)) or a.range == b.range


def mark_implied(index: Index) -> None:
    """Note that the sum over an index is implied, not written."""
    if isinstance(index, OpenIndex):
        index.state.implied = True


def closed(index: Index) -> Index:
    """An open index with the range that was found; any other index unchanged."""
    return index.closed() if isinstance(index, OpenIndex) else index


def closed_position(position: IndexExpr) -> IndexExpr:
    """A position with all its indices closed."""
    mapping: dict[Index, IndexExpr] = {i: i.closed() for i in indices_of(position) if isinstance(i, OpenIndex)}
    return substitute_index(position, mapping) if mapping else position
