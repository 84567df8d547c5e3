"""What is asked: the derivative of a quantity, by one or two others, in the names of a document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from symgrad.calculus.depends import depends_on
from symgrad.core.nodes import Apply, Definition, Entry, Expr, Ref, Tensor, distinct, free_indices, reach
from symgrad.core.ranges import Index, Range
from symgrad.core.substitute import substitute
from symgrad.gradients.document_style import DocumentStyle, reachable, style_of
from symgrad.gradients.simplify import Simplifier
from symgrad.reading.document_names import DocumentNames, Quantity
from symgrad.reading.meaning.values import ReadValue
from symgrad.reading.read_document import ReadDocument
from symgrad.text.diagnostic import Diagnostic, NotationError, SymgradError
from symgrad.text.source import Source, Span
from symgrad.writing.letters import Naming

USUAL = "ijklmnpqrstuvwabcdfgh"
"""Letters for the entries that a derivative is taken by, where the document has none to spare."""


class Independent(SymgradError):
    """A derivative by what a quantity does not depend on."""


@dataclass(frozen=True, slots=True)
class DerivativeTarget:
    """An entry or a slice to differentiate by. ``open_``: its free indices; ``axes``: those that are array axes."""

    entry: Entry | Ref
    axes: tuple[Index, ...]
    row: bool = False

    @property
    def symbol(self) -> Tensor | Definition:
        return self.entry.args[0]  # type: ignore[no-any-return]  # the first argument of both kinds


@dataclass(slots=True)
class GradientRequests:
    """Questions to one document."""

    document: ReadDocument
    vocabulary: DocumentNames = field(init=False)
    quantities: tuple[Quantity, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.vocabulary = DocumentNames(self.document)
        self.quantities = tuple(self.vocabulary.quantities())

    @property
    def naming(self) -> Naming:
        return self.vocabulary.naming()

    def costs(self) -> list[str]:
        """The scalars that no other definition uses, and the costs known only by their upstream gradient.

        Those that depend on no real array or number are left out.
        """
        used = {d for q in self.quantities for d in reach(q.definition.body).definitions}
        out = [q.name for q in self.quantities if q.is_scalar and q.definition not in used]
        applied = {n.function for q in self.quantities for n in distinct(q.definition.body) if isinstance(n, Apply)}
        out += [str(name) for name, f in self.document.scope.functions.items() if any(f.shapes) and f not in applied]
        return [name for name in dict.fromkeys(out) if self.parameters(self.vocabulary.read(name))]

    def problems(self) -> list[Diagnostic]:
        """What could not be read of the document's declarations and definitions: costs may be among it."""
        found = [d for d in self.document.diagnostics if d.severity == "error"]
        found += [d for d in self.vocabulary.unread if d not in found]
        return found

    def quantity(self, text: str, wrt: Sequence[str] = ()) -> ReadValue:
        """A quantity to be differentiated, by name or as an expression; the letters of ``wrt`` are left alone."""
        value = self.vocabulary.read(text)
        asked = [self.vocabulary.read(t) for t in wrt]
        taken = {x for t in asked for x in self._given_letters(t.body, t.axes)}
        letters = iter(self._letters(value.body, [a.range for a in value.axes], taken))
        axes = tuple(Index(next(letters), a.range, "free") for a in value.axes)
        return replace(value, body=substitute(value.body, dict(zip(value.axes, axes, strict=True))), axes=axes)

    def parameters(self, of: ReadValue) -> list[str]:
        """The real arrays and numbers that a quantity depends on, as ``--wrt`` takes them."""
        found: dict[Tensor, None] = {}
        for body in (of.body, *(d.body for d in reachable(of.body))):
            for n in distinct(body):
                if isinstance(n, Entry):
                    found[n.tensor] = None
        return [t.name for t in found if t.domain not in ("bit", "sign")]

    def targets(self, of: ReadValue, wrt: Sequence[str]) -> list[DerivativeTarget]:
        """What a quantity is differentiated by, each entry with letters of its own."""
        out: list[DerivativeTarget] = []
        taken = {i.letter for i in free_indices(of.body)}
        for text in wrt:
            out.append(self._target(of, text, taken))
            taken |= {i.letter for i in free_indices(out[-1].entry)}
        return out

    def _target(self, of: ReadValue, text: str, taken: set[str]) -> DerivativeTarget:
        value = self.vocabulary.read(text)
        body = value.body
        span = Span(Source("the question", text), 0, len(text))
        if not isinstance(body, (Entry, Ref)):
            remedy = "give the expression a name first"
            raise NotationError(
                Diagnostic("SG113", "a derivative is taken by a quantity or an entry of it", span, remedy)
            )
        if not depends_on(of.body, body):
            raise Independent(f"the quantity does not depend on `{text}`: its derivative is 0")
        letters = self._letters(of.body, [a.range for a in value.axes], taken | self._given_letters(body, value.axes))
        axes = tuple(Index(letter, a.range, "free") for letter, a in zip(letters, value.axes, strict=True))
        again = {i: Index(i.letter, i.range, "free") for i in free_indices(body) - set(value.axes) if i.kind != "fixed"}
        moved = substitute(body, {**dict(zip(value.axes, axes, strict=True)), **again})
        assert isinstance(moved, (Entry, Ref))
        return DerivativeTarget(moved, axes, value.row)

    def _given_letters(self, body: Expr, axes: tuple[Index, ...]) -> set[str]:
        """The letters that were asked with."""
        return {i.letter for i in free_indices(body) - set(axes)}

    def _letters(self, of: Expr, ranges: Sequence[Range | None], taken: set[str]) -> list[str]:
        """A letter for each range: one with a meaning over that range, or none, and no name of anything else."""
        naming = self.naming
        used = set(taken)
        for d in reach(of).definitions:
            used |= {d.name, *(t.name for t in reach(d.body).tensors)}
        out: list[str] = []
        for r in ranges:
            free = [x for x in USUAL if x not in used and (x not in naming.taken or naming.taken[x] == r)]
            letter = free[0] if free else f"i_{len(out)}"
            out.append(letter)
            used.add(letter)
        return out

    def simplifier(self, of: ReadValue, targets: Sequence[DerivativeTarget] = ()) -> Simplifier:
        """For derivatives by the targets: entries that a derivative is taken by are told apart, symmetric or not."""
        style = self.style(of)
        return Simplifier(replace(style, symmetric=style.symmetric - {t.symbol for t in targets}))

    def style(self, of: ReadValue) -> DocumentStyle:
        """How the document would write a derivative of a quantity."""
        written = [
            c for s in self.document.steps if s.outcome.claim for c in (s.outcome.claim.left, s.outcome.claim.right)
        ]
        return style_of(of.body, self.vocabulary.assumptions(), written)


def split_targets(text: str) -> list[str]:
    """``v,v`` as two targets; commas inside of braces or parentheses part nothing."""
    out, depth = [""], 0
    for ch in text:
        depth += (ch in "{([") - (ch in "})]")
        if ch == "," and depth == 0:
            out.append("")
        else:
            out[-1] += ch
    return [t.strip() for t in out]
