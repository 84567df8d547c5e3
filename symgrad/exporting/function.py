"""The body of one function: which arrays get a line of their own, in what order, and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from symgrad.exporting.aligning import aligned, subscript
from symgrad.exporting.arrays import (
    Constant,
    Einsum,
    Input,
    Joined,
    Linear,
    LogSumExp,
    Map,
    Member,
    Node,
    Number,
    Operand,
    Others,
    Positions,
    Power,
    Scaled,
    Scatter,
    Selected,
    SizeOf,
    Softmax,
    Take,
)
from symgrad.exporting.formula import Formulas
from symgrad.exporting.graph import Graph, operands, ordered
from symgrad.exporting.results import Results
from symgrad.exporting.spelling import Names
from symgrad.exporting.structure import Form
from symgrad.exporting.text import ATOM, SUM, Text, affine, number, scaled, total
from symgrad.exporting.writer import Writer

LONGEST = 72
"""Expressions longer than this get lines of their own."""
VALUE = ""
"""The output that is the cost itself; others are called by the argument of the gradient."""


@dataclass(frozen=True, slots=True)
class Line:
    """A statement, with the outputs that need it, and its formula."""

    text: str
    needs: frozenset[str]
    formula: str = ""


class Sizes(dict[str, str]):
    """Names of sizes, which remembers those asked for."""

    def __init__(self, names: dict[str, str]) -> None:
        super().__init__(names)
        self.used: dict[str, None] = {}

    def __getitem__(self, symbol: str) -> str:
        self.used[symbol] = None
        return super().__getitem__(symbol)


@dataclass(slots=True)
class Body:
    """Statements for a cost, and for its gradients in their forms."""

    graph: Graph
    cost: Node
    forms: dict[str, Form]
    sizes: Sizes
    names: Names
    like: str
    lines: list[Line] = field(default_factory=list)
    result: str = ""
    gradients: dict[str, str] = field(default_factory=dict)
    helpers: set[str] = field(default_factory=set)
    text: dict[Node, Text] = field(default_factory=dict)
    _uses: dict[Node, int] = field(default_factory=dict)
    _needs: dict[Node, set[str]] = field(default_factory=dict)
    _writer: Writer | None = None
    _formulas: Formulas | None = None

    def write(self) -> None:
        """Fills ``lines``, the name of the value, and the expression of each gradient."""
        self._writer = Writer(self.named, self.sizes)
        self._writer.helpers = self.helpers
        self._writer.like = self.like
        self._writer.known = self._known
        self._formulas = Formulas(self.graph, self.names.taken)
        order = self._count()
        for node in order:
            self._node(node)
        self.result = str(self.variable(self.cost, "value", {VALUE}))
        for name, form in self.forms.items():
            self.gradients[name] = Results(self).gradient(name, form)

    def _count(self) -> list[Node]:
        roots: list[tuple[Node, str]] = [(self.cost, VALUE)]
        roots += [(node, name) for name, form in self.forms.items() for node in form.nodes()]
        order = ordered(r for r, _ in roots)
        for node, name in roots:
            self._needs.setdefault(node, set()).add(name)
            self._uses[node] = self._uses.get(node, 0) + 1
        for node in reversed(order):
            for o in operands(node):
                self._uses[o.node] = self._uses.get(o.node, 0) + (self._uses[node] if _divides(node) else 1)
                self._needs.setdefault(o.node, set()).update(self._needs[node])
        return order

    def named(self, node: Node) -> Text:
        return self.text[node]

    def _known(self, name: str, x: Node) -> Text | None:
        """The variable that holds F(x), if one does by now in every function that needs more than it."""
        node = self.graph.table.get((Map, x.dims, (name, x)))
        text = self.text.get(node) if node is not None else None
        return text if text is not None and text.text.isidentifier() else None

    # --- lines --------------------------------------------------------------------------------

    def line(self, text: str, needs: set[str], formula: str = "") -> None:
        self.lines.append(Line(text, frozenset(needs), formula))

    def _node(self, node: Node) -> None:
        assert self._writer is not None  # set before
        if isinstance(node, (Scatter, Linear)) and self._scattered(node):
            self._scatter(node)
            return
        if isinstance(node, Scaled):
            self._scale(node)
            return
        text = self._writer(node)
        self.text[node] = text
        if isinstance(node, (Input, Number, Constant, SizeOf)) or _divides(node):
            return
        soft = (
            isinstance(node, Map)
            and node.name == "softplus"
            and self.graph.table.get((Map, node.dims, ("sigma", node.x)))
        )
        alone = (
            bool(soft) or isinstance(node, (Joined, Softmax, LogSumExp, Selected, Member, Others)) or _contracts(node)
        )
        if alone or self._uses[node] > 1 or len(text.text) > LONGEST or self.graph.names.get(node):
            self._assign(node, text)

    def _assign(self, node: Node, text: Text) -> None:
        name = self.names.fresh(self._hint(node))
        formula = self._formulas.of(node, name) if self._formulas else ""
        self.line(f"{name} = {text}", self._needs[node], formula)
        self.text[node] = Text(name)
        if isinstance(node, Selected):
            symbol = str(node.dims[0])
            self.sizes[symbol] = f"{name}.size"

    def variable(self, node: Node, hint: str, needs: set[str]) -> Text:
        """A name for what may be a longer expression."""
        text = self.text[node]
        if text.text.isidentifier() and not isinstance(node, Input):
            return text
        name = self.names.fresh(hint)
        self.line(f"{name} = {text}", needs, self._formulas.of(node, name) if self._formulas else "")
        self.text[node] = Text(name)
        return Text(name)

    def _hint(self, node: Node) -> str:
        known = self.graph.names.get(node)
        if known:
            return known
        of = self.graph.adjoint_of.get(node)
        if of is not None:
            name = self.text.get(of)
            base = name.text if name is not None and name.text.isidentifier() else self.graph.names.get(of)
            if base:
                return f"d_{base}"
        if isinstance(node, Take) and isinstance(node.base, Input):
            at = "".join(str(self.text[s.node]) for s in node.slots if not isinstance(s, int))
            return f"{node.base.name}_{at}" if at.isidentifier() else f"{node.base.name}_at"
        kinds: dict[type[Node], str] = {Softmax: "p", LogSumExp: "log_z", Selected: "at", Positions: "run"}
        if isinstance(node, Einsum):
            return "s" if node.rank else "x"
        if isinstance(node, Map):
            return {"sigma": "q", "softplus": "loss", "exp": "e"}.get(node.name, node.name)
        if isinstance(node, Selected):
            return self.graph.letters.get(node, ("at",))[0]
        return kinds.get(type(node), "t")

    def _scale(self, node: Scaled) -> None:
        """In place, where nothing else needs the unscaled array."""
        fresh = self._uses[node.x] == 1 and isinstance(node.x, (Einsum, Linear, Map))
        text = self.text[node.x]
        name = text.text
        if not (fresh and name.isidentifier()):
            name = self.names.fresh(self._hint(node))
            source = str(text) if fresh else f"{text.at(ATOM)}.copy()"
            self.line(f"{name} = {source}", self._needs[node])
        formula = self._formulas.of(node, name) if self._formulas else ""
        key = ", ".join([":"] * node.axis + [f":{affine(node.count, self.sizes)}"])
        self.line(f"{name}[{key}] *= {number(node.factor)}", self._needs[node], formula)
        self.text[node] = Text(name)

    # --- scatters -----------------------------------------------------------------------------

    def _scattered(self, node: Node) -> bool:
        if isinstance(node, Scatter):
            return True
        return isinstance(node, Linear) and any(self._adds(o) for _, o in node.terms)

    def _adds(self, o: Operand) -> bool:
        """Whether a term of a sum is a scatter of its own, to be added where it belongs."""
        return isinstance(o.node, Scatter) and o.labels == tuple(range(o.node.rank)) and self._uses[o.node] == 1

    def _scatter(self, node: Node) -> None:
        """The dense terms first, then each scatter added in place."""
        if isinstance(node, Scatter):
            if any(self._only_added(node)):
                return
            terms = [(Fraction(1), Operand(node, tuple(range(node.rank))))]
            dense = []
        else:
            assert isinstance(node, Linear)  # nothing else scatters
            terms = [(c, o) for c, o in node.terms if self._adds(o)]
            dense = [(c, o) for c, o in node.terms if not self._adds(o)]
        name = self.names.fresh(self._hint(node))
        needs = self._needs[node]
        formula = self._formulas.of(node, name) if self._formulas else ""
        shape = ", ".join(str(affine(d, self.sizes)) for d in node.dims)
        zeros = f"np.zeros(({shape}{',' if node.rank == 1 else ''}), {self.like})"
        if not dense:
            self.line(f"{name} = {zeros}", needs, formula)
        else:
            text = total([(c, aligned(self.text[o.node], o.labels, range(node.rank))) for c, o in dense])
            c, _ = dense[0]
            if any(len(o.labels) == node.rank for _, o in dense):
                fresh = len(dense) > 1 or c != 1
                self.line(f"{name} = {text}" if fresh else f"{name} = {text.at(ATOM)}.copy()", needs, formula)
            else:
                self.line(f"{name} = {zeros} + {text.at(SUM)}", needs, formula)
        for c, o in terms:
            assert isinstance(o.node, Scatter)  # chosen so
            self._add(name, o.node, c, needs)
        self.text[node] = Text(name)

    def _only_added(self, node: Scatter) -> Iterator[bool]:
        """Whether every use of a scatter is a term of a sum that adds it in place."""
        for user in self._users(node):
            yield isinstance(user, Linear) and any(o.node is node and self._adds(o) for _, o in user.terms)

    def _users(self, node: Node) -> list[Node]:
        return [n for n in self._needs if any(o.node is node for o in operands(n))]

    def _add(self, name: str, node: Scatter, c: Fraction, needs: set[str]) -> None:
        key, labels = subscript(node.slots, lambda o: self.text[o.node], self.sizes)
        values = aligned(self.text[node.values.node], node.values.labels, labels)
        if _repeats(node):
            value = scaled(c, values)
            keys = key if "," not in key else f"({key.replace(':', 'slice(None)')})"
            self.line(f"np.add.at({name}, {keys}, {value})", needs)
        else:
            sign = "-" if c < 0 else "+"
            self.line(f"{name}[{key}] {sign}= {scaled(abs(c), values)}", needs)


def _repeats(node: Scatter) -> bool:
    """Whether two values may go to one place: an axis of the positions that no slot runs along."""
    gathered = [s for s in node.slots if isinstance(s, Operand)]
    runs = {s.labels[0] for s in gathered if isinstance(s.node, Positions)}
    return any(x not in runs for s in gathered for x in s.labels)


def _divides(node: Node) -> bool:
    """Whether a node is one over another: products write it as a quotient, so that it needs no line."""
    return isinstance(node, Power) and node.exponent == -1


def _contracts(node: Node) -> bool:
    return isinstance(node, Einsum) and any(k >= node.rank for o in node.operands for k in o.labels)
