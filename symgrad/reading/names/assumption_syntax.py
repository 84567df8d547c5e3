"""Assumptions in the text: ``n_k \\neq o``, ``o \\notin \\mathcal{N}``, ``\\lambda > 0``, ``\\sum_j t_j = 1``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from symgrad.core.nodes import EntryDomain, Tensor
from symgrad.reading.document.assertions import Stance
from symgrad.reading.names.declared_name import read_name
from symgrad.reading.names.name_keys import NameKey, pattern_letters
from symgrad.reading.names.scope import Assumed, Scope
from symgrad.reading.names.sets import PositionSet, read_set
from symgrad.reading.tokens.cuts import Statement, items, outermost
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tokens.spelled import spelled
from symgrad.reading.tree.scripts import cover, is_name, letter_key
from symgrad.reading.tree.syntax import Sym
from symgrad.text.diagnostic import NotationError
from symgrad.text.source import Span

_LISTED = re.compile(
    r"\\\{\s*(?P<name>[a-z]|\\[a-z]+)_\{?1\}?\s*,(?:[^{}]*,)?\s*\\(?:ldots|dots|cdots|dotsc)\s*,\s*(?P=name)_\{?\w\}?\s*\\\}"
)
"""``\\{w_1, \\dots, w_K\\}``"""


STANDING: dict[Stance, Literal["stated", "passing", "case"]] = {
    "asserted": "stated",
    "passing": "passing",
    "case": "case",
}
"""How firmly a formula is assumed, by what the prose says of it; all others are unclear."""


ORDERS = (">", "<", "\\ge", "\\le")


@dataclass(slots=True)
class Assuming:
    """Enters assumptions into a scope.

    last: the one that a following ``k \\neq l`` may restrict; unequal: such a condition that stands before what it
    restricts, "``k \\neq l`` implies …"; stance: what the prose says of the formula that is read.
    """

    scope: Scope
    last: Assumed | None = None
    unequal: tuple[Token, ...] = ()
    stance: Stance = "asserted"

    def read(self, said: Statement) -> bool:
        """Enter a statement if it is an assumption; True if it is."""
        left, right = said.left, said.right
        if not said.sign or not left or not right:
            return False
        if said.sign in ("\\notin", "\\in"):
            if len(right) == 1 and letter_key(right[0]) in self.scope.subsets:
                self.assume(said.tokens)
                return True
            return said.sign == "\\notin" and (self.not_listed(left, right) or self.not_counted(left, right))
        if said.sign == "\\neq":
            return self.distinct(said)
        if said.sign in ("\\succ", "\\succeq") and [t.text for t in right] == ["0"] and self.is_numbers(left):
            if self.stance == "mentioned" and self.is_undeclared(left):  # `the covariance $\Sigma \succ 0$` declares it
                self.stance = "asserted"
            self.assume(said.tokens)
            return True
        lone = is_name(left[0]) and not any(t.text in ("+", "-") for _, t in outermost(left))
        if said.sign in (">", "\\ge") and lone and len(right) == 1 and right[0].text == "0":
            read = [self.positive(name, said.sign, said) for name in items(left)]
            return all(read)
        if said.sign in ("<", "\\le") and len(left) == 1 and left[0].text == "0" and self.is_numbers(right):
            return self.positive(right, ">" if said.sign == "<" else "\\ge", said)
        return False

    def not_listed(self, left: tuple[Token, ...], right: tuple[Token, ...]) -> bool:
        """``o \\notin \\{w_1, \\dots, w_K\\}`` of a fixed index and an index array: ``w_k \\neq o`` for all ``k``."""
        found = _LISTED.fullmatch(cover(right).text)
        taken = [*self.scope.indices, *self.scope.sizes, *self.scope.index_arrays, *(str(k) for k in self.scope.values)]
        letter = next(x for x in ("k", "s", "m", "l", "r", "\\kappa") if x not in taken or x == "\\kappa")
        known = len(left) == 1 and letter_key(left[0]) in self.scope.indices
        if found is None or not known or letter_key(right[1]) not in self.scope.index_arrays:
            return False
        self.assume_spelled(f"{found['name']}_{letter} \\neq {left[0].text}", cover((*left, *right)))
        return True

    def not_counted(self, left: tuple[Token, ...], right: tuple[Token, ...]) -> bool:
        """``o \\notin \\{1, \\dots, K\\}`` of a letter without a declaration: ``u_o`` is none of the ``u_k``."""
        letter = letter_key(left[0]) if len(left) == 1 and is_name(left[0]) else ""
        if not letter or letter in self.scope.indices or letter in self.scope.letters:
            return False
        try:
            over = read_set(self.scope, right)
        except NotationError:
            return False
        if isinstance(over, PositionSet) and not over.ranges:
            self.scope.apart.add(letter)
        return isinstance(over, PositionSet)

    def assume_spelled(self, text: str, place: Span) -> None:
        """Assume what the formula at this place says, in other words."""
        self.assume(spelled(text, place), place)

    def is_numbers(self, name: tuple[Token, ...]) -> bool:
        """True if a name is declared as a number or an array of numbers; in ``0 < i`` it may be an index."""
        try:
            known = self.scope.value_key(read_name(self.scope, name))[0]
        except NotationError:
            return False
        return known is not None and isinstance(self.scope.values[known], Tensor)

    def is_undeclared(self, name: tuple[Token, ...]) -> bool:
        """True if the meaning of a name was inferred."""
        known = self.scope.value_key(read_name(self.scope, name))[0]
        return known is not None and self.scope.is_provisional(known)

    def distinct(self, said: Statement) -> bool:
        """``n_k \\neq o``; ``k \\neq l`` between letters without a value restricts the assumption before it."""
        scope = self.scope
        if said.left[0].text == "\\forall":  # behind `for`: it restricts, be its letters fixed or not
            if self.last is not None:
                self.last.unless = said.tokens[1:]
                scope.version += 1
            return self.last is not None
        if any(
            letter_key(t) in scope.indices or letter_key(t) in scope.index_arrays for t in (said.left[0], said.right[0])
        ):
            self.assume(said.tokens)
            letters = {letter_key(t) for t in self.unequal if is_name(t)}
            if self.last is not None and letters and letters <= self.last.names:
                self.last.unless, self.unequal = self.unequal, ()
            return True
        if len(said.left) != 1 or len(said.right) != 1:
            return False
        if self.last is None:
            self.unequal = said.tokens
            return False
        self.last.unless = said.tokens
        scope.version += 1
        self.last = None
        return True

    def positive(self, left: tuple[Token, ...], sign: str, said: Statement) -> bool:
        """``\\lambda > 0``, ``p_i \\ge 0``: the sign of a tensor's entries; an unknown name becomes a number."""
        domain: EntryDomain = "positive" if sign == ">" else "nonnegative"
        sym = read_name(self.scope, left)
        known, rest, _ = self.scope.value_key(sym)
        if known is None:
            declares = self.stance in ("asserted", "passing", "mentioned")
            if sym.key in self.scope.sampled_names and not (sym.sup or sym.primes) and self.is_any_sample(sym):
                self.scope.signs_of_samples[sym.key] = domain if declares else "real"
                return True
            self.scope.put_tensor(NameKey.labelled(sym), (), domain if declares else "real")
            if declares:
                self.scope.signed[NameKey.labelled(sym)] = cover(said.tokens)
            if self.stance == "unclear":
                self.assume_spelled(f"{cover(left).text} {sign} 0", cover(said.tokens))
            return True
        entry = self.scope.values[known]
        if not isinstance(entry, Tensor) or (rest and not pattern_letters(rest)):
            return False
        if entry.domain == "real" and self.stance == "asserted":
            self.scope.values[known] = replace(entry, domain=domain)
            self.scope.signed[known] = cover(said.tokens)
            self.scope.version += 1
        elif entry.domain == "real" and self.stance != "case":
            letters = "" if rest or not entry.ranges else f"_{{{'ijklmn'[: len(entry.ranges)]}}}"
            self.assume_spelled(f"{cover(left).text}{letters} {sign} 0", cover(said.tokens))
        return True

    def is_any_sample(self, sym: Sym) -> bool:
        """``x`` or ``\\alpha_i``, where a sum of the document runs over the ``i`` of ``\\alpha_i``."""
        letters = pattern_letters(sym.sub) if sym.sub else ()
        return letters is not None and all(x in self.scope.sum_letters for x in letters)

    def any_form(self, said: Statement) -> None:
        """Enter an equation or an order of any form: an unclear one keeps what holds only with it from a refutation."""
        if said.sign in ("=", *ORDERS) and said.left and said.right:
            self.assume(said.tokens)

    def assume(self, tokens: tuple[Token, ...], place: Span | None = None) -> None:
        """Enter an assumption."""
        names = frozenset(letter_key(t) for t in tokens if is_name(t))
        self.last = Assumed(tokens, cover(tokens), (), names, STANDING.get(self.stance, "unclear"), place)
        self.scope.assumed.append(self.last)
        self.scope.version += 1
