"""Writes each kind of array as an expression."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from symgrad.core.ranges import Affine
from symgrad.exporting.code.contractions import Contractions
from symgrad.exporting.code.function_names import CONSTANTS
from symgrad.exporting.code.python_text import (
    ATOM,
    COMPARISON,
    PRODUCT,
    SUM,
    PythonText,
    call,
    number,
    raised,
    total,
)
from symgrad.exporting.graph.array_kinds import (
    All,
    AppliedAdjoint,
    AppliedMatrix,
    ArrayNode,
    Centred,
    Chained,
    Clipped,
    Compare,
    ConstantArray,
    Count,
    Distinct,
    Einsum,
    Extremum,
    FactoredMatrix,
    InputArray,
    InverseMatrix,
    Joined,
    Linear,
    LiteralArray,
    LogDeterminant,
    LogSumExp,
    Map,
    MatrixDeterminant,
    Member,
    OffDiagonal,
    Offset,
    OnesArray,
    OrderedLogSumExp,
    OrderedShares,
    OrderedSum,
    Others,
    PlaceOf,
    PositionArray,
    PowerArray,
    PowerOf,
    ProductOver,
    RootedMatrix,
    Selected,
    SizeOf,
    SoftmaxArray,
    SolvedSystem,
    SquaredDistances,
    Take,
    Where,
)
from symgrad.exporting.graph.array_properties import is_plain
from symgrad.text.diagnostic import SymgradError


class ExpressionWriter(Contractions):
    """One rule per kind of node, shared by all targets; spellings that depend on the target are in ``Library``."""

    def __call__(self, node: ArrayNode) -> PythonText:
        rule = _RULES.get(type(node))
        if rule is None:
            raise TypeError(f"no rule writes a {type(node).__name__}")
        return rule(self, node)

    # --- leaves and positions -----------------------------------------------------------------

    def input(self, node: InputArray) -> PythonText:
        return PythonText(node.name)

    def number(self, node: LiteralArray) -> PythonText:
        return number(node.value)

    def constant(self, node: ConstantArray) -> PythonText:
        if node.name not in CONSTANTS:
            raise SymgradError(f"the constant {node.name} has no value")
        return PythonText(f"{self.library}.{CONSTANTS[node.name]}")

    def size_of(self, node: SizeOf) -> PythonText:
        return self.size(node.affine)

    def count(self, node: Count) -> PythonText:
        return self.length(self.name(node.x))

    def positions(self, node: PositionArray) -> PythonText:
        stop = self.size(node.start + node.dims[0])
        return self.run(*(() if node.start == Affine() else (self.size(node.start),)), stop)

    def offset(self, node: Offset) -> PythonText:
        if not node.terms:
            return self.size(node.const)
        terms = [(Fraction(c), self.broadcast(o, node.rank)) for c, o in node.terms]
        if node.const != Affine():
            terms += self._split(node.const)
        return total(terms)

    def _split(self, a: Affine) -> list[tuple[Fraction, PythonText]]:
        parts = [(Fraction(c), PythonText(self.sizes[str(s)])) for s, c in a.terms]
        return [*parts, (Fraction(a.const), PythonText("1"))] if a.const else parts

    def clipped(self, node: Clipped) -> PythonText:
        return self.lib("clip", self.name(node.x), 0, self.size(node.size - 1))

    def selected(self, node: Selected) -> PythonText:
        return PythonText(f"{self.name(node.x).at(ATOM)}[{self.name(node.mask)}]")

    def distinct(self, node: Distinct) -> PythonText:
        return self.lib("unique", self.name(node.x))

    def place_of(self, node: PlaceOf) -> PythonText:
        return self.lib("searchsorted", self.name(node.among), self.name(node.x))

    def joined(self, node: Joined) -> PythonText:
        rest = self.name(node.rest)
        if node.rank == 1 and not node.first.labels:
            return self.helper("_with_first", self.operand(node.first), rest)
        kept = [k for k in range(node.rank) if k != node.axis]
        first = self.aligned(self.operand(node.first), node.first.labels, kept)
        key = ", ".join("None" if k == node.axis else ":" for k in range(node.rank))
        return self.lib(self.concatenate, f"({first.at(ATOM)}[{key}], {rest})", node.axis)

    def chained(self, node: Chained) -> PythonText:
        flat = [self.name(p).text if p.rank == 1 else f"{self.name(p).at(ATOM)}.ravel()" for p in node.parts]
        return self.chain(flat)

    def ones(self, node: OnesArray) -> PythonText:
        shape = ", ".join(str(self.size(d)) for d in node.dims)
        return self.filled("ones", f"({shape},)")

    # --- entries ------------------------------------------------------------------------------

    def take(self, node: Take) -> PythonText:
        gathered = [k for k, s in enumerate(node.slots) if not isinstance(s, int)]
        if len(gathered) == 1 and not isinstance(slot := node.slots[gathered[0]], int):
            rest = [s for s in node.slots if isinstance(s, int)]
            plain = (*rest[: gathered[0]], *slot.labels, *rest[gathered[0] :]) == tuple(range(node.rank))
            if plain and slot.labels and not isinstance(slot.node, PositionArray):
                return self.taken(self.name(node.base), self.operand(slot), gathered[0])
        keys, labels = self.subscript(node.slots, self.operand, self.sizes)
        got = PythonText(f"{self.name(node.base).at(ATOM)}[{', '.join(keys)}]")
        return self.transposed(got, [labels.index(k) for k in range(node.rank)])

    # --- arithmetic ---------------------------------------------------------------------------

    def linear(self, node: Linear) -> PythonText:
        return total([(c, self.broadcast(o, node.rank)) for c, o in node.terms])

    def map(self, node: Map) -> PythonText:
        x = self.name(node.x)
        if node.name in ("whole", "indicator"):
            return self.converted(x)
        if is_plain(node):
            return self.plain(node, x)
        return self.mapped(node, x)

    def mapped(self, node: Map, x: PythonText) -> PythonText:
        """An elementary function of every entry."""
        name = self.functions[node.name]
        if "{}" in name:
            return PythonText(f"{self.library}.{name.format(x)}")
        if "." in name:
            return call(name, x)
        if not name.startswith("_"):
            return self.lib(name, x)
        soft = self.known("softplus", node) if node.name == "sigma" else None
        if soft is not None:  # sigma(x) = exp(x - softplus(x)), one exponential
            return self.lib("exp", PythonText(f"{x.at(SUM)} - {soft}", SUM))
        return self.helper(name, x)

    def power(self, node: PowerArray) -> PythonText:
        x, q = self.name(node.x), node.exponent
        if q == -1:
            return PythonText(f"1 / {x.at(PRODUCT + 1)}", PRODUCT)
        if q < 0:
            return PythonText(f"1 / {self._raised(node.x, -q).at(PRODUCT + 1)}", PRODUCT)
        return self._raised(node.x, q)

    def _raised(self, x: ArrayNode, q: Fraction) -> PythonText:
        t = self.name(x)
        if is_plain(x):
            return raised(t, number(q))
        if q == Fraction(1, 2):
            return self.lib("sqrt", t)
        return self.lib("square", t) if q == 2 else raised(t, number(q))

    def power_of(self, node: PowerOf) -> PythonText:
        return raised(self.broadcast(node.base, node.rank), self.broadcast(node.exponent, node.rank))

    # --- along axes ---------------------------------------------------------------------------

    def along(self, name: str, node: SoftmaxArray | LogSumExp, *more: str) -> PythonText:
        """A helper called with an array, and with the axes unless they are all axes."""
        axes = node.axes
        given = () if len(axes) == node.x.rank else (axes[0] if len(axes) == 1 else axes,)
        return self.helper(name, self.name(node.x), *given, *more)

    def softmax(self, node: SoftmaxArray) -> PythonText:
        return self.along("_softmax", node)

    def logsumexp(self, node: LogSumExp) -> PythonText:
        return self.along("_logsumexp", node)

    def product(self, node: ProductOver) -> PythonText:
        return PythonText(f"{self.name(node.x).at(ATOM)}.prod({self.axis}={node.axis})")

    def others(self, node: Others) -> PythonText:
        return self.helper("_product_of_others", self.name(node.x), node.axis)

    def centred(self, node: Centred) -> PythonText:
        mean = self.broadcast(node.mean, node.rank)
        return PythonText(f"{self.name(node.x).at(SUM)} - {mean.at(PRODUCT)}", SUM)

    def distances(self, node: SquaredDistances) -> PythonText:
        vectors = [
            self.aligned(self.operand(o), o.labels, sorted(o.labels))
            for o in (node.x, node.y, *node.shifted, *node.weights)
        ]
        return self.helper("_squared_distances", *vectors)

    def ordered_sum(self, node: OrderedSum) -> PythonText:
        return self.helper("_ordered_sum", self.name(node.x), *self._order(node))

    def ordered_log(self, node: OrderedLogSumExp) -> PythonText:
        return self.helper("_ordered_logsumexp", self.name(node.x), *self._order(node))

    def ordered_shares(self, node: OrderedShares) -> PythonText:
        return self.helper(
            "_ordered_shares", self.name(node.x), self.name(node.log), self.name(node.a), *self._order(node)
        )

    def _order(self, node: OrderedSum | OrderedLogSumExp | OrderedShares) -> list[object]:
        """The axis and the condition; keys and bounds where they are not the positions themselves."""
        compared = [x for x in (node.keys, node.bounds) if x is not None]
        return [node.axis, f'"{node.op}"', *map(self.name, compared)]

    # --- matrices -----------------------------------------------------------------------------

    def factored(self, node: FactoredMatrix) -> PythonText:
        return self._named("_factored", node.x)

    def rooted(self, node: RootedMatrix) -> PythonText:
        return self._named("_rooted", node.x)

    def _named(self, helper: str, x: ArrayNode) -> PythonText:
        """A helper that names the matrix in its errors."""
        name = self.name(x)
        return self.helper(helper, f'"{name if name.text.isidentifier() else "a matrix"}"', name)

    def applied(self, node: AppliedMatrix) -> PythonText:
        return self.helper(f"_{node.name}_of", self.name(node.x))

    def applied_adjoint(self, node: AppliedAdjoint) -> PythonText:
        return self.helper(f"_{node.of.name}_adjoint", self.name(node.of.x), self.name(node.a))

    def inverse(self, node: InverseMatrix) -> PythonText:
        return self.helper("_inverted", self.name(node.x))

    def solved(self, node: SolvedSystem) -> PythonText:
        more = ["True"] if node.transposed else []
        return self.helper("_solved", self.name(node.x), self.name(node.right), *more)

    def determinant(self, node: MatrixDeterminant) -> PythonText:
        return self.helper("_determinant", self.name(node.x))

    def log_determinant(self, node: LogDeterminant) -> PythonText:
        more = ["True"] if node.absolute else []
        return self.helper("_log_determinant", self.name(node.x), *more)

    # --- conditions ---------------------------------------------------------------------------

    def compare(self, node: Compare) -> PythonText:
        x, y = self.broadcast(node.left, node.rank), self.broadcast(node.right, node.rank)
        return PythonText(f"{x.at(COMPARISON + 1)} {node.op} {y.at(COMPARISON + 1)}", COMPARISON)

    def member(self, node: Member) -> PythonText:
        more = ["invert=True"] if node.negated else []
        return self.lib("isin", self.operand(node.x), self.name(node.members), *more)

    def all(self, node: All) -> PythonText:
        parts = [self.broadcast(o, node.rank).at(ATOM) for o in node.masks]
        return PythonText(" & ".join(parts), COMPARISON)

    def where(self, node: Where) -> PythonText:
        mask, x, y = (self.broadcast(o, node.rank) for o in (node.mask, node.x, node.y))
        return self.chosen(node, mask, x, y)

    def off_diagonal(self, node: OffDiagonal) -> PythonText:
        return self.name(node.x)  # statements overwrite its diagonal

    def extremum(self, node: Extremum) -> PythonText:
        x, y = (self.broadcast(o, node.rank) for o in (node.x, node.y))
        return self.beyond(node, x, y)


_RULES: dict[type[ArrayNode], Callable[[ExpressionWriter, Any], PythonText]] = {
    InputArray: ExpressionWriter.input,
    LiteralArray: ExpressionWriter.number,
    ConstantArray: ExpressionWriter.constant,
    SizeOf: ExpressionWriter.size_of,
    Count: ExpressionWriter.count,
    PositionArray: ExpressionWriter.positions,
    Offset: ExpressionWriter.offset,
    Clipped: ExpressionWriter.clipped,
    Selected: ExpressionWriter.selected,
    Take: ExpressionWriter.take,
    Linear: ExpressionWriter.linear,
    Einsum: ExpressionWriter.einsum,
    Map: ExpressionWriter.map,
    Distinct: ExpressionWriter.distinct,
    PlaceOf: ExpressionWriter.place_of,
    Joined: ExpressionWriter.joined,
    Chained: ExpressionWriter.chained,
    OnesArray: ExpressionWriter.ones,
    PowerArray: ExpressionWriter.power,
    PowerOf: ExpressionWriter.power_of,
    SoftmaxArray: ExpressionWriter.softmax,
    LogSumExp: ExpressionWriter.logsumexp,
    Centred: ExpressionWriter.centred,
    SquaredDistances: ExpressionWriter.distances,
    OrderedSum: ExpressionWriter.ordered_sum,
    OrderedLogSumExp: ExpressionWriter.ordered_log,
    OrderedShares: ExpressionWriter.ordered_shares,
    ProductOver: ExpressionWriter.product,
    Others: ExpressionWriter.others,
    FactoredMatrix: ExpressionWriter.factored,
    RootedMatrix: ExpressionWriter.rooted,
    AppliedMatrix: ExpressionWriter.applied,
    AppliedAdjoint: ExpressionWriter.applied_adjoint,
    InverseMatrix: ExpressionWriter.inverse,
    SolvedSystem: ExpressionWriter.solved,
    MatrixDeterminant: ExpressionWriter.determinant,
    LogDeterminant: ExpressionWriter.log_determinant,
    Compare: ExpressionWriter.compare,
    Member: ExpressionWriter.member,
    All: ExpressionWriter.all,
    Where: ExpressionWriter.where,
    OffDiagonal: ExpressionWriter.off_diagonal,
    Extremum: ExpressionWriter.extremum,
}
