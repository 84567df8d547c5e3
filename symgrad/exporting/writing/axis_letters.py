"""Letters for axes. They follow from sizes, so that one letter means one range throughout a function."""

from __future__ import annotations

from collections.abc import Iterable
from string import ascii_lowercase

from symgrad.core.ranges import Affine
from symgrad.exporting.graph.array_kinds import Einsum

Letters = tuple[str, ...]


class AxisLetters:
    """The letters of one function; ``taken`` are names that no letter may be."""

    def __init__(self, taken: Iterable[str]) -> None:
        self.letters: dict[Affine, str] = {}
        self.taken = {x for x in taken if len(x) == 1}

    def fresh(self, dims: Iterable[Affine], held: Iterable[str]) -> Letters:
        """A letter for each axis: that of its size, or another one where that is held already."""
        used = set(held)
        out: list[str] = []
        for d in dims:
            first = self.letter(d)
            others = (x for x in ascii_lowercase if x not in self.taken and x not in self.letters.values())
            letter = next(x for x in (first, *others, *(f"{first}{k}" for k in range(2, 99))) if x not in used)
            used.add(letter)
            out.append(letter)
        return tuple(out)

    def letter(self, size: Affine) -> str:
        if size not in self.letters:
            wanted = [x for x in str(size).lower() if x.isalpha() and x.isascii()]
            free = [x for x in (*wanted, *"ijklmn", *ascii_lowercase) if x not in self.taken]
            self.letters[size] = next((x for x in free if x not in self.letters.values()), "i")
        return self.letters[size]

    def inner(self, node: Einsum, letters: Letters) -> dict[int, str]:
        """Letters of all labels of a node: its own axes, and what is summed."""
        out = dict(enumerate(letters))
        sizes: dict[int, Affine] = {}
        for o in node.operands:
            sizes.update(zip(o.labels, o.node.dims, strict=True))
        gone = [k for k in sizes if k not in out]
        out.update(zip(gone, self.fresh((sizes[k] for k in gone), letters), strict=True))
        return out
