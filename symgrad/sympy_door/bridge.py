"""What the two directions share: which SymPy name means which array, index or size, and which functions match.

SymPy tells indices and arrays apart by name; a ``Bridge`` remembers which name means what,
so that converting there and back gives the same node. Parts without a counterpart raise ``BridgeError``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from symgrad.core.nodes import AbstractFunction, Definition, Tensor
from symgrad.core.ranges import Index, IndexArray, Range
from symgrad.text.diagnostic import SymgradError


class BridgeError(SymgradError, ValueError):
    """Raised for a part of an expression that has no counterpart on the other side."""

    def __init__(self, message: str, code: str = "SG501") -> None:
        super().__init__(f"{code} {message}")
        self.code = code


SYMPY_FUNCTIONS = {
    "exp": "exp",
    "log": "log",
    "tanh": "tanh",
    "sinh": "sinh",
    "cosh": "cosh",
    "sin": "sin",
    "cos": "cos",
    "tan": "tan",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arcsinh": "asinh",
    "arctanh": "atanh",
    "erf": "erf",
    "erfc": "erfc",
    "Gamma": "gamma",
    "lgamma": "loggamma",
    "abs": "Abs",
    "sign": "sign",
}
"""Functions that SymPy has; all others become undefined functions of the same name."""

OURS = {theirs: ours for ours, theirs in SYMPY_FUNCTIONS.items()}


@dataclass(slots=True)
class Bridge:
    """The meaning of SymPy names. Both directions read and extend it.

    base: the first position of an axis that is given by its length alone, as in ``IndexedBase("x", shape=(n,))``.
    """

    base: int = 1
    tensors: dict[str, Tensor] = field(default_factory=dict)
    definitions: dict[str, Definition] = field(default_factory=dict)
    functions: dict[str, AbstractFunction] = field(default_factory=dict)
    arrays: dict[str, IndexArray] = field(default_factory=dict)
    indices: dict[str, Index] = field(default_factory=dict)
    ranges: dict[str, Range] = field(default_factory=dict)
    """Ranges of free index symbols, for expressions without a sum over them."""
    sizes: set[str] = field(default_factory=set)

    def name_of(self, index: Index) -> str:
        """A name for an index that no other index has."""
        name = index.letter
        while self.indices.setdefault(name, index) is not index:
            name += "_"
        return name
