"""What libraries call the elementary functions, and which numbers stay Python's."""

from __future__ import annotations

from symgrad.exporting.graph.array_graph import operands
from symgrad.exporting.graph.array_kinds import (
    ArrayNode,
    ConstantArray,
    Count,
    Einsum,
    Linear,
    LiteralArray,
    Map,
    PowerArray,
    PowerOf,
    SizeOf,
)

CALLS = {
    **{name: name for name in ("exp", "log", "expm1", "log1p", "sqrt", "abs", "sign")},
    **{name: name for name in ("sin", "cos", "tan", "arcsin", "arccos", "arctan")},
    **{name: name for name in ("sinh", "cosh", "tanh", "arcsinh", "arctanh")},
}
"""Functions of the library, which all libraries call alike."""
HELPERS = {
    "sigma": "_sigmoid",
    "softplus": "_softplus",
    "erf": "_erf",
    "erfc": "_erfc",
    "Phi": "_normal_cdf",
    "elu": "_elu",
}
"""Functions that the support has."""
CONSTANTS = {"\\pi": "pi", "e": "e", "\\infty": "inf"}


def is_plain(node: ArrayNode) -> bool:
    """Whether a node is a number of Python, computed from sizes and constants: it must not become one of NumPy,
    for that has a dtype."""
    if isinstance(node, (LiteralArray, SizeOf, Count, ConstantArray)):
        return True
    return isinstance(node, (Einsum, Linear, Map, PowerArray, PowerOf)) and all(
        is_plain(o.node) for o in operands(node)
    )
