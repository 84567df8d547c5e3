"""Reads the text between two displays: what its formulas declare, define, assume, suppose and assert."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

from symgrad.reading.carried_over import CarriedOver
from symgrad.reading.document.assertions import (
    Definingness,
    Stance,
    concludes_in_words,
    definers,
    explains,
    is_arbitrary,
    is_beside,
    is_called,
    is_introduced_anew,
    is_quantified,
    is_said_for,
    is_supposition,
    last_cases,
    may_be_called,
    names_behind,
    restricts,
    stances,
)
from symgrad.reading.document.block_reader import Inline
from symgrad.reading.document.covariances import covariances
from symgrad.reading.document.late_one_hots import ONE_HOT
from symgrad.reading.document.said_declarations import said_declarations
from symgrad.reading.document.said_lengths import said_lengths
from symgrad.reading.document.said_positions import is_another
from symgrad.reading.document.sentences import Prose, proses
from symgrad.reading.looks_back import LooksBack
from symgrad.reading.meaning.assumptions import read_restrictions
from symgrad.reading.meaning.conditions import SIGNS
from symgrad.reading.names.declarations import Paragraph, split
from symgrad.reading.names.incidental import Incidental
from symgrad.reading.names.name_keys import NameKey
from symgrad.reading.names.scope import Defined
from symgrad.reading.names.taken_back import enter_lengths, take_back
from symgrad.reading.read_document import ReadDocument
from symgrad.reading.tokens.cuts import statement
from symgrad.reading.tokens.lexer import Token, tokenize
from symgrad.reading.tokens.macros import Macros
from symgrad.reading.tokens.relations import with_plain_sign, with_words
from symgrad.reading.tree.scripts import is_name, letter_key
from symgrad.text.diagnostic import NotationError

DECLARING = ("\\in", "\\subseteq", "\\to")
"""An inline formula with one of these is a declaration; others may be anything."""
UNUSED_KINDS = re.compile(
    r"\b(?:orthogonal|orthonormal|unitary|idempotent|nilpotent|skew-?\s?symmetric|anti-?symmetric|traceless"
    r"|projection matrix|permutation matrix|rotation matrix|circulant)\b"
    r"|(?<!off-)(?<!off )(?<!the )\bdiagonal\b(?! (?:entr|elem|of\b|term|part|block|matri(?:x|ces) (?:of|with|from)\b))"
    r"|\b(?:positive|negative)[ -](?:semi-?)?definite\b",
    re.IGNORECASE,
)
"""Words for matrices of which something is known that is not used."""
OF_FUNCTIONS = re.compile(
    r"\b(?:odd|even|periodic|homogeneous|additive|(?:strictly\s+)?(?:convex|concave|(?:in|de)creasing)|monoton(?:e|ic)"
    r"|linear\s+(?:functions?|maps?|operators?)|involutions?)\b",
    re.IGNORECASE,
)
"""Words for functions and numbers of which something is known that is not used."""
SYMMETRY = re.compile(r"(?<!skew-)(?<!skew )(?<!anti-)(?<!non-)(?<!non )\bsymmetr(?:ic|y)\b", re.IGNORECASE)
DISTRIBUTION = re.compile(
    r"\b(?:(?<!non-)(?:distributions?|probabilities|probability vectors?|normali[sz]ed|stochastic)"
    r"|(?:sums?|summing|adds?|adding|adds? up|adding up) to)\b",
    re.IGNORECASE,
)
"""Words for arrays whose entries sum to one."""


class ParagraphReader:
    """Enters what paragraphs say into the scope."""

    def __init__(self, out: ReadDocument, carried: CarriedOver, back: LooksBack) -> None:
        self.out = out
        self.scope = out.scope
        self.carried = carried
        self.back = back
        self.supposed: set[str] = set()
        """The letters of names that an *if* says something of, ``If $y = A x$, then``."""

    def read(self, formulas: Sequence[Inline], macros: Macros) -> list[tuple[Token, ...]]:
        """Enter the declarations of one paragraph; returns the formulas that it asserts."""
        tokens: list[tuple[Token, ...]] = []
        kept: list[Stance] = []
        read: list[tuple[int, list[Token]]] = []
        carried = self.carried
        carried.begin_paragraph()
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
            if found and says[k] and names_behind(prose[k]) and self.back.explains_anew(found):
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
                    carried.cases.append(tuple(found))
                    if prose[k].ended and "case" not in prose[k].before.lower():
                        carried.remarks.append(carried.cases[-1])
                said_equal = statement(found, ("=",))
                carried.premises += [(said_equal.left, said_equal.right)] * bool(said_equal.right)
                if says[k] and says[k] != "perhaps" and said_equal.right and is_name(found[0]):
                    self.scope.defined_in_text.add(letter_key(found[0]))
                tokens.append(tuple(found))
                read.append((k, found))
        self.back.point_back([(formulas[k], tuple(t), said[k]) for k, t in read if said[k] != "denied"])
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
        for (_, written), stance in zip(read, kept, strict=True):
            take_back(self.scope, written, stance)
        for k, written in read:
            if is_introduced_anew(prose[k]):
                paragraph.arbitrary(written)
        incidental.say(in_words.arrays, macros)
        paragraph.read([tuple(written) for _, written in read], kept, defining, explaining)
        self.restrict(paragraph, formulas, read)
        incidental.say(in_words.others, macros)
        enter_lengths(self.scope, said_lengths(formulas, prose))
        incidental.say([said for f in formulas for said in covariances(f.content.text)], macros)
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
            return letter in self.carried.used
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
        if letter not in self.supposed and (letter in self.carried.used or defined):
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
        new = (
            letter not in self.carried.used and letter not in self.scope.indices and not self.scope.has_meaning(letter)
        )
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


def call_by_words(paragraph: Paragraph, read: Sequence[tuple[Prose, list[Token]]]) -> None:
    """Enter what the words of a paragraph call its formulas: symmetric, orthogonal, one-hot, arbitrary."""
    for said, formula in read:
        if may_be_called(said, SYMMETRY) and (is_beside(said, SYMMETRY) or not statement(formula, ("\\in",)).sign):
            paragraph.perhaps_symmetric(formula)
        if is_called(said, UNUSED_KINDS):
            paragraph.unused_kind(formula)
        if is_called(said, OF_FUNCTIONS) and not paragraph.is_defined(formula):
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


def _is_setting(tokens: Sequence[Token]) -> bool:
    """True for a letter and its value, ``n = 2``."""
    return len(tokens) == 3 and is_name(tokens[0]) and tokens[1].text == "=" and tokens[2].kind == "number"
