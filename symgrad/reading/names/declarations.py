"""Inline mathematics that declares names, shapes, ranges, slices and assumptions. Everything else is prose."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from symgrad.core.nodes import Tensor
from symgrad.core.ranges import Range
from symgrad.reading.document.assertions import Definingness, Stance
from symgrad.reading.names.assumption_syntax import ORDERS, STANDING, Assuming
from symgrad.reading.names.declared_name import read_name
from symgrad.reading.names.equations import Equations, unused
from symgrad.reading.names.membership import Membership
from symgrad.reading.names.name_keys import NameKey, pattern_letters
from symgrad.reading.names.scope import Assumed, Defined, Scope
from symgrad.reading.names.sets import is_shape
from symgrad.reading.tokens.cuts import depths, items, outermost, statement
from symgrad.reading.tokens.lexer import Token, tokenize
from symgrad.reading.tokens.macros import Macros
from symgrad.reading.tokens.relations import is_relation
from symgrad.reading.tree.scripts import cover, is_name, letter_key
from symgrad.reading.tree.syntax import Sym
from symgrad.text.diagnostic import Diagnostic, NotationError
from symgrad.text.source import Source, Span

RELATIONS = (
    "=",
    "\\in",
    "\\notin",
    "\\subseteq",
    "\\subset",
    "\\neq",
    ">",
    "<",
    "\\ge",
    "\\le",
    ":",
    "\\succ",
    "\\succeq",
)
MAX_ORDERS = 3
"""An equation of a paragraph may use names that this many later ones define one after the other."""


SIZES_OF_SAMPLES = frozenset({"N", "n", "m", "B", "T"})
SIZES_OF_CLASSES = frozenset({"K", "C", "V", "L", "k", "c", "W"})
"""As authors name them: of ``Y \\in \\mathbb{R}^{N \\times K}`` the rows are one-hot."""


@dataclass(slots=True)
class Paragraph:
    """The inline formulas of one paragraph, read together: they may refer to each other in any order."""

    scope: Scope
    diagnostics: list[Diagnostic] = field(default_factory=list)
    notes: list[Diagnostic] = field(default_factory=list)

    def read(
        self,
        formulas: Sequence[Sequence[Token]],
        stances: Sequence[Stance],
        defining: Mapping[int, Definingness] | None = None,
        explaining: Container[int] = (),
    ) -> None:
        """Read in four passes: index sets, other sets, equations, assumptions.

        stances: what the prose says of each formula. One that it denies, or states as a case, declares sets alone.
        defining: how plainly the prose says that an equation defines, by the number of its formula.
        explaining: the numbers of formulas that say what the names of a display are.
        """
        said = [(k, p) for k, f in enumerate(formulas) for p in split(f) if _declares(p, stances[k])]
        pieces = [p for _, p in said]
        assuming = Assuming(self.scope)
        sets, equations = Membership(self.scope, assuming), Equations(self.scope, assuming)
        taken: set[int] = set()
        again = [equations.read] * min(MAX_ORDERS, len(defining or ()))  # `L = \\lVert o \\rVert^2`, where `o = W h`
        # `let $S = K + s I$ with $s > 0$`: an assumption may declare what an equation needs
        for rule in (sets.read_index_sets, sets.read, equations.read, *again, assuming.read, *again[:1]):
            for number, piece in enumerate(pieces):
                if number in taken:
                    continue
                equations.defining = (defining or {}).get(said[number][0], "")
                assuming.stance = stances[said[number][0]]
                self.scope.explaining = said[number][0] in explaining
                try:
                    if rule(statement(piece, RELATIONS)):
                        taken.add(number)
                except NotationError as e:
                    taken.add(number)
                    self.diagnostics.append(e.diagnostic)
        self.scope.explaining = False
        for number, piece in enumerate(pieces):
            stance, written = stances[said[number][0]], statement(piece, RELATIONS)
            if number in taken:
                continue
            assuming.stance = stance
            if stance in ("asserted", "passing"):
                equations.leave_unused(written)
            if stance == "unclear" or (stance in STANDING and written.sign in ORDERS):
                assuming.any_form(written)
        self.notes += equations.notes

    def one_hot(self, formula: Sequence[Token]) -> None:
        """``y`` is called one-hot: its entries are bits that add up to 1."""
        for piece in split(formula):
            for name in _between_commas(statement(piece, RELATIONS).left or tuple(piece)):
                self._one_hot(name)

    def unused_kind(self, formula: Sequence[Token]) -> None:
        """``Q`` is called orthogonal: no step about it is refuted, since that is not used."""
        said = statement(formula, RELATIONS)
        if said.sign == "=" or (not said.sign and any(t.text == "\\times" for t in formula)):
            return
        name = said.left or tuple(formula)
        own = {letter_key(t) for t in name if is_name(t)}
        if any(a.names & own and any(t.text.startswith("\\succ") for t in a.tokens) for a in self.scope.assumed):
            return  # `symmetric positive definite` is understood
        problem = unused(f"what the text says of `{cover(name).text}`", cover(formula))
        self.scope.unused.append((frozenset(own), problem))

    def is_defined(self, formula: Sequence[Token]) -> bool:
        """True for a formula that defines, and for a name that has a definition, of which all is known."""
        name = letter_key(formula[0]) if is_name(formula[0]) else ""
        defined = isinstance(self.scope.values.get(NameKey(name)), Defined) or self.scope.calls.named(NameKey(name))
        return bool(defined) or any(t.text == "=" for _, t in outermost(formula))

    def perhaps_symmetric(self, formula: Sequence[Token]) -> None:
        """``By the symmetry of $A$``: a step that holds only for a symmetric ``A`` is not refuted."""
        declared = statement(formula, ("\\in",)).left
        if any(is_relation(t) for t in declared):
            return
        for part in items(declared):
            try:
                name = read_name(self.scope, part)
            except NotationError:
                continue
            if not name.sub and not name.sup and not self._is_triangular(name):
                written = cover(part)
                Assuming(self.scope, stance="unclear").assume_spelled(f"{written.text} = {written.text}^\\top", written)

    def _is_triangular(self, name: Sym) -> bool:
        """True for a Cholesky factor, which is never meant to be symmetric."""
        key = self.scope.value_key(name)[0]
        made = self.scope.values[key] if key is not None else None
        return isinstance(made, Defined) and made.body.span.text.startswith("\\operatorname{chol}")

    def perhaps_distribution(self, formula: Sequence[Token]) -> None:
        """``The targets $y$ are a distribution``: a step that holds only if they sum to one is not refuted."""
        for part in items(statement(formula, ("\\in",)).left):
            try:
                name = read_name(self.scope, part)
            except NotationError:
                continue
            key = self.scope.value_key(name)[0]
            made = self.scope.values[key] if key is not None else None
            by_classes = _axis_of_classes(made.ranges) if isinstance(made, Tensor) and len(made.ranges) == 2 else None
            lone = isinstance(made, Tensor) and len(made.ranges) == 1
            if (lone or by_classes is not None) and not (name.sub or name.sup):
                known = {
                    *self.scope.indices,
                    *self.scope.sizes,
                    *self.scope.letters,
                    *(k.letter for k in self.scope.values),
                }
                letter, row = ([x for x in "kjlmabcnirst" if x not in known] + ["", ""])[:2]
                place = letter if lone else f"{row} {letter}" if by_classes else f"{letter} {row}"
                text = f"\\sum_{{{letter}}} {cover(part).text}_{{{place}}} = 1"
                if row:
                    Assuming(self.scope, stance="unclear").assume_spelled(text, cover(part))

    def arbitrary(self, formula: Sequence[Token]) -> None:
        """``For arbitrary $a$``: whether what was assumed of it still holds is unclear from here on."""
        try:
            key = self.scope.value_key(read_name(self.scope, tuple(formula)))[0]
        except NotationError:
            return
        made = self.scope.values.get(key) if key is not None else None
        if key is None or not isinstance(made, Tensor):
            return
        self.unsign(key, cover(formula).text)
        if made.domain == "bit":  # it was called one-hot
            self.scope.values[key] = replace(made, domain="real")
        for assumed in self.scope.assumed:
            if key.letter in assumed.names:
                assumed.standing = "unclear"
        self.scope.version += 1

    def contradict(self, formula: Sequence[Token]) -> None:
        """``Now assume $A \\neq A^\\top$``: what was assumed to be equal is not so any more."""
        for piece in split(formula):
            said = statement(piece, ("\\neq",))
            sides = {tuple(t.text for t in side) for side in (said.left, said.right)} if said.sign else set()
            for assumed in self.scope.assumed if sides else ():
                equal = statement(assumed.tokens, ("=",))
                if sides == {tuple(t.text for t in side) for side in (equal.left, equal.right)}:
                    assumed.standing = "unclear"
                    self.scope.version += 1

    def drop(self, before: Span) -> None:
        """``We now drop this assumption``: what was assumed before this place of the document may hold no longer."""
        later = {id(a) for a in self.scope.assumed if a.at.source is before.source and a.at.start >= before.end}
        for assumed in self.scope.assumed:
            if id(assumed) not in later:
                assumed.standing = "unclear"
        for key, place in list(self.scope.signed.items()):
            if place.source is not before.source or place.end <= before.end:
                self.unsign(key, str(key))
        self.scope.version += 1

    def restrict(
        self, assumed: Sequence[Token], condition: Sequence[Token], ranges: Sequence[tuple[str, Range]]
    ) -> None:
        """``x_i > 0`` for ``i \\ge 2``: a sign that is not said of all entries is not plainly assumed of them.

        ranges: the letters of the condition that run over a range.
        """
        said = statement(assumed, RELATIONS)
        if not said.sign or not any(is_relation(t) for t in condition):
            return
        meant, over = {letter_key(t) for t in condition if is_name(t)}, dict(ranges)
        if not any(t.text == "\\neq" for t in condition):  # that is an exception, see ``Assuming.distinct``
            self._unclear_where_restricted(cover(assumed), meant, over)
        if said.sign not in ORDERS:
            return
        zero_behind = bool(said.right) and said.right[0].text == "0"
        for name in items(said.left if zero_behind else said.right):
            try:
                key, slots, _ = self.scope.value_key(read_name(self.scope, name))
            except NotationError:
                continue
            entry, letters = self.scope.values.get(key) if key is not None else None, pattern_letters(slots)
            if key is None or key not in self.scope.signed or not isinstance(entry, Tensor) or not letters:
                continue
            slots_said = [(x, r) for x, r in zip(letters, entry.ranges, strict=False) if x in meant]
            if any(over.get(letter) != r for letter, r in slots_said):
                self.unsign(key, cover(name).text)

    def _unclear_where_restricted(self, place: Span, letters: set[str], over: Mapping[str, Range]) -> None:
        """Make what was assumed at a place unclear, unless each of its letters takes all positions of some slot."""
        for one in self.scope.assumed:
            if one.span != place or not letters & one.names:
                continue
            arrays = [x.ranges for name, x in self.scope.index_arrays.items() if name in one.names]
            arrays += [
                x.ranges for key, x in self.scope.values.items() if key.letter in one.names and isinstance(x, Tensor)
            ]
            whole = {r for ranges in arrays for r in ranges}
            if any(over.get(letter) not in whole for letter in letters & one.names):
                one.standing = "unclear"
                self.scope.version += 1

    def unsign(self, key: NameKey, name: str) -> None:
        """Make the assumed sign of a declared name unclear."""
        entry, place = self.scope.values.get(key), self.scope.signed.pop(key, None)
        if place is not None and isinstance(entry, Tensor) and entry.domain in ("positive", "nonnegative"):
            self.scope.values[key] = replace(entry, domain="real")
            sign = ">" if entry.domain == "positive" else "\\ge"
            Assuming(self.scope, stance="unclear").assume_spelled(f"{name} {sign} 0", place)

    def _one_hot(self, name: Sequence[Token]) -> None:
        if not name or name[0].kind not in ("letter", "word", "command"):
            return
        try:
            key, slots, _ = self.scope.value_key(read_name(self.scope, tuple(name)))
        except NotationError:
            return
        declared = self.scope.values.get(key) if key is not None else None
        if key is None or not isinstance(declared, Tensor):
            return
        whole = key.latex if slots else cover(name).text  # `the one-hot $y_a$` is said of y
        family = (pattern_letters(slots) or ()) if slots and len(declared.ranges) == 2 else ()
        if len(declared.ranges) == 1 or len(family) == 1:
            entry = next(x for x in "jklm" if x not in family)
            place = " ".join((*family, entry))
        elif len(declared.ranges) == 2 and not slots:
            classes = _axis_of_classes(declared.ranges)
            if classes is None:
                self.unused_kind(name)
                return
            row, entry = [x for x in "ijklabrs" if x not in self.scope.letters][:2]
            place = f"{row} {entry}" if classes else f"{entry} {row}"
        else:
            return
        self.scope.put_tensor(key, declared.ranges, "bit", declared.row)
        spelled = f"\\sum_{entry} {whole}_{{{place}}} = 1"
        written = Source(cover(name).source.path, spelled)
        tokens = tuple(tokenize(Span(written, 0, len(spelled)), Macros()))
        self.scope.assumed.append(Assumed(tokens, cover(tokens), (), frozenset((declared.name,))))
        self.scope.version += 1


def _axis_of_classes(ranges: Sequence[Range]) -> int | None:
    """Along which axis the one-hots of a matrix lie, by the letters of its sizes; None if they don't tell.

    ``Y \\in \\mathbb{R}^{N \\times K}`` has one in each row, ``\\mathbb{R}^{K \\times N}`` in each column.
    """
    of_samples = [str(r.size) in SIZES_OF_SAMPLES for r in ranges]
    of_classes = [str(r.size) in SIZES_OF_CLASSES for r in ranges]
    if sum(of_samples) == 1:
        return of_samples.index(False)
    return of_classes.index(True) if sum(of_classes) == 1 else None


def _between_commas(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    """The names of ``y, t``."""
    commas = [k for k, t in outermost(tokens) if t.text == ","]
    ends = [-1, *commas, len(tokens)]
    return [tuple(tokens[a + 1 : b]) for a, b in pairwise(ends)]


def split(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    """The declarations of one formula, separated by ``;``, ``\\quad`` and commas between whole relations."""
    out: list[list[Token]] = [[]]
    for k, (t, depth) in enumerate(zip(tokens, depths(tokens), strict=True)):
        if depth == 0 and (
            t.kind in ("quad", "text") or t.text == ";" or (t.text == "," and _parts(out[-1], tokens[k + 1 :]))
        ):
            out.append([])
        else:
            out[-1].append(t)
    for piece in out:
        while piece and piece[-1].kind == "symbol" and piece[-1].text in ",.;":
            piece.pop()
    return [part for piece in out if piece for part in _with_shape(tuple(piece))]


def _with_shape(piece: tuple[Token, ...]) -> list[tuple[Token, ...]]:
    """``g = \\nabla L \\in \\mathbb{R}^d`` as ``g = \\nabla L`` and ``g \\in \\mathbb{R}^d``."""
    signs = [k for k, t in outermost(piece) if is_relation(t)]
    if [piece[k].text for k in signs] != ["=", "\\in"] or not declares_arrays(piece[: signs[0]] + piece[signs[1] :]):
        return [piece]
    return [piece[: signs[1]], piece[: signs[0]] + piece[signs[1] :]]


def _declares(piece: Sequence[Token], stance: Stance) -> bool:
    """True for all but formulas that are denied or a case; of these, for sets alone and names with a sign.

    ``x \\in \\mathbb{R}^N``, ``f : \\mathbb{R} \\to \\mathbb{R}``, ``o \\in [W]``; ``for $\\lambda > 0$``.
    Arithmetic, ``1 - 7/3 = -4/3``, says nothing of any name.
    """
    if not any(map(is_name, piece)):
        return False
    if stance not in ("denied", "case"):
        return True
    said = statement(piece, RELATIONS)
    if stance == "case" and said.sign in (">", "\\ge", "="):
        return True
    if said.sign not in ("\\in", ":") or not said.right:
        return False
    first = said.right[0]
    shape = said.sign == ":" and is_shape(said.right)
    return first.style == "bb" or first.text in ("[", "\\{", "\\lbrack") or shape


def declares_arrays(piece: Sequence[Token]) -> bool:
    """``x \\in \\mathbb{R}^N``, ``W : D \\times M``: what declares in a display, too."""
    said = statement(piece, RELATIONS)
    if said.sign == ":":
        return is_shape(said.right)
    return said.sign == "\\in" and bool(said.right) and said.right[0].style == "bb"


def _parts(before: Sequence[Token], after: Sequence[Token]) -> bool:
    """True if a comma separates two relations: one is before it, and another after it, before the next dots."""
    if not any(t.text in RELATIONS for t in before) or before[-1].text == "\\dots":
        return False
    marks = (t.text for _, t in outermost(after) if t.text in RELATIONS or t.text == "\\dots")
    return next(marks, "\\dots") != "\\dots"
