"""Requests for derivatives: names of quantities and targets as a user writes them, read in a document's scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from symgrad.calculus.depends import depends_on
from symgrad.core.nodes import Apply, Definition, Entry, Expr, Ref, Tensor, distinct, free_indices, reach
from symgrad.core.ranges import Index, Range
from symgrad.core.substitute import substitute
from symgrad.gradients.document_style import DocumentStyle, reachable, style_of
from symgrad.gradients.simplify import Simplifier
from symgrad.reading.document_names import DocumentNames, Quantity, unused
from symgrad.reading.meaning.values import ReadValue
from symgrad.reading.read_document import ReadDocument
from symgrad.text.diagnostic import Diagnostic, NotationError, SymgradError
from symgrad.text.source import Source, Span
from symgrad.writing.letters import Naming

USUAL = "ijklmnpqrstuvwabcdfgh"
"""Letters for the indices of a target, used if the document gives none."""


class Independent(SymgradError):
    """Raised for a target that the quantity does not depend on."""


@dataclass(frozen=True, slots=True)
class DerivativeTarget:
    """An entry to differentiate by. ``axes``: those of its indices that run over a whole axis of the result."""

    entry: Entry | Ref
    axes: tuple[Index, ...]
    row: bool = False

    @property
    def symbol(self) -> Tensor | Definition:
        return self.entry.args[0]  # type: ignore[no-any-return]  # the first argument of both kinds


@dataclass(slots=True)
class GradientRequests:
    """Resolves the names that derivatives of one document are requested with."""

    document: ReadDocument
    named: tuple[Definition, ...] = ()
    """Definitions that derivatives are written with, although the quantity does not use them."""
    vocabulary: DocumentNames = field(init=False)
    quantities: tuple[Quantity, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.vocabulary = DocumentNames(self.document)
        self.quantities = tuple(self.vocabulary.quantities())

    @property
    def naming(self) -> Naming:
        return self.vocabulary.naming()

    def costs(self) -> list[str]:
        """The scalars whose value no other definition uses, and functions known only by their upstream gradient.

        Costs that depend on no real-valued array or number are left out.
        """
        out = [q.name for q in unused(self.quantities)]
        applied = {n.function for q in self.quantities for n in distinct(q.definition.body) if isinstance(n, Apply)}
        out += [str(name) for name, f in self.document.scope.functions.items() if any(f.shapes) and f not in applied]
        return [name for name in dict.fromkeys(out) if self.parameters(self.vocabulary.read(name))]

    def problems(self) -> list[Diagnostic]:
        """Errors in the declarations and definitions of the document, because of which a cost may be missing."""
        found = [d for d in self.document.diagnostics if d.severity == "error"]
        found += [d for d in self.vocabulary.unread if d not in found]
        return found

    def quantity(self, text: str, wrt: Sequence[str] = ()) -> ReadValue:
        """A quantity to differentiate, by name or as an expression, with indices unlike the letters in ``wrt``."""
        value = self.vocabulary.read(text)
        asked = [self.vocabulary.read(t) for t in wrt]
        taken = {x for t in asked for x in self._given_letters(t.body, t.axes)}
        letters = iter(self._letters(value.body, [a.range for a in value.axes], taken))
        axes = tuple(Index(next(letters), a.range, "free") for a in value.axes)
        return replace(value, body=substitute(value.body, dict(zip(value.axes, axes, strict=True))), axes=axes)

    def parameters(self, of: ReadValue) -> list[str]:
        """The real-valued arrays and numbers that a quantity depends on, in the form that ``--wrt`` takes."""
        found: dict[Tensor, None] = {}
        for body in (of.body, *(d.body for d in reachable(of.body))):
            for n in distinct(body):
                if isinstance(n, Entry):
                    found[n.tensor] = None
        return [t.name for t in found if t.domain not in ("bit", "sign")]

    def targets(self, of: ReadValue, wrt: Sequence[str]) -> list[DerivativeTarget]:
        """The targets of a derivative, each with index letters of its own."""
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
                Diagnostic("SG113", "derivatives can be taken by a named quantity or one of its entries", span, remedy)
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
        """The index letters that a request is written with."""
        return {i.letter for i in free_indices(body) - set(axes)}

    def _letters(self, of: Expr, ranges: Sequence[Range | None], taken: set[str]) -> list[str]:
        """One letter per range: free, or declared over that range, and not the name of anything else."""
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
        """A simplifier for derivatives by these targets. It keeps their entries apart, even if they are symmetric."""
        style = self.style(of)
        return Simplifier(replace(style, symmetric=style.symmetric - {t.symbol for t in targets}))

    def style(self, of: ReadValue) -> DocumentStyle:
        """How the document would write a derivative of a quantity."""
        written = [
            c for s in self.document.steps if s.outcome.claim for c in (s.outcome.claim.left, s.outcome.claim.right)
        ]
        return style_of(of.body, self.vocabulary.assumptions(), written, self.named)


def split_targets(text: str) -> list[str]:
    """``v,v`` as two targets; commas inside braces or parentheses do not separate."""
    out, depth = [""], 0
    for ch in text:
        depth += (ch in "{([") - (ch in "})]")
        if ch == "," and depth == 0:
            out.append("")
        else:
            out[-1] += ch
    return [t.strip() for t in out]
