"""Arrays with positional axes: the program of array operations that an index expression becomes. One class a kind."""

from __future__ import annotations

from fractions import Fraction

from symgrad.exporting.arrays.node import Labels as Labels
from symgrad.exporting.arrays.node import Node as Node
from symgrad.exporting.arrays.node import Operand as Operand
from symgrad.exporting.arrays.node import Slot as Slot
from symgrad.ir.ranges import Affine


class Input(Node):
    """An argument of the function. ``whole``: its entries are positions, counted from 0."""

    __slots__ = ()
    fields = ("name", "whole")
    name: str
    whole: bool


class Number(Node):
    """A number without axes."""

    __slots__ = ()
    fields = ("value",)
    value: Fraction


class Constant(Node):
    """A named real constant, ``\\pi``."""

    __slots__ = ()
    fields = ("name",)
    name: str


class SizeOf(Node):
    """An affine in sizes, as a number."""

    __slots__ = ()
    fields = ("affine",)
    affine: Affine


class Count(Node):
    """The number of positions that a condition left."""

    __slots__ = ()
    fields = ("x",)
    x: Node


class Positions(Node):
    """``start + (0 .. n - 1)``, whole numbers along one axis."""

    __slots__ = ()
    fields = ("start",)
    start: Affine


class Offset(Node):
    """``const + sum_t coefficient_t x_t``, whole numbers."""

    __slots__ = ()
    fields = ("terms", "const")
    terms: tuple[tuple[int, Operand], ...]
    const: Affine


class Clipped(Node):
    """Positions under a condition that leaves out those beyond 0 .. size - 1, which count as the nearest."""

    __slots__ = ()
    fields = ("x", "size")
    x: Node
    size: Affine


class Selected(Node):
    """``x[mask]`` of a single axis: the positions that meet a condition."""

    __slots__ = ()
    fields = ("x", "mask")
    x: Node
    mask: Node


class Distinct(Node):
    """The positions that ``x`` holds, each once, in order."""

    __slots__ = ()
    fields = ("x",)
    x: Node


class PlaceOf(Node):
    """Where each of the positions ``x`` stands among the distinct ones."""

    __slots__ = ()
    fields = ("x", "among")
    x: Node
    among: Node


class Joined(Node):
    """Positions ``first`` (which lack the axis) in front of ``rest`` along an axis."""

    __slots__ = ()
    fields = ("first", "rest", "axis")
    first: Operand
    rest: Node
    axis: int


class Chained(Node):
    """All positions of some arrays, one after the other, along a single axis."""

    __slots__ = ()
    fields = ("parts",)
    parts: tuple[Node, ...]


class Take(Node):
    """``base`` at the slots; a gathered slot gives the axes of its positions."""

    __slots__ = ()
    fields = ("base", "slots")
    base: Node
    slots: tuple[Slot, ...]


class Scatter(Node):
    """Zeros, with ``values`` added at the slots: what ``Take`` is transposed."""

    __slots__ = ()
    fields = ("values", "slots")
    values: Operand
    slots: tuple[Slot, ...]


class Einsum(Node):
    """``coefficient sum_{labels >= rank} prod operands``."""

    __slots__ = ()
    fields = ("coefficient", "operands")
    coefficient: Fraction
    operands: tuple[Operand, ...]


class Linear(Node):
    """``sum_t coefficient_t x_t``; a term that lacks an axis is constant along it."""

    __slots__ = ()
    fields = ("terms",)
    terms: tuple[tuple[Fraction, Operand], ...]


class Scaled(Node):
    """``x``, its first ``count`` places along an axis times a number."""

    __slots__ = ()
    fields = ("x", "axis", "count", "factor")
    x: Node
    axis: int
    count: Affine
    factor: Fraction


class Ones(Node):
    """1 everywhere."""

    __slots__ = ()


class Map(Node):
    """An elementary function of every entry, by its row in the table."""

    __slots__ = ()
    fields = ("name", "x")
    name: str
    x: Node


class Power(Node):
    """``x ** q`` with a number ``q``."""

    __slots__ = ()
    fields = ("x", "exponent")
    x: Node
    exponent: Fraction


class PowerOf(Node):
    """``x ** y`` entry by entry."""

    __slots__ = ()
    fields = ("base", "exponent")
    base: Operand
    exponent: Operand


class Softmax(Node):
    """``exp(x) / sum exp(x)`` along some axes."""

    __slots__ = ()
    fields = ("x", "axes")
    x: Node
    axes: Labels


class LogSumExp(Node):
    """``log sum exp(x)`` along some axes, which go."""

    __slots__ = ()
    fields = ("x", "axes")
    x: Node
    axes: Labels


class Product(Node):
    """The product along an axis, which goes."""

    __slots__ = ()
    fields = ("x", "axis")
    x: Node
    axis: int


class Others(Node):
    """At each place of an axis the product of all other places."""

    __slots__ = ()
    fields = ("x", "axis")
    x: Node
    axis: int


class Compare(Node):
    """Where ``left op right``; op is one of == != < >= >."""

    __slots__ = ()
    fields = ("op", "left", "right")
    op: str
    left: Operand
    right: Operand


class Member(Node):
    """Where positions are among the members of a subset of ``size`` positions."""

    __slots__ = ()
    fields = ("x", "members", "size", "negated")
    x: Operand
    members: Node
    size: Affine
    negated: bool


class All(Node):
    """Where all conditions hold."""

    __slots__ = ()
    fields = ("masks",)
    masks: tuple[Operand, ...]


class Where(Node):
    """``x`` where the mask holds, else ``y``."""

    __slots__ = ()
    fields = ("mask", "x", "y")
    mask: Operand
    x: Operand
    y: Operand
