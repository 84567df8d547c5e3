"""Arrays whose axes are called by labels of the caller (index letters, numbers): what constructors take and return."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from symgrad.core.ranges import Affine
from symgrad.exporting.graph.array_kinds import ArrayNode, Operand

Label = Hashable


@dataclass(frozen=True, slots=True)
class LabelledArray:
    """An array with its axes called by labels, each once."""

    node: ArrayNode
    labels: tuple[Label, ...] = ()

    def dims(self) -> dict[Label, Affine]:
        return dict(zip(self.labels, self.node.dims, strict=True))

    def operand(self, o: Operand) -> LabelledArray:
        """An operand of the node, none of whose axes is summed there, with the labels of this array."""
        return LabelledArray(o.node, tuple(self.labels[k] for k in o.labels))


Place = Label | LabelledArray
"""One slot of an array: a label, for the whole axis, or an array of positions. A label is never ``LabelledArray``."""


class SummedAxis:
    """A label that equals no other."""

    __slots__ = ()


def merge(values: Iterable[LabelledArray]) -> dict[Label, Affine]:
    """All labels, with their sizes, in the order of the array with the most axes, which need not be transposed then."""
    out: dict[Label, Affine] = {}
    for v in sorted(values, key=lambda v: -len(v.labels)):
        for label, size in v.dims().items():
            out.setdefault(label, size)
    return out


def numbered(labels: Iterable[Label], given: Mapping[Label, int]) -> tuple[int, ...]:
    return tuple(given[x] for x in labels)


def from_operand(operand: Operand) -> LabelledArray:
    """An operand with the labels that it has in its node."""
    return LabelledArray(operand.node, operand.labels)
