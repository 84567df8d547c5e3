"""The letters of one chain, and the ranges that their slots give to them."""

from __future__ import annotations

from dataclasses import dataclass, field

from symgrad.core.nodes import Cond
from symgrad.core.ranges import Index, IndexExpr, Range, Subset, range_of
from symgrad.reading.meaning.open_index import OpenIndex, give_range, same_range, unite
from symgrad.reading.meaning.open_range import OpenRange, agree
from symgrad.reading.names.scope import Scope
from symgrad.text.diagnostic import Diagnostic, NotationError
from symgrad.text.source import Span


@dataclass(slots=True)
class OpenIndices:
    """The letters of one chain that are not declared as indices. Each is one index; its slots decide its range."""

    scope: Scope
    open: dict[str, Index] = field(default_factory=dict)
    places: dict[Index, Span] = field(default_factory=dict)
    subset_of: dict[Index, Subset] = field(default_factory=dict)
    bound: list[dict[str, Index]] = field(default_factory=list)
    first_place: dict[Index, Span] = field(default_factory=dict)
    tied: list[tuple[Index, Index]] = field(default_factory=list)
    shifted: dict[Index, Range] = field(default_factory=dict)
    """The range of the first slot with a shifted letter, ``h_{t-1}``: used if no slot has the bare letter."""
    moved: dict[Index, list[tuple[OpenRange, int]]] = field(default_factory=dict)
    """The open ranges of slots with a shifted letter, and how far it is shifted."""

    def resolve_ties(self) -> None:
        """Give letters that are compared the same range, once one of their ranges is known."""
        changed = True
        while changed:
            changed = False
            for a, b in self.tied:
                if (a.range is None) != (b.range is None):
                    changed = True
                    unite(a, b)
        for a, b in self.tied:  # both were found, and belong to undeclared names: the I of `I - K G` is square
            if isinstance(a.range, OpenRange) or isinstance(b.range, OpenRange):
                same_range(a, b)

    def find(self, key: str, span: Span) -> Index | None:
        """The index that a letter means here. An undeclared letter becomes an open one."""
        for frame in reversed(self.bound):
            if key in frame:
                return frame[key]
        if key in self.scope.indices:
            return self.scope.indices[key]
        if key in self.open:
            return self.open[key]
        if key in self.scope.sizes:
            return None
        index = OpenIndex(key, None, "free")
        declared = self.scope.letters.get(key)
        if isinstance(declared, Subset):
            give_range(index, declared.range)
            self.subset_of[index] = declared
        elif declared is not None:
            give_range(index, declared)
        self.open[key] = index
        self.first_place[index] = span
        return index

    def is_bound(self, key: str) -> bool:
        """True for the letter of a sum around this place."""
        return any(key in frame for frame in self.bound)

    def is_letter(self, key: str) -> bool:
        return any(key in frame for frame in self.bound) or key in self.scope.indices or key in self.open

    def take_shifted(self, index: Index) -> None:
        """Give a letter that occurs only in arithmetic on positions the range of its slot."""
        if index.range is None:
            give_range(index, self.shifted.get(index))

    def reach(self, index: Index, over: Range) -> None:
        """Let open ranges hold all positions of ``y_{t-1}``, where t runs over ``over``."""
        for slot, shift in self.moved.get(index, ()):
            agree(slot, Range(over.lo + shift, over.hi + shift))

    def demand(self, index: Index, wanted: Range, span: Span) -> None:
        """An index is used in a slot of a range: take the range, or report the conflict with both places."""
        if index.range is None:
            give_range(index, wanted)
            self.places[index] = span
        elif not agree(index.range, wanted):
            labels: tuple[tuple[Span, str], ...] = ()
            if index in self.places:
                labels = ((self.places[index], f"here it runs over {index.range}"),)
            raise NotationError(
                Diagnostic(
                    "SG107",
                    f"`{index.letter}` runs over {index.range} and stands in a slot of {wanted}",
                    span,
                    "use another letter, or declare both ranges as one",
                    "error",
                    labels,
                )
            )
        elif index not in self.places:
            self.places[index] = span

    def tie(self, a: IndexExpr, b: IndexExpr, span: Span) -> None:
        """Two positions are compared, so they lie in the same range."""
        ra, rb = range_of(a), range_of(b)
        if isinstance(a, Index) and rb is not None:
            self.demand(a, rb, span)
        elif isinstance(b, Index) and ra is not None:
            self.demand(b, ra, span)
        elif isinstance(a, Index) and isinstance(b, Index):
            self.tied.append((a, b))

    def membership(self, index: Index) -> tuple[Cond, ...]:
        """The condition on a letter that is declared over a subset."""
        subset = self.subset_of.get(index)
        return (Cond("in", index, subset),) if subset is not None else ()
