"""What targets with automatic differentiation have in common: functions with their own derivative."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import ClassVar

from symgrad.exporting.code.gradient_results import Results
from symgrad.exporting.code.module import BY_WRT, Cost, Module, docstring, function, quoted, suffix
from symgrad.exporting.code.python_text import ATOM, PythonText
from symgrad.exporting.code.statements import Statements
from symgrad.exporting.code.writer import ExpressionWriter
from symgrad.exporting.graph.labelled_array import LabelledArray


class DifferentiableWriter(ExpressionWriter):
    """Positions are looked up with brackets; lists are not accepted as arrays."""

    crosses = False
    flattens = False

    def taken(self, base: PythonText, positions: PythonText, axis: int) -> PythonText:
        return PythonText(f"{base.at(ATOM)}[{':, ' * axis}{positions}]")

    def chain(self, parts: Sequence[str], axis: int = 0) -> PythonText:
        arrays = [str(self.positions_of(p)) if p.startswith("[") else p for p in parts]
        return super().chain(arrays, axis)

    def dot(self, x: PythonText, y: PythonText) -> PythonText:
        return self.matmul(x, y)


class DifferentiableStatements(Statements):
    """Softmax does not overwrite its scores."""

    overwrites = False


class DifferentiableResults(Results):
    """Forms that can still be multiplied by what a backward pass brings, before they become arrays."""

    slices_piece: ClassVar[str]
    """The piece of the support that holds slices."""

    def outer(self, left: Sequence[LabelledArray], right: Sequence[LabelledArray]) -> str:
        if len(left) == 1:
            return str(self.writer.helper("_Outer", *(self.body.text[v.node] for v in (*left, *right))))
        return str(self.writer.helper("_Outer", self._stacked(left), self._stacked(right)))

    def slices(self, indices: str, values: str, name: str, axis: int) -> str:
        return str(self.writer.helper(self.slices_piece, values, indices, f"{name}.shape", axis))


class DifferentiableModule(Module):
    """For each cost: its value; the value with gradients; a function with the gradients as its derivative."""

    call_options: ClassVar[tuple[str, ...]] = ()
    """Parameters of ``J`` that are not in the document."""
    gradient_options: ClassVar[tuple[str, ...]] = ()
    """Those of ``J_value_and_grad`` beside ``wrt``."""

    named: ClassVar[frozenset[str]] = frozenset(("_Outer",))
    """Helpers that are named tuples."""

    def typing(self) -> str:
        return f"from typing import Any{', NamedTuple' if self.named & self.helpers else ''}"

    @abstractmethod
    def derived(self, c: Cost) -> Iterator[str]:
        """The function ``_derived_J`` whose derivative is the derived gradient."""

    def functions(self, plain: Cost, batch: Cost | None) -> Iterator[str]:
        for c in (plain, *([batch] if batch is not None else [])):
            yield self.checks(c)
            yield self._computed(c)
            yield self._computed_with_gradients(c)
            yield from self.derived(c)
            yield self._value(c)
            yield self._value_and_grad(c)

    def _computed(self, c: Cost) -> str:
        body = self.body(c, {})
        head = f"def _value_{suffix(c)}({_untyped(c)}) -> Any:"
        return function(head, ['"""The value."""', *self.value_lines(c, body), f"return {body.result}"])

    def _computed_with_gradients(self, c: Cost) -> str:
        body = self.body(c, c.forms)
        head = f"def _gradients_{suffix(c)}(wanted: Sequence[str], {_untyped(c)}) -> tuple[Any, dict[str, Any]]:"
        lines = ['"""The value, and the gradients that are wanted."""', *self.gradient_lines(c, body)]
        return function(head, [*lines, f"return {body.result}, grads"])

    def _value(self, c: Cost) -> str:
        options = "".join(f", {x}" for x in self.call_options)
        head = f"def {suffix(c)}(*, {self.parameters(c)}{options}) -> Any:"
        more = "; its derivative by " + (", ".join(c.forms) or "nothing") + " is the derived gradient."
        return function(head, [docstring(c, more), *self.call(c)])

    @abstractmethod
    def call(self, c: Cost) -> list[str]:
        """The lines of ``J``."""

    def _value_and_grad(self, c: Cost) -> str:
        known = quoted(tuple(c.forms))
        self.helpers.add("_wanted")
        more = ", ".join((f"wrt: Sequence[str] = {known}", *self.gradient_options))
        head = f"def {suffix(c)}_value_and_grad(*, {self.parameters(c)}, {more}) -> tuple[Any, dict[str, Any]]:"
        lines = [docstring(c, BY_WRT), *self.gradient_call(c, known)]
        return function(head, lines)

    @abstractmethod
    def gradient_call(self, c: Cost, known: str) -> list[str]:
        """The lines of ``J_value_and_grad``."""


def _untyped(c: Cost) -> str:
    return ", ".join(f"{a.name}: Any" for a in c.arguments)
