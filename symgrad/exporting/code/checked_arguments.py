"""The arguments of a generated function: checks of them, and their descriptions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from symgrad.core.ranges import Affine
from symgrad.exporting.code.line_wrapping import wrapped
from symgrad.exporting.code.python_text import SUM, affine
from symgrad.exporting.graph.array_graph import Graph
from symgrad.exporting.graph.array_kinds import Operand, Take
from symgrad.exporting.program.inputs import Argument, Inputs, size_told_by
from symgrad.exporting.program.reach import ends
from symgrad.text.diagnostic import SymgradError
from symgrad.text.python_names import PythonNames, spelled


def leading(arguments: Sequence[Argument]) -> str:
    """The argument whose dtype the results have."""
    reals = [a for a in arguments if a.kind == "real"]
    if not reals:
        raise SymgradError("a cost is computed from no real numbers")
    return next((a for a in reals if a.dims), reals[0]).name


def described(a: Argument, batch: bool) -> str:
    """The line of the docstring for an argument."""
    dims = ", ".join(
        _meaning(d) for d in ((*_BATCH, *a.dims) if batch and a.kind in ("index", "array", "subset") else a.dims)
    )
    shape = f"({dims}{',' if dims and ',' not in dims else ''})"
    if a.kind == "size":
        return f"{a.name}: whole number"
    if a.kind == "real":
        return f"{a.name}: real, shape {shape}" if a.dims else f"{a.name}: real number"
    assert a.target is not None  # positions point somewhere
    what = "set of positions" if a.kind == "subset" else "positions" if dims else "position"
    return f"{a.name}: {what} from 0 to {_meaning(a.target.size)} - 1" + (f", shape {shape}" if dims else "")


_BATCH = (Affine.of("batch"),)


def _meaning(d: Affine) -> str:
    return str(d).replace("|", "")


@dataclass(slots=True)
class Checks:
    """Writes the function that checks the arguments of a cost."""

    graph: Graph
    inputs: Inputs
    arguments: tuple[Argument, ...]
    batch: bool
    helpers: set[str] = field(default_factory=set)

    index_check: ClassVar[str] = "_index"
    """The piece of the support that checks a single position."""
    size_hint: ClassVar[str] = ""
    """What the message about a wrong size adds."""

    def _dims(self, a: Argument) -> tuple[Affine, ...]:
        return (*_BATCH, *a.dims) if self.batch and a.kind in ("index", "array", "subset") else a.dims

    def sources(self) -> dict[str, str]:
        """Where each size is found: ``U.shape[0]``."""
        out: dict[str, str] = {}
        for a in self.arguments:
            for k, d in enumerate(self._dims(a)):
                for s in size_told_by(d):
                    shift = f" - {d.const}" if d.const > 0 else f" + {-d.const}" if d.const else ""
                    out.setdefault(s, f"{a.name}.shape[{k}]{shift}")
        return out

    def called(self) -> dict[str, str]:
        """Python names of the sizes."""
        names = PythonNames()
        names.taken |= {a.name for a in self.arguments}
        out = {a.written: a.name for a in self.arguments if a.kind == "size"}
        for s in self.sources():
            if s not in out:
                out[s] = "batch" if s == "batch" else names.fresh(f"n_{s[1:-1]}" if s.startswith("|") else spelled(s))
        return out

    def helper(self, name: str) -> str:
        self.helpers.add(name)
        return name

    def text(self, name: str) -> str:
        names = ", ".join(a.name for a in self.arguments)
        head = f"def {name}({', '.join(f'{a.name}: Any' for a in self.arguments)}) -> tuple[Any, ...]:"
        lines = wrapped(head, 0)
        lines.append('    """The arguments as arrays, or ValueError; sizes are read off shapes."""')
        body = _needed([*self._reals(), *self._shapes(), *self._indices(), *self._reach()])
        lines += [f"    {x}" for line in body for x in wrapped(line, 4)]
        lines.append(f"    return {names}" if len(self.arguments) > 1 else f"    return ({names},)")
        return "\n".join(lines)

    def _reals(self) -> list[str]:
        reals = [a for a in self.arguments if a.kind == "real"]
        plain = [a for a in reals if a.domain not in ("bit", "sign")]
        out = [f'{a.name} = {self.helper("_real")}("{a.name}", {a.name}, {len(a.dims)})' for a in plain]
        out += [
            f'{a.name} = {self.helper("_numbers")}("{a.name}", {a.name}, {len(a.dims)})'
            for a in reals
            if a not in plain
        ]
        if not plain:
            raise SymgradError("a cost is computed from no real numbers")
        scalars = [a for a in reals if not a.dims or a not in plain]
        if scalars:
            given = ", ".join(f"{a.name}={a.name}" for a in plain)
            out.append(self.common(given))
        else:
            first = plain[0].name
            out += [f'{self.helper("_same_dtype")}("{a.name}", {a.name}, "{first}", {first})' for a in plain[1:]]
        for a in scalars:
            out.append(self.cast(a))
        return out

    def common(self, given: str) -> str:
        """The line that finds the dtype common to all real arguments."""
        return f"dtype = {self.helper('_dtype')}({given})"

    def cast(self, a: Argument) -> str:
        """The line that converts a number, or an array of whole numbers, to the common dtype."""
        return f"{a.name} = dtype.type({a.name})" if not a.dims else f"{a.name} = {a.name}.astype(dtype)"

    def indices(self, *given: object) -> str:
        """The call that checks an array of positions: its name in quotes, itself, its rank, and its range."""
        return f"{self.helper('_indices')}({', '.join(map(str, given))})"

    def of_values(self, check: str, arguments: str) -> str:
        """A check of values, and not of shapes and types alone."""
        return f"{self.helper(check)}({arguments})"

    def _shapes(self) -> list[str]:
        """Lines that read each size off the first shape that has it, and check all other shapes."""
        called = self.called()
        out: list[str] = []
        known: set[str] = set()
        for a in self.arguments:
            if a.kind == "size":
                out.append(f'{a.name} = {self.helper("_size")}("{a.name}", {a.name}{self.size_hint})')
                known.add(a.written)
        for a in self.arguments:
            dims = self._dims(a)
            if a.kind == "size" or not dims:
                continue
            if a.kind != "real":
                out.append(self._indices_line(a, dims))
            fresh: list[str] = []
            new: set[str] = set()
            for d in dims:
                s = next((x for x in size_told_by(d) if x not in known and x not in new), None)
                fresh.append(called[s] if s is not None else "_")
                if s is not None:
                    new.add(s)
            known |= new
            plain = all(d.const == 0 or f == "_" for d, f in zip(dims, fresh, strict=True))
            if new and plain:
                names = ", ".join(fresh)
                out.append(f"{names if len(fresh) > 1 else f'({names},)'} = {a.name}.shape")
            elif new:
                out += [
                    f"{f} = {self.sources()[s]}"
                    for d, f in zip(dims, fresh, strict=True)
                    for s in size_told_by(d)
                    if f != "_"
                ]
            if not (plain and len(new) == len(dims)):
                want = ", ".join(str(affine(d, called)) for d in dims)
                comma = "," if len(dims) == 1 else ""
                meaning = f"({', '.join(_meaning(d) for d in dims)}{comma})"
                out.append(f'{self.helper("_shaped")}("{a.name}", {a.name}, ({want}{comma}), "{meaning}")')
        return out

    def _indices_line(self, a: Argument, dims: tuple[Affine, ...]) -> str:
        assert a.target is not None  # positions point somewhere
        size = affine(a.target.size, self.called())
        meaning = _meaning(a.target.size)
        return f"{a.name} = " + self.indices(f'"{a.name}"', a.name, len(dims), size, f'"{meaning}"')

    def _indices(self) -> list[str]:
        called = self.called()
        out = []
        for a in self.arguments:
            if a.kind == "index" and not self.batch:
                assert a.target is not None  # positions point somewhere
                size, meaning = affine(a.target.size, called), _meaning(a.target.size)
                out.append(f'{a.name} = {self.helper(self.index_check)}("{a.name}", {a.name}, {size}, "{meaning}")')
            if a.kind == "subset":
                out.append(self.of_values("_distinct", f'"{a.name}", {a.name}'))
        return out

    def _reach(self) -> list[str]:
        """Lines that check that positions made by arithmetic lie inside their array."""
        out: dict[str, None] = {}
        for node in self.graph.table.values():
            if isinstance(node, Take):
                for reach in reached(node, self.called()):
                    out[self.of_values("_inside", reach)] = None
        return list(out)


def _needed(lines: list[str]) -> list[str]:
    """The lines without sizes that no other line uses."""
    out = []
    for k, line in enumerate(lines):
        names, found, shape = line.partition(" = ")
        if not found or not shape.endswith(".shape"):
            out.append(line)
            continue
        rest = " ".join(x for j, x in enumerate(lines) if j != k)
        kept = [x if re.search(rf"\b{x}\b", rest) else "_" for x in names.strip("(),").split(", ")]
        if any(x != "_" for x in kept):
            out.append(f"{', '.join(kept)} = {shape}" if len(kept) > 1 else f"({kept[0]},) = {shape}")
    return out


# --- how far positions reach ------------------------------------------------------------------------


def reached(node: Take, called: Mapping[str, str]) -> Iterator[str]:
    """Arguments of checks that positions lie inside their array: name, first, last, size and its meaning."""
    for slot, size in zip(node.slots, node.base.dims, strict=True):
        found = ends(slot.node) if isinstance(slot, Operand) else None
        if found is None or found.surely_inside(size):
            continue
        name = found.arguments[0][1] if found.arguments else getattr(node.base, "name", "a defined array")
        low, high = (
            _bound_text(found.arguments, bounds, called, pick)
            for bounds, pick in ((found.lows, "max"), (found.highs, "min"))
        )
        yield f'"{name}", {low}, {high}, {affine(size, called)}, "{_meaning(size)}"'


def _bound_text(arguments: list[tuple[int, str]], bounds: list[Affine], called: Mapping[str, str], pick: str) -> str:
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
