"""The body of one function: which arrays get a line of their own, in what order, and where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from symgrad.core.ranges import Affine
from symgrad.exporting.graph.array_graph import Graph, operands, ordered
from symgrad.exporting.graph.array_kinds import (
    ArrayNode,
    Chained,
    ConstantArray,
    Count,
    Distinct,
    Einsum,
    InputArray,
    Joined,
    Linear,
    LiteralArray,
    LogSumExp,
    Map,
    Member,
    Offset,
    Others,
    PlaceOf,
    PositionArray,
    PowerArray,
    ScaledArray,
    Scatter,
    Selected,
    SizeOf,
    SoftmaxArray,
    Take,
)
from symgrad.exporting.program.structure import Form
from symgrad.exporting.python_names import PythonNames
from symgrad.exporting.writing.checked_arguments import Checks
from symgrad.exporting.writing.formula import Formulas
from symgrad.exporting.writing.function_names import is_plain
from symgrad.exporting.writing.gradient_results import Results
from symgrad.exporting.writing.python_text import PythonText
from symgrad.exporting.writing.statements import Statements
from symgrad.exporting.writing.writer import ExpressionWriter

LONGEST = 72
"""Expressions longer than this get lines of their own."""
VALUE = ""
"""The output that is the cost itself; others are called by the argument of the gradient."""


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A statement, with the outputs that need it, and its formula."""

    text: str
    needs: frozenset[str]
    formula: str = ""


class AxisSizes(dict[str, str]):
    """Names of sizes, which remembers those asked for."""

    def __init__(self, names: dict[str, str]) -> None:
        super().__init__(names)
        self.used: dict[str, None] = {}

    def __getitem__(self, symbol: str) -> str:
        self.used[symbol] = None
        return super().__getitem__(symbol)


@dataclass(frozen=True, slots=True)
class Tools:
    """What a target writes with: NumPy's own, unless it is told otherwise."""

    writer: type[ExpressionWriter] = ExpressionWriter
    statements: type[Statements] = Statements
    results: type[Results] = Results
    checks: type[Checks] = Checks


@dataclass(slots=True)
class Body:
    """Statements for a cost, and for its gradients in their forms."""

    tools: Tools

    graph: Graph
    cost: ArrayNode
    forms: dict[str, Form]
    sizes: AxisSizes
    names: PythonNames
    like: str
    large: Callable[[Affine], bool]
    lines: list[CodeLine] = field(default_factory=list)
    result: str = ""
    gradients: dict[str, str] = field(default_factory=dict)
    helpers: set[str] = field(default_factory=set)
    text: dict[ArrayNode, PythonText] = field(default_factory=dict)
    uses: dict[ArrayNode, int] = field(default_factory=dict)
    needs: dict[ArrayNode, set[str]] = field(default_factory=dict)
    writer: ExpressionWriter = field(init=False)
    formulas: Formulas = field(init=False)

    def __post_init__(self) -> None:
        self.formulas = Formulas(self.graph, self.names.taken)
        self.writer = self.tools.writer(self.named, self.sizes, self.helpers, self.like, self._known, self.large)

    def write(self) -> None:
        """Fills ``lines``, the name of the value, and the expression of each gradient."""
        order = self._count()
        for node in order:
            self.compute(node)
        if is_plain(self.cost):
            self.text[self.cost] = self.writer.scalar(self.text[self.cost])
        self.result = str(self.variable(self.cost, "value", {VALUE}))
        for name, form in self.forms.items():
            self.gradients[name] = self.tools.results(self).gradient(name, form)

    def _count(self) -> list[ArrayNode]:
        roots: list[tuple[ArrayNode, str]] = [(self.cost, VALUE)]
        roots += [(node, name) for name, form in self.forms.items() for node in form.nodes()]
        order = ordered(r for r, _ in roots)
        for node, name in roots:
            self.needs.setdefault(node, set()).add(name)
            self.uses[node] = self.uses.get(node, 0) + 1
        for node in reversed(order):
            for o in operands(node):
                self.uses[o.node] = self.uses.get(o.node, 0) + (self.uses[node] if _divides(node) else 1)
                self.needs.setdefault(o.node, set()).update(self.needs[node])
        return order

    def named(self, node: ArrayNode) -> PythonText:
        return self.text[node]

    def _known(self, name: str, node: Map) -> PythonText | None:
        """The variable that holds F(x) of the x of another function, if one does wherever that one is computed."""
        other = self.graph.table.get((Map, node.dims, (name, node.x)))
        text = self.text.get(other) if other is not None else None
        if other is None or text is None or not text.text.isidentifier() or not self.precedes(other, node):
            return None
        return text

    def always(self, node: ArrayNode) -> bool:
        """Whether the line of a node is run whatever is asked for."""
        return VALUE in self.needs[node] or len(self.needs[node]) > 1

    def precedes(self, first: ArrayNode, node: ArrayNode) -> bool:
        """Whether the line of ``first``, which stands before that of ``node``, is run whenever that one is."""
        return self.always(first) or self.needs[first] == self.needs[node]

    # --- lines --------------------------------------------------------------------------------

    def line(self, text: str, needs: set[str], formula: str = "") -> None:
        self.lines.append(CodeLine(text, frozenset(needs), formula))

    def compute(self, node: ArrayNode) -> None:
        """The text of a node, and a line of its own where it needs one."""
        if node in self.text:
            return
        special = self.tools.statements(self)
        if isinstance(node, (Scatter, Linear)) and special.scatters(node):
            special.scatter(node)
            return
        if isinstance(node, ScaledArray):
            special.scale(node)
            return
        if isinstance(node, (SoftmaxArray, LogSumExp)) and special.softmax(node):
            return
        text = self.writer(node)
        self.text[node] = text
        if (
            isinstance(node, (InputArray, LiteralArray, ConstantArray, SizeOf, Count))
            or _divides(node)
            or _literal(node)
        ):
            return
        kept = (Joined, Chained, SoftmaxArray, LogSumExp, Selected, Distinct, PlaceOf, Member, Others)
        alone = isinstance(node, kept) or _contracts(node) or self._shares(node) or self._read_first(node)
        if alone or self.uses[node] > 1 or len(text.text) > LONGEST or self.graph.names.get(node):
            self.assign(node, text)

    def _read_first(self, node: ArrayNode) -> bool:
        """Entries of scores whose softmax takes their place."""
        return isinstance(node, Take) and any(isinstance(n, SoftmaxArray) and n.x is node.base for n in self.needs)

    def _shares(self, node: ArrayNode) -> bool:
        """A softplus whose argument a logistic function is taken of too, which can use it."""
        if not (isinstance(node, Map) and node.name == "softplus"):
            return False
        return self.graph.table.get((Map, node.dims, ("sigma", node.x))) in self.needs

    def assign(self, node: ArrayNode, text: PythonText) -> None:
        name = self.names.fresh(self.hint(node))
        formula = self.formulas.of(node, name)
        self.line(f"{name} = {self.writer.assigned(node, text, self.needs)}", self.needs[node], formula)
        self.text[node] = PythonText(name)
        if isinstance(node, (Selected, Chained, Distinct)):
            symbol = str(node.dims[0])
            self.sizes[symbol] = str(self.writer.length(PythonText(name)))

    def variable(self, node: ArrayNode, hint: str, needs: set[str]) -> PythonText:
        """A name for what may be a longer expression."""
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
            Selected: "at",
            PositionArray: "run",
        }
        kinds |= {Joined: "rows", Chained: "rows"}
        if isinstance(node, Einsum):
            return "s" if node.rank else "x"
        if isinstance(node, Map):
            return {"sigma": "q", "softplus": "loss", "exp": "e"}.get(node.name, node.name)
        if isinstance(node, (Distinct, PlaceOf)) and isinstance(node.x, InputArray):
            return f"{node.x.name}_{'distinct' if isinstance(node, Distinct) else 'place'}"
        if isinstance(node, Selected):
            return self.graph.letters.get(node, ("at",))[0]
        return kinds.get(type(node), "t")


def _literal(node: ArrayNode) -> bool:
    """A position that is a number."""
    return isinstance(node, Offset) and not node.terms


def _divides(node: ArrayNode) -> bool:
    """Whether a node is one over another: products write it as a quotient, so that it needs no line."""
    return isinstance(node, PowerArray) and node.exponent == -1


def _contracts(node: ArrayNode) -> bool:
    return isinstance(node, Einsum) and any(k >= node.rank for o in node.operands for k in o.labels)
