"""Reads a document block by block: enters declarations and definitions, makes steps of claims."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import pairwise

from symgrad.core.time_limit import TIME
from symgrad.reading.chains_of_display import chains, definitions_first, is_undefined, with_explained
from symgrad.reading.declaration_layers import DeclarationLayer, Sections
from symgrad.reading.document.assertions import (
    Definingness,
    Stance,
    definers,
    drops,
    explains,
    is_arbitrary,
    is_beside,
    is_called,
    is_plain_ground,
    is_quantified,
    is_said_for,
    last_cases,
    leaves_sums_out,
    may_be_called,
    points_back,
    restricts,
    stances,
    turns,
)
from symgrad.reading.document.block_reader import Block, Blocks, Directive, Display, Heading, Inline, read_blocks
from symgrad.reading.document.gamma_letters import plain_gamma_letters
from symgrad.reading.document.layer_letters import layers_of
from symgrad.reading.document.letters_of_sums import letters_of_sums
from symgrad.reading.document.noise import doubted_letters, noise_letters
from symgrad.reading.document.numbered_names import numbered_names
from symgrad.reading.document.prime_transposes import transposes_by_prime
from symgrad.reading.document.purposes import (
    Purpose,
    concludes,
    purpose,
    says_independent,
    sets,
    substitutes,
    turns_to_another,
)
from symgrad.reading.document.random_names import random_names
from symgrad.reading.document.said_declarations import said_declarations
from symgrad.reading.document.said_independent import said_independent
from symgrad.reading.document.sentences import Prose, proses
from symgrad.reading.document.sigma_as_number import SIGMA, has_number_sigma
from symgrad.reading.document.small_transposes import transposes_by_t
from symgrad.reading.document.tables_of_values import tables_of_values
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
from symgrad.reading.names.declarations import Paragraph, declares_arrays, split
from symgrad.reading.names.incidental import Incidental
from symgrad.reading.names.scope import Scope
from symgrad.reading.names.upstream_costs import Costs, may_go_forward, undefined_costs
from symgrad.reading.read_document import ReadDocument
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
    r"|(?<!symmetric )(?<!symmetric, )(?<!and )\b(?:positive|negative)[ -](?:semi-?)?definite\b",
    re.IGNORECASE,
)
"""Words for matrices of which something is known that is not used."""
SYMMETRY = re.compile(r"(?<!skew-)(?<!skew )(?<!anti-)(?<!non-)(?<!non )\bsymmetr(?:ic|y)\b", re.IGNORECASE)
ONE_HOT = re.compile(r"(?<!non-)(?<!non )\bone-?\s?hot\b", re.IGNORECASE)
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
        """Of these, the ones in a sentence that ends before the display: ``if $x = y$ this is simple.``"""
        self.premises: list[Equation] = []
        """The equations of the paragraph before the next display, one of which it may follow from."""
        self.last_equation: Equation | None = None
        """The last equation of the last display."""
        self.solving: tuple[Equation, ...] = ()
        """What the last display sets to zero, or follows from."""
        self.wordless = False
        """True if no word stands between the last display and this one."""
        self.group = 0
        self.inline = False
        """True once the document has asked for verdicts on the chains in its text."""
        self.used: set[str] = set()
        """The letters of the displays so far."""
        self.at = 0
        """Where the last display ends."""

    def read(self) -> ReadDocument:
        blocks = read_blocks(self.source)
        self.out.diagnostics.extend(blocks.diagnostics)
        formulas = [b.content.text for b in blocks.items if isinstance(b, (Display, Inline))]
        shown = [b.content.text for b in blocks.items if isinstance(b, Display)]
        signs = "t" * transposes_by_t(formulas) + "'" * transposes_by_prime(formulas)
        self.scope.transposing = frozenset(signs)
        self.scope.independent = said_independent(self.source.text)
        self.scope.noise = noise_letters(formulas)
        self.scope.doubted = doubted_letters(formulas, self.scope.noise)
        self.scope.upper = upper_positions(formulas)
        self.scope.sum_letters = letters_of_sums(formulas)
        self.scope.numbered = numbered_names((b.content.text for b in blocks.items if isinstance(b, Inline)), shown)
        self.scope.layers = self.macros.layers = layers_of(self.source.text, formulas)
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
        cases, says = last_cases(said, prose), definers(prose, said)
        explaining: set[int] = set()
        for k, (inline, stance) in enumerate(zip(formulas, said, strict=True)):
            try:
                found, sign = with_plain_sign(with_words(tokenize(inline.content, macros)))
            except NotationError as e:
                if any(mark in inline.content.text for mark in DECLARING):
                    self.out.diagnostics.append(e.diagnostic)
                continue
            behind = bool(k) and restricts(formulas[k - 1], inline)
            unequal = behind and bool(statement(found, ("\\neq",)).sign)
            if found and k and (unequal or is_quantified(formulas[k - 1], inline)):
                found.insert(0, replace(found[0], kind="command", text="\\forall"))
            if found and is_said_for(prose[k], stance) and self.introduces(found):
                stance, says[k] = "mentioned", "perhaps"
            if found:
                kept.append("denied" if stance == "case" and k not in cases else stance)
                if says[k] and not (says[k] == "setting" and letter_key(found[0]) in self.used):
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
        in_words = said_declarations(formulas, prose)
        self.point_back([(formulas[k], tuple(t), said[k]) for k, t in read if said[k] != "denied"])
        paragraph, incidental = Paragraph(self.scope), Incidental(self.scope)
        incidental.say(in_words.arrays, macros)
        paragraph.read(tokens, kept, defining, explaining)
        self.restrict(paragraph, formulas, read)
        incidental.say(in_words.others, macros)
        incidental.rank(in_words.ranks, macros)
        incidental.arrange(in_words.arranged)
        incidental.full_rank(in_words.full_ranks, macros)
        call_by_words(paragraph, [(prose[k], written) for k, written in read])
        self.out.diagnostics.extend(paragraph.diagnostics)
        self.out.not_checked.extend(paragraph.notes)
        return [formula for formula, stance in zip(tokens, kept, strict=True) if stance in ("asserted", "mentioned")]

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
        for inline, tokens, stance in formulas:
            span = inline.content
            near = span.source is self.source and 0 <= span.start - self.at < MAX_BACK and self.out.steps
            between = self.source.text[self.at : span.start].rstrip("$\\(` \n") if near else ""
            if not near or not points_back(between):
                continue
            el = Elaborator(self.scope, OpenIndices(self.scope), self.definitions)
            ground = tuple(pointed_back(el, tokens))
            plain = stance in ("asserted", "passing", "mentioned") and is_plain_ground(between)
            plain = plain and _DERIVATIVE.search(span.text) is None  # that is a claim, and no condition
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
        cases, self.cases = (*self.cases, *self.written_cases(display)), []
        remarks, self.remarks = tuple(self.remarks), []
        self.turn(display)
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
            rows = read_rows(display.content, self.macros)
            rows = [row if isinstance(row, UnreadRow) else arranged(row, self.is_declared) for row in rows]
            rows = [row for row in rows if not self.declares(row)]
            relations = read_relations(rows, self.last_side, self.scope.words)
            for relation in relations:
                relation.conditions = [c for c in relation.conditions if not self.declares(c, False)]
            relations = with_explained(self.scope, relations)
            relations = rows_as_cases(relations, partial(is_undefined, self.scope))
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
        self.remember(relations, before, meant, premises)

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

    def turn(self, display: Display) -> None:
        """End the case of the last display, and what was supposed in passing if the words since then turn from it."""
        for assumed in self.scope.assumed:
            if assumed.standing not in ("passing", "case"):
                continue
            behind, old = max(self.at, assumed.span.end), assumed.span.start < self.at
            turned = turns(self.source.text[behind : display.full.start])
            if turned or (old and assumed.standing == "case"):
                assumed.standing = "unclear"
                self.scope.version += 1
        since = self.source.text[self.at : display.full.start]
        self.wordless = re.search(r"[^\W\d_]", since) is None
        if turns(since):
            self.scope.end_for_now(self.at)
        if drops(since):
            Paragraph(self.scope).drop(Span(self.source, 0, self.at))
        self.at = display.full.end
        if turns_to_another(display):
            self.scope.section = display.full.start

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
        if is_arbitrary(said):
            paragraph.arbitrary(formula)


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
    closed = close(found, plain.scope, written, trial.scope)
    if closed.unknown:  # what their chains tie is read once the costs of the chains are known
        costs = undefined_costs(trial.scope, trial.chains)
        trial = Reader(source, with_sources, found, costs).read()
        closed = close(found, plain.scope, written, trial.scope)
    read = Reader(source, with_sources, closed, costs).read()
    now = undefined_costs(read.scope, read.chains)
    return read if now == costs else Reader(source, with_sources, closed, now).read()
