"""Reads a document block by block: enters declarations and definitions, makes steps of claims."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from symgrad.core.time_limit import TIME
from symgrad.reading.carried_over import CarriedOver
from symgrad.reading.chains_of_display import chains, definitions_first
from symgrad.reading.declaration_layers import DeclarationLayer, Sections
from symgrad.reading.document.block_reader import Block, Blocks, Directive, Display, Heading, Inline, read_blocks
from symgrad.reading.document.covariances import covariances
from symgrad.reading.document.late_one_hots import late_one_hots
from symgrad.reading.document.purposes import says_independent
from symgrad.reading.document.said_targets import said_targets
from symgrad.reading.looks_back import LooksBack
from symgrad.reading.meaning.chain import RelationChain
from symgrad.reading.meaning.chain_reader import read_chain
from symgrad.reading.meaning.expectations import Outcomes
from symgrad.reading.names.declarations import Paragraph, declares_arrays, split
from symgrad.reading.names.incidental import Incidental
from symgrad.reading.names.scope import Scope
from symgrad.reading.names.upstream_costs import may_go_forward
from symgrad.reading.paragraph_reader import ParagraphReader
from symgrad.reading.read_document import ReadDocument
from symgrad.reading.reading_passes import UNKNOWN, Known, in_passes
from symgrad.reading.relations_of_display import DisplayRelations, twins
from symgrad.reading.tokens.columns import arranged
from symgrad.reading.tokens.cuts import outermost
from symgrad.reading.tokens.differentials import with_differentials
from symgrad.reading.tokens.lexer import Token, tokenize
from symgrad.reading.tokens.macros import macros_in_force
from symgrad.reading.tokens.relations import IMPLIES, UnreadRow, read_relations
from symgrad.reading.tokens.rows import read_rows
from symgrad.reading.tree.scripts import cover
from symgrad.reading.whole_document import note_whole_document
from symgrad.text.diagnostic import Diagnostic, NotationError
from symgrad.text.source import Source, Span

SHAPES = re.compile(r":.*\\times|\\mathbb\s*\{?\s*R", re.DOTALL)
"""What a display with shapes has."""
MAX_PROBLEMS = 200
MAX_PREMISES = 8
"""Of the equations of a paragraph, those right before a display may be what it follows from."""


class Reader:
    """Reads one document, with the declarations of other files."""

    def __init__(
        self,
        source: Source,
        with_sources: Sequence[Source] = (),
        known: Known = UNKNOWN,
    ) -> None:
        self.source = source
        self.out = ReadDocument(source)
        self.scope = self.out.scope
        known.enter(self.out)
        self.scope.outcomes = Outcomes()
        self.macros = self.out.macros = macros_in_force(source, with_sources)
        self.definitions = self.out.elaborated
        self.sections = Sections(with_sources)
        self.carried = CarriedOver()
        self.back = LooksBack(self.out)
        self.paragraphs = ParagraphReader(self.out, self.carried, self.back)
        self.relations = DisplayRelations(self.out)
        self.inline = False
        """True once the document has asked for verdicts on the chains in its text."""
        self.one_hots: list[Inline] = []
        """What the text calls one-hot further down."""
        self.targets: list[str] = []
        """The targets of cross-entropies that perhaps add up to 1."""

    def read(self) -> ReadDocument:
        blocks = read_blocks(self.source)
        self.out.diagnostics.extend(blocks.diagnostics)
        note_whole_document(self.source.text, blocks, self.scope, self.macros)
        self.one_hots = list(late_one_hots([b for b in blocks.items if isinstance(b, Inline)]))
        self.targets = list(
            said_targets(self.source.text, [b.content.text for b in blocks.items if isinstance(b, Display)])
        )
        for layer in self.sections.everywhere:
            self.enter(layer)
        pending: Directive | None = None
        for event in self.events(blocks):
            TIME.check()
            if isinstance(event, DeclarationLayer):
                self.leave_and_enter(event)
            elif isinstance(event, list):
                for formula in self.paragraphs.read(event, self.macros):
                    self.inline_chain(formula)
            elif isinstance(event, Heading):
                self.scope.begin_section(event.level, event.span.start)
                self.back.generalise(event)
                self.declare_anew(event, blocks)
            elif isinstance(event, Directive) and event.name == "inline":
                self.inline = True
            elif isinstance(event, Directive):
                pending = event if self.is_known(event) else None
            else:
                self.back.group += 1
                self.display(event, pending)
                pending = None
        if pending is not None:
            remedy = "put it before the display that it applies to"
            self.out.diagnostics.append(Diagnostic("SG004", "no display follows this directive", pending.span, remedy))
        self.out.diagnostics.extend(self.sections.unmatched())
        self.out.diagnostics = _first_problems(self.out.diagnostics)
        return self.out

    def events(self, blocks: Blocks) -> Iterator[DeclarationLayer | list[Inline] | Directive | Display | Heading]:
        """Blocks in order, with inline formulas by paragraph, and sections of other files where they start.

        Declarations are entered before the first display after them, even if it is in the same paragraph.
        """
        items: list[tuple[int, int, DeclarationLayer | Block]] = [
            (at, 0, layer) for at, layer in self.sections.places(blocks.lines)
        ]
        items += [(b.span.start, 1, b) for b in blocks.items]
        items.sort(key=lambda item: item[:2])
        paragraph: list[Inline] = []
        for _, _, item in items:
            if paragraph and not (isinstance(item, Inline) and paragraph[0].paragraph == item.paragraph):
                yield paragraph
                paragraph = []
            if isinstance(item, Inline):
                paragraph.append(item)
            elif isinstance(item, (DeclarationLayer, Directive, Display, Heading)):
                yield item
        if paragraph:
            yield paragraph

    def inline_chain(self, formula: tuple[Token, ...]) -> None:
        """Rule on a chain of equations in the text where the document asks for it; note it elsewhere."""
        if sum(t.text == "=" for _, t in outermost(formula)) < 2:
            return
        span = cover(formula)
        if not self.inline:
            remedy = "write it as a display, or `<!-- symgrad: inline -->` before it"
            self.out.not_checked.append(Diagnostic("SG405", "a chain in the text: not checked", span, remedy, "note"))
            return
        self.back.group += 1
        relations = read_relations([arranged(formula, self.relations.is_declared)], None, self.scope.words)
        for chain in chains(relations):
            read_chain(RelationChain(self.out, chain, self.definitions, self.back.group))

    def enter(self, layer: DeclarationLayer) -> None:
        before = {t: dict(getattr(self.scope, t)) for t in Scope.TABLES}
        assumed = list(self.scope.assumed)
        for formulas in layer.paragraphs:
            self.paragraphs.read(formulas, layer.macros)
        layer.remember(self.scope, before, assumed)

    def leave_and_enter(self, layer: DeclarationLayer) -> None:
        for old in self.sections.leave(layer):
            old.restore(self.scope)
        self.enter(layer)

    def declare_anew(self, heading: Heading, blocks: Blocks) -> None:
        """Enter the shapes that a display of a section gives to names of an earlier one, for the whole section."""
        behind = [b for b in blocks.items if b.span.start > heading.span.start]
        ends = [b.span.start for b in behind if isinstance(b, Heading)]
        own = [b for b in behind if not ends or b.span.start < ends[0]]
        for display in (b for b in own if isinstance(b, Display) and SHAPES.search(b.content.text)):
            try:
                rows = [row for row in read_rows(display.content, self.macros) if not isinstance(row, UnreadRow)]
            except RecursionError:
                continue
            rows = [arranged(row, self.relations.is_declared) for row in rows]
            if all(map(declares_arrays, (piece for row in rows for piece in split(row)))):
                for row in rows:
                    self.relations.declares(row)

    # --- directives and displays ------------------------------------------------------------------

    def is_known(self, d: Directive) -> bool:
        """True for a known directive; an unknown one is reported."""
        words = d.argument.split()
        if d.name == "skip" or (d.name == "expect" and words[:1] == ["refuted"] and _is_number(words[1:])):
            return True
        message = f"`symgrad: {d.name} {d.argument}` is not a directive"
        remedy = "use `expect refuted`, `expect refuted 2`, `skip WHY` or `inline`"
        self.out.diagnostics.append(Diagnostic("SG004", message, d.span, remedy))
        return False

    def display(self, display: Display, directive: Directive | None) -> None:
        """Read one display under the directive before it."""
        goes_on = self.back.turn(display)
        cases, remarks = self.carried.take_cases(self.written_cases(display), goes_on)
        cases = tuple(c for c in cases if not self.relations.places_in_set(c))
        self.one_hots = [i for i in self.one_hots if i.content.start > self.back.at and not self.is_late_one_hot(i)]
        self.targets = [name for name in self.targets if not self.may_be_distribution(name)]
        self.scope.just_defined.clear()
        if directive is not None and directive.name == "skip":
            self.out.skipped += 1
            why = directive.argument or "no reason is given"
            self.out.not_checked.append(Diagnostic("SG402", f"left out: {why}", display.content, "", "note"))
            return
        if directive is not None:
            words = directive.argument.split()
            self.out.expectations[self.back.group] = (int(words[1]) if len(words) > 1 else None, directive.span)
        Incidental(self.scope).say(list(covariances(display.content.text)), self.macros)
        carried = self.carried
        try:
            relations = self.relations.read(display, carried.last_side)
        except RecursionError:
            span = display.content
            problem = Diagnostic("SG002", "nested too deeply to be read", span, "split the display")
            relations = read_relations([UnreadRow((), span, problem)], None)
        self.scope.twins |= twins(relations)
        meant, premises = carried.meant(display, relations, self.back.wordless)
        solvable = not says_independent(display)
        before, led = carried.last_equation, False
        for chain in definitions_first(self.scope, chains(relations)):
            if self.scope.gradients is None and may_go_forward(self.scope, chain[0].left, chain[0].right):
                chain = with_differentials(chain, self.scope.is_function)
            carried.last_head = carried.last_head if chain[0].left == carried.last_side else chain[0].left
            if led and before is not None:
                meant, premises = "consequence", (*premises, before)
            led = chain[-1].sign in IMPLIES
            premises = premises[-MAX_PREMISES:]
            written = RelationChain(
                self.out,
                chain,
                self.definitions,
                self.back.group,
                cases,
                meant,
                premises,
                solvable,
                led,
                remarks,
                carried.last_head,
            )
            read_chain(written)
            before = next(((r.left, tuple(r.right)) for r in reversed(chain) if r.equality and not r.unread), before)
        self.back.rest_on_conditions(display)
        carried.remember(relations, before, meant, premises)

    def may_be_distribution(self, name: str) -> bool:
        """Enter that a target perhaps adds up to 1; True once it is known here."""
        before = len(self.scope.assumed)
        with suppress(NotationError):
            Paragraph(self.scope).perhaps_distribution(tokenize(Span(Source("", name), 0, len(name)), self.macros))
        return len(self.scope.assumed) > before

    def is_late_one_hot(self, inline: Inline) -> bool:
        """Enter that a vector perhaps sums to one, which the text says further down; True once it is known here."""
        before = len(self.scope.assumed)
        with suppress(NotationError):
            tokens = tuple(tokenize(inline.content, self.macros))
            sub = next((k for k, t in enumerate(tokens) if t.kind == "sub"), len(tokens))
            Paragraph(self.scope).perhaps_distribution(tokens[:sub])
        return len(self.scope.assumed) > before

    def written_cases(self, display: Display) -> list[tuple[Token, ...]]:
        """The conditions that stand in the line of a display."""
        out: list[tuple[Token, ...]] = []
        for content in display.cases:
            with suppress(NotationError):
                out.append(tuple(tokenize(content, self.macros)))
        return out


def _is_number(words: list[str]) -> bool:
    return not words or (len(words) == 1 and words[0].isdigit())


def _first_problems(found: list[Diagnostic]) -> list[Diagnostic]:
    """Each diagnostic once; of very many the first ones, and a word on the others."""
    once = list(dict.fromkeys(found))
    if len(once) <= MAX_PROBLEMS:
        return once
    rest = len(once) - MAX_PROBLEMS
    more = Diagnostic("SG002", f"{rest} more problems from here on", once[MAX_PROBLEMS].span, "fix those shown first")
    return [*once[:MAX_PROBLEMS], more]


def read_document(source: Source, with_sources: Sequence[Source] = ()) -> ReadDocument:
    """Read a document with the declarations of other files (``--with``), as often as ``PASSES`` has it."""
    return in_passes(lambda known: Reader(source, with_sources, known).read())
