"""The expression of each gradient, according to its form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from symgrad.exporting.code.function_body import Body
from symgrad.exporting.code.python_text import ATOM, SUM, PythonText, affine
from symgrad.exporting.code.writer import ExpressionWriter
from symgrad.exporting.graph.array_kinds import ArrayNode, InputArray, Take
from symgrad.exporting.graph.labelled_array import LabelledArray
from symgrad.exporting.program.structure import Dense, Form, Outer, Part, Slices


@dataclass(frozen=True, slots=True)
class Results:
    """Writes gradients as expressions over the lines of a body."""

    body: Body

    def gradient(self, name: str, form: Form) -> str:
        if isinstance(form, Slices):
            return self._slices(name, form)
        if isinstance(form, Outer):
            return self.outer([a for a, _ in form.pairs], [b for _, b in form.pairs])
        return self._dense(name, form)

    @property
    def writer(self) -> ExpressionWriter:
        return self.body.writer

    def outer(self, left: Sequence[LabelledArray], right: Sequence[LabelledArray]) -> str:
        """A sum of outer products of pairs of vectors."""
        return str(self.writer.helper("LowRank", self._stacked(left), self._stacked(right)))

    def slices(self, indices: str, values: str, name: str, axis: int) -> str:
        """A gradient that is zero except for slices."""
        return str(self.writer.helper("IndexedSlices", indices, values, f"{name}.shape", axis))

    def _dense(self, name: str, form: Dense) -> str:
        node, labels = form.value.node, form.value.labels
        text = self.body.text[node]
        rank = self._rank(name)
        if len(labels) < rank:
            got = self.writer.aligned(text, labels, range(rank))  # type: ignore[arg-type]  # labels are axes
            shape = f"{name}.shape"
            return str(self.writer.spread(got, shape) if labels else self.writer.full(got, shape))
        got = self.writer.aligned(text, labels, range(rank))  # type: ignore[arg-type]  # labels are axes
        if self._views(node) or got.text != text.text:
            return str(self.writer.copied(got)) if rank else self.number(got, True)
        return str(self.body.variable(node, f"d_{name}", {name})) if rank else self.number(text, False)

    def number(self, t: PythonText, shared: bool) -> str:
        """A gradient without axes; ``shared``: its text may be an argument."""
        return str(self.writer.lib("array", t, self.writer.dtype) if shared else self.writer.converted(t))

    def _rank(self, name: str) -> int:
        return next(n.rank for n in self._inputs() if n.name == name)

    def _inputs(self) -> Iterator[InputArray]:
        for node in self.body.graph.table.values():
            if isinstance(node, InputArray):
                yield node

    def _views(self, node: ArrayNode) -> bool:
        """True if the array may share memory with an argument."""
        return isinstance(node, InputArray) or (isinstance(node, Take) and self._views(node.base))

    def _stacked(self, vectors: Sequence[LabelledArray]) -> str:
        texts = [self._vector(v) for v in vectors]
        if len(texts) == 1:
            return f"{texts[0].at(ATOM)}[:, None]"
        return str(self.writer.lib("stack", f"({', '.join(map(str, texts))})", 1))

    def _vector(self, v: LabelledArray) -> PythonText:
        t = self.body.text[v.node]
        return self.writer.copied(t) if self._views(v.node) else t

    def _slices(self, name: str, form: Slices) -> str:
        """``IndexedSlices(indices, values, shape, axis)`` with all parts concatenated."""
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
            at_text = str(self.writer.positions_of(indices[0])) if indices[0].startswith("[") else indices[0]
            if self._views(form.parts[0].indices.node) and not indices[0].startswith("["):
                at_text = str(
                    self.writer.copied(PythonText(at_text))
                )  # an argument that is changed later changes no gradient
            value_text = values[0]
        else:
            at_text = str(self.writer.chain(indices))
            value_text = str(self.writer.chain(values, form.axis))
        return self.slices(at_text, value_text, name, form.axis)

    def _part(self, name: str, axis: int, part: Part, labels: tuple[object, ...]) -> str:
        """The values of one part with all axes, with those of its positions joined to one."""
        values, rank = part.values, len(part.indices.labels)
        t = self.body.text[values.node]
        dims = self._label_dims(name, axis, part, labels)
        if not values.labels:
            return self._constant(name, axis, t, dims)
        got = self.writer.aligned(t, values.labels, labels)  # type: ignore[arg-type]  # labels are axes
        full = len(values.labels) == len(labels)
        if not full:
            got = self.writer.spread(got, f"({', '.join(dims)}{',' if len(dims) == 1 else ''})")
        elif self._views(values.node):
            got = self.writer.copied(got)
        if len(got.text) > 72:
            rows = self.body.names.fresh("rows")
            self.body.line(f"{rows} = {got}", {name})
            got = PythonText(rows)
        if rank == 1:
            return str(got)
        if rank == 0:
            return f"{got.at(ATOM)}[{''.join(':, ' for _ in range(axis))}None]"
        keep = ["-1" if k == axis else f"{name}.shape[{k}]" for k in range(self._rank(name))]
        return f"{got.at(ATOM)}.reshape({', '.join(keep)})"

    def _constant(self, name: str, axis: int, t: PythonText, dims: list[str]) -> str:
        """An array filled with one number."""
        others = len(dims) - (self._rank(name) - 1)
        along = [PythonText(d, SUM if " " in d else ATOM).at(ATOM) for d in dims[axis : axis + others]]
        shape = [*dims[:axis], " * ".join(along) or "1", *dims[axis + others :]]
        return str(self.writer.full(t, f"({', '.join(shape)}{',' if len(shape) == 1 else ''})"))

    def _label_dims(self, name: str, axis: int, part: Part, labels: tuple[object, ...]) -> list[str]:
        """The lengths of the axes: of the positions, and of the argument."""
        known = dict(zip(part.indices.labels, part.indices.node.dims, strict=True))
        rest = iter(k for k in range(self._rank(name)) if k != axis)
        out = []
        for x in labels:
            out.append(str(affine(known[x], self.body.sizes)) if x in known else f"{name}.shape[{next(rest)}]")
        return out
