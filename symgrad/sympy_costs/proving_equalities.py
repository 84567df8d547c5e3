"""Equalities of SymPy expressions, ruled on by both engines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symgrad.checking.checker import Checker
from symgrad.checking.verdict import Step, Verdict, Witness
from symgrad.core.claims import Assumption, Claim
from symgrad.core.nodes import Cond, free_indices
from symgrad.core.ranges import index_expr
from symgrad.sympy_costs.sympy_names import SympyNames
from symgrad.sympy_door.bridge import BridgeError
from symgrad.sympy_door.from_sympy import FromSympy
from symgrad.text.source import Source, Span


@dataclass(frozen=True, repr=False)
class Ruling:
    """What the engines say of ``left = right`` for all values of the free symbols.

    verdict: ``proved``, ``agrees``, ``refuted`` or ``unreadable``; step: the whole result.
    """

    step: Step

    def __repr__(self) -> str:
        return f"<{self.verdict}{f': {self.reason}' if self.reason else ''}>"

    def _repr_html_(self) -> str:
        return self.step._repr_html_()

    @property
    def verdict(self) -> Verdict:
        return self.step.verdict

    @property
    def witness(self) -> Witness | None:
        """Sizes and values at which the two sides differ; positions as in SymPy."""
        return self.step.witness

    @property
    def conditions(self) -> tuple[str, ...]:
        """What must not be 0, and the like, for both sides to be defined."""
        return self.step.conditions

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The assumptions that the proof used."""
        return self.step.assumptions

    @property
    def trace(self) -> tuple[str, ...]:
        """The rules of the proof."""
        return self.step.trace

    @property
    def reason(self) -> str:
        """Why nothing could be ruled; empty otherwise."""
        return self.step.diagnostic.message if self.step.diagnostic is not None else ""


def ruled(left: Any, right: Any, assuming: Sequence[Any] = (), seed: int = 0) -> Ruling:
    """A ruling on two SymPy expressions. assuming: equations and relations of SymPy that hold.

    Raises ``SymgradError`` for a node that has no counterpart.
    """
    names = SympyNames()
    sides = [s for a in assuming if type(a).__name__ == "Equality" for s in a.args if not _positions(a)]
    converted = names.converted([left, right, *sides])
    facts = _assumptions(names, assuming, converted[2:])
    facts += [
        Assumption("condition", text, cond=Cond("lt", index_expr(room), index_expr(0), True))
        for text, room in names.room.items()
    ]
    both = sorted(free_indices(converted[0]) | free_indices(converted[1]), key=lambda i: i.serial)
    loose = [i for i in both if i.range is None]
    if loose:
        raise BridgeError(
            f"the range of {loose[0].letter} is unknown: use it in a slot of an array with a shape", "SG502"
        )
    claim = Claim(converted[0], converted[1], tuple(both), tuple(facts))
    text = f"{left} = {right}"
    base = Step(Span(Source("<sympy>", text), 0, len(text)), str(left), str(right), "unreadable")
    return Ruling(Checker(seed).rule(claim, base))


def _positions(relation: Any) -> bool:
    """True for a relation between whole numbers."""
    return all(s.is_integer for s in relation.args)


def _assumptions(names: SympyNames, assuming: Sequence[Any], sides: Sequence[Any]) -> list[Assumption]:
    pairs = iter(sides)
    out = []
    for a in assuming:
        if type(a).__name__ == "Equality" and not _positions(a):
            left, right = next(pairs), next(pairs)
            out.append(Assumption("equation", str(a), left, right))  # at its own positions alone, not at all
            continue
        if not getattr(a, "is_Relational", False):
            raise BridgeError(f"{a} is no assumption: give relations of SymPy, such as Eq(x, y) or Ne(i, j)", "SG503")
        reader = FromSympy(names.bridge)
        reader.survey(a)
        out += [Assumption("condition", str(a), cond=c) for c in reader.conditions(a, {})]
    return out
