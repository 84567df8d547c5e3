"""The findings of a comparison: one for the cost and one per gradient."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Verdict = Literal["right", "differs"]


@dataclass(frozen=True, slots=True)
class Worst:
    """The entry with the largest error, counted from 0, and the point at which it occurs."""

    entry: tuple[int, ...]
    code: float | complex
    """Complex if the code returns an imaginary part."""
    exact: float
    error: float
    """Relative to the exact entry; infinite if that is 0."""
    sizes: dict[str, int] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    """The arguments of the call, by parameter."""


@dataclass(frozen=True, slots=True)
class StepHit:
    """A step of the document whose right side is what the code computes."""

    line: int
    latex: str
    assumptions: tuple[str, ...] = ()
    part: str = ""
    """The slice that the step is about, if not the whole array."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The cost (``argument`` empty) or the gradient by one argument."""

    name: str
    argument: str
    verdict: Verdict
    error: float
    """The largest difference, relative to the terms of the entry."""
    worst: Worst | None = None
    form: str = ""
    causes: tuple[str, ...] = ()
    step: StepHit | None = None


@dataclass(frozen=True, slots=True)
class Opinion:
    """Finite differences of the code's own cost against its own gradient, in random directions.

    agrees: None if there was nothing to compare; of_document: the document's cost was used, because the code has none.
    """

    method: str
    agrees: bool | None
    error: float = 0.0
    note: str = ""
    of_document: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison of a hand-coded function with a derivation."""

    path: str
    cost: str
    function: str
    points: int
    tolerance: float
    findings: tuple[Finding, ...]
    opinion: Opinion | None = None
    notes: tuple[str, ...] = ()
    failure: str = ""
    """What the code raised at some point, if it did not raise at the first."""
    place: tuple[str, int] | None = None
    """The file and the line at which the function is defined, if that is known."""

    @property
    def right(self) -> bool:
        return not self.failure and all(f.verdict == "right" for f in self.findings)

    @property
    def gradients(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.argument)
