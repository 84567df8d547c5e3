"""Axes in NumPy: transposes, new axes for broadcasting, and subscripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from symgrad.exporting.arrays import Operand, Positions, Slot
from symgrad.exporting.text import ATOM, SUM, Text, affine
from symgrad.ir.ranges import Affine

Labels = tuple[int, ...]


def transposed(t: Text, order: Sequence[int]) -> Text:
    """The axes of an array in another order."""
    if list(order) == list(range(len(order))):
        return t
    if list(order) == list(range(len(order)))[::-1]:
        return Text(f"{t.at(ATOM)}.T")
    return Text(f"{t.at(ATOM)}.transpose({', '.join(map(str, order))})")


def aligned(t: Text, labels: Labels, target: Sequence[int]) -> Text:
    """An array whose axes broadcast against ``target``: an axis of length one for each label that it lacks."""
    if not labels:
        return t
    order = sorted(range(len(labels)), key=lambda k: target.index(labels[k]))
    t = transposed(t, order)
    have = [labels[k] for k in order]
    keys = [":" if x in have else "None" for x in target]
    while keys and keys[0] == "None":
        keys.pop(0)
    if "None" not in keys:
        return t
    return Text(f"{t.at(ATOM)}[{', '.join(keys)}]")


Names = Callable[[Operand], Text]


def subscript(slots: Sequence[Slot], name: Names, sizes: Mapping[str, str]) -> tuple[list[str], Labels]:
    """What stands between the brackets, and the labels of the axes that NumPy then gives.

    Runs of positions are slices. Several arrays of positions broadcast against each other; their axes
    stand where the first of them stood, or in front if a whole axis stands between them.
    """
    runs = {k: _run(s, slots) for k, s in enumerate(slots)}
    arrays = [k for k, s in enumerate(slots) if not isinstance(s, int) and runs[k] is None]
    joint = tuple(dict.fromkeys(x for k in arrays for x in slots[k].labels))  # type: ignore[union-attr]  # not whole
    # a single position is an array too, once another slot has one
    basic = not joint
    keys: list[str] = []
    labels: list[int] = []
    placed = False
    apart = not basic and arrays != list(range(arrays[0], arrays[0] + len(arrays)))
    if apart:
        labels += joint
    for k, s in enumerate(slots):
        if isinstance(s, int):
            keys.append(":")
            labels.append(s)
            continue
        run = runs[k]
        if run is not None:
            keys.append(_slice(run, sizes))
            labels.append(s.labels[0])
            continue
        keys.append(str(aligned(name(s), s.labels, joint)) if not basic else str(name(s)))
        if not placed and not basic and not apart:
            labels += joint
        placed = True
    while keys and keys[-1] == ":" and len(keys) > 1:
        keys.pop()
    return keys, tuple(labels)


def _run(slot: Slot, slots: Sequence[Slot]) -> Positions | None:
    """The positions, where they are consecutive and along an axis of their own."""
    if isinstance(slot, int) or not isinstance(slot.node, Positions):
        return None
    mine = slot.labels[0]
    others = [s for s in slots if s is not slot]
    if any(mine == s if isinstance(s, int) else mine in s.labels for s in others):
        return None
    return slot.node


def _slice(run: Positions, sizes: Mapping[str, str]) -> str:
    start = affine(run.start, sizes)
    stop = affine(run.start + run.dims[0], sizes)
    return f"{'' if run.start == Affine() else start.at(SUM)}:{stop.at(SUM)}"
