"""Names with accents, scripts and, where they take them, arguments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from symgrad.reading.tokens.cuts import outermost, parted, separated, statement
from symgrad.reading.tokens.lexer import Token
from symgrad.reading.tree.array_parser import ArrayParser
from symgrad.reading.tree.cursor import OPEN, OPEN_COMMANDS
from symgrad.reading.tree.scripts import (
    ACCENTS,
    GREEK,
    cover,
    error,
    is_name,
    letter_key,
    script_argument,
    spelled,
    starts_name,
)
from symgrad.reading.tree.syntax import BigOp, Call, Differential, Expectation, Paren, ProductNode, Sym, SyntaxNode
from symgrad.reading.tree.words import word_length

OPERATORS = ("+", "-", "*", "/", "\\cdot", "\\odot", "\\times")
MOMENTS: dict[str, Literal["mean", "variance", "covariance"]] = {
    "\\mathbb{E}": "mean",
    "E": "mean",
    "\\mathbf{E}": "mean",
    "Var": "variance",
    "Cov": "covariance",
}
EXPECTATIONS = frozenset(name for name, moment in MOMENTS.items() if moment == "mean")
DETERMINANTS = frozenset(("det", "\\det"))
TRIGONOMETRIC = frozenset(name for f in ("sin", "cos", "tan", "sinh", "cosh") for name in (f, f"\\{f}"))
LOGARITHMS = frozenset(("log", "\\log", "ln", "\\ln"))
SUMS = frozenset(("\\sum",))
BRACKETS = frozenset("([")
ANGLES = frozenset(("\\theta", "\\vartheta", "\\phi", "\\varphi", "\\psi", "\\alpha", "\\beta", "\\gamma"))
"""Letters of angles: the whole argument of a sine before a bracket, unlike the omega of ``\\sin \\omega (t - s)``."""
TANH = frozenset(("tanh", "\\tanh"))
DOTS = frozenset(("\\dot", "\\ddot"))
FAMILIES = (DETERMINANTS, TRIGONOMETRIC)
"""Functions that end each other's operands: ``\\sin x \\cos y`` is a product of two values, as is ``\\det A \\det B``.
Not tanh and tanh, an activation that is nested: ``\\tanh W \\tanh V x``; tanh and the others end each other."""
EVENTS = ("=", "\\succ", "\\prec")
"""The signs of events: a random variable has a value, one outcome is preferred to another."""

DENSITIES = frozenset(("p", "q", "P", "\\pi", "\\mathbb{P}", "Pr"))
"""Letters of densities and policies."""
LABELS = frozenset(
    re.findall(
        r"\w+",
        "new old next prev opt true pred test train ref target prior post ext obs tot avg max min out init data "
        "dec enc src tgt hid att rec",
    )
)
"""Words that stand above names in plain letters, ``\\mu^{new}``, and are no products of letters."""


HYPHENATED = re.compile(r"[a-z]{3,}(?:-[a-z]{3,})+")


def as_label(above: tuple[Token, ...]) -> tuple[Token, ...]:
    """``\\text{new}`` for the three letters of ``\\mu^{new}``."""
    word = "".join(t.text for t in above)
    plain = word in LABELS and all(t.kind == "letter" and not t.style and not t.spaced for t in above[1:])
    return (replace(above[0], kind="text", text=word),) if plain else above


def as_hyphenated(below: tuple[Token, ...]) -> tuple[Token, ...]:
    """``\\text{neg-sample}`` for the letters and the hyphens of ``J_{neg-sample}``, which are no difference."""
    word = "".join(t.text for t in below)
    plain = all((t.kind == "letter" and not t.style) or t.text == "-" for t in below)
    if not plain or any(t.spaced for t in below[1:]) or not HYPHENATED.fullmatch(word):
        return below
    return (replace(below[0], kind="text", text=word, span=cover(below)),)


def is_policy(above: Sequence[Token]) -> bool:
    """True for the superscript of ``Q^\\pi(s, a)`` and ``V^*(s)``: no power."""
    return len(above) > 0 and (above[0].text == "\\pi" or (len(above) == 1 and above[0].text in ("*", "\\star")))


class NameParser(ArrayParser):
    """Names with accents, scripts and, where they take them, arguments."""

    def name(self) -> SyntaxNode:
        """A name with accents, scripts and, where it takes them, arguments."""
        gradient = self.differential()
        if gradient is not None:
            return gradient
        sym = self.with_slots(self.scripts_of(self.base_name()))
        mean = self.expectation(sym)
        if mean is not None:
            return mean
        t = self.peek()
        function = self.vocabulary.is_function(sym.key) and not self.vocabulary.is_known(sym)
        event = self.events(sym) if not function and self.is_symbol("(") else None
        if event is not None and not self.is_symbol("("):
            return self.scripts_of(event)
        sym = event or sym
        opens = t is not None and ((t.kind == "symbol" and t.text in "([") or (t.kind == "command" and t.text == "\\{"))
        if opens and t is not None and (function or event or (t.text == "(" and self.takes_arguments(sym))):
            closing = OPEN.get(t.text) or OPEN_COMMANDS[t.text]
            paren = self.bracket(t.text, t.kind, closing, t.text)
            return self.scripted(Call(sym.span.to(paren.span), sym, paren.items, given=paren.given))
        if function:
            if self.head and t is None and sym.span.start == self.tokens[0].span.start:
                return sym  # `\\sigma = …`, `\\sigma_b = …` define it
            if sym.sup and (t is None or not (self.starts_factor(t))):
                return sym  # a name that is defined with its power, `\\sigma^2 = …`
            bare = t is None or t.text in ("+", "-") or not self.starts_factor(t)
            if bare and self.vocabulary.square_of(sym) is not None:
                return sym
            if t is None or not (self.starts_factor(t) or (t.kind == "symbol" and t.text == "-")):
                raise error("SG104", f"the argument of `{sym.key}` is missing", sym.span, "write it in parentheses")
            ends = [family for family in FAMILIES if sym.key in family]
            ends += [TANH] if sym.key in TRIGONOMETRIC else [TRIGONOMETRIC] if sym.key in TANH else []
            ends += [DOTS] if sym.key in TRIGONOMETRIC else []  # `\\sin \\theta \\dot\\theta` is a product
            if sym.key in LOGARITHMS and self.is_lone_before(SUMS):
                ends.append(SUMS)
            if sym.key in TRIGONOMETRIC and t.text in ANGLES and self.is_lone_before(BRACKETS):
                ends.append(BRACKETS)
            outer, self.ends = self.ends, self.ends.union(*ends)
            body = self.signed_product()
            self.ends = outer
            return Call(sym.span.to(body.span), sym, (body,), bare=True)
        return sym

    def is_lone_before(self, signs: frozenset[str]) -> bool:
        """True at a name or number with one of these signs right behind it: ``\\log \\lambda \\sum_i y_i``,
        ``\\sin \\theta (1 + a)`` are products.
        """
        t, at = self.tokens[self.at], self.at + 1
        if t.kind != "number" and (not is_name(t) or self.vocabulary.is_function(t.text)):
            return False
        while at < len(self.tokens) and self.tokens[at].kind in ("prime", "sub", "sup"):
            at = at + 1 if self.tokens[at].kind == "prime" else script_argument(self.tokens, at + 1)[1]
        return at < len(self.tokens) and self.tokens[at].text in signs

    def expectation(self, sym: Sym) -> SyntaxNode | None:
        """``\\mathbb{E}[x]`` of random quantities, or ``\\mathbb{E}_{a \\sim \\pi}[f(a)]``; None for other names."""
        t = self.peek()
        if sym.key not in MOMENTS or sym.sup or t is None or t.text not in ("[", "(", "\\{"):
            return None
        return self.expectation_over(sym, t) if sym.sub else self.moment(sym, t)

    def moment(self, sym: Sym, opening: Token) -> SyntaxNode | None:
        """``\\mathbb{E}[x]``, ``\\operatorname{Cov}(x, y)`` where the document has random quantities."""
        if sym.primes or self.vocabulary.is_value(sym.key) or not self.vocabulary.has_random():
            return None
        paren = self.enclosed(opening)
        return self.scripted(Expectation(sym.span.to(paren.span), MOMENTS[sym.key], paren.items))

    def enclosed(self, opening: Token) -> Paren:
        """What stands in the brackets that open here."""
        text = opening.text
        return self.bracket(text, opening.kind, OPEN.get(text) or OPEN_COMMANDS[text], text)

    def expectation_over(self, sym: Sym, opening: Token) -> SyntaxNode | None:
        """``\\mathbb{E}_{a \\sim \\pi}[f(a)]`` over the positions of a known vector: ``\\sum_a \\pi_a f(a)``."""
        sign = next((k for k, x in enumerate(sym.sub) if x.text == "\\sim"), None)
        if sym.key not in EXPECTATIONS or sign is None:
            return None
        letter, law = sym.sub[:sign], sym.sub[sign + 1 :]
        if len(letter) != 1 or not law or not starts_name(law[0]):
            return None
        parser = type(self)(law, self.vocabulary, sym.span)
        weights = parser.scripts_of(parser.base_name())
        if parser.peek() is not None or not self.vocabulary.is_known_value(weights):
            return self.expectation_under(sym, letter, parser, weights, opening)
        outer, self.bound = self.bound, self.bound | {letter_key(letter[0])}
        body = self.enclosed(opening)
        self.bound = outer
        slot = (*weights.sub, replace(opening, kind="symbol", text=","), *letter) if weights.sub else letter
        weight = replace(weights, sub=slot)
        span = sym.span.to(body.span)
        summand = ProductNode(span, (("", weight), ("", replace(body, kind="["))))
        return self.scripted(Paren(span, "(", (BigOp(span, "sum", letter, (), summand, sym.span),)))

    def expectation_under(
        self, sym: Sym, letter: tuple[Token, ...], law: NameParser, name: Sym, opening: Token
    ) -> SyntaxNode | None:
        """``\\mathbb{E}_{x \\sim p_\\theta}[f(x)]``, ``\\mathbb{E}_{a \\sim \\pi(\\cdot \\mid s)}[f(a)]`` as a sum over
        outcomes, ``\\sum_x p_\\theta(x) f(x)``. ``law``: the parser behind the name of the density."""
        if law.vocabulary.is_known_value(name) or law.vocabulary.is_function(name.key) or name.key not in DENSITIES:
            return None
        rest = law.tokens[law.at :]
        if rest and (rest[0].text != "(" or law.closing(law.at) != len(law.tokens) - 1):
            return None
        inner = [letter[0] if t.text == "\\cdot" else t for t in rest[1:-1]] if rest else list(letter)
        first = next((p for _, p in separated(inner)), ())
        if [t.text for t in first] != [t.text for t in letter]:
            return None
        bracket = [replace(opening, kind="symbol", text=x) for x in "()"]
        outer, self.bound = self.bound, self.bound | {letter_key(letter[0])}
        arguments = type(self)((bracket[0], *inner, bracket[1]), self.vocabulary, sym.span).bracket(
            "(", "symbol", ")", "("
        )
        body = self.enclosed(opening)
        self.bound = outer
        weight = Call(cover(law.tokens), name, arguments.items, given=arguments.given)
        span = sym.span.to(body.span)
        summand = ProductNode(span, (("", weight), ("", replace(body, kind="["))))
        return self.scripted(Paren(span, "(", (BigOp(span, "sum", letter, (), summand, sym.span),)))

    def differential(self) -> Differential | None:
        """``dV``, where that is the gradient by ``V``; else None, and nothing is read."""
        start, rest = self.at, self.tokens[self.at : self.at + 2]
        if len(rest) < 2 or rest[0].text != "d" or rest[0].style or not starts_name(rest[1]):
            return None
        self.at += 1
        sym = self.with_slots(self.scripts_of(self.base_name()))
        if self.vocabulary.has_gradient(sym):
            return Differential(rest[0].span.to(sym.span), sym)
        self.at = start
        return None

    def with_slots(self, sym: Sym) -> Sym:
        """A name with the slots that brackets behind it hold: ``X[i,k]``, and ``Y(t)_{ij}`` of a known array."""
        t = self.peek()
        if t is None or t.kind != "symbol" or t.text not in OPEN or self.vocabulary.has_arguments(sym):
            return sym
        closing = self.closing(self.at)
        inner = self.tokens[self.at + 1 : closing] if closing is not None else ()
        if closing is None or not all(parted(inner, ",")) or not all(map(self.may_be_slot, inner)):
            return sym  # `A[,j]`, a column in some languages, is not read
        if t.text == "[":
            holds = self.vocabulary.takes_slots(sym) or self.heads_slots(sym, inner, closing)
        else:
            after = self.tokens[closing + 1] if closing + 1 < len(self.tokens) else None
            holds = self.vocabulary.takes_slots(sym) and not sym.sub and after is not None and after.kind == "sub"
            holds = holds or (
                self.vocabulary.is_table(sym) and all(t.kind in ("letter", "prime") or t.text == "," for t in inner)
            )
        if not holds:
            return sym
        comma = replace(t, text=",")
        sub = (*sym.sub, comma, *inner, comma) if sym.sub else (*inner, comma)
        self.at = closing + 1
        return self.with_slots(self.scripts_of(replace(sym, span=sym.span.to(self.tokens[closing].span), sub=sub)))

    def may_be_slot(self, t: Token) -> bool:
        """True if a token can be part of the slots of an array: ``i``, ``t-1``, ``:``, ``n_k``."""
        if is_name(t):
            return self.vocabulary.is_position(letter_key(t))
        return t.kind in ("number", "sub", "prime", "open", "close") or t.text in (",", ":", "+", "-")

    def heads_slots(self, sym: Sym, inner: Sequence[Token], closing: int) -> bool:
        """True if an unknown name with brackets is defined here, ``S[i,k] = …``, or if a product can't be meant."""
        if sym.sup or len(sym.key.split()[-1].strip("\\")) > 1 or self.vocabulary.is_value(sym.key):
            return False
        whole = self.head and closing == len(self.tokens) - 1 and sym.span.start == self.tokens[0].span.start
        return (whole or any(t.text == "," for t in inner)) and sym.key != "E"

    def events(self, sym: Sym) -> Sym | None:
        """``P(O = o \\mid C = c)`` as a name with arguments, ``P_{O|C}(o, c)``. A number is part of the name:
        ``P(t = 1 \\mid z)`` is ``P_{t=1|·}(z)``. The tokens are rewritten; brackets without arguments are dropped."""
        closing = self.bracket_end(self.at)
        inner = self.tokens[self.at + 1 : closing] if closing is not None else ()
        is_factor = self.vocabulary.is_value(sym.key) and not self.vocabulary.has_arguments(sym)
        if closing is None or is_factor or not any(t.text in EVENTS for _, t in outermost(inner)):
            return None
        label, arguments = "", list[Token]()
        for separator, piece in separated(inner):
            said = statement(piece, EVENTS)
            if said.sign in ("\\succ", "\\prec"):
                label += said.sign
                arguments += [*said.left, replace(self.tokens[self.at], text=","), *said.right]
                continue
            name, sign, value = said.left, said.sign, said.right
            if sign and not (value and name and is_name(name[0]) and all(t.kind == "prime" for t in name[1:])):
                return None
            if sign and self.vocabulary.is_argument(sym, letter_key(name[0])):
                return None  # `f(x = 2)` of `f(x) = …` is a value, and no event
            constant = sign and all(t.kind == "number" or t.text in "+-" for t in value)
            told = spelled(name) + ("=" + spelled(value) if constant else "") if sign else "·"
            label += ("|" if separator in ("|", "\\mid") else separator) + told
            if not constant:
                arguments += [*([replace(self.tokens[self.at], text=",")] if arguments else []), *(value or piece)]
        opening, end = self.tokens[self.at], self.tokens[closing]
        bracket = [opening, *arguments, end] if arguments else []
        self.tokens = [*self.tokens[: self.at], *bracket, *self.tokens[closing + 1 :]]
        tag = replace(opening, kind="text", text=label)
        return replace(sym, span=sym.span.to(end.span), sub=(*sym.sub, tag))

    def takes_arguments(self, sym: Sym) -> bool:
        """True if a parenthesis after a name holds its arguments. After a position it never does."""
        if sym.key in self.bound and not (sym.sub or sym.sup or sym.primes or self.vocabulary.has_arguments(sym)):
            return False
        return self.vocabulary.is_call(sym) or self.arguments_follow(sym)

    def arguments_follow(self, sym: Sym) -> bool:
        """True if a parenthesis after a known name holds arguments: several of them, or, if the name
        heads a whole left side, only letters (``J(o, c) = …``, ``J(\\theta) = …``)."""
        closing = self.bracket_end(self.at)
        policy = is_policy(sym.sup) and not self.vocabulary.is_value(sym.key)
        if closing is None or (sym.sup and not policy):
            return False
        inner = self.tokens[self.at + 1 : closing]
        if policy and inner and all(is_name(t) or t.kind == "prime" or t.text == "'" for t in inner):
            return True
        depth = bars = 0
        for t in inner:
            depth += (t.kind == "open" or t.text in OPEN) - (t.kind == "close" or t.text in ")]")
            if depth == 0 and ((t.kind == "symbol" and t.text == ",") or t.text == "\\mid"):
                return True
            bars += depth == 0 and t.kind == "symbol" and t.text == "|"
        if bars % 2:
            return True  # an even number of bars are those of absolute values
        if self.is_member(sym, inner):
            return True
        if self.is_parametrised(sym) and inner and is_name(inner[0]):
            return not any(t.text in OPERATORS for _, t in outermost(inner))
        whole = self.head and closing == len(self.tokens) - 1 and sym.span.start == self.tokens[0].span.start
        return whole and len(inner) == 1 and is_name(inner[0])

    def is_member(self, sym: Sym, inner: Sequence[Token]) -> bool:
        """True for ``x_i(t)``, ``\\phi_k(x_n)``: nobody puts a lone factor in parentheses."""
        if not sym.sub or self.vocabulary.is_known(sym) or self.vocabulary.is_value(sym.key) or not inner:
            return False
        if len(inner) == 1 and inner[0].kind == "number":
            return True
        end = 1
        while end < len(inner) and inner[end].kind in ("sub", "prime"):
            end = script_argument(inner, end + 1)[1] if inner[end].kind == "sub" else end + 1
        return is_name(inner[0]) and end == len(inner)

    def is_parametrised(self, sym: Sym) -> bool:
        """True for ``p_\\theta``, ``f_{\\text{ref}}``: unknown, with a Greek letter or a word below."""
        if not sym.sub or self.vocabulary.is_known(sym) or self.vocabulary.is_value(sym.key):
            return False
        return sym.sub[0].text in GREEK or sym.sub[0].kind in ("text", "word")

    def bracket_end(self, at: int) -> int | None:
        """The position where the parenthesis that opens at a position closes."""
        depth = 0
        for k in range(at, len(self.tokens)):
            depth += (self.tokens[k].text == "(") - (self.tokens[k].text == ")")
            if depth == 0:
                return k
        return None

    def base_name(self) -> Sym:
        t = self.tokens[self.at]
        if t.text in ACCENTS:
            arg, end = script_argument(self.tokens, self.at + 1)
            if not arg:
                raise error("SG104", f"`{t.text}` has nothing to stand on", t.span)
            inner = type(self)(arg, self.vocabulary, t.span)
            if not (is_name(arg[0]) or arg[0].text in ACCENTS):
                raise error("SG101", f"`{t.text}` must stand on a name", t.span)
            base = inner.scripts_of(inner.base_name())
            if inner.peek() is not None:
                raise error("SG101", f"`{t.text}` must stand on one name", t.span)
            span = t.span.to(self.tokens[end - 1].span)
            self.at = end
            return replace(base, span=span, key=f"{t.text} {base.key}")
        if t.kind == "letter" and t.style == "":
            length = word_length(self.tokens, self.at, self.vocabulary)
            if length > 1:
                run = self.tokens[self.at : self.at + length]
                self.at += length
                return Sym(cover(run), "".join(x.text for x in run))
        self.at += 1
        return Sym(t.span, letter_key(t), "bold" if t.style == "bold" else "")

    def as_transpose(self, arg: tuple[Token, ...]) -> tuple[Token, ...]:
        """``\\top`` for the letter of ``u^t v`` where it transposes."""
        lone = len(arg) == 1 and arg[0].kind == "letter" and self.vocabulary.transposes(arg[0].text)
        return (replace(arg[0], kind="command", text="\\top"),) if lone else arg

    def with_prime(self, prime: Token, sup: list[Token], primes: int) -> tuple[list[Token], int]:
        """The superscript and the number of primes with one more prime, which may be a transpose."""
        if self.vocabulary.transposes("'"):
            return [*sup, replace(prime, kind="command", text="\\top")], primes
        return sup, primes + 1

    def scripts_of(self, sym: Sym) -> Sym:
        sub, sup, primes = list(sym.sub), list(sym.sup), sym.primes
        end = sym.span
        while (t := self.peek()) is not None and t.kind in ("sub", "sup", "prime"):
            if t.kind == "prime":
                sup, primes = self.with_prime(t, sup, primes)
                end = t.span
                self.at += 1
                continue
            arg, after = script_argument(self.tokens, self.at + 1)
            if not arg:
                raise error("SG104", "this script is empty", t.span)
            end = self.tokens[after - 1].span
            if t.kind == "sup" and all(x.kind == "prime" for x in arg):
                for x in arg:
                    sup, primes = self.with_prime(x, sup, primes)
            elif t.kind == "sub":
                sub.extend(as_hyphenated(arg))
            elif as_label(arg) == arg and self.vocabulary.are_positions(arg):
                sub.extend(arg)
            else:
                sup.extend(self.as_transpose(as_label(arg)))
            self.at = after
        return replace(sym, span=sym.span.to(end), sub=tuple(sub), sup=tuple(sup), primes=primes)
