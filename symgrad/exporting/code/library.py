"""What libraries call differently."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ClassVar

from symgrad.exporting.code.aligning import Axes
from symgrad.exporting.code.function_names import FUNCTIONS
from symgrad.exporting.code.python_text import ATOM, PRODUCT, PythonText, call
from symgrad.exporting.graph.array_kinds import ArrayNode, Extremum, Map, Where
from symgrad.exporting.graph.array_properties import is_plain


class Library(Axes, ABC):
    """Calls whose spelling depends on the library. This is NumPy; the subclass of a target overrides what differs.

    name: the variable or expression of a node; helpers: the pieces of the support that are used; like: the argument
    whose dtype the results have; known: the variable of F(x), if there is one.
    """

    library = "np"
    """The name of the library in a module."""
    axis = "axis"
    """The keyword for the axes of a sum."""
    concatenate = "concatenate"
    crosses = True
    """True if einsum is the fastest product of two arrays that each lack some of three or more axes."""
    flattens = True
    """True if vdot takes arrays of any number of axes."""
    functions: ClassVar[Mapping[str, str]] = FUNCTIONS
    """What elementary functions are called."""

    def __init__(
        self,
        name: Callable[[ArrayNode], PythonText],
        sizes: Mapping[str, str],
        helpers: set[str],
        like: str,
        known: Callable[[str, Map], PythonText | None],
    ) -> None:
        self.name = name
        self.sizes = sizes
        self.helpers = helpers
        self.like = like
        self.known = known

    def lib(self, name: str, *arguments: object) -> PythonText:
        """A call of the library."""
        return call(f"{self.library}.{name}", *arguments)

    def helper(self, name: str, *arguments: object) -> PythonText:
        self.helpers.add(name)
        return call(name, *arguments)

    # --- arrays made and copied ------------------------------------------------------------------

    @property
    def dtype(self) -> str:
        return f"{self.like}.dtype"

    def length(self, t: PythonText) -> PythonText:
        """The number of entries."""
        return PythonText(f"{t.at(ATOM)}.size")

    def run(self, *ends: PythonText) -> PythonText:
        """A run of whole numbers."""
        return self.lib("arange", *ends)

    def filled(self, what: str, shape: str) -> PythonText:
        """``zeros`` or ``ones``."""
        return self.lib(what, shape, self.dtype)

    def taken(self, base: PythonText, positions: PythonText, axis: int) -> PythonText:
        return PythonText(f"{base.at(ATOM)}.take({positions}, {axis})")

    def positions_of(self, listed: str) -> PythonText:
        """A list of positions as an array."""
        return self.lib("array", listed)

    def chain(self, parts: Sequence[str], axis: int = 0) -> PythonText:
        """Concatenated arrays."""
        return self.lib(self.concatenate, f"({', '.join(parts)})", *([axis] if axis else []))

    def plain(self, node: Map, x: PythonText) -> PythonText:
        """A function of a Python number; the result is one too."""
        return call("float", self.mapped(node, self.lib("float64", x)))

    def converted(self, t: PythonText) -> PythonText:
        """A value converted to an array of the arguments' dtype."""
        return self.lib("asarray", t, self.dtype)

    def scalar(self, t: PythonText) -> PythonText:
        """A Python number converted to the value of a cost."""
        return PythonText(f"{self.dtype}.type({t})")

    def copied(self, t: PythonText) -> PythonText:
        """A copy that may be changed in place or returned."""
        return PythonText(f"{t.at(ATOM)}.copy()")

    def spread(self, t: PythonText, shape: str) -> PythonText:
        """A copy broadcast to a shape."""
        return self.copied(self.lib("broadcast_to", t, shape))

    def full(self, t: PythonText, shape: str) -> PythonText:
        """An array filled with one number."""
        return self.lib("full", shape, t, self.dtype)

    def assigned(self, node: ArrayNode, t: PythonText, needed: Iterable[ArrayNode]) -> PythonText:
        """The right-hand side assigned to the variable of a node; ``needed``: all nodes of the body."""
        return t

    def dot(self, x: PythonText, y: PythonText) -> PythonText:
        """Products over the last axis of x and the first of y."""
        return PythonText(f"{x.at(ATOM)}.dot({y})")

    def matmul(self, x: PythonText, y: PythonText) -> PythonText:
        return PythonText(f"{x.at(PRODUCT)} @ {y.at(PRODUCT + 1)}", PRODUCT)

    def chosen(self, node: Where, mask: PythonText, x: PythonText, y: PythonText) -> PythonText:
        """``x`` where the mask holds, else ``y``."""
        made = self.lib("where", mask, x, y)
        numbers = is_plain(node.x.node) and is_plain(node.y.node)
        return self.converted(made) if numbers else made  # Python numbers have no dtype

    def beyond(self, node: Extremum, x: PythonText, y: PythonText) -> PythonText:
        """The larger of x and y, or the smaller."""
        return self.lib("maximum" if node.largest else "minimum", x, y)

    @abstractmethod
    def mapped(self, node: Map, x: PythonText) -> PythonText:
        """An elementary function of every entry."""
