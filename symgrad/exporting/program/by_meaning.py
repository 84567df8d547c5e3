"""A function of the table as arrays, by its ``meaning``: for those that a target does not have and no formula gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symgrad.core.functions import POLYGAMMA, Row
from symgrad.exporting.graph.array_graph import Graph
from symgrad.exporting.graph.constructors import einsum, linear, scalar
from symgrad.exporting.graph.entries import compare, where
from symgrad.exporting.graph.labelled_array import LabelledArray
from symgrad.exporting.graph.masks import guarded
from symgrad.exporting.graph.stable_forms import mapped, power
from symgrad.text.diagnostic import SymgradError


def by_meaning(g: Graph, row: Row, x: LabelledArray) -> LabelledArray:
    """f(x): the definition is run once on a stand-in for numbers, which records the arrays."""
    made = row.meaning(RecordedFunctions(g), RecordedNumber(g, x))
    assert isinstance(made, RecordedNumber)  # it is computed from one
    return made.array


@dataclass(frozen=True, slots=True)
class RecordedNumber:
    """An array that arithmetic can be done with; the results are arrays of the graph."""

    graph: Graph
    array: LabelledArray

    def _sum(self, terms: Sequence[tuple[int, LabelledArray]]) -> RecordedNumber:
        return RecordedNumber(self.graph, linear(self.graph, terms))

    def _product(self, *factors: LabelledArray) -> RecordedNumber:
        return RecordedNumber(self.graph, einsum(self.graph, factors))

    def _inverse(self, x: LabelledArray) -> LabelledArray:
        return power(self.graph, x, Fraction(-1))

    def of(self, x: object) -> LabelledArray:
        """Another operand as an array."""
        return x.array if isinstance(x, RecordedNumber) else scalar(self.graph, Fraction(str(x)))

    def __add__(self, other: object) -> RecordedNumber:
        return self._sum([(1, self.array), (1, self.of(other))])

    def __radd__(self, other: object) -> RecordedNumber:
        return self._sum([(1, self.of(other)), (1, self.array)])

    def __sub__(self, other: object) -> RecordedNumber:
        return self._sum([(1, self.array), (-1, self.of(other))])

    def __rsub__(self, other: object) -> RecordedNumber:
        return self._sum([(1, self.of(other)), (-1, self.array)])

    def __mul__(self, other: object) -> RecordedNumber:
        return self._product(self.array, self.of(other))

    def __rmul__(self, other: object) -> RecordedNumber:
        return self._product(self.of(other), self.array)

    def __truediv__(self, other: object) -> RecordedNumber:
        return self._product(self.array, self._inverse(self.of(other)))

    def __rtruediv__(self, other: object) -> RecordedNumber:
        return self._product(self.of(other), self._inverse(self.array))

    def __pow__(self, exponent: float) -> RecordedNumber:
        return RecordedNumber(self.graph, power(self.graph, self.array, Fraction(str(exponent))))

    def __neg__(self) -> RecordedNumber:
        return self._sum([(-1, self.array)])


@dataclass(frozen=True, slots=True)
class RecordedCondition:
    """Where x > 0."""

    x: LabelledArray


@dataclass(frozen=True, slots=True)
class RecordedFunctions:
    """The namespace of ``Row.meaning`` over recorded numbers."""

    graph: Graph

    def _mapped(self, name: str, x: RecordedNumber) -> RecordedNumber:
        if name not in self.graph.functions:
            raise SymgradError(f"the target has no function {name}")
        return RecordedNumber(self.graph, mapped(self.graph, name, x.array))

    def exp(self, x: RecordedNumber) -> RecordedNumber:
        return self._mapped("exp", x)

    def log(self, x: RecordedNumber) -> RecordedNumber:
        return self._mapped("log", x)

    def sqrt(self, x: RecordedNumber) -> RecordedNumber:
        return self._mapped("sqrt", x)

    def sin(self, x: RecordedNumber) -> RecordedNumber:
        return self._mapped("sin", x)

    def cos(self, x: RecordedNumber) -> RecordedNumber:
        return self._mapped("cos", x)

    def atan(self, x: RecordedNumber) -> RecordedNumber:
        return self._mapped("arctan", x)

    def erf(self, x: RecordedNumber) -> RecordedNumber:
        return self._mapped("erf", x)

    def lgamma(self, x: RecordedNumber) -> RecordedNumber:
        return self._mapped("lgamma", x)

    def polygamma(self, order: int, x: RecordedNumber) -> RecordedNumber:
        """The derivative of ``log Gamma`` of order ``order + 1``."""
        return self._mapped(POLYGAMMA[order], x)

    def positive(self, x: RecordedNumber) -> RecordedCondition:
        return RecordedCondition(x.array)

    def where(self, condition: RecordedCondition, x: RecordedNumber, y: RecordedNumber) -> RecordedNumber:
        """``x`` where the condition holds, else ``y``; neither overflows where the other one counts."""
        g = self.graph
        above, below = (compare(g, op, condition.x, scalar(g, 0)) for op in (">", "<="))
        inside = guarded(g, above, x.array, g.functions)
        outside = guarded(g, below, y.array, g.functions)
        return RecordedNumber(g, where(g, above, inside, outside))
