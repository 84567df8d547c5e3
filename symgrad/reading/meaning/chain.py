"""What the relations of one chain share: its sides, its letters' ranges, what it has defined so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from symgrad.core.claims import Assumption
from symgrad.core.nodes import Tensor
from symgrad.core.ranges import Range
from symgrad.reading.document.purposes import Purpose
from symgrad.reading.inference.other_meanings import inferred_arrays
from symgrad.reading.meaning.block_equations import by_blocks
from symgrad.reading.meaning.block_matrices import REMEDY
from symgrad.reading.meaning.chain_outcomes import outcome
from symgrad.reading.meaning.chain_sides import Parsed, Side, Unreadable, free_letters, raw_value, summed, too_deep
from symgrad.reading.meaning.elaborator import Elaborator
from symgrad.reading.meaning.open_indices import OpenIndices
from symgrad.reading.meaning.rules import Definitions
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined
from symgrad.reading.read_document import Outcome, ReadDocument
from symgrad.reading.tokens.ellipsis import expand_ellipses
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tokens.relations import Relation
from symgrad.reading.tree.parser import Parser
from symgrad.reading.tree.scripts import cover, subscripted
from symgrad.reading.tree.syntax import Sym, SyntaxNode, TotalDifferential
from symgrad.reading.tree.used_names import subnodes
from symgrad.text.diagnostic import Diagnostic, NotationError
from symgrad.text.source import Span


@dataclass(slots=True)
class RelationChain:
    """One chain of a document. ``defined``: the numbers of the relations that define."""

    out: ReadDocument
    relations: Sequence[Relation]
    definitions: Definitions
    group: int
    cases: tuple[tuple[Token, ...], ...] = ()
    """Conditions that the sentence before the display states for it alone."""
    purpose: Purpose = "claim"
    premises: tuple[tuple[tuple[Token, ...], tuple[Token, ...]], ...] = ()
    """Equations that the display may follow from, ``setting E = 0 gives``."""
    solvable: bool = True
    """False if the prose says that a derivative is 0 as a fact, not as an equation to solve."""
    led: bool = False
    """True if ``\\Rightarrow`` follows: what stands in front of it may be a condition."""
    remarks: tuple[tuple[Token, ...], ...] = ()
    """The cases in sentences that end before the display."""
    head: tuple[Token, ...] = ()
    """The first side, which stands in an earlier display if this one begins with ``=``."""
    sides: list[Side] = field(default_factory=list)
    problems: dict[int, Diagnostic] = field(default_factory=dict)
    """Problems of sides that they have in the chain, not by themselves."""
    supposed: Diagnostic | None = None
    """For a refuted step: what the sentence before it supposes, and what is used as a premise alone."""
    ranges: list[tuple[str, Range]] = field(default_factory=list)
    defined: set[int] = field(default_factory=set)
    defining: str = ""
    """The name that the first two sides define."""
    restating: str = ""
    """The defined name on the left that the last side writes by other names than its definition has."""
    unfinished: list[Defined] = field(default_factory=list)
    """Definitions by names that nothing gives a meaning to, so far."""
    redefinition: str = ""
    outdated: NameKey | None = None
    """The name on the left, if its definition may be an older one."""

    def note(self, code: str, message: str, span: Span) -> None:
        self.out.not_checked.append(Diagnostic(code, message, span, "", "note"))

    def right(self, relation: Relation) -> Side:
        """The right side of a relation."""
        if relation.unread is not None:
            span, problem = relation.unread
            return Unreadable(span, span.text.strip(), problem)
        return self.side(tuple(relation.right), relation.sign_span, head=relation.sign == "=:")

    def side(self, tokens: tuple[Token, ...], where: Span, head: bool = False) -> Side:
        """Parse one side. ``head``: it may be a name to be defined."""
        if not tokens:
            missing = Diagnostic("SG104", "a side of this relation is missing", where, "write what stands here")
            return Unreadable(where, "", missing)
        span = cover(tokens)
        try:
            parser = Parser(expand_ellipses(tokens), self.out.scope, span, head)
            if not head:  # `\partial J / \partial x_i = i (x_i + 1)`: letters in slots of the first side are positions
                parser.bound = subscripted(self.relations[0].left)
            return Parsed(span, span.text, parser.whole())
        except NotationError as e:
            return Unreadable(span, span.text, e.diagnostic)
        except RecursionError:
            return Unreadable(span, span.text, too_deep(span, "split the expression"))

    def tree(self, tokens: tuple[Token, ...], where: Span, head: bool = False) -> SyntaxNode | None:
        """One side as a syntax tree; None if it can't be read."""
        side = self.side(tokens, where, head)
        return side.node if isinstance(side, Parsed) else None

    def elaborator(self) -> Elaborator:
        nodes = [n for s in self.sides if isinstance(s, Parsed) for n in subnodes(s.node)]
        varied = [n.body for n in nodes if isinstance(n, TotalDifferential) and isinstance(n.body, Sym)]
        return Elaborator(self.out.scope, OpenIndices(self.out.scope), self.definitions, varied=tuple(varied))

    def compared(self, el: Elaborator, parsed: Sequence[Side], facts: tuple[Assumption, ...] = ()) -> Outcome:
        """Two sides by themselves, under the facts alone."""
        (_, sides), *others = by_blocks(el, [raw_value(el, side) for side in parsed])
        if others:
            problem = Diagnostic("SG112", "an equation of matrices of blocks is not read here", sides[0].span, REMEDY)
            return Outcome(problem=problem)
        el.letters.resolve_ties()
        free = free_letters(el, sides)
        left, right = (summed(el, side, free) for side in sides)
        return outcome(el, left, right, free, facts, ())

    def inferred_shapes(self) -> tuple[Tensor, ...]:
        """The arrays of this chain whose shapes are inferred."""
        nodes = [s.node for s in self.sides if isinstance(s, Parsed)]
        return tuple(inferred_arrays(self.out.scope, nodes).values())
