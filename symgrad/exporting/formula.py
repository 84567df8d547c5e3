"""What a line computes, in index notation: ``s_w = sum_j U_wj V_jc``."""

from __future__ import annotations

from symgrad.exporting.arrays import Node
from symgrad.exporting.graph import Graph


class Formulas:
    """Formulas of nodes by the names they were given."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.names: dict[Node, str] = {}

    def of(self, node: Node, name: str) -> str:
        self.names[node] = name
        return ""
