"""Contraction of a tensor network: scalars, vectors at one index each, matrices between two."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from symgrad.core import matrix_notation as a
from symgrad.core.matrix_notation import Array, Axes, transposed
from symgrad.core.nodes import Num
from symgrad.core.ranges import Index


class NoMatrixForm(Exception):
    """The reason why an expression has no matrix form."""


def reordered(array: Array, axes: Axes) -> Array:
    """The array with its axes in this order."""
    if array.axes == axes:
        return array
    if len(axes) == 2 and array.axes == axes[::-1]:
        return transposed(array)
    raise NoMatrixForm("the axes of its parts do not match")


@dataclass(slots=True)
class Network:
    """The factors of one product. ``axes``: the free indices; ``dummies``: the summed ones."""

    number: Fraction
    axes: Axes
    dummies: tuple[Index, ...]
    scalars: list[Array] = field(default_factory=list)
    vectors: dict[Index, list[tuple[Array, Fraction]]] = field(default_factory=dict)
    matrices: list[Array] = field(default_factory=list)

    def add(self, array: Array, e: Fraction) -> None:
        """Add one factor, raised to a power entry by entry."""
        if len(array.axes) == 1:
            self.vectors.setdefault(array.axes[0], []).append((array, e))
        elif not array.axes:
            self.scalars.append(_raised(array, e))
        else:
            self.matrices.append(_raised(array, e))

    def contracted(self) -> Array:
        """The whole network contracted to an array over the axes."""
        left = self._pairs(list(self.dummies))
        self._merge()
        while left:
            degrees = [sum(d in m.axes for m in self.matrices) for d in left]
            k = min(range(len(left)), key=lambda n: (degrees[n], n))
            self._sum(left.pop(k))
            self._merge()
        return self._closed()

    def _pairs(self, left: list[Index]) -> list[Index]:
        """``sum_ab A_ab B_ab = tr(A^T B)`` and ``sum_ab A_ab^2``, if no other factor has one of the two indices."""
        for m in list(self.matrices):
            i, j = m.axes
            mine = [n for n in self.matrices if i in n.axes or j in n.axes]
            if i not in left or j not in left or i in self.vectors or j in self.vectors:
                continue
            if any(set(n.axes) != {i, j} for n in mine) or len(mine) > 2:
                continue
            if len(mine) == 2:
                other = reordered(mine[1], m.axes)
                same = a.SquaredNorm((), m) if other == m else None
                found: Array = same or a.Trace((), a.MatrixProduct((j, j), transposed(m), other))
            elif isinstance(m, a.EntrywisePower) and m.exponent == a.Scalar((), Num(Fraction(2))):
                found = a.SquaredNorm((), m.body)
            else:
                continue
            self.scalars.append(found)
            self.matrices = [n for n in self.matrices if n not in mine]
            left = [d for d in left if d not in (i, j)]
        return left

    # --- sums ---------------------------------------------------------------------------------------

    def _sum(self, d: Index) -> None:
        edges = [m for m in self.matrices if d in m.axes]
        if len(edges) > 2:
            raise NoMatrixForm("a sum runs over an index that three or more matrices share")
        self.matrices = [m for m in self.matrices if d not in m.axes]
        at = self.vectors.pop(d, [])
        if not edges:
            self.scalars.append(_dot(at, d))
        elif len(edges) == 1:
            (m,) = edges
            other = next(i for i in m.axes if i is not d)
            matrix = reordered(m, (other, d))
            v = _column(at, d) or a.OnesVector((d,))
            self.vectors.setdefault(other, []).append((_times(matrix, v, (other,)), Fraction(1)))
        else:
            self._between(edges, at, d)

    def _between(self, edges: list[Array], at: list[tuple[Array, Fraction]], d: Index) -> None:
        m, n = edges
        i = next(x for x in m.axes if x is not d)
        j = next(x for x in n.axes if x is not d)
        left, right = reordered(m, (i, d)), reordered(n, (d, j))
        v = _column(at, d)
        if v is not None:
            left = _times(left, a.Diagonal((d, d), v), (i, d))
        self.matrices.append(_times(left, right, (i, j)))

    def _merge(self) -> None:
        """Multiply matrices between the same two indices entry by entry."""
        out: list[Array] = []
        for m in self.matrices:
            k = next((k for k, o in enumerate(out) if set(o.axes) == set(m.axes)), None)
            if k is None:
                out.append(m)
                continue
            same = reordered(m, out[k].axes)
            had = out[k]
            factors = had.factors if isinstance(had, a.Hadamard) else (had,)
            out[k] = a.Hadamard(had.axes, (*factors, same))
        self.matrices = out

    # --- the end ------------------------------------------------------------------------------------

    def _closed(self) -> Array:
        columns = {i: _column(self.vectors.pop(i, []), i) for i in self.axes}
        if len(self.axes) == 2:
            body = self._matrix(columns)
        elif self.axes:
            (i,) = self.axes
            body = columns[i] or a.OnesVector((i,))
        else:
            body = None
        return self._scaled(body)

    def _matrix(self, columns: dict[Index, Array | None]) -> Array:
        i, j = self.axes
        x, y = columns[i], columns[j]
        if not self.matrices:
            return a.OuterProduct((i, j), x or a.OnesVector((i,)), y or a.OnesVector((j,)))
        (m,) = self.matrices
        m = reordered(m, (i, j))
        if isinstance(m, a.Identity):
            v = x if y is None else y if x is None else a.Hadamard((i,), (x, y))
            return m if v is None else a.Diagonal((i, j), v)
        if x is not None:
            m = _times(a.Diagonal((i, i), x), m, (i, j))
        if y is not None:
            m = _times(m, a.Diagonal((j, j), y), (i, j))
        return m

    def _scaled(self, body: Array | None) -> Array:
        number, scalars = self.number, list[Array]()
        for s in self.scalars:
            if isinstance(s, a.ScaledMatrix) and s.body is None:
                number *= s.number
                scalars += s.scalars
            else:
                scalars.append(s)
        if isinstance(body, a.ScaledMatrix):
            number *= body.number
            scalars += body.scalars
            body = body.body
        if body is not None and number == 1 and not scalars:
            return body
        if body is None and number == 1 and len(scalars) == 1:
            return scalars[0]
        if body is None and not scalars:
            return a.Scalar((), Num(number))
        return a.ScaledMatrix(body.axes if body else (), number, tuple(scalars), body)


def _times(left: Array, right: Array, axes: Axes) -> Array:
    """A matrix product; the identity is dropped."""
    if isinstance(left, a.Identity):
        return right
    if isinstance(right, a.Identity):
        return left
    return a.MatrixProduct(axes, left, right)


def _dot(at: list[tuple[Array, Fraction]], d: Index) -> Array:
    """``sum_a x_a y_a``"""
    if len(at) == 1 and at[0][1] == 2:
        return a.SquaredNorm((), at[0][0])
    if len(at) == 1 and at[0][1] == 1 and isinstance(at[0][0], a.Diagonal):
        return a.Trace((), at[0][0].body)
    if all(e > 0 for _, e in at) and len(at) == 2 and at[0][1] == at[1][1] == 1:
        return a.Inner((), at[0][0], at[1][0])
    if len(at) > 2 and all(e == 1 for _, e in at):
        return a.Inner((), at[0][0], a.Hadamard((d,), tuple(x for x, _ in at[1:])))
    column = _column(at, d)
    if column is None:
        raise NoMatrixForm("a sum of ones")
    return a.Inner((), a.OnesVector((d,)), column)


def _column(at: list[tuple[Array, Fraction]], i: Index) -> Array | None:
    """The vectors at one index multiplied entry by entry."""
    above = [_raised(x, e) for x, e in at if e > 0]
    below = [_raised(x, -e) for x, e in at if e < 0]
    if not above and not below:
        return None
    top = above[0] if len(above) == 1 else a.Hadamard((i,), tuple(above)) if above else None
    if not below:
        return top
    bottom = below[0] if len(below) == 1 else a.Hadamard((i,), tuple(below))
    return a.EntrywiseQuotient((i,), top or a.Scalar((), Num(Fraction(1))), bottom)


def _raised(array: Array, e: Fraction) -> Array:
    """An array to a power, entry by entry."""
    if e == 1:
        return array
    if e == Fraction(1, 2):
        return a.Mapped(array.axes, "sqrt", array)
    if e < 0:
        return a.EntrywiseQuotient(array.axes, a.Scalar((), Num(Fraction(1))), _raised(array, -e))
    return a.EntrywisePower(array.axes, array, a.Scalar((), Num(e)))
