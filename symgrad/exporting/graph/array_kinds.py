"""Arrays with positional axes: the nodes of the graph that an index expression becomes, one class per kind.

Labels name the axes of operands inside one node: 0 .. rank - 1 are the axes of the node itself, in order; higher
labels are summed. So two nodes that differ only in the letters of their summed indices are one node, computed once.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from symgrad.core.ranges import Affine

Labels = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Operand:
    """An array used in a node: ``labels`` names its axes there."""

    node: ArrayNode
    labels: Labels


Slot = int | Operand
"""The subscript of one axis: a label, for the whole axis, or gathered positions counted from 0."""


class ArrayNode:
    """Base of all arrays. ``args`` distinguishes two nodes of one kind; ``dims`` is the shape.

    Only a ``Graph`` makes nodes, so that equal ones are the same object.
    """

    __slots__ = ("args", "dims", "serial")
    fields: ClassVar[tuple[str, ...]] = ()
    args: tuple[Any, ...]
    dims: tuple[Affine, ...]
    serial: int

    def __init_subclass__(cls) -> None:
        for position, name in enumerate(cls.fields):
            setattr(cls, name, _argument(position))

    @property
    def rank(self) -> int:
        return len(self.dims)


def _argument(position: int) -> property:
    return property(lambda node: node.args[position])


class InputArray(ArrayNode):
    """An argument of the function. ``whole``: its entries are positions, counted from 0."""

    __slots__ = ()
    fields = ("name", "whole")
    name: str
    whole: bool


class LiteralArray(ArrayNode):
    """A number without axes."""

    __slots__ = ()
    fields = ("value",)
    value: Fraction


class ConstantArray(ArrayNode):
    """A named real constant, ``\\pi``."""

    __slots__ = ()
    fields = ("name",)
    name: str


class SizeOf(ArrayNode):
    """An affine function of sizes, as a number."""

    __slots__ = ()
    fields = ("affine",)
    affine: Affine


class Count(ArrayNode):
    """The number of positions that meet a condition."""

    __slots__ = ()
    fields = ("x",)
    x: ArrayNode


class PositionArray(ArrayNode):
    """``start + (0 .. n - 1)``, whole numbers along one axis."""

    __slots__ = ()
    fields = ("start",)
    start: Affine


class Offset(ArrayNode):
    """``const + sum_t coefficient_t x_t``, whole numbers."""

    __slots__ = ()
    fields = ("terms", "const")
    terms: tuple[tuple[int, Operand], ...]
    const: Affine


class Clipped(ArrayNode):
    """Positions clipped to 0 .. size - 1, where a condition leaves out those beyond."""

    __slots__ = ()
    fields = ("x", "size")
    x: ArrayNode
    size: Affine


class Selected(ArrayNode):
    """``x[mask]`` of a single axis: the positions that meet a condition."""

    __slots__ = ()
    fields = ("x", "mask")
    x: ArrayNode
    mask: ArrayNode


class Distinct(ArrayNode):
    """The positions that ``x`` holds, each once, in order."""

    __slots__ = ()
    fields = ("x",)
    x: ArrayNode


class PlaceOf(ArrayNode):
    """The index of each of the positions ``x`` among the distinct ones."""

    __slots__ = ()
    fields = ("x", "among")
    x: ArrayNode
    among: ArrayNode


class Joined(ArrayNode):
    """Positions ``first`` (which lack the axis) in front of ``rest`` along an axis."""

    __slots__ = ()
    fields = ("first", "rest", "axis")
    first: Operand
    rest: ArrayNode
    axis: int


class Chained(ArrayNode):
    """All positions of some arrays, one after the other, along a single axis."""

    __slots__ = ()
    fields = ("parts",)
    parts: tuple[ArrayNode, ...]


class Take(ArrayNode):
    """``base`` at the slots; a gathered slot gives the axes of its positions."""

    __slots__ = ()
    fields = ("base", "slots")
    base: ArrayNode
    slots: tuple[Slot, ...]


class Scatter(ArrayNode):
    """Zeros, with ``values`` added at the slots: the transpose of ``Take``."""

    __slots__ = ()
    fields = ("values", "slots")
    values: Operand
    slots: tuple[Slot, ...]


class Einsum(ArrayNode):
    """``coefficient sum_{labels >= rank} prod operands``."""

    __slots__ = ()
    fields = ("coefficient", "operands")
    coefficient: Fraction
    operands: tuple[Operand, ...]


class Linear(ArrayNode):
    """``sum_t coefficient_t x_t``; a term that lacks an axis is constant along it."""

    __slots__ = ()
    fields = ("terms",)
    terms: tuple[tuple[Fraction, Operand], ...]


class ScaledArray(ArrayNode):
    """``x``, with its first ``count`` slices along an axis multiplied by a number."""

    __slots__ = ()
    fields = ("x", "axis", "count", "factor")
    x: ArrayNode
    axis: int
    count: Affine
    factor: Fraction


class OnesArray(ArrayNode):
    """1 everywhere."""

    __slots__ = ()


class Map(ArrayNode):
    """An elementary function of every entry, by its name in the table; ``whole`` and ``indicator`` convert to reals."""

    __slots__ = ()
    fields = ("name", "x")
    name: str
    x: ArrayNode


class PowerArray(ArrayNode):
    """``x ** q`` with a number ``q``."""

    __slots__ = ()
    fields = ("x", "exponent")
    x: ArrayNode
    exponent: Fraction


class PowerOf(ArrayNode):
    """``x ** y`` entry by entry."""

    __slots__ = ()
    fields = ("base", "exponent")
    base: Operand
    exponent: Operand


class SoftmaxArray(ArrayNode):
    """``exp(x) / sum exp(x)`` over some axes."""

    __slots__ = ()
    fields = ("x", "axes")
    x: ArrayNode
    axes: Labels


class LogSumExp(ArrayNode):
    """``log sum exp(x)`` over some axes, which are summed out."""

    __slots__ = ()
    fields = ("x", "axes")
    x: ArrayNode
    axes: Labels


class Centred(ArrayNode):
    """``x`` less its mean along an axis, which ``mean`` holds."""

    __slots__ = ()
    fields = ("x", "axis", "mean")
    x: ArrayNode
    axis: int
    mean: Operand


class SquaredDistances(ArrayNode):
    """``sum_2 w (x_02 - y_12)^2`` for all pairs: its axes are 0 and 1, and 2 is summed.

    weights: none, or ``w``, which is positive; shifted: ``x`` and ``y`` less one vector, with the labels that they
    have, whose products lose fewer digits; the distances stay the same.
    """

    __slots__ = ()
    fields = ("x", "y", "weights", "shifted")
    x: Operand
    y: Operand
    weights: tuple[Operand, ...]
    shifted: tuple[Operand, Operand]


class OrderedSum(ArrayNode):
    """``sum_{k: keys_k op bounds_i} x_k`` along an axis, whose length becomes that of the bounds.

    Without keys and bounds, positions themselves are compared, ``k op i``.
    """

    __slots__ = ()
    fields = ("x", "axis", "op", "keys", "bounds")
    x: ArrayNode
    axis: int
    op: str
    keys: ArrayNode | None
    bounds: ArrayNode | None


class OrderedLogSumExp(ArrayNode):
    """``log sum_{k: keys_k op bounds_i} exp(x_k)`` along an axis."""

    __slots__ = ()
    fields = ("x", "axis", "op", "keys", "bounds")
    x: ArrayNode
    axis: int
    op: str
    keys: ArrayNode | None
    bounds: ArrayNode | None


class OrderedShares(ArrayNode):
    """``sum_{i: keys_k op bounds_i} a_i exp(x_k - log_i)`` along an axis: what ``x`` receives under a logarithm."""

    __slots__ = ()
    fields = ("x", "log", "a", "axis", "op", "keys", "bounds")
    x: ArrayNode
    log: ArrayNode
    a: ArrayNode
    axis: int
    op: str
    keys: ArrayNode | None
    bounds: ArrayNode | None


class ProductOver(ArrayNode):
    """The product over an axis."""

    __slots__ = ()
    fields = ("x", "axis")
    x: ArrayNode
    axis: int


class Others(ArrayNode):
    """At each position of an axis the product of the entries at all others."""

    __slots__ = ()
    fields = ("x", "axis")
    x: ArrayNode
    axis: int


class Compare(ArrayNode):
    """True where ``left op right``; op is one of == != < <= >= >."""

    __slots__ = ()
    fields = ("op", "left", "right")
    op: str
    left: Operand
    right: Operand


class Member(ArrayNode):
    """True where positions are members of a subset of ``size`` positions."""

    __slots__ = ()
    fields = ("x", "members", "size", "negated")
    x: Operand
    members: ArrayNode
    size: Affine
    negated: bool


class All(ArrayNode):
    """True where all conditions hold."""

    __slots__ = ()
    fields = ("masks",)
    masks: tuple[Operand, ...]


class Where(ArrayNode):
    """``x`` where the mask holds, else ``y``."""

    __slots__ = ()
    fields = ("mask", "x", "y")
    mask: Operand
    x: Operand
    y: Operand


class OffDiagonal(ArrayNode):
    """A square matrix ``x``, with the number ``y`` in place of its diagonal."""

    __slots__ = ()
    fields = ("x", "y")
    x: ArrayNode
    y: ArrayNode


class Extremum(ArrayNode):
    """The larger of ``x`` and ``y`` at each entry, or the smaller; where both are equal, it is that of ``y``."""

    __slots__ = ()
    fields = ("largest", "x", "y")
    largest: bool
    x: Operand
    y: Operand


class FactoredMatrix(ArrayNode):
    """``x``, a family of square matrices along its last two axes, with what solving with them needs.

    ``symmetric``: each is known to equal its transpose.
    """

    __slots__ = ()
    fields = ("x", "symmetric")
    x: ArrayNode
    symmetric: bool


class InverseMatrix(ArrayNode):
    """The inverses of factored matrices."""

    __slots__ = ()
    fields = ("x",)
    x: FactoredMatrix


class SolvedSystem(ArrayNode):
    """``x^{-1} right``, or ``x^{-\\top} right``; ``right``: vectors or matrices, along its last axes."""

    __slots__ = ()
    fields = ("x", "right", "transposed")
    x: FactoredMatrix
    right: ArrayNode
    transposed: bool


class MatrixDeterminant(ArrayNode):
    """The determinants of factored matrices."""

    __slots__ = ()
    fields = ("x",)
    x: FactoredMatrix


class LogDeterminant(ArrayNode):
    """The logarithms of determinants; ``absolute``: of their absolute values."""

    __slots__ = ()
    fields = ("x", "absolute")
    x: FactoredMatrix
    absolute: bool


class RootedMatrix(ArrayNode):
    """``x``, a family of square matrices along its last two axes, with their principal square roots."""

    __slots__ = ()
    fields = ("x",)
    x: ArrayNode


class AppliedMatrix(ArrayNode):
    """A function of matrices that has their shape, by its name in the table.

    ``x``: for an exponential the matrices, for a root the rooted ones, for a Cholesky factor the factored ones.
    """

    __slots__ = ()
    fields = ("name", "x")
    name: str
    x: ArrayNode


class AppliedAdjoint(ArrayNode):
    """``sum_kl a_kl d f(M)_kl / d M_ij`` for the function ``of`` of matrices."""

    __slots__ = ()
    fields = ("of", "a")
    of: AppliedMatrix
    a: ArrayNode
