"""Limits the work of an evaluation. It is counted, not timed, so that two runs stop at the same place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

NODE = 250
"""The cost of a node in addition to its elements. A unit is about ten nanoseconds."""


class EvaluationTooLarge(ValueError):
    """An intermediate result or the total work exceeds its limit."""


class EvaluationBudget:
    """The units left for the current evaluation."""

    def __init__(self) -> None:
        self.left = float("inf")

    def spend(self, elements: int) -> None:
        self.left -= NODE + elements
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
