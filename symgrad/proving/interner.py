"""Heads, and the table that interns them by content.

A factor of a term is ``(head id, slots, exponent)``: its head is what is left of it without its positions. The id
is a digest of the head's content, so that factors have the same order in every run. A second content with the same
digest is an error, so equal ids mean equal content. Tensors, definitions and the like count by identity.

A *nested* head (a sum, exp, log, power of several terms, ...) holds a template: terms whose positions are either
bound labels -1, -2, ... or slot numbers 0, 1, ...
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import blake2b
from typing import Any

from symgrad.core.ranges import IndexArray, Range
from symgrad.proving.limits import NormalFormError

Number = int | Fraction
Label = tuple[int, Number]
Code = tuple[int, ...]
"""A position in a template: ``(0, label)``, or ``(skeleton id, label, ...)`` for a compound one."""
FactorCode = tuple[int, Number, tuple[Code, ...]]
TermCode = tuple[Label, tuple[FactorCode, ...]]
Permutation = tuple[int, ...]

SYMMETRIC_PAIR: tuple[Permutation, ...] = ((1, 0),)


@dataclass(slots=True, eq=False)
class Head:
    """``group``: the slot permutations, other than the identity, that do not change the head.
    ``active``: products with this head may simplify. ``rigid``: putting distinct positions into its slots
    never makes it simplify. ``of``: the tensor, name or function it belongs to."""

    id: int
    kind: str
    bound: tuple[int, ...] = ()
    terms: tuple[TermCode, ...] = ()
    arity: int = 0
    group: tuple[Permutation, ...] = ()
    orbits: tuple[int, ...] = ()
    active: bool = False
    rigid: bool = True
    of: Any = None
    notes: dict[str, Any] = field(default_factory=dict)
    """Results that depend on the head alone, such as the leading term of a denominator."""


@dataclass(slots=True, eq=False)
class Skeleton:
    """The shape of a compound position without its leaves.

    ``tree`` is ``"."`` for a leaf; ``("a", coefficients, open)`` for an affine of bound leaves, plus one leaf for
    everything else if ``open``; ``("g", array, children)`` for a gathered position. ``classes``: for each leaf the
    first one equivalent to it; ``runs``: spans of interchangeable leaves.
    """

    id: int
    tree: Any
    arity: int
    classes: tuple[int, ...]
    runs: tuple[tuple[int, int], ...]


def magnitude(c: Number) -> Number:
    return -c if c < 0 else c


def digest(content: Any) -> int:
    """A number for a content made of numbers, strings and tuples. It is the same in every run."""
    return (int.from_bytes(blake2b(repr(content).encode(), digest_size=8).digest(), "big") >> 4) | (1 << 59)


def orbits(arity: int, group: tuple[Permutation, ...]) -> tuple[int, ...]:
    return tuple(min([k, *(g[k] for g in group)]) for k in range(arity))


class Interner:
    """One table of heads, skeletons, ranges and index arrays, shared by all attempts on a document. An id is valid
    in the interner that made it."""

    MAX_ENTRIES = 50_000

    def __init__(self) -> None:
        self.heads: dict[int, Head] = {}
        self.active: set[int] = set()
        """The ids of active heads."""
        self.skeletons: dict[int, Skeleton] = {}
        self.ranges: dict[int, Range] = {}
        self.arrays: dict[int, IndexArray] = {}
        self.labelled: dict[Any, tuple[int, tuple[int, ...]]] = {}
        """For terms that were labelled before: their head id, and which vertices fill its slots."""
        self._ids: dict[Any, int] = {}
        self._content: dict[int, Any] = {}
        self._twins: dict[tuple[str, str], int] = {}
        self.bodies: dict[Any, Any] = {}
        """The normal forms of definitions' bodies, see ``shared_bodies``."""

    def make_room(self) -> None:
        """Forget everything if there is too much of it. Call this between attempts only: it makes all ids invalid."""
        if len(self.heads) + len(self.labelled) > self.MAX_ENTRIES:
            for table in (self.heads, self.skeletons, self.ranges, self.arrays, self.labelled):
                table.clear()
            for private in (self._ids, self._content, self._twins):
                private.clear()
            self.active.clear()
            self.bodies.clear()

    def identify(self, key: Any, stable: Any) -> int:
        """The id of ``key``: a digest of its ``stable`` description. Keys are compared exactly."""
        known = self._ids.get(key)
        if known is not None:
            return known
        number = digest(stable)
        if number in self._content:
            raise NormalFormError("two contents with one digest")
        self._ids[key] = number
        self._content[number] = key
        return number

    def leaf(
        self,
        kind: str,
        of: Any,
        arity: int,
        description: str,
        group: tuple[Permutation, ...] = (),
        active: bool = False,
        rigid: bool = True,
    ) -> Head:
        """The head without a template. ``of`` is compared by its own equality (by identity for tensors)."""
        key = (kind, of, group)
        known = self._ids.get(key)
        if known is not None:
            return self.heads[known]
        twin = self._twins.get((kind, description), 0)
        self._twins[kind, description] = twin + 1
        number = self.identify(key, (kind, description, group, twin))
        head = Head(
            number,
            kind,
            arity=arity,
            group=group,
            orbits=orbits(arity, group),
            active=active,
            rigid=rigid,
            of=of,
        )
        return self._keep(head)

    def nested(
        self,
        kind: str,
        of: Any,
        bound: tuple[int, ...],
        terms: tuple[TermCode, ...],
        arity: int,
        group: tuple[Permutation, ...],
        active: bool,
        rigid: bool,
    ) -> Head:
        """The head with this canonical template. ``of`` is a string or the id of another head."""
        key = (kind, of, bound, terms)
        known = self._ids.get(key)
        if known is not None:
            return self.heads[known]
        number = self.identify(key, key)
        return self._keep(Head(number, kind, bound, terms, arity, group, orbits(arity, group), active, rigid, of))

    def _keep(self, head: Head) -> Head:
        self.heads[head.id] = head
        if head.active:
            self.active.add(head.id)
        return head

    def range_id(self, value: Range) -> int:
        number = self.identify(value, ("range", str(value.lo), str(value.hi)))
        self.ranges[number] = value
        return number

    def array_id(self, value: IndexArray) -> int:
        number = self.identify(value, ("array", value.name, str(value.ranges), str(value.target)))
        self.arrays[number] = value
        return number

    def skeleton(self, tree: Any) -> Skeleton:
        """The interned skeleton of a tree."""
        key = ("skeleton", tree)
        known = self._ids.get(key)
        if known is not None:
            return self.skeletons[known]
        classes, runs = leaf_classes(tree)
        found = Skeleton(self.identify(key, key), tree, len(classes), tuple(classes), tuple(runs))
        self.skeletons[found.id] = found
        return found


def leaf_classes(tree: Any) -> tuple[list[int], list[tuple[int, int]]]:
    """For each leaf of a tree the first leaf equivalent to it, and the spans of equivalent leaves. Leaves of one
    affine are equivalent if their coefficients are equal."""
    classes: list[int] = []
    runs: list[tuple[int, int]] = []

    def scan(node: Any) -> None:
        if node == ".":
            classes.append(len(classes))
        elif node[0] == "g":
            for child in node[2]:
                scan(child)
        else:
            start = len(classes)
            for k, coefficient in enumerate(node[1]):
                alike = k > 0 and node[1][k - 1] == coefficient
                if not alike:
                    start = len(classes)
                classes.append(start)
                if alike and (k + 1 == len(node[1]) or node[1][k + 1] != coefficient):
                    runs.append((start, len(classes)))
            if node[2]:
                classes.append(len(classes))

    scan(tree)
    return classes, runs
