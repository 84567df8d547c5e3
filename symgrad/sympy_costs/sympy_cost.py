"""A cost, from SymPy or from a document, with the methods that both have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from symgrad.calculus.differentiate import Resolver
from symgrad.core.claims import Claim
from symgrad.core.nodes import (
    Add,
    Definition,
    Entry,
    Expr,
    Lam,
    MatrixFunction,
    Mul,
    Ref,
    Tensor,
    free_indices,
    reach,
    rebuild,
)
from symgrad.core.ranges import Index, IndexExpr
from symgrad.core.substitute import expand, mapped, substitute
from symgrad.gradients.dummy_naming import DummyNamer
from symgrad.gradients.gradient import Gradient, gradient
from symgrad.gradients.requests import GradientRequests
from symgrad.gradients.simplify import Simplifier
from symgrad.reading.document_reader import read_document
from symgrad.reading.read_document import ReadDocument
from symgrad.sympy_costs.document_text import document_text
from symgrad.sympy_costs.entered_cost import entered
from symgrad.sympy_costs.keyword_function import KeywordFunction, keyword_function
from symgrad.sympy_costs.latex_names import LatexNames
from symgrad.sympy_costs.sympy_gradient import SympyGradient
from symgrad.sympy_costs.sympy_names import SympyNames, elementary, with_functions
from symgrad.sympy_door.bridge import BridgeError
from symgrad.sympy_door.from_sympy import FromSympy
from symgrad.sympy_door.to_sympy import to_sympy
from symgrad.text.diagnostic import NotationError, SymgradError
from symgrad.text.python_names import spelled
from symgrad.text.source import Source
from symgrad.writing.index_latex import latex
from symgrad.writing.letters import name as written

if TYPE_CHECKING:
    from symgrad.comparing.findings import Comparison

Target = Any
"""What a derivative is taken by: a SymPy array, entry or symbol, or a name as the document writes it."""
NAMES = ("J", "L", "E", "F", "C", "Q", "Z")


@dataclass(repr=False)
class SympyCost:
    """A cost with its document. Made by ``symgrad.Cost(expr)``, or by ``doc.cost("J")``.

    read: the document; name: of the cost in it; names: the symbols of the SymPy expression it was built from, None
    for a cost of a document.
    """

    read: ReadDocument
    name: str
    names: SympyNames | None = None
    given: Any = None
    written: bool = True
    """False if the text of the document has not been read."""
    _requests: GradientRequests | None = field(default=None)

    def __repr__(self) -> str:
        text = str(self.given) if self.given is not None else f"{self.name} of {self.read.source.path}"
        return f"<Cost {text if len(text) <= 70 else text[:67] + '...'}>"

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    @cached_property
    def requests(self) -> GradientRequests:
        """Derives gradients in the names of the document."""
        return self._requests or GradientRequests(self.read)

    @cached_property
    def value(self) -> Expr:
        """The reference to the cost in the document."""
        return self.requests.vocabulary.read(self.name).body

    @property
    def sympy(self) -> Any:
        """The cost in SymPy: as it was given, or the document's with its definitions written out."""
        if self.given is not None:
            return self.given
        return to_sympy(elementary(expand(self.value)))

    def latex(self) -> str:
        """``J = …``"""
        body = self.value.definition.body if isinstance(self.value, Ref) else self.value
        return f"{self.name} = {latex(body, self.requests.naming)}"

    # --- gradients ----------------------------------------------------------------------------------

    def gradient(
        self, wrt: Target | Sequence[Target], names: Mapping[str, Any] | None = None
    ) -> SympyGradient | dict[str, SympyGradient]:
        """The derivative by an array, an entry or a number; a dictionary by name for several.

        names: quantities to write it with, by their names in LaTeX, ``{"\\hat y": yhat}``; their free indices are axes.

        Raises ``SymgradError`` if the cost does not depend on one, or can't be differentiated by it.
        """
        if names:
            if self.given is None:
                raise BridgeError(
                    "a document names its own quantities: define them there, and leave out `names`", "SG503"
                )
            return cost_of(self.given, tuple(names.items())).gradient(wrt)
        if isinstance(wrt, (list, tuple)):
            return {str(t): self._by(t) for t in wrt}
        return self._by(wrt)

    def _by(self, wrt: Target) -> SympyGradient:
        text = self.target(wrt)
        found: Gradient = gradient(self.requests, self.name, [text])
        return SympyGradient(found, self.names, self.lambdify, self._letters(wrt))

    def _letters(self, wrt: Target) -> tuple[Any, ...]:
        """The free indices of an entry: those in a slot of their own that are no positions of the cost."""
        if self.names is None or type(wrt).__name__ not in ("Indexed", "MatrixElement"):
            return ()
        return tuple(s for s in wrt.indices if s.is_symbol and str(s) not in self.fixed)

    @property
    def fixed(self) -> frozenset[str]:
        """The names of the positions in the cost."""
        return frozenset() if self.names is None else frozenset(i.letter for i in self.names.outward.outer)

    def targets(self, wrt: Target | Sequence[Target]) -> list[str]:
        """One target or several as the document writes them."""
        return [self.target(t) for t in (wrt if isinstance(wrt, (list, tuple)) else [wrt])]

    def target(self, wrt: Target) -> str:
        """A target as the document writes it."""
        if isinstance(wrt, str) and (self.names is None or wrt not in self.names.symbols):
            return wrt
        if self.names is None:
            return str(wrt)
        names = self.names
        name = str(getattr(wrt, "name", wrt)) if not hasattr(wrt, "base") else ""
        if any(t.name == name for t in names.tensors):
            return written(names.latex[name])
        if name or not str(type(wrt).__module__).startswith("sympy"):
            known = ", ".join(sorted(t.name for t in names.tensors))
            raise BridgeError(
                f"the cost does not depend on {wrt}: differentiate by {known}, or an entry of one", "SG503"
            )
        names.enter(wrt)
        entry = FromSympy(names.bridge).whole(wrt)
        if not isinstance(entry, Entry) or entry.tensor not in names.tensors:
            raise BridgeError(f"{wrt} is no entry of an array of the cost: its derivative is 0", "SG503")
        free = [e for e in entry.indices if isinstance(e, Index) and e.letter not in names.latex.written]
        if len(set(free)) < len(free):
            raise BridgeError(
                f"{wrt} has an index twice: differentiate by the whole array {entry.tensor.name}", "SG503"
            )
        loose = [i for i in free_indices(entry) if i not in free and i.letter not in names.latex.written]
        if loose:
            raise BridgeError(f"{loose[0].letter} in {wrt} is not alone in its slot: use an index of its own", "SG503")
        if len(free) == len(entry.indices):
            return written(names.latex[entry.tensor.name])
        if not free:
            return latex(names.for_document(entry), self.requests.naming)
        slots = (":" if e in free else _written(names, entry, k) for k, e in enumerate(entry.indices))
        return written(names.latex[entry.tensor.name], ",".join(slots))

    def parameters(self) -> list[str]:
        """The names of the real arrays and numbers that the cost depends on, as its maker wrote them."""
        found = self.requests.parameters(self.requests.quantity(self.name))
        back = self.names.latex.back() if self.names is not None else {}
        return [back.get(name, name) for name in found]

    # --- functions ------------------------------------------------------------------------------------

    def lambdify(self, wrt: Target | Sequence[Target] | None = None, target: str = "numpy") -> KeywordFunction:
        """A function of keyword arguments, positions from 0: the value, or ``(value, {name: gradient})``.

        target: ``numpy``, ``jax`` or ``torch``.
        """
        found = None if wrt is None else self.whole(wrt)
        return keyword_function(self.read, self.name, self.value, self.names, found, target)

    def whole(self, wrt: Target | Sequence[Target]) -> dict[str, str]:
        """Arrays and numbers as the document writes them, by their names; an entry is none of them."""
        out = {}
        asked: Sequence[Any] = wrt if isinstance(wrt, (list, tuple)) else [wrt]
        for t in asked:
            if type(t).__name__ in ("Indexed", "MatrixElement"):
                raise BridgeError(
                    f"{t} is an entry: differentiate by the whole array, `lambdify(J, wrt={t.args[0]})`, or take "
                    f"`gradient(J, {t}).lambdify()`",
                    "SG503",
                )
            text = self.target(t)
            out[spelled(text) if self.names is None else str(getattr(t, "name", t))] = text
        return out

    def export(self, wrt: Target | Sequence[Target] | None = None, target: str = "numpy") -> str:
        """The text of a module with the cost and its gradients."""
        from symgrad.exporting.costs import export_document

        texts = None if wrt is None else list(self.whole(wrt).values())
        return export_document(self.read, (self.name,), texts, target).text

    def compare(
        self,
        function: Callable[..., Any],
        wrt: Target | Sequence[Target] | None = None,
        *,
        map: Mapping[str, object] | None = None,
        seed: int = 0,
    ) -> Comparison:
        """Compare a hand-coded function with the cost and its gradients, and with finite differences.

        map: ``{name: argument}``, if the function's arguments have other names. Raises ``SymgradError`` if the two
        can't be compared.
        """
        from symgrad.comparing.comparer import compare
        from symgrad.comparing.problem import problem_of

        texts = None if wrt is None else self.targets(wrt)
        given = {k if self.names is None else self.names.latex[k]: v for k, v in (map or {}).items()}
        maps = [
            f"{name}={argument if isinstance(argument, str) else repr(argument)}" for name, argument in given.items()
        ]
        return compare(function, problem_of(self.read, self.name), texts, maps, seed)

    def document(self, wrt: Target | Sequence[Target] | None = None) -> str:
        """The derivation as a Markdown document: declarations, definition and the gradients written out."""
        if not self.written:
            return cost_of(self.given, written=True).document(wrt)
        texts = self.targets(self.parameters() if wrt is None else wrt)
        parts = [self.read.source.text.rstrip()] if self.names is not None else []
        for text in texts:
            parts.append(f"## By ${text}$\n\n{gradient(self.requests, self.name, [text]).steps()}")
        return "\n\n".join(parts) + "\n"


@lru_cache(maxsize=16)
def cost_of(expr: Any, named: tuple[tuple[str, Any], ...] = (), written: bool = False) -> SympyCost:
    """The cost of a SymPy expression. Raises ``SymgradError`` for a node that has no counterpart, by its name.

    A name that means something else in a document, ``delta`` or ``E``, is written as another one there.
    named: quantities that gradients are written with, by their names in LaTeX; written: with a document that was read.
    """
    try:
        return _cost(expr, named, SympyNames(), written)
    except BridgeError:
        raise
    except SymgradError as first:
        try:
            return _cost(expr, named, SympyNames(latex=LatexNames(plain=True)), written)
        except SymgradError:
            raise first from None


def _cost(expr: Any, named: tuple[tuple[str, Any], ...], names: SympyNames, written: bool) -> SympyCost:
    body, *others = map(names.for_document, names.converted([expr, *(e for _, e in named)]))
    quantities = {n: e for (n, _), e in zip(named, others, strict=True)}
    used = {*names.latex.written.values(), *names.symbols, *quantities}
    name = next(n for n in NAMES if n not in used)
    stated, matrices = named_matrices(body, [n for n in "MABHKPRST" if n not in used | {name}])
    text = document_text(name, stated, {**matrices, **quantities})
    if not (written or matrices or quantities):
        return SympyCost(entered(name, stated, text), name, names, expr, written=False)
    requests = _requests(text, quantities)
    if quantities:  # once more, with the cost itself written with them
        style = replace(requests.style(requests.quantity(name)), definitions=requests.named)
        folded = Simplifier(style)(expand(requests.quantity(name).body))
        requests = _requests(
            document_text(name, stated, {**matrices, **quantities}, latex(folded, requests.naming)), quantities
        )
    cost = SympyCost(requests.document, name, names, expr, _requests=requests)
    confirm(cost, body)
    return cost


def named_matrices(body: Expr, spare: Sequence[str]) -> tuple[Expr, dict[str, Expr]]:
    """The cost with names for the matrices whose inverse or determinant it has, since a document names them."""
    left, found = iter(spare), dict[Definition, None]()

    def other(n: Expr) -> Expr:
        n = rebuild(n, lambda x: x, other)
        if not isinstance(n, MatrixFunction) or isinstance(n.matrix.body, (Entry, Ref)):
            return n
        axes = n.matrix.axes
        if any(i.kind == "bound" for i in free_indices(n.matrix.body) - set(axes)):
            return n  # another matrix for each position of a sum
        known = [d for d in found if d.body is substitute(n.matrix.body, dict(zip(axes, d.params, strict=True)))]
        if known:
            definition = known[0]
        else:
            definition = Definition(next(left), axes, n.matrix.body)
            found[definition] = None
        return MatrixFunction(n.name, Lam(axes, Ref(definition, axes)), n.indices)

    return other(body), {d.name: d.body for d in found}


def _requests(text: str, quantities: Iterable[str]) -> GradientRequests:
    read = read_document(Source("cost.md", text))
    errors = [d for d in read.diagnostics if d.severity == "error"]
    if errors:
        raise NotationError(errors[0])
    requests = GradientRequests(read)
    defined = [requests.vocabulary.read(n).body for n in quantities]
    requests.named = tuple(d.definition for d in defined if isinstance(d, Ref))
    return requests


def confirm(cost: SympyCost, body: Expr) -> None:
    """The document must mean what was given: its cost is proved equal to the converted expression."""
    from symgrad.proving.proof import Prover

    resolve = Resolver().resolve
    read, body = resolve(expand(cost.value)), resolve(body)
    functions = {f.name: f for f in reach(read).functions}
    tensors = {t.name: t for t in reach(read).tensors}
    letters: dict[str, IndexExpr] = {i.letter: i for i in _open(read)}

    def renamed(n: Expr) -> Expr | None:
        return Entry(tensors.get(n.tensor.name, n.tensor), n.indices) if isinstance(n, Entry) else None

    here = {i: letters[i.letter] for i in _open(body) if i.letter in letters}
    mine = with_functions(substitute(mapped(body, renamed), here), lambda f: functions.get(f.name, f))
    canonical = DummyNamer().canonical
    same = _in_one_order(canonical(read)) is _in_one_order(canonical(mine))
    if not same and Prover().prove(Claim(read, mine, ())) is None:
        raise BridgeError(f"this expression can't be written as a document: it is read as {latex(read)}", "SG503")


def _in_one_order(node: Expr) -> Expr:
    """The expression with its terms and factors in an order that is the same for the same ones, in this process."""
    done = rebuild(node, lambda e: e, _in_one_order)
    return type(done)(tuple(sorted(done.args[0], key=id))) if isinstance(done, (Add, Mul)) else done


def _open(e: Expr) -> list[Index]:
    return sorted(free_indices(e), key=lambda i: i.serial)


def _written(names: SympyNames, entry: Entry, k: int) -> str:
    """The position in one slot as the document writes it."""
    tensor = names.tensor(entry.tensor)
    position = names.outward.slot(entry.indices[k], entry.tensor.ranges[k], tensor.ranges[k], {})
    vector = Entry(Tensor("x", (tensor.ranges[k],)), (position,))
    found = names.lettered(vector)
    assert isinstance(found, Entry)
    return "".join(latex(found)[1:].removeprefix("_").strip("{}"))
