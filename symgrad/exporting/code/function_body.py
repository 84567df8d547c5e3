"""The state while the body of a function is written: its lines, the text of each array, and what needs it."""

from __future__ import annotations

from dataclasses import dataclass, field

from symgrad.exporting.code.formula import Formulas
from symgrad.exporting.code.python_text import PythonText
from symgrad.exporting.code.writer import ExpressionWriter
from symgrad.exporting.graph.array_graph import Graph, operands, ordered
from symgrad.exporting.graph.array_kinds import (
    AppliedMatrix,
    ArrayNode,
    Chained,
    Distinct,
    Einsum,
    FactoredMatrix,
    InputArray,
    InverseMatrix,
    Joined,
    LogDeterminant,
    LogSumExp,
    Map,
    OrderedLogSumExp,
    PlaceOf,
    PositionArray,
    RootedMatrix,
    Selected,
    SoftmaxArray,
    SolvedSystem,
    SquaredDistances,
    Take,
)
from symgrad.exporting.graph.array_properties import divides
from symgrad.exporting.program.structure import Form
from symgrad.text.python_names import PythonNames

_ENDINGS = {"exponential": "exp", "root": "root", "cholesky": "lower"}
VALUE = ""
"""The output that is the cost itself; other outputs are named after the argument of the gradient."""


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A statement, the outputs that need it, and its formula."""

    text: str
    needs: frozenset[str]
    formula: str = ""


class AxisSizes(dict[str, str]):
    """Names of sizes; remembers which were used."""

    def __init__(self, names: dict[str, str]) -> None:
        super().__init__(names)
        self.used: dict[str, None] = {}

    def __getitem__(self, symbol: str) -> str:
        self.used[symbol] = None
        return super().__getitem__(symbol)


@dataclass(slots=True)
class Body:
    """The lines of a cost, and of its gradients in their forms.

    text: the variable or the expression of each array so far; uses: how many others read it;
    needs: the outputs that it is computed for; readers: the arrays computed from it; keeps: whether a backward function
    reads arrays later, so that none is overwritten; sizes: the names of sizes; like: the argument whose dtype
    results have.
    """

    graph: Graph
    cost: ArrayNode
    forms: dict[str, Form]
    sizes: AxisSizes
    names: PythonNames
    like: str
    writer_type: type[ExpressionWriter]
    lines: list[CodeLine] = field(default_factory=list)
    result: str = ""
    gradients: dict[str, str] = field(default_factory=dict)
    helpers: set[str] = field(default_factory=set)
    text: dict[ArrayNode, PythonText] = field(default_factory=dict)
    uses: dict[ArrayNode, int] = field(default_factory=dict)
    needs: dict[ArrayNode, set[str]] = field(default_factory=dict)
    readers: dict[ArrayNode, list[ArrayNode]] = field(default_factory=dict)
    keeps: bool = False
    writer: ExpressionWriter = field(init=False)
    formulas: Formulas = field(init=False)

    def __post_init__(self) -> None:
        self.formulas = Formulas(self.graph, self.names.taken)
        self.writer = self.writer_type(self.named, self.sizes, self.helpers, self.like, self._known)

    def ordered(self) -> list[ArrayNode]:
        """All arrays in the order in which they are computed; counts who reads them."""
        roots: list[tuple[ArrayNode, str]] = [(self.cost, VALUE)]
        roots += [(node, name) for name, form in self.forms.items() for node in form.nodes()]
        order = ordered(r for r, _ in roots)
        for node, name in roots:
            self.needs.setdefault(node, set()).add(name)
            self.uses[node] = self.uses.get(node, 0) + 1
        for node in reversed(order):
            for o in operands(node):
                self.readers.setdefault(o.node, []).append(node)
                self.uses[o.node] = self.uses.get(o.node, 0) + (self.uses[node] if divides(node) else 1)
                self.needs.setdefault(o.node, set()).update(self.needs[node])
        return order

    def named(self, node: ArrayNode) -> PythonText:
        return self.text[node]

    def _known(self, name: str, node: Map) -> PythonText | None:
        """The variable that holds F(x) for the x of ``node``, if it is assigned whenever ``node`` is computed."""
        other = self.graph.table.get((Map, node.dims, (name, node.x)))
        text = self.text.get(other) if other is not None else None
        if other is None or text is None or not text.text.isidentifier() or not self.precedes(other, node):
            return None
        return text

    def always(self, node: ArrayNode) -> bool:
        """True if the line of a node is run whichever gradients are wanted."""
        return VALUE in self.needs[node] or len(self.needs[node]) > 1

    def precedes(self, first: ArrayNode, node: ArrayNode) -> bool:
        """True if the line of ``first``, which precedes that of ``node``, is run whenever that one is."""
        return self.always(first) or self.needs[first] == self.needs[node]

    # --- lines --------------------------------------------------------------------------------

    def line(self, text: str, needs: set[str], formula: str = "") -> None:
        self.lines.append(CodeLine(text, frozenset(needs), formula))

    def assign(self, node: ArrayNode, text: PythonText) -> None:
        name = self.names.fresh(self.hint(node))
        formula = self.formulas.of(node, name)
        self.line(f"{name} = {self.writer.assigned(node, text, self.needs)}", self.needs[node], formula)
        self.text[node] = PythonText(name)
        if isinstance(node, (Selected, Chained, Distinct)):
            symbol = str(node.dims[0])
            self.sizes[symbol] = str(self.writer.length(PythonText(name)))

    def variable(self, node: ArrayNode, hint: str, needs: set[str]) -> PythonText:
        """The variable of a node; assigns one if its text is an expression."""
        text = self.text[node]
        if text.text.isidentifier() and not isinstance(node, InputArray):
            return text
        name = self.names.fresh(hint)
        self.line(f"{name} = {text}", needs, self.formulas.of(node, name))
        self.text[node] = PythonText(name)
        return PythonText(name)

    def hint(self, node: ArrayNode) -> str:
        known = self.graph.names.get(node)
        if known:
            return known
        of = self.graph.adjoint_of.get(node)
        if of is not None:
            name = self.text.get(of)
            base = name.text if name is not None and name.text.isidentifier() else self.graph.names.get(of)
            if base:
                return f"d_{base}"
        if isinstance(node, Take) and isinstance(node.base, InputArray):
            at = "".join(str(self.text[s.node]) for s in node.slots if not isinstance(s, int))
            return f"{node.base.name}_{at}" if at.isidentifier() else f"{node.base.name}_at"
        kinds: dict[type[ArrayNode], str] = {
            SoftmaxArray: "p",
            LogSumExp: "log_z",
            OrderedLogSumExp: "log_z",
            SquaredDistances: "distance",
            Selected: "at",
            PositionArray: "run",
        }
        kinds |= {Joined: "rows", Chained: "rows", SolvedSystem: "solution", LogDeterminant: "log_det"}
        if isinstance(node, (FactoredMatrix, RootedMatrix, InverseMatrix, AppliedMatrix)):
            return self._of_matrix(node)
        if isinstance(node, Einsum):
            return "s" if node.rank else "x"
        if isinstance(node, Map):
            return {"sigma": "q", "softplus": "loss", "exp": "e"}.get(node.name, node.name)
        if isinstance(node, (Distinct, PlaceOf)) and isinstance(node.x, InputArray):
            return f"{node.x.name}_{'distinct' if isinstance(node, Distinct) else 'place'}"
        if isinstance(node, Selected):
            return self.graph.letters.get(node, ("at",))[0]
        return kinds.get(type(node), "t")

    def _of_matrix(self, node: FactoredMatrix | RootedMatrix | InverseMatrix | AppliedMatrix) -> str:
        """The name of what is computed from a matrix, after the matrix."""
        x = node.x
        if isinstance(x, (FactoredMatrix, RootedMatrix)):
            x = x.x
        words = {FactoredMatrix: "factors", RootedMatrix: "roots", InverseMatrix: "inv"}
        word = _ENDINGS[node.name] if isinstance(node, AppliedMatrix) else words[type(node)]
        matrix = self.text[x].text
        return f"{matrix if matrix.isidentifier() else 'm'}_{word}"
