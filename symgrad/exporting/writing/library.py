"""What the libraries that modules compute with call differently."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ClassVar

from symgrad.exporting.arrays.kinds import Map, Node, Where
from symgrad.exporting.writing.aligning import Axes
from symgrad.exporting.writing.elementary import CALLS, HELPERS, is_plain
from symgrad.exporting.writing.pieces import ATOM, PRODUCT, Text, call
from symgrad.ir.ranges import Affine


class Library(Axes):
    """How a module spells what libraries call differently; this is NumPy, a target's subclass says where it differs.

    name: gives the variable, or the expression, of a node; helpers: what of the support is used; like: the
    argument whose dtype results have; known: the variable of F(x), if there is one; large: whether an axis
    is as long as a vocabulary.
    """

    library = "np"
    """What the library is called in a module."""
    axis = "axis"
    """What sums call the axes that go."""
    concatenate = "concatenate"
    crosses = True
    """Whether einsum is the faster product of two arrays neither of which has all axes, three or more."""
    calls: ClassVar[dict[str, str]] = CALLS
    """Elementary functions that the library has, by the names that it gives them."""
    helpers_of: ClassVar[dict[str, str]] = HELPERS
    """By which pieces of the support functions are computed that the library lacks."""

    def __init__(
        self,
        name: Callable[[Node], Text],
        sizes: Mapping[str, str],
        helpers: set[str],
        like: str,
        known: Callable[[str, Map], Text | None],
        large: Callable[[Affine], bool],
    ) -> None:
        self.name = name
        self.sizes = sizes
        self.helpers = helpers
        self.like = like
        self.known = known
        self.large = large

    def lib(self, name: str, *arguments: object) -> Text:
        """A call of the library."""
        return call(f"{self.library}.{name}", *arguments)

    def helper(self, name: str, *arguments: object) -> Text:
        self.helpers.add(name)
        return call(name, *arguments)

    # --- arrays made and copied ------------------------------------------------------------------

    @property
    def dtype(self) -> str:
        return f"{self.like}.dtype"

    def length(self, t: Text) -> Text:
        """The number of entries."""
        return Text(f"{t.at(ATOM)}.size")

    def run(self, *ends: Text) -> Text:
        """Whole numbers, one after the other."""
        return self.lib("arange", *ends)

    def filled(self, what: str, shape: str) -> Text:
        """``zeros`` or ``ones``."""
        return self.lib(what, shape, self.dtype)

    def taken(self, base: Text, positions: Text, axis: int) -> Text:
        return Text(f"{base.at(ATOM)}.take({positions}, {axis})")

    def positions_of(self, listed: str) -> Text:
        """A list of positions as an array."""
        return self.lib("array", listed)

    def chain(self, parts: Sequence[str], axis: int = 0) -> Text:
        """Arrays one after the other."""
        return self.lib(self.concatenate, f"({', '.join(parts)})", *([axis] if axis else []))

    def plain(self, node: Map, x: Text) -> Text:
        """A function of a number of Python, which stays one."""
        return call("float", self.mapped(node, self.lib("float64", x)))

    def converted(self, t: Text) -> Text:
        """Anything as an array of the arguments' dtype."""
        return self.lib("asarray", t, self.dtype)

    def scalar(self, t: Text) -> Text:
        """A number of Python as the value of a cost."""
        return Text(f"{self.dtype}.type({t})")

    def copied(self, t: Text) -> Text:
        """An array that may be changed in place, or given away."""
        return Text(f"{t.at(ATOM)}.copy()")

    def spread(self, t: Text, shape: str) -> Text:
        """A copy of that shape; what it lacks, it is constant along."""
        return self.copied(self.lib("broadcast_to", t, shape))

    def full(self, t: Text, shape: str) -> Text:
        """One number in all places."""
        return self.lib("full", shape, t, self.dtype)

    def assigned(self, node: Node, t: Text, needed: Iterable[Node]) -> Text:
        """What is assigned to the variable of a node, of all those that a body needs."""
        return t

    def dot(self, x: Text, y: Text) -> Text:
        """Products over the last axis of x and the first of y."""
        return Text(f"{x.at(ATOM)}.dot({y})")

    def matmul(self, x: Text, y: Text) -> Text:
        return Text(f"{x.at(PRODUCT)} @ {y.at(PRODUCT + 1)}", PRODUCT)

    def long_dot(self, matrix: Text, vector: Text, first: bool) -> Text:
        """The same of a matrix as long as a vocabulary and a vector; ``first``: the matrix stands first."""
        return self.helper("_matvec", matrix, vector) if first else self.helper("_vecmat", vector, matrix)

    def chosen(self, node: Where, mask: Text, x: Text, y: Text) -> Text:
        """``x`` where the mask holds, else ``y``."""
        made = self.lib("where", mask, x, y)
        numbers = is_plain(node.x.node) and is_plain(node.y.node)
        return self.converted(made) if numbers else made  # numbers of Python have no dtype

    def mapped(self, node: Map, x: Text) -> Text:
        """An elementary function of every entry."""
        raise NotImplementedError
