"""The state of one proof attempt: positions, facts, budget, caches, the trace, and the rules by kind of head.

Also the types of a normal form: a *polynomial* maps products to coefficients, a *product* (``Mono``) is a tuple of
*parts*, and a part is a head at given positions, raised to a power.
"""

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
"""A product of parts, sorted. No two parts have the same head and slots."""
Poly = dict[Mono, Number]


@dataclass(frozen=True, slots=True)
class HeadRules:
    """The rules by kind of head (see ``head_rules.RULES``).

    Multiplying applies these rules, and the rules multiply. The attempt carries them, so that neither imports the
    other.
    """

    in_product: Mapping[str, Callable[[Attempt, Mono, int], Poly | None]]
    """Simplify a product because of its factor number ``k``; None if there is nothing to simplify."""
    rebuild: Mapping[str, Callable[[Attempt, Head, Slots, Number], Poly]]
    """Rebuild a part at other positions, raised to a power. Heads of other kinds never need rebuilding."""
    by_equation: Callable[[Attempt, Mono], Poly | None]
    """Rewrite a product by one of the assumed equations; None if none applies."""
    as_part: Callable[[Attempt, Poly, int], Poly]
    """A natural power of several terms that is not multiplied out."""
    in_sum: Callable[[Attempt, Slots, Mono], list[tuple[Slots, Poly]] | None]
    """Simplify a sum of a product over bound indices to such sums; None if there is nothing to simplify."""


@dataclass(slots=True)
class EquationRule:
    """The rewriting rule ``lead = rest`` for all ``params``, except where an equality of ``unless`` holds."""

    lead: Mono
    rest: Poly
    params: frozenset[int]
    unless: tuple[tuple[int, int], ...]
    latex: str


@dataclass(slots=True)
class Pattern:
    """The positions that a fact is about, for all ``params``, except where an equality of ``unless`` holds."""

    slots: Slots
    params: frozenset[int]
    unless: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class Facts:
    """Assumptions in the form in which the rules use them. Without any facts, all rules are still correct."""

    unequal: list[Pattern] = field(default_factory=list)
    less: list[Pattern] = field(default_factory=list)
    members: dict[Subset, list[Pattern]] = field(default_factory=dict)
    non_members: dict[Subset, list[Pattern]] = field(default_factory=dict)
    positive: dict[int, list[Pattern]] = field(default_factory=dict)
    """Slots at which a part is known to be positive, by head id."""
    positive_polys: list[frozenset[tuple[Mono, Number]]] = field(default_factory=list)
    rules: dict[int, list[EquationRule]] = field(default_factory=dict)
    """Equations by the head ids of the parts in their lead."""


class Attempt:
    """One attempt to bring the sides of a claim to normal form. Its caches are valid for this attempt only."""

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
        """True if a reference to a definition is one part; False if its body is substituted."""
        self.symmetric: dict[Any, tuple[tuple[int, ...], ...]] = {}
        self.entry_heads: dict[Any, int] = {}
        """The head id of each tensor met so far."""
        self.built: dict[Expr, Poly] = {}
        self.reduced: dict[Mono, Poly] = {}
        self.sums: dict[Any, Poly] = {}
        self.denominators: dict[tuple[int, Slots], tuple[tuple[Number, Mono], ...]] = {}
        """The terms of each denominator met so far, by head id and slots."""
        self.rewritten_heads: set[int] = set()
        """Ids of heads that occur in the lead of an equation."""
        self.trace: dict[str, None] = {}
        self.nonempty: dict[int, None] = {}
        self.nonzero: dict[tuple[int, Slots], None] = {}
        """Parts that must not be 0, beyond what the sides ask for to be defined."""
        self.letters: dict[Any, dict[str, None]] = {}
        self.factored = False
        """True if products of sums are kept as products: a sum of several terms in one is a part."""
        self.shares_bodies = False
        """True if the normal forms of definitions are shared with other attempts."""
        self.met_inverse = False
        """True if there was an inverse of a matrix."""
        self.met_analytic = False
        """True if there was an exponential, a root or a Cholesky factor of a matrix."""
        self.compared: dict[Any, tuple[int, int]] = {}
        """Two positions of a range, at which matrices are compared."""
        self.free: frozenset[int] = frozenset()
        """The positions of the free indices for all of whose positions the claim is made."""
        self.depth = 0
        self.write_out_sums = False
        """True if sums over a few numbered positions are written out term by term."""
        self.met_numbered_range = False
        """True if there was a sum that could be written out."""

    def note(self, rule: str) -> None:
        self.trace[rule] = None

    def is_active(self, mono: Mono) -> bool:
        heads = [p[0] for p in mono]
        return not self.active.isdisjoint(heads) or not self.rewritten_heads.isdisjoint(heads)


def normal_slots(head: Head, slots: Slots) -> Slots:
    """The smallest of the slot orders that the symmetry of the head allows."""
    if not head.group:
        return slots
    return min(slots, *(tuple([slots[k] for k in g]) for g in head.group))


def part(ctx: Attempt, hid: int, slots: Slots, exponent: Number = 1) -> Part:
    return (hid, normal_slots(ctx.heads[hid], slots), exponent)
