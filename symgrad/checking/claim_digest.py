"""What a claim says, as a digest: equal for claims that differ in nothing but which objects they are made of.

Everything that a ruling can depend on goes into it: the sides, definitions with their bodies, assumptions, the letters
and ranges of indices, names and domains of arrays, and which of two indices was made first. An edit elsewhere in a
document leaves the digest as it is.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, is_dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from symgrad.core.claims import Claim
from symgrad.core.nodes import AbstractFunction, Definition, Expr, Tensor
from symgrad.core.ranges import Index

OBJECTS = (Index, Tensor, AbstractFunction, Definition)
"""What is compared by identity: named by the number of its first mention."""
PLAIN = frozenset((str, int, bool, Fraction, type(None)))


class _Unknown(Exception):
    """A claim holds something that is not known here."""


@dataclass(frozen=True, slots=True)
class DefinitionDigest:
    """The digest of a definition by itself, and the objects that it mentions, in the order of their first mention."""

    digest: str
    objects: tuple[Any, ...]


Definitions = dict[Definition, DefinitionDigest | None]
"""The digests of definitions, each worked out once; None for one that is being worked out."""


def claim_digest(claim: Claim, definitions: Definitions | None = None) -> str | None:
    """The digest, in hexadecimal digits; None for a claim that is too deep, or holds what is not known here.

    ``definitions``: the digests of the definitions that claims before this one have used; new ones are added.
    """
    known: Definitions = {} if definitions is None else definitions
    writer = _Writer(known)
    try:
        writer.write(claim)
    except (RecursionError, _Unknown):
        for unfinished in [made for made, told in known.items() if told is None]:
            del known[unfinished]
        return None
    made = sorted((index.serial, number) for index, number in writer.indices.items())
    writer.say(f"order {[number for _, number in made]}")
    return writer.digest()


class _Writer:
    """Writes a claim, or a definition by itself: every node and object once."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions
        self.parts: list[str] = []
        self.seen: dict[Any, int] = {}
        self.objects: list[Any] = []
        self.indices: dict[Index, int] = {}

    def digest(self) -> str:
        return hashlib.sha256("".join(self.parts).encode("utf-8", "surrogatepass")).hexdigest()

    def say(self, text: str) -> None:
        self.parts.append(f"{len(text)}:{text}")

    def write(self, value: Any) -> None:
        kind = type(value)
        if kind in PLAIN:
            self.say(f"{kind.__name__} {value}")
        elif kind is tuple:
            self.several("tuple", value)
        elif isinstance(value, (Expr, *OBJECTS)):
            self.once(value)
        elif kind is frozenset and all(isinstance(one, Definition) for one in value):
            self.several("set", tuple(sorted(value, key=_by_name)))
        elif is_dataclass(kind):
            self.fields(value)
        else:
            raise _Unknown(kind.__name__)

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
        self.objects.append(value)
        if isinstance(value, Definition):
            told = self.told(value)
            self.say(told.digest)
            self.several("mentions", told.objects)
            return
        if isinstance(value, Index):
            self.indices[value] = len(self.indices)
        self.fields(value)

    def told(self, definition: Definition) -> DefinitionDigest:
        """A definition by itself, worked out once however many claims use it."""
        found = self.definitions.get(definition)
        if found is None:
            if definition in self.definitions:  # two definitions that use each other
                raise _Unknown("Definition")
            self.definitions[definition] = None
            own = _Writer(self.definitions)
            own.seen[definition] = 0
            own.fields(definition)
            found = self.definitions[definition] = DefinitionDigest(own.digest(), tuple(own.objects))
        return found

    def several(self, name: str, values: tuple[Any, ...]) -> None:
        self.say(f"{name} {len(values)}")
        for value in values:
            self.write(value)

    def fields(self, value: Any) -> None:
        kind: Any = type(value)
        self.several(kind.__name__, tuple([getattr(value, name) for name in _told_fields(kind)]))


@cache
def _told_fields(kind: Any) -> tuple[str, ...]:
    """The fields of a kind of object; the serial number of an index tells of an order alone."""
    return tuple(f.name for f in fields(kind) if not (kind is Index and f.name == "serial"))


def _by_name(definition: Definition) -> tuple[str, int, int]:
    return definition.name, len(definition.params), definition.arguments
