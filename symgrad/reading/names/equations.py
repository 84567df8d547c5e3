"""Declarations by equations: slices, one-hot vectors, functions of their arguments, known sums."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from symgrad.core.nodes import Tensor
from symgrad.reading.document.assertions import Definingness
from symgrad.reading.document.written_samples import is_fitted
from symgrad.reading.names.assumption_syntax import Assuming
from symgrad.reading.names.declared_name import learn_run
from symgrad.reading.names.definition_syntax import Definer, doubted_model, is_model
from symgrad.reading.names.name_keys import CompoundSubscript, NameKey, pattern_letters
from symgrad.reading.names.other_layers import said_of_layers
from symgrad.reading.names.scope import Defined, Scope
from symgrad.reading.names.upstream_costs import note_derivatives
from symgrad.reading.tokens.cuts import Statement, depths, outermost
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.parser import Parser
from symgrad.reading.tree.scripts import cover, group_end, is_name, letter_key, read_slots, spelled, starts_name
from symgrad.reading.tree.syntax import Call, Expectation, Position, ProductNode, Sym, SyntaxNode
from symgrad.reading.tree.used_names import is_delta, is_own_name, note_sizes, subnodes, value_names
from symgrad.text.diagnostic import Diagnostic, NotationError
from symgrad.text.source import Span

DERIVATIVES = ("\\partial", "\\nabla", "d", "D")
TRANSPOSES = ("\\top", "T")
CONSTANTS = ("e", "\\pi")
KNOWN_NUMBERS = ("\\sum", "\\lVert", "\\Vert")
"""The start of equations that are assumed: ``\\sum_j t_j = 1``, ``\\lVert u \\rVert = 1``."""


@dataclass(slots=True)
class Equations:
    """Enters the equations of a paragraph that declare."""

    scope: Scope
    assuming: Assuming
    defining: Definingness = ""
    notes: list[Diagnostic] = field(default_factory=list)

    def read(self, said: Statement) -> bool:
        """Enter an equation if it declares or is an assumption; True if it does."""
        left, right = said.left, said.right
        links = [k for k, t in outermost(right) if t.text == "="]
        if said.sign != "=" or not left or not right or (links and not (self.defining and links[0])):
            return False
        if links:
            return self.first_link(left, tuple(right[: links[0]]))
        symmetry = self.is_symmetry(left, right) or self.is_symmetry(right, left)
        if left[0].text in KNOWN_NUMBERS or symmetry:
            self.assuming.assume(said.tokens)
            return True
        factors, one = self.own_product(left), [t.text for t in right] == ["I"]
        if factors and (factors[0].sup or one):
            self.assuming.assume(said.tokens)
            if one and self.is_square(factors[0]):
                first, second = (f.span.text for f in factors)
                self.assuming.assume_spelled(f"{second} {first} = I", cover(said.tokens))
            return True
        if self.defining and is_derivative(left) and starts_name(right[0]):
            left, right = tuple(right), tuple(left)  # `we have computed $\\frac{\\partial L}{\\partial y} = \\delta$`
        if not starts_name(left[0]):
            return False
        if self.scope.has_random() and self.is_moment(left):
            self.assuming.assume(said.tokens)
            return True
        if left[-1].text == ")" or (self.defining and self.is_abbreviation(left)):
            learn_run(self.scope, left)
        try:
            head = Parser(left, self.scope, cover(left), head=True).whole()
        except NotationError:
            return False
        span = cover(said.tokens)
        if isinstance(head, Call):
            return self.function(head, right, span)
        if isinstance(head, Sym) and not head.sup and (is_slice(right) or self.is_one_hot(right)):
            return self.alias(head, Parser(right, self.scope, cover(right)).whole(), span, self.is_one_hot(right))
        if isinstance(head, Sym) and (hot := self.hot_at(head, right)) is not None:
            return self.alias(replace(head, sub=()), hot, span, True)
        return isinstance(head, Sym) and bool(self.defining) and self.quantity(head, right, span)

    def is_abbreviation(self, left: Sequence[Token]) -> bool:
        """True for ``MSE``: capitals that the document has elsewhere in this order, and none of them alone."""
        run, text = "".join(t.text for t in left), left[0].span.source.text
        plain = all(t.kind == "letter" and not t.style for t in left)
        if not plain or not run.isupper() or text.count(run) < 2:
            return False
        return not re.search(rf"(?<![A-Za-z\\])[{run}](?![A-Za-z])", text)

    def first_link(self, left: tuple[Token, ...], right: tuple[Token, ...]) -> bool:
        """``where $p = \\sigma(z) = \\frac{1}{1 + e^{-z}}$`` defines as ``$p = \\sigma(z)$`` does."""
        try:
            head = Parser(left, self.scope, cover(left), head=True).whole()
        except NotationError:
            return False
        lone = isinstance(head, Sym) and not head.sup and not is_slice(right)
        return isinstance(head, Sym) and lone and self.quantity(head, right, cover((*left, *right)))

    def quantity(self, head: Sym, right: tuple[Token, ...], span: Span) -> bool:
        """``\\hat y = \\operatorname{softmax}(\\theta)`` in the text: defines a name without a value by known ones."""
        key = self.scope.value_key(head)[0]
        inferred = key is not None and self.scope.is_provisional(key)
        entry = self.scope.values.get(key) if key is not None and not inferred else None
        if head.key in self.scope.indices or head.key in self.scope.sizes:
            return False
        again = self.defining == "anew" or (is_derivative(right) and self.is_earlier(entry))
        anew = isinstance(entry, Defined) and again and self.differs(head, entry, right)
        total = isinstance(entry, Defined) and bool(entry.patterns) and not (head.sub or head.sup)
        total = total and right[0].text == "\\sum" and head.key in map(letter_key, right)  # `L = \\sum_t L_t`
        known = isinstance(entry, Defined) and not anew
        if not total and (known or (entry is not None and self.defining in ("perhaps", "setting"))):
            return False  # what is declared is defined behind `let`, `where` and their kind alone
        if self.defining == "setting" and len(right) == 1:
            return False  # `setting $a = b$` is a condition
        try:
            body = Parser(right, self.scope, cover(right)).whole()
            note_sizes(self.scope, [body])
            note_derivatives(self.scope, [body])
            if is_model(self.scope.doubted, head, body):
                raise NotationError(doubted_model(head.span.text, span))
            if is_model(self.scope.noise, head, body):
                return True
            plain = {n.key for n in subnodes(body) if isinstance(n, Sym)}
            names = {x for x in value_names(self.scope, body) if x in plain or x not in TRANSPOSES}  # not `w^T x`
            if all(is_delta(n) for n in subnodes(body) if isinstance(n, Sym) and n.key == "\\delta"):
                names.discard("\\delta")
            own = head.key in names and not total and not self.is_numbered_apart(head, body)
            numbered = any(isinstance(n, Sym) and is_own_name(self.scope, n) for n in subnodes(body))  # `W_2 a_1`
            if not (names or numbered) or own:
                return False
            if not head.sub and is_fitted(head.key, cover(right).text, self.scope.displayed):
                return False
            if not all(self.is_known(name) for name in names):
                self.scope.said += said_of_layers(self.scope, head, body)
                return False
            made = Definer(self.scope).define(head, body, span, not anew)
        except NotationError as e:
            undefined = Definer(self.scope).undefined(head)
            if undefined is not None and entry is None:
                self.scope.leave_unread(undefined, e.diagnostic, cover(right).text)
            return False
        if made is not None and self.defining in ("setting", "for now"):
            self.scope.for_now.append(made)
        if made is not None and anew:
            self.notes.append(Diagnostic("SG207", f"`{head.span.text}` is defined anew", span, "", "note"))
        return made is not None

    def is_earlier(self, entry: Tensor | Defined | None) -> bool:
        """True for a definition in an earlier section."""
        return isinstance(entry, Defined) and 0 < entry.span.end <= self.scope.section

    def differs(self, head: Sym, entry: Defined, right: tuple[Token, ...]) -> bool:
        """True if the text defines a whole name, not an entry of it, by other words than before."""
        rest = self.scope.value_key(head)[1]
        same = entry.span.text.partition("=")[2].split() == cover(right).text.split()
        return pattern_letters(rest) is not None and not same

    def is_entry(self, node: Sym) -> bool:
        """True for an entry at a position, ``v_1``, of a declared array without a value: no name gets a meaning."""
        key, rest, _ = self.scope.value_key(node)
        entry = None if key is None or self.scope.is_provisional(key) else self.scope.values.get(key)
        return isinstance(entry, Tensor) and bool(rest) and pattern_letters(rest) is None

    def leave_unused(self, said: Statement) -> None:
        """Note an assumed equation of a form that is not used: ``Q^\\top Q = I``, ``w = 1``; no meaning of a name."""
        if said.sign != "=" or not said.left or not said.right or any(t.text in DERIVATIVES for t in said.tokens):
            return
        for side, other in ((said.left, said.right), (said.right, said.left)):
            try:
                node = Parser(side, self.scope, cover(side)).whole()
            except NotationError:
                return
            if isinstance(node, Sym) and self.is_entry(node) and self.assuming.stance == "asserted":
                self.assuming.assume(said.tokens)
                return
            lone = isinstance(node, Sym) and not node.sup and node.key != "I" and not _stands_in(side, other)
            lone = lone and not (isinstance(node, Sym) and self.recurs(node, other))
            if (lone and not (len(other) == 1 and other[0].kind == "number")) or isinstance(node, Call):
                return
        letters = frozenset({*(letter_key(t) for t in said.tokens if is_name(t)), *self.accented(said.left)})
        place = cover(said.tokens)
        text = " ".join(place.text.split())
        self.scope.unused.append((letters, unused(f"`{text}`", place)))

    def accented(self, side: tuple[Token, ...]) -> set[str]:
        """The names of a side as they are declared, ``\\bar \\alpha``."""
        return {n.key for n in subnodes(Parser(side, self.scope, cover(side)).whole()) if isinstance(n, Sym)}

    def is_numbered_apart(self, head: Sym, body: SyntaxNode) -> bool:
        """True for ``B_2`` beside ``B_1``, names of their own."""
        own = [n for n in subnodes(body) if isinstance(n, Sym) and n.key == head.key]
        return head.key in self.scope.numbered and all(n.sub and spelled(n.sub) != spelled(head.sub) for n in own)

    def recurs(self, name: Sym, other: tuple[Token, ...]) -> bool:
        """True for ``a_t`` beside ``b_t a_{t-1}``."""
        try:
            below = subnodes(Parser(other, self.scope, cover(other)).whole()) if pattern_letters(name.sub) else []
        except NotationError:
            return False
        return any(isinstance(n, Sym) and n.key == name.key and n.sub for n in below)

    def is_known(self, key: str) -> bool:
        scope = self.scope
        value = any(k.letter == key for k in scope.values)
        name = NameKey(key)
        named = bool(scope.calls.named(name)) or name in scope.functions or scope.is_function(key)
        named = named or name in (scope.costs or {}) or name in scope.codomains
        return (
            value
            or named
            or key in (*CONSTANTS, "I")
            or key in scope.sizes
            or key in scope.indices
            or key in scope.letters
        )

    def is_moment(self, left: tuple[Token, ...]) -> bool:
        """``\\mathbb{E}[x] = m``, ``\\operatorname{Cov}(x) = \\Sigma``"""
        try:
            return isinstance(Parser(left, self.scope, cover(left)).whole(), Expectation)
        except NotationError:
            return False

    def is_symmetry(self, left: tuple[Token, ...], right: tuple[Token, ...]) -> bool:
        """``A = A^\\top``, ``A = -A^\\top``, ``A_{ij} = A_{ji}`` of a declared matrix.

        ``\\Sigma_k = \\Sigma_k^\\top`` and ``\\Sigma_{kij} = \\Sigma_{kji}`` of a family of them.
        """
        left, right = (side[1:] if len(side) > 1 and side[0].text == "-" else side for side in (left, right))
        try:
            a, b = (Parser(side, self.scope, cover(side)).whole() for side in (left, right))
        except NotationError:
            return False
        if not (isinstance(a, Sym) and isinstance(b, Sym)) or (a.key, a.style, a.primes) != (b.key, b.style, b.primes):
            return False
        (key, *scripts), (_, turned, _) = self.scope.value_key(a), self.scope.value_key(b)
        declared = self.scope.values.get(key) if key else None
        if not isinstance(declared, Tensor) or len(declared.ranges) < 2 or a.sup:
            return False
        here, there = (pattern_letters(x) if x else () for x in (scripts[0], turned))
        if here is None or there is None or len(set(here)) < len(here) or any(x in self.scope.indices for x in here):
            return False
        if len(here) == len(declared.ranges) - 2:
            return here == there and len(b.sup) == 1 and b.sup[0].text in TRANSPOSES
        moved = [k for k, (x, y) in enumerate(zip(here, there, strict=False)) if x != y]
        swapped = len(moved) == 2 and sorted(here) == sorted(there)
        return not b.sup and swapped and len(here) == len(there) == len(declared.ranges)

    def own_product(self, left: tuple[Token, ...]) -> list[Sym]:
        """The factors of ``w^\\top w`` or ``Q Q^\\top``, one name and its transpose; nothing of another product."""
        try:
            product = Parser(left, self.scope, cover(left)).whole()
        except NotationError:
            return []
        factors = [n for _, n in product.factors] if isinstance(product, ProductNode) else []
        names = [n for n in factors if isinstance(n, Sym) and not n.primes]
        if len(factors) != 2 or len(names) != 2:
            return []
        alike = len({(n.key, n.style, spelled(n.sub)) for n in names}) == 1
        above = sorted(tuple(t.text for t in n.sup) for n in names)
        return names if alike and above[0] == () and above[1] in [(sign,) for sign in TRANSPOSES] else []

    def is_square(self, name: Sym) -> bool:
        """True for a matrix with as many rows as columns."""
        key = self.scope.value_key(replace(name, sup=()))[0]
        made = self.scope.values.get(key) if key is not None else None
        return isinstance(made, Tensor) and len(made.ranges) == 2 and made.ranges[0].size == made.ranges[1].size

    def is_one_hot(self, right: tuple[Token, ...]) -> bool:
        """``e_t``"""
        has_subscript = len(right) > 2 and right[1].kind == "sub"
        return right[0].text == "e" and has_subscript and NameKey("e") not in self.scope.values

    def hot_at(self, head: Sym, right: tuple[Token, ...]) -> Sym | None:
        """``e_c`` for the right side of ``t_i = \\delta_{ic}``, which makes ``t`` the one-hot at ``c``."""
        own, key = pattern_letters(head.sub) or (), self.scope.value_key(head)[0]
        known = isinstance(self.scope.values.get(key), Defined) if key is not None else False
        if len(own) != 1 or head.sup or known or right[0].text != "\\delta":
            return None
        try:
            delta = Parser(right, self.scope, cover(right)).whole()
            places = [t for t in delta.sub if is_name(t)] if isinstance(delta, Sym) and not delta.sup else []
            twice = isinstance(delta, Sym) and len(read_slots(delta.sub)) == len(places) == 2
        except NotationError:
            return None
        others = [t for t in places if letter_key(t) not in own]
        return Sym(delta.span, "e", sub=tuple(others)) if twice and len(others) == 1 else None

    def alias(self, head: Sym, body: SyntaxNode, span: Span, one_hot: bool) -> bool:
        """``u_w = U_{w:}``, ``y = e_t``: a name for a slice or a one-hot vector."""
        if not isinstance(body, Sym):
            return False
        key, left_over, _ = self.scope.value_key(head)
        declared = self.scope.values.get(key) if key else None
        own = NameKey.unlabelled(head)
        entry = Defined(own, body, span, alias=not one_hot, one_hot=one_hot, serial=self.scope.serial)
        if key is None or left_over:
            key = own
            if head.sub:
                letters = pattern_letters(head.sub)
                if letters is None:
                    return self.compound(head, entry)
                entry = replace(entry, patterns=letters)
        if isinstance(declared, Tensor) and declared.ranges:
            entry = replace(entry, declared=declared)
        self.scope.put("values", key, replace(entry, key=key))
        return True

    def compound(self, head: Sym, entry: Defined) -> bool:
        """``u_{c+j} = U_{w_{c+j}:}`` defines this form of subscript alone."""
        slots = read_slots(head.sub)
        if len(slots) != 1 or not isinstance(slots[0], Position) or not slots[0].terms:
            return False
        self.scope.put("compounds", (NameKey(head.key), CompoundSubscript.of(slots[0])), replace(entry, form=slots[0]))
        return True

    def function(self, head: Call, right: tuple[Token, ...], span: Span) -> bool:
        """``f(x) = x^2``, unless ``f`` is defined already. ``f(x) = 0`` is prose."""
        names = [a.key for a in head.args if isinstance(a, Sym) and not a.sub and not a.sup]
        sym = head.function
        if len(names) != len(head.args) or sym.sup or sym.primes or self.scope.is_function(sym.key):
            return False
        held = any(self.scope.is_array(name) for name in names)  # `L(\\hat y, y) = …`, and `L` alone at their values
        if sym.sub or (held and self.defining in ("plainly", "perhaps", "anew")):
            return bool(self.defining) and self.labelled_function(head, right, span)
        key = NameKey(sym.key)
        if (key, len(names)) in self.scope.calls or all(t.kind == "number" for t in right):
            return False
        body = Parser(right, self.scope, cover(right)).whole()
        self.scope.values.pop(key, None)
        entry = Defined(key, body, span, arguments=tuple(names), given=head.given, serial=self.scope.serial)
        self.scope.put("calls", (key, len(names)), entry)
        if not all(map(self.is_known, value_names(self.scope, body) - {*names})):  # what it has is to be inferred
            self.scope.said.append((head, body))
        return True

    def labelled_function(self, head: Call, right: tuple[Token, ...], span: Span) -> bool:
        """``h_\\theta(x) = \\theta^\\top x``"""
        try:
            body = Parser(right, self.scope, cover(right)).whole()
            anew = self.defining != "perhaps" and self.is_restated(head, right)
            made = Definer(self.scope).define(head, body, span, not anew)
        except NotationError:
            return False
        self.scope.said.append((head, body))
        if made is not None and anew:
            self.notes.append(Diagnostic("SG207", f"`{head.span.text}` is defined anew", span, "", "note"))
        return made is not None

    def is_restated(self, head: Call, right: tuple[Token, ...]) -> bool:
        """True for another definition of a function that has one: ``logistic loss: $\\ell(w) = \\dots$``."""
        entry = self.scope.calls.get((NameKey.function(head.function), len(head.args)))
        return entry is not None and entry.span.text.partition("=")[2].split() != cover(right).text.split()


def is_derivative(side: Sequence[Token]) -> bool:
    """True for ``\\frac{\\partial L}{\\partial y}`` alone."""
    if len(side) < 6 or side[0].text != "\\frac" or side[1].kind != "open" or side[2].text not in ("\\partial", "d"):
        return False
    den = group_end(side, 1)
    return den < len(side) and side[den].kind == "open" and group_end(side, den) == len(side)


def unused(what: str, place: Span) -> Diagnostic:
    """For a step that is false without something that the text assumes, and that is of a form that is not used."""
    message = f"{what} is assumed and is of a form that is not used; the step is false without it"
    return Diagnostic("SG121", message, place, "write the step as it follows from a sum, a norm or a symmetric matrix")


def _stands_in(name: tuple[Token, ...], side: tuple[Token, ...]) -> bool:
    """True for ``A`` in ``-A^\\top``; not for ``x`` in ``x_0``."""
    texts = [t.text for t in side]
    for k in range(len(side) - len(name) + 1):
        end = k + len(name)
        if texts[k:end] == [t.text for t in name] and (end == len(side) or side[end].kind != "sub"):
            return True
    return False


def is_slice(right: tuple[Token, ...]) -> bool:
    """``U_{w:}``, ``V_{:c}``: one name with a colon in its subscript."""
    if not starts_name(right[0]):
        return False
    ranked = list(zip(right, depths(right), strict=True))
    colon = any(t.text == ":" and depth > 0 for t, depth in ranked)
    return colon and not any(t.kind == "symbol" and t.text in "+-*/()" and depth == 0 for t, depth in ranked)
