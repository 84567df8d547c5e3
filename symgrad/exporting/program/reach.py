"""Bounds of computed positions: which are certain to lie inside their array, and which a function has to check."""

from __future__ import annotations

from dataclasses import dataclass, field

from symgrad.core.affine_order import surely_at_least
from symgrad.core.ranges import Affine
from symgrad.exporting.graph.array_kinds import (
    All,
    ArrayNode,
    Compare,
    InputArray,
    LiteralArray,
    Offset,
    PositionArray,
    Selected,
    SizeOf,
)
from symgrad.exporting.graph.entries import TURNED


@dataclass(slots=True)
class Ends:
    """Bounds of some positions: arguments ``± t`` plus a rest.

    lows: lower bounds of the rest; highs: upper bounds.
    """

    arguments: list[tuple[int, str]] = field(default_factory=list)
    lows: list[Affine] = field(default_factory=lambda: [Affine()])
    highs: list[Affine] = field(default_factory=lambda: [Affine()])

    def add(self, c: int, lows: list[Affine], highs: list[Affine]) -> None:
        first, last = (lows, highs) if c > 0 else (highs, lows)
        self.lows = [x + y.scale(c) for x in self.lows for y in first]
        self.highs = [x + y.scale(c) for x in self.highs for y in last]

    def surely_inside(self, size: Affine) -> bool:
        """True if no argument is involved and all positions are from 0 to size - 1, whatever the sizes are."""
        return (
            not self.arguments
            and any(surely_at_least(low, 0, smallest_size=0) for low in self.lows)
            and any(surely_at_least(size - 1 - high, 0, smallest_size=0) for high in self.highs)
        )


def ends(node: ArrayNode) -> Ends | None:
    """Bounds of positions made by arithmetic; None for others, which are checked as arguments."""
    terms: list[tuple[int, ArrayNode]] = [(1, node)]
    out = Ends()
    if isinstance(node, Offset):
        terms = [(c, o.node) for c, o in node.terms]
        out = Ends([], [node.const], [node.const])
    elif not isinstance(node, (PositionArray, Selected)):
        return None
    for c, x in terms:
        bounds = _bounds(x)
        if bounds is not None:
            out.add(c, *bounds)
        elif isinstance(x, InputArray) and abs(c) == 1:
            out.arguments.append((c, x.name))
        else:
            return None
    return out


def _bounds(node: ArrayNode) -> tuple[list[Affine], list[Affine]] | None:
    """Bounds of a run of positions, or of those in a run that meet conditions."""
    if isinstance(node, PositionArray):
        return [node.start], [node.start + node.dims[0] - 1]
    if not isinstance(node, Selected) or not isinstance(node.x, PositionArray):
        return None
    lows, highs = [node.x.start], [node.x.start + node.x.dims[0] - 1]
    masks = [o.node for o in node.mask.masks] if isinstance(node.mask, All) else [node.mask]
    for mask in masks:
        if not isinstance(mask, Compare):
            continue
        for this, other, op in ((mask.left, mask.right, mask.op), (mask.right, mask.left, TURNED[mask.op])):
            const = _constant(other.node)
            if this.node is not node.x or const is None:
                continue
            if op in (">", ">=", "=="):
                lows.append(const + (1 if op == ">" else 0))
            if op in ("<", "<=", "=="):
                highs.append(const - (1 if op == "<" else 0))
    return lows, highs


def _constant(node: ArrayNode) -> Affine | None:
    if isinstance(node, Offset) and not node.terms:
        return node.const
    if isinstance(node, SizeOf):
        return node.affine
    if isinstance(node, LiteralArray) and node.value.denominator == 1:
        return Affine((), int(node.value))
    return None
