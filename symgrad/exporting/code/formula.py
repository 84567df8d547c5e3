"""What a line computes, in index notation: ``s[w] = sum_d U[w, d] * V_c[d]``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from string import ascii_lowercase
from typing import Any

from symgrad.core.ranges import Affine
from symgrad.exporting.code.python_text import (
    ATOM,
    COMPARISON,
    POWER,
    PRODUCT,
    SUM,
    PythonText,
    number,
    scaled,
    times,
    total,
)
from symgrad.exporting.graph.array_graph import Graph
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
    Operand,
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

IndexLetters = tuple[str, ...]


class AxisLetters:
    """Letters for axes, chosen by size, so that one letter means one range throughout a function.

    taken: names that are not used as letters.
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self.letters: dict[Affine, str] = {}
        self.taken = {x for x in taken if len(x) == 1}

    def fresh(self, dims: Iterable[Affine], held: Iterable[str]) -> IndexLetters:
        """A letter for each axis: the one of its size, or another if that is in use already."""
        used = set(held)
        out: list[str] = []
        for d in dims:
            first = self.letter(d)
            others = (x for x in ascii_lowercase if x not in self.taken and x not in self.letters.values())
            letter = next(x for x in (first, *others, *(f"{first}{k}" for k in range(2, 99))) if x not in used)
            used.add(letter)
            out.append(letter)
        return tuple(out)

    def letter(self, size: Affine) -> str:
        if size not in self.letters:
            wanted = [x for x in str(size).lower() if x.isalpha() and x.isascii()]
            free = [x for x in (*wanted, *"ijklmn", *ascii_lowercase) if x not in self.taken]
            self.letters[size] = next((x for x in free if x not in self.letters.values()), "i")
        return self.letters[size]

    def inner(self, node: Einsum, letters: IndexLetters) -> dict[int, str]:
        """Letters of all labels of a node: its own axes, and what is summed."""
        out = dict(enumerate(letters))
        sizes: dict[int, Affine] = {}
        for o in node.operands:
            sizes.update(zip(o.labels, o.node.dims, strict=True))
        gone = [k for k in sizes if k not in out]
        out.update(zip(gone, self.fresh((sizes[k] for k in gone), letters), strict=True))
        return out


class Formulas(AxisLetters):
    """Formulas of nodes, in the names given to nodes so far."""

    def __init__(self, graph: Graph, taken: Iterable[str]) -> None:
        super().__init__(taken)
        self.graph = graph
        self.names: dict[ArrayNode, str] = {}

    def of(self, node: ArrayNode, name: str) -> str:
        """``name[letters] = formula``; from now on the node has that name."""
        if isinstance(node, (FactoredMatrix, RootedMatrix)):
            return f"{name} = factors of {self.matrix(node)}"
        letters = self.fresh(node.dims, ())
        text = self.write(node, letters)
        if not isinstance(node, PositionArray):  # its letter is clearer
            self.names[node] = name
        return f"{_entry(name, letters)} = {text}"

    # --- expressions --------------------------------------------------------------------------

    def write(self, node: ArrayNode, letters: IndexLetters) -> PythonText:
        rule = _RULES.get(type(node))
        if rule is None:
            raise TypeError(f"no rule writes the formula of a {type(node).__name__}")
        return rule(self, node, letters)

    def at(self, node: ArrayNode, letters: IndexLetters) -> PythonText:
        """A node by its name, or its formula if it has none."""
        if node in self.names:
            return PythonText(_entry(self.names[node], letters))
        return self.write(node, letters)

    def operand(self, o: Operand, letters: dict[int, str]) -> PythonText:
        return self.at(o.node, tuple(letters[k] for k in o.labels))

    def leaf(self, node: InputArray, letters: IndexLetters) -> PythonText:
        return PythonText(_entry(node.name, letters))

    def number(self, node: LiteralArray, letters: IndexLetters) -> PythonText:
        return number(node.value)

    def constant(self, node: ConstantArray, letters: IndexLetters) -> PythonText:
        return PythonText(node.name.lstrip("\\"))

    def size_of(self, node: SizeOf, letters: IndexLetters) -> PythonText:
        return PythonText(_plain(node.affine), ATOM if len(node.affine.terms) == 1 and not node.affine.const else SUM)

    def count(self, node: Count, letters: IndexLetters) -> PythonText:
        return PythonText(f"{self.names.get(node.x, 'x')}.size")

    def positions(self, node: PositionArray, letters: IndexLetters) -> PythonText:
        if node.start == Affine():
            return PythonText(letters[0])
        return PythonText(f"{letters[0]} + {_plain(node.start)}".replace("+ -", "- "), SUM)

    def offset(self, node: Offset, letters: IndexLetters) -> PythonText:
        own = dict(enumerate(letters))
        terms = [(Fraction(c), self.operand(o, own)) for c, o in node.terms]
        if node.const != Affine():
            terms += [(Fraction(c), PythonText(str(s).replace("|", ""))) for s, c in node.const.terms]
            terms += [(Fraction(node.const.const), PythonText("1"))] if node.const.const else []
        return total(terms) if terms else PythonText("0")

    def clipped(self, node: Clipped, letters: IndexLetters) -> PythonText:
        return self.at(node.x, letters)

    def selected(self, node: Selected, letters: IndexLetters) -> PythonText:
        return PythonText(f"those {self.at(node.x, letters)} with {self.at(node.mask, letters)}", COMPARISON)

    def distinct(self, node: Distinct, letters: IndexLetters) -> PythonText:
        return PythonText(
            f"the {self.names.get(node.x) or getattr(node.x, 'name', 'positions')} that differ", COMPARISON
        )

    def place_of(self, node: PlaceOf, letters: IndexLetters) -> PythonText:
        return PythonText(f"where {self.at(node.x, letters)} is among those", COMPARISON)

    def take(self, node: Take, letters: IndexLetters) -> PythonText:
        own = dict(enumerate(letters))
        slots = [own[s] if isinstance(s, int) else str(self.operand(s, own)) for s in node.slots]
        base = self.names.get(node.base)
        if base is None and not isinstance(node.base, InputArray):
            return self.at(node.base, tuple(slots))
        return PythonText(_entry(base or node.base.name, slots))  # type: ignore[attr-defined]  # an InputArray

    def scatter(self, node: Scatter, letters: IndexLetters) -> PythonText:
        slots = {s: x for s, x in zip(node.slots, letters, strict=True) if isinstance(s, int)}
        gathered = [(x, s) for x, s in zip(letters, node.slots, strict=True) if isinstance(s, Operand)]
        sizes = {k: d for _, s in gathered for k, d in zip(s.labels, s.node.dims, strict=True)}
        slots.update(zip(sizes, self.fresh(sizes.values(), letters), strict=True))
        factors = [PythonText(f"[{x} = {self.operand(s, slots)}]") for x, s in gathered]
        values = self.operand(node.values, slots)
        c = node.values.node.value if isinstance(node.values.node, LiteralArray) else None
        body = self._summed([slots[k] for k in sizes], times([values, *factors] if c is None else factors))
        return body if c is None else scaled(c, body)

    def _summed(self, letters: Iterable[str], body: PythonText) -> PythonText:
        gone = ",".join(letters)
        return PythonText(f"sum_{gone} {body.at(PRODUCT)}", PRODUCT) if gone else body

    def einsum(self, node: Einsum, letters: IndexLetters) -> PythonText:
        inner = self.inner(node, letters)
        below = [o for o in node.operands if isinstance(o.node, PowerArray) and o.node.exponent == -1]
        over = [self.operand(o, inner) for o in node.operands if o not in below]
        gone = [inner[k] for k in inner if k >= node.rank]
        c = node.coefficient
        top = times(over) if over else number(abs(c))
        for o in below:
            low = self.at(o.node.x, tuple(inner[k] for k in o.labels))  # type: ignore[attr-defined]  # a PowerArray
            top = PythonText(f"{top.at(PRODUCT)} / {low.at(PRODUCT + 1)}", PRODUCT)
        body = self._summed(gone, top)
        return scaled(c if over else Fraction(1 if c > 0 else -1), body)

    def linear(self, node: Linear, letters: IndexLetters) -> PythonText:
        own = dict(enumerate(letters))
        return total([(c, self.operand(o, own)) for c, o in node.terms])

    def joined(self, node: Joined, letters: IndexLetters) -> PythonText:
        along = letters[node.axis]
        first = self.operand(node.first, dict(enumerate(letters)))
        rest = self.at(node.rest, tuple(f"{x} - 1" if x == along else x for x in letters))
        return PythonText(f"{first} if {along} = 0 else {rest}", COMPARISON - 1)

    def chained(self, node: Chained, letters: IndexLetters) -> PythonText:
        parts = [str(self.at(p, self.fresh(p.dims, letters))) for p in node.parts]
        return PythonText(f"all {' and all '.join(parts)}", COMPARISON)

    def scaled(self, node: ScaledArray, letters: IndexLetters) -> PythonText:
        x = self.at(node.x, letters)
        return PythonText(
            f"{scaled(node.factor, x)} if {letters[node.axis]} < {_plain(node.count)} else {x}", COMPARISON - 1
        )

    def ones(self, node: OnesArray, letters: IndexLetters) -> PythonText:
        return PythonText("1")

    def map(self, node: Map, letters: IndexLetters) -> PythonText:
        x = self.at(node.x, letters)
        if node.name == "whole":
            return x
        return PythonText(f"[{x}]") if node.name == "indicator" else PythonText(f"{node.name}({x})")

    def power(self, node: PowerArray, letters: IndexLetters) -> PythonText:
        x = self.at(node.x, letters)
        if node.exponent == -1:
            return PythonText(f"1 / {x.at(PRODUCT + 1)}", PRODUCT)
        return _raised(x, number(node.exponent))

    def power_of(self, node: PowerOf, letters: IndexLetters) -> PythonText:
        own = dict(enumerate(letters))
        return _raised(self.operand(node.base, own), self.operand(node.exponent, own))

    def softmax(self, node: SoftmaxArray, letters: IndexLetters) -> PythonText:
        x = self.at(node.x, letters)
        other = self.fresh((node.dims[k] for k in node.axes), letters)
        gone = {letters[k]: y for k, y in zip(node.axes, other, strict=True)}
        y = self.at(node.x, tuple(gone.get(k, k) for k in letters))
        return PythonText(f"exp({x}) / sum_{','.join(gone.values())} exp({y})", PRODUCT)

    def logsumexp(self, node: LogSumExp, letters: IndexLetters) -> PythonText:
        gone = self.fresh((node.x.dims[k] for k in node.axes), letters)
        return PythonText(f"log sum_{','.join(gone)} exp({self._along(node.x, node.axes, letters, gone)})")

    def product(self, node: ProductOver, letters: IndexLetters) -> PythonText:
        gone = self.fresh((node.x.dims[node.axis],), letters)
        return PythonText(f"prod_{gone[0]} {self._along(node.x, (node.axis,), letters, gone).at(ATOM)}", PRODUCT)

    def _along(self, x: ArrayNode, axes: tuple[int, ...], letters: IndexLetters, gone: IndexLetters) -> PythonText:
        rest, inner = iter(letters), iter(gone)
        return self.at(x, tuple(next(inner) if k in axes else next(rest) for k in range(x.rank)))

    def centred(self, node: Centred, letters: IndexLetters) -> PythonText:
        x, mean = self.at(node.x, letters), self.operand(node.mean, dict(enumerate(letters)))
        return PythonText(f"{x.at(SUM)} - {mean.at(PRODUCT)}", SUM)

    def distances(self, node: SquaredDistances, letters: IndexLetters) -> PythonText:
        inner = dict(enumerate(letters))
        (inner[2],) = self.fresh((node.x.node.dims[node.x.labels.index(2)],), letters)
        x, y = (self.operand(o, inner) for o in (node.x, node.y))
        square = PythonText(f"({x} - {y.at(PRODUCT)})^2", POWER)
        return self._summed([inner[2]], times([*(self.operand(o, inner) for o in node.weights), square]))

    def ordered_sum(self, node: OrderedSum, letters: IndexLetters) -> PythonText:
        gone, condition = self._condition(node, letters)
        return PythonText(f"sum_{{{condition}}} {self.at(node.x, gone).at(PRODUCT)}", PRODUCT)

    def ordered_log(self, node: OrderedLogSumExp, letters: IndexLetters) -> PythonText:
        gone, condition = self._condition(node, letters)
        return PythonText(f"log sum_{{{condition}}} exp({self.at(node.x, gone)})", PRODUCT)

    def ordered_shares(self, node: OrderedShares, letters: IndexLetters) -> PythonText:
        gone, condition = self._condition(node, letters)
        less = f"exp({self.at(node.x, letters)} - {self.at(node.log, gone).at(PRODUCT)})"
        return PythonText(f"sum_{{{condition}}} {self.at(node.a, gone).at(PRODUCT)} * {less}", PRODUCT)

    def _condition(
        self, node: OrderedSum | OrderedLogSumExp | OrderedShares, letters: IndexLetters
    ) -> tuple[IndexLetters, str]:
        """The letters of what is summed, and the condition under which it is."""
        k = letters[node.axis]
        (other,) = self.fresh((node.x.dims[node.axis],), letters)
        gone = tuple(other if x == k else x for x in letters)
        key, bound = (
            PythonText(x) if compared is None else self.at(compared, (x,))
            for x, compared in ((other, node.keys), (k, node.bounds))
        )
        return gone, f"{key} {node.op} {bound}"

    def others(self, node: Others, letters: IndexLetters) -> PythonText:
        mine = letters[node.axis]
        other = self.fresh((node.dims[node.axis],), letters)[0]
        x = self.at(node.x, tuple(other if k == node.axis else y for k, y in enumerate(letters)))
        return PythonText(f"prod_{{{other} != {mine}}} {x.at(ATOM)}", PRODUCT)

    def matrix(self, node: FactoredMatrix | RootedMatrix) -> str:
        return self._called(node.x)

    def _called(self, x: ArrayNode) -> str:
        """The name of a matrix, or its formula."""
        known = self.names.get(x) or getattr(x, "name", None)
        return str(known or self.write(x, self.fresh(x.dims, ())))

    def factored(self, node: FactoredMatrix | RootedMatrix, letters: IndexLetters) -> PythonText:
        return self.at(node.x, letters)

    def inverse(self, node: InverseMatrix, letters: IndexLetters) -> PythonText:
        return PythonText(_entry(f"inv({self.matrix(node.x)})", letters))

    def solved(self, node: SolvedSystem, letters: IndexLetters) -> PythonText:
        front = node.x.rank - 2
        (inner,) = self.fresh((node.x.dims[-1],), letters)
        ends = (inner, letters[front]) if node.transposed else (letters[front], inner)
        left = PythonText(_entry(f"inv({self.matrix(node.x)})", (*letters[:front], *ends)))
        right = self.at(node.right, (*letters[:front], inner, *letters[front + 1 :]))
        return self._summed([inner], times([left, right]))

    def applied(self, node: AppliedMatrix, letters: IndexLetters) -> PythonText:
        return PythonText(_entry(f"{_FUNCTIONS[node.name]}({self._argument(node)})", letters))

    def applied_adjoint(self, node: AppliedAdjoint, letters: IndexLetters) -> PythonText:
        front = node.rank - 2
        inner = (*letters[:front], *self.fresh(node.dims[front:], letters))
        matrix = self._argument(node.of)
        matrix = matrix if matrix.isidentifier() else "M"
        slope = PythonText(f"d {_entry(f'{_FUNCTIONS[node.of.name]}({matrix})', inner)} / d {_entry(matrix, letters)}")
        return self._summed(inner[front:], times([self.at(node.a, inner), slope]))

    def _argument(self, node: AppliedMatrix) -> str:
        return self._called(node.x.x if isinstance(node.x, (FactoredMatrix, RootedMatrix)) else node.x)

    def determinant(self, node: MatrixDeterminant, letters: IndexLetters) -> PythonText:
        return PythonText(_entry(f"det({self.matrix(node.x)})", letters))

    def log_determinant(self, node: LogDeterminant, letters: IndexLetters) -> PythonText:
        inside = _entry(f"det({self.matrix(node.x)})", letters)
        return PythonText(f"log |{inside}|" if node.absolute else f"log {inside}", PRODUCT)

    def compare(self, node: Compare, letters: IndexLetters) -> PythonText:
        own = dict(enumerate(letters))
        x, y = self.operand(node.left, own), self.operand(node.right, own)
        return PythonText(f"{x.at(COMPARISON + 1)} {node.op} {y.at(COMPARISON + 1)}", COMPARISON)

    def member(self, node: Member, letters: IndexLetters) -> PythonText:
        members = self.names.get(node.members) or getattr(node.members, "name", "members")
        word = "not in" if node.negated else "in"
        return PythonText(f"{self.operand(node.x, dict(enumerate(letters)))} {word} {members}", COMPARISON)

    def all(self, node: All, letters: IndexLetters) -> PythonText:
        own = dict(enumerate(letters))
        return PythonText(" and ".join(str(self.operand(o, own)) for o in node.masks), COMPARISON - 1)

    def where(self, node: Where, letters: IndexLetters) -> PythonText:
        own = dict(enumerate(letters))
        mask, x, y = (self.operand(o, own) for o in (node.mask, node.x, node.y))
        return PythonText(f"{x.at(SUM)} if {mask} else {y.at(SUM)}", COMPARISON - 1)

    def off_diagonal(self, node: OffDiagonal, letters: IndexLetters) -> PythonText:
        x, y = self.at(node.x, letters), self.at(node.y, ())
        return PythonText(f"{x.at(SUM)} if {' != '.join(letters)} else {y.at(SUM)}", COMPARISON - 1)

    def extremum(self, node: Extremum, letters: IndexLetters) -> PythonText:
        own = dict(enumerate(letters))
        x, y = (self.operand(o, own) for o in (node.x, node.y))
        return PythonText(f"{'max' if node.largest else 'min'}({x}, {y})")


def _raised(x: PythonText, y: PythonText) -> PythonText:
    return PythonText(f"{x.at(ATOM)}^{y.at(ATOM)}", POWER)


def _entry(name: str, letters: Iterable[str]) -> str:
    inside = ", ".join(letters)
    return f"{name}[{inside}]" if inside else name


def _plain(a: Affine) -> str:
    text = str(a).replace("|", "")
    return text[0] + text[1:].replace("+", " + ").replace("-", " - ")


_FUNCTIONS = {"exponential": "expm", "root": "sqrtm", "cholesky": "chol"}
"""What functions of matrices are called in comments."""
_RULES: dict[type[ArrayNode], Callable[[Formulas, Any, IndexLetters], PythonText]] = {
    InputArray: Formulas.leaf,
    LiteralArray: Formulas.number,
    ConstantArray: Formulas.constant,
    SizeOf: Formulas.size_of,
    Count: Formulas.count,
    PositionArray: Formulas.positions,
    Offset: Formulas.offset,
    Clipped: Formulas.clipped,
    Selected: Formulas.selected,
    Distinct: Formulas.distinct,
    PlaceOf: Formulas.place_of,
    Take: Formulas.take,
    Scatter: Formulas.scatter,
    Einsum: Formulas.einsum,
    Linear: Formulas.linear,
    Map: Formulas.map,
    Joined: Formulas.joined,
    Chained: Formulas.chained,
    ScaledArray: Formulas.scaled,
    OnesArray: Formulas.ones,
    PowerArray: Formulas.power,
    PowerOf: Formulas.power_of,
    SoftmaxArray: Formulas.softmax,
    LogSumExp: Formulas.logsumexp,
    Centred: Formulas.centred,
    SquaredDistances: Formulas.distances,
    OrderedSum: Formulas.ordered_sum,
    OrderedLogSumExp: Formulas.ordered_log,
    OrderedShares: Formulas.ordered_shares,
    ProductOver: Formulas.product,
    Others: Formulas.others,
    FactoredMatrix: Formulas.factored,
    RootedMatrix: Formulas.factored,
    AppliedMatrix: Formulas.applied,
    AppliedAdjoint: Formulas.applied_adjoint,
    InverseMatrix: Formulas.inverse,
    SolvedSystem: Formulas.solved,
    MatrixDeterminant: Formulas.determinant,
    LogDeterminant: Formulas.log_determinant,
    Compare: Formulas.compare,
    Member: Formulas.member,
    All: Formulas.all,
    Where: Formulas.where,
    OffDiagonal: Formulas.off_diagonal,
    Extremum: Formulas.extremum,
}
