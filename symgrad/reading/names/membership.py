"""Declarations by sets: ``U \\in \\mathbb{R}^{W \\times D}``, ``o \\in [W]``, ``k = 1, \\dots, K``."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from symgrad.core.nodes import AbstractFunction, Tensor
from symgrad.core.ranges import Index, IndexArray, Range, Subset
from symgrad.reading.names.assumption_syntax import Assuming
from symgrad.reading.names.declared_name import read_name
from symgrad.reading.names.name_keys import NameKey, letter_of, pattern_letters
from symgrad.reading.names.scope import Scope
from symgrad.reading.names.sets import (
    Counts,
    DeclaredSet,
    PositionSet,
    Reals,
    affine_size,
    counted,
    read_set,
    read_shape,
)
from symgrad.reading.tokens.cuts import Statement, find, items, parted
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.parser import Parser
from symgrad.reading.tree.scripts import cover, error, is_name, letter_key, spelled
from symgrad.reading.tree.syntax import Call, Sym
from symgrad.text.diagnostic import Diagnostic, NotationError

FOREIGN = ("bb", "cal", "frak", "scr")
SETS_OF_REALS = (("bb", "R"), ("bb", "Q"), ("bb", "N"), ("bb", "Z"))
"""The styles of sets, and those of them whose members are real."""
SUBSETS = ("\\subseteq", "\\subset")


@dataclass(slots=True)
class Membership:
    """Enters the declarations by sets of a paragraph."""

    scope: Scope
    assuming: Assuming

    def read_index_sets(self, said: Statement) -> bool:
        """Subsets, ranges of letters, and indices: other declarations of the paragraph may depend on them."""
        ranges = said.sign == "=" and find(said.right, "\\dots") is not None
        sets = said.sign in ("\\in", "=") and bool(said.right) and said.right[0].text in ("[", "\\{", "\\lbrack")
        if sets and said.sign == "\\in" and isinstance(read_set(self.scope, said.right), Reals):
            return False  # `y_i \\in \\{0, 1\\}` is no index: its `i` may get its range behind it, `$i = 1, \\dots, n$`
        return (said.sign in SUBSETS or ranges or sets) and self.read(said)

    def read(self, said: Statement) -> bool:
        """Enter a statement if it declares by a set; True if it does."""
        left, right = said.left, said.right
        if said.sign in SUBSETS:
            return self.subset(left, right)
        if said.sign == ":" and find(right, "\\to") is not None:
            return self.function(left, right)
        if said.sign == "=" and right and right[0].text in ("[", "\\{", "\\lbrack"):
            return self.whole(left, right)
        if said.sign == "=" and find(right, "\\dots") is not None:
            return self.letters(left, right)
        if said.sign not in ("\\in", ":"):
            return False
        every = bool(left) and left[0].text == "\\forall"
        declared = read_set(self.scope, right) if said.sign == "\\in" else read_shape(self.scope, right)
        names = items(left[1:] if every else left)
        if declared is None:
            self.leave_foreign(names, right)
            of = "".join(letter_key(t) if is_name(t) else t.text.strip() for t in right)
            self.scope.taken_whole.setdefault(of, set()).update(letter_key(n[0]) for n in names if len(n) == 1)
            return False
        if not every and self.family(names, declared):
            return True
        for name in names:
            self.declare(name, declared, every, said)
        return True

    def leave_foreign(self, names: list[tuple[Token, ...]], right: tuple[Token, ...]) -> None:
        """``s \\in \\mathbb{C}``: nothing is known of such a name, and it is not taken for a real one."""
        if not right or right[0].style not in FOREIGN or (right[0].style, right[0].text) in SETS_OF_REALS:
            return
        span = cover(right)
        remedy = "declare what is meant by real arrays, `\\in \\mathbb{R}`"
        problem = Diagnostic("SG109", f"`{span.text}` is not a known set, and a step uses what is in it", span, remedy)
        for letter in (letter_of(name[:1]) for name in names if name):
            if letter is not None:
                self.scope.foreign[letter] = problem

    def subset(self, left: tuple[Token, ...], right: tuple[Token, ...]) -> bool:
        """``\\mathcal{N}, \\mathcal{M} \\subseteq [W]``"""
        whole, names = read_set(self.scope, right), items(left)
        if not names or any(len(n) != 1 for n in names) or not isinstance(whole, PositionSet) or whole.ranges:
            return False
        for (token,) in names:
            name = f"\\mathcal{{{token.text}}}" if token.style == "cal" else spelled([token])
            self.scope.put("subsets", letter_key(token), Subset(name, whole.target))
        return True

    def whole(self, left: tuple[Token, ...], right: tuple[Token, ...]) -> bool:
        """``\\mathcal{V} = [W]``, ``Vocab = \\{1, \\dots, W\\}``: a name for all positions of a range."""
        name = "".join(map(letter_key, left))
        size = letter_of(right[1:-1])
        sized = size is not None and (size in self.scope.sizes or name.startswith("\\math"))
        listed = sized or right[0].text == "\\{"
        named = all(map(is_name, left)) and (len(left) > 1 or name.startswith("\\math") or name.isupper())
        whole = read_set(self.scope, right) if named and listed and not self.scope.is_array(name) else None
        if not isinstance(whole, PositionSet) or whole.ranges:
            return False
        self.scope.sets[name] = whole.target
        self.scope.version += 1
        return True

    def declare(self, name: tuple[Token, ...], declared: DeclaredSet, every: bool, said: Statement) -> None:
        """Declare one name of a list. ``every``: the name is used for all positions, ``\\forall k \\in [K]``."""
        if isinstance(declared, Counts):
            self.scope.sizes.add(letter_key(name[0]))
        elif isinstance(declared, PositionSet):
            self.positions(name, declared, every)
        elif isinstance(declared, Reals):
            self.numbers(name, declared)
        else:
            key = letter_of(name)
            if key is None or (key in self.scope.indices and not every):
                self.assuming.assume(said.tokens)
            else:
                self.scope.put("letters", key, declared)

    def family(self, names: list[tuple[Token, ...]], declared: DeclaredSet) -> bool:
        """``x_1, \\dots, x_N \\in \\mathbb{R}^D``: the rows of one array."""
        dots = next((n for n in names if n[0].text == "\\dots"), None)
        if dots is None:
            return False
        members = [read_name(self.scope, n) for n in names if n is not dots]
        found = _family(members) if len(names) > 2 and names[-2] is dots else None
        if found is None:
            remedy = "write `$x_1, \\dots, x_N \\in \\mathbb{R}^D$`, or `$X \\in \\mathbb{R}^{N \\times D}$`"
            raise error("SG109", "these dots are not understood in a list of names", cover(dots), remedy)
        first, last = found
        over = Range.of_size(affine_size(self.scope, last))
        key = NameKey.labelled(first)
        if members[0].sup and not first.sup:
            self.scope.raised.add(first.key)
        if isinstance(declared, Reals):
            self.scope.put_tensor(key, (over, *declared.ranges), declared.domain, within=declared.within)
        elif isinstance(declared, PositionSet) and not first.sup:
            self.scope.put("index_arrays", first.key, IndexArray(first.key, (over, *declared.ranges), declared.target))
        else:
            raise error("SG109", "a family of this kind is not read", cover(dots), "declare an array with a shape")
        return True

    def numbers(self, name: tuple[Token, ...], declared: Reals) -> None:
        """``U``; of a family, ``x_i`` or ``x^{(i)}``, the letters with a range are its first slots."""
        if name[-1].text == ")" and (find(name, "(") or 0) > 0:
            self.applied(name, declared)
            return
        sym = read_name(self.scope, name)
        patterns = pattern_letters(sym.sub) if sym.sub else ()
        leading = [r for r in map(self.range_of_letter, patterns or ()) if r is not None]
        if patterns and len(leading) == len(patterns):
            key = NameKey.unlabelled(sym).with_labels((), sym.sup)
            shape = (*leading, *declared.ranges)
            self.scope.put_tensor(key, shape, declared.domain, declared.row, declared.within)
            return
        raised = [t for t in sym.sup if is_name(t)]
        if len(sym.sup) == 3 and sym.sup[0].text == "(" and len(raised) == 1:
            over = self.range_of_letter(letter_key(raised[0]))
            if over is not None:
                shape, key = (over, *declared.ranges), NameKey.unlabelled(sym)
                self.keep_sample(key, declared.ranges)
                self.scope.put_tensor(key, shape, declared.domain, declared.row, declared.within)
                self.scope.raised.add(sym.key)
                return
        key = NameKey.labelled(sym)
        family = self.declared_array(key) if sym.key in self.scope.raised else None
        if family is not None and family.ranges[1:] == declared.ranges:
            key = key._replace(total=True)
        self.scope.put_tensor(key, declared.ranges, declared.domain, declared.row, declared.within)

    def declared_array(self, key: NameKey) -> Tensor | None:
        entry = self.scope.values.get(key)
        return entry if isinstance(entry, Tensor) and not self.scope.is_provisional(key) else None

    def keep_sample(self, key: NameKey, ranges: tuple[Range, ...]) -> None:
        """Keep a declared ``x`` beside the family ``x^{(i)}`` of the same shape: it is any one sample."""
        own = self.declared_array(key)
        if own is not None and own.ranges == ranges and key.letter not in self.scope.raised:
            self.scope.put_tensor(key._replace(total=True), own.ranges, own.domain, own.row, own.within)

    def positions(self, name: tuple[Token, ...], declared: PositionSet, every: bool) -> None:
        """``o \\in [W]`` is an index, ``n \\in [W]^K`` an index array, ``\\forall k \\in [K]`` a letter's range."""
        key = letter_of(name)
        if key is None and is_name(name[0]) and not declared.ranges and not every:
            sym = read_name(self.scope, name)
            over = self.range_of_letter("".join(t.text for t in sym.sup[1:-1])) if not sym.sub else None
            if over is not None:  # `y^{(i)} \\in \\{1, \\dots, K\\}`, one for each sample
                self.scope.put("index_arrays", sym.key, IndexArray(sym.key, (over,), declared.target))
                return
            if sym.sub and not sym.sup:  # `w_O \\in [W]`, beside an array of positions `w_k`
                labelled = NameKey.labelled(sym)
                self.scope.put("indices", str(labelled), Index(labelled.latex, declared.target, "fixed"))
                return
        if key is None:
            raise error("SG109", "this name can't be declared as an index", cover(name), "use a single letter")
        if declared.ranges:
            self.scope.put("index_arrays", key, IndexArray(key, declared.ranges, declared.target))
        elif every:
            self.scope.put("letters", key, declared.target)
        else:
            self.scope.put("indices", key, Index(key, declared.target, "fixed"))

    def range_of_letter(self, key: str) -> Range | None:
        """The range that a letter is declared with."""
        declared = self.scope.letters.get(key)
        if declared is not None:
            return declared.range if isinstance(declared, Subset) else declared
        fixed = self.scope.indices.get(key)
        return fixed.range if fixed is not None else None

    def letters(self, left: tuple[Token, ...], right: tuple[Token, ...]) -> bool:
        """``k = 1, \\dots, K``"""
        names = items(left)
        letters = [letter for letter in map(letter_of, names) if letter is not None]
        over = counted(self.scope, right) if len(letters) == len(names) else None
        if over is None:
            return False
        for letter in letters:
            self.scope.put("letters", letter, over)
        return True

    def function(self, left: tuple[Token, ...], right: tuple[Token, ...]) -> bool:
        """``L : \\mathbb{R}^{N \\times D} \\to \\mathbb{R}``"""
        arrow = find(right, "\\to") or 0
        result = read_set(self.scope, right[arrow + 1 :])
        domains = [read_set(self.scope, d) for d in parted(right[:arrow], "\\times")]
        shapes = tuple(d.ranges for d in domains if isinstance(d, Reals))
        if not isinstance(result, Reals) or len(shapes) != len(domains):
            raise error(
                "SG109",
                "only functions of numbers and arrays are read",
                cover(right),
                "write `f : \\mathbb{R} \\to \\mathbb{R}`",
            )
        for name in items(left):
            key = NameKey.labelled(read_name(self.scope, name))
            places = ((),) * len(result.ranges)
            self.scope.put("functions", key, AbstractFunction(key.latex, (*shapes, *places), result.ranges))
        return True

    def applied(self, name: tuple[Token, ...], declared: Reals) -> None:
        """``\\phi(s, a) \\in \\mathbb{R}^d``: a function by the shape of its values."""
        sym = read_name(self.scope, name[: find(name, "(")])
        self.scope.put("codomains", NameKey.function(sym), declared.ranges)
        with suppress(NotationError):
            call = Parser(name, self.scope, cover(name), head=True).whole()
            if isinstance(call, Call) and all(isinstance(a, Sym) for a in call.args):
                self.scope.put("declared_at", NameKey.function(sym), call)


def _family(members: list[Sym]) -> tuple[Sym, tuple[Token, ...]] | None:
    """The common name and the last position of ``x_1, x_N``, ``x_1, x_2, x_N`` and ``x^{(1)}, x^{(m)}``."""
    for mark in ("sub", "sup"):
        scripts = [getattr(m, mark) for m in members]
        positions = scripts if mark == "sub" else [s[1:-1] for s in scripts if s and s[0].text == "("]
        bases = [replace(m, sub=() if mark == "sub" else m.sub, sup=() if mark == "sup" else m.sup) for m in members]
        counted = [spelled(p) for p in positions[:-1]] == ["1", "2"][: len(members) - 1]
        if counted and 1 < len(members) < 4 and positions[-1] and len({NameKey.labelled(b) for b in bases}) == 1:
            return bases[0], positions[-1]
    return None
