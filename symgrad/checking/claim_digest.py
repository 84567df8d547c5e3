"""What a claim says, as a digest: equal for claims that differ in nothing but which objects they are made of.

Everything that a ruling can depend on goes into it: the sides, definitions with their bodies, assumptions, the letters
and ranges of indices, names and domains of arrays, and which of two indices was made first. An edit elsewhere in a
document leaves the digest as it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any

from symgrad.core.claims import Claim
from symgrad.core.nodes import AbstractFunction, Definition, Expr, Tensor
from symgrad.core.ranges import Index

OBJECTS = (Index, Tensor, AbstractFunction, Definition)
"""What is compared by identity: named by the number of its first mention."""
PLAIN = (str, int, Fraction, type(None))


class _Unknown(Exception):
    """A claim holds something that is not known here."""


def claim_digest(claim: Claim) -> str | None:
    """The digest, in hexadecimal digits; None for a claim that is too deep, or holds what is not known here."""
    writer = _Writer()
    try:
        writer.write(claim)
    except (RecursionError, _Unknown):
        return None
    made = sorted((index.serial, number) for index, number in writer.indices.items())
    writer.say(f"order {[number for _, number in made]}")
    return hashlib.sha256("".join(writer.parts).encode("utf-8", "surrogatepass")).hexdigest()


class _Writer:
    """Writes a claim, every node and object once."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.seen: dict[Any, int] = {}
        self.indices: dict[Index, int] = {}

    def say(self, text: str) -> None:
        self.parts.append(f"{len(text)}:{text}")

    def write(self, value: Any) -> None:
        if isinstance(value, PLAIN):
            self.say(f"{type(value).__name__} {value}")
        elif isinstance(value, tuple):
            self.several("tuple", value)
        elif isinstance(value, (Expr, *OBJECTS)):
            self.once(value)
        elif isinstance(value, frozenset) and all(isinstance(one, Definition) for one in value):
            self.several("set", tuple(sorted(value, key=_by_name)))
        elif is_dataclass(value) and not isinstance(value, type):
            self.fields(value)
        else:
            raise _Unknown(type(value).__name__)

    def once(self, value: Any) -> None:
        """A node or an object: its content at its first mention, its number from then on."""
        number = self.seen.get(value)
        if number is not None:
            self.say(f"# {number}")
            return
        self.seen[value] = len(self.seen)
        if isinstance(value, Expr):
            self.several(type(value).__name__, value.args)
            return
        if isinstance(value, Index):
            self.indices[value] = len(self.indices)
        self.fields(value, lambda name: name != "serial")

    def several(self, name: str, values: tuple[Any, ...]) -> None:
        self.say(f"{name} {len(values)}")
        for value in values:
            self.write(value)

    def fields(self, value: Any, told: Callable[[str], bool] = lambda name: True) -> None:
        names = [one.name for one in fields(value) if told(one.name)]
        self.several(type(value).__name__, tuple(getattr(value, name) for name in names))


def _by_name(definition: Definition) -> tuple[str, int, int]:
    return definition.name, len(definition.params), definition.arguments
