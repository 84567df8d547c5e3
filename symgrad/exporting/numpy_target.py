"""Modules that import NumPy alone; gradients keep their forms."""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.exporting.layout import wrapped
from symgrad.exporting.module import BY_WRT, Cost, Module, docstring, function, quoted, suffix


class NumpyModule(Module):
    """Functions of values, and of values with gradients."""

    pieces = ("forms", "support", "shared_support")

    def imports(self) -> list[str]:
        return [
            "from typing import Any",
            "",
            "import numpy as np",
            "from numpy.typing import NDArray",
            "",
            "Array = NDArray[Any]",
        ]

    def functions(self, plain: Cost, batch: Cost | None) -> Iterator[str]:
        yield self.checks(plain)
        yield self._value(plain)
        yield self._value_and_grad(plain)
        if batch is not None:
            yield self.checks(batch)
            yield self._value_and_grad(batch)

    def _value(self, c: Cost) -> str:
        body = self.body(c, {})
        head = f"def {c.name}(*, {self.parameters(c)}) -> Any:"
        return function(head, [docstring(c), *_call_checks(c), *self.value_lines(c, body), f"return {body.result}"])

    def _value_and_grad(self, c: Cost) -> str:
        body = self.body(c, c.forms)
        known = quoted(tuple(c.forms))
        self.helpers.add("_wanted")
        more = f"wrt: Sequence[str] = {known}, dense: bool = False"
        head = f"def {suffix(c)}_value_and_grad(*, {self.parameters(c)}, {more}) -> tuple[Any, dict[str, Any]]:"
        lines = [
            docstring(c, BY_WRT),
            *_call_checks(c),
            *wrapped(f"wanted = _wanted(wrt, {known})", 4),
            *self.gradient_lines(c, body),
            "if dense:",
            "    grads = {name: np.asarray(gradient) for name, gradient in grads.items()}",
            f"return {body.result}, grads",
        ]
        return function(head, lines)


def _call_checks(c: Cost) -> list[str]:
    names = ", ".join(a.name for a in c.arguments)
    left = names if len(c.arguments) > 1 else f"({names},)"
    return wrapped(f"{left} = _checked_{suffix(c)}({names})", 4)
