"""What a line computes, in index notation: ``s[w] = sum_d U[w, d] * V_c[d]``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from symgrad.exporting.arrays.graph import Graph
from symgrad.exporting.arrays.kinds import (
    All,
    Chained,
    Clipped,
    Compare,
    Constant,
    Count,
    Distinct,
    Einsum,
    Input,
    Joined,
    Linear,
    LogSumExp,
    Map,
    Member,
    Node,
    Number,
    Offset,
    Ones,
    Operand,
    Others,
    PlaceOf,
    Positions,
    Power,
    PowerOf,
    Product,
    Scaled,
    Scatter,
    Selected,
    SizeOf,
    Softmax,
    Take,
    Where,
)
from symgrad.exporting.writing.letters import AxisLetters, Letters
from symgrad.exporting.writing.pieces import ATOM, COMPARISON, POWER, PRODUCT, SUM, Text, number, scaled, times, total
from symgrad.ir.ranges import Affine


class Formulas(AxisLetters):
    """Formulas of nodes, by the names that nodes were given so far."""

    def __init__(self, graph: Graph, taken: Iterable[str]) -> None:
        super().__init__(taken)
        self.graph = graph
        self.names: dict[Node, str] = {}

    def of(self, node: Node, name: str) -> str:
        """``name[letters] = formula``; from now on the node is called by the name."""
        letters = self.fresh(node.dims, ())
        text = self.write(node, letters)
        if not isinstance(node, Positions):  # a letter says more
            self.names[node] = name
        return f"{_entry(name, letters)} = {text}"

    # --- expressions --------------------------------------------------------------------------

    def write(self, node: Node, letters: Letters) -> Text:
        rule = _RULES.get(type(node))
        if rule is None:
            raise TypeError(f"no rule writes the formula of a {type(node).__name__}")
        return rule(self, node, letters)

    def at(self, node: Node, letters: Letters) -> Text:
        """A node by its name, or written out."""
        if node in self.names:
            return Text(_entry(self.names[node], letters))
        return self.write(node, letters)

    def operand(self, o: Operand, letters: dict[int, str]) -> Text:
        return self.at(o.node, tuple(letters[k] for k in o.labels))

    def leaf(self, node: Input, letters: Letters) -> Text:
        return Text(_entry(node.name, letters))

    def number(self, node: Number, letters: Letters) -> Text:
        return number(node.value)

    def constant(self, node: Constant, letters: Letters) -> Text:
        return Text(node.name.lstrip("\\"))

    def size_of(self, node: SizeOf, letters: Letters) -> Text:
        return Text(_plain(node.affine), ATOM if len(node.affine.terms) == 1 and not node.affine.const else SUM)

    def count(self, node: Count, letters: Letters) -> Text:
        return Text(f"{self.names.get(node.x, 'x')}.size")

    def positions(self, node: Positions, letters: Letters) -> Text:
        if node.start == Affine():
            return Text(letters[0])
        return Text(f"{letters[0]} + {_plain(node.start)}".replace("+ -", "- "), SUM)

    def offset(self, node: Offset, letters: Letters) -> Text:
        own = dict(enumerate(letters))
        terms = [(Fraction(c), self.operand(o, own)) for c, o in node.terms]
        if node.const != Affine():
            terms += [(Fraction(c), Text(str(s).replace("|", ""))) for s, c in node.const.terms]
            terms += [(Fraction(node.const.const), Text("1"))] if node.const.const else []
        return total(terms) if terms else Text("0")

    def clipped(self, node: Clipped, letters: Letters) -> Text:
        return self.at(node.x, letters)

    def selected(self, node: Selected, letters: Letters) -> Text:
        return Text(f"those {self.at(node.x, letters)} with {self.at(node.mask, letters)}", COMPARISON)

    def distinct(self, node: Distinct, letters: Letters) -> Text:
        return Text(f"the {self.names.get(node.x) or getattr(node.x, 'name', 'positions')} that differ", COMPARISON)

    def place_of(self, node: PlaceOf, letters: Letters) -> Text:
        return Text(f"where {self.at(node.x, letters)} is among those", COMPARISON)

    def take(self, node: Take, letters: Letters) -> Text:
        own = dict(enumerate(letters))
        slots = [own[s] if isinstance(s, int) else str(self.operand(s, own)) for s in node.slots]
        base = self.names.get(node.base)
        if base is None and not isinstance(node.base, Input):
            return self.at(node.base, tuple(slots))
        return Text(_entry(base or node.base.name, slots))  # type: ignore[attr-defined]  # an Input

    def scatter(self, node: Scatter, letters: Letters) -> Text:
        slots = {s: x for s, x in zip(node.slots, letters, strict=True) if isinstance(s, int)}
        gathered = [(x, s) for x, s in zip(letters, node.slots, strict=True) if isinstance(s, Operand)]
        sizes = {k: d for _, s in gathered for k, d in zip(s.labels, s.node.dims, strict=True)}
        slots.update(zip(sizes, self.fresh(sizes.values(), letters), strict=True))
        factors = [Text(f"[{x} = {self.operand(s, slots)}]") for x, s in gathered]
        values = self.operand(node.values, slots)
        c = node.values.node.value if isinstance(node.values.node, Number) else None
        body = self._summed([slots[k] for k in sizes], times([values, *factors] if c is None else factors))
        return body if c is None else scaled(c, body)

    def _summed(self, letters: Iterable[str], body: Text) -> Text:
        gone = ",".join(letters)
        return Text(f"sum_{gone} {body.at(PRODUCT)}", PRODUCT) if gone else body

    def einsum(self, node: Einsum, letters: Letters) -> Text:
        inner = self.inner(node, letters)
        below = [o for o in node.operands if isinstance(o.node, Power) and o.node.exponent == -1]
        over = [self.operand(o, inner) for o in node.operands if o not in below]
        gone = [inner[k] for k in inner if k >= node.rank]
        c = node.coefficient
        top = times(over) if over else number(abs(c))
        for o in below:
            low = self.at(o.node.x, tuple(inner[k] for k in o.labels))  # type: ignore[attr-defined]  # a Power
            top = Text(f"{top.at(PRODUCT)} / {low.at(PRODUCT + 1)}", PRODUCT)
        body = self._summed(gone, top)
        return scaled(c if over else Fraction(1 if c > 0 else -1), body)

    def linear(self, node: Linear, letters: Letters) -> Text:
        own = dict(enumerate(letters))
        return total([(c, self.operand(o, own)) for c, o in node.terms])

    def joined(self, node: Joined, letters: Letters) -> Text:
        along = letters[node.axis]
        first = self.operand(node.first, dict(enumerate(letters)))
        rest = self.at(node.rest, tuple(f"{x} - 1" if x == along else x for x in letters))
        return Text(f"{first} if {along} = 0 else {rest}", COMPARISON - 1)

    def chained(self, node: Chained, letters: Letters) -> Text:
        parts = [str(self.at(p, self.fresh(p.dims, letters))) for p in node.parts]
        return Text(f"all {' and all '.join(parts)}", COMPARISON)

    def scaled(self, node: Scaled, letters: Letters) -> Text:
        x = self.at(node.x, letters)
        return Text(f"{scaled(node.factor, x)} if {letters[node.axis]} < {_plain(node.count)} else {x}", COMPARISON - 1)

    def ones(self, node: Ones, letters: Letters) -> Text:
        return Text("1")

    def map(self, node: Map, letters: Letters) -> Text:
        x = self.at(node.x, letters)
        if node.name == "whole":
            return x
        return Text(f"[{x}]") if node.name == "indicator" else Text(f"{node.name}({x})")

    def power(self, node: Power, letters: Letters) -> Text:
        x = self.at(node.x, letters)
        if node.exponent == -1:
            return Text(f"1 / {x.at(PRODUCT + 1)}", PRODUCT)
        q = number(node.exponent)
        return Text(f"{x.at(POWER + 1)}^{q.text if q.level == ATOM else f'({q})'}", POWER)

    def power_of(self, node: PowerOf, letters: Letters) -> Text:
        own = dict(enumerate(letters))
        x, y = self.operand(node.base, own), self.operand(node.exponent, own)
        return Text(f"{x.at(POWER + 1)}^{y.text if y.level == ATOM else f'({y})'}", POWER)

    def softmax(self, node: Softmax, letters: Letters) -> Text:
        x = self.at(node.x, letters)
        other = self.fresh((node.dims[k] for k in node.axes), letters)
        gone = {letters[k]: y for k, y in zip(node.axes, other, strict=True)}
        y = self.at(node.x, tuple(gone.get(k, k) for k in letters))
        return Text(f"exp({x}) / sum_{','.join(gone.values())} exp({y})", PRODUCT)

    def logsumexp(self, node: LogSumExp, letters: Letters) -> Text:
        gone = self.fresh((node.x.dims[k] for k in node.axes), letters)
        return Text(f"log sum_{','.join(gone)} exp({self._along(node.x, node.axes, letters, gone)})")

    def product(self, node: Product, letters: Letters) -> Text:
        gone = self.fresh((node.x.dims[node.axis],), letters)
        return Text(f"prod_{gone[0]} {self._along(node.x, (node.axis,), letters, gone).at(ATOM)}", PRODUCT)

    def _along(self, x: Node, axes: tuple[int, ...], letters: Letters, gone: Letters) -> Text:
        rest, inner = iter(letters), iter(gone)
        return self.at(x, tuple(next(inner) if k in axes else next(rest) for k in range(x.rank)))

    def others(self, node: Others, letters: Letters) -> Text:
        mine = letters[node.axis]
        other = self.fresh((node.dims[node.axis],), letters)[0]
        x = self.at(node.x, tuple(other if k == node.axis else y for k, y in enumerate(letters)))
        return Text(f"prod_{{{other} != {mine}}} {x.at(ATOM)}", PRODUCT)

    def compare(self, node: Compare, letters: Letters) -> Text:
        own = dict(enumerate(letters))
        x, y = self.operand(node.left, own), self.operand(node.right, own)
        return Text(f"{x.at(COMPARISON + 1)} {node.op} {y.at(COMPARISON + 1)}", COMPARISON)

    def member(self, node: Member, letters: Letters) -> Text:
        members = self.names.get(node.members) or getattr(node.members, "name", "members")
        word = "not in" if node.negated else "in"
        return Text(f"{self.operand(node.x, dict(enumerate(letters)))} {word} {members}", COMPARISON)

    def all(self, node: All, letters: Letters) -> Text:
        own = dict(enumerate(letters))
        return Text(" and ".join(str(self.operand(o, own)) for o in node.masks), COMPARISON - 1)

    def where(self, node: Where, letters: Letters) -> Text:
        own = dict(enumerate(letters))
        mask, x, y = (self.operand(o, own) for o in (node.mask, node.x, node.y))
        return Text(f"{x.at(SUM)} if {mask} else {y.at(SUM)}", COMPARISON - 1)


def _entry(name: str, letters: Iterable[str]) -> str:
    inside = ", ".join(letters)
    return f"{name}[{inside}]" if inside else name


def _plain(a: Affine) -> str:
    text = str(a).replace("|", "")
    return text[0] + text[1:].replace("+", " + ").replace("-", " - ")


_RULES: dict[type[Node], Callable[[Formulas, Any, Letters], Text]] = {
    Input: Formulas.leaf,
    Number: Formulas.number,
    Constant: Formulas.constant,
    SizeOf: Formulas.size_of,
    Count: Formulas.count,
    Positions: Formulas.positions,
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
    Scaled: Formulas.scaled,
    Ones: Formulas.ones,
    Power: Formulas.power,
    PowerOf: Formulas.power_of,
    Softmax: Formulas.softmax,
    LogSumExp: Formulas.logsumexp,
    Product: Formulas.product,
    Others: Formulas.others,
    Compare: Formulas.compare,
    Member: Formulas.member,
    All: Formulas.all,
    Where: Formulas.where,
}
