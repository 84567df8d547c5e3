"""Heads: what a factor is, apart from the positions in its slots. Interned by content.

A factor of a term is ``(head id, slots, exponent)``. The id is a digest of the head's content,
so that the order of factors is the same in every run; two contents with one digest are
refused, so that equal ids mean equal content. Tensors and their like enter by identity.

A *nested* head (a sum, exp, log, power of several terms, ...) holds a template: terms whose
positions are bound labels -1, -2, ... and slot numbers 0, 1, ...
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
    """``group``: the slot permutations other than the identity that leave the head as it is;
    ``active``: products holding it must be looked at; ``rigid``: renaming slots to distinct
    positions cannot make it simplify. ``of``: the tensor, name, function it belongs to."""

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
    """What later stages found out about the head alone (the leading term of a denominator)."""


@dataclass(slots=True, eq=False)
class Skeleton:
    """The shape of a compound position over its leaves. ``tree``: '.' a leaf; ``("a", coefficients,
    open)`` affine in bound leaves, then one leaf for all the rest if ``open``; ``("g", array, children)``.
    ``classes``: which leaves are alike; ``runs``: spans of interchangeable leaves."""

    id: int
    tree: Any
    arity: int
    classes: tuple[int, ...]
    runs: tuple[tuple[int, int], ...]


HEADS: dict[int, Head] = {}
ACTIVE: set[int] = set()
SKELETONS: dict[int, Skeleton] = {}
RANGES: dict[int, Range] = {}
ARRAYS: dict[int, IndexArray] = {}
_ids: dict[Any, int] = {}
_content: dict[int, Any] = {}
_twins: dict[tuple[str, str], int] = {}


def magnitude(c: Number) -> Number:
    return -c if c < 0 else c


def digest(content: Any) -> int:
    """A number for a content made of numbers, strings and tuples; the same in every run."""
    return (int.from_bytes(blake2b(repr(content).encode(), digest_size=8).digest(), "big") >> 4) | (1 << 59)


def identify(key: Any, stable: Any) -> int:
    """The id of ``key`` (compared exactly), a digest of its ``stable`` description."""
    known = _ids.get(key)
    if known is not None:
        return known
    number = digest(stable)
    if number in _content:
        raise NormalFormError("two contents with one digest")
    _ids[key] = number
    _content[number] = key
    return number


def orbits(arity: int, group: tuple[Permutation, ...]) -> tuple[int, ...]:
    return tuple(min([k, *(g[k] for g in group)]) for k in range(arity))


def leaf(
    kind: str,
    of: Any,
    arity: int,
    description: str,
    group: tuple[Permutation, ...] = (),
    active: bool = False,
    rigid: bool = True,
) -> Head:
    """A head without a template. ``of`` is compared by its own equality (identity for tensors)."""
    key = (kind, of, group)
    known = _ids.get(key)
    if known is not None:
        return HEADS[known]
    twin = _twins.get((kind, description), 0)
    _twins[kind, description] = twin + 1
    head = Head(
        identify(key, (kind, description, group, twin)),
        kind,
        arity=arity,
        group=group,
        orbits=orbits(arity, group),
        active=active,
        rigid=rigid,
        of=of,
    )
    HEADS[head.id] = head
    if active:
        ACTIVE.add(head.id)
    return head


def nested(
    kind: str,
    of: Any,
    bound: tuple[int, ...],
    terms: tuple[TermCode, ...],
    arity: int,
    group: tuple[Permutation, ...],
    active: bool,
    rigid: bool,
) -> Head:
    """The head with this canonical template. ``of`` is a string, or an id of what is held by identity."""
    key = (kind, of, bound, terms)
    known = _ids.get(key)
    if known is not None:
        return HEADS[known]
    head = Head(identify(key, key), kind, bound, terms, arity, group, orbits(arity, group), active, rigid, of)
    HEADS[head.id] = head
    if active:
        ACTIVE.add(head.id)
    return head


def range_id(value: Range) -> int:
    number = identify(value, ("range", str(value.lo), str(value.hi)))
    RANGES[number] = value
    return number


def array_id(value: IndexArray) -> int:
    number = identify(value, ("array", value.name, str(value.ranges), str(value.target)))
    ARRAYS[number] = value
    return number


def skeleton(tree: Any) -> Skeleton:
    """The interned skeleton of a tree. Leaves of one affine with equal coefficients are alike."""
    key = ("skeleton", tree)
    known = _ids.get(key)
    if known is not None:
        return SKELETONS[known]
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
    found = Skeleton(identify(key, key), tree, len(classes), tuple(classes), tuple(runs))
    SKELETONS[found.id] = found
    return found


def forget() -> None:
    """Drop everything interned. Only between questions: ids handed out before are void."""
    for table in (HEADS, SKELETONS, RANGES, ARRAYS, _ids, _content, _twins):
        table.clear()
    ACTIVE.clear()
