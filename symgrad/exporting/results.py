"""The expression of each gradient, in the form that it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from symgrad.exporting.aligning import aligned
from symgrad.exporting.arrays import Input, Node, Take
from symgrad.exporting.build import Val
from symgrad.exporting.structure import Dense, Form, Outer, Part, Slices
from symgrad.exporting.text import ATOM, SUM, Text, affine

if TYPE_CHECKING:
    from symgrad.exporting.function import Body


@dataclass(frozen=True, slots=True)
class Results:
    """Gradients as expressions over the lines of a body."""

    body: Body

    def gradient(self, name: str, form: Form) -> str:
        if isinstance(form, Slices):
            return self._slices(name, form)
        if isinstance(form, Outer):
            self.body.helpers.add("LowRank")
            return f"LowRank({self._stacked([a for a, _ in form.pairs])}, {self._stacked([b for _, b in form.pairs])})"
        return self._dense(name, form)

    def _dense(self, name: str, form: Dense) -> str:
        node, labels = form.value.node, form.value.labels
        text = self.body.text[node]
        rank = self._rank(name)
        if len(labels) < rank:
            got = aligned(text, labels, range(rank))  # type: ignore[arg-type]  # labels are axes
            return (
                f"np.full({name}.shape, {got}, {self.body.like})"
                if not labels
                else (f"np.broadcast_to({got}, {name}.shape).copy()")
            )
        got = aligned(text, labels, range(rank))  # type: ignore[arg-type]  # labels are axes
        if self._views(node) or got.text != text.text:
            return f"{got.at(ATOM)}.copy()" if rank else f"np.array({got}, {self.body.like})"
        return str(self.body.variable(node, f"d_{name}", {name})) if rank else f"np.asarray({text}, {self.body.like})"

    def _rank(self, name: str) -> int:
        return next(n.rank for n in self._inputs() if n.name == name)

    def _inputs(self) -> Iterator[Input]:
        for node in self.body.graph.table.values():
            if isinstance(node, Input):
                yield node

    def _views(self, node: Node) -> bool:
        """Whether the array may share its memory with an argument."""
        return isinstance(node, Input) or (isinstance(node, Take) and self._views(node.base))

    def _stacked(self, vectors: Sequence[Val]) -> str:
        texts = [self._vector(v) for v in vectors]
        if len(texts) == 1:
            return f"{texts[0].at(ATOM)}[:, None]"
        return f"np.stack(({', '.join(map(str, texts))}), 1)"

    def _vector(self, v: Val) -> Text:
        t = self.body.text[v.node]
        return Text(f"{t.at(ATOM)}.copy()") if self._views(v.node) else t

    def _slices(self, name: str, form: Slices) -> str:
        """``IndexedSlices(indices, values, shape, axis)``, the parts one after the other."""
        self.body.helpers.add("IndexedSlices")
        indices: list[str] = []
        values: list[str] = []
        for p in form.parts:
            at = self.body.text[p.indices.node]
            rank = len(p.indices.labels)
            indices.append(f"[{at}]" if not rank else str(at) if rank == 1 else f"{at.at(ATOM)}.ravel()")
            front, back = p.others[: form.axis], p.others[form.axis :]
            labels = (*front, *p.indices.labels, *back)
            values.append(self._part(name, form.axis, p, labels))
        if len(indices) == 1:
            at_text = f"np.array({indices[0]})" if indices[0].startswith("[") else indices[0]
            value_text = values[0]
        else:
            at_text = f"np.concatenate(({', '.join(indices)}))"
            more = f", {form.axis}" if form.axis else ""
            value_text = f"np.concatenate(({', '.join(values)}){more})"
        return f"IndexedSlices({at_text}, {value_text}, {name}.shape, {form.axis})"

    def _part(self, name: str, axis: int, part: Part, labels: tuple[object, ...]) -> str:
        """The values of one part with all their axes, the positions along one of them."""
        values, rank = part.values, len(part.indices.labels)
        t = self.body.text[values.node]
        dims = self._label_dims(name, axis, part, labels)
        if not values.labels:
            return self._constant(name, axis, t, dims)
        got = aligned(t, values.labels, labels)  # type: ignore[arg-type]  # labels are axes
        full = len(values.labels) == len(labels)
        if not full:
            got = self._spread(got, dims)
        elif self._views(values.node):
            got = Text(f"{got.at(ATOM)}.copy()")
        if len(got.text) > 72:
            rows = self.body.names.fresh("rows")
            self.body.line(f"{rows} = {got}", {name})
            got = Text(rows)
        if rank == 1:
            return str(got)
        if rank == 0:
            return f"{got.at(ATOM)}[{''.join(':, ' for _ in range(axis))}None]"
        keep = ["-1" if k == axis else f"{name}.shape[{k}]" for k in range(self._rank(name))]
        return f"{got.at(ATOM)}.reshape({', '.join(keep)})"

    def _constant(self, name: str, axis: int, t: Text, dims: list[str]) -> str:
        """One number in all places."""
        others = len(dims) - (self._rank(name) - 1)
        along = [Text(d, SUM if " " in d else ATOM).at(ATOM) for d in dims[axis : axis + others]]
        shape = [*dims[:axis], " * ".join(along) or "1", *dims[axis + others :]]
        return f"np.full(({', '.join(shape)}{',' if len(shape) == 1 else ''}), {t}, {self.body.like})"

    def _spread(self, got: Text, dims: list[str]) -> Text:
        shape = ", ".join(dims)
        return Text(f"np.broadcast_to({got}, ({shape}{',' if len(dims) == 1 else ''})).copy()")

    def _label_dims(self, name: str, axis: int, part: Part, labels: tuple[object, ...]) -> list[str]:
        """The lengths of the axes: of the positions, and of the argument."""
        known = dict(zip(part.indices.labels, part.indices.node.dims, strict=True))
        rest = iter(k for k in range(self._rank(name)) if k != axis)
        out = []
        for x in labels:
            out.append(str(affine(known[x], self.body.sizes)) if x in known else f"{name}.shape[{next(rest)}]")
        return out
