"""Axes: transposes, new axes for broadcasting, and subscripts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from symgrad.core.ranges import Affine
from symgrad.exporting.code.python_text import ATOM, SUM, PythonText, affine
from symgrad.exporting.graph.array_kinds import Labels, Operand, PositionArray, Slot

Names = Callable[[Operand], PythonText]


class Axes:
    """Transposes and subscripts; a subclass overrides what a target does differently."""

    permutes = "transpose"
    """The method that permutes axes."""
    selects = False
    """True if single positions are looked up first; NumPy broadcasts them with arrays of positions."""

    def transposed(self, t: PythonText, order: Sequence[int]) -> PythonText:
        """The axes of an array in another order."""
        if list(order) == list(range(len(order))):
            return t
        if list(order) == list(range(len(order)))[::-1] and (len(order) == 2 or self.permutes == "transpose"):
            return PythonText(f"{t.at(ATOM)}.T")
        return PythonText(f"{t.at(ATOM)}.{self.permutes}({', '.join(map(str, order))})")

    def aligned(self, t: PythonText, labels: Labels, target: Sequence[int]) -> PythonText:
        """An array that broadcasts against axes ``target``, with an axis of length 1 for each label that it lacks."""
        if not labels:
            return t
        order = sorted(range(len(labels)), key=lambda k: target.index(labels[k]))
        t = self.transposed(t, order)
        have = [labels[k] for k in order]
        keys = [":" if x in have else "None" for x in target]
        while keys and keys[0] == "None":
            keys.pop(0)
        if "None" not in keys:
            return t
        return PythonText(f"{t.at(ATOM)}[{', '.join(keys)}]")

    def subscript(self, slots: Sequence[Slot], name: Names, sizes: Mapping[str, str]) -> tuple[list[str], Labels]:
        """The subscripts between the brackets, and the labels of the axes of the result.

        Runs of positions are slices. Several arrays of positions broadcast against each other; their axes are where the
        first of them is, or in front if a whole axis is between them.
        """
        runs = {k: _run(s, slots) for k, s in enumerate(slots)}
        single = [k for k, s in enumerate(slots) if isinstance(s, Operand) and not s.labels] if self.selects else []
        arrays = [k for k, s in enumerate(slots) if isinstance(s, Operand) and runs[k] is None and k not in single]
        joint = joined(slots)
        # beside an array of positions, a single position counts as an array too
        basic = not joint
        keys: list[str] = []
        labels: list[int] = []
        placed = False
        between = [] if basic else [k for k in range(arrays[0], arrays[-1]) if k not in arrays and k not in single]
        if between:
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
            keys.append(str(self.aligned(name(s), s.labels, joint)) if not basic else str(name(s)))
            if not placed and not basic and not between and k not in single:
                labels += joint
                placed = True
        while keys and keys[-1] == ":" and len(keys) > 1:
            keys.pop()
        return keys, tuple(labels)


def joined(slots: Sequence[Slot]) -> Labels:
    """The labels of all arrays of positions, in order."""
    arrays = [s for s in slots if isinstance(s, Operand) and _run(s, slots) is None]
    return tuple(dict.fromkeys(x for s in arrays for x in s.labels))


def _run(slot: Slot, slots: Sequence[Slot]) -> PositionArray | None:
    """The run of positions in a slot, if it is the only one along its axis; else None."""
    if isinstance(slot, int) or not isinstance(slot.node, PositionArray):
        return None
    mine = slot.labels[0]
    others = [s for s in slots if s is not slot]
    if any(mine == s if isinstance(s, int) else mine in s.labels for s in others):
        return None
    return slot.node


def _slice(run: PositionArray, sizes: Mapping[str, str]) -> str:
    start = affine(run.start, sizes)
    stop = affine(run.start + run.dims[0], sizes)
    return f"{'' if run.start == Affine() else start.at(SUM)}:{stop.at(SUM)}"
