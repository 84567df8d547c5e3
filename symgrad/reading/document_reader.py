"""Reads a document block by block: enters declarations and definitions, makes steps of claims."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import pairwise

from symgrad.core.nodes import reach
from symgrad.core.time_limit import TIME
from symgrad.reading.chains_of_display import chains, definitions_first, is_undefined, with_explained
from symgrad.reading.declaration_layers import DeclarationLayer, Sections
from symgrad.reading.document.assertions import (
    Definingness,
    Stance,
    concludes_in_words,
    definers,
    drops,
    explains,
    generalises,
    is_arbitrary,
    is_beside,
    is_called,
    is_introduced_anew,
    is_plain_ground,
    is_quantified,
    is_said_for,
    is_supposition,
    last_cases,
    leaves_sums_out,
    may_be_called,
    names_behind,
    points_back,
    restricts,
    stances,
    turns,
)
from symgrad.reading.document.block_reader import Block, Blocks, Directive, Display, Heading, Inline, read_blocks
from symgrad.reading.document.functions_in_words import functions_in_words
from symgrad.reading.document.gamma_letters import plain_gamma_letters
from symgrad.reading.document.late_one_hots import ONE_HOT, late_one_hots
from symgrad.reading.document.layer_letters import layers_of
from symgrad.reading.document.letters_of_sums import letters_of_sums, names_of_samples
from symgrad.reading.document.noise import doubted_letters, noise_letters
from symgrad.reading.document.numbered_names import numbered_names
from symgrad.reading.document.operators_in_words import elementwise_operators
from symgrad.reading.document.prime_transposes import transposes_by_prime
from symgrad.reading.document.purposes import (
    Purpose,
    concludes,
    operates,
    purpose,
    puts_back,
    says_independent,
    sets,
    substitutes,
    turns_to_another,
)
from symgrad.reading.document.random_names import random_names
from symgrad.reading.document.said_declarations import said_declarations
from symgrad.reading.document.said_independent import said_independent
from symgrad.reading.document.said_positions import is_another, said_positions
from symgrad.reading.document.said_symmetric import symmetric_behind
from symgrad.reading.document.sentences import Prose, proses
from symgrad.reading.document.sigma_as_number import SIGMA, has_number_sigma
from symgrad.reading.document.small_transposes import transposes_by_t
from symgrad.reading.document.tables_of_values import tables_of_values
from symgrad.reading.document.undefined_losses import undefined_losses
from symgrad.reading.document.upper_positions import upper_positions
from symgrad.reading.document.written_samples import written_sides
from symgrad.reading.inference.inferring import Inferred, close, infer
from symgrad.reading.meaning.assumptions import pointed_back, read_restrictions
from symgrad.reading.meaning.chain import RelationChain
from symgrad.reading.meaning.chain_reader import read_chain
from symgrad.reading.meaning.conditions import SIGNS
from symgrad.reading.meaning.elaborator import Elaborator
from symgrad.reading.meaning.expectations import Outcomes
from symgrad.reading.meaning.open_indices import OpenIndices
from symgrad.reading.meaning.undeclared_functions import activation
from symgrad.reading.names.assumption_syntax import Assuming
from symgrad.reading.names.declarations import Paragraph, declares_arrays, split
from symgrad.reading.names.equations import unused
from symgrad.reading.names.incidental import Incidental
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.names.upstream_costs import Costs, may_go_forward, undefined_costs
from symgrad.reading.read_document import Outcome, ReadDocument
from symgrad.reading.tokens.columns import arranged
from symgrad.reading.tokens.cuts import outermost, statement
from symgrad.reading.tokens.differentials import with_differentials
from symgrad.reading.tokens.lexer import Token, tokenize
from symgrad.reading.tokens.macros import Macros, macros_in_force
from symgrad.reading.tokens.relations import (
    EXCEPTIONS,
    IMPLIES,
    Relation,
    Row,
    UnreadRow,
    read_relations,
    with_plain_sign,
    with_words,
)
from symgrad.reading.tokens.rows import read_rows
from symgrad.reading.tokens.rows_as_cases import rows_as_cases
from symgrad.reading.tree.scripts import cover, is_name, letter_key
from symgrad.text.diagnostic import Diagnostic, NotationError
from symgrad.text.source import Source, Span

CONSTRAINT = re.compile(r"s\.?\s*t\.?|subject to|such that|under the constraint", re.IGNORECASE)
DECLARING = ("\\in", "\\subseteq", "\\to")
"""An inline formula with one of these is a declaration; others may be anything."""


SHAPES = re.compile(r":.*\\times|\\mathbb\s*\{?\s*R", re.DOTALL)
"""What a display with shapes has."""
MAX_PROBLEMS = 200
Equation = tuple[tuple[Token, ...], tuple[Token, ...]]
MAX_BACK = 120
"""Characters between a display and a formula that is given as its ground."""
MAX_PREMISES = 8
"""Of the equations of a paragraph, those right before a display may be what it follows from."""
UNUSED_KINDS = re.compile(
    r"\b(?:orthogonal|orthonormal|unitary|idempotent|nilpotent|skew-?\s?symmetric|anti-?symmetric|traceless"
    r"|projection matrix|permutation matrix|rotation matrix)\b"
    r"|\b(?:positive|negative)[ -](?:semi-?)?definite\b",
    re.IGNORECASE,
)
"""Words for matrices of which something is known that is not used."""
SYMMETRY = re.compile(r"(?<!skew-)(?<!skew )(?<!anti-)(?<!non-)(?<!non )\bsymmetr(?:ic|y)\b", re.IGNORECASE)
DISTRIBUTION = re.compile(
    r"\b(?:(?<!non-)(?:distributions?|probabilities|probability vectors?|normali[sz]ed|stochastic)"
    r"|(?:sums?|summing|adds?|adding|adds? up|adding up) to)\b",
    re.IGNORECASE,
)
"""Words for arrays whose entries sum to one."""

_DERIVATIVE = re.compile(r"\\(?:partial|nabla)(?![A-Za-z])|\\[dt]?frac\s*\{?\s*(?:d\b|d[A-Za-z]|\\mathrm\s*\{?\s*d)")


class Reader:
    """Reads one document, with the declarations of other files."""

    def __init__(
        self,
        source: Source,
        with_sources: Sequence[Source] = (),
        inferred: Inferred | None = None,
        costs: Costs | None = None,
    ) -> None:
        self.source = source
        self.out = ReadDocument(source)
        self.scope = self.out.scope
        if inferred is not None:
            inferred.enter(self.scope)
            self.out.inferred = inferred
        if costs is not None:
            self.scope.costs, self.scope.gradients = costs.arguments, costs.gradients
            self.scope.samples, self.scope.endings = costs.samples, set(costs.endings)
            self.scope.unlabelled = costs.unlabelled
        self.scope.random, self.scope.outcomes = random_names(source.text), Outcomes()
        self.macros = self.out.macros = macros_in_force(source, with_sources)
        self.definitions = self.out.elaborated
        self.sections = Sections(with_sources)
        self.last_side: tuple[Token, ...] | None = None
        self.last_head: tuple[Token, ...] = ()
        """The first side of the last chain, which a display that begins with ``=`` goes on with."""
        self.cases: list[tuple[Token, ...]] = []
        """What the sentence before the next display supposes for that display alone."""
        self.remarks: list[tuple[Token, ...]] = []
        self.last_cases: tuple[tuple[tuple[Token, ...], ...], tuple[tuple[Token, ...], ...]] = ((), ())
        """The cases and remarks of the last display."""
        """Of these, the ones in a sentence that ends before the display: ``if $x = y$ this is simple.``"""
        self.premises: list[Equation] = []
        """The equations of the paragraph before the next display, one of which it may follow from."""
        self.last_equation: Equation | None = None
        """The last equation of the last display."""
        self.solving: tuple[Equation, ...] = ()
        """What the last display sets to zero, or follows from."""
        self.condition: tuple[Equation, ...] = ()
        """The equation that the last display states as a condition."""
        self.wordless = False
        """True if no word stands between the last display and this one."""
        self.group = 0
        self.inline = False
        """True once the document has asked for verdicts on the chains in its text."""
        self.supposed: set[str] = set()
        """The letters of names that an *if* says something of, ``If $y = A x$, then``."""
        self.used: set[str] = set()
        """The letters of the displays so far."""
        self.at = 0
        """Where the last display ends."""
        self.one_hots: list[Inline] = []
        """What the text calls one-hot further down."""

    def read(self) -> ReadDocument:
        blocks = read_blocks(self.source)
        self.out.diagnostics.extend(blocks.diagnostics)
        formulas = [b.content.text for b in blocks.items if isinstance(b, (Display, Inline))]
        shown = [b.content.text for b in blocks.items if isinstance(b, Display)]
        signs = "t" * transposes_by_t(formulas) + "'" * transposes_by_prime(formulas)
        self.scope.transposing = frozenset(signs)
        self.scope.independent = said_independent(self.source.text)
        self.scope.one_position = said_positions(self.source.text)
        self.scope.noise = noise_letters(formulas)
        self.scope.doubted = doubted_letters(formulas, self.scope.noise)
        self.scope.upper = upper_positions(formulas)
        self.scope.sum_letters = letters_of_sums(formulas)
        self.scope.sampled_names = names_of_samples(formulas)
        self.scope.numbered = numbered_names((b.content.text for b in blocks.items if isinstance(b, Inline)), shown)
        self.scope.layers = self.macros.layers = layers_of(self.source.text, formulas)
        self.name_functions(blocks)
        self.scope.tables = tables_of_values(formulas)
        self.scope.displayed = written_sides(shown)
        self.scope.leaves_out = leaves_sums_out(self.source.text)
        self.scope.numbers = frozenset([SIGMA] if has_number_sigma(self.source.text, formulas) else [])
        self.scope.plain = plain_gamma_letters(self.source.text, formulas)
        for layer in self.sections.everywhere:
            self.enter(layer)
        pending: Directive | None = None
        for event in self.events(blocks):
            TIME.check()
            if isinstance(event, DeclarationLayer):
                self.leave_and_enter(event)
            elif isinstance(event, list):
                for formula in self.declare(event, self.macros):
                    self.inline_chain(formula)
            elif isinstance(event, Heading):
                self.scope.begin_section(event.level, event.span.start)
                if generalises(event.text):
                    Paragraph(self.scope).drop(Span(self.source, 0, event.span.start))
                self.declare_anew(event, blocks)
            elif isinstance(event, Directive) and event.name == "inline":
                self.inline = True
            elif isinstance(event, Directive):
                pending = event if self.is_known(event) else None
            else:
                self.group += 1
                self.display(event, pending)
                pending = None
        if pending is not None:
            remedy = "put it before the display that it applies to"
            self.out.diagnostics.append(Diagnostic("SG004", "no display follows this directive", pending.span, remedy))
        self.out.diagnostics.extend(self.sections.unmatched())
        self.out.diagnostics = list(dict.fromkeys(self.out.diagnostics))
        if len(self.out.diagnostics) > MAX_PROBLEMS:
            rest = len(self.out.diagnostics) - MAX_PROBLEMS
            last = self.out.diagnostics[MAX_PROBLEMS].span
            del self.out.diagnostics[MAX_PROBLEMS:]
            self.out.diagnostics.append(
                Diagnostic("SG002", f"{rest} more problems from here on", last, "fix those shown first")
            )
        return self.out

    def name_functions(self, blocks: Blocks) -> None:
        """Note what the document calls its functions, its operators and its one-hot vectors."""
        displays, inlines = _formulas_by_kind(blocks)
        self.macros.elementwise = elementwise_operators(inlines)
        self.one_hots = list(late_one_hots(inlines))
        called = functions_in_words(displays, inlines)
        self.macros.called = tuple(c for c in called if c.function)
        for letter in dict.fromkeys(c.letter for c in called if not c.function):
            self.scope.put("functions", NameKey(letter), activation(letter))
        self.scope.losses = undefined_losses([*(d.content.text for d in displays), *(i.content.text for i in inlines)])

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

    # --- declarations ---------------------------------------------------------------------------

    def declare(self, formulas: Sequence[Inline], macros: Macros) -> list[tuple[Token, ...]]:
        """Enter the declarations of one paragraph; returns the formulas that it asserts."""
        tokens: list[tuple[Token, ...]] = []
        kept: list[Stance] = []
        read: list[tuple[int, list[Token]]] = []
        self.cases, self.remarks, self.premises = [], [], []
        defining: dict[int, Definingness] = {}
        prose = proses(formulas)
        said = stances(formulas, prose)
        cases, says = last_cases(said, prose), definers(formulas, prose, said)
        explaining: set[int] = set()
        for k, (inline, stance) in enumerate(zip(formulas, said, strict=True)):
            try:
                found, sign = with_plain_sign(with_words(tokenize(inline.content, macros)))
            except NotationError as e:
                if any(mark in inline.content.text for mark in DECLARING):
                    self.out.diagnostics.append(e.diagnostic)
                continue
            if is_another(prose[k].before) and (others := self.differing(found)):
                found, stance = others, "case"
                cases += [k] * prose[k].last
            behind = bool(k) and restricts(formulas[k - 1], inline)
            unequal = behind and bool(statement(found, ("\\neq",)).sign)
            if found and k and (unequal or is_quantified(formulas[k - 1], inline)):
                found.insert(0, replace(found[0], kind="command", text="\\forall"))
            if found and (of_case := self.defines_in_case(found, prose[k], stance)):
                stance, says[k] = "mentioned", of_case
            if found and says[k] and names_behind(prose[k]) and self.explains_anew(found):
                says[k] = "anew"
            if found:
                kept.append("denied" if stance == "case" and k not in cases else stance)
                if says[k] and not self.is_found(found, prose[k], says[k]):
                    defining[len(tokens)] = says[k]
                if sign and stance not in ("denied", "case"):
                    defining[len(tokens)] = "anew" if sign == "\\coloneqq" else "plainly"
                if stance != "case" and explains(inline, prose[k]):
                    explaining.add(len(tokens))
                example = stance == "unclear" and prose[k].last and not prose[k].ended and _is_setting(found)
                if ((k in cases and stance == "case") or example) and any(t.text in SIGNS for t in found):
                    self.cases.append(tuple(found))
                    if prose[k].ended and "case" not in prose[k].before.lower():
                        self.remarks.append(self.cases[-1])
                said_equal = statement(found, ("=",))
                self.premises += [(said_equal.left, said_equal.right)] * bool(said_equal.right)
                tokens.append(tuple(found))
                read.append((k, found))
        self.point_back([(formulas[k], tuple(t), said[k]) for k, t in read if said[k] != "denied"])
        paragraph = self.enter_said(formulas, prose, read, kept, defining, explaining, macros)
        self.out.diagnostics.extend(paragraph.diagnostics)
        self.out.not_checked.extend(paragraph.notes)
        return [formula for formula, stance in zip(tokens, kept, strict=True) if stance in ("asserted", "mentioned")]

    def enter_said(
        self,
        formulas: Sequence[Inline],
        prose: Sequence[Prose],
        read: Sequence[tuple[int, list[Token]]],
        kept: Sequence[Stance],
        defining: Mapping[int, Definingness],
        explaining: Container[int],
        macros: Macros,
    ) -> Paragraph:
        """Enter what the words and the formulas of a paragraph declare, each in its turn."""
        in_words = said_declarations(formulas, prose)
        paragraph, incidental = Paragraph(self.scope), Incidental(self.scope)
        for k, written in read:
            if is_introduced_anew(prose[k]):
                paragraph.arbitrary(written)
        incidental.say(in_words.arrays, macros)
        paragraph.read([tuple(written) for _, written in read], kept, defining, explaining)
        self.restrict(paragraph, formulas, read)
        incidental.say(in_words.others, macros)
        incidental.rank(in_words.ranks, macros)
        incidental.arrange(in_words.arranged)
        incidental.full_rank(in_words.full_ranks, macros)
        incidental.define(in_words.factors, macros)
        self.scope.matrix_exponentials |= in_words.exponentials
        call_by_words(paragraph, [(prose[k], written) for k, written in read])
        return paragraph

    def defines_in_case(self, formula: list[Token], prose: Prose, stance: Stance) -> Definingness:
        """How plainly a formula that seems to state a case defines a name: ``If $y = A x$, then``."""
        if stance == "case" and is_supposition(prose.before) and self.supposes(formula):
            self.scope.end_for_now(formula[0].span.start)
            return "for now"
        return "perhaps" if is_said_for(prose, stance) and self.introduces(formula) else ""

    def is_found(self, formula: Sequence[Token], prose: Prose, says: Definingness) -> bool:
        """True for a value that the text arrives at: ``so that $x = a / b$`` of the x of an ``f(x)`` further up."""
        letter = letter_key(formula[0])
        if says == "setting":
            return letter in self.used
        arguments = {a for entry in self.scope.calls.values() for a in entry.arguments or ()}
        return letter in arguments and concludes_in_words(prose.before)

    def differing(self, formula: list[Token]) -> list[Token]:
        """``j \\neq k`` for the j of *for an incorrect class $j$* and the one position k; else nothing."""
        if statement(formula, ("\\neq",)).sign:
            return formula
        if len(formula) != 1 or len(self.scope.one_position) != 1:
            return []
        true = replace(formula[0], text=min(self.scope.one_position))
        return [*formula, replace(true, kind="command", text="\\neq"), true]

    def supposes(self, formula: Sequence[Token]) -> bool:
        """True for ``If $y = A x$, then`` of a name that no display has yet: it says what the name is behind it."""
        said = statement(formula, ("=",))
        if len(said.left) != 1 or not is_name(said.left[0]) or len([t for t in said.right if is_name(t)]) < 2:
            return False
        letter, scope = letter_key(said.left[0]), self.scope
        if (
            letter in scope.sizes
            or letter in scope.indices
            or letter in {letter_key(t) for t in said.right if is_name(t)}
        ):
            return False
        defined = isinstance(scope.values.get(NameKey(letter)), Defined) and not scope.is_provisional(NameKey(letter))
        if letter not in self.supposed and (letter in self.used or defined):
            return False
        self.supposed.add(letter)
        return True

    def introduces(self, formula: Sequence[Token]) -> bool:
        """True for ``for $p = \\sigma(x)$`` of a new name: with no other meaning, it is no special case."""
        said = statement(formula, ("=",))
        if not said.left or len(said.right) < len("w x") or not is_name(said.left[0]):
            return False
        letter = letter_key(said.left[0])
        composed = any(t.kind == "sup" or t.text in ("+", "(", "\\frac", "\\sum") for t in said.right)
        new = letter not in self.used and letter not in self.scope.indices and not self.scope.has_meaning(letter)
        return composed and new and letter not in {letter_key(t) for t in said.right if is_name(t)}

    def restrict(
        self, paragraph: Paragraph, formulas: Sequence[Inline], read: Sequence[tuple[int, list[Token]]]
    ) -> None:
        """``$x_i > 0$ for $i \\ge 2$``: what is assumed for some positions is not assumed of all."""
        pairs: list[tuple[Sequence[Token], Sequence[Token]]] = [
            (assumed, condition)
            for (j, assumed), (k, condition) in pairwise(read)
            if k == j + 1 and restricts(formulas[j], formulas[k])
        ]
        pairs += [pair for _, formula in read for pair in pairwise(split(formula))]
        for assumed, condition in pairs:
            with suppress(NotationError):  # `for $i, j = 1, \\dots, n, i \\ne j$` limits nothing that is understood
                paragraph.restrict(assumed, condition, read_restrictions(self.scope, condition))

    def point_back(self, formulas: Sequence[tuple[Inline, tuple[Token, ...], Stance]]) -> None:
        """``…, since $\\sum_k y_k = 1$`` behind a display is assumed there.

        With ``if`` in place of ``since``, no step that holds only with it is refuted.
        """
        start, end = symmetric_behind(self.source.text[self.at :]) if self.out.steps else (0, 0)
        for inline, tokens, stance in formulas:
            span = inline.content
            if span.source is self.source and start <= span.start - self.at < end and span.text.strip():
                said_so = f"{span.text.strip()} = {span.text.strip()}^\\top"
                self.ground(
                    tuple(tokenize(Span(Source(span.source.path, said_so), 0, len(said_so)), self.macros)), True
                )
                continue
            near = span.source is self.source and 0 <= span.start - self.at < MAX_BACK and self.out.steps
            between = self.source.text[self.at : span.start].rstrip("$\\(` \n") if near else ""
            if not near or not points_back(between):
                continue
            plain = stance in ("asserted", "passing", "mentioned") and is_plain_ground(between)
            plain = plain and _DERIVATIVE.search(span.text) is None  # that is a claim, and no condition
            self.ground(tokens, plain)

    def ground(self, tokens: tuple[Token, ...], plain: bool) -> None:
        """Give the steps of the last display a ground; without ``plain``, one that may be none."""
        el = Elaborator(self.scope, OpenIndices(self.scope), self.definitions)
        ground = tuple(pointed_back(el, tokens))
        for step in (s for s in self.out.steps if s.group == self.group):
            step.unclear = (*step.unclear, *ground)
            step.grounds = (*step.grounds, *(a for a, _ in ground if plain))

    def inline_chain(self, formula: tuple[Token, ...]) -> None:
        """Rule on a chain of equations in the text where the document asks for it; note it elsewhere."""
        if sum(t.text == "=" for _, t in outermost(formula)) < 2:
            return
        span = cover(formula)
        if not self.inline:
            remedy = "write it as a display, or `<!-- symgrad: inline -->` before it"
            self.out.not_checked.append(Diagnostic("SG405", "a chain in the text: not checked", span, remedy, "note"))
            return
        self.group += 1
        relations = read_relations([arranged(formula, self.is_declared)], None, self.scope.words)
        for chain in chains(relations):
            read_chain(RelationChain(self.out, chain, self.definitions, self.group))

    def enter(self, layer: DeclarationLayer) -> None:
        before = {t: dict(getattr(self.scope, t)) for t in Scope.TABLES}
        assumed = list(self.scope.assumed)
        for formulas in layer.paragraphs:
            self.declare(formulas, layer.macros)
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
            rows = [arranged(row, self.is_declared) for row in rows]
            if all(map(declares_arrays, (piece for row in rows for piece in split(row)))):
                for row in rows:
                    self.declares(row)

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
        goes_on = self.turn(display)
        cases, remarks = (*self.cases, *self.written_cases(display)), tuple(self.remarks)
        if goes_on:
            cases, remarks = (*self.last_cases[0], *cases), (*self.last_cases[1], *remarks)
        self.last_cases, self.cases, self.remarks = (cases, remarks), [], []
        cases = tuple(c for c in cases if not self.places_in_set(c))
        self.one_hots = [i for i in self.one_hots if i.content.start > self.at and not self.is_late_one_hot(i)]
        self.scope.just_defined.clear()
        if directive is not None and directive.name == "skip":
            self.out.skipped += 1
            why = directive.argument or "no reason is given"
            self.out.not_checked.append(Diagnostic("SG402", f"left out: {why}", display.content, "", "note"))
            return
        if directive is not None:
            words = directive.argument.split()
            self.out.expectations[self.group] = (int(words[1]) if len(words) > 1 else None, directive.span)
        try:
            relations = self.relations(display)
        except RecursionError:
            span = display.content
            problem = Diagnostic("SG002", "nested too deeply to be read", span, "split the display")
            relations = read_relations([UnreadRow((), span, problem)], None)
        self.scope.twins |= _twins(relations)
        meant, premises = self.meant(display)
        if meant == "claim" and self.goes_on_solving(relations):
            meant, premises = "consequence", self.solving
        solvable = not says_independent(display)
        before, led = self.last_equation, False
        for chain in definitions_first(self.scope, chains(relations)):
            if self.scope.gradients is None and may_go_forward(self.scope, chain[0].left, chain[0].right):
                chain = with_differentials(chain, self.scope.is_function)
            self.last_head = self.last_head if chain[0].left == self.last_side else chain[0].left
            if led and before is not None:
                meant, premises = "consequence", (*premises, before)
            led = chain[-1].sign in IMPLIES
            premises = premises[-MAX_PREMISES:]
            written = RelationChain(
                self.out,
                chain,
                self.definitions,
                self.group,
                cases,
                meant,
                premises,
                solvable,
                led,
                remarks,
                self.last_head,
            )
            read_chain(written)
            before = next(((r.left, tuple(r.right)) for r in reversed(chain) if r.equality and not r.unread), before)
        self.rest_on_conditions(display)
        self.remember(relations, before, meant, premises)

    def relations(self, display: Display) -> list[Relation]:
        """The relations of a display; what its rows and conditions declare is entered, and left out."""
        rows = read_rows(display.content, self.macros)
        rows = [row if isinstance(row, UnreadRow) else arranged(row, self.is_declared) for row in rows]
        rows = [row for row in rows if not self.declares(row)]
        rows = [row if isinstance(row, UnreadRow) else self.without_constraints(row) for row in rows]
        relations = read_relations([row for row in rows if row], self.last_side, self.scope.words)
        for relation in relations:
            own = [c for c in relation.conditions if not self.places_in_set(c)]
            relation.conditions = [c for c in own if not self.declares(c, False)]
        return rows_as_cases(with_explained(self.scope, relations), partial(is_undefined, self.scope))

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

    def remember(
        self, relations: Sequence[Relation], before: Equation | None, meant: Purpose, premises: Sequence[Equation]
    ) -> None:
        """Keep of a display what the next ones go on from. ``before``: its last equation."""
        self.used |= {letter_key(t) for r in relations for t in (*r.left, *r.right) if is_name(t)}
        self.last_equation, self.premises = before if relations else None, []
        is_zero = all(_is_zero(right) for _, right in premises)
        self.solving = tuple(premises) if meant == "consequence" and is_zero else ()
        if meant != "consequence":
            self.condition = (before,) if meant == "condition" and before is not None and len(relations) == 1 else ()
        ends_a_chain = len(relations) > 1 and relations[-1].continues
        if before is not None and ends_a_chain and _is_zero(before[1]) and _is_derivative(self.last_head):
            self.solving = (before,)
        if relations:
            last = relations[-1]
            self.last_side = tuple(last.left if last.unread else last.right) or None

    def meant(self, display: Display) -> tuple[Purpose, tuple[Equation, ...]]:
        """What the sentence before a display makes of it, and the equations that it may follow from."""
        meant, said, last = purpose(display), tuple(self.premises), self.last_equation
        if meant == "condition" and said and sets(display):
            return "consequence", said  # `Setting $E = 0$:`
        if meant == "claim" and said and substitutes(display):
            return "consequence", said  # `taking $a = b$ we get`
        if meant == "consequence" and not said and last is not None:  # `setting this to zero gives`
            if _is_zero(last[1]):
                return meant, (last,)
            return (meant, ((last[1], _zero(display)),)) if _is_derivative(last[0]) else ("condition", ())
        if meant == "claim" and last is not None and _is_zero(last[1]) and concludes(display):
            return "consequence", (last,)
        if meant == "claim" and self.condition and (concludes(display) or operates(display)):
            return "consequence", self.condition
        if meant == "claim" and self.solving and last is not None and operates(display):
            return "consequence", (*self.solving, last)
        return meant, said if meant == "consequence" else ()

    def goes_on_solving(self, relations: Sequence[Relation]) -> bool:
        """True for a line of the solution below ``∂J/∂w = … = 0``, without a word between them."""
        heads = [r.left for r in relations if not r.continues]
        return bool(self.solving) and self.wordless and not self.premises and not any(map(_is_derivative, heads))

    def declares(self, row: Row, signs: bool = True) -> bool:
        """Enter a row or condition that holds declarations of arrays and nothing else; True if it does."""
        if isinstance(row, UnreadRow):
            return False
        pieces = split(row)
        remarks = {word for t in row if t.kind == "text" for word in re.findall(r"\w+", t.text.lower())}
        arrays = bool(pieces) and all(map(declares_arrays, pieces)) and not remarks & {*EXCEPTIONS, "not", "no"}
        entered = [Incidental(self.scope).add(piece, signs) for piece in pieces] if arrays else []
        return arrays and all(entered)

    def places_in_set(self, condition: Sequence[Token]) -> bool:
        """Note the letter of ``for k \\in S``, if S is a set that nothing declares; True if it is."""
        said = statement([t for t in condition if t.kind != "text" and t.text != "\\forall"], ("\\in",))
        name = "".join(map(letter_key, said.right)) if said.sign and all(map(is_name, said.right)) else ""
        if len(said.left) != 1 or f"|{name}|" not in self.scope.sizes or name in self.scope.subsets:
            return False
        self.scope.taken_whole.setdefault(name, set()).add(letter_key(said.left[0]))
        return True

    def without_constraints(self, row: tuple[Token, ...]) -> tuple[Token, ...]:
        """``\\max_\\alpha W \\; \\text{s.t. } \\sum_i \\alpha_i y_i = 0`` without what it says: no step is refuted
        that holds only with that.
        """
        places = [k for k, t in outermost(row) if t.kind == "text" and CONSTRAINT.fullmatch(t.text.strip())]
        if not places or any(t.text in SIGNS for _, t in outermost(row[: places[0]])):
            return row
        for piece in split(row[places[0] + 1 :]):
            Assuming(self.scope, stance="unclear").any_form(statement(piece, ("=", *SIGNS)))
        self.out.not_checked.append(Diagnostic("SG404", "a constraint: not checked", cover(row), "", "note"))
        return row[: places[0]]

    def rest_on_conditions(self, display: Display) -> None:
        """``Substituting these back`` into a Lagrangian: its derivatives are 0 there, and no step is refuted that may
        hold only with that.
        """
        steps = [s for s in self.out.steps if s.span.source is self.source and s.span.start >= self.scope.section]
        behind = [d.span for d in self.out.not_checked if d.code == "SG404" and d.span is not None]
        conditions = [s for s in steps if s.to_solve and s.group != self.group]
        if puts_back(display) and (conditions or any(x.start >= self.scope.section for x in behind)):
            for step in (s for s in steps if s.group == self.group and s.unused is None):
                step.unused = unused("what is put in", display.content)

    def turn(self, display: Display) -> bool:
        """End the case of the last display, and what was supposed in passing if the words since then turn from it.

        True for a display that goes on with the chain of the last one, ``= …``: it is in its case too.
        """
        since = self.source.text[self.at : display.full.start]
        self.wordless = re.search(r"[^\W\d_]", since) is None
        goes_on = self.wordless and display.content.text.lstrip(" \n\t&>").startswith("=")
        for assumed in self.scope.assumed:
            if assumed.standing not in ("passing", "case"):
                continue
            behind, old = max(self.at, assumed.span.end), assumed.span.start < self.at
            turned = turns(self.source.text[behind : display.full.start])
            if turned or (old and assumed.standing == "case" and not goes_on):
                assumed.standing = "unclear"
                self.scope.version += 1
        if turns(since):
            self.scope.end_for_now(self.at)
        if drops(since):
            Paragraph(self.scope).drop(Span(self.source, 0, self.at))
        self.at = display.full.end
        if turns_to_another(display):
            self.scope.section = display.full.start
        return goes_on

    def explains_anew(self, formula: Sequence[Token]) -> bool:
        """True for ``where $r = X w - y$`` behind a display, of an r that the text behind another display explained by
        other words. The display in between was read with the older meaning, so nothing is ruled on it.
        """
        said = statement(formula, ("=",))
        if len(said.left) != 1 or not is_name(said.left[0]) or not said.right:
            return False
        name, right = letter_key(said.left[0]), [t.text for t in said.right]
        earlier = self.scope.explained.get(name)
        self.scope.explained[name] = right
        if earlier in (None, right):
            return False
        message = f"behind this display, `{name}` has another meaning than before it"
        problem = Diagnostic(
            "SG114", message, cover(formula), f"define `{name}` before the display, or name it otherwise"
        )
        for step in (s for s in self.out.steps if s.group == self.group):
            claim = step.outcome.claim
            made = [d.name for side in (claim.left, claim.right) for d in reach(side).definitions] if claim else []
            if name in made:
                step.outcome = Outcome(problem=problem)
        return True

    def is_declared(self, name: str) -> bool:
        """True for a letter or a run of letters that has a meaning here."""
        scope = self.scope
        return scope.is_value(name) or scope.is_word(name) or name in scope.letters or name in scope.index_arrays


def call_by_words(paragraph: Paragraph, read: Sequence[tuple[Prose, list[Token]]]) -> None:
    """Enter what the words of a paragraph call its formulas: symmetric, orthogonal, one-hot, arbitrary."""
    for said, formula in read:
        if may_be_called(said, SYMMETRY) and (is_beside(said, SYMMETRY) or not statement(formula, ("\\in",)).sign):
            paragraph.perhaps_symmetric(formula)
        if is_called(said, UNUSED_KINDS):
            paragraph.unused_kind(formula)
        if may_be_called(said, DISTRIBUTION) and is_beside(said, DISTRIBUTION):
            paragraph.perhaps_distribution(formula)
    for said, formula in read:
        if is_called(said, ONE_HOT):
            paragraph.one_hot(tuple(formula))
    for said, formula in read:
        paragraph.contradict(formula)
        if is_arbitrary(said):
            paragraph.arbitrary(formula)


def _formulas_by_kind(blocks: Blocks) -> tuple[list[Display], list[Inline]]:
    return [b for b in blocks.items if isinstance(b, Display)], [b for b in blocks.items if isinstance(b, Inline)]


def _twins(relations: Sequence[Relation]) -> set[str]:
    """The letters that stand whole, without a position below or behind them, both in bold and in plain type.

    A letter below or behind another sign, as in ``\\nabla_x``, does not count.
    """
    styles: dict[str, set[bool]] = {}
    for side in (side for r in relations for side in (r.left, r.right)):
        for before, t, following in zip((None, *side), side, (*side[1:], None), strict=False):
            placed = following is not None and (following.kind == "sub" or following.text == "[")
            below = before is not None and before.kind in ("sub", "sup")
            if is_name(t) and t.kind == "letter" and not placed and not below and t.style in ("", "bold"):
                styles.setdefault(letter_key(t), set()).add(t.style == "bold")
    return {letter for letter, found in styles.items() if len(found) > 1}


def _is_number(words: list[str]) -> bool:
    return not words or (len(words) == 1 and words[0].isdigit())


def _is_setting(tokens: Sequence[Token]) -> bool:
    """True for a letter and its value, ``n = 2``."""
    return len(tokens) == 3 and is_name(tokens[0]) and tokens[1].text == "=" and tokens[2].kind == "number"


def _is_zero(tokens: Sequence[Token]) -> bool:
    return len(tokens) == 1 and tokens[0].text == "0"


def _is_derivative(tokens: Sequence[Token]) -> bool:
    """True for a side with the sign of a derivative."""
    return any(t.text in ("\\partial", "\\nabla", "d", "'") or t.kind == "prime" for t in tokens)


def _zero(display: Display) -> tuple[Token, ...]:
    """The right side of what is set to zero without a formula."""
    return tuple(tokenize(Span(Source(display.content.source.path, "0"), 0, 1), Macros()))


def read_document(source: Source, with_sources: Sequence[Source] = ()) -> ReadDocument:
    """Read a document with the declarations of other files (``--with``).

    It is read again once it is known which costs it differentiates and never defines. Names that it leaves undeclared
    are inferred from their use, see ``inference``.
    """
    plain = Reader(source, with_sources).read()
    costs = undefined_costs(plain.scope, plain.chains)
    if costs is not None:
        plain = Reader(source, with_sources, None, costs).read()
    written = [*plain.chains, *plain.scope.said]
    found = infer(plain.scope, written)
    if not found:
        return plain
    trial = Reader(source, with_sources, found, costs).read()
    later = {key.letter for key in trial.scope.first_meaning} & trial.scope.missing
    if not later <= plain.scope.missing:  # what is declared behind a use that another name kept from being read
        plain.scope.missing |= later
        found = infer(plain.scope, written)
        trial = Reader(source, with_sources, found, costs).read()
    now = undefined_costs(trial.scope, trial.chains)
    if now != costs:  # what definitions and chains tie is read once the costs are known that are built on them
        costs = now
        trial = Reader(source, with_sources, found, costs).read()
    closed = close(found, plain.scope, written, trial.scope)
    read = Reader(source, with_sources, closed, costs).read()
    now = undefined_costs(read.scope, read.chains)
    return read if now == costs else Reader(source, with_sources, closed, now).read()
