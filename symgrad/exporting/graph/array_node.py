"""What all arrays of a program have: a shape, arguments by which equal ones are told, and how they stand in others.

Labels name the axes of operands inside one node: 0 .. rank - 1 are the node's own axes, in order,
higher ones are summed. So nodes that differ in the letters of their dummies are one node, computed once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from symgrad.core.ranges import Affine

Labels = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Operand:
    """An array as it stands in a node: ``labels`` names its axes there."""

    node: ArrayNode
    labels: Labels


Slot = int | Operand
"""What stands in a slot of an array: a label, for the whole axis, or gathered positions counted from 0."""


class ArrayNode:
    """Base of all arrays. ``args`` tells two nodes of a kind apart; ``dims`` is the shape.

    Nodes are made by a ``Graph`` alone, so that equal ones are the same object.
    """

    __slots__ = ("args", "dims", "serial")
    fields: ClassVar[tuple[str, ...]] = ()
    args: tuple[Any, ...]
    dims: tuple[Affine, ...]
    serial: int

    def __init_subclass__(cls) -> None:
        for position, name in enumerate(cls.fields):
            setattr(cls, name, _argument(position))

    @property
    def rank(self) -> int:
        return len(self.dims)


def _argument(position: int) -> property:
    return property(lambda node: node.args[position])
