"""How much work an evaluation may take, counted and not timed: two runs stop at the same place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

NODE = 250
"""What a node costs beside its elements; a unit is about ten nanoseconds."""


class EvaluationTooLarge(ValueError):
    """An intermediate result, or the work as a whole, would not fit the limits."""


class EvaluationBudget:
    """Units left for the evaluation under way."""

    def __init__(self) -> None:
        self.left = float("inf")

    def spend(self, elements: int) -> None:
        self.left -= NODE + elements
        if self.left < 0:
            raise EvaluationTooLarge("more work than one step is given")

    @contextmanager
    def of(self, units: float) -> Iterator[None]:
        """A budget for what happens inside; never more than what is left outside."""
        outer = self.left
        self.left = given = min(units, outer)
        try:
            yield
        finally:
            self.left = outer - max(0.0, given - max(self.left, 0.0))


BUDGET = EvaluationBudget()
