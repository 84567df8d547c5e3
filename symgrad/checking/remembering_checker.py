"""A checker that remembers its rulings, for documents that are checked again and again while they are edited.

Both engines are functions of a claim. So a ruling is kept under what the claim says: its two sides, its free indices
and assumptions, with everything that they mention written out, definitions to their bodies. A step is ruled on anew
only if one of these has changed, wherever in the document that was.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass, replace
from fractions import Fraction
from hashlib import blake2b
from typing import Any

from symgrad.checking.checker import Checker
from symgrad.checking.verdict import Step
from symgrad.core.claims import Claim
from symgrad.core.nodes import Expr

KEPT_RULINGS = 20_000
"""With more of them the oldest half is forgotten."""


@dataclass(slots=True)
class Memory:
    """Rulings and tries by the fingerprint of their claim. May outlive the checkers that use it."""

    rulings: dict[bytes, Step] = field(default_factory=dict)
    held: dict[bytes, bool] = field(default_factory=dict)
    worked: int = 0
    """How many claims were ruled on, and not remembered."""

    def make_room(self) -> None:
        """Forget the oldest half where there is too much."""
        for kept in (self.rulings, self.held):
            if len(kept) > KEPT_RULINGS:
                for key in list(kept)[: len(kept) // 2]:
                    del kept[key]


@dataclass(slots=True)
class RememberingChecker(Checker):
    """Gives the verdicts of ``Checker``, and works out only those that it does not remember."""

    memory: Memory = field(default_factory=Memory)

    def rule(self, claim: Claim, base: Step) -> Step:
        """The ruling on a claim, with the place and the warnings of this step."""
        key = fingerprint(claim)
        kept = self.memory.rulings.get(key)
        if kept is None:
            bare = replace(base, warnings=(), inferred=())
            kept = Checker.rule(self, claim, bare)
            self.memory.worked += 1
            self.memory.rulings[key] = kept
        moved = tuple(replace(w, span=base.span) if w.span == kept.span else w for w in kept.warnings)
        reason = kept.diagnostic
        if reason is not None and reason.span == kept.span:
            reason = replace(reason, span=base.span)
        place = {name: getattr(base, name) for name in ("span", "left", "right", "whole", "inferred", "expected")}
        return replace(kept, **place, warnings=(*base.warnings, *moved), diagnostic=reason)

    def holds(self, claim: Claim) -> bool:
        """Whether a claim holds, as far as that is tried for other readings."""
        key = fingerprint(claim)
        found = self.memory.held.get(key)
        if found is None:
            found = self.memory.held[key] = Checker.holds(self, claim)
        return found


def fingerprint(claim: Claim) -> bytes:
    """What a claim says, whatever objects say it: equal for the readings of equal text in equal circumstances.

    Objects that are told apart by identity are numbered in the order in which they are met, each described once.
    """
    out: list[str] = []
    seen: dict[int, int] = {}
    _describe(claim, out, seen)
    return blake2b("\x00".join(out).encode("utf-8", "surrogatepass"), digest_size=20).digest()


def _describe(root: object, out: list[str], seen: dict[int, int]) -> None:
    todo: list[Any] = [root]
    while todo:
        value = todo.pop()
        if value is None or isinstance(value, str | int | float | Fraction):
            out.append(f"{type(value).__name__[0]}{value}")
        elif isinstance(value, tuple):
            out.append(f"({len(value)}")
            todo += reversed(value)
        elif isinstance(value, frozenset):
            out.append(f"{{{len(value)}")
            todo += sorted(value, key=lambda item: (getattr(item, "name", ""), str(item)), reverse=True)
        elif id(value) in seen:
            out.append(f"#{seen[id(value)]}")
        elif isinstance(value, Expr):
            seen[id(value)] = len(seen)
            out.append(type(value).__name__)
            todo += reversed(value.args)
        elif is_dataclass(value):
            seen[id(value)] = len(seen)
            out.append(type(value).__name__)
            todo += (getattr(value, f.name) for f in reversed(fields(value)) if f.name != "serial")
        else:
            raise TypeError(f"{type(value).__name__} has no description")
