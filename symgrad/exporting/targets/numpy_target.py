"""Modules that import NumPy alone; gradients keep their forms."""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.exporting.code.function_body import Body
from symgrad.exporting.code.line_wrapping import wrapped
from symgrad.exporting.code.module import BY_WRT, Cost, Module, as_tuple, docstring, function, quoted, suffix
from symgrad.exporting.code.python_text import PythonText
from symgrad.exporting.program.structure import Slices

INDICES = ("index", "array", "subset")
"""The kinds of arguments that have one more axis in a batch."""


_WAYS = "\nThe direction is ``v_U`` for an argument ``U``; None stands for zeros."
_DENSE = ("if dense:", "    grads = {name: np.asarray(gradient) for name, gradient in grads.items()}")


class NumpyModule(Module):
    """Functions of values, and of values with gradients."""

    two_passes = True
    pieces = ("gradient_forms", "numpy_support", "support")

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
        if plain.upstream is not None:
            yield from self._two_passes(plain)
            return
        yield self._whole(plain)
        if batch is not None:
            yield self.checks(batch)
            yield from self._batch(batch)

    def _value(self, c: Cost) -> str:
        body = self.body(c, {})
        head = f"def {c.name}(*, {self.parameters(c)}) -> Any:"
        result = self.result(c, body)
        return function(head, [docstring(c), *_call_checks(c), *self.value_lines(c, body), f"return {result}"])

    def result(self, c: Cost, body: Body) -> str:
        """The value; of an array, with its axes in the order of the document."""
        if c.upstream is None:
            return body.result
        return str(body.writer.aligned(PythonText(body.result), c.axes, range(len(c.axes))))

    def _two_passes(self, c: Cost) -> Iterator[str]:
        """The array with what its backward function needs, and that function."""
        assert c.upstream is not None  # it is an array
        forward, backward, both = self.passes(c)
        known, d = quoted(tuple(c.forms)), c.upstream.name
        said = ", ".join(both.kept)
        yield function(
            f"def {c.name}_forward(*, {self.parameters(c)}) -> tuple[Array, tuple[Any, ...]]:",
            [
                docstring(c, f", and what ``{c.name}_backward`` needs of it: {said}."),
                *_call_checks(c),
                *forward,
                *wrapped(f"return {self.result(c, both.body)}, {as_tuple(both.kept)}", 4),
            ],
        )
        self.helpers.add("_wanted")
        more = f"wrt: Sequence[str] = {known}, dense: bool = False"
        yield function(
            f"def {c.name}_backward(kept: tuple[Any, ...], {d}: Array, *, {more}) -> dict[str, Any]:",
            [
                f'"""The gradients by the arguments that ``wrt`` names, from the gradient by ``{c.name}``.\n',
                f"kept: what ``{c.name}_forward`` returned with the array",
                f'{d}: the gradient by ``{c.name}``, of its shape\n"""',
                *wrapped(f"wanted = _wanted(wrt, {known})", 4),
                *backward,
                *_DENSE,
                "return grads",
            ],
        )

    def _in_blocks(self, c: Cost) -> Iterator[str]:
        """A batch whose gradients are slices: the function of one block, and the one that joins the blocks."""
        body = self.body(c, c.forms)
        name, given = suffix(c), ", ".join(f"{a.name}: Any" for a in c.arguments)
        yield function(
            f"def _block_{name}(wanted: Sequence[str], {given}) -> tuple[Any, dict[str, Any]]:",
            [
                '"""The value, and the gradients that are wanted."""',
                *self.gradient_lines(c, body),
                f"return {body.result}, grads",
            ],
        )
        self.helpers.add("_in_blocks")
        batched = ", ".join(a.name for a in c.arguments if a.kind in INDICES)
        names = ", ".join(a.name for a in c.arguments)
        call = f"lambda {batched}: _block_{name}(wanted, {names})"
        yield self._value_and_grad(c, [*wrapped(f"value, grads = _in_blocks({call}, {batched})", 4)], "value")

    def _batch(self, c: Cost) -> Iterator[str]:
        if all(isinstance(form, Slices) for form in c.forms.values()):
            yield from self._in_blocks(c)
        else:
            yield self._whole(c)

    def _whole(self, c: Cost) -> str:
        body = self.body(c, c.forms)
        return self._value_and_grad(c, self.gradient_lines(c, body), body.result)

    def second(self, c: Cost) -> str:
        known = quoted(tuple(c.forms))
        self.helpers.add("_wanted")
        ways = "".join(f", {way.name}: Any = None" for way in c.ways)
        more = f"wrt: Sequence[str] = {known}, dense: bool = False"
        return function(
            f"def {c.name}_hvp(*, {self.parameters(c)}{ways}, {more}) -> dict[str, Any]:",
            [
                docstring(
                    c, ": products of its Hessian with a direction, by the arguments that ``wrt`` names.\n" + _WAYS
                ),
                *_call_checks(c),
                *wrapped(f"wanted = _wanted(wrt, {known})", 4),
                *self.second_lines(c),
                *_DENSE,
                "return grads",
            ],
        )

    def _value_and_grad(self, c: Cost, lines: list[str], result: str) -> str:
        known = quoted(tuple(c.forms))
        self.helpers.add("_wanted")
        more = f"wrt: Sequence[str] = {known}, dense: bool = False"
        head = f"def {suffix(c)}_value_and_grad(*, {self.parameters(c)}, {more}) -> tuple[Any, dict[str, Any]]:"
        lines = [
            docstring(c, BY_WRT),
            *_call_checks(c),
            *wrapped(f"wanted = _wanted(wrt, {known})", 4),
            *lines,
            *_DENSE,
            f"return {result}, grads",
        ]
        return function(head, lines)


def _call_checks(c: Cost) -> list[str]:
    names = ", ".join(a.name for a in c.arguments)
    left = names if len(c.arguments) > 1 else f"({names},)"
    return wrapped(f"{left} = _checked_{suffix(c)}({names})", 4)
