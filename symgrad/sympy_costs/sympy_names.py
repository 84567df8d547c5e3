"""What the symbols of SymPy expressions mean, and their names in a document, in both directions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from symgrad.core.functions import TABLE
from symgrad.core.nodes import (
    AbstractFunction,
    Apply,
    Entry,
    Expr,
    Func,
    Iverson,
    Prod,
    Sum,
    Tensor,
    distinct,
    free_indices,
    mul,
    parts,
    power,
    reach,
    rebuild,
)
from symgrad.core.ranges import Affine, Gather, Index, IndexArray, IndexExpr, Range
from symgrad.core.substitute import expand, substitute
from symgrad.sympy_costs.latex_names import LatexNames, letter
from symgrad.sympy_costs.recounted import Recounted
from symgrad.sympy_door.bridge import SYMPY_FUNCTIONS, Bridge, BridgeError
from symgrad.sympy_door.from_sympy import FromSympy, subtrees
from symgrad.sympy_door.sum_bounds import own_axes
from symgrad.sympy_door.to_sympy import to_sympy


@dataclass(slots=True)
class SympyNames:
    """Converts expressions that share their symbols.

    bridge: their meaning, counted as in SymPy; latex: their names in a document, where all positions count from 1.
    """

    bridge: Bridge = field(default_factory=lambda: Bridge(base=0))
    latex: LatexNames = field(default_factory=LatexNames)
    symbols: dict[str, Any] = field(default_factory=dict)
    """The symbols, indexed bases and matrix symbols by name."""
    tensors: dict[Tensor, Tensor] = field(default_factory=dict)
    arrays: dict[IndexArray, IndexArray] = field(default_factory=dict)
    functions: dict[AbstractFunction, AbstractFunction] = field(default_factory=dict)
    room: dict[str, Affine] = field(default_factory=dict)
    """What must not be negative, so that no bounds of a sum are reversed, by the bounds."""
    base: int = 0
    """The first position of axes that no sum decides."""
    outward: Recounted = field(init=False)
    """From SymPy's counting to the document's."""

    def __post_init__(self) -> None:
        self.outward = Recounted(self.tensor, self.array, lambda i: int(i.range is not None and i.range.lo == Affine()))

    # --- from SymPy -----------------------------------------------------------------------------------

    def converted(self, given: Sequence[Any]) -> list[Expr]:
        """Expressions, counted as in SymPy. Raises ``BridgeError`` for a node without a counterpart."""
        given = [renamed_apart(e) for e in given]
        for e in given:
            self.enter(e)
        reader = FromSympy(self.bridge)
        reader.survey(*given)
        out = [reader.expr(e, {}) for e in given]
        for e in out:
            reader.compared(e)
        self.base = reader.base
        self.room = reader.room
        summed = {
            str(v) for e in given for n in subtrees(e) if type(n).__name__ in ("Sum", "Product") for v in n.variables
        }
        out = [substitute(x, reader.ranged) for x in out]
        for i in (i for x in out for i in free_indices(x)):
            if i.range is None and i.letter in summed:
                raise BridgeError(
                    f"{i.letter} stands outside of the sum over it: SymPy moves a Piecewise out of an inner sum; write "
                    "its condition as bounds of the sum, or as a factor KroneckerDelta or Heaviside(j - i - 1/2)"
                )
        return out

    def enter(self, e: Any) -> None:
        """Remember the symbols. Raises ``BridgeError`` for two of one name, which SymPy tells apart."""
        for node in subtrees(e):
            if type(node).__name__ in ("Symbol", "Idx", "IndexedBase", "MatrixSymbol"):
                name = str(node)
                known = self.symbols.setdefault(name, node)
                inner = type(known).__name__ != type(node).__name__ and "Symbol" in (
                    type(known).__name__,
                    type(node).__name__,
                )
                if inner:  # the label of an indexed base is a symbol of its name
                    self.symbols[name] = node if type(known).__name__ == "Symbol" else known
                elif known != node:
                    raise BridgeError(
                        f"two different symbols are called {name}, with other assumptions or shapes: use one of them"
                    )

    # --- to a document --------------------------------------------------------------------------------

    def size(self, e: Affine) -> Affine:
        return Affine.build(((self.latex[s] if isinstance(s, str) else s, c) for s, c in e.terms), e.const)

    def from_one(self, r: Range) -> Range:
        return Range.of_size(self.size(r.size))

    def tensor(self, t: Tensor) -> Tensor:
        if t not in self.tensors:
            self.tensors[t] = Tensor(self.latex[t.name], tuple(map(self.from_one, t.ranges)), t.domain)
        return self.tensors[t]

    def array(self, a: IndexArray) -> IndexArray:
        if a not in self.arrays:
            ranges = tuple(map(self.from_one, a.ranges))
            self.arrays[a] = IndexArray(self.latex[a.name], ranges, self.from_one(a.target))
        return self.arrays[a]

    def function(self, f: AbstractFunction) -> AbstractFunction:
        if f not in self.functions:
            self.functions[f] = AbstractFunction(self.latex[f.name], f.shapes)
        return self.functions[f]

    def for_document(self, e: Expr) -> Expr:
        """An expression as the document has it: positions from 1, and names in LaTeX."""
        return self.lettered(with_factors(with_functions(self.outward(e, {}), self.function)))

    def lettered(self, e: Expr) -> Expr:
        """The expression with sizes by their names in the document, and one letter for every index."""
        taken = frozenset(self.latex[n] for n in (*self.bridge.tensors, *self.bridge.arrays, *self.bridge.sizes))
        fixed: dict[Index, IndexExpr] = {}
        for i in sorted(free_indices(e), key=lambda i: i.serial):
            name = self.latex.written.get(i.letter)
            if name is None:
                others = frozenset(self.latex.written.values())
                name = self.latex.written[i.letter] = letter(i.letter, taken | others)
            fixed[i] = Index(name, self._sized(i.range), i.kind)
        named = taken | {i.letter for i in fixed.values() if isinstance(i, Index)}
        e = substitute(e, fixed)

        def bound(i: Index) -> Index:
            if i not in made:
                made[i] = Index(letter(i.letter, frozenset(named)), self._sized(i.range), "bound")
            return made[i]

        def index(x: IndexExpr) -> IndexExpr:
            if isinstance(x, Index):
                return made.get(x, x)
            if isinstance(x, Gather):
                return Gather(x.array, tuple(map(index, x.indices)))
            terms = ((made.get(s, s) if isinstance(s, Index) else self.latex[s], c) for s, c in x.terms)
            return Affine.build(terms, x.const)

        def go(n: Expr) -> Expr:
            for i in parts(n)[2]:
                bound(i)
            return rebuild(n, index, go, bound)

        made: dict[Index, Index] = {}
        return go(e)

    def _sized(self, r: Range | None) -> Range | None:
        return None if r is None else Range(self.size(r.lo), self.size(r.hi))

    # --- back to SymPy --------------------------------------------------------------------------------

    def to_sympy(self, e: Expr, entry: Expr | None = None) -> Any:
        """An expression of the document in SymPy, with the symbols and the counting of the user.

        entry: of an array, whose free indices count as its axes do.
        """
        e = elementary(expand(e))
        tensors = {self.tensors[t].name: t for t in self.tensors}
        arrays = {self.arrays[a].name: a for a in self.arrays}
        starts = dict(self._starts(e, tensors)) | dict(self._starts(entry, tensors) if entry is not None else ())
        default = self.base - 1
        back = Recounted(
            lambda t: tensors.get(t.name, t), lambda a: arrays.get(a.name, a), lambda i: starts.get(i, default)
        )
        functions = {self.functions[f].name: f for f in self.functions}
        found = with_functions(back(e, {}), lambda f: functions.get(f.name, f))
        return self.in_symbols(to_sympy(found, Bridge(indices={i.letter: i for i in free_indices(found)})))

    def moves(self) -> dict[str, int]:
        """How far the positions of the cost move from the document to SymPy, by their letter in the document."""
        return {self.latex[i.letter]: -self.outward.start(i) for i in self.outward.outer}

    def _starts(self, e: Expr, tensors: dict[str, Tensor]) -> Iterator[tuple[Index, int]]:
        """How far positions move, and indices that stand alone in a slot."""
        for i in free_indices(e):
            if i.kind == "fixed":
                yield i, self.moves().get(i.letter, 0)
        for node in distinct(e):
            if isinstance(node, Entry) and node.tensor.name in tensors:
                for at, r in zip(node.indices, tensors[node.tensor.name].ranges, strict=True):
                    if isinstance(at, Index) and at.kind != "fixed" and not r.lo.terms:
                        yield at, r.lo.const - 1

    def in_symbols(self, e: Any) -> Any:
        """A SymPy expression with the user's symbols in the place of those with their names in the document."""
        back = self.latex.back()
        found = {}
        for node in subtrees(e):
            kind = type(node).__name__
            if kind in ("Symbol", "IndexedBase", "MatrixSymbol") and node not in found:
                name = back.get(str(node), str(node))
                known = self.symbols.get(name)
                if kind == "MatrixSymbol" and type(known).__name__ != kind:  # an array of one or two axes as a matrix
                    found[node] = node.func(name, *(self.in_symbols(size) for size in node.shape))
                    continue
                if known is not None and ("Matrix" not in kind or kind == type(known).__name__):
                    rows = kind == "MatrixSymbol" and known.shape[0] == 1 != known.shape[1]
                    found[node] = known.T if rows else known  # vectors are columns in a document
        return self._replaced(e, found)

    def matrix_in_symbols(self, e: Any) -> Any:
        """A matrix form with the user's symbols and positions; None if it holds sums over indices."""
        import sympy

        moved = {sympy.Symbol(letter, integer=True): by for letter, by in self.moves().items() if by}
        if e.atoms(sympy.IndexedBase) and self.base != 1:
            return None  # an index form inside, whose sums count from 1
        shifted = e.xreplace({s: s - by for s, by in moved.items()}) if moved else e
        return self.in_symbols(shifted)

    def _replaced(self, e: Any, found: dict[Any, Any]) -> Any:
        """Rebuilt from the leaves, since ``xreplace`` does not replace the variables of a sum by an ``Idx``."""
        import sympy

        if isinstance(e, sympy.Indexed):
            base = found.get(e.base, e.base)
            at = [self._replaced(i, found) for i in e.indices]
            if isinstance(base, sympy.MatrixSymbol):
                return base[tuple(at)] if len(at) == 2 else base[(at[0], 0) if base.cols == 1 else (0, at[0])]
            return base[tuple(at)]
        if e in found:
            return found[e]
        if not e.args:
            return e
        args = [self._replaced(a, found) for a in e.args]
        if tuple(args) == tuple(e.args):
            return e
        return e.func(*args)


def with_functions(e: Expr, other: Callable[[AbstractFunction], AbstractFunction]) -> Expr:
    """The expression with other abstract functions in the place of its own."""

    def go(n: Expr) -> Expr:
        n = rebuild(n, lambda x: x, go)
        return Apply(other(n.function), n.arguments, n.derivs) if isinstance(n, Apply) else n

    return go(e) if reach(e).functions else e


def with_factors(e: Expr) -> Expr:
    """Bounds as factors where the index stands in no slot of its whole range, since they would be its range there."""

    def go(n: Expr) -> Expr:
        n = rebuild(n, lambda x: x, go)
        if isinstance(n, (Sum, Prod)) and n.where and n.index.range not in tuple(own_axes(n.index, n.body)):
            held = mul(*map(Iverson, n.where))
            return type(n)(n.index, mul(held, n.body) if isinstance(n, Sum) else power(n.body, held))
        return n

    return go(e)


def renamed_apart(e: Any) -> Any:
    """The expression with every ``Dummy`` as a symbol whose name nothing else has."""
    import sympy

    if not isinstance(e, sympy.Basic):
        if isinstance(e, int):
            return sympy.Integer(e)
        raise BridgeError(f"{e!r} is no SymPy expression")
    dummies = sorted(e.atoms(sympy.Dummy), key=lambda d: d.dummy_index)
    if not dummies:
        return e
    taken = {str(s) for s in e.atoms(sympy.Symbol)}
    new = {}
    for d in dummies:
        name = d.name
        while name in taken:
            name += "x"
        taken.add(name)
        new[d] = sympy.Symbol(name, **d.assumptions0)
    return e.xreplace(new)


def elementary(e: Expr) -> Expr:
    """The expression without functions that SymPy lacks: the logistic function as a quotient, ``relu`` as a choice."""

    def go(n: Expr) -> Expr:
        n = rebuild(n, lambda x: x, go)
        if isinstance(n, Func) and n.name not in SYMPY_FUNCTIONS and n.name != "sqrt":
            row = TABLE.get(n.name)
            if row is not None and row.expansion is not None:
                return go(row.expansion(n.arg))
        return n

    return go(e)
