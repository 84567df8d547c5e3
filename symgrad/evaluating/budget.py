"""Limits the work of an evaluation. It is counted, not timed, so that two runs stop at the same place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from symgrad.core.time_limit import TIME

NODE = 250
"""The cost of a node in addition to its elements. A unit is about ten nanoseconds."""
CHECKED = 20_000
"""After so many units the processor time is looked at."""


class EvaluationTooLarge(ValueError):
    """An intermediate result or the total work exceeds its limit."""


class EvaluationBudget:
    """The units left for the current evaluation."""

    def __init__(self) -> None:
        self.left = float("inf")

    def spend(self, elements: int) -> None:
        before = self.left
        self.left -= NODE + elements
        if before // CHECKED != self.left // CHECKED:
            TIME.check()
        if self.left < 0:
            raise EvaluationTooLarge("more work than one step is given")

    @contextmanager
    def of(self, units: float) -> Iterator[None]:
        """Limit the work done in this block to ``units``, capped by the enclosing budget."""
        outer = self.left
        self.left = given = min(units, outer)
        try:
            yield
        finally:
            self.left = outer - max(0.0, given - max(self.left, 0.0))


BUDGET = EvaluationBudget()
