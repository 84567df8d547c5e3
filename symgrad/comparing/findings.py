"""What a comparison finds: one finding for the cost and one for every gradient."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Verdict = Literal["right", "differs"]


@dataclass(frozen=True, slots=True)
class Worst:
    """The entry that is furthest off, counted from 0, and the point at which it is."""

    entry: tuple[int, ...]
    code: float | complex
    """Complex where the code gives an imaginary part."""
    exact: float
    error: float
    """Relative to the exact entry; infinite where that is 0."""
    sizes: dict[str, int] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    """What the function was called with, by parameter."""


@dataclass(frozen=True, slots=True)
class StepHit:
    """A step of the document, one side of which is what the code computes."""

    line: int
    latex: str
    assumptions: tuple[str, ...] = ()
    part: str = ""
    """Of which slice it speaks, where not of the whole array."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The cost (``argument`` empty) or the gradient by one argument."""

    name: str
    argument: str
    verdict: Verdict
    error: float
    """The largest difference, relative to the terms that the entry is made of."""
    worst: Worst | None = None
    form: str = ""
    causes: tuple[str, ...] = ()
    step: StepHit | None = None


@dataclass(frozen=True, slots=True)
class Opinion:
    """Finite differences of the code's own cost against its own gradient, in random directions.

    agrees: None where there was nothing to compare; of_document: the cost is the document's, for the code has none.
    """

    method: str
    agrees: bool | None
    error: float = 0.0
    note: str = ""
    of_document: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """A hand-coded function held against a derivation."""

    path: str
    cost: str
    function: str
    points: int
    tolerance: float
    findings: tuple[Finding, ...]
    opinion: Opinion | None = None
    notes: tuple[str, ...] = ()
    failure: str = ""
    """What the code raised at a point, where it did not at all of them."""

    @property
    def right(self) -> bool:
        return not self.failure and all(f.verdict == "right" for f in self.findings)

    @property
    def gradients(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.argument)
