"""The statements of a body: which arrays get a line of their own, and those that need more than an expression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from symgrad.core.ranges import Affine
from symgrad.exporting.code.function_body import Body
from symgrad.exporting.code.python_text import SUM, PythonText, affine, number, scaled, total
from symgrad.exporting.code.writer import ExpressionWriter
from symgrad.exporting.graph.array_graph import as_operand, operands, ordered
from symgrad.exporting.graph.array_kinds import (
    AppliedAdjoint,
    AppliedMatrix,
    ArrayNode,
    Chained,
    ConstantArray,
    Count,
    Distinct,
    Einsum,
    Extremum,
    FactoredMatrix,
    InputArray,
    InverseMatrix,
    Joined,
    Labels,
    Linear,
    LiteralArray,
    LogDeterminant,
    LogSumExp,
    Map,
    MatrixDeterminant,
    Member,
    OffDiagonal,
    Offset,
    Operand,
    OrderedLogSumExp,
    OrderedShares,
    OrderedSum,
    Others,
    PlaceOf,
    PositionArray,
    PowerArray,
    RootedMatrix,
    ScaledArray,
    Scatter,
    Selected,
    SizeOf,
    SoftmaxArray,
    SolvedSystem,
    SquaredDistances,
    Take,
    Where,
)
from symgrad.exporting.graph.array_properties import divides

KEPT = (
    *(Joined, Chained, SoftmaxArray, LogSumExp, Selected, Distinct, PlaceOf, Member, Others),
    *(SquaredDistances, OrderedSum, OrderedLogSumExp, OrderedShares),
    *(FactoredMatrix, InverseMatrix, SolvedSystem, MatrixDeterminant, LogDeterminant),
    *(RootedMatrix, AppliedMatrix, AppliedAdjoint),
)
"""Kinds that get a line of their own."""
BOTH = {"sigma": "_sigmoids", "softplus": "_softpluses"}
"""The helper that computes F(x) and F(-x) from one exponential."""
LONGEST = 72
"""Expressions longer than this get lines of their own."""


@dataclass(frozen=True, slots=True)
class Statements:
    """Writes arrays into a body; some are computed in place, in parts, or two at once."""

    body: Body

    def compute(self, node: ArrayNode) -> None:
        """The text of a node, and a line of its own where it needs one."""
        if node in self.body.text:
            return
        if isinstance(node, (Scatter, Linear)) and self.scatters(node):
            self.scatter(node)
            return
        if isinstance(node, ScaledArray):
            self.scale(node)
            return
        if isinstance(node, OffDiagonal):
            self.off_diagonal(node)
            return
        if isinstance(node, (SoftmaxArray, LogSumExp)) and self.softmax(node):
            return
        if isinstance(node, Map) and node.name in BOTH and self.both_ways(node):
            return
        if isinstance(node, (Linear, Einsum)) and self.in_place(node):
            return
        text = self.writer(node)
        self.body.text[node] = text
        if (
            isinstance(node, (InputArray, LiteralArray, ConstantArray, SizeOf, Count))
            or divides(node)
            or _literal(node)
        ):
            return
        if self._covered(node):
            return
        alone = isinstance(node, KEPT) or _contracts(node) or self._shares(node) or self._read_first(node)
        if alone or self.body.uses[node] > 1 or len(text.text) > LONGEST or self.body.graph.names.get(node):
            self.body.assign(node, text)

    def _covered(self, node: ArrayNode) -> bool:
        """True for -x that is read only by functions which are computed together with those of x."""
        users = self._users(node)
        return (
            self.overwrites
            and isinstance(node, Einsum)
            and node.coefficient == -1
            and node.operands == (as_operand(node.operands[0].node),)
            and all(isinstance(u, Map) and u.name in BOTH and self._opposite(u) in self.body.needs for u in users)
        )

    def _read_first(self, node: ArrayNode) -> bool:
        """True for entries of scores that a softmax may overwrite."""
        return isinstance(node, Take) and any(isinstance(n, SoftmaxArray) and n.x is node.base for n in self.body.needs)

    def _shares(self, node: ArrayNode) -> bool:
        """True for a softplus(x) that sigma(x) can use."""
        if not (isinstance(node, Map) and node.name == "softplus"):
            return False
        return self.body.graph.table.get((Map, node.dims, ("sigma", node.x))) in self.body.needs

    def scale(self, node: ScaledArray) -> None:
        """Scales in place if nothing else needs the unscaled array."""
        fresh = self.body.uses[node.x] == 1 and isinstance(node.x, (Einsum, Linear, Map))
        text = self.body.text[node.x]
        name = text.text
        if not (fresh and name.isidentifier()):
            name = self.body.names.fresh(self.body.hint(node))
            source = str(text) if fresh else str(self.writer.copied(text))
            self.body.line(f"{name} = {source}", self.body.needs[node])
        formula = self.body.formulas.of(node, name)
        if node.rank == 1 and node.count == Affine.of(1) and node.factor == -1:
            line = self.negated(name)
        else:
            key = ", ".join([":"] * node.axis + [f":{affine(node.count, self.body.sizes)}"])
            line = self.multiplied(name, key, number(node.factor))
        self.body.line(line, self.body.needs[node], formula)
        self.body.text[node] = PythonText(name)

    def off_diagonal(self, node: OffDiagonal) -> None:
        """Overwrites the diagonal, of a copy where something else reads the matrix."""
        text, needs = self.body.text[node.x], self.body.needs[node]
        name = self.body.names.fresh(self.body.hint(node))
        inline = _fresh(node.x) and not text.text.isidentifier()
        reused = self.overwrites and not self.body.keeps and self._free(node.x, node)
        source = text if inline or reused else self.writer.copied(text)
        self.body.line(f"{name} = {source}", needs, self.body.formulas.of(node, name))
        self.body.line(self.filled_diagonal(name, self.body.text[node.y]), needs)
        self.body.text[node] = PythonText(name)

    def scatters(self, node: ArrayNode) -> bool:
        if isinstance(node, Scatter):
            return True
        return isinstance(node, Linear) and any(self._adds(o, node.rank) for _, o in node.terms)

    def _adds(self, o: Operand, rank: int) -> bool:
        """True for a term of a sum that is a scatter used nowhere else: it is added in place."""
        return isinstance(o.node, Scatter) and o.labels == tuple(range(rank)) and self.body.uses[o.node] == 1

    def scatter(self, node: ArrayNode) -> None:
        """Writes the dense terms, then adds each scatter in place."""
        if isinstance(node, Scatter):
            if any(self._only_added(node)):
                return
            terms = [(Fraction(1), Operand(node, tuple(range(node.rank))))]
            dense = []
        else:
            assert isinstance(node, Linear)  # nothing else scatters
            terms = [(c, o) for c, o in node.terms if self._adds(o, node.rank)]
            dense = [(c, o) for c, o in node.terms if not self._adds(o, node.rank)]
        needs = self.body.needs[node]
        if len(dense) == 1 and self._reusable(dense[0][1], node.rank):
            self._upon(node, dense[0], terms)
            return
        name = self.body.names.fresh(self.body.hint(node))
        formula = self.body.formulas.of(node, name)
        shape = ", ".join(str(affine(d, self.body.sizes)) for d in node.dims)
        zeros = self.writer.filled("zeros", f"({shape}{',' if node.rank == 1 else ''})")
        if not dense:
            self.body.line(f"{name} = {zeros}", needs, formula)
        else:
            text = total(
                [(c, self.writer.aligned(self.body.text[o.node], o.labels, range(node.rank))) for c, o in dense]
            )
            c, _ = dense[0]
            if any(len(o.labels) == node.rank for _, o in dense):
                inline = isinstance(dense[0][1].node, (Einsum, Linear, Map)) and not text.text.isidentifier()
                fresh = len(dense) > 1 or c != 1 or inline
                self.body.line(f"{name} = {text}" if fresh else f"{name} = {self.writer.copied(text)}", needs, formula)
            else:
                self.body.line(f"{name} = {zeros} + {text.at(SUM)}", needs, formula)
        for c, o in terms:
            assert isinstance(o.node, Scatter)  # chosen so
            self._add(name, o.node, c, needs)
        self.body.text[node] = PythonText(name)

    def _only_added(self, node: Scatter) -> Iterator[bool]:
        """For each use of a scatter, whether that is a sum that adds it in place."""
        for user in self._users(node):
            yield isinstance(user, Linear) and any(o.node is node and self._adds(o, user.rank) for _, o in user.terms)

    def _users(self, node: ArrayNode) -> list[ArrayNode]:
        return list(dict.fromkeys(self.body.readers.get(node, [])))

    def _add(self, name: str, node: Scatter, c: Fraction, needs: set[str]) -> None:
        amount: PythonText | None = None
        if isinstance(node.values.node, LiteralArray):
            c *= node.values.node.value
            amount = number(abs(c))
            c = Fraction(1 if c > 0 else -1)
        keys, labels = self.writer.subscript(node.slots, lambda o: self.body.text[o.node], self.body.sizes)
        repeats = _repeats(node)
        labels = self.added_axes(node, labels) if repeats else labels
        values = amount or self.writer.aligned(self.body.text[node.values.node], node.values.labels, labels)
        self.body.line(self.added(name, keys, c, values) if repeats else self.assigned(name, keys, c, values), needs)

    # --- spellings: what a target may override --------------------------------------------------

    overwrites = True
    """True if softmax may be computed in the memory of its scores."""

    def negated(self, name: str) -> str:
        """The first entry times -1."""
        return f"{name}[0] = -{name}[0]"

    def multiplied(self, name: str, key: str, factor: PythonText) -> str:
        return f"{name}[{key}] *= {factor}"

    def filled_diagonal(self, name: str, value: PythonText) -> str:
        return str(self.writer.lib("fill_diagonal", name, value))

    def added_axes(self, node: Scatter, labels: Labels) -> Labels:
        """The order of axes for values that are added where positions may repeat."""
        return labels

    def added(self, name: str, keys: list[str], c: Fraction, values: PythonText) -> str:
        """``c * values`` added, where positions may repeat."""
        amount = str(scaled(c, values))
        if amount.removeprefix("-").isdecimal():
            amount += ".0"  # a float is faster than an int here
        if len(keys) == 1:
            return str(self.writer.lib("add.at", name, listed(keys), amount))
        return str(self.writer.helper("_add_at", name, listed(keys), amount))  # NumPy's type hints allow no slices

    def assigned(self, name: str, keys: list[str], c: Fraction, values: PythonText) -> str:
        """``c * values`` added, where no position repeats."""
        return f"{name}[{', '.join(keys)}] {'-' if c < 0 else '+'}= {scaled(abs(c), values)}"

    @property
    def writer(self) -> ExpressionWriter:
        return self.body.writer

    # --- sums upon an array ---------------------------------------------------------------------

    def _reusable(self, o: Operand, rank: int) -> bool:
        """True for an array with all axes in order that nothing else reads, or a multiple of one."""
        return o.labels == tuple(range(rank)) and self._base(o.node) is not None

    def _base(self, node: ArrayNode) -> tuple[ArrayNode, list[Operand]] | None:
        """The array that may be overwritten, and smaller arrays that it is multiplied by."""
        if self.body.uses[node] != 1:
            return None
        if _fresh(node) and self.body.text[node].text.isidentifier():
            return node, []
        if isinstance(node, Einsum) and node.coefficient == 1 and not self.body.text[node].text.isidentifier():
            whole = [o for o in node.operands if len(o.labels) == node.rank]
            smaller = [o for o in node.operands if o not in whole]
            summed = any(k >= node.rank for o in node.operands for k in o.labels)
            if len(whole) == 1 and self._reusable(whole[0], node.rank) and not summed:
                return whole[0].node, smaller
        return None

    def _upon(self, node: ArrayNode, dense: tuple[Fraction, Operand], terms: list[tuple[Fraction, Operand]]) -> None:
        """Adds the scatters to the dense array itself, which gets a new name from there on."""
        c, only = dense
        found = self._base(only.node)
        assert found is not None  # it is reusable
        base, smaller = found
        needs = self.body.needs[node]
        name = self.body.names.fresh(self.body.hint(node))
        formula = self.body.formulas.of(node, name)
        self.body.line(f"{name} = {self.body.text[base]}", needs, formula)
        factors = [self.writer.aligned(self.body.text[o.node], o.labels, range(node.rank)) for o in smaller]
        for factor in (*factors, *([number(c)] if c != 1 else [])):
            self.body.line(f"{name} *= {factor}", needs)
        for k, o in terms:
            assert isinstance(o.node, Scatter)  # chosen so
            self._add(name, o.node, k, needs)
        self.body.text[node] = PythonText(name)

    # --- in place -------------------------------------------------------------------------------

    def in_place(self, node: Linear | Einsum) -> bool:
        """Writes a sum, or a product of entries, in the memory of an operand that nothing reads from there on."""
        if not self.overwrites or self.body.keeps or node.rank < 2 or _contracts(node):
            return False
        whole = [o for o in operands(node) if self._free(o.node, node) and o.labels == tuple(range(node.rank))]
        if isinstance(node, Linear):
            ones = [o for c, o in node.terms if c == 1]
            whole = [o for o in whole if o in ones]
            if not whole:
                return False
            steps = [
                (f"{'-' if c < 0 else '+'}=", scaled(abs(c), self.writer.broadcast(o, node.rank)))
                for c, o in node.terms
                if o is not whole[0]
            ]
        else:
            whole = [o for o in whole if not divides(o.node)]
            if not whole:
                return False
            steps = self.writer.multiplied_by(node, whole[0])
        name = self.body.text[whole[0].node].text
        if not steps or any(re.search(rf"\b{name}\b", str(text)) for _, text in steps):
            return False
        needs, new = self.body.needs[node], self.body.names.fresh(self.body.hint(node))
        self.body.line(f"{new} = {name}", needs, self.body.formulas.of(node, new))
        for sign, text in steps:
            self.body.line(f"{new} {sign} {text}", needs)
        self.body.text[node] = PythonText(new)
        return True

    def _free(self, base: ArrayNode, node: ArrayNode) -> bool:
        """True if an array is in memory of its own, and everything else that reads it is computed before ``node``."""
        text = self.body.text.get(base)
        if text is None or not text.text.isidentifier() or not _fresh(base) or base.dims != node.dims:
            return False
        if self._shares(base) or any(base is n for f in self.body.forms.values() for n in f.nodes()):
            return False
        return (
            all(
                u is node
                or (
                    u in self.body.text
                    and self.body.text[u].text.isidentifier()
                    and _fresh(u)
                    and self._runs_before(u, node)
                )
                for u in self._users(base)
            )
            and self.body.readers[base].count(node) == 1
        )

    def _runs_before(self, first: ArrayNode, node: ArrayNode) -> bool:
        return self.body.always(first) or self.body.needs[first] == self.body.needs[node]

    def softmax(self, node: ArrayNode) -> bool:
        """Writes softmax and logsumexp of one array together, in its memory if everything else can read it before."""
        assert isinstance(node, (SoftmaxArray, LogSumExp))  # the caller has checked
        x, axes, table = node.x, node.axes, self.body.graph.table
        kept = tuple(d for k, d in enumerate(x.dims) if k not in axes)
        p, log = table.get((SoftmaxArray, x.dims, (x, axes))), table.get((LogSumExp, kept, (x, axes)))
        if isinstance(p, SoftmaxArray) and p in self.body.needs and (log is None or log not in self.body.needs):
            return self._softmax_alone(p)
        if p is None or log is None or p not in self.body.needs or log not in self.body.needs:
            return False
        if p in self.body.text:
            return True
        out = self._overwritten(x, p, log)
        names = [self.body.names.fresh(self.body.hint(n)) for n in (p, log)]
        call = self.writer.along("_softmax_and_log", node, *([f"out={out}"] if out else []))
        needs = self.body.needs[p] | self.body.needs[log]
        formula = "; ".join(self.body.formulas.of(n, name) for n, name in zip((p, log), names, strict=True))
        self.body.line(f"{', '.join(names)} = {call}", needs, formula)
        for n, name in zip((p, log), names, strict=True):
            self.body.text[n] = PythonText(name)
        return True

    def _softmax_alone(self, p: SoftmaxArray) -> bool:
        """Writes a softmax in the memory of its scores, if nothing else reads them."""
        scores = self.body.text[p.x].text
        if not self.overwrites or self.body.keeps or p.rank < 2 or not self._free(p.x, p):
            return False
        self.body.assign(p, self.writer.along("_softmax", p, f"out={scores}"))
        return True

    def both_ways(self, node: Map) -> bool:
        """Writes F(x) and F(-x) together, if both are needed; True if that was done."""
        if not self.overwrites or not node.rank:
            return False
        other = self._opposite(node)
        if other is None or other not in self.body.needs or other in self.body.text:
            return False
        pair = (other, node) if node.x.args[1:] == ((as_operand(other.x),),) else (node, other)
        for n in ordered([pair[0].x]):
            self.compute(n)
        needs = self.body.needs[node] | self.body.needs[other]
        names = [self.body.names.fresh(self.body.hint(n)) for n in pair]
        formula = "; ".join(self.body.formulas.of(n, name) for n, name in zip(pair, names, strict=True))
        self.body.line(
            f"{', '.join(names)} = {self.writer.helper(BOTH[node.name], self.body.text[pair[0].x])}", needs, formula
        )
        for n, name in zip(pair, names, strict=True):
            self.body.text[n] = PythonText(name)
        return True

    def _opposite(self, node: Map) -> Map | None:
        """F(-x) for F(x), if it is there; F(x) for F(-x)."""
        table, dims = self.body.graph.table, node.dims
        minus = table.get((Einsum, dims, (Fraction(-1), (as_operand(node.x),))))
        x = node.x
        if isinstance(x, Einsum) and x.coefficient == -1 and len(x.operands) == 1:
            minus = x.operands[0].node if x.operands == (as_operand(x.operands[0].node),) else None
        found = None if minus is None else table.get((Map, dims, (node.name, minus)))
        assert found is None or isinstance(found, Map)  # by its key
        return found

    def _overwritten(self, x: ArrayNode, p: ArrayNode, log: ArrayNode) -> str:
        """The variable of x if it may be overwritten; whatever else reads it is computed first."""
        name = self.body.text[x].text
        if not self.overwrites or not name.isidentifier() or not isinstance(x, (Einsum, Linear)):
            return ""
        others = [u for u in self._users(x) if u not in (p, log)]
        if not all(self._before(u, p, log) for u in others) or any(
            v.node is x for f in self.body.forms.values() for v in map(as_operand, f.nodes())
        ):
            return ""
        for u in others:
            if u not in self.body.text:
                self.compute(u)
            if not self.body.text[u].text.isidentifier():
                self.body.assign(u, self.body.text[u])
        word = re.compile(rf"\b{name}\b")
        stale = [n for n, t in self.body.text.items() if n is not x and word.search(t.text)]
        return "" if stale else name

    def _before(self, user: ArrayNode, p: ArrayNode, log: ArrayNode) -> bool:
        """True if entries can be copied out before the softmax, whichever gradients are wanted."""
        both = self.body.needs[p] | self.body.needs[log]
        if not (isinstance(user, Take) and _copies(user)):
            return False
        return (self.body.always(user) or self.body.needs[user] == both) and self._ready(user)

    def _ready(self, node: ArrayNode) -> bool:
        """True if everything that a node is computed from has its text, computing what is missing."""
        for n in ordered([node]):
            if n is not node and n not in self.body.text:
                if isinstance(n, (SoftmaxArray, LogSumExp, Scatter)):
                    return False
                self.compute(n)
        return True


def listed(keys: list[str]) -> str:
    """Subscripts as an expression outside brackets."""
    where = ", ".join(map(_slice, keys))
    return where if len(keys) == 1 else f"({where})"


def _slice(key: str) -> str:
    """A slice as an expression outside brackets."""
    if ":" not in key or "[" in key:
        return key
    return "slice(None)" if key == ":" else f"slice({key.replace(':', ', ')})".replace("(, ", "(None, ")


def _copies(node: Take) -> bool:
    """True if entries are copied, not viewed."""
    gathered = [s for s in node.slots if isinstance(s, Operand)]
    return not node.rank or any(s.labels and not isinstance(s.node, PositionArray) for s in gathered)


def _repeats(node: Scatter) -> bool:
    """True if two values may go to one position."""
    gathered = [s for s in node.slots if isinstance(s, Operand)]
    runs = {s.labels[0] for s in gathered if isinstance(s.node, PositionArray)}
    return any(x not in runs for s in gathered for x in s.labels)


def _fresh(node: ArrayNode) -> bool:
    """True if an array is computed into memory of its own, and shares it with no other array."""
    if isinstance(node, Einsum):
        return node.coefficient != 1 or len(node.operands) > 1 or _contracts(node)
    if isinstance(node, Map):
        return node.name not in ("whole", "indicator")
    return isinstance(node, _FRESH)


_FRESH = (*(Linear, PowerArray, SoftmaxArray, LogSumExp, SquaredDistances, OrderedSum), *(OffDiagonal, Extremum, Where))


def _literal(node: ArrayNode) -> bool:
    """A position that is a number."""
    return isinstance(node, Offset) and not node.terms


def _contracts(node: ArrayNode) -> bool:
    return isinstance(node, Einsum) and any(k >= node.rank for o in node.operands for k in o.labels)
