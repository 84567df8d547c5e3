"""The statements of an array in two passes: those of its forward function, and those of its backward function.

What the backward function reads of the forward one is *kept*: arguments and arrays that both need. The backward
function may be called more than once, so it changes nothing that is kept.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from symgrad.exporting.code.function_body import VALUE, Body, CodeLine


@dataclass(slots=True)
class TwoPasses:
    """Lines of both passes. ``arguments``: the names of the function's arguments, which may be kept."""

    body: Body
    arguments: Sequence[str]
    forward: list[CodeLine] = field(init=False)
    backward: list[CodeLine] = field(init=False)
    kept: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.forward = [line for line in self.body.lines if VALUE in line.needs]
        self.backward = [line for line in self.body.lines if VALUE not in line.needs]

    def divide(self, sizes: Iterable[str], always: Iterable[str]) -> None:
        """Finds what is kept, given the lines that compute sizes and the names that are kept in any case."""
        made = [name for line in self.forward for name in _assigned(line.text)]
        text = "\n".join([*sizes, *(line.text for line in self.backward), *self.body.gradients.values()])
        read = _names(text)
        given = [name for name in self.arguments if name in read or name in always]
        self.kept = [*given, *dict.fromkeys(name for name in made if name in read)]
        self.backward = [self._unaliased(line) for line in self.backward]
        for name, gradient in self.body.gradients.items():
            if gradient in self.kept:
                self.body.gradients[name] = f"{gradient}.copy()"

    def changed(self) -> list[str]:
        """The kept arrays that the backward lines change in place."""
        lines = [line.text for line in self.backward]
        return [name for name in self.kept if any(_changes(name, line) for line in lines)]

    def _unaliased(self, line: CodeLine) -> CodeLine:
        """``d_x = x`` gives an array a second name under which it is changed."""
        name, _, source = line.text.partition(" = ")
        if source in self.kept:
            return CodeLine(f"{name} = {source}.copy()", line.needs, line.formula)
        return line


def _names(text: str) -> set[str]:
    return {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}


def _assigned(text: str) -> list[str]:
    """The names that a statement binds."""
    bound = (n for s in ast.parse(text).body for n in ast.walk(s) if isinstance(n, ast.Name))
    return [n.id for n in bound if isinstance(n.ctx, ast.Store)]


def _changes(name: str, line: str) -> bool:
    return bool(re.search(rf"^{name}(\[.*\])? \S?= |out={name}\b|add\w*\({name},|^{name}\[[^=]*\] \S?= ", line)) and (
        not line.startswith(f"{name} = ")
    )
