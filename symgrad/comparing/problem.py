"""What code is compared with: the cost of a document, its names, and the assumptions that hold for its definition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from symgrad.comparing.document_spelling import spellings
from symgrad.comparing.upstream_gradient import upstream_spellings, weighted
from symgrad.core import nodes as n
from symgrad.core.claims import Assumption
from symgrad.core.ranges import Affine, Gather, Index, IndexArray, IndexExpr, Subset, indices_of
from symgrad.reading.document_names import DocumentNames, Quantity
from symgrad.reading.meaning.assumptions import read_assumptions
from symgrad.reading.read_document import ReadDocument
from symgrad.text.diagnostic import NotationError, SymgradError

Kind = Literal["array", "position", "positions", "subset", "size", "value"]
Dependency = n.Tensor | Index | IndexArray | Subset | str | n.AbstractFunction
"""What a value is computed from; a size is given by its name."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name of the document. ``latex`` is the name as it is written there, ``spelled`` the same in ASCII.

    what: a ``Tensor``, ``Index``, ``IndexArray``, ``Subset`` or the name of a size by their kind;
    for a ``value`` (a slice, a defined quantity, any expression) its entry, open in ``axes``.
    """

    kind: Kind
    latex: str
    spelled: str
    what: n.Tensor | Index | IndexArray | Subset | str | n.Expr
    axes: tuple[Index, ...] = ()

    @property
    def target(self) -> n.Entry | n.Ref | None:
        """The entry to differentiate by; None if the name can't be varied."""
        if isinstance(self.what, (n.Entry, n.Ref)):
            return self.what
        return None

    @property
    def is_real(self) -> bool:
        """True if it can be varied: a real-valued array, a slice of one, or a defined quantity."""
        target = self.target
        if isinstance(target, n.Entry):
            return target.tensor.domain not in ("bit", "sign")
        return isinstance(target, n.Ref)


@dataclass(slots=True)
class Problem:
    """A cost of a document, its arguments, and the assumptions about them."""

    document: ReadDocument
    vocabulary: DocumentNames
    cost: Quantity
    arguments: dict[str, Name] = field(default_factory=dict)
    """Everything that the cost depends on, by ASCII name: arrays, positions, subsets, then sizes."""
    upstream: n.Tensor | None = None
    """For an array in place of a cost: the gradient by it, an argument of its own."""

    def __post_init__(self) -> None:
        found = list(dict.fromkeys(dependencies(self.cost.value.body)))
        functions = [f.name for f in found if isinstance(f, n.AbstractFunction)]
        if functions:
            raise SymgradError(
                f"{self.cost.name} uses the function {functions[0]}, which the document does not define: "
                "no code can be compared with it"
            )
        self._enter(found)

    def include(self, name: Name) -> None:
        """Add everything that a name depends on to the arguments, even if the cost does not depend on it."""
        found = dependencies(name.what) if isinstance(name.what, n.Expr) else (name.what,)
        self._enter(d for d in found if not isinstance(d, n.AbstractFunction))

    def knows(self, name: Name) -> bool:
        """True if the cost depends on everything that this name depends on."""
        found = set(dependencies(name.what)) if isinstance(name.what, n.Expr) else {name.what}
        return found <= {a.what.tensor if isinstance(a.what, n.Entry) else a.what for a in self.arguments.values()}

    def _enter(self, new: Iterable[Dependency]) -> None:
        """Add arguments for dependencies that have none yet: arrays first, sizes last."""
        known = {a.latex for a in self.arguments.values()}
        found = [d for d in new if _latex(d) not in known]
        order: tuple[type, ...] = (n.Tensor, Index, IndexArray, Subset, str)
        found.sort(key=lambda d: next(k for k, t in enumerate(order) if isinstance(d, t)))
        latex = [_latex(d) for d in found]
        spelled = spellings((*(a.latex for a in self.arguments.values()), *latex))
        for d, text in zip(found, latex, strict=True):
            name = spelled[text]
            self.arguments.setdefault(name, _name(d, text, name))

    @property
    def value(self) -> n.Expr:
        """The cost, a scalar in the fixed positions."""
        return self.cost.value.body

    def lookup(self, text: str) -> Name | None:
        """A name or an expression of the document, as it is written there or in ASCII; None if it can't be read."""
        text = text.strip()
        found = self.arguments.get(text)
        if found is None and self.upstream is not None and text in upstream_spellings(self.upstream):
            found = next(a for a in self.arguments.values() if a.latex == self.upstream.name)
        if found is None:
            found = next((a for a in self.arguments.values() if a.latex == text), None)
        if found is None:
            found = self._defined(text)
        return found

    def named(self, parameter: str) -> Name | None:
        """The name that a parameter of code has. Unlike ``lookup``, it does not read ``xw`` as a product of names."""
        found = self.lookup(parameter)
        if found is not None and found.kind == "value" and (found.target is None or found.what is self.value):
            return None
        return found

    def _defined(self, text: str) -> Name | None:
        spelled = spellings(q.name for q in self.vocabulary.quantities())
        written = next((latex for latex, name in spelled.items() if name == text), text)
        try:
            value = self.vocabulary.read(written)
        except NotationError:
            return None
        opened = n.free_indices(value.body) - {*value.axes}
        if any(i.kind != "fixed" for i in opened):
            return None
        return Name("value", written, spellings([written])[written], value.body, value.axes)

    def assumptions(self) -> tuple[tuple[Assumption, ...], tuple[Assumption, ...]]:
        """The assumptions that hold for the cost, and all assumptions of the document.

        An assumption about positions that comes after the definition of the cost (that no sample repeats, say)
        restricts a later step, and not the cost.
        """
        everywhere = self.vocabulary.assumptions()
        scope = self.document.scope
        own, place = self.document.source, self.cost.span.start
        before = [a for a in scope.assumed if a.span.source is not own or a.span.start < place]
        kept, scope.assumed = scope.assumed, before
        try:
            early = read_assumptions(self.vocabulary.elaborator()).assumptions
        finally:
            scope.assumed = kept
        texts = {a.latex for a in early}
        late = [a for a in everywhere if a.latex not in texts and not _positional(a)]
        return (*early, *late), everywhere


def problem_of(document: ReadDocument, of: str | None = None) -> Problem:
    """The cost ``of`` a document, by its name there or in ASCII; without a name, the one that no other quantity uses.

    If ``of`` names an array, the cost is the sum of its entries times those of the upstream gradient.

    Raises ``SymgradError`` if there is none, or more than one.
    """
    path = document.source.path
    vocabulary = DocumentNames(document)
    every = list(vocabulary.quantities())
    scalars = [q for q in every if q.is_scalar]
    if of is not None:
        written = spellings(q.name for q in every)
        found = [q for q in every if of.strip() in (q.name, written[q.name])]
        if found and not found[-1].is_scalar:
            cost, upstream = weighted(found[-1])
            return Problem(document, vocabulary, cost, upstream=upstream)
    if not scalars:
        why = next((f": {d.message}" for d in document.diagnostics if d.severity == "error"), "")
        raise SymgradError(f"{path} defines no scalar that could be a cost{why}")
    spelled = spellings(q.name for q in scalars)
    listed = ", ".join(dict.fromkeys(spelled[q.name] for q in scalars))
    if of is not None:
        chosen = [q for q in scalars if of.strip() in (q.name, spelled[q.name])]
        if not chosen:
            raise SymgradError(f"{path} defines no scalar {of}; it defines {listed}")
        return Problem(document, vocabulary, chosen[-1])
    used = {
        node.definition.name
        for q in vocabulary.quantities()
        for node in n.distinct(q.definition.body)
        if isinstance(node, n.Ref)
    }
    final = [q for q in scalars if q.name not in used] or scalars
    if len(final) > 1:
        final = [q for q in final if q.name == "J"] or final
    if len({q.name for q in final}) > 1:
        raise SymgradError(f"{path} defines more than one cost, {listed}: say which with --of")
    return Problem(document, vocabulary, final[-1])


def _positional(a: Assumption) -> bool:
    return a.cond is not None and a.cond.op != "pos"


def dependencies(expr: n.Expr) -> Iterator[Dependency]:
    """Everything that an expression depends on, through definitions, in the order of first mention."""
    for node in n.all_nodes(expr):
        if isinstance(node, n.Entry):
            yield node.tensor
            for r in node.tensor.ranges:
                yield from (*r.lo.sizes(), *r.hi.sizes())
        elif isinstance(node, n.Apply):
            yield node.function
        for e in n.parts(node)[0]:
            yield from _index_dependencies(e)
        if isinstance(node, n.Size):
            yield from _index_dependencies(node.affine)
        if isinstance(node, (n.Sum, n.Prod)) and node.index.range is not None:
            r = node.index.range
            yield from (*r.lo.sizes(), *r.hi.sizes())
        for c in n.conditions(node):
            if isinstance(c.right, Subset):
                yield c.right


def _index_dependencies(e: IndexExpr) -> Iterator[Index | IndexArray | str]:
    for i in indices_of(e):
        if i.kind == "fixed":
            yield i
            if i.range is not None:
                yield from (*i.range.lo.sizes(), *i.range.hi.sizes())
    if isinstance(e, Affine):
        yield from e.sizes()
    if isinstance(e, Gather):
        yield e.array
        for r in (*e.array.ranges, e.array.target):
            yield from (*r.lo.sizes(), *r.hi.sizes())
        for inner in e.indices:
            yield from _index_dependencies(inner)


def _latex(d: Dependency) -> str:
    if isinstance(d, str):
        return d
    return d.letter if isinstance(d, Index) else d.name


def _name(d: Dependency, latex: str, spelled: str) -> Name:
    if isinstance(d, n.Tensor):
        axes = tuple(Index("ijklmn"[k % 6], r, "free") for k, r in enumerate(d.ranges))
        return Name("array", latex, spelled, n.Entry(d, axes), axes)
    if isinstance(d, Index):
        return Name("position", latex, spelled, d)
    if isinstance(d, IndexArray):
        return Name("positions", latex, spelled, d)
    if isinstance(d, Subset):
        return Name("subset", latex, spelled, d)
    assert isinstance(d, str)  # abstract functions have been refused
    return Name("size", latex, spelled, d)
