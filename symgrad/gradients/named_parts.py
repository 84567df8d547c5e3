"""What several gradients of a cost have in common gets a name, as in books: ``G = ...``, and then ``X^\\top G``.

Parts are compared as they are written, which says the same throughout a document as long as no letter of a sum stands
in them. A part is named where that shortens the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from symgrad.core import matrix_notation as a
from symgrad.core.matrix_notation import Array, transposed
from symgrad.core.nodes import ONE, Entry, Expr, Tensor, free_indices
from symgrad.writing.letters import Naming
from symgrad.writing.matrix_latex import matrix_latex

MATRICES = ("G", "\\Delta", "E", "F", "\\Gamma", "R", "Q", "H", "\\Theta", "\\Psi", "\\Lambda", "\\Omega")
VECTORS = ("g", "\\delta", "r", "q", "h", "\\rho", "\\zeta", "\\psi")
LEAST, GAIN = 16, 12
"""The length of the shortest part that is named, and by how much its name has to shorten the whole."""


@dataclass(slots=True)
class Written:
    """An array and the expression that it was formed from."""

    array: Array
    entry: Expr


@dataclass(slots=True)
class NamedParts:
    """Gradients with names for their common parts. ``definitions``: each name with what it stands for, in an order in
    which no name is used before it is defined."""

    naming: Naming
    taken: set[str]
    gradients: list[Written]
    definitions: dict[str, Written] = field(default_factory=dict)
    keys: dict[Array, tuple[str, Array]] = field(default_factory=dict)

    def find(self) -> None:
        """Names parts, each time the one that shortens the whole most."""
        while (best := self._best()) is not None:
            key, part = best
            name = next((x for x in _letters(part) if x not in self.taken), None)
            if name is None:
                break
            self.taken.add(name)
            for w in (*self.gradients, *self.definitions.values()):
                w.array = self._with(w, key, name)
            self.definitions[name] = part
        self.definitions = dict(sorted(self.definitions.items(), key=lambda item: self._depth(item[1])))
        self._in_order()

    def _in_order(self) -> None:
        """The first definition gets the first letter."""
        left = [n for n in (*MATRICES, *VECTORS) if n in self.definitions]
        new: dict[str, str] = {}
        for name, part in self.definitions.items():
            new[name] = next(n for n in left if n in _letters(part))
            left.remove(new[name])

        def go(x: Array) -> Array:
            if isinstance(x, a.Named) and isinstance(x.expr, Entry) and x.expr.tensor.name in new:
                tensor = Tensor(new[x.expr.tensor.name], x.expr.tensor.ranges)
                return replace(x, expr=Entry(tensor, x.expr.indices))
            return _rebuilt(x, go)

        for w in (*self.gradients, *self.definitions.values()):
            w.array = go(w.array)
        self.definitions = {new[name]: part for name, part in self.definitions.items()}

    def _best(self) -> tuple[str, Written] | None:
        count: Counter[str] = Counter()
        first: dict[str, Written] = {}
        for w in (*self.gradients, *self.definitions.values()):
            for key, x in self._parts(w):
                count[key] += 1
                first.setdefault(key, Written(x, w.entry))
        gains = [((n - 1) * (len(key) - 4) - 12, key) for key, n in count.items() if n > 1]
        gain, key = max(gains, default=(0, ""))
        return (key, first[key]) if gain >= GAIN else None

    def _parts(self, w: Written) -> Iterator[tuple[str, Array]]:
        """The parts of an array that may be named, each under the shorter of its text and that of its transpose."""
        for x in _below_sums(w.array):
            if len(x.axes) in (1, 2) and isinstance(x, _NAMEABLE) and _says_the_same(x):
                key, x = self._key(x)
                if len(key) >= LEAST:
                    yield key, x

    def _key(self, x: Array) -> tuple[str, Array]:
        """What a part is known by: the shorter of it and its transpose. No letter of an index stands in it."""
        known = self.keys.get(x)
        if known is None:
            both = [x, transposed(x)] if len(x.axes) == 2 else [x]
            written = [(matrix_latex(y, ONE, self.naming), y) for y in both]
            known = self.keys[x] = min(written, key=lambda t: (len(t[0]), t[0]))
        return known

    def _with(self, w: Written, key: str, name: str) -> Array:
        """The array with a name in place of each part that is written so."""

        def go(x: Array) -> Array:
            if len(x.axes) in (1, 2) and isinstance(x, _NAMEABLE) and _says_the_same(x):
                found, y = self._key(x)
                if found == key:
                    axes = y.axes
                    made = a.Named(axes, Entry(Tensor(name, tuple(i.range for i in axes if i.range)), axes))
                    return made if axes == x.axes else transposed(made)
            return _rebuilt(x, go)

        return go(w.array)

    def _depth(self, w: Written) -> int:
        used = [x.expr.tensor.name for x in a.parts(w.array) if isinstance(x, a.Named) and isinstance(x.expr, Entry)]
        return max((1 + self._depth(self.definitions[n]) for n in used if n in self.definitions), default=0)


def _letters(part: Written) -> tuple[str, ...]:
    return MATRICES if len(part.array.axes) == 2 else VECTORS


_NAMEABLE = (
    *(a.Hadamard, a.MatrixProduct, a.Total, a.Mapped, a.SoftmaxVector, a.EntrywiseQuotient, a.EntrywisePower),
    a.Inverse,
)


def _below_sums(array: Array) -> Iterator[Array]:
    """All parts outside of written sums."""
    yield array
    if not isinstance(array, a.Explicit):
        for x in _children(array):
            yield from _below_sums(x)


def _children(array: Array) -> Sequence[Array]:
    held = [getattr(array, f.name) for f in fields(array) if f.name != "axes"]
    return [x for h in held for x in (h if isinstance(h, tuple) else (h,)) if isinstance(x, Array)]


def _rebuilt(array: Array, go: Callable[[Array], Array]) -> Array:
    if isinstance(array, a.Explicit):
        return array
    new: dict[str, Any] = {}
    for f in fields(array):
        held = getattr(array, f.name)
        if isinstance(held, Array):
            new[f.name] = go(held)
        elif isinstance(held, tuple) and held and all(isinstance(x, Array) for x in held):
            new[f.name] = tuple(map(go, held))
    return replace(array, **new)


def _says_the_same(array: Array) -> bool:
    """True for a part without a written sum, whose entries have no other indices than its axes."""
    for x in a.parts(array):
        if isinstance(x, (a.Explicit, a.Basis)):
            return False
        if isinstance(x, (a.Named, a.Scalar)) and any(
            i not in x.axes and i.kind != "fixed" for i in free_indices(x.expr)
        ):
            return False
    return len(set(array.axes)) == len(array.axes) and not a.is_row(array) and all(i.range for i in array.axes)
