"""The arguments of the function of a cost, and their names in Python."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from symgrad.core.nodes import Definition, Tensor
from symgrad.core.ranges import Affine, Index, IndexArray, Range, Subset
from symgrad.exporting.graph.array_graph import Graph
from symgrad.exporting.graph.array_kinds import InputArray, LiteralArray
from symgrad.exporting.graph.labelled_array import LabelledArray
from symgrad.text.python_names import PythonNames, spelled

Kind = Literal["real", "array", "index", "subset", "size"]


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument. ``written``: its name in the document; ``target``: the range that positions point into."""

    name: str
    kind: Kind
    written: str
    dims: tuple[Affine, ...] = ()
    target: Range | None = None
    domain: str = "real"


@dataclass(slots=True)
class Inputs:
    """The arguments found so far, by their Python names."""

    names: PythonNames = field(default_factory=PythonNames)
    given: dict[str, Argument] = field(default_factory=dict)
    symbols: dict[str, str] = field(default_factory=dict)
    _known: dict[object, str] = field(default_factory=dict)

    def _enter(self, key: object, written: str, kind: Kind, ranges: tuple[Range, ...], **more: object) -> str:
        name = self._known.get(key)
        if name is None:
            name = self._known[key] = self.names.fresh(spelled(written))
            dims = tuple(r.size for r in ranges)
            self.given[name] = Argument(name, kind, written, dims, **more)  # type: ignore[arg-type]  # target, domain
        return name

    def tensor(self, t: Tensor) -> str:
        return self._enter(t, t.name, "real", t.ranges, domain=t.domain)

    def index(self, i: Index) -> str:
        return self._enter(i, i.letter, "index", (), target=i.range)

    def array(self, a: IndexArray) -> str:
        return self._enter(a, a.name, "array", a.ranges, target=a.target)

    def subset(self, s: Subset) -> str:
        size = f"|{spelled(s.name)}|"
        return self._enter(s, s.name, "subset", (Range.of_size(size),), target=s.range)

    def selection(self, letter: str) -> str:
        """A new size: the number of positions that meet a condition."""
        name = f"|{letter}{len(self.symbols) + 1}|"
        self.symbols[name] = letter
        return name

    def called(self, g: Graph, d: Definition, value: LabelledArray) -> None:
        """Records the document's names for an array and its axes."""
        if not isinstance(value.node, (InputArray, LiteralArray)):
            g.names.setdefault(value.node, spelled(d.name))
            letters = tuple(x.letter if isinstance(x, Index) else "i" for x in value.labels)
            g.letters.setdefault(value.node, letters)

    def size(self, symbol: str) -> str:
        """A size that is not the length of any axis."""
        return self._enter(("size", symbol), symbol, "size", ())


GROUPS = {"real": 0, "index": 1, "array": 1, "subset": 1, "size": 2}


def ordered_arguments(inputs: Inputs, g: Graph, order: Sequence[str]) -> tuple[Argument, ...]:
    """Real arguments, then indices, each in the order of the document; then sizes that no shape gives."""
    place = {written: k for k, written in enumerate(order)}

    def key(a: Argument) -> tuple[int, int]:
        return GROUPS[a.kind], place.get(a.written, len(place))

    found = sorted((a for a in inputs.given.values() if a.kind != "size"), key=key)
    told = {s for a in found for d in a.dims for s in size_told_by(d)} | {"batch"}
    asked: dict[str, None] = {}
    for a in found:
        for d in (*a.dims, *((a.target.size,) if a.target else ())):
            asked.update(dict.fromkeys(d.sizes()))
    for node in list(g.table.values()):
        for arg in (*node.args, *node.dims):
            if isinstance(arg, Affine):
                asked.update(dict.fromkeys(arg.sizes()))
    for symbol in asked:
        if symbol not in told and Affine.of(symbol) not in g.selected and symbol not in inputs.given:
            name = inputs.size(symbol)
            found.append(inputs.given[name])
    return tuple(found)


def size_told_by(d: Affine) -> list[str]:
    """The size that an axis of this length gives: n for n or n + 1."""
    return [str(d.terms[0][0])] if len(d.terms) == 1 and d.terms[0][1] == 1 else []
