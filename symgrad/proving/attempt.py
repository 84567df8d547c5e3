"""What one proof attempt carries along: positions, facts, budget, caches, the trace, and the rules by kind of head."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from symgrad.core.nodes import Expr
from symgrad.core.ranges import Subset
from symgrad.proving.interner import Head, Interner, Number
from symgrad.proving.limits import ProofBudget
from symgrad.proving.position_ids import PositionIds

Slots = tuple[int, ...]
Part = tuple[int, Slots, Number]
"""``(head id, slots, exponent)``"""
Mono = tuple[Part, ...]
"""A product of parts, sorted, no head with the same slots twice."""
Poly = dict[Mono, Number]


@dataclass(frozen=True, slots=True)
class HeadRules:
    """The rules by kind of head. Products apply them, and the rules multiply: so that neither has to import
    the other, an attempt carries the rules (``head_rules.RULES``)."""

    in_product: Mapping[str, Callable[[Attempt, Mono, int], Poly | None]]
    """Simplifies a product because of its factor number ``k``; None if there is nothing to simplify."""
    rebuild: Mapping[str, Callable[[Attempt, Head, Slots, Number], Poly]]
    """Builds a part anew at other positions, raised to a power. Heads of other kinds never need it."""
    by_equation: Callable[[Attempt, Mono], Poly | None]
    """Rewrites a product by one of the equations in force; None if none applies."""


@dataclass(slots=True)
class EquationRule:
    """An equation as a rewriting rule: the product ``lead`` is ``rest``, for all ``params``."""

    lead: Mono
    rest: Poly
    params: frozenset[int]
    unless: tuple[tuple[int, int], ...]
    latex: str


@dataclass(slots=True)
class Pattern:
    """A fact about a position or a pair, or about a part, for all ``params``."""

    slots: Slots
    params: frozenset[int]
    unless: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class Facts:
    """Assumptions, ready for use. Empty facts are always right to start from."""

    unequal: list[Pattern] = field(default_factory=list)
    less: list[Pattern] = field(default_factory=list)
    members: dict[Subset, list[Pattern]] = field(default_factory=dict)
    non_members: dict[Subset, list[Pattern]] = field(default_factory=dict)
    positive: dict[int, list[Pattern]] = field(default_factory=dict)
    """Parts known positive, by head id."""
    positive_polys: list[frozenset[tuple[Mono, Number]]] = field(default_factory=list)
    rules: dict[int, list[EquationRule]] = field(default_factory=dict)
    """Rules by the head id of the lead's first part."""


class Attempt:
    """One question. Nothing in it outlives the question."""

    def __init__(
        self, interner: Interner, rules: HeadRules, seconds: float = 2.0, keep_definitions: bool = False
    ) -> None:
        self.interner = interner
        self.heads, self.active = interner.heads, interner.active
        self.rules = rules
        self.positions = PositionIds(interner)
        self.budget = ProofBudget(seconds)
        self.facts = Facts()
        self.keep_definitions = keep_definitions
        """Whether defined quantities stay opaque."""
        self.symmetric: dict[Any, tuple[tuple[int, ...], ...]] = {}
        self.entry_heads: dict[Any, int] = {}
        """The head ids of tensors met so far."""
        self.built: dict[Expr, Poly] = {}
        self.reduced: dict[Mono, Poly] = {}
        self.sums: dict[Any, Poly] = {}
        self.denominators: dict[tuple[int, Slots], tuple[tuple[Number, Mono], ...]] = {}
        """The terms of denominators met so far, at the positions they were met at."""
        self.rewritten_heads: set[int] = set()
        """Heads that products must look at because of a rule."""
        self.trace: dict[str, None] = {}
        self.nonempty: dict[int, None] = {}
        self.letters: dict[Any, dict[str, None]] = {}
        self.depth = 0
        self.write_out_sums = False
        """Whether sums over ranges of a few numbered positions are written out."""
        self.met_numbered_range = False
        """Whether such a range was met."""

    def note(self, rule: str) -> None:
        self.trace[rule] = None

    def is_active(self, mono: Mono) -> bool:
        heads = [p[0] for p in mono]
        return not self.active.isdisjoint(heads) or not self.rewritten_heads.isdisjoint(heads)


def normal_slots(head: Head, slots: Slots) -> Slots:
    """The least of the slot orders that the head's symmetry allows."""
    if not head.group:
        return slots
    return min(slots, *(tuple([slots[k] for k in g]) for g in head.group))


def part(ctx: Attempt, hid: int, slots: Slots, exponent: Number = 1) -> Part:
    return (hid, normal_slots(ctx.heads[hid], slots), exponent)
