"""How far positions reach that are computed: what a function has to check, and what is surely inside of its array."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    Operand,
    PositionArray,
    Selected,
    SizeOf,
    Take,
)
from symgrad.exporting.graph.entries import TURNED
from symgrad.exporting.writing.python_text import SUM, affine


@dataclass(slots=True)
class Ends:
    """The first and the last of some positions: arguments, ``± t``, and bounds that hold all of them at once.

    lows: each a lower bound of the rest; highs: each an upper one.
    """

    arguments: list[tuple[int, str]] = field(default_factory=list)
    lows: list[Affine] = field(default_factory=lambda: [Affine()])
    highs: list[Affine] = field(default_factory=lambda: [Affine()])

    def add(self, c: int, lows: list[Affine], highs: list[Affine]) -> None:
        first, last = (lows, highs) if c > 0 else (highs, lows)
        self.lows = [x + y.scale(c) for x in self.lows for y in first]
        self.highs = [x + y.scale(c) for x in self.highs for y in last]

    def surely_inside(self, size: Affine) -> bool:
        """Whether no argument is among them and all lie from 0 to size - 1, whatever the sizes are."""
        return (
            not self.arguments
            and any(surely_at_least(low, 0, smallest_size=0) for low in self.lows)
            and any(surely_at_least(size - 1 - high, 0, smallest_size=0) for high in self.highs)
        )


def ends(node: ArrayNode) -> Ends | None:
    """Of positions by arithmetic; None for any others, which are checked as arguments."""
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
    """Bounds of a run of positions, and of those of them that conditions leave."""
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


def reached(node: Take, called: Mapping[str, str]) -> Iterator[str]:
    """The arguments of the checks that positions lie inside: a name, the first, the last, the size and its meaning."""
    for slot, size in zip(node.slots, node.base.dims, strict=True):
        found = ends(slot.node) if isinstance(slot, Operand) else None
        if found is None or found.surely_inside(size):
            continue
        name = found.arguments[0][1] if found.arguments else getattr(node.base, "name", "a defined array")
        low, high = (
            _written(found.arguments, bounds, called, pick)
            for bounds, pick in ((found.lows, "max"), (found.highs, "min"))
        )
        meaning = str(size).replace("|", "")
        yield f'"{name}", {low}, {high}, {affine(size, called)}, "{meaning}"'


def _written(arguments: list[tuple[int, str]], bounds: list[Affine], called: Mapping[str, str], pick: str) -> str:
    bounds = list(dict.fromkeys(bounds))
    if len(bounds) > 1:
        tightest = f"{pick}({', '.join(str(affine(b, called)) for b in bounds)})"
        return _plus(arguments, tightest)
    return _plus(arguments, "") if bounds[0] == Affine() and arguments else _shifted(arguments, bounds[0], called)


def _plus(arguments: list[tuple[int, str]], rest: str) -> str:
    text = "".join(f"{' - ' if c < 0 else ' + '}{name}" for c, name in arguments).removeprefix(" + ")
    text = text.replace(" - ", "-", 1) if text.startswith(" - ") else text
    return f"{text} + {rest}" if text and rest else text or rest


def _shifted(arguments: list[tuple[int, str]], const: Affine, called: Mapping[str, str]) -> str:
    text = affine(const, called)
    if not arguments:
        return str(text)
    start = _plus(arguments, "")
    if text.text.startswith("-") and text.level > SUM:
        return f"{start} - {text.text[1:]}"
    return f"{start} + {text.at(SUM + 1)}"
